#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "tests/support/twin.h"

// Arithmetic of what may not be known exactly (docs/SEMANTICS.md section 2).
namespace tocsin::twin {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr Interval kUnknown{-kInfinity, kInfinity};

inline Interval exactly(double value) { return {value, value}; }
inline Interval exactly_if(std::optional<double> value) {
  return value ? Interval{*value, *value} : kUnknown;
}
inline bool is_unknown(Interval v) { return v.low == -kInfinity && v.high == kInfinity; }

inline double product(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

inline Interval times(Interval a, Interval b) {
  const double corners[] = {product(a.low, b.low), product(a.low, b.high), product(a.high, b.low),
                            product(a.high, b.high)};
  return {*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4)};
}

inline Interval plus(Interval a, Interval b) { return {a.low + b.low, a.high + b.high}; }
inline Interval negative(Interval a) { return {-a.high, -a.low}; }

inline Interval over(Interval a, Interval b) {
  if (b.low <= 0 && 0 <= b.high) return kUnknown;
  return times(a, {1 / b.high, 1 / b.low});
}

inline Interval absolute(Interval a) {
  if (a.low <= 0 && 0 <= a.high) return {0, std::max(-a.low, a.high)};
  return {std::min(std::abs(a.low), std::abs(a.high)), std::max(std::abs(a.low), std::abs(a.high))};
}

// ---- of what is read
// Requires at least one.
inline double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

inline std::int32_t length_of(const Read& what, Cadence cadence) {
  return what.how == How::kLast ? 1 : whole_periods(what.window, cadence).value();
}
inline std::int32_t lag_of(const Read& what, Cadence cadence) {
  return what.lag.count == 0 ? 0 : whole_periods(what.lag, cadence).value();
}

}  // namespace tocsin::twin
