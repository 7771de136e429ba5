#include <algorithm>
#include <cmath>

#include "rules/evaluate_families.h"
#include "rules/history.h"
#include "rules/read.h"

// A number or a condition at earlier stands (docs/SEMANTICS.md 2.8).
namespace tocsin {
namespace {

Stand step_of(const Over& over, const Stand& stand, std::int32_t back) {
  return stand.then({Step::Of::kOver, over.span.unit, back});
}

// Goes over the steps, the latest first: fn(where, stand, how many steps back).
template <class Fn>
void each_step(const Scene& scene, const Expression& expression, const Node& node,
               const Stand& stand, Horizon& horizon, Fn fn) {
  const Over& over = expression.over_of(node);
  const std::int32_t first = over.before ? 1 : 0;
  for (std::int32_t back = first; back < first + over.span.count; ++back) {
    const Stand then = step_of(over, stand, back);
    const Tri where =
        node.b < 0 ? Tri::kTrue : evaluate_truth(scene, expression, node.b, then, horizon);
    fn(where, then, back);
  }
}

struct Value {
  std::int32_t back;
  Quantity quantity;
  bool is_bounded() const { return std::isfinite(quantity.low) && std::isfinite(quantity.high); }
};

// Of a read of events that goes back day by day: as numbers() below, which would ask the same
// source at each step.
std::vector<Value> event_windows(const Scene& scene, const Expression& expression, const Node& node,
                                 Day tick, Horizon& horizon) {
  const Over& over = expression.over_of(node);
  const Leaf& leaf = expression.leaf(expression.node(node.a).leaf);
  const SourceId source = choose_event_source(scene, leaf, tick, horizon);
  const std::int32_t first = over.before ? 1 : 0;
  std::vector<Value> steps;
  steps.reserve(static_cast<std::size_t>(over.span.count));
  for (std::int32_t back = first; back < first + over.span.count; ++back) {
    Day end = tick + 1 - back;
    if (leaf.lag.count > 0) end = minus(end, leaf.lag);
    const EventWindow window = read_event_window(scene, leaf, source, end, Detail::kValue);
    limit_by_events(leaf, window, tick, Moves::kEvenly, horizon);
    steps.push_back({back, window.value});
  }
  return steps;
}

bool is_of_event_days(const Expression& expression, const Node& node, const Stand& stand) {
  const Node& of = expression.node(node.a);
  return stand.depth == 0 && node.b < 0 && of.op == Op::kAggregate &&
         expression.leaf(of.leaf).reads_events &&
         expression.over_of(node).span.unit == SpanUnit::kDays;
}

// The number at each step that is left in, the latest first.
std::vector<Value> numbers(const Scene& scene, const Expression& expression, const Node& node,
                           const Stand& stand, Horizon& horizon) {
  if (is_of_event_days(expression, node, stand))
    return event_windows(scene, expression, node, stand.tick, horizon);
  std::vector<Value> in, all;
  each_step(scene, expression, node, stand, horizon,
            [&](Tri where, const Stand& then, std::int32_t back) {
              all.push_back({back, evaluate_number(scene, expression, node.a, then, horizon)});
              if (where == Tri::kTrue) in.push_back(all.back());
            });
  return in.empty() && expression.over_of(node).else_all ? all : in;
}

Quantity count_steps(const Scene& scene, const Expression& expression, const Node& node,
                     const Stand& stand, Horizon& horizon) {
  Quantity count{0, 0};
  each_step(scene, expression, node, stand, horizon, [&](Tri where, const Stand& then, auto) {
    const Tri holds = where && evaluate_truth(scene, expression, node.a, then, horizon);
    if (holds == Tri::kTrue) count.low += 1;
    if (holds != Tri::kFalse) count.high += 1;
  });
  return count;
}

// Every step counts: one that is not known makes the sum so.
Quantity sum_of(const std::vector<Value>& steps) {
  if (steps.empty()) return Quantity::unknown();
  Quantity sum{0, 0};
  for (const Value& step : steps) sum = add(sum, step.quantity);
  return sum;
}

// The model of the steps before; `asked` takes its number at the stand judged.
template <class Fn>
Quantity modelled(const Over& over, const std::vector<Value>& steps, Fn asked) {
  std::vector<Sample> samples;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (!step->is_bounded()) continue;
    if (!step->quantity.exact()) return Quantity::unknown();
    samples.push_back({-static_cast<double>(step->back), step->quantity.low});
  }
  const Model model{over.trend, over.seasonal, periods_a_year(grid_of(over.span.unit))};
  const auto found = fit(std::move(samples), static_cast<std::int32_t>(steps.size()), model);
  return found ? asked(*found) : Quantity::unknown();
}

}  // namespace

Quantity over_past(const Scene& scene, const Expression& expression, const Node& node,
                   const Stand& stand, Horizon& horizon) {
  const Over& over = expression.over_of(node);
  if (over.how == Over::How::kCount) return count_steps(scene, expression, node, stand, horizon);
  const std::vector<Value> steps = numbers(scene, expression, node, stand, horizon);
  const auto now = [&] {
    return evaluate_number(scene, expression, node.a, step_of(over, stand, 0), horizon);
  };
  History history;
  history.wanted = static_cast<std::int32_t>(steps.size());
  for (const Value& step : steps)
    if (step.is_bounded()) history.add(step.quantity);
  switch (over.how) {
    case Over::How::kSum:
      return sum_of(steps);
    case Over::How::kMean:
      return mean_of(history);
    case Over::How::kLeast:
      return least_of(history);
    case Over::How::kGreatest:
      return greatest_of(history);
    case Over::How::kMedian:
      return median_of(history);
    case Over::How::kStddev:
      return stddev_of(history);
    case Over::How::kQuantile:
      return quantile_of(history, over.percent);
    case Over::How::kPercentile:
      history.current = now();
      return percentile_of(history);
    case Over::How::kZscore:
      history.current = now();
      return zscore_of(history);
    case Over::How::kExpected:
      return modelled(over, steps, [](const Fit& fit) { return Quantity::exactly(fit.expected); });
    case Over::How::kResidual: {
      const Quantity current = now();
      return modelled(over, steps, [&](const Fit& fit) {
        if (!current.exact() || fit.deviation < 1e-9) return Quantity::unknown();
        return Quantity::exactly((current.low - fit.expected) / fit.deviation);
      });
    }
    default:
      require(false, "the parser lets nothing else go over the past");
  }
  return Quantity::unknown();
}

Tri over_past_holds(const Scene& scene, const Expression& expression, const Node& node,
                    const Stand& stand, Horizon& horizon) {
  const bool any = expression.over_of(node).how == Over::How::kAny;
  Tri holds = any ? Tri::kFalse : Tri::kTrue;
  each_step(scene, expression, node, stand, horizon, [&](Tri where, const Stand& then, auto) {
    const Tri here = evaluate_truth(scene, expression, node.a, then, horizon);
    holds = any ? (holds || (where && here)) : (holds && (!where || here));
  });
  return holds;
}

Day over_reads_from(const Over& over, Day tick) {
  return minus(tick + 1, {over.span.count + 1, over.span.unit}) - 1;
}

}  // namespace tocsin
