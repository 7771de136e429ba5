#include "rules/assessment.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "model/result.h"
#include "rules/fold.h"
#include "rules/read_memo.h"
#include "rules/static_check.h"

namespace tocsin {
namespace {

void sort_unique(auto& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

bool uses(const Pack& pack, Op op) {
  for (const Pattern& pattern : pack.patterns)
    for (const Expression& level : pattern.levels)
      for (const Node& node : level.nodes)
        if (node.op == op) return true;
  return false;
}

// The regions that the pack's patterns read from `region` by neighbours() and basin().
std::vector<RegionId> read_around(const RegionTable& regions, const Pack& pack, RegionId region) {
  const Region& here = regions.at(region);
  std::vector<RegionId> around;
  if (uses(pack, Op::kNeighbours)) around = here.neighbours;
  if (uses(pack, Op::kBasin)) {
    around.insert(around.end(), here.members.begin(), here.members.end());
    for (const RegionId group : regions.groups_of(region)) {
      const Region& basin = regions.at(group);
      if (basin.kind == RegionKind::kBasin)
        around.insert(around.end(), basin.members.begin(), basin.members.end());
    }
  }
  sort_unique(around);
  std::erase(around, region);
  return around;
}

// Of a signal where it is not judged: off and known, as far back as days go, and never due.
SignalTrack absent() {
  SignalRun always;
  always.start = kDayMin;
  always.known = always.steady = true;
  return {{always}, kDayNever, kDayNever};
}

std::int32_t evidence_or_moves(const Horizon& horizon) {
  return horizon.evidence == std::numeric_limits<std::int32_t>::max() ? kEvidenceMoves
                                                                      : horizon.evidence;
}

}  // namespace

Assessment::Assessment(const Catalogue& catalogue, const Pack& pack, const Dataset& data,
                       Day history_begins)
    : catalogue_(catalogue),
      pack_(pack),
      data_(data),
      begin_(history_begins),
      judged_flag_(catalogue.regions.id_limit(), false),
      tracks_(catalogue.regions.id_limit()),
      pending_(catalogue.regions.id_limit()),
      due_(catalogue.regions.id_limit(), kDayNever),
      influences_(catalogue.regions.id_limit()),
      judges_(pack.patterns.size(), std::vector<bool>(catalogue.regions.id_limit(), false)) {
  const RegionTable& regions = catalogue.regions;
  judged_ = pack.regions;
  bool reads_around = false;
  for (std::uint32_t i = 0; i < pack.patterns.size(); ++i) {
    const Pattern& pattern = pack.patterns[i];
    for (const RegionId place : pattern.at.empty() ? pack.regions : pattern.at) {
      judges_[i][place.number()] = true;
      places_.push_back({place, i});
      judged_.push_back(place);
    }
    reads_around = reads_around || pattern.reads_neighbours();
  }
  sort_unique(places_);
  sort_unique(judged_);
  if (reads_around) {
    const auto stated = judged_;
    for (const RegionId region : stated)
      for (const RegionId around : read_around(regions, pack, region)) {
        influences_[around.number()].push_back(region);
        judged_.push_back(around);
      }
    sort_unique(judged_);
  }
  for (const RegionId region : judged_) {
    judged_flag_[region.number()] = true;
    RegionTracks& tracks = tracks_[region.number()];
    tracks.signals.resize(pack.signals.size());
    tracks.base.resize(pack.patterns.size());
    tracks.levels.resize(pack.patterns.size());
    Pending& pending = pending_[region.number()];
    pending.signal_from.assign(pack.signals.size(), begin_);
    for (std::size_t i = 0; i < pack.signals.size(); ++i) {
      if (stands(region, pack.signals[i])) continue;
      tracks.signals[i] = absent();
      pending.signal_from[i] = kDayNever;
    }
    pending.around.resize(pack.patterns.size());
    pending.all = pending.listed = true;
    dirty_.push_back(region);
  }
  find_readers();
  find_read_around();
  find_levels_read();
}

void Assessment::find_read_around() {
  signal_around_.resize(pack_.signals.size());
  for (const Pattern& pattern : pack_.patterns) policies_.push_back({pattern.linger_days, {}});
  const auto note = [&](const Subject& subject) {
    switch (subject.kind) {
      case Subject::Kind::kSignal:
        signal_around_[subject.index] = true;
        break;
      case Subject::Kind::kDimension:
        for (const std::uint32_t signal : pack_.threats_of(subject.index))
          signal_around_[signal] = true;
        break;
      case Subject::Kind::kPatternLevel:
        policies_[subject.index].read_around[static_cast<std::size_t>(subject.level)] = true;
    }
  };
  for (const Pattern& pattern : pack_.patterns)
    for (const Expression& level : pattern.levels)
      for (const Node& node : level.nodes)
        if (node.op == Op::kNeighbours || node.op == Op::kBasin)
          for (const Subject& subject : level.subjects_of(node)) note(subject);
}

void Assessment::find_levels_read() {
  levels_read_.resize(pack_.patterns.size());
  base_changed_.resize(pack_.patterns.size());
  for (std::size_t i = 0; i < pack_.patterns.size(); ++i) {
    for (const Expression& level : pack_.patterns[i].levels)
      for (const Node& node : level.nodes)
        if (node.op == Op::kOn || node.op == Op::kActive)
          for (const Subject& subject : level.subjects_of(node))
            if (subject.kind == Subject::Kind::kPatternLevel)
              levels_read_[i].push_back(subject.index);
    sort_unique(levels_read_[i]);
  }
}

void Assessment::find_readers() {
  std::size_t limit = 0;
  for (const Indicator& indicator : catalogue_.indicators)
    limit = std::max<std::size_t>(limit, indicator.id.number());
  signals_of_indicator_.resize(limit + 1);
  signals_of_forecasts_.resize(limit + 1);
  read_by_.resize(pack_.signals.size());
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i) {
    const Signal& signal = pack_.signals[i];
    for (const Expression* expression : {&signal.when, &signal.clear})
      for (const Leaf& leaf : expression->leaves)
        (leaf.reads_events ? signals_of_events_
         : leaf.forecast   ? signals_of_forecasts_[leaf.indicator.number()]
                           : signals_of_indicator_[leaf.indicator.number()])
            .push_back(i);
    for (const std::uint32_t read : signals_read(pack_, signal)) read_by_[read].push_back(i);
  }
  sort_unique(signals_of_events_);
  set_readers_.resize(catalogue_.regions.id_limit());
  for (const RegionId region : judged_)
    for (const RegionId group : catalogue_.regions.groups_of(region)) {
      const std::string& scheme = catalogue_.regions.at(group).scheme;
      const Region* read = scheme.empty() ? nullptr : catalogue_.regions.set_of(region, scheme);
      if (read != nullptr && read->id == group) set_readers_[group.number()].push_back(region);
    }
  for (auto* lists : {&signals_of_indicator_, &signals_of_forecasts_})
    for (auto& signals : *lists) sort_unique(signals);
}

const SignalTrack& Assessment::signal_track(RegionId region, std::uint32_t signal) const {
  return tracks_[region.number()].signals[signal];
}

const PatternTrack& Assessment::pattern_track(RegionId region, std::uint32_t pattern) const {
  const RegionTracks& tracks = tracks_[region.number()];
  return pack_.patterns[pattern].reads_neighbours() ? tracks.levels[pattern] : tracks.base[pattern];
}

bool Assessment::judges(RegionId region, std::uint32_t pattern) const {
  return judges_[pattern][region.number()];
}

bool Assessment::stands(RegionId region, const Signal& signal) const {
  return signal.at.empty() || signal.stands_in(catalogue_.regions.at(region).kind);
}

RegionId Assessment::data_region(RegionId region, const Signal& signal) const {
  if (signal.from.empty()) return region;
  const Region* set = catalogue_.regions.set_of(region, signal.from);
  return set == nullptr ? RegionId() : set->id;
}

Scene Assessment::signal_scene(RegionId region, const Signal& signal) const {
  return {catalogue_, pack_, data_, tracks_, region, data_region(region, signal), Span{}, nullptr};
}

Scene Assessment::pattern_scene(RegionId region, const Pattern& pattern) const {
  return {catalogue_, pack_, data_, tracks_, region, region, pattern.window, &pattern};
}

void Assessment::mark(RegionId region, std::uint32_t signal, Day from) {
  Pending& pending = pending_[region.number()];
  list_signal(pending, signal, from);
  if (pending.listed) return;
  pending.listed = true;
  dirty_.push_back(region);
}

// The signals that read such data, wherever it is.
const std::vector<std::uint32_t>& Assessment::readers_of(const Touched& touched) const {
  static const std::vector<std::uint32_t> kNone;
  const auto of_indicator = [&](const std::vector<std::vector<std::uint32_t>>& lists)
      -> const std::vector<std::uint32_t>& {
    const std::size_t indicator = touched.indicator.number();
    return indicator < lists.size() ? lists[indicator] : kNone;
  };
  switch (touched.kind) {
    case Touched::Kind::kObservations:
      return of_indicator(signals_of_indicator_);
    case Touched::Kind::kForecasts:
      return of_indicator(signals_of_forecasts_);
    case Touched::Kind::kEvents:
      return signals_of_events_;
  }
  return kNone;
}

void Assessment::each_reader(const Touched& touched,
                             const std::function<void(RegionId, std::uint32_t)>& fn) const {
  const std::vector<std::uint32_t>& signals = readers_of(touched);
  if (signals.empty()) return;
  for (const RegionId id : touched.regions) {
    const Region& region = catalogue_.regions.at(id);
    for (const std::uint32_t signal : signals) {
      const std::string& from = pack_.signals[signal].from;
      if (from.empty()) {
        if (folds(id) && stands(id, pack_.signals[signal])) fn(id, signal);
      } else if (region.scheme == from) {
        for (const RegionId reader : set_readers_[id.number()])
          if (stands(reader, pack_.signals[signal])) fn(reader, signal);
      }
    }
  }
}

void Assessment::touch(const Touched& touched) {
  each_reader(touched, [&](RegionId region, std::uint32_t signal) {
    mark(region, signal, touched.first_tick);
  });
}

void Assessment::restore(RegionId region, RegionTracks tracks) {
  require(folds(region) && tracks.signals.size() == pack_.signals.size() &&
              tracks.base.size() == pack_.patterns.size() &&
              tracks.levels.size() == pack_.patterns.size(),
          "restored tracks are those of this pack");
  tracks_[region.number()] = std::move(tracks);
}

void Assessment::resume(Day today) {
  dirty_.clear();
  for (const RegionId region : judged_) {
    Pending& pending = pending_[region.number()];
    pending.signal_from.assign(pack_.signals.size(), kDayNever);
    pending.all = true;
    pending.listed = false;
    update_due(region);
  }
  today_ = today;
}

Assessment::Report Assessment::advance(Day today) {
  require(today >= today_, "the clock of the assessment never goes back");
  Report report;
  if (today > today_) {
    for (const RegionId region : judged_) {
      Pending& pending = pending_[region.number()];
      if (due_[region.number()] > today) continue;
      pending.all = true;
      if (pending.listed) continue;
      pending.listed = true;
      dirty_.push_back(region);
    }
  }
  today_ = today;
  std::vector<RegionId> work;
  work.swap(dirty_);
  std::sort(work.begin(), work.end());
  for (const RegionId region : work) {
    if (before_change_) before_change_(region);
    Moves moves = fold_signals(region, today, report);
    moves.around.join(fold_patterns(region, moves.all, today, report));
    if (!moves.around.none()) wake(region, moves.around);
  }
  // Those woken only by their neighbours have nothing to do for signals and base folds.
  work.insert(work.end(), dirty_.begin(), dirty_.end());
  dirty_.clear();
  sort_unique(work);
  for (const RegionId region : work) {
    if (before_change_) before_change_(region);
    fold_whole(region, today, report);
    update_due(region);
    pending_[region.number()].listed = false;
  }
  sort_unique(report.moved);
  sort_unique(report.refolded);
  return report;
}

void Assessment::wake(RegionId region, const Changed& around) {
  for (const RegionId reader : influences_[region.number()]) {
    Pending& pending = pending_[reader.number()];
    for (std::uint32_t i = 0; i < pack_.patterns.size(); ++i)
      if (pack_.patterns[i].reads_neighbours()) pending.around[i].join(around);
    if (pending.listed) continue;
    pending.listed = true;
    dirty_.push_back(reader);
  }
}

// Kept in order: a signal reads only those before it.
void Assessment::list_signal(Pending& pending, std::uint32_t signal, Day from) {
  pending.signal_from[signal] = std::min(pending.signal_from[signal], from);
  const auto at = std::lower_bound(pending.signals.begin(), pending.signals.end(), signal);
  if (at == pending.signals.end() || *at != signal) pending.signals.insert(at, signal);
}

Assessment::Moves Assessment::fold_signals(RegionId region, Day today, Report& report) {
  RegionTracks& tracks = tracks_[region.number()];
  Pending& pending = pending_[region.number()];
  if (pending.all) {
    pending.signals.resize(pack_.signals.size());
    std::iota(pending.signals.begin(), pending.signals.end(), 0u);
  }
  Moves moves;
  // The list grows behind `next` while it is walked.
  for (std::size_t next = 0; next < pending.signals.size(); ++next) {
    const std::uint32_t i = pending.signals[next];
    SignalTrack& track = tracks.signals[i];
    Day from = pending.signal_from[i];
    pending.signal_from[i] = kDayNever;
    if (track.due <= today) from = std::min(from, track.until);
    if (from > today) {
      // Data of days to come: the track holds only until then.
      track.until = track.due = std::min(track.until, from);
      continue;
    }
    const Changed changed = run_signal(region, i, from, today, report);
    if (!changed.none())
      for (const std::uint32_t reader : read_by_[i])
        if (stands(region, pack_.signals[reader])) list_signal(pending, reader, changed.first);
    moves.all.join(changed);
    if (signal_around_[i]) moves.around.join(changed);
    report.refolded.push_back(region);
  }
  return moves;
}

Changed Assessment::run_signal(RegionId region, std::uint32_t index, Day from, Day today,
                               Report& report) {
  const Signal& signal = pack_.signals[index];
  Scene scene = signal_scene(region, signal);
  ReadMemo reads;
  if (signal.when.looks_back || signal.clear.looks_back) scene.reads = &reads;
  ++report.signal_folds;
  return fold_signal(tracks_[region.number()].signals[index],
                     {signal.for_days, signal.linger_days, signal.latch ? &*signal.latch : nullptr},
                     begin_, from, today, [&](Day tick, bool on) {
                       ++report.evaluations;
                       Horizon when, clear;
                       Conditions out;
                       out.when = evaluate(scene, signal.when, tick, when);
                       out.when_evidence = evidence_or_moves(when);
                       if (signal.clear.empty()) {
                         out.clear = !out.when;
                         out.clear_evidence = out.when_evidence;
                       } else if (on && out.when != Tri::kTrue) {
                         out.clear = evaluate(scene, signal.clear, tick, clear);
                         out.clear_evidence = evidence_or_moves(clear);
                       }
                       out.until = std::min(when.until, clear.until);
                       return out;
                     });
}

// Folds the base tracks of the patterns; returns where those changed that other regions read.
Changed Assessment::fold_patterns(RegionId region, const Changed& signals, Day today,
                                  Report& report) {
  RegionTracks& tracks = tracks_[region.number()];
  Pending& pending = pending_[region.number()];
  Changed around;
  for (std::uint32_t i = 0; i < pack_.patterns.size(); ++i) {
    base_changed_[i] = {};
    if (!pack_.patterns[i].at.empty() && !judges(region, i)) continue;
    Changed inputs = signals;
    for (const std::uint32_t read : levels_read_[i]) inputs.join(base_changed_[read]);
    const PatternChanged changed =
        run_pattern(region, i, tracks.base[i], true, inputs, today, report);
    base_changed_[i] = changed.all;
    around.join(changed.around);
    if (pack_.patterns[i].reads_neighbours()) {
      pending.around[i].join(inputs);
    } else if (!changed.all.none() && judges(region, i)) {
      report.moved.push_back({region, i});
    }
  }
  return around;
}

void Assessment::fold_whole(RegionId region, Day today, Report& report) {
  Pending& pending = pending_[region.number()];
  for (std::uint32_t i = 0; i < pack_.patterns.size(); ++i) {
    if (!pack_.patterns[i].reads_neighbours() || !judges(region, i)) continue;
    const Changed around = std::exchange(pending.around[i], {});
    if (!run_pattern(region, i, tracks_[region.number()].levels[i], false, around, today, report)
             .all.none())
      report.moved.push_back({region, i});
  }
}

// NOLINTNEXTLINE(readability-function-size): which pattern, how far, and what to do with it
PatternChanged Assessment::run_pattern(RegionId region, std::uint32_t index, PatternTrack& track,
                                       bool base, const Changed& inputs, Day today,
                                       Report& report) {
  Day from = inputs.first;
  if (track.due <= today) from = std::min(from, std::max(track.until, begin_));
  if (from > today) return {};
  const Pattern& pattern = pack_.patterns[index];
  DimensionMemo memo(pack_.threats.size());
  Scene scene = pattern_scene(region, pattern);
  scene.memo = &memo;
  ++report.pattern_folds;
  return fold_pattern(track, policies_[index], begin_, from, inputs, today, [&](Day tick) {
    ++report.evaluations;
    Horizon horizon;
    PatternVerdict verdict;
    for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
      const Expression& condition = pattern.levels[static_cast<std::size_t>(level)];
      if (condition.empty() || (base && condition.reads_neighbours)) continue;
      const Tri holds = evaluate(scene, condition, tick, horizon);
      if (holds == Tri::kTrue) verdict.surely = level;
      if (holds != Tri::kFalse) verdict.possibly = level;
    }
    verdict.until = horizon.until;
    verdict.reads_from = horizon.reads_from;
    return verdict;
  });
}

// Only what was folded can be due earlier than before. The region may then be looked at on a day on
// which nothing of it is due any more; that look puts it right.
void Assessment::update_due(RegionId region) {
  const RegionTracks& tracks = tracks_[region.number()];
  Pending& pending = pending_[region.number()];
  Day& due = due_[region.number()];
  if (pending.all) {
    due = kDayNever;
    for (const SignalTrack& track : tracks.signals) due = std::min(due, track.due);
  }
  for (const std::uint32_t i : pending.signals) due = std::min(due, tracks.signals[i].due);
  for (std::uint32_t i = 0; i < pack_.patterns.size(); ++i) {
    const Pattern& pattern = pack_.patterns[i];
    if (pattern.at.empty() || judges(region, i)) due = std::min(due, tracks.base[i].due);
    if (pattern.reads_neighbours() && judges(region, i)) due = std::min(due, tracks.levels[i].due);
  }
  pending.signals.clear();
  pending.all = false;
}

}  // namespace tocsin
