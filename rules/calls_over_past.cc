#include <algorithm>

#include "rules/evaluate.h"
#include "rules/parser.h"

// AGG(x over SPAN [before] [where c [else all]] [, ...]): x at earlier stands.
namespace tocsin {
namespace {

using How = Over::How;

constexpr std::int64_t kStepsInAll = 20'000;

// What speaks about the tick alone: nothing that can be stepped back.
std::string_view present_only(Op op) {
  switch (op) {
    case Op::kAge:
      return "age()";
    case Op::kActive:
      return "active()";
    case Op::kDimensions:
      return "dimensions()";
    case Op::kNeighbours:
      return "neighbours()";
    case Op::kBasin:
      return "basin()";
    case Op::kCascade:
      return "cascade()";
    default:
      return "";
  }
}

// With the operand itself as what the steps are compared with.
bool compares_with_past(How how) {
  return how == How::kPercentile || how == How::kZscore || how == How::kExpected ||
         how == How::kResidual;
}

// A number without data.
std::optional<double> constant(const Expression& expression, std::int32_t index) {
  const Node& node = expression.node(index);
  if (node.op == Op::kNumber) return node.number;
  if (node.op == Op::kNegate) {
    const auto a = constant(expression, node.a);
    return a ? std::optional(-*a) : std::nullopt;
  }
  if (node.a < 0 || node.b < 0) return std::nullopt;
  const auto a = constant(expression, node.a), b = constant(expression, node.b);
  if (!a || !b) return std::nullopt;
  switch (node.op) {
    case Op::kAdd:
      return *a + *b;
    case Op::kSubtract:
      return *a - *b;
    case Op::kMultiply:
      return *a * *b;
    case Op::kDivide:
      return *a / *b;
    default:
      return std::nullopt;
  }
}

// The most steps that evaluating a node takes, overs inside one another multiplied.
std::int64_t steps_in_all(const Expression& expression, std::int32_t index) {
  if (index < 0) return 1;
  const Node& node = expression.node(index);
  std::int64_t most = std::max(steps_in_all(expression, node.a), steps_in_all(expression, node.b));
  if (node.op == Op::kCountTrue)
    for (const std::int32_t condition : expression.operands_of(node))
      most = std::max(most, steps_in_all(expression, condition));
  const bool over = (node.op == Op::kOver || node.op == Op::kOverHolds) &&
                    expression.over_of(node).set == Over::Set::kPast;
  return over ? most * expression.over_of(node).span.count : most;
}

}  // namespace

Parser::Value Parser::over_past(const Token& function, How how, Value operand, Begin begin) {
  if (how == How::kShare || how == How::kRank)
    wrong(function, function.text + "() is made of regions, not of the past",
          "count(... over 12 months), percentile(... over 10y before)");
  want(operand, is_of_truths(how) ? Type::kTruth : Type::kNumber, function,
       "what " + function.text + "() goes over");
  if (how != How::kLeast && how != How::kGreatest && !is_of_truths(how))
    refuse_scale(operand, function, "no numbers to calculate with");
  Over over;
  over.set = Over::Set::kPast;
  over.how = how;
  const Token span = expect_span("a span of the past, 12 months before");
  over.span = span.span;
  over.before = accept("before");
  if (!over.before && compares_with_past(how))
    wrong(span, function.text + "() compares with what was before",
          "over " + source_of(span) + " before");
  Node node;
  node.op = op_of(how);
  node.a = operand.node;
  if (next_is("where")) {
    const Token where = take();
    const Value condition = conjunction();
    want(condition, Type::kTruth, where, "what stands after 'where'");
    node.b = condition.node;
    if (next_is("else")) {
      const Token otherwise = take();
      expect("all");
      if (is_of_truths(how))
        wrong(otherwise, function.text + "() of no step is known: none of them",
              "where without else all");
      over.else_all = true;
    }
  }
  has_past(begin, function, span);
  if (how == How::kQuantile) {
    expect(",");
    over.percent = share_of_steps();
  } else if (how == How::kExpected || how == How::kResidual) {
    expect(",");
    const Token at = peek();
    const Parts parts = parts_of_model();
    const SpanUnit unit = over.span.unit;
    if (parts.seasonal && unit != SpanUnit::kMonths && unit != SpanUnit::kDekads &&
        unit != SpanUnit::kQuarters)
      wrong(at, to_string(span.span) + " have no seasons of whole steps",
            "trend, or steps of months, dekads or quarters");
    over.seasonal = parts.seasonal;
    over.trend = parts.trend;
  }
  expect(")");
  if (node.op == Op::kOver && how != How::kCount) {
    node.unit = node_of(operand).unit;
    node.style = node_of(operand).style;
  }
  if (how == How::kPercentile) {
    node.unit = Unit();
    node.style = PureStyle::kPercent;
  }
  if (how == How::kZscore || how == How::kResidual) {
    node.unit = Unit::base("sd");
    node.style = PureStyle::kNumber;
  }
  const bool truth = node.op == Op::kOverHolds;
  node.more = put(out_.overs, {over});
  out_.looks_back = true;
  const Value value = add(std::move(node), function, truth ? Type::kTruth : Type::kNumber);
  if (steps_deep(value.node) > kStepsMost)
    wrong(span, "too many looks into the past stand inside one another",
          "at most " + std::to_string(kStepsMost));
  if (const std::int64_t steps = steps_in_all(out_, value.node); steps > kStepsInAll)
    wrong(span, "this looks at " + std::to_string(steps) + " steps of the past",
          "at most " + std::to_string(kStepsInAll));
  return value;
}

// That what is gone over can be stepped back by the unit of the span.
void Parser::has_past(Begin begin, const Token& function, const Token& span) const {
  const Span step{1, span.span.unit};
  bool any = std::any_of(out_.leaves.begin() + static_cast<std::ptrdiff_t>(begin.leaf),
                         out_.leaves.end(), [](const Leaf& leaf) { return !leaf.frozen; });
  for (std::size_t i = begin.node; i < out_.nodes.size(); ++i) {
    const Node& node = out_.nodes[i];
    if (const std::string_view what = present_only(node.op); !what.empty())
      wrong(function, std::string(what) + " speaks about the day judged and has no past",
            "what was observed, forecast or happened, and on()");
    any = any || node.op == Op::kOn;
  }
  if (!any)
    wrong(function, "what " + function.text + "() goes over is the same at each step",
          "what was observed, forecast or happened, and on()");
  for (std::size_t i = begin.leaf; i < out_.leaves.size(); ++i) {
    const Leaf& leaf = out_.leaves[i];
    if (leaf.sample_seconds > 0)
      wrong(function, "'" + leaf.text + "' is read of the samples of the day judged alone",
            "on(signal) of a signal with this condition, over the days before");
    if (leaf.reads_events || leaf.frozen) continue;
    if (leaf.cadence == Cadence::kIrregular)
      wrong(function,
            "'" + leaf.text + "' is " + (leaf.forecast ? "issued" : "observed") +
                " at irregular times and has no steps of " + to_string(step),
            "a series with a regular cadence");
    if (step.unit != SpanUnit::kYears && !whole_periods(step, leaf.cadence))
      wrong(span,
            to_string(step) + " is no whole number of " + std::string(name_of(leaf.cadence)) +
                "s, the cadence of '" + leaf.text + "'",
            "steps of " + std::string(name_of(leaf.cadence)) + "s or years");
  }
}

// "75 %", "1 - 1/4"
double Parser::share_of_steps() {
  const Token first = peek();
  const std::size_t nodes = out_.nodes.size();
  const Value value = addition();
  const auto share = value.type == Type::kNumber ? constant(out_, value.node) : std::nullopt;
  if (!share || !node_of(value).unit.pure() || !(*share > 0 && *share < 1))
    wrong(first, "a quantile stands at a share of the steps", "above 0 % and below 100 %, 75 %");
  out_.nodes.resize(nodes);
  return *share;
}

}  // namespace tocsin
