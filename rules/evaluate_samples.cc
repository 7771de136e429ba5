#include <algorithm>

#include "rules/evaluate_families.h"
#include "rules/read_samples.h"

// A condition at each sample of some days (docs/SEMANTICS.md section 2.12).
namespace tocsin {
namespace {

// What the parts of a condition are at each moment of a grid. What no sample is in is judged once,
// at the tick, and is the same at each moment.
class Samples {
 public:
  Samples(const Scene& scene, const Expression& expression, const Stand& stand,
          const SampleGrid& grid, Horizon& horizon)
      : scene_(scene),
        expression_(expression),
        stand_(stand),
        grid_(grid),
        horizon_(horizon),
        memo_(scene.samples == nullptr ? own_ : *scene.samples) {}

  // Whether a sample of the day is there of anything that is read below the node. Every source is
  // looked at: each says when the answer may change.
  bool any_seen(std::int32_t index) {
    const Node& node = expression_.node(index);
    bool seen = is_read(node) && choose(node).series != nullptr;
    expression_.each_part(node, [&](std::int32_t part) { seen = any_seen(part) || seen; });
    return seen;
  }

  std::vector<Quantity> numbers(std::int32_t index) {
    const Node& node = expression_.node(index);
    if (!varies(index))
      return std::vector(grid_.size(),
                         evaluate_number(scene_, expression_, index, stand_, horizon_));
    if (node.op == Op::kSample)
      return sampled_values(scene_, expression_.leaf(node.leaf), choose(node), grid_);
    if (node.op == Op::kUsual) return usual(node);
    if (node.op == Op::kCountTrue) return count_true(node);
    std::vector<Quantity> a = numbers(node.a);
    const std::vector<Quantity> b = node.b < 0 ? std::vector<Quantity>() : numbers(node.b);
    for (std::size_t i = 0; i < a.size(); ++i)
      a[i] = of_two(node.op, a[i], b.empty() ? Quantity() : b[i]);
    return a;
  }

  std::vector<Tri> truths(std::int32_t index) {
    const Node& node = expression_.node(index);
    if (!varies(index))
      return std::vector(grid_.size(),
                         evaluate_truth(scene_, expression_, index, stand_, horizon_));
    if (is_comparison(node.op)) {
      const std::vector<Quantity> a = numbers(node.a), b = numbers(node.b);
      std::vector<Tri> out(a.size());
      for (std::size_t i = 0; i < a.size(); ++i) out[i] = compare(node.op, a[i], b[i]);
      return out;
    }
    std::vector<Tri> a = truths(node.a);
    const std::vector<Tri> b = node.b < 0 ? std::vector<Tri>() : truths(node.b);
    for (std::size_t i = 0; i < a.size(); ++i)
      a[i] = of_two(node.op, a[i], b.empty() ? Tri::kUnknown : b[i]);
    return a;
  }

 private:
  static bool is_read(const Node& node) { return node.op == Op::kSample || node.op == Op::kUsual; }

  bool varies(std::int32_t index) const {
    const Node& node = expression_.node(index);
    bool any = is_read(node);
    expression_.each_part(node, [&](std::int32_t part) { any = any || varies(part); });
    return any;
  }

  SampleChoice choose(const Node& node) {
    return choose_samples(scene_, expression_.leaf(node.leaf), stand_.tick, horizon_);
  }

  std::vector<Quantity> usual(const Node& node) {
    const SampleChoice choice = choose(node);
    if (choice.series == nullptr) return std::vector<Quantity>(grid_.size());
    const Indicator& indicator = *scene_.catalogue.find(expression_.leaf(node.leaf).indicator);
    const Usual& usual = expression_.usual_of(node);
    return memo_.walk(choice.key, usual).along(scene_.data, indicator, choice, usual, grid_);
  }

  std::vector<Quantity> count_true(const Node& node) {
    std::vector<Quantity> counts(grid_.size(), Quantity{0, 0});
    for (const std::int32_t condition : expression_.operands_of(node)) {
      const std::vector<Tri> holds = truths(condition);
      for (std::size_t i = 0; i < holds.size(); ++i) {
        if (holds[i] == Tri::kTrue) counts[i].low += 1;
        if (holds[i] != Tri::kFalse) counts[i].high += 1;
      }
    }
    return counts;
  }

