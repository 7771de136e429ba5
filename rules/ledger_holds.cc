#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "rules/ledger_statement.h"

// What keeps a new alert from being raised, and for how long.
namespace tocsin {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, kHoldReasonCount> kHoldReasonNames = {"person", "mute",
                                                                             "budget", "veto"};

// The day on which what was said on `said` mutes no more.
Day end_of_mute(Day said, Span length) {
  Day day = said + 1;
  while (minus(day, length) < said) day = day + 1;
  return day;
}

}  // namespace

std::string_view name_of(HoldReason reason) {
  return kHoldReasonNames[static_cast<std::size_t>(reason)];
}

std::optional<HoldReason> parse_hold_reason(std::string_view name) {
  const auto found = std::find(kHoldReasonNames.begin(), kHoldReasonNames.end(), name);
  if (found == kHoldReasonNames.end()) return std::nullopt;
  return static_cast<HoldReason>(found - kHoldReasonNames.begin());
}

std::string HeldBack::note(ProcessingTime now) const {
  json::object note{{"note", "held-back"},
                    {"pack", pack},
                    {"pattern", pattern},
                    {"region", region},
                    {"why", name_of(why)},
                    {"by", by},
                    {"until", until},
                    {"level", name_of(level)},
                    {"start", format_day(start)},
                    {"at", format_rfc3339(now)}};
  if (override_unknown) note["overrides"] = "not known";
  return json::serialize(note);
}

Tri ask_now(const Ledger::Statement& statement, const Expression& condition) {
  if (condition.empty()) return Tri::kFalse;
  Horizon horizon;
  return evaluate(statement.assessment.pattern_scene(statement.place.region, statement.pattern),
                  condition, statement.tick(), horizon);
}

// `overrides` is asked after every reason to be silent, and lifts whichever it is, so that none can
// be added that goes around it. A veto is an answer and no silence: it stands.
std::optional<HeldBack> Ledger::may_raise(const Statement& statement) const {
  auto held = muted_by_person(statement);
  if (!held) held = muted(statement);
  if (!held) held = spent(statement);
  if (held) {
    const Tri overridden = ask_now(statement, statement.pattern.overrides);
    held->override_unknown = overridden == Tri::kUnknown;
    if (overridden == Tri::kTrue) held.reset();
  }
  if (!held) held = vetoed(statement);
  if (!held) return std::nullopt;
  held->level = statement.episode.level;
  held->start = statement.episode.start;
  held->pack = statement.assessment.pack().name;
  held->pattern = statement.pattern.name;
  held->region = statement.region.code;
  return held;
}

std::optional<HeldBack> Ledger::muted_by_person(const Statement& statement) const {
  const PersonsMute* mute =
      mute_in_force(statement.assessment.pack().name + "/" + statement.pattern.name,
                    statement.region.code, statement.now);
  if (mute == nullptr) return std::nullopt;
  HeldBack held;
  held.why = HoldReason::kPerson;
  held.by = mute->who;
  held.until = format_rfc3339(mute->until);
  return held;
}

std::optional<HeldBack> Ledger::muted(const Statement& statement) const {
  if (!statement.pattern.mute) return std::nullopt;
  const Mute& mute = *statement.pattern.mute;
  const Pack& pack = statement.assessment.pack();
  const Day begins = minus(day_of(statement.now), mute.length);
  const Loud* by = nullptr;
  for (const std::uint32_t pattern : mute.patterns)
    each_loud(pack.name, pack.patterns[pattern].name, [&](const Loud& loud) {
      if (loud.day <= begins || (by != nullptr && loud.day < by->day)) return false;
      const bool near = std::any_of(mute.places.begin(), mute.places.end(), [&](Around around) {
        return lies(catalogue_.regions, around, statement.region.id, loud.region);
      });
      if (near && loud.level >= statement.episode.level && is_named_before(loud, by)) by = &loud;
      return true;
    });
  if (by == nullptr) return std::nullopt;
  HeldBack held;
  held.why = HoldReason::kMute;
  held.by = by->alert.hex();
  held.until = format_day(end_of_mute(by->day, mute.length));
  return held;
}

