#include "rules/evaluate.h"

#include <algorithm>
#include <cmath>

#include "rules/evaluate_families.h"

namespace tocsin {
namespace {

// A number in millionths, rounded; beyond this size a millionth is below a double's precision.
double comparable(double value) {
  return std::abs(value) > 1e9 ? value * 1e6 : std::nearbyint(value * 1e6);
}

// 0 x inf counts as 0: a bound of zero times anything is zero.
double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

}  // namespace

Quantity add(Quantity a, Quantity b) { return {a.low + b.low, a.high + b.high}; }
Quantity negate(Quantity a) { return {-a.high, -a.low}; }

Quantity multiply(Quantity a, Quantity b) {
  const auto [low, high] = std::minmax(
      {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)});
  return {low, high};
}

Quantity divide(Quantity a, Quantity b) {
  if (b.low <= 0 && b.high >= 0) return Quantity::unknown();
  return multiply(a, {1 / b.high, 1 / b.low});
}

Quantity absolute(Quantity a) {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negate(a);
  return {0, std::max(-a.low, a.high)};
}

Stand Stand::then(Step step) const {
  require(depth < kStepsMost, "the parser bounds how deep steps stand inside one another");
  Stand out = *this;
  out.steps[static_cast<std::size_t>(out.depth++)] = step;
  return out;
}

Tri compare(Op op, Quantity a, Quantity b) {
  const double a_low = comparable(a.low), a_high = comparable(a.high);
  const double b_low = comparable(b.low), b_high = comparable(b.high);
  switch (op) {
    case Op::kLess:
      return a_high < b_low ? Tri::kTrue : a_low >= b_high ? Tri::kFalse : Tri::kUnknown;
    case Op::kLessEqual:
      return a_high <= b_low ? Tri::kTrue : a_low > b_high ? Tri::kFalse : Tri::kUnknown;
    case Op::kGreater:
      return compare(Op::kLess, b, a);
    case Op::kGreaterEqual:
      return compare(Op::kLessEqual, b, a);
    case Op::kEqual:
      if (a_low == a_high && b_low == b_high && a_low == b_low) return Tri::kTrue;
      return a_high < b_low || a_low > b_high ? Tri::kFalse : Tri::kUnknown;
    case Op::kUnequal:
      return !compare(Op::kEqual, a, b);
    default:
      require(false, "compare() takes a comparison");
  }
  return Tri::kUnknown;
}

