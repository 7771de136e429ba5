#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/twin.h"

// docs/SEMANTICS.md sections 2.1 to 2.4: reads of the data.
namespace tocsin::twin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Interval kUnknown{-kInfinity, kInfinity};
__extension__ typedef __int128 Exact;

Interval exactly(std::optional<double> value) {
  return value ? Interval{*value, *value} : kUnknown;
}
bool is_unknown(Interval v) { return v.low == -kInfinity && v.high == kInfinity; }
bool is_exact(Interval v) { return v.low == v.high; }

double unit_of(const Indicator& indicator) {
  double divisor = 1;
  for (int i = 0; i < indicator.precision; ++i) divisor *= 10;
  return indicator.unit == "%" ? divisor * 100 : divisor;
}

std::int32_t longest(const Indicator& indicator) {
  switch (indicator.cadence) {
    case Cadence::kDay:
      return 1;
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return 7;
    case Cadence::kDekad:
      return 11;
    case Cadence::kMonth:
      return 31;
    case Cadence::kQuarter:
      return 92;
    case Cadence::kYear:
      return 366;
    case Cadence::kIrregular:
      return indicator.every_days;
  }
  return 0;
}

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

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
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

std::int32_t length_of(const Read& what, Cadence cadence) {
  return what.how == How::kLast ? 1 : whole_periods(what.window, cadence).value();
}
std::int32_t lag_of(const Read& what, Cadence cadence) {
  return what.lag.count == 0 ? 0 : whole_periods(what.lag, cadence).value();
}

}  // namespace

// 2.2, 2.3: the first fresh source of the list, and how far it reaches.
std::optional<Assessment::Standing> Assessment::stand(const Read& what, const Place& place) const {
  const Indicator& indicator = *catalogue_.find(what.indicator);
  const Day end = place.tick + 1;
  std::vector<SourceId> sources = indicator.sources;
  if (what.source) sources = {*what.source};
  for (const SourceId source : sources) {
    const auto& series = facts_.series({place.data, what.indicator, source, what.group});
    const auto later = std::upper_bound(series.begin(), series.end(), end,
                                        [](Day d, const Facts::Seen& s) { return d < s.end; });
    if (later == series.begin()) continue;
    const Day c = std::prev(later)->end;
    if (end - c <= longest(indicator) + indicator.longest_delay)
      return Standing{&series, &indicator, c};
  }
  return std::nullopt;
}

std::optional<double> Assessment::aggregate(const Read& what, const Standing& standing,
                                            const std::vector<Facts::Seen>& seen) const {
  const double divisor = unit_of(*standing.indicator);
  const auto n = static_cast<double>(seen.size());
  Exact total = 0, weighted = 0, squares = 0;
  std::vector<double> values;
  for (const auto& s : seen) {
    total += s.value;
    weighted += Exact{s.value} * (standing.indicator->is_rate() ? s.end - s.start : 1);
    squares += Exact{s.value} * s.value;
    values.push_back(static_cast<double>(s.value));
  }
  switch (what.how) {
    case How::kLast:
      return values.front() / divisor;
    case How::kSum:
      return static_cast<double>(weighted) / divisor;
    case How::kMean:
      return static_cast<double>(total) / (n * divisor);
    case How::kLeast:
      return *std::min_element(values.begin(), values.end()) / divisor;
    case How::kGreatest:
      return *std::max_element(values.begin(), values.end()) / divisor;
    case How::kMedian:
      return middle(values) / divisor;
    case How::kStddev: {
      if (seen.size() < 2) return std::nullopt;
      const Exact spread = static_cast<Exact>(seen.size()) * squares - total * total;
      return std::sqrt(static_cast<double>(spread) / (n * (n - 1))) / divisor;
    }
    case How::kCount:
      break;
  }
  return std::nullopt;
}

// The n whole periods that end with period `last`.
std::optional<double> Assessment::over_periods(const Read& what, const Standing& standing,
                                               std::int32_t last) const {
  const Cadence cadence = standing.indicator->cadence;
  const std::int32_t n = length_of(what, cadence);
  const Day from = period_start(cadence, last - n + 1), until = period_start(cadence, last + 1);
  std::vector<Facts::Seen> seen;
  const auto first = std::upper_bound(standing.series->begin(), standing.series->end(), from,
                                      [](Day d, const Facts::Seen& s) { return d < s.end; });
  for (auto at = first; at != standing.series->end() && at->end <= until; ++at) seen.push_back(*at);
  const auto observed = static_cast<std::int32_t>(seen.size());
  const bool needs_all = what.how == How::kSum || what.how == How::kLast;
  if (needs_all ? observed != n : observed == 0 || 5 * observed < 4 * n) return std::nullopt;
  return aggregate(what, standing, seen);
}

