#include "ingest/import/figure.h"

#include <algorithm>
#include <limits>

namespace tocsin {

namespace {

__extension__ using Wide = __int128;

constexpr Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Rounded half away from zero.
Wide divide(Wide a, Wide b) {
  if (b < 0) {
    a = -a;
    b = -b;
  }
  const Wide half = b / 2;
  return a >= 0 ? (a + half) / b : -((-a + half) / b);
}

std::optional<std::int64_t> narrow(Wide value) {
  constexpr Wide kMax = std::numeric_limits<std::int64_t>::max();
  if (value > kMax || value < -kMax) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::optional<std::int64_t> scaled_ratio(std::int64_t a, std::int64_t b, Decimal scale,
                                         int decimals) {
  // |a| < 2^63, |scale.digits| <= 10^9, 10^decimals <= 10^6: the product stays below 2^114.
  const Wide dividend = Wide{a} * scale.digits * power_of_ten(decimals);
  return narrow(divide(dividend, Wide{b} * power_of_ten(scale.scale)));
}

Decimal without_trailing_zeros(Decimal value) {
  while (value.scale > 0 && value.digits % 10 == 0) {
    value.digits /= 10;
    --value.scale;
  }
  return value;
}

std::optional<std::int64_t> aggregate(RollupSpec::Take take, std::vector<std::int64_t> figures) {
  using Take = RollupSpec::Take;
  if (figures.empty()) return std::nullopt;
  std::sort(figures.begin(), figures.end());
  const std::size_t middle = figures.size() / 2;
  Wide sum = 0;
  for (const auto figure : figures) sum += figure;
  switch (take) {
    case Take::kSum:
      return narrow(sum);
    case Take::kMean:
      return narrow(divide(sum, static_cast<Wide>(figures.size())));
    case Take::kMedian:
      if (figures.size() % 2 == 1) return figures[middle];
      return narrow(divide(Wide{figures[middle - 1]} + figures[middle], 2));
    case Take::kLeast:
      return figures.front();
    case Take::kGreatest:
      return figures.back();
  }
  return std::nullopt;
}

}  // namespace tocsin
