#include <algorithm>
#include <cmath>

#include "rules/read.h"

// One read against its own past.
namespace tocsin {
namespace {

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

// The same window in each of the years before (normal, percentile), or the windows of the same
// length one after the other before (zscore).
enum class Steps : std::uint8_t { kYears, kWindows };
struct History {
  std::vector<double> lows, highs;
  std::int32_t wanted = 0;
  Quantity current;
  bool enough() const { return 10 * static_cast<std::int32_t>(lows.size()) >= 7 * wanted; }
};

History event_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                      Stand stand, Horizon& horizon) {
  History history;
  const SourceId source = choose_event_source(scene, leaf, stand.tick, horizon);
  const Day end = event_window_end(leaf, stand, horizon);
  const EventWindow now = read_event_window(scene, leaf, source, end, Detail::kValue);
  limit_by_events(leaf, now, stand, Shift::kEven, horizon);
  history.current = now.value;
  history.wanted = steps == Steps::kYears ? years : years * 365 / longest_days(leaf.window);
  Day earlier = end;
  for (std::int32_t i = 1; i <= history.wanted; ++i) {
    earlier = steps == Steps::kYears ? add_years(end, -i) : minus(earlier, leaf.window);
    const EventWindow then = read_event_window(scene, leaf, source, earlier, Detail::kValue);
    limit_by_events(leaf, then, stand, Shift::kUneven, horizon);
    if (!then.covered) continue;
    history.lows.push_back(then.value.low);
    history.highs.push_back(then.value.high);
  }
  return history;
}

History observed_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                         Stand stand, Horizon& horizon) {
  History history;
  const std::int32_t length = leaf.aggregate == Aggregate::kLast ? 1 : leaf.periods;
  history.wanted = steps == Steps::kYears ? years : years * periods_a_year(leaf.cadence) / length;
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  if (choice.series == nullptr || choice.gap != Read::Gap::kNone) return history;
  if (!reaches_season(leaf, choice, stand.tick, horizon)) return history;
  horizon.limit_evidence(choice.covered - 1);
  const std::int32_t last = period_read(leaf, choice.latest(leaf), stand);
  PeriodWalk walk(choice, leaf);
  if (const auto value = walk.at(last)) history.current = Quantity::exactly(*value);
  const auto steps_back = static_cast<std::size_t>(history.wanted);
  history.lows.reserve(steps_back);
  history.highs.reserve(steps_back);
  for (std::int32_t i = 1; i <= history.wanted; ++i) {
    const std::int32_t then =
        steps == Steps::kYears ? shift_years(leaf.cadence, last, -i) : last - i * length;
    if (const auto value = walk.at(then)) {
      history.lows.push_back(*value);
      history.highs.push_back(*value);
    }
  }
  return history;
}

// The same issue of the years before.
History forecast_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Stand stand,
                         Horizon& horizon) {
  History history;
  history.wanted = years;
  const Issue issue = choose_issue(scene, leaf, stand.tick, horizon);
  if (issue.gap != Read::Gap::kNone) return history;
  horizon.limit_evidence(issue.issued);
  const std::int32_t period = period_read(leaf, period_of(leaf.cadence, issue.issued), stand);
  const auto at = [&](std::int32_t of) {
    return at_issue_of(issue, leaf, of, stand.tick, horizon);
  };
  if (const auto value = at(period)) history.current = Quantity::exactly(*value);
  for (std::int32_t i = 1; i <= years; ++i) {
    if (const auto value = at(shift_years(leaf.cadence, period, -i))) {
      history.lows.push_back(*value);
      history.highs.push_back(*value);
    }
  }
  return history;
}

History read_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                     Stand stand, Horizon& horizon) {
  if (leaf.forecast) return forecast_history(scene, leaf, years, stand, horizon);
  return leaf.reads_events ? event_history(scene, leaf, years, steps, stand, horizon)
                           : observed_history(scene, leaf, years, steps, stand, horizon);
}

}  // namespace

