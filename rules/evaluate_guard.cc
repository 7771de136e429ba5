#include <cmath>

#include "rules/evaluate_families.h"
#include "rules/read.h"

// Seasons, and what a condition needs of its data before it is judged.
namespace tocsin {
namespace {

// Of a forecast: the period of its cadence of issues that holds the latest one.
std::optional<DayRange> days_of_issue(const Scene& scene, const Leaf& leaf, const Stand& stand,
                                      Horizon& horizon) {
  const Issue issue = choose_issue(scene, leaf, stand.tick, horizon);
  if (issue.gap != Read::Gap::kNone) return std::nullopt;
  if (leaf.cadence == Cadence::kIrregular) return DayRange{issue.issued, issue.issued + 1};
  const std::int32_t period =
      period_read(leaf, period_of(leaf.cadence, issue.issued) + leaf.lag_periods, stand);
  return DayRange{period_start(leaf.cadence, period), period_start(leaf.cadence, period + 1)};
}

// The end of the last period that is known, of a forecast the day after its latest issue; nullopt
// if there never was one.
std::optional<Day> covered(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  if (leaf.forecast) {
    const Issue issue = choose_issue(scene, leaf, tick, horizon);
    if (issue.forecasts == nullptr) return std::nullopt;
    return issue.issued + 1;
  }
  Scene own = scene;  // an age is that of the region's own figures
  own.aligned = nullptr;
  const Choice choice = choose(own, leaf, tick, horizon);
  if (choice.series == nullptr) return std::nullopt;
  return choice.covered;
}

}  // namespace

std::optional<DayRange> days_of(const Scene& scene, const Leaf& leaf, const Stand& stand,
                                Horizon& horizon) {
  if (leaf.reads_events) {
    if (stand.depth == 0) return std::nullopt;
    return days_stood_at(stand, horizon);
  }
  if (leaf.forecast) return days_of_issue(scene, leaf, stand, horizon);
  if (leaf.sample_seconds > 0) return std::nullopt;
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  if (choice.series == nullptr || choice.gap != Read::Gap::kNone) return std::nullopt;
  if (leaf.cadence == Cadence::kIrregular) return DayRange{choice.last().start, choice.covered};
  const std::int32_t period = period_read(leaf, choice.latest(leaf) + leaf.lag_periods, stand);
  return DayRange{period_start(leaf.cadence, period), period_start(leaf.cadence, period + 1)};
}

bool in_season(const Scene& scene, const Expression& expression, const Node& node,
               const Stand& stand, Horizon& horizon) {
  const During& during = expression.during_of(node);
  bool inside = true, tick = during.tick;
  for (const std::int32_t leaf : during.leaves) {
    Horizon own;  // the calendar decides: no evidence day of the data
    const auto days = days_of(scene, expression.leaf(leaf), stand, own);
    horizon.limit(own.until);
    if (days)
      inside = inside && lies_in(during.seasons, days->from, days->until);
    else
      tick = true;
  }
  if (!tick) return inside;
  const Day read = tick_read(stand);
  horizon.limit(read == stand.tick ? next_edge(during.seasons, read) : stand.tick + 1);
  return inside && lies_in(during.seasons, read, read + 1);
}

Tri during(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
           Horizon& horizon) {
  if (in_season(scene, expression, node, stand, horizon))
    return evaluate_truth(scene, expression, node.a, stand, horizon);
  note_reads(scene, expression, node.a, stand.tick, horizon);
  return Tri::kFalse;
}

Tri given(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
          Horizon& horizon) {
  const Tri judged = evaluate_truth(scene, expression, node.a, stand, horizon);
  const Tri guard = evaluate_truth(scene, expression, node.b, stand, horizon);
  return guard == Tri::kTrue ? judged : Tri::kUnknown;
}

Quantity read_age(const Scene& scene, const Expression& expression, const Node& node, Day tick,
                  Horizon& horizon) {
  const auto until = covered(scene, expression.leaf(node.leaf), tick, horizon);
  if (!until) return Quantity::unknown();
  const std::int32_t age = tick + 1 - *until;
  // The age at which it next compares otherwise.
  if (node.count == 0) {
    horizon.limit(tick + 1);
  } else if (const double bound = expression.node(node.count - 1).number; age <= bound) {
    horizon.limit(tick + std::max(1, static_cast<std::int32_t>(std::min(bound, 1e6)) - age));
  }
  return Quantity::exactly(age);
}

}  // namespace tocsin
