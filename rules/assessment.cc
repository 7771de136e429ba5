#include "rules/assessment.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "model/result.h"
#include "model/sorted.h"
#include "rules/fold.h"
#include "rules/read_memo.h"
#include "rules/read_samples.h"
#include "rules/regions_over.h"
#include "rules/static_check.h"

namespace tocsin {
namespace {

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
      judges_(pack.patterns.size(), std::vector<bool>(catalogue.regions.id_limit(), false)),
      samples_(std::make_unique<SampleMemo>()) {
  const RegionTable& regions = catalogue.regions;
  bool anything_around = false;
  for (std::uint32_t i = 0; i < pack.patterns.size(); ++i) {
    const Pattern& pattern = pack.patterns[i];
    for (const RegionId place : pattern.at.empty() ? pack.regions : pattern.at) {
      judges_[i][place.number()] = true;
      places_.push_back({place, i});
    }
    anything_around = anything_around || pattern.reads_neighbours();
  }
  sort_unique(places_);
  judged_ = folded_regions(regions, pack);
  const ReadsAround reads = reads_around(pack);
  for (std::size_t i = 0; anything_around && i < places_.size(); ++i) {
    const RegionId region = places_[i].region;
    if (i > 0 && region == places_[i - 1].region) continue;
    for (const RegionId around : read_around(regions, pack, reads, region))
      influences_[around.number()].push_back(region);
  }
  for (const RegionId region : judged_) {
    judged_flag_[region.number()] = true;
    RegionTracks& tracks = tracks_[region.number()];
    tracks.signals.resize(pack.signals.size());
    tracks.base.resize(pack.patterns.size());
    tracks.levels.resize(pack.patterns.size());
    Pending& pending = pending_[region.number()];
    pending.signal_from.assign(pack.signals.size(), begin_);
    tracks.dimensions.resize(pack.threats.size());
    for (std::size_t i = 0; i < pack.signals.size(); ++i) {
      if (stands(region, pack.signals[i])) {
        if (pack.signals[i].stance == Stance::kThreat)
          tracks.dimensions[pack.signals[i].dimension.number()].add_unknown();
        continue;
      }
      tracks.signals[i] = absent();
      pending.signal_from[i] = kDayNever;
    }
    pending.around.resize(pack.patterns.size());
    pending.all = pending.listed = true;
    dirty_.push_back(region);
  }
  find_readers();
  find_far_readers();
  find_strata();
  find_read_around();
  find_levels_read();
}

Assessment::Assessment(Assessment&&) noexcept = default;
Assessment::~Assessment() = default;

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
  return tocsin::stands(catalogue_.regions, signal, region);
}

RegionId Assessment::data_region(RegionId region, const Signal& signal) const {
  if (signal.from.empty()) return region;
  const Region* set = catalogue_.regions.set_of(region, signal.from);
  return set == nullptr ? RegionId() : set->id;
}

Scene Assessment::signal_scene(RegionId region, const Signal& signal) const {
  Scene scene{catalogue_, pack_,   data_,  tracks_, region, data_region(region, signal),
              Span{},     nullptr, &signal};
  scene.samples = samples_.get();
  return scene;
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
  tracks.dimensions = std::move(tracks_[region.number()].dimensions);
  for (std::size_t i = 0; i < pack_.signals.size(); ++i)
    if (pack_.signals[i].stance == Stance::kThreat && stands(region, pack_.signals[i]))
      tracks.dimensions[pack_.signals[i].dimension.number()].change(kDayMin, {},
                                                                    tracks.signals[i].runs);
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
  std::vector<Moves> moves(strata_ > 1 ? tracks_.size() : 0);
  if (strata_ > 1) fold_strata(work, moves, today, report);
  for (const RegionId region : work) {
    if (before_change_) before_change_(region);
    Moves own = strata_ > 1 ? moves[region.number()] : fold_signals(region, 0, today, report);
    own.around.join(fold_patterns(region, own.all, today, report));
    if (!own.around.none()) wake(region, own.around);
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

// What signals read of other regions is folded before them; who reads what changed joins the work.
void Assessment::fold_strata(std::vector<RegionId>& work, std::vector<Moves>& moves, Day today,
                             Report& report) {
  for (std::uint32_t stratum = 0; stratum < strata_; ++stratum) {
    work.insert(work.end(), dirty_.begin(), dirty_.end());
    dirty_.clear();
    sort_unique(work);
    for (const RegionId region : work) {
      if (before_change_) before_change_(region);
      const Moves own = fold_signals(region, stratum, today, report);
      moves[region.number()].all.join(own.all);
      moves[region.number()].around.join(own.around);
    }
  }
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

Assessment::Moves Assessment::fold_signals(RegionId region, std::uint32_t stratum, Day today,
                                           Report& report) {
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
    if (stratum_[i] != stratum) continue;
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
    if (!changed.none() && strata_ > 1)
      for (const FarReader& reader : far_tracks_[region.number()])
        if (reader.read == i) mark(reader.region, reader.signal, changed.first);
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
  RegionTracks& tracks = tracks_[region.number()];
  SignalTrack& track = tracks.signals[index];
  const auto conditions_at = [&](Day tick, bool on) {
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
  };
  const Changed changed = fold_signal(
      track, {signal.for_days, signal.linger_days, signal.latch ? &*signal.latch : nullptr}, begin_,
      from, today, std::cref(conditions_at), runs_before_);
  if (!changed.none() && signal.stance == Stance::kThreat) {
    const auto first = std::max<std::ptrdiff_t>(0, track.index_at(changed.first));
    tracks.dimensions[signal.dimension.number()].change(
        changed.first, runs_before_,
        std::span(track.runs).subspan(static_cast<std::size_t>(first)));
  }
  return changed;
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
  const Scene scene = pattern_scene(region, pattern);
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