std::optional<HeldBack> Ledger::spent(const Statement& statement) const {
  if (!statement.pattern.budget) return std::nullopt;
  const Budget& budget = *statement.pattern.budget;
  const auto occurrence = budget.per.holding(day_of(statement.now));
  if (!occurrence) return std::nullopt;
  std::int64_t raised = 0;
  const Loud* by = nullptr;
  each_loud(statement.assessment.pack().name, statement.pattern.name, [&](const Loud& loud) {
    if (loud.day < occurrence->start) return false;
    const bool counts = loud.kind != RevisionKind::kEscalated &&
                        lies(catalogue_.regions, budget.place, statement.region.id, loud.region);
    if (!counts) return true;
    ++raised;
    if (is_named_before(loud, by)) by = &loud;
    return raised < budget.at_most || loud.day == by->day;
  });
  if (raised < budget.at_most) return std::nullopt;
  HeldBack held;
  held.why = HoldReason::kBudget;
  held.by = by->alert.hex();
  held.until = format_day(occurrence->until);
  return held;
}

std::optional<HeldBack> Ledger::vetoed(const Statement& statement) {
  const auto& decision = statement.pattern.decision;
  if (!decision || ask_now(statement, decision->veto) != Tri::kTrue) return std::nullopt;
  HeldBack held;
  held.why = HoldReason::kVeto;
  return held;
}

// The newest is named, and of one day the one with the least id: in which order a commit said them
// does not matter.
bool Ledger::is_named_before(const Loud& loud, const Loud* other) {
  return other == nullptr || loud.day > other->day ||
         (loud.day == other->day && loud.alert < other->alert);
}

void Ledger::each_loud(const std::string& pack, const std::string& pattern,
                       const std::function<bool(const Loud&)>& fn) const {
  const auto found = loud_.find({pack, pattern});
  if (found == loud_.end()) return;
  for (auto loud = found->second.rbegin(); loud != found->second.rend(); ++loud)
    if (!fn(*loud)) return;
}

// A proposal counts while it is open, and then only if it is raised.
void Ledger::hear(const AlertRevision& revision, bool was_pending) {
  const Region* region = catalogue_.regions.find(revision.region);
  if (region == nullptr) return;
  std::vector<Loud>& said = loud_[{revision.pack, revision.pattern}];
  if (was_pending) {
    const auto proposal = std::find_if(said.begin(), said.end(), [&](const Loud& loud) {
      return loud.alert == revision.alert && loud.kind == RevisionKind::kProposed;
    });
    if (revision.kind == RevisionKind::kProposed) {
      proposal->level = revision.level;
      return;
    }
    said.erase(proposal);
  }
  if (revision.kind == RevisionKind::kRaised || revision.kind == RevisionKind::kEscalated ||
      revision.kind == RevisionKind::kProposed)
    said.push_back(
        {region->id, revision.alert, day_of(revision.issued), revision.level, revision.kind});
}

void Ledger::hold_back(const Statement& statement, Place& place, HeldBack held, Statements& out) {
  waiting_.insert(key_of(statement.assessment, statement.place));
  const Episode& episode = statement.episode;
  const bool told = place.held && place.held->start < episode.end &&
                    episode.start <= place.held->tick && held.level <= place.held->level &&
                    held.why == place.held->why;
  if (told) return;
  place.held = {episode.start, day_of(statement.now), held.level, held.why};
  out.notes.push_back(held.note(statement.now));
  out.held_back.push_back(std::move(held));
}

std::vector<Assessment::Moved> Ledger::waiting_places(const Assessment& assessment) const {
  std::vector<Assessment::Moved> places;
  const Pack& pack = assessment.pack();
  for (auto key = waiting_.lower_bound({pack.name, "", ""});
       key != waiting_.end() && std::get<0>(*key) == pack.name; ++key)
    if (const auto place = place_of(assessment, *key)) places.push_back(*place);
  return places;
}

