#include "daemon/scenario/coverage.h"

#include "daemon/scenario/conditions.h"

namespace tocsin {
namespace {

// Whether the condition is made of conditions, which can each be so or not.
bool joins(Op op) { return op == Op::kAnd || op == Op::kOr || op == Op::kNot || op == Op::kGiven; }

}  // namespace

Coverage::Coverage(const Pack& pack) {
  const auto conditions = conditions_of(pack);
  for (std::size_t i = 0; i < conditions.size(); ++i)
    add(conditions[i].name, *conditions[i].expression, i, conditions[i].expression->root);
}

void Coverage::add(const std::string& rule, const Expression& expression, std::size_t condition,
                   std::int32_t index) {
  const Node& node = expression.node(index);
  if (!joins(node.op)) {
    parts_.push_back({rule, text_of(expression, node), condition, index});
    if (node.op == Op::kDuring && joins(expression.node(node.a).op))
      add(rule, expression, condition, node.a);
    return;
  }
  add(rule, expression, condition, node.a);
  if (node.b >= 0) add(rule, expression, condition, node.b);
}

void Coverage::look(const Assessment& assessment, Day tick) {
  const Pack& pack = assessment.pack();
  const auto conditions = conditions_of(pack);
  for (Part& part : parts_) {
    const auto& condition = conditions[part.condition];
    const auto note = [&](const Scene& scene) {
      Horizon horizon;
      const Tri truth =
          evaluate_truth(scene, *condition.expression, part.node, Stand{tick}, horizon);
      part.came_to[static_cast<std::size_t>(truth)] = true;
    };
    if (condition.of_pattern) {
      for (const Assessment::Moved& place : assessment.places())
        if (place.pattern == condition.rule)
          note(assessment.pattern_scene(place.region, pack.patterns[condition.rule]));
    } else {
      for (const RegionId region : assessment.folded())
        note(assessment.signal_scene(region, pack.signals[condition.rule]));
    }
  }
}

}  // namespace tocsin
