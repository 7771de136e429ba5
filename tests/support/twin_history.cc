#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2.4: one read against its own past.
namespace tocsin::twin {
namespace {

std::int32_t a_year_of(Cadence cadence) {
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

double average(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

std::vector<double> lows(const std::vector<Interval>& values) {
  std::vector<double> out;
  for (const Interval& v : values) out.push_back(v.low);
  return out;
}
std::vector<double> highs(const std::vector<Interval>& values) {
  std::vector<double> out;
  for (const Interval& v : values) out.push_back(v.high);
  return out;
}

bool is_exact(Interval v) { return v.low == v.high; }

}  // namespace

Assessment::History Assessment::years_before(const Expr& e, const Place& place, Interval& now) {
  if (e.read.forecast) return issues_before(e, place, now);
  History history;
  history.wanted = e.years;
  now = read_raw(e.read, place, 0);
  if (e.read.events) {
    const SourceId source = event_source(e.read, place);
    for (int y = 1; y <= e.years; ++y) {
      const Day end = add_years(events_end(e.read, place), -y);
      const auto from = events_from(e.read, end);
      if (from && facts_.covered(source, place.data, *from, end))
        history.values.push_back(over_events(e.read, place.data, source, end));
    }
    return history;
  }
  const auto standing = stand(e.read, place);
  if (!standing || !reaches_season(e.read, *standing, place)) return history;
  const Cadence cadence = standing->indicator->cadence;
  const std::int32_t last =
      period_back(cadence, period_of(cadence, standing->c - 1) - lag_of(e.read, cadence), place);
  for (int y = 1; y <= e.years; ++y)
    if (const auto v = over_periods(e.read, *standing, shift_years(cadence, last, -y)))
      history.values.push_back({*v, *v});
  return history;
}

Assessment::History Assessment::windows_before(const Expr& e, const Place& place, Interval& now) {
  History history;
  now = read_raw(e.read, place, 0);
  if (e.read.events) {
    const SourceId source = event_source(e.read, place);
    history.wanted = e.years * 365 / longest_days(e.read.window);
    Day end = events_end(e.read, place);
    for (int i = 0; i < history.wanted; ++i) {
      end = minus(end, e.read.window);
      if (facts_.covered(source, place.data, minus(end, e.read.window), end))
        history.values.push_back(over_events(e.read, place.data, source, end));
    }
    return history;
  }
  const Cadence cadence = catalogue_.find(e.read.indicator)->cadence;
  const std::int32_t length = length_of(e.read, cadence);
  history.wanted = e.years * a_year_of(cadence) / length;
  const auto standing = stand(e.read, place);
  if (!standing) return history;
  const std::int32_t last =
      period_back(cadence, period_of(cadence, standing->c - 1) - lag_of(e.read, cadence), place);
  for (int i = 1; i <= history.wanted; ++i)
    if (const auto v = over_periods(e.read, *standing, last - i * length))
      history.values.push_back({*v, *v});
  return history;
}

Interval Assessment::normal(const Expr& e, const Place& place) {
  Interval now;
  const History history = years_before(e, place, now);
  if (history.values.empty() || !history.enough()) return kUnknown;
  const auto low = lows(history.values), high = highs(history.values);
  return e.mean ? Interval{average(low), average(high)} : Interval{middle(low), middle(high)};
}

Interval Assessment::percentile(const Expr& e, const Place& place) {
  Interval now;
  const History history = years_before(e, place, now);
  if (history.values.empty() || !history.enough() || !is_exact(now)) return kUnknown;
  double share = 0;
  for (const Interval& then : history.values) {
    if (!is_exact(then)) return kUnknown;
    if (then.low < now.low) share += 1;
    if (then.low == now.low) share += 0.5;
  }
  return exactly(share / static_cast<double>(history.values.size()));
}

Interval Assessment::zscore(const Expr& e, const Place& place) {
  Interval now;
  const History history = windows_before(e, place, now);
  if (history.values.size() < 3 || !history.enough() || !is_exact(now)) return kUnknown;
  for (const Interval& then : history.values)
    if (!is_exact(then)) return kUnknown;
  const double mean = average(lows(history.values));
  double squares = 0;
  for (const Interval& then : history.values) squares += (then.low - mean) * (then.low - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(history.values.size() - 1));
  if (deviation < 1e-9) return kUnknown;
  return exactly((now.low - mean) / deviation);
}

Interval Assessment::residual(const Expr& e, const Place& place) {
  const auto standing = stand(e.read, place);
  if (!standing) return kUnknown;
  const Cadence cadence = standing->indicator->cadence;
  const std::int32_t a_year = a_year_of(cadence), n_wanted = e.years * a_year;
  const std::int32_t last = period_back(cadence, period_of(cadence, standing->c - 1), place);
  const auto now = over_periods(e.read, *standing, last);
  std::vector<std::pair<std::int32_t, double>> points;  // (periods from now, value)
  for (std::int32_t back = n_wanted; back >= 1; --back)
    if (const auto v = over_periods(e.read, *standing, last - back)) points.emplace_back(-back, *v);
  if (!now || points.size() < 3 || 10 * static_cast<std::int32_t>(points.size()) < 7 * n_wanted)
    return kUnknown;
  // A straight line by least squares, from the means.
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(points.size());
  for (const auto& [x, y] : points) {
    mean_x += x / n;
    mean_y += y / n;
  }
  for (const auto& [x, y] : points) {
    xx += (x - mean_x) * (x - mean_x);
    xy += (x - mean_x) * (y - mean_y);
  }
  const double slope = e.trend ? xy / xx : 0;
  const auto line = [&](double x) { return mean_y + slope * (x - mean_x); };
  const auto season = [&](std::int32_t period) { return ((period % a_year) + a_year) % a_year; };
  std::map<std::int32_t, std::vector<double>> rests;
  for (const auto& [x, y] : points) rests[season(last + x)].push_back(y - line(x));
  const auto seasonal = [&](std::int32_t s) { return e.seasonal ? average(rests[s]) : 0.0; };
  if (e.seasonal && !rests.contains(season(last))) return kUnknown;
  double squares = 0;
  for (const auto& [x, y] : points) {
    const double rest = y - line(x) - seasonal(season(last + x));
    squares += rest * rest;
  }
  const double deviation = std::sqrt(squares / (n - 1));
  if (deviation < 1e-9) return kUnknown;
  return exactly((*now - line(0) - seasonal(season(last))) / deviation);
}

}  // namespace tocsin::twin
