#include "rules/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "rules/ledger_statement.h"

namespace tocsin {
namespace {

bool overlaps(Day a_start, Day a_end, Day b_start, Day b_end) {
  return a_start < b_end && b_start < a_end;
}

// Whether what was held back is said with it.
bool begins(RevisionKind kind) {
  return kind == RevisionKind::kRaised || kind == RevisionKind::kProposed;
}

std::string text_of(const boost::json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace

std::vector<Episode> episodes_of(const PatternTrack& track) {
  std::vector<Episode> episodes;
  for (const PatternRun& run : track.runs) {
    const bool going = !episodes.empty() && episodes.back().lasts();
    if (run.level == Level::kNone) {
      if (going) {
        episodes.back().end = run.start;
        episodes.back().level = Level::kNone;
      }
    } else if (going) {
      episodes.back().level = run.level;
    } else {
      episodes.push_back({run.start, kDayNever, run.level});
    }
  }
  return episodes;
}

Ledger::Ledger(const Catalogue& catalogue, LedgerOptions options)
    : catalogue_(catalogue), options_(options), open_in_(catalogue.regions.id_limit()) {}

void Ledger::restore(const AlertRevision& revision) {
  const PlaceKey key{revision.pack, revision.pattern, revision.region};
  Place& place = places_[key];
  auto found = std::find_if(place.alerts.begin(), place.alerts.end(),
                            [&](const Alert& alert) { return alert.last.alert == revision.alert; });
  if (found == place.alerts.end()) {
    found = place.alerts.emplace(place.alerts.end());
    found->first_tick = revision.tick;
    hear(revision, false);
  } else {
    if (found->open()) count_open(revision.region, -1);
    hear(revision, found->pending());
  }
  found->take(revision);
  if (found->open()) count_open(revision.region, 1);
  if (found->pending()) waiting_.insert(key);
  if (begins(revision.kind)) place.held.reset();
}

void Ledger::Alert::take(const AlertRevision& revision) {
  switch (revision.kind) {
    case RevisionKind::kRaised:
    case RevisionKind::kEscalated:
    case RevisionKind::kEased:
    case RevisionKind::kUpdated:
    case RevisionKind::kCleared:
    case RevisionKind::kLapsed:
      raised = true;
      break;
    case RevisionKind::kProposed:
      turned_down = Level::kNone;
      break;
    case RevisionKind::kVetoed:
    case RevisionKind::kRefused:
      turned_down = revision.previous_level;
      break;
    case RevisionKind::kWithdrawn:
    case RevisionKind::kMerged:
    case RevisionKind::kRetired:
      break;
  }
  last = revision;
}

// Regions that no longer exist are counted in the sum alone: nobody asks for them.
void Ledger::count_open(std::string_view code, int change) {
  open_count_ += static_cast<std::size_t>(change);
  if (const Region* region = catalogue_.regions.find(code))
    open_in_[region->id.number()] += static_cast<std::uint32_t>(change);
}

Result<void> Ledger::restore_note(std::string_view text) {
  boost::system::error_code error;
  const auto value = boost::json::parse(text, error);
  const auto* object = error ? nullptr : value.if_object();
  if (object == nullptr || !object->contains("note")) return {};
  const auto field = [&](std::string_view key) { return text_of(*object, key); };
  const auto corrupt = [&](const std::string& what) {
    return fail(ErrorCode::kCorrupt, "the ledger holds a note without " + what + std::string(text));
  };
  const std::string what = field("note");
  const auto at = parse_rfc3339_ms(field("at"));
  if (what == "muted") {
    const auto until = parse_rfc3339_ms(field("until"));
    if (!at || !until) return corrupt("times: ");
    note_mute(field("pattern"), field("region"), {field("who"), ProcessingTime(*until)},
              ProcessingTime(*at));
    return {};
  }
  const PlaceKey key{field("pack"), field("pattern"), field("region")};
  Place& place = places_[key];
  if (what == "episode-past") {
    const auto start = parse_day(field("start")), end = parse_day(field("end"));
    if (!start || !end) return corrupt("days: ");
    place.noted.emplace_back(*start, *end);
  }
  if (what == "held-back") {
    const auto start = parse_day(field("start"));
    const auto level = parse_level(field("level"));
    const auto why = parse_hold_reason(field("why"));
    if (!at || !start || !level || !why) return corrupt("its day, level, time or reason: ");
    place.held = {*start, day_of(ProcessingTime(*at)), *level, *why};
    waiting_.insert(key);
  }
  for (const Alert& alert : place.alerts)
    if (alert.last.alert.hex() == field("alert")) place.noted_alerts.insert(alert.last.alert);
  return {};
}

Ledger::PlaceKey Ledger::key_of(const Assessment& assessment,
                                const Assessment::Moved& place) const {
  return {assessment.pack().name, assessment.pack().patterns[place.pattern].name,
          catalogue_.regions.at(place.region).code};
}

bool Ledger::has_open(const Assessment& assessment, const Assessment::Moved& place) const {
  return stated_start(assessment, place).has_value();
}

std::optional<Day> Ledger::stated_start(const Assessment& assessment,
                                        const Assessment::Moved& place) const {
  if (open_in_[place.region.number()] == 0) return std::nullopt;
  const auto found = places_.find(key_of(assessment, place));
  if (found == places_.end()) return std::nullopt;
  for (const Alert& alert : found->second.alerts)
    if (alert.open()) return alert.last.episode_start;
  return std::nullopt;
}

std::vector<Assessment::Moved> Ledger::open_places(const Assessment& assessment) const {
  std::vector<Assessment::Moved> open;
  for (const auto& [key, place] : places_) {
    if (std::get<0>(key) != assessment.pack().name) continue;
    if (std::none_of(place.alerts.begin(), place.alerts.end(),
                     [](const Alert& alert) { return alert.open(); }))
      continue;
    if (const auto found = place_of(assessment, key)) open.push_back(*found);
  }
  std::sort(open.begin(), open.end());
  return open;
}

std::optional<Assessment::Moved> Ledger::place_of(const Assessment& assessment,
                                                  const PlaceKey& key) const {
  const Pattern* found = assessment.pack().find_pattern(std::get<1>(key));
  const Region* region = catalogue_.regions.find(std::get<2>(key));
  if (found == nullptr || region == nullptr) return std::nullopt;
  const auto index = static_cast<std::uint32_t>(found - assessment.pack().patterns.data());
  if (!assessment.judges(region->id, index)) return std::nullopt;
  return Assessment::Moved{region->id, index};
}

std::vector<AlertRevision> Ledger::open() const {
  std::vector<AlertRevision> open;
  for (const auto& [key, place] : places_)
    for (const Alert& alert : place.alerts)
      if (alert.open()) open.push_back(alert.last);
  return open;
}

void Ledger::reconcile(const Assessment& assessment, std::span<const Assessment::Moved> places,
                       const Corrected& corrected, ProcessingTime now, Statements& out) {
  static const std::set<std::string> kNothing;
  std::vector<Turn> turns;
  for (const Assessment::Moved& at : places) {
    const auto found = corrected.find(at);
    follow_place(assessment, at, found == corrected.end() ? kNothing : found->second, now, turns);
  }
  // What there is already first, everywhere: what it comes to decides what may be raised.
  for (Turn& turn : turns) {
    if (turn.begins) begin(turn);
    std::ranges::move(turn.said.revisions, std::back_inserter(out.revisions));
    std::ranges::move(turn.said.notes, std::back_inserter(out.notes));
    std::ranges::move(turn.said.held_back, std::back_inserter(out.held_back));
  }
}

void Ledger::follow_place(const Assessment& assessment, const Assessment::Moved& at,
                          const std::set<std::string>& corrected, ProcessingTime now,
                          std::vector<Turn>& turns) {
  const auto episodes = episodes_of(assessment.pattern_track(at.region, at.pattern));
  const PlaceKey key = key_of(assessment, at);
  const auto known = places_.find(key);
  if (episodes.empty() && known == places_.end()) return;
  Place& place = known == places_.end() ? places_[key] : known->second;
  waiting_.erase(key);
  Turn& turn = turns.emplace_back(Turn{{assessment, assessment.pack().patterns[at.pattern],
                                        catalogue_.regions.at(at.region), at, now},
                                       place});
  Followers followers(episodes.size(), nullptr);
  // What was never raised gives way to what was.
  for (const bool raised : {true, false})
    for (Alert& alert : place.alerts)
      if (alert.raised == raised) follow_latest(turn, alert, episodes, followers, corrected);
  if (std::any_of(place.alerts.begin(), place.alerts.end(),
                  [](const Alert& alert) { return alert.pending(); }))
    waiting_.insert(key);
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    if (followers[i] != nullptr) continue;
    turn.statement.episode = episodes[i];
    if (episodes[i].lasts()) {
      turn.begins = episodes[i];
    } else {
      note_past(turn.statement, place, turn.said);
    }
  }
}

void Ledger::follow_latest(Turn& turn, Alert& alert, const std::vector<Episode>& episodes,
                           Followers& followers, const std::set<std::string>& corrected) {
  Statement& statement = turn.statement;
  Statements& out = turn.said;
  if (alert.last.kind == RevisionKind::kMerged || alert.last.kind == RevisionKind::kRetired) return;
  const Day today = statement.tick();
  const bool turned_down = !alert.open() && alert.turned_down != Level::kNone;
  const bool recent =
      alert.open() || turned_down || today - day_of(alert.last.issued) <= options_.closed_days;
  const Day end = alert.open() ? today + 1 : alert.last.episode_end.value_or(alert.last.tick + 1);
  std::size_t latest = episodes.size();
  for (std::size_t i = 0; i < episodes.size(); ++i)
    if (overlaps(alert.last.episode_start, end, episodes[i].start, episodes[i].end)) latest = i;
  if (latest == episodes.size()) {
    if (alert.last.kind == RevisionKind::kWithdrawn || turned_down) return;
    if (recent) {
      // A closed alert spoke of no day after its end.
      const Day stated_end = alert.open() ? today : alert.last.episode_end.value_or(today);
      statement.episode = {alert.last.episode_start, stated_end, Level::kNone};
      close(statement, alert, RevisionKind::kWithdrawn, "", out);
    } else if (turn.place.noted_alerts.insert(alert.last.alert).second) {
      out.notes.push_back(fmt::format(
          R"({{"note":"would-be-withdrawn","pack":"{}","pattern":"{}","region":"{}","alert":"{}","at":"{}"}})",
          alert.last.pack, alert.last.pattern, alert.last.region, alert.last.alert.hex(),
          format_rfc3339(statement.now)));
    }
    return;
  }
  if (!recent) return;
  statement.episode = episodes[latest];
  if (followers[latest] != nullptr) {
    if (alert.open())
      close(statement, alert, RevisionKind::kMerged, followers[latest]->last.alert.hex(), out);
    return;
  }
  followers[latest] = &alert;
  follow(turn, alert, corrected);
}

void Ledger::follow(Turn& turn, Alert& alert, const std::set<std::string>& corrected) {
  const Statement& statement = turn.statement;
  Statements& out = turn.said;
  const Episode& episode = statement.episode;
  if (alert.pending()) {
    decide(statement, alert, corrected, out);
    if (alert.last.kind != RevisionKind::kVetoed) return;
  }
  if (!alert.open() && !alert.raised) {
    // What was turned down stays so in its episode, unless it comes to a higher level. Where it
    // came to one together with the veto, that is held back at once.
    if (episode.lasts() && episode.level > alert.turned_down) {
      turn.begins = episode;
      turn.again = static_cast<std::size_t>(&alert - turn.place.alerts.data());
    }
    return;
  }
  if (!episode.lasts()) {
    if (alert.open()) close(statement, alert, RevisionKind::kCleared, "", out);
    return;
  }
  const Level before = alert.open() ? alert.last.level : Level::kNone;
  if (episode.level != before) {
    const RevisionKind kind =
        episode.level > before ? RevisionKind::kEscalated : RevisionKind::kEased;
    say(statement, alert, compose(statement, kind, episode.level), out);
    return;
  }
  const auto basis = basis_of(statement);
  if (basis == alert.last.basis && corrected.empty()) return;
  const auto added = difference(basis, alert.last.basis);
  const bool lapsed = std::any_of(added.begin(), added.end(), [](const std::string& item) {
    return item.starts_with("lapsed:");
  });
  AlertRevision revision =
      compose(statement, lapsed ? RevisionKind::kLapsed : RevisionKind::kUpdated, episode.level);
  add_corrections(statement, corrected, revision);
  say(statement, alert, std::move(revision), out);
}

void Ledger::add_corrections(const Statement& statement, const std::set<std::string>& corrected,
                             AlertRevision& revision) const {
  for (const std::string& name : corrected)
    if (const Signal* signal = statement.assessment.pack().find_signal(name))
      revision.changes.push_back("The figures behind \"" + signal->title + "\" were corrected.");
}

// With agreement given beforehand nobody need be asked.
void Ledger::begin(Turn& turn) {
  Statement& statement = turn.statement;
  Place& place = turn.place;
  Statements& out = turn.said;
  statement.episode = *turn.begins;
  if (auto held = may_raise(statement)) return hold_back(statement, place, *std::move(held), out);
  const auto& decision = statement.pattern.decision;
  const bool asks = decision && ask_now(statement, decision->agree) != Tri::kTrue;
  AlertRevision revision = asks
                               ? proposal(statement, nullptr)
                               : compose(statement, RevisionKind::kRaised, statement.episode.level);
  place.held.reset();
  if (asks) waiting_.insert(key_of(statement.assessment, statement.place));
  if (turn.again) return say(statement, place.alerts[*turn.again], std::move(revision), out);
  const Day tick = statement.tick();
  const auto ordinal = std::count_if(place.alerts.begin(), place.alerts.end(),
                                     [&](const Alert& a) { return a.first_tick == tick; });
  Alert alert;
  alert.first_tick = tick;
  alert.last.number = 0;
  revision.alert = hash128_parts({revision.pack, revision.pattern, revision.region,
                                  format_day(tick), std::to_string(ordinal)});
  alert.last.alert = revision.alert;
  place.alerts.push_back(std::move(alert));
  count_open(revision.region, 1);
  say(statement, place.alerts.back(), std::move(revision), out);
}

void Ledger::close(const Statement& statement, Alert& alert, RevisionKind kind,
                   const std::string& merged_into, Statements& out) {
  AlertRevision revision = compose(statement, kind, Level::kNone);
  revision.merged_into = merged_into;
  if (alert.pending() && kind == RevisionKind::kWithdrawn)
    revision.changes.emplace_back("With the corrected evidence it would not have been proposed.");
  if (alert.open()) count_open(revision.region, -1);
  say(statement, alert, std::move(revision), out);
}

// Completes a revision from the alert's history, states it and makes it the alert's last.
void Ledger::say(const Statement& statement, Alert& alert, AlertRevision revision,
                 Statements& out) {
  const AlertRevision& before = alert.last;
  const bool was_closed = before.number > 0 && closes(before.kind);
  revision.alert = before.alert;
  revision.number = before.number + 1;
  const bool was_pending = before.number > 0 && alert.pending();
  // What was only proposed was no level that a raise could go on from.
  if (!was_closed && before.number > 0 &&
      !(was_pending && revision.kind == RevisionKind::kRaised)) {
    revision.previous_level = before.level;
    revision.previous_level_name = before.level_name;
  }
  revision.earlier = before.earlier;
  if (before.number > 0) {
    revision.earlier.push_back(before.issued);
    auto changes = changes_of(statement, before, revision);
    changes.insert(changes.end(), revision.changes.begin(), revision.changes.end());
    revision.changes = std::move(changes);
    if (was_closed && !closes(revision.kind)) count_open(revision.region, 1);
  }
  hear(revision, was_pending);
  alert.take(revision);
  out.revisions.push_back(std::move(revision));
}

void Ledger::note_past(const Statement& statement, Place& place, Statements& out) {
  const Episode& episode = statement.episode;
  for (const auto& [start, end] : place.noted)
    if (overlaps(start, end, episode.start, episode.end)) return;
  for (const Alert& alert : place.alerts)
    if (overlaps(alert.last.episode_start, alert.last.episode_end.value_or(alert.last.tick + 1),
                 episode.start, episode.end))
      return;
  place.noted.emplace_back(episode.start, episode.end);
  const PlaceKey key = key_of(statement.assessment, statement.place);
  out.notes.push_back(fmt::format(
      R"({{"note":"episode-past","pack":"{}","pattern":"{}","region":"{}","start":"{}","end":"{}","at":"{}"}})",
      std::get<0>(key), std::get<1>(key), std::get<2>(key), format_day(episode.start),
      format_day(episode.end), format_rfc3339(statement.now)));
}

std::optional<Day> Ledger::first_on(const Assessment& assessment, const Assessment::Moved& place,
                                    std::uint32_t signal, Day episode_start) {
  const Pattern& pattern = assessment.pack().patterns[place.pattern];
  const SignalTrack& track = assessment.signal_track(place.region, signal);
  const Day first = minus(episode_start + 1, pattern.window);
  for (auto i = std::max<std::ptrdiff_t>(0, track.index_at(first));
       i < static_cast<std::ptrdiff_t>(track.runs.size()); ++i)
    if (track.runs[static_cast<std::size_t>(i)].on)
      return std::max(first, track.runs[static_cast<std::size_t>(i)].start);
  return std::nullopt;
}

void Ledger::retire_missing(std::span<const Pack> packs, ProcessingTime now, Statements& out) {
  for (auto& [key, place] : places_) {
    const auto& [pack_name, pattern_name, region] = key;
    const auto pack = std::find_if(packs.begin(), packs.end(),
                                   [&, name = pack_name](const Pack& p) { return p.name == name; });
    if (pack != packs.end() && pack->find_pattern(pattern_name) != nullptr) continue;
    for (Alert& alert : place.alerts) {
      if (!alert.open()) continue;
      AlertRevision revision = alert.last;
      revision.kind = RevisionKind::kRetired;
      revision.previous_level = alert.last.level;
      revision.level = Level::kNone;
      revision.number += 1;
      revision.earlier.push_back(alert.last.issued);
      revision.issued = now;
      revision.tick = day_of(now);
      revision.episode_end = day_of(now);
      revision.changes = {"The rule that raised this alert is no longer in use."};
      revision.outlook.clear();
      revision.advice.clear();
      revision.basis.clear();
      revision.decide_by.reset();
      revision.silence.clear();
      revision.asked.clear();
      count_open(revision.region, -1);
      hear(revision, alert.pending());
      alert.take(revision);
      out.revisions.push_back(std::move(revision));
    }
  }
}

}  // namespace tocsin
