#include <algorithm>

#include "tests/support/rule_builders_random_history.h"

// Random events and their coverage.
namespace tocsin {

EventClaim HistoryMaker::some_event() {
  static const std::vector<RegionId> kPlaces = {at::kXa, at::kXa,    at::kXb,    at::kXc,
                                                at::kYd, at::kXa1,   at::kXa2,   at::kX,
                                                at::kY,  at::kNorth, at::kBasin, at::kZe};
  const Day first = first_day(Cadence::kMonth);
  const RegionId place = dice_.pick(kPlaces);
  const EventKindId kind = dice_.chance(60) ? of::kClash : of::kRaid;
  EventClaim out = event(place, kind, first + dice_.between(0, out_.end + 10 - first));
  out.source = dice_.chance(70) ? of::kFirst : of::kSecond;
  if (dice_.chance(60)) out.deaths = dice_.between(0, 8);
  if (dice_.chance(40)) out.displaced = dice_.between(0, 60);
  if (dice_.chance(15)) {
    out.end = out.start + dice_.between(2, 25);
    ++occurred_["vague date"];
  }
  out.vague_place = dice_.chance(10);
  if (out.vague_place || out.region == at::kX || out.region == at::kBasin)
    ++occurred_["unplaced event"];
  if (dice_.chance(10)) {
    out.status = EventStatus::kRefuted;
    ++occurred_["refuted event"];
  } else if (dice_.chance(20)) {
    out.status = EventStatus::kConfirmed;
  }
  if (dice_.chance(30)) out.actors.push_back(actor_number("Herders"));
  if (dice_.chance(30)) out.actors.push_back(actor_number("guards"));
  std::sort(out.actors.begin(), out.actors.end());
  return out;
}

void HistoryMaker::events() {
  const std::int32_t span = out_.end - first_day(Cadence::kMonth);
  std::int32_t count = dice_.between(3, 12);
  count += span / dice_.between(8, 40);
  for (std::int32_t i = 0; i < count; ++i) {
    const EventClaim claim = some_event();
    EventClaim other = dice_.chance(50) ? some_event() : claim;
    other.source = claim.source;
    if (dice_.chance(50)) other.deaths += 1;
    tell(claim.source, arrives(claim.end, 20), claim, other);
  }
}

std::vector<RegionId> HistoryMaker::covered_regions() {
  static const std::vector<std::vector<RegionId>> kRegions = {
      {at::kX, at::kY}, {at::kX, at::kY}, {at::kX},          {at::kXa, at::kXb},
      {at::kBasin},     {at::kNorth},     {at::kXa, at::kYd}};
  return dice_.pick(kRegions);
}

// Releases, one after the other, each adding some days; now and then one is left out.
void HistoryMaker::coverage(SourceId source) {
  const auto& settings = *out_.catalogue.find(source);
  Day until = first_day(Cadence::kMonth);
  const auto regions = covered_regions();
  Day from = until;
  const bool in_one_go = dice_.chance(50), complete = dice_.chance(50);
  while (until < out_.end + 20) {
    const bool past = until < out_.begin - 60;
    const Day next = past ? std::min(out_.begin - 40, until + 400)
                          : until + dice_.between(1, settings.event_cadence + 4);
    if (!dice_.chance(12) || past || complete) {
      const auto stated = dice_.chance(15) ? covered_regions() : regions;
      const Claim claim = events_covered(source, stated, in_one_go ? from : until, next);
      const Day other_end = std::max(from + 1, next + dice_.between(-3, 6));  // not empty
      const Claim other = events_covered(source, stated, from, other_end);
      tell(source, arrives(next, settings.event_longest_delay), claim, other);
    } else {
      ++occurred_["hole in coverage"];
    }
    until = next;
  }
}

}  // namespace tocsin
