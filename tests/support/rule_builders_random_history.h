#pragma once

#include <string>
#include <vector>

#include "tests/support/rule_builders_random.h"

namespace tocsin {

// Makes random histories: series with gaps, late and revised values, tombstones before what they
// retract, duplicates, two identities for one period; events with vague dates and places; coverage
// that lags, has holes, is revised and withdrawn. No call throws the dice for two of its arguments:
// their order is the compiler's, and a seed would not be the same case in every build. Each kind of
// record has a file of its own.
class HistoryMaker {
 public:
  HistoryMaker(Dice& dice, const PackPlan& plan, RandomCase& out, Occurrences& occurred)
      : dice_(dice), plan_(plan), out_(out), occurred_(occurred) {}

  void make();

 private:
  // ---- rule_builders_random_history.cc: how records arrive
  std::vector<RegionId> places_with_data();
  std::vector<SourceId> writers(IndicatorId id) const;
  Day first_day(Cadence cadence);
  Day arrives(Day done, std::int32_t longest_delay, std::int32_t too_early = 3);
  std::string next_id();
  void arrive(Day day, LatestRevision record);
  void tell(SourceId source, Day day, const Claim& claim, const Claim& other);

  // ---- rule_builders_random_observations.cc: series
  std::int64_t value_of(const Indicator& indicator);
  void observe(const Indicator& indicator, RegionId region, SourceId source, Day start, Day end);
  void series(const Indicator& indicator, RegionId region, SourceId source);

  // ---- rule_builders_random_samples.cc
  void samples(const Indicator& indicator, RegionId region, SourceId source);

  // ---- rule_builders_random_events.cc: events and their coverage
  EventClaim some_event();
  void events();
  std::vector<RegionId> covered_regions();
  void coverage(SourceId source);

  // ---- rule_builders_random_forecasts.cc
  void foretell(const Indicator& indicator, RegionId region, SourceId source);
  void issue(const Indicator& indicator, const SeriesKey& key, Day issued, std::int32_t members,
             std::int32_t chances);
  std::vector<std::pair<Day, Day>> periods_ahead(const Indicator& indicator, Day issued);

  Dice& dice_;
  const PackPlan& plan_;
  RandomCase& out_;
  Occurrences& occurred_;
  int next_ = 0;
  std::int32_t level_ = 10;
  std::int32_t women_ = 0;  // in percent of the observations of a series
};

}  // namespace tocsin