// Irregular series: the calendar days that end at `end`.
std::optional<double> Assessment::over_days(const Read& what, const Standing& standing,
                                            Day end) const {
  std::vector<Facts::Seen> seen;
  if (what.how == How::kLast) {
    for (const auto& s : *standing.series)
      if (s.end <= end) seen = {s};
    if (seen.empty()) return std::nullopt;
    if (end - seen.front().end > longest(*standing.indicator) + standing.indicator->longest_delay)
      return std::nullopt;
  } else {
    const Day from = minus(end, what.window);
    for (const auto& s : *standing.series)
      if (s.end > from && s.end <= end) seen.push_back(s);
    if (seen.empty()) return std::nullopt;
  }
  return aggregate(what, standing, seen);
}

SourceId Assessment::event_source(const Read& what, const Place& place) const {
  std::vector<SourceId> sources;
  if (what.source) {
    sources = {*what.source};
  } else if (!what.kinds.empty()) {
    sources = catalogue_.find(what.kinds.front())->sources;
  } else {
    for (const Source& source : catalogue_.sources) sources.push_back(source.id);
  }
  const Day end = place.tick + 1;
  std::optional<SourceId> any;
  for (const SourceId id : sources) {
    const auto reach = facts_.reach(id, place.data, end);
    if (!reach) continue;
    const Source& source = *catalogue_.find(id);
    if (*reach >= end - (source.event_cadence + source.event_longest_delay)) return id;
    if (!any) any = id;
  }
  return any.value_or(sources.empty() ? SourceId() : sources.front());
}

Interval Assessment::over_events(const Read& what, RegionId region, SourceId source,
                                 Day end) const {
  const Day from = minus(end, what.window);
  std::int64_t low = 0, high = 0;
  for (const auto& [event, surely] : facts_.events(region)) {
    if (event->source != source || event->start >= end || event->end <= from) continue;
    if (!what.kinds.empty() &&
        std::find(what.kinds.begin(), what.kinds.end(), event->kind) == what.kinds.end())
      continue;
    if (event->deaths < what.least_deaths || event->displaced < what.least_displaced) continue;
    const bool acted =
        what.actors.empty() ||
        std::any_of(what.actors.begin(), what.actors.end(), [&](const std::string& actor) {
          return std::find(event->actors.begin(), event->actors.end(), actor_number(actor)) !=
                 event->actors.end();
        });
    if (!acted) continue;
    const std::int64_t weight = what.weight == Weight::kDeaths      ? event->deaths
                                : what.weight == Weight::kDisplaced ? event->displaced
                                                                    : 1;
    high += weight;
    if (surely && event->start >= from && event->end <= end) low += weight;
  }
  const bool covered = facts_.covered(source, region, from, end);
  return {static_cast<double>(low), covered ? static_cast<double>(high) : kInfinity};
}

// Where the window ends: at the end of the tick, or of the whole unit that "consecutive" looks at.
Day Assessment::events_end(const Read& what, const Place& place) const {
  Day end = place.tick + 1;
  if (place.unit) end = period_start(*place.unit, period_of(*place.unit, end) - place.back);
  return what.lag.count == 0 ? end : minus(end, what.lag);
}

Interval Assessment::read_raw(const Read& what, const Place& place, std::int32_t back) {
  if (what.events)
    return over_events(what, place.data, event_source(what, place), events_end(what, place) - back);
  const auto standing = stand(what, place);
  if (!standing) return kUnknown;
  const Cadence cadence = standing->indicator->cadence;
  if (cadence == Cadence::kIrregular)
    return exactly(over_days(what, *standing,
                             what.lag.count == 0 ? standing->c : minus(standing->c, what.lag)));
  const std::int32_t last = period_of(cadence, standing->c - 1) - lag_of(what, cadence);
  return exactly(over_periods(what, *standing, last - place.back - back));
}

// A read whose value is known at all counts for the evidence day.
Interval Assessment::read(const Read& what, const Place& place, std::int32_t back) {
  const Interval value = read_raw(what, place, back);
  if (is_unknown(value)) return value;
  if (!what.events) {
    evidence(stand(what, place)->c - 1);
  } else if (place.unit) {
    evidence(period_start(*place.unit, period_of(*place.unit, place.tick + 1)) - 1);
  }
  return value;
}

Assessment::History Assessment::years_before(const Expr& e, const Place& place, Interval& now) {
  History history;
  history.wanted = e.years;
  now = read_raw(e.read, place, 0);
  if (e.read.events) {
    const SourceId source = event_source(e.read, place);
    for (int y = 1; y <= e.years; ++y) {
      const Day end = add_years(events_end(e.read, place), -y);
      if (facts_.covered(source, place.data, minus(end, e.read.window), end))
        history.values.push_back(over_events(e.read, place.data, source, end));
    }
    return history;
  }
  const auto standing = stand(e.read, place);
  if (!standing) return history;
  const Cadence cadence = standing->indicator->cadence;
  const std::int32_t last =
      period_of(cadence, standing->c - 1) - lag_of(e.read, cadence) - place.back;
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
      period_of(cadence, standing->c - 1) - lag_of(e.read, cadence) - place.back;
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
  const std::int32_t last = period_of(cadence, standing->c - 1) - place.back;
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
