#include "tests/support/twin_asked.h"
#include "tests/support/twin_interval.h"

// docs/SEMANTICS.md section 2.5: seasons, and what a condition needs before it is judged.
namespace tocsin::twin {
namespace {

std::int32_t month_of(Day day) {
  return static_cast<std::int32_t>(static_cast<unsigned>(to_ymd(day).month()));
}
std::int32_t day_of_month(Day day) {
  return static_cast<std::int32_t>(static_cast<unsigned>(to_ymd(day).day()));
}

// A week has the number of its fourth day: how many such days of the week the year has had.
std::int32_t week_number(Day day, Cadence cadence) {
  const Day fourth = period_start(cadence, period_of(cadence, day)) + 3;
  const Day new_year = to_day(to_ymd(fourth).year() / 1 / 1);
  return (fourth - new_year) / 7 + 1;
}

std::pair<std::int32_t, std::int32_t> place_of(Season::Of of, Day day) {
  switch (of) {
    case Season::Of::kDates:
      return {month_of(day), day_of_month(day)};
    case Season::Of::kDekads:
      return {(month_of(day) - 1) * 3 + std::min(2, (day_of_month(day) - 1) / 10) + 1, 0};
    case Season::Of::kWeeks:
      return {week_number(day, Cadence::kWeek), 0};
    case Season::Of::kEpiweeks:
      return {week_number(day, Cadence::kEpiweek), 0};
  }
  return {};
}

}  // namespace

bool Season::holds(Day day) const {
  const auto at = place_of(of, day);
  auto last = to;
  if (of == Of::kDates && last == std::pair(2, 28)) last = {2, 29};
  return from <= last ? from <= at && at <= last : from <= at || at <= last;
}

bool Season::begins(Day day) const {
  return place_of(of, day) == from && place_of(of, day - 1) != from;
}

std::optional<Day> Season::start(Day day) const {
  if (!holds(day)) return std::nullopt;
  while (!begins(day)) day = day - 1;
  return day;
}

// The days of the period at which a read stands; nullopt: the tick's.
std::optional<std::pair<Day, Day>> Assessment::stood_at(const Read& what,
                                                        const Place& place) const {
  if (what.events) {
    if (place.steps.empty()) return std::nullopt;
    const Day end = end_of_steps(place, true);
    if (!is_whole(place.steps.back())) return std::pair(end - 1, end);
    const Cadence grid = grid_of(place.steps.back().unit);
    return std::pair(period_start(grid, period_of(grid, end) - 1), end);
  }
  if (what.forecast) return issued_at(what, place, Ask::kValue);
  const auto standing = stand(what, place);
  if (!standing) return std::nullopt;
  const Cadence cadence = standing->indicator->cadence;
  if (cadence == Cadence::kIrregular) {
    Day start = standing->c;
    for (const auto& seen : *standing->series)
      if (seen.end == standing->c) start = seen.start;  // of equal ends the latest start
    return std::pair(start, standing->c);
  }
  const std::int32_t period = period_back(cadence, period_of(cadence, standing->c - 1), place);
  return std::pair(period_start(cadence, period), period_start(cadence, period + 1));
}

bool Assessment::lies_in(const std::vector<std::uint32_t>& seasons, const Expr& e,
                         const Place& place) const {
  const auto in = [&](Day from, Day until) {
    for (Day day = from; day < until; day = day + 1)
      if (std::none_of(seasons.begin(), seasons.end(),
                       [&](std::uint32_t s) { return pack_.seasons[s].holds(day); }))
        return false;
    return true;
  };
  const Asked asked = asked_by(e);
  bool tick = asked.tick || asked.reads.empty();
  for (const auto& [what, ask] : asked.reads) {
    const auto days = ask == Ask::kChance ? issued_at(*what, place, ask) : stood_at(*what, place);
    tick = tick || !days;
    if (days && !in(days->first, days->second)) return false;
  }
  const Day day = tick_back(place);
  return !tick || in(day, day + 1);
}

// The signal's condition with its keys around it.
Tri Assessment::guarded(const Signal& signal, const Expr& condition, bool clears,
                        const Place& place) {
  if (!signal.during.empty()) {
    const Expr judged = signal.given ? op(Kind::kAnd, condition, *signal.given) : condition;
    if (!lies_in(signal.during, judged, place)) return clears ? Tri::kTrue : Tri::kFalse;
  }
  const Tri verdict = truth(condition, place);
  if (!signal.given) return verdict;
  return truth(*signal.given, place) == Tri::kTrue ? verdict : Tri::kUnknown;
}

Interval Assessment::age(const Expr& e, const Place& place) const {
  if (e.read.forecast) {
    const auto day = last_issue(e.read, place);
    return day ? exactly(place.tick - *day) : kUnknown;
  }
  if (const auto fresh = stand_alone(e.read, place)) return exactly(place.tick + 1 - fresh->c);
  for (const SourceId source : sources_of(e.read, place))
    if (const auto seen = last_seen(e.read, source, place)) return exactly(place.tick + 1 - *seen);
  return kUnknown;
}

// The end of the last period that is visible, however old.
std::optional<Day> Assessment::last_seen(const Read& what, SourceId source,
                                         const Place& place) const {
  std::optional<Day> last;
  for (const auto& seen : facts_.series({place.data, what.indicator, source, what.group}))
    if (seen.end <= place.tick + 1) last = seen.end;
  return last;
}

// How many figures the window holds: known even of a source that is silent.
Interval Assessment::count_figures(const Read& what, const Place& place, std::int32_t back) {
  const Indicator& indicator = *catalogue_.find(what.indicator);
  std::optional<Standing> standing = stand(what, place);
  for (const SourceId source : sources_of(what, place)) {
    if (standing) break;
    if (const auto seen = last_seen(what, source, place))
      standing = Standing{&facts_.series({place.data, what.indicator, source, what.group}),
                          &indicator, *seen};
  }
  if (!standing) return exactly(0);
  evidence(standing->c - 1);
  if (!reaches_season(what, *standing, place)) return exactly(0);
  Day from, until;
  if (indicator.cadence == Cadence::kIrregular) {
    until = what.lag.count == 0 ? standing->c : minus(standing->c, what.lag);
    if (what.since) {
      const auto start = pack_.seasons[*what.since].start(until - 1);
      if (!start) return exactly(0);
      from = *start;
    } else {
      from = minus(until, what.window);
    }
  } else {
    const std::int32_t last =
        period_back(indicator.cadence,
                    period_of(indicator.cadence, standing->c - 1) - lag_of(what, indicator.cadence),
                    place) -
        back;
    const std::int32_t n = periods_in(what, indicator.cadence, last);
    from = period_start(indicator.cadence, last + 1 - n);
    until = period_start(indicator.cadence, last + 1);
  }
  std::int32_t n = 0;
  for (const auto& seen : *standing->series)
    if (seen.end > from && seen.end <= until) ++n;
  return exactly(n);
}

// Whether anything was seen of the occurrence that holds the tick.
bool Assessment::reaches_season(const Read& what, const Standing& standing,
                                const Place& place) const {
  if (!what.since) return true;
  const auto start = pack_.seasons[*what.since].start(place.tick);
  return start && *start <= standing.c - 1;
}

// The first day of the window of events that ends at `end`; nullopt off its season.
std::optional<Day> Assessment::events_from(const Read& what, Day end) const {
  if (what.since) return pack_.seasons[*what.since].start(end - 1);
  return minus(end, what.window);
}

// The window of a read on a grid that ends with period `last`, in periods.
std::int32_t Assessment::periods_in(const Read& what, Cadence cadence, std::int32_t last) const {
  if (!what.since) return length_of(what, cadence);
  const auto start = pack_.seasons[*what.since].start(period_start(cadence, last + 1) - 1);
  std::int32_t n = 0;
  while (start && period_start(cadence, last - n) >= *start) ++n;
  return n;
}

// The n-th figure before the one that stands at C.
std::optional<double> Assessment::figure_before(const Read& what, const Standing& standing,
                                                Day start, Day end) const {
  std::vector<Facts::Seen> earlier;
  for (std::int32_t n = 0; n < what.lag_observations; ++n) {
    std::optional<Facts::Seen> best;
    for (const auto& seen : *standing.series)
      if (seen.end < end && seen.start < start) best = seen;  // by (end, start)
    if (!best) return std::nullopt;
    earlier = {*best};
    start = best->start;
    end = best->end;
  }
  return aggregate(what, standing, earlier);
}

}  // namespace tocsin::twin
