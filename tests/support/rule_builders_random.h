#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/rule_builders.h"

namespace tocsin {

// A seeded source of choices.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::int32_t between(std::int32_t least, std::int32_t greatest) {
    return least +
           static_cast<std::int32_t>(engine_() % static_cast<std::uint64_t>(greatest - least + 1));
  }
  bool chance(std::int32_t percent) { return between(1, 100) <= percent; }
  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[engine_() % list.size()];
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

// How often something occurred in a run of random cases.
using Occurrences = std::map<std::string, std::uint64_t>;

// A record on its way: what arrives, and on which day.
struct Arrival {
  Day day;
  LatestRevision record;
};

struct RandomCase {
  Catalogue catalogue;
  twin::Pack pack;
  Day begin, end;                 // first tick of history, last day of the clock
  std::vector<Arrival> arrivals;  // by day of arrival; those of the first day are in no order
};

struct RandomOptions {
  bool around = true;  // neighbours(), basin(), cascades and several regions
  bool small = false;  // a few weeks: so cheap that a run has thousands
};

// Deterministic in the seed. Counts in `occurred` what the history holds: "late", "retracted before
// arrival", ...
RandomCase random_case(std::uint64_t seed, const RandomOptions& options, Occurrences& occurred);

// The parts of it.
Catalogue random_catalogue(Dice& dice);
struct PackPlan {
  std::vector<IndicatorId> indicators;  // what signals may read
  bool events = false, history = false, around = false;
  bool forecasts = false;  // of these indicators
  bool samples = false;    // within the day
  // Daily heat, short windows and many corrections: episodes come and go, split and merge.
  bool lively = false;
};
twin::Pack random_pack(Dice& dice, const Catalogue& catalogue, const PackPlan& plan);
void random_arrivals(Dice& dice, const PackPlan& plan, RandomCase& out, Occurrences& occurred);

}  // namespace tocsin
