#include "tests/support/twin_asked.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2: one read over time, against earlier periods and in each of several.
namespace tocsin::twin {

Interval Assessment::change(const Expr& e, const Place& place) {
  Read before = e.read;
  before.lag = e.span;
  before.lag_observations = e.observations;
  const Interval a = read(e.read, place), b = read(before, place);
  return over(plus(a, negative(b)), absolute(b));
}

Tri Assessment::consecutive(const Expr& e, const Place& place) {
  Tri all = Tri::kTrue;
  for (std::int32_t back = 0; back < e.count; ++back) {
    Place then = place;
    then.steps.push_back({false, unit_of(e.cadence), back});
    all = all && truth(e.args[0], then);
  }
  return all;
}

Tri Assessment::rising(const Expr& e, const Place& place) {
  Tri all = Tri::kTrue;
  const Indicator& indicator = *catalogue_.find(e.read.indicator);
  const Cadence cadence = e.read.forecast ? indicator.forecasts->cadence : indicator.cadence;
  const std::int32_t times_over = whole_periods(e.span, cadence).value();
  for (std::int32_t back = 0; back < times_over; ++back) {
    const Interval later = read(e.read, place, back);
    all = all && compare(Kind::kGreater, later, read(e.read, place, back + 1));
  }
  return all;
}

Tri Assessment::crosses(const Expr& e, const Place& place) {
  const For innermost(comparison_, &e);
  const Interval k = value(e.args[0], place);
  const Interval now = read(e.read, place), before = read(e.read, place, 1);
  return compare(Kind::kGreaterEqual, now, k) && compare(Kind::kLess, before, k);
}

}  // namespace tocsin::twin
