#include "rules/history.h"

#include <algorithm>
#include <cmath>

// What is made of a number's past.
namespace tocsin {
namespace {

constexpr double kNoSpread = 1e-9;

// Linear between two values of the sorted list. Requires one at least.
double quantile_of(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const double low = values[below];
  if (below + 1 == values.size()) return low;
  return low + (at - static_cast<double>(below)) * (values[below + 1] - low);
}

double middle_of(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Requires two values at least.
double deviation_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace

Quantity mean_of(const History& history) {
  if (!history.enough()) return Quantity::unknown();
  return {mean_of(history.lows), mean_of(history.highs)};
}

Quantity median_of(History& history) {
  if (!history.enough()) return Quantity::unknown();
  return {middle_of(history.lows), middle_of(history.highs)};
}

Quantity quantile_of(History& history, double share) {
  if (!history.enough()) return Quantity::unknown();
  return {quantile_of(history.lows, share), quantile_of(history.highs, share)};
}

Quantity least_of(const History& history) {
  if (!history.enough()) return Quantity::unknown();
  return {*std::ranges::min_element(history.lows), *std::ranges::min_element(history.highs)};
}

Quantity greatest_of(const History& history) {
  if (!history.enough()) return Quantity::unknown();
  return {*std::ranges::max_element(history.lows), *std::ranges::max_element(history.highs)};
}

Quantity stddev_of(const History& history) {
  if (!history.enough() || history.lows.size() < 2 || !history.exact()) return Quantity::unknown();
  return Quantity::exactly(deviation_of(history.lows));
}

Quantity percentile_of(const History& history) {
  if (!history.enough() || !history.current.exact() || !history.exact()) return Quantity::unknown();
  double below = 0;
  for (const double value : history.lows) {
    if (value < history.current.low) below += 1;
    if (value == history.current.low) below += 0.5;
  }
  return Quantity::exactly(below / static_cast<double>(history.lows.size()));
}

Quantity zscore_of(const History& history) {
  if (!history.enough() || history.lows.size() < 3 || !history.current.exact() || !history.exact())
    return Quantity::unknown();
  const double deviation = deviation_of(history.lows);
  if (deviation < kNoSpread) return Quantity::unknown();
  return Quantity::exactly((history.current.low - mean_of(history.lows)) / deviation);
}

std::optional<Fit> fit(std::vector<Sample> samples, std::int32_t wanted, const Model& model) {
  const auto n = static_cast<double>(samples.size());
  if (samples.size() < 3 || 10 * static_cast<std::int32_t>(samples.size()) < 7 * wanted)
    return std::nullopt;
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (const Sample& s : samples) {
    sum_x += s.x;
    sum_y += s.y;
    sum_xx += s.x * s.x;
    sum_xy += s.x * s.y;
  }
  const double slope =
      model.trend ? (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x) : 0;
  const double level = (sum_y - slope * sum_x) / n;
  const auto a_year = static_cast<std::size_t>(model.a_year);
  std::vector<double> season_sum(a_year, 0), season_count(season_sum);
  const auto season_of = [&](const Sample& s) {
    return static_cast<std::size_t>(-s.x) % a_year;  // the stand judged is of season 0
  };
  for (Sample& s : samples) {
    s.y -= level + slope * s.x;
    season_sum[season_of(s)] += s.y;
    season_count[season_of(s)] += 1;
  }
  const auto seasonal = [&](std::size_t season) {
    return model.seasonal && season_count[season] > 0 ? season_sum[season] / season_count[season]
                                                      : 0.0;
  };
  if (model.seasonal && season_count[0] == 0) return std::nullopt;
  double squares = 0;
  for (const Sample& s : samples) {
    const double rest = s.y - seasonal(season_of(s));
    squares += rest * rest;
  }
  return Fit{level + seasonal(0), std::sqrt(squares / (n - 1))};
}

std::int32_t periods_a_year(Cadence cadence) {
  switch (cadence) {
    case Cadence::kDay:
      return 365;
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return 52;
    case Cadence::kDekad:
      return 36;
    case Cadence::kMonth:
      return 12;
    case Cadence::kQuarter:
      return 4;
    case Cadence::kYear:
    case Cadence::kIrregular:
      return 1;
  }
  return 1;
}

}  // namespace tocsin
