#include "rules/evaluate_families.h"
#include "rules/read_memo.h"

// Parameters whose value depends on the day, and those made of data (docs/SEMANTICS.md 2.10).
namespace tocsin {
namespace {

// The last day that the reads of the comparison speak about, of several the first such day.
Day data_day(const Scene& scene, const Expression& expression, const Dating& dating,
             const Stand& stand, Horizon& horizon) {
  const Day tick = tick_read(stand);
  Day day = tick;
  for (const std::int32_t leaf : dating.leaves) {
    Horizon own;  // the calendar decides: no evidence day of the data
    if (const auto days = days_of(scene, expression.leaf(leaf), stand, own))
      day = std::min(day, days->until - 1);
    horizon.limit(own.until);
  }
  return day;
}

// Where the value is that of the tick, it changes as time goes on.
void limit_by_parameter(const Parameter& parameter, Day day, const Stand& stand, Horizon& horizon) {
  if (day < tick_read(stand)) return;
  horizon.limit(stand.depth == 0 ? parameter.next_edge(day) : stand.tick + 1);
}

}  // namespace

Quantity parameter_of(const Scene& scene, const Expression& expression, const Node& node,
                      const Stand& stand, Horizon& horizon) {
  const Parameter& parameter = scene.pack.parameters[node.more.first];
  const Dating* dating = expression.dating_of(node);
  if (dating == nullptr) return Quantity::exactly(parameter.in(scene.region));
  const Day day = data_day(scene, expression, *dating, stand, horizon);
  limit_by_parameter(parameter, day, stand, horizon);
  const auto value = parameter.at(scene.region, day);
  return value ? Quantity::exactly(*value) : Quantity::unknown();
}

Quantity computed_of(const Scene& scene, const Expression& expression, const Node& node,
                     const Stand& stand, Horizon& horizon) {
  const Dating* dating = expression.dating_of(node);
  if (dating == nullptr) return evaluate_number(scene, expression, node.a, stand, horizon);
  const Parameter& parameter = scene.pack.parameters[node.more.first];
  const Day day = data_day(scene, expression, *dating, stand, horizon);
  limit_by_parameter(parameter, day, stand, horizon);
  // The same through the season, and no evidence of today.
  const Day before = parameter.as_of->latest_start(day) - 1;
  const auto compute = [&] {
    Horizon frozen;
    Scene alone = scene;
    alone.aligned = nullptr;
    return evaluate_number(alone, expression, node.a, Stand{before}, frozen);
  };
  if (scene.reads == nullptr) return compute();
  if (const auto kept = scene.reads->frozen(node, scene.region, before)) return *kept;
  const Quantity value = compute();
  scene.reads->keep_frozen(node, scene.region, before, value);
  return value;
}

}  // namespace tocsin