  static Quantity of_two(Op op, Quantity a, Quantity b) {
    switch (op) {
      case Op::kNamed:
        return a;
      case Op::kAdd:
        return add(a, b);
      case Op::kSubtract:
        return add(a, negate(b));
      case Op::kMultiply:
        return multiply(a, b);
      case Op::kDivide:
        return divide(a, b);
      case Op::kNegate:
        return negate(a);
      case Op::kAbsolute:
        return absolute(a);
      case Op::kLeast:
        return {std::min(a.low, b.low), std::min(a.high, b.high)};
      case Op::kGreatest:
        return {std::max(a.low, b.low), std::max(a.high, b.high)};
      default:
        require(false, "the parser lets no other number be made of samples");
    }
    return {};
  }

  static Tri of_two(Op op, Tri a, Tri b) {
    switch (op) {
      case Op::kAnd:
        return a && b;
      case Op::kOr:
        return a || b;
      case Op::kNot:
        return !a;
      case Op::kGiven:
        return b == Tri::kTrue ? a : Tri::kUnknown;
      default:
        require(false, "the parser lets no other condition be made of samples");
    }
    return Tri::kUnknown;
  }

  const Scene& scene_;
  const Expression& expression_;
  const Stand& stand_;
  const SampleGrid& grid_;
  Horizon& horizon_;
  SampleMemo own_;
  SampleMemo& memo_;
};

struct Stretch {
  std::size_t begin = 0, end = 0;
  std::size_t length() const { return end - begin; }
};

// The longest stretch of moments at which `holds` is true, of those that end behind `after`; of
// several the first.
template <class Fn>
Stretch longest_stretch(std::size_t size, std::size_t after, Fn holds) {
  Stretch best, now;
  for (std::size_t i = 0; i < size; ++i) {
    if (!holds(i)) {
      now = {};
      continue;
    }
    if (now.length() == 0) now.begin = i;
    now.end = i + 1;
    if (now.end > after && now.length() > best.length()) best = now;
  }
  return best;
}

SampleGrid grid_of(const Expression& expression, const Node& node, const Stand& stand,
                   std::int32_t days) {
  return {stand.tick - (days - 1), stand.tick, expression.step_of(node)};
}

EventTime moment_at(const SampleGrid& grid, std::size_t index) {
  return EventTime(start_of<EventTime>(grid.first).milliseconds() +
                   static_cast<std::int64_t>(index) * grid.step * 1000);
}

}  // namespace

LongestRun longest_run(const Scene& scene, const Expression& expression, const Node& node,
                       const Stand& stand, Horizon& horizon) {
  LongestRun out;
  const SampleGrid grid = grid_of(expression, node, stand, node.count);
  Samples samples(scene, expression, stand, grid, horizon);
  if (!samples.any_seen(node.a)) return out;
  const std::vector<Tri> holds = samples.truths(node.a);
  const std::size_t today = grid.size() - grid.a_day();
  const Stretch surely =
      longest_stretch(holds.size(), today, [&](std::size_t i) { return holds[i] == Tri::kTrue; });
  const Stretch perhaps =
      longest_stretch(holds.size(), today, [&](std::size_t i) { return holds[i] != Tri::kFalse; });
  const auto seconds = [&](const Stretch& stretch) {
    return static_cast<double>(stretch.length()) * grid.step;
  };
  out.seconds = {seconds(surely), seconds(perhaps)};
  if (surely.length() > 0) {
    out.begin = moment_at(grid, surely.begin);
    out.end = moment_at(grid, surely.end);
  }
  return out;
}

Quantity read_longest(const Scene& scene, const Expression& expression, const Node& node,
                      const Stand& stand, Horizon& horizon) {
  return longest_run(scene, expression, node, stand, horizon).seconds;
}

Quantity latest_sample(const Scene& scene, const Expression& expression, std::int32_t index,
                       const Stand& stand, Horizon& horizon, std::optional<EventTime> before) {
  const Node& node = expression.node(index);
  const std::int32_t days = node.op == Op::kUsual ? expression.usual_of(node).judged : 1;
  const SampleGrid grid = grid_of(expression, node, stand, days);
  const std::vector<Quantity> all = Samples(scene, expression, stand, grid, horizon).numbers(index);
  for (std::size_t i = all.size(); i-- > 0;)
    if (!all[i].is_unknown() && (!before || moment_at(grid, i) < *before)) return all[i];
  return Quantity::unknown();
}

}  // namespace tocsin
