#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md sections 2.1 to 2.4: reads of the data.
namespace tocsin::twin {
namespace {

__extension__ typedef __int128 Exact;

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

}  // namespace

// 2.7: inside an over of regions all stand where the newest does.
std::optional<Assessment::Standing> Assessment::stand(const Read& what, const Place& place) const {
  auto own = stand_alone(what, place);
  if (!own || own->indicator->cadence == Cadence::kIrregular) return own;
  for (const RegionId region : place.together) {
    Place other = place;
    other.data = region;
    if (const auto there = stand_alone(what, other)) own->c = std::max(own->c, there->c);
  }
  return own;
}

// 2.2, 2.3: the first fresh source of the list, and how far it reaches.
std::optional<Assessment::Standing> Assessment::stand_alone(const Read& what,
                                                            const Place& place) const {
  const Indicator& indicator = *catalogue_.find(what.indicator);
  const Day end = place.tick + 1;
  for (const SourceId source : sources_of(what, place)) {
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
  const std::int32_t n = periods_in(what, cadence, last);
  if (n == 0) return std::nullopt;
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
    std::optional<Day> start;
    if (what.since) start = pack_.seasons[*what.since].start(end - 1);
    if (what.since && !start) return std::nullopt;
    const Day from = start.value_or(what.since ? end : minus(end, what.window));
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
  const auto first = events_from(what, end);
  if (!first) return kUnknown;
  const Day from = *first;
  std::int64_t low = 0, high = 0;
  for (const auto& [event, surely] : facts_.events(region)) {
    if (event->source != source || event->start >= end || event->end <= from) continue;
    if (!what.kinds.empty() &&
        std::find(what.kinds.begin(), what.kinds.end(), event->kind) == what.kinds.end())
      continue;
    if (what.status && event->status != *what.status) continue;
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

// Where the window ends: at the end of the tick, or where the steps back from it lead.
Day Assessment::events_end(const Read& what, const Place& place) const {
  const Day end = end_of_steps(place, true);
  return what.lag.count == 0 ? end : minus(end, what.lag);
}

Interval Assessment::read_raw(const Read& what, const Place& place, std::int32_t back) {
  if (what.forecast) return foretold(what, place, back);
  if (what.events)
    return over_events(what, place.data, event_source(what, place), events_end(what, place) - back);
  const auto standing = stand(what, place);
  if (!standing) return kUnknown;
  if (!reaches_season(what, *standing, place)) return kUnknown;
  const Cadence cadence = standing->indicator->cadence;
  if (what.lag_observations > 0) {
    auto [start, end] = stood_at(what, place).value();
    if (cadence != Cadence::kIrregular && back > 0) return kUnknown;  // never asked
    return exactly_if(figure_before(what, *standing, start, end));
  }
  if (cadence == Cadence::kIrregular)
    return exactly_if(over_days(what, *standing,
                                what.lag.count == 0 ? standing->c : minus(standing->c, what.lag)));
  const std::int32_t last =
      period_back(cadence, period_of(cadence, standing->c - 1) - lag_of(what, cadence), place);
  return exactly_if(over_periods(what, *standing, last - back));
}

// A read whose value is known at all counts for the evidence day.
Interval Assessment::read(const Read& what, const Place& place, std::int32_t back) {
  if (!what.events && what.how == How::kCount) return count_figures(what, place, back);
  const Interval value = read_raw(what, place, back);
  if (!is_unknown(value)) stands_on(what, place);
  return value;
}

void Assessment::stands_on(const Read& what, const Place& place) {
  if (what.forecast) {
    evidence(issued(what, place, Ask::kValue)->latest);
  } else if (!what.events) {
    evidence(stand(what, place)->c - 1);
  } else if (std::any_of(place.steps.begin(), place.steps.end(), is_whole)) {
    evidence(end_of_steps(place, false) - 1);
  }
}

}  // namespace tocsin::twin
