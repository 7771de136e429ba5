#include "tests/support/rule_builders_random_history.h"

#include <algorithm>

// How the records of random histories arrive.
namespace tocsin {

void HistoryMaker::make() {
  for (const IndicatorId id : plan_.indicators)
    for (const RegionId region : places_with_data())
      for (const SourceId source : writers(id))
        if (dice_.chance(source == of::kFirst ? 85 : 35))
          series(*out_.catalogue.find(id), region, source);
  if (plan_.forecasts)
    for (const IndicatorId id : plan_.indicators)
      for (const RegionId region : places_with_data())
        for (const SourceId source : writers(id))
          if (dice_.chance(source == of::kFirst ? 85 : 25))
            foretell(*out_.catalogue.find(id), region, source);
  if (plan_.samples)
    for (const RegionId region : places_with_data())
      for (const SourceId source : writers(of::kVisible))
        if (dice_.chance(source == of::kFirst ? 85 : 25))
          samples(*out_.catalogue.find(of::kVisible), region, source);
  if (plan_.events) {
    events();
    coverage(of::kFirst);
    if (dice_.chance(60)) coverage(of::kSecond);
  }
  std::shuffle(out_.arrivals.begin(), out_.arrivals.end(), dice_.engine());
  std::stable_sort(out_.arrivals.begin(), out_.arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.day < b.day; });
}

// Whether a rule reads them or not.
std::vector<SourceId> HistoryMaker::writers(IndicatorId id) const {
  std::vector<SourceId> out = {of::kFirst, of::kSecond};
  const auto& listed = out_.catalogue.find(id)->sources;
  if (std::find(listed.begin(), listed.end(), of::kThird) != listed.end())
    out.push_back(of::kThird);
  return out;
}

std::vector<RegionId> HistoryMaker::places_with_data() {
  std::vector<RegionId> places = out_.pack.regions;
  for (const auto& p : out_.pack.patterns) {
    places.insert(places.end(), p.at.begin(), p.at.end());
    for (const auto& level : p.levels)
      if (level && twin::reads_around(*level))
        places.insert(places.end(), {at::kXa, at::kXb, at::kYd});
  }
  for (const auto& s : out_.pack.signals)
    if (!s.from.empty()) places.insert(places.end(), {at::kNorth, at::kSouth});
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

Day HistoryMaker::first_day(Cadence cadence) {
  const std::int32_t coarse = cadence == Cadence::kYear      ? 400
                              : cadence == Cadence::kQuarter ? 150
                                                             : 0;
  if (!plan_.history) return out_.begin - coarse - dice_.between(0, 120);
  const std::int32_t years = cadence == Cadence::kDay ? 2 : dice_.between(2, 3);
  return out_.begin - 366 * years - dice_.between(0, 100);
}

// When something that was complete on `done` arrives; not before the clock starts. Of so many
// percent, before it is complete.
Day HistoryMaker::arrives(Day done, std::int32_t longest_delay, std::int32_t too_early) {
  Day day = done + dice_.between(0, std::max(1, longest_delay));
  if (dice_.chance(10)) {
    day = day + dice_.between(10, 120);
    if (day > out_.begin && day <= out_.end) ++occurred_["late"];
  }
  if (dice_.chance(too_early)) {
    day = done - dice_.between(1, 40);
    if (day > out_.begin) ++occurred_["before its period is over"];
  }
  return std::max(day, out_.begin);
}

std::string HistoryMaker::next_id() { return "r" + std::to_string(next_++); }

void HistoryMaker::arrive(Day day, LatestRevision record) {
  if (day > out_.end) return;
  if (dice_.chance(4)) {
    out_.arrivals.push_back({std::min(out_.end, day + dice_.between(0, 20)), record});
    ++occurred_["duplicate"];
  }
  out_.arrivals.push_back({day, std::move(record)});
}

// The record, and what may become of it: revised, retracted, said twice in one revision.
void HistoryMaker::tell(SourceId source, Day day, const Claim& claim, const Claim& other) {
  const std::string id = next_id();
  const auto revision = [&](std::uint32_t number, Claim what) {
    return revision_of(out_.catalogue, source, id, std::move(what), number,
                       day + static_cast<std::int32_t>(number));
  };
  arrive(day, revision(1, claim));
  if (dice_.chance(plan_.lively ? 20 : 8)) {
    arrive(std::min(out_.end, day + dice_.between(0, plan_.lively ? 15 : 60)), revision(2, other));
    ++occurred_["revised"];
  } else if (dice_.chance(5)) {
    // Both orders: a tombstone may come before what it retracts.
    const Day when = std::max(out_.begin, day + dice_.between(-20, 40));
    arrive(std::min(out_.end, when), revision(2, std::monostate()));
    ++occurred_[when < day ? "retracted before arrival" : "retracted"];
    if (dice_.chance(30)) {
      arrive(std::min(out_.end, day + dice_.between(0, 60)), revision(3, other));
      ++occurred_["revived"];
    }
  } else if (dice_.chance(2)) {
    arrive(std::min(out_.end, day + dice_.between(0, 20)), revision(1, other));
    ++occurred_["same revision, other content"];
  }
}

void random_arrivals(Dice& dice, const PackPlan& plan, RandomCase& out, Occurrences& occurred) {
  HistoryMaker(dice, plan, out, occurred).make();
}

}  // namespace tocsin
