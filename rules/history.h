#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rules/evaluate.h"

namespace tocsin {

// What a number was at the steps of its past at which it is known: what normal(), percentile(),
// zscore(), residual() and an over into the past make of it (docs/SEMANTICS.md 2.4, 2.8), and what
// an over of sources makes of what each says (2.9).
struct History {
  std::vector<double> lows, highs;  // of the steps between two finite bounds, latest first
  std::int32_t wanted = 0;          // steps looked at
  Quantity current;                 // at the stand judged
  void add(const Quantity& then) {
    lows.push_back(then.low);
    highs.push_back(then.high);
  }
  // 70 % of the steps, and one at least.
  bool enough() const {
    return !lows.empty() && 10 * static_cast<std::int32_t>(lows.size()) >= 7 * wanted;
  }
  bool exact() const { return lows == highs; }
};

// All of them take the lists apart, and are unknown without enough().
Quantity mean_of(const History& history);
Quantity median_of(History& history);
// Below it lie so many of the steps, 0 to 1; linear between two of them.
Quantity quantile_of(History& history, double share);
Quantity least_of(const History& history);
Quantity greatest_of(const History& history);
// The sample's standard deviation; two steps at least.
Quantity stddev_of(const History& history);
// The share of the steps that lie below `current`, those equal to it counted half.
Quantity percentile_of(const History& history);
// The distance of `current` from the mean in standard deviations; three steps at least.
Quantity zscore_of(const History& history);

// A straight line by least squares and a mean for each season, over steps of the past.
struct Model {
  bool trend = false, seasonal = false;
  std::int32_t a_year = 1;  // steps; of one season are those that lie whole years apart
};
struct Sample {
  double x, y;  // x: steps, negative; 0 is the stand judged
};
struct Fit {
  double expected;   // at the stand judged
  double deviation;  // of what remains
};
// `samples`: oldest first, of `wanted` steps. nullopt: too few, or none in the season asked.
std::optional<Fit> fit(std::vector<Sample> samples, std::int32_t wanted, const Model& model);

// How many steps of the unit a year has; weeks 52, days 365.
std::int32_t periods_a_year(Cadence cadence);

}  // namespace tocsin