std::optional<ProcessingTime> Ledger::next_due(ProcessingTime now) const {
  std::optional<ProcessingTime> next;
  const auto consider = [&](ProcessingTime time) {
    if (time > now && (!next || time < *next)) next = time;
  };
  for (const PlaceKey& key : waiting_)
    if (const auto place = places_.find(key); place != places_.end())
      for (const Alert& alert : place->second.alerts)
        if (alert.pending() && alert.last.decide_by) consider(*alert.last.decide_by);
  for (const auto& [where, mute] : persons_mutes_) consider(mute.until);
  return next;
}

Result<Ledger::MuteSaid> Ledger::mute(std::span<const Assessment> assessments,
                                      const MuteInput& input, ProcessingTime now) {
  const Region* region = catalogue_.regions.find(input.region);
  std::vector<std::string> meant;  // PACK/PATTERN
  for (const Assessment& assessment : assessments) {
    const Pack& pack = assessment.pack();
    for (std::uint32_t i = 0; i < pack.patterns.size(); ++i) {
      const Pattern& pattern = pack.patterns[i];
      std::string name = pack.name + "/" + pattern.name;
      if (input.pattern != pattern.name && input.pattern != name) continue;
      if (region == nullptr || !assessment.judges(region->id, i)) continue;
      meant.push_back(std::move(name));
      const Statement statement{assessment, pattern, *region, {region->id, i}, now};
      if (input.until > now && ask_now(statement, pattern.overrides) == Tri::kTrue)
        return fail(ErrorCode::kConflict,
                    fmt::format("{} in {} cannot be muted while this holds: {}", pattern.name,
                                region->code, pattern.overrides.text));
    }
  }
  if (meant.empty())
    return fail(ErrorCode::kNotFound,
                fmt::format("no pattern '{}' is judged in '{}'", input.pattern, input.region));
  if (meant.size() > 1)
    return fail(ErrorCode::kConflict,
                fmt::format("'{}' is a pattern of several packs in {}: say which, {}",
                            input.pattern, input.region, fmt::join(meant, " or ")));
  const std::string& pattern = meant.front();
  if (input.until <= now && !mute_in_force(pattern, input.region, now))
    return fail(ErrorCode::kNotFound, fmt::format("nobody mutes {} in {}: there is nothing to lift",
                                                  pattern, input.region));
  note_mute(pattern, input.region, {input.who, input.until}, now);
  return MuteSaid{pattern, json::serialize(json::object{{"note", "muted"},
                                                        {"pattern", pattern},
                                                        {"region", input.region},
                                                        {"who", input.who},
                                                        {"reason", input.reason},
                                                        {"until", format_rfc3339(input.until)},
                                                        {"at", format_rfc3339(now)}})};
}

// A pattern is PACK/PATTERN. Notes of earlier programs may have its name alone.
const Ledger::PersonsMute* Ledger::mute_in_force(const std::string& pattern,
                                                 const std::string& region,
                                                 ProcessingTime now) const {
  for (const std::string& name : {pattern, pattern.substr(pattern.find('/') + 1)}) {
    const auto found = persons_mutes_.find({name, region});
    if (found != persons_mutes_.end() && found->second.until > now) return &found->second;
  }
  return nullptr;
}

std::vector<Ledger::MuteInForce> Ledger::mutes(ProcessingTime now) const {
  std::vector<MuteInForce> out;
  for (const auto& [where, mute] : persons_mutes_)
    if (mute.until > now) out.push_back({where.first, where.second, mute.who, mute.until});
  return out;
}

// The last word holds, under whichever name it was said.
void Ledger::note_mute(const std::string& pattern, const std::string& region, PersonsMute mute,
                       ProcessingTime now) {
  persons_mutes_.erase({pattern.substr(pattern.find('/') + 1), region});
  if (mute.until > now) {
    persons_mutes_.insert_or_assign({pattern, region}, std::move(mute));
  } else {
    persons_mutes_.erase({pattern, region});
  }
}

}  // namespace tocsin