Quantity evaluate_number(const Scene& scene, const Expression& expression, std::int32_t index,
                         const Stand& stand, Horizon& horizon) {
  const Node& node = expression.node(index);
  const auto operand = [&](std::int32_t child) {
    return evaluate_number(scene, expression, child, stand, horizon);
  };
  const auto read = [&](auto fn) { return reading(horizon, fn); };
  switch (node.op) {
    case Op::kNumber:
      return Quantity::exactly(node.number);
    case Op::kParameter:
      return parameter_of(scene, expression, node, stand, horizon);
    case Op::kNamed:
      return computed_of(scene, expression, node, stand, horizon);
    case Op::kPopulation: {
      const std::int64_t people = scene.catalogue.regions.at(scene.region).population;
      return people == 0 ? Quantity::unknown() : Quantity::exactly(static_cast<double>(people));
    }
    case Op::kAggregate:
      return read([&](Horizon& own) {
        return read_leaf(scene, expression.leaf(node.leaf), stand, own).value;
      });
    case Op::kAge:
      return read_age(scene, expression, node, stand.tick, horizon);
    case Op::kNormal:
      return read([&](Horizon& own) {
        return read_normal(scene, expression.leaf(node.leaf), node.count, node.use_mean, stand,
                           own);
      });
    case Op::kPercentile:
      return read([&](Horizon& own) {
        return read_percentile(scene, expression.leaf(node.leaf), node.count, stand, own);
      });
    case Op::kZscore:
      return read([&](Horizon& own) {
        return read_zscore(scene, expression.leaf(node.leaf), node.count, stand, own);
      });
    case Op::kResidual:
      return read([&](Horizon& own) {
        return read_residual(scene, expression.leaf(node.leaf), node, stand, own);
      });
    case Op::kChange:
      return read_change(scene, expression, node, stand, horizon);
    case Op::kChance: {
      const Node& asked = expression.node(node.a);
      const Quantity bound = operand(asked.b);
      return read([&](Horizon& own) {
        return read_chance(scene, expression.leaf(node.leaf), asked.op, bound, stand, own);
      });
    }
    case Op::kLongest:
      return read([&](Horizon& own) { return read_longest(scene, expression, node, stand, own); });
    case Op::kSample:
    case Op::kUsual:
      return latest_sample(scene, expression, index, stand, horizon, std::nullopt);
    case Op::kAdd:
      return add(operand(node.a), operand(node.b));
    case Op::kSubtract:
      return add(operand(node.a), negate(operand(node.b)));
    case Op::kMultiply:
      return multiply(operand(node.a), operand(node.b));
    case Op::kDivide:
      return divide(operand(node.a), operand(node.b));
    case Op::kNegate:
      return negate(operand(node.a));
    case Op::kAbsolute:
      return absolute(operand(node.a));
    case Op::kLeast: {
      const Quantity a = operand(node.a), b = operand(node.b);
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
    case Op::kGreatest: {
      const Quantity a = operand(node.a), b = operand(node.b);
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    case Op::kPer100k: {
      const Quantity value = operand(node.a);
      // Without a set of the scheme there is no region whose data is read.
      if (scene.data_region.number() == 0) return Quantity::unknown();
      const std::int64_t people = scene.catalogue.regions.at(scene.data_region).population;
      if (people == 0) return Quantity::unknown();
      return multiply(value, Quantity::exactly(100'000.0 / static_cast<double>(people)));
    }
    case Op::kCountTrue: {
      Quantity count{0, 0};
      for (const std::int32_t condition : expression.operands_of(node)) {
        const Tri holds = evaluate_truth(scene, expression, condition, stand, horizon);
        if (holds == Tri::kTrue) count.low += 1;
        if (holds != Tri::kFalse) count.high += 1;
      }
      return count;
    }
    case Op::kOver:
      if (expression.is_over_next(node)) return over_next(scene, expression, node, stand, horizon);
      if (expression.is_over_regions(node))
        return over_regions(scene, expression, node, stand, horizon);
      return expression.is_over_sources(node)
                 ? over_sources(scene, expression, node, stand, horizon)
                 : over_past(scene, expression, node, stand, horizon);
    case Op::kDimensions:
      return count_dimensions(scene, expression.dimensions_of(node), stand.tick, horizon);
    case Op::kNeighbours:
    case Op::kBasin:
      return count_regions(scene, node.op, expression.subjects_of(node).front(), stand.tick,
                           horizon);
    default:
      require(false, "evaluate_number() takes a number");
  }
  return Quantity::unknown();
}

Tri evaluate_truth(const Scene& scene, const Expression& expression, std::int32_t index,
                   const Stand& stand, Horizon& horizon) {
  const Node& node = expression.node(index);
  // A signal's sides are always both evaluated: the evidence day comes from all parts.
  const auto operand = [&](std::int32_t child) {
    return evaluate_truth(scene, expression, child, stand, horizon);
  };
  switch (node.op) {
    case Op::kAnd: {
      const Tri a = operand(node.a);
      if (scene.pattern != nullptr && a == Tri::kFalse) {  // as long as it is, b says nothing
        note_reads(scene, expression, node.b, stand.tick, horizon);
        return a;
      }
      const Tri b = operand(node.b);
      return a && b;
    }
    case Op::kOr: {
      const Tri a = operand(node.a), b = operand(node.b);
      return a || b;
    }
    case Op::kNot:
      return !operand(node.a);
    case Op::kConsecutive:
      return consecutive(scene, expression, node, stand, horizon);
    case Op::kRising:
      return rising(scene, expression, node, stand, horizon);
    case Op::kCrosses:
      return crosses(scene, expression, node, stand, horizon);
    case Op::kDuring:
      return during(scene, expression, node, stand, horizon);
    case Op::kGiven:
      return given(scene, expression, node, stand, horizon);
    case Op::kOverHolds:
      if (expression.is_over_next(node))
        return over_next_holds(scene, expression, node, stand, horizon);
      if (expression.is_over_regions(node))
        return over_regions_holds(scene, expression, node, stand, horizon);
      return expression.is_over_sources(node)
                 ? over_sources_holds(scene, expression, node, stand, horizon)
                 : over_past_holds(scene, expression, node, stand, horizon);
    case Op::kOn:
      return any_on(scene, expression, node, stand, horizon);
    case Op::kActive:
      return any_active(scene, expression, node, stand.tick, horizon);
    case Op::kCascade:
      return evaluate_cascade(scene, expression.cascade_of(node), stand.tick, horizon);
    default:
      require(is_comparison(node.op), "evaluate_truth() takes a truth value");
      const Quantity a = evaluate_number(scene, expression, node.a, stand, horizon);
      const Quantity b = evaluate_number(scene, expression, node.b, stand, horizon);
      return compare(node.op, a, b);
  }
}

Tri evaluate(const Scene& scene, const Expression& expression, Day tick, Horizon& horizon) {
  return evaluate_truth(scene, expression, expression.root, Stand{tick}, horizon);
}

}  // namespace tocsin
