#include "rules/evaluate_families.h"

// One read over time: against earlier periods, and in each of several.
namespace tocsin {

Quantity read_change(const Scene& scene, const Expression& expression, const Node& node,
                     const Stand& stand, Horizon& horizon) {
  const auto read = [&](std::int32_t leaf) {
    return reading(horizon, [&](Horizon& own) {
      return read_leaf(scene, expression.leaf(leaf), stand, own).value;
    });
  };
  const Quantity now = read(node.leaf);
  const Quantity before = read(node.leaf_before);
  return divide(add(now, negate(before)), absolute(before));
}

Tri rising(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
           Horizon& horizon) {
  Tri all = Tri::kTrue;
  Quantity later;
  for (std::int32_t back = 0; back <= node.count; ++back) {
    const Quantity value = reading(horizon, [&](Horizon& own) {
      return read_before(scene, expression.leaf(node.leaf), back, stand, own);
    });
    if (back > 0) all = all && compare(Op::kGreater, later, value);
    later = value;
  }
  return all;
}

Tri crosses(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
            Horizon& horizon) {
  const Quantity threshold = evaluate_number(scene, expression, node.a, stand, horizon);
  const auto read = [&](std::int32_t back) {
    return reading(horizon, [&](Horizon& own) {
      return read_before(scene, expression.leaf(node.leaf), back, stand, own);
    });
  };
  const Quantity now = read(0);
  const Quantity before = read(1);
  return compare(Op::kGreaterEqual, now, threshold) && compare(Op::kLess, before, threshold);
}

Tri consecutive(const Scene& scene, const Expression& expression, const Node& node,
                const Stand& stand, Horizon& horizon) {
  Tri all = Tri::kTrue;
  for (std::int32_t back = 0; back < node.count; ++back) {
    const Stand then = stand.then({Step::Of::kConsecutive, unit_of(node.cadence), back});
    Horizon own;
    all = all && evaluate_truth(scene, expression, node.a, then, own);
    horizon.limit(own.until);
    horizon.limit_evidence(Day(own.evidence));
    horizon.reads(own.reads_from);
    // Stays false for as long as what was read stays as it is. Further back the same series is
    // read, which has the same evidence day.
    if (all == Tri::kFalse && node.one_series && own.has_evidence()) break;
  }
  return all;
}

}  // namespace tocsin
