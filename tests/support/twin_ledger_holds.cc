#include <algorithm>

#include "tests/support/twin_ledger.h"

// What keeps an alert from being raised, looked up anew each time in all that was ever said.
namespace tocsin::twin {
namespace {

RegionId country(const Catalogue& catalogue, RegionId id) {
  while (id.number() != 0 && catalogue.regions.at(id).kind != RegionKind::kCountry)
    id = catalogue.regions.at(id).parent;
  return id;
}

bool among(const std::vector<RegionId>& list, RegionId id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

Tri Ledger::holds(std::optional<std::uint32_t> signal,
                  const std::vector<NamedTicks>& signals) const {
  if (!signal) return Tri::kFalse;
  const SignalTick& today = signals[*signal].ticks.back();
  if (today.on) return Tri::kTrue;
  return today.known ? Tri::kFalse : Tri::kUnknown;
}

bool Ledger::around(const std::string& place, RegionId other) const {
  const Region& here = catalogue_.regions.at(region_);
  const Region& there = catalogue_.regions.at(other);
  if (place == "same") return region_ == other;
  if (place == "parent")
    return here.parent.number() != 0 && (here.parent == other || here.parent == there.parent);
  if (place == "children") return there.parent == region_ || among(here.members, other);
  if (place == "neighbours") return among(here.neighbours, other);
  if (place == "country") {
    const RegionId mine = country(catalogue_, region_);
    return mine.number() == 0 ? other == region_ : country(catalogue_, other) == mine;
  }
  if (place == "pack") return true;
  // basin
  if (other == region_) return false;
  if (!here.members.empty()) return among(here.members, other);
  for (const Region& basin : catalogue_.regions.all()) {
    if (basin.kind != RegionKind::kBasin || !among(basin.members, other)) continue;
    for (RegionId id = region_; id.number() != 0; id = catalogue_.regions.at(id).parent)
      if (among(basin.members, id)) return true;
  }
  return false;
}

std::optional<std::string> Ledger::held_by(Level level, const std::vector<NamedTicks>& signals,
                                           Day today) const {
  bool muted = false;
  int spent = 0;
  for (const Heard& heard : board_) {
    if (pattern_.mute && heard.level >= level && heard.day > minus(today, pattern_.mute->length)) {
      const auto& patterns = pattern_.mute->patterns;
      const bool counts =
          std::find(patterns.begin(), patterns.end(), heard.pattern) != patterns.end();
      for (const std::string& place : pattern_.mute->places)
        muted = muted || (counts && around(place, heard.region));
    }
    if (!pattern_.budget || heard.pattern != number_ || heard.kind == RevisionKind::kEscalated)
      continue;
    const auto season = pack_.seasons[pattern_.budget->season].start(today);
    if (season && heard.day >= *season && around(pattern_.budget->place, heard.region)) ++spent;
  }
  const bool over = pattern_.budget && spent >= pattern_.budget->at_most;
  if ((muted || over) && holds(pattern_.overrides, signals) != Tri::kTrue)
    return muted ? "mute" : "budget";
  if (pattern_.decision && holds(pattern_.decision->veto, signals) == Tri::kTrue) return "veto";
  return std::nullopt;
}

ProcessingTime Ledger::deadline(ProcessingTime now) const {
  return ProcessingTime(now.milliseconds() + std::int64_t{pattern_.decision->hours} * 3'600'000);
}

void Ledger::begin_new(const std::vector<NamedTicks>& signals, ProcessingTime now, Commit& out) {
  if (new_) begin(new_->second, new_->first, signals, now, out);
}

void Ledger::begin(std::optional<std::size_t> again, const Episode& episode,
                   const std::vector<NamedTicks>& signals, ProcessingTime now, Commit& out) {
  const Day today = day_of(now);
  if (const auto why = held_by(episode.level, signals, today)) {
    const bool told = spell_ && spell_->why == *why && spell_->level >= episode.level &&
                      episode.start <= spell_->told &&
                      (!episode.end || spell_->start < *episode.end);
    if (told) return;
    spell_ = {episode.start, today, episode.level, *why};
    out.kept.push_back({*why, episode.level, episode.start});
    return;
  }
  spell_.reset();
  const std::size_t alert = again.value_or(alerts_.size());
  if (!again) alerts_.emplace_back();
  alerts_[alert].basis = basis_of(episode, signals, today);
  const bool asks = pattern_.decision && holds(pattern_.decision->agree, signals) != Tri::kTrue;
  if (asks) alerts_[alert].due = deadline(now);
  say(alert, asks ? RevisionKind::kProposed : RevisionKind::kRaised, episode, today, out);
}

void Ledger::decide(std::size_t index, const Episode& episode,
                    const std::vector<NamedTicks>& signals, ProcessingTime now, Commit& out) {
  Alert& alert = alerts_[index];
  const Day today = day_of(now);
  const Decision& decision = *pattern_.decision;
  if (episode.end) {
    say(index, RevisionKind::kWithdrawn, episode, today, out);
  } else if (holds(decision.veto, signals) == Tri::kTrue) {
    say(index, RevisionKind::kVetoed, episode, today, out);
  } else if (holds(decision.agree, signals) == Tri::kTrue) {
    say(index, RevisionKind::kRaised, episode, today, out);
  } else if (episode.level > alert.level) {
    alert.due = deadline(now);
    say(index, RevisionKind::kProposed, episode, today, out);
  } else if (now >= *alert.due && decision.silence_agrees) {
    say(index, RevisionKind::kRaised, episode, today, out);
  } else if (now >= *alert.due) {
    say(index, RevisionKind::kRefused, episode, today, out);
  } else if (basis_of(episode, signals, today) != alert.basis || episode.level != alert.level) {
    say(index, RevisionKind::kProposed, episode, today, out);
  }
  alert.basis = basis_of(episode, signals, today);
}

std::vector<ProcessingTime> Ledger::dues() const {
  std::vector<ProcessingTime> out;
  for (const Alert& alert : alerts_)
    if (alert.last == RevisionKind::kProposed) out.push_back(*alert.due);
  return out;
}

}  // namespace tocsin::twin
