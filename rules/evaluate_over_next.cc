#include "rules/evaluate_families.h"

// Something judged for each of several days ahead (docs/SEMANTICS.md section 2.11).
namespace tocsin {
namespace {

std::vector<Member> judge_days(const Scene& scene, const Expression& expression, const Node& node,
                               Stand stand, Horizon& horizon) {
  const Over& over = expression.over_of(node);
  std::vector<Member> out;
  horizon.limit(stand.tick + 1);  // tomorrow all these days lie one day less ahead
  for (std::int32_t day = 0; day <= longest_days(over.span); ++day) {
    stand.ahead = day;
    Member& member = out.emplace_back();
    if (is_of_truths(over.how)) {
      member.holds = evaluate_truth(scene, expression, node.a, stand, horizon);
      continue;
    }
    const Quantity value = evaluate_number(scene, expression, node.a, stand, horizon);
    member.value = value.exact() ? value
                                 : Quantity{std::max(value.low, over.least),
                                            std::min(value.high, over.greatest)};
  }
  return out;
}

}  // namespace

Quantity over_next(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
                   Horizon& horizon) {
  return made_of(expression.over_of(node).how, judge_days(scene, expression, node, stand, horizon));
}

Tri over_next_holds(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
                    Horizon& horizon) {
  return holds_in(expression.over_of(node).how,
                  judge_days(scene, expression, node, stand, horizon));
}

}  // namespace tocsin
