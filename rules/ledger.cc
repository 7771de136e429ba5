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
  Place& place = places_[{revision.pack, revision.pattern, revision.region}];
  for (Alert& alert : place.alerts) {
    if (alert.last.alert != revision.alert) continue;
    if (alert.open()) count_open(revision.region, -1);
    alert.last = revision;
    if (alert.open()) count_open(revision.region, 1);
    return;
  }
  place.alerts.push_back({revision, revision.tick});
  if (place.alerts.back().open()) count_open(revision.region, 1);
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
  const auto field = [&](std::string_view key) {
    const auto* found = object->if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  Place& place = places_[{field("pack"), field("pattern"), field("region")}];
  if (field("note") == "episode-past") {
    const auto start = parse_day(field("start")), end = parse_day(field("end"));
    if (!start || !end)
      return fail(ErrorCode::kCorrupt,
                  "the ledger holds a note without days: " + std::string(text));
    place.noted.emplace_back(*start, *end);
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
    const auto& [pack, pattern, code] = key;
    if (pack != assessment.pack().name) continue;
    if (std::none_of(place.alerts.begin(), place.alerts.end(),
                     [](const Alert& alert) { return alert.open(); }))
      continue;
    const Pattern* found = assessment.pack().find_pattern(pattern);
    const Region* region = catalogue_.regions.find(code);
    if (found == nullptr || region == nullptr) continue;
    const auto index = static_cast<std::uint32_t>(found - assessment.pack().patterns.data());
    if (assessment.judges(region->id, index)) open.push_back({region->id, index});
  }
  std::sort(open.begin(), open.end());
  return open;
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
  for (const Assessment::Moved& place : places) {
    const auto found = corrected.find(place);
    reconcile_place(assessment, place, found == corrected.end() ? kNothing : found->second, now,
                    out);
  }
}

void Ledger::reconcile_place(const Assessment& assessment, const Assessment::Moved& at,
                             const std::set<std::string>& corrected, ProcessingTime now,
                             Statements& out) {
  const auto episodes = episodes_of(assessment.pattern_track(at.region, at.pattern));
  const PlaceKey key = key_of(assessment, at);
  const auto known = places_.find(key);
  if (episodes.empty() && known == places_.end()) return;
  Place& place = known == places_.end() ? places_[key] : known->second;
  Statement statement{assessment, assessment.pack().patterns[at.pattern],
                      catalogue_.regions.at(at.region), at, now};
  const Day today = assessment.today();

  std::vector<const Alert*> follower(episodes.size(), nullptr);
  // Raising appends to place.alerts, so the followers are walked first.
  for (Alert& alert : place.alerts) {
    const bool recent = alert.open() || today - day_of(alert.last.issued) <= options_.closed_days;
    const bool final =
        alert.last.kind == RevisionKind::kMerged || alert.last.kind == RevisionKind::kRetired;
    if (final) continue;
    const Day end = alert.open() ? today + 1 : alert.last.episode_end.value_or(alert.last.tick + 1);
    std::size_t latest = episodes.size();
    for (std::size_t i = 0; i < episodes.size(); ++i)
      if (overlaps(alert.last.episode_start, end, episodes[i].start, episodes[i].end)) latest = i;
    if (latest == episodes.size()) {
      if (alert.last.kind == RevisionKind::kWithdrawn) continue;
      if (recent) {
        // A closed alert spoke of no day after its end.
        const Day stated_end = alert.open() ? today : alert.last.episode_end.value_or(today);
        statement.episode = {alert.last.episode_start, stated_end, Level::kNone};
        close(statement, alert, RevisionKind::kWithdrawn, "", out);
      } else if (place.noted_alerts.insert(alert.last.alert).second) {
        out.notes.push_back(fmt::format(
            R"({{"note":"would-be-withdrawn","pack":"{}","pattern":"{}","region":"{}","alert":"{}","at":"{}"}})",
            std::get<0>(key), std::get<1>(key), std::get<2>(key), alert.last.alert.hex(),
            format_rfc3339(now)));
      }
      continue;
    }
    if (!recent) continue;
    statement.episode = episodes[latest];
    if (follower[latest] != nullptr) {
      if (alert.open())
        close(statement, alert, RevisionKind::kMerged, follower[latest]->last.alert.hex(), out);
      continue;
    }
    follower[latest] = &alert;
    follow(statement, alert, corrected, out);
  }
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    if (follower[i] != nullptr) continue;
    statement.episode = episodes[i];
    if (!episodes[i].lasts()) {
      note_past(statement, place, out);
    } else if (may_raise(statement)) {
      raise(statement, place, out);
    }
  }
}

void Ledger::follow(const Statement& statement, Alert& alert,
                    const std::set<std::string>& corrected, Statements& out) {
  const Episode& episode = statement.episode;
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
  for (const std::string& name : corrected)
    if (const Signal* signal = statement.assessment.pack().find_signal(name))
      revision.changes.push_back("The figures behind \"" + signal->title + "\" were corrected.");
  say(statement, alert, std::move(revision), out);
}

// Nothing holds a new alert back.
bool Ledger::may_raise(const Statement&) { return true; }

void Ledger::raise(const Statement& statement, Place& place, Statements& out) {
  const Day tick = statement.tick();
  const auto ordinal = std::count_if(place.alerts.begin(), place.alerts.end(),
                                     [&](const Alert& a) { return a.first_tick == tick; });
  Alert alert;
  alert.first_tick = tick;
  alert.last.number = 0;
  AlertRevision revision = compose(statement, RevisionKind::kRaised, statement.episode.level);
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
  if (!was_closed && before.number > 0) {
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
  alert.last = revision;
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
      count_open(revision.region, -1);
      alert.last = revision;
      out.revisions.push_back(std::move(revision));
    }
  }
}

}  // namespace tocsin
