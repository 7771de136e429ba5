#include <algorithm>

#include "rules/history.h"
#include "rules/read.h"

// One read against its own past.
namespace tocsin {
namespace {

// The same window in each of the years before (normal, percentile), or the windows of the same
// length one after the other before (zscore).
enum class Steps : std::uint8_t { kYears, kWindows };

History event_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                      const Stand& stand, Horizon& horizon) {
  History history;
  const SourceId source = choose_event_source(scene, leaf, stand.tick, horizon);
  const EventEnd end = event_window_end(leaf, stand, horizon);
  const EventWindow now = read_event_window(scene, leaf, source, end.day, Detail::kValue);
  limit_by_events(leaf, now, stand.tick, end.moves, horizon);
  history.current = now.value;
  history.wanted = steps == Steps::kYears ? years : years * 365 / longest_days(leaf.window);
  const Moves moves = std::max(end.moves, Moves::kUnevenly);
  Day earlier = end.day;
  for (std::int32_t i = 1; i <= history.wanted; ++i) {
    earlier = steps == Steps::kYears ? add_years(end.day, -i) : minus(earlier, leaf.window);
    const EventWindow then = read_event_window(scene, leaf, source, earlier, Detail::kValue);
    limit_by_events(leaf, then, stand.tick, moves, horizon);
    if (then.covered) history.add(then.value);
  }
  return history;
}

History observed_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                         const Stand& stand, Horizon& horizon) {
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
    if (const auto value = walk.at(then)) history.add(Quantity::exactly(*value));
  }
  return history;
}

// The same issue of the years before.
History forecast_history(const Scene& scene, const Leaf& leaf, std::int32_t years,
                         const Stand& stand, Horizon& horizon) {
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
    if (const auto value = at(shift_years(leaf.cadence, period, -i)))
      history.add(Quantity::exactly(*value));
  }
  return history;
}

History read_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                     const Stand& stand, Horizon& horizon) {
  if (leaf.forecast) return forecast_history(scene, leaf, years, stand, horizon);
  return leaf.reads_events ? event_history(scene, leaf, years, steps, stand, horizon)
                           : observed_history(scene, leaf, years, steps, stand, horizon);
}

}  // namespace

Quantity read_normal(const Scene& scene, const Leaf& leaf, std::int32_t years, bool use_mean,
                     const Stand& stand, Horizon& horizon) {
  History history = read_history(scene, leaf, years, Steps::kYears, stand, horizon);
  return use_mean ? mean_of(history) : median_of(history);
}

Quantity read_percentile(const Scene& scene, const Leaf& leaf, std::int32_t years,
                         const Stand& stand, Horizon& horizon) {
  return percentile_of(read_history(scene, leaf, years, Steps::kYears, stand, horizon));
}

Quantity read_zscore(const Scene& scene, const Leaf& leaf, std::int32_t years, const Stand& stand,
                     Horizon& horizon) {
  return zscore_of(read_history(scene, leaf, years, Steps::kWindows, stand, horizon));
}

Quantity read_residual(const Scene& scene, const Leaf& leaf, const Node& node, const Stand& stand,
                       Horizon& horizon) {
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  if (choice.series == nullptr || choice.gap != Read::Gap::kNone) return Quantity::unknown();
  horizon.limit_evidence(choice.covered - 1);
  const Model model{node.trend, node.seasonal, periods_a_year(leaf.cadence)};
  const std::int32_t wanted = node.count * model.a_year;
  const std::int32_t last = period_read(leaf, choice.latest(leaf), stand);
  PeriodWalk walk(choice, leaf);
  const auto current = walk.at(last);
  if (!current) return Quantity::unknown();
  std::vector<Sample> samples;
  samples.reserve(static_cast<std::size_t>(wanted));
  for (std::int32_t i = 1; i <= wanted; ++i)
    if (const auto value = walk.at(last - i)) samples.push_back({static_cast<double>(-i), *value});
  std::reverse(samples.begin(), samples.end());
  const auto found = fit(std::move(samples), wanted, model);
  if (!found || found->deviation < 1e-9) return Quantity::unknown();
  return Quantity::exactly((*current - found->expected) / found->deviation);
}

}  // namespace tocsin
