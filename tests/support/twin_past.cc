#include "model/result.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2.8: a number or a condition at earlier stands.
namespace tocsin::twin {
namespace {

bool is_known(Interval v) { return std::isfinite(v.low) && std::isfinite(v.high); }

std::int32_t steps_a_year(SpanUnit unit) {
  switch (unit) {
    case SpanUnit::kDekads:
      return 36;
    case SpanUnit::kMonths:
      return 12;
    case SpanUnit::kQuarters:
      return 4;
    default:
      return 1;  // no seasons are asked of the others
  }
}

double average(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double spread(const std::vector<double>& values) {
  const double mean = average(values);
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// So much of the way from the least to the greatest, by rank.
double at_share(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double rank = share * static_cast<double>(values.size() - 1);
  const double low = values[static_cast<std::size_t>(std::floor(rank))];
  const double high = values[static_cast<std::size_t>(std::ceil(rank))];
  return low + (rank - std::floor(rank)) * (high - low);
}

}  // namespace

// ---- where a stand is after its steps

std::int32_t Assessment::period_back(Cadence cadence, std::int32_t period, const Place& place) {
  for (const Step& step : place.steps) {
    if (step.back == 0) continue;
    period = step.unit == SpanUnit::kYears
                 ? shift_years(cadence, period, -step.back)
                 : period - whole_periods({step.back, step.unit}, cadence).value();
  }
  return period;
}

// By days and by years an over moves the end of the tick; everything else looks at whole units.
bool Assessment::is_whole(const Step& step) {
  return !step.over || (step.unit != SpanUnit::kDays && step.unit != SpanUnit::kYears);
}

// `back`: else as if no step went back.
Day Assessment::end_of_steps(const Place& place, bool back) {
  Day end = place.tick + 1;
  for (const Step& step : place.steps) {
    const std::int32_t n = back ? step.back : 0;
    if (is_whole(step)) {
      const Cadence grid = grid_of(step.unit);
      end = period_start(grid, period_of(grid, end) - n);
    } else {
      end = step.unit == SpanUnit::kYears ? add_years(end, -n) : end - n;
    }
  }
  return end;
}

Day Assessment::tick_back(const Place& place) {
  Day end = place.tick + 1;
  for (const Step& step : place.steps)
    if (step.over && step.back > 0) end = minus(end, {step.back, step.unit});
  return end - 1;
}

// ---- over the past

Assessment::Place Assessment::step_back(const Expr& e, const Place& place, std::int32_t back) {
  Place then = place;
  then.steps.push_back({true, e.span.unit, back});
  return then;
}

std::vector<Assessment::Passed> Assessment::pass(const Expr& e, const Place& place) {
  std::vector<Passed> steps;
  const bool truths =
      e.kind == Kind::kPastCount || e.kind == Kind::kPastAny || e.kind == Kind::kPastAll;
  for (std::int32_t back = e.before ? 1 : 0; back < e.span.count + (e.before ? 1 : 0); ++back) {
    const Place then = step_back(e, place, back);
    Passed step{back, Tri::kTrue, kUnknown, Tri::kUnknown};
    if (e.args.size() > 1) step.where = truth(e.args[1], then);
    if (truths)
      step.holds = truth(e.args[0], then);
    else
      step.value = value(e.args[0], then);
    steps.push_back(step);
  }
  return steps;
}

Tri Assessment::past_holds(const Expr& e, const Place& place) {
  bool some = false, perhaps = false;  // any: one that holds; all: one that does not
  const Tri wanted = e.kind == Kind::kPastAny ? Tri::kTrue : Tri::kFalse;
  for (const Passed& step : pass(e, place)) {
    const bool out = step.where == Tri::kFalse || step.holds == !wanted;
    if (out) continue;
    (step.where == Tri::kTrue && step.holds == wanted ? some : perhaps) = true;
  }
  return some ? wanted : perhaps ? Tri::kUnknown : !wanted;
}

Interval Assessment::past(const Expr& e, const Place& place) {
  std::vector<Passed> steps = pass(e, place);
  if (e.kind == Kind::kPastCount) {
    Interval count{0, 0};
    for (const Passed& step : steps) {
      if (step.where == Tri::kTrue && step.holds == Tri::kTrue) count.low += 1;
      if (step.where != Tri::kFalse && step.holds != Tri::kFalse) count.high += 1;
    }
    return count;
  }
  const bool one = std::any_of(steps.begin(), steps.end(),
                               [](const Passed& s) { return s.where == Tri::kTrue; });
  if (one || !e.else_all)
    std::erase_if(steps, [](const Passed& s) { return s.where != Tri::kTrue; });
  if (e.kind == Kind::kPastSum) {
    Interval sum = steps.empty() ? kUnknown : exactly(0);
    for (const Passed& step : steps) sum = plus(sum, step.value);
    return sum;
  }
  const std::size_t wanted = steps.size();
  std::erase_if(steps, [](const Passed& s) { return !is_known(s.value); });
  const bool compares = e.kind == Kind::kPastPercentile || e.kind == Kind::kPastZscore ||
                        e.kind == Kind::kPastResidual;
  const Interval now = compares ? value(e.args[0], step_back(e, place, 0)) : kUnknown;
  if (steps.empty() || 10 * steps.size() < 7 * wanted) return kUnknown;
  std::vector<double> low, high;
  for (const Passed& step : steps) {
    low.push_back(step.value.low);
    high.push_back(step.value.high);
  }
  switch (e.kind) {
    case Kind::kPastMean:
      return {average(low), average(high)};
    case Kind::kPastLeast:
      return {*std::min_element(low.begin(), low.end()),
              *std::min_element(high.begin(), high.end())};
    case Kind::kPastGreatest:
      return {*std::max_element(low.begin(), low.end()),
              *std::max_element(high.begin(), high.end())};
    case Kind::kPastMedian:
      return {middle(low), middle(high)};
    case Kind::kPastQuantile:
      return {at_share(low, e.percent), at_share(high, e.percent)};
    default:
      break;
  }
  if (low != high || (compares && now.low != now.high)) return kUnknown;
  switch (e.kind) {
    case Kind::kPastStddev:
      return low.size() < 2 ? kUnknown : exactly(spread(low));
    case Kind::kPastPercentile: {
      double share = 0;
      for (const double then : low) share += then < now.low ? 1 : then == now.low ? 0.5 : 0;
      return exactly(share / static_cast<double>(low.size()));
    }
    case Kind::kPastZscore:
      if (low.size() < 3 || spread(low) < 1e-9) return kUnknown;
      return exactly((now.low - average(low)) / spread(low));
    default:
      return past_model(e, steps, now);
  }
}

// The line and the seasons of the steps before; what is expected of the stand judged, or by how
// much `now` is beyond it.
Interval Assessment::past_model(const Expr& e, const std::vector<Passed>& steps, Interval now) {
  if (steps.size() < 3) return kUnknown;
  std::vector<double> xs, ys;
  for (const Passed& step : steps) {
    xs.push_back(-step.back);
    ys.push_back(step.value.low);
  }
  const double mean_x = average(xs), mean_y = average(ys);
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    xx += (xs[i] - mean_x) * (xs[i] - mean_x);
    xy += (xs[i] - mean_x) * (ys[i] - mean_y);
  }
  const auto line = [&](double x) { return mean_y + (e.trend ? xy / xx : 0) * (x - mean_x); };
  const std::int32_t a_year = steps_a_year(e.span.unit);
  std::map<std::int32_t, std::vector<double>> rests;
  for (std::size_t i = 0; i < xs.size(); ++i)
    rests[steps[i].back % a_year].push_back(ys[i] - line(xs[i]));
  const auto seasonal = [&](std::int32_t s) { return e.seasonal ? average(rests[s]) : 0.0; };
  if (e.seasonal && !rests.contains(0)) return kUnknown;
  const double expected = line(0) + seasonal(0);
  if (e.kind == Kind::kPastExpected) return exactly(expected);
  double squares = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double rest = ys[i] - line(xs[i]) - seasonal(steps[i].back % a_year);
    squares += rest * rest;
  }
  const double deviation = std::sqrt(squares / static_cast<double>(xs.size() - 1));
  return deviation < 1e-9 ? kUnknown : exactly((now.low - expected) / deviation);
}

}  // namespace tocsin::twin