Quantity read_normal(const Scene& scene, const Leaf& leaf, std::int32_t years, bool use_mean,
                     Stand stand, Horizon& horizon) {
  History history = read_history(scene, leaf, years, Steps::kYears, stand, horizon);
  if (history.lows.empty() || !history.enough()) return Quantity::unknown();
  if (use_mean) return {mean_of(history.lows), mean_of(history.highs)};
  return {middle_of(history.lows), middle_of(history.highs)};
}

Quantity read_percentile(const Scene& scene, const Leaf& leaf, std::int32_t years, Stand stand,
                         Horizon& horizon) {
  const History history = read_history(scene, leaf, years, Steps::kYears, stand, horizon);
  if (history.lows.empty() || !history.enough() || !history.current.exact() ||
      history.lows != history.highs)
    return Quantity::unknown();
  double below = 0;
  for (const double value : history.lows) {
    if (value < history.current.low) below += 1;
    if (value == history.current.low) below += 0.5;
  }
  return Quantity::exactly(below / static_cast<double>(history.lows.size()));
}

Quantity read_zscore(const Scene& scene, const Leaf& leaf, std::int32_t years, Stand stand,
                     Horizon& horizon) {
  const History history = read_history(scene, leaf, years, Steps::kWindows, stand, horizon);
  if (history.lows.size() < 3 || !history.enough() || !history.current.exact() ||
      history.lows != history.highs)
    return Quantity::unknown();
  const double mean = mean_of(history.lows);
  double squares = 0;
  for (const double value : history.lows) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(history.lows.size() - 1));
  if (deviation < 1e-9) return Quantity::unknown();
  return Quantity::exactly((history.current.low - mean) / deviation);
}

Quantity read_residual(const Scene& scene, const Leaf& leaf, const Node& node, Stand stand,
                       Horizon& horizon) {
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  if (choice.series == nullptr || choice.gap != Read::Gap::kNone) return Quantity::unknown();
  horizon.limit_evidence(choice.covered - 1);
  const std::int32_t a_year = periods_a_year(leaf.cadence);
  const std::int32_t wanted = node.count * a_year;
  const std::int32_t last = period_read(leaf, choice.latest(leaf), stand);
  PeriodWalk walk(choice, leaf);
  const auto current = walk.at(last);
  if (!current) return Quantity::unknown();
  struct Sample {
    double x, y;
    std::size_t season;
  };
  const auto season_of = [&](std::int32_t period) {
    return static_cast<std::size_t>(((period % a_year) + a_year) % a_year);
  };
  std::vector<Sample> samples;
  samples.reserve(static_cast<std::size_t>(wanted));
  for (std::int32_t i = 1; i <= wanted; ++i)
    if (const auto value = walk.at(last - i))
      samples.push_back({static_cast<double>(-i), *value, season_of(last - i)});
  std::reverse(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  if (samples.size() < 3 || 10 * static_cast<std::int32_t>(samples.size()) < 7 * wanted)
    return Quantity::unknown();
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (const Sample& s : samples) {
    sum_x += s.x;
    sum_y += s.y;
    sum_xx += s.x * s.x;
    sum_xy += s.x * s.y;
  }
  const double slope = node.trend ? (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x) : 0;
  const double level = (sum_y - slope * sum_x) / n;
  std::vector<double> season_sum(static_cast<std::size_t>(a_year), 0), season_count(season_sum);
  for (Sample& s : samples) {
    s.y -= level + slope * s.x;
    season_sum[s.season] += s.y;
    season_count[s.season] += 1;
  }
  const auto seasonal = [&](std::size_t season) {
    return node.seasonal && season_count[season] > 0 ? season_sum[season] / season_count[season]
                                                     : 0.0;
  };
  double squares = 0;
  for (const Sample& s : samples) {
    const double rest = s.y - seasonal(s.season);
    squares += rest * rest;
  }
  const double deviation = std::sqrt(squares / (n - 1));
  const std::size_t season = season_of(last);
  if ((node.seasonal && season_count[season] == 0) || deviation < 1e-9) return Quantity::unknown();
  return Quantity::exactly((*current - level - seasonal(season)) / deviation);
}

}  // namespace tocsin
