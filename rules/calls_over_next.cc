#include "rules/parser.h"
#include "rules/static_check.h"

// AGG(x over next 13d): x for each of the days ahead.
namespace tocsin {
namespace {

constexpr std::int32_t kDaysMost = 366;

bool is_made_of_days(Over::How how) {
  return how == Over::How::kCount || how == Over::How::kAny || how == Over::How::kAll ||
         how == Over::How::kSum || how == Over::How::kMean || how == Over::How::kLeast ||
         how == Over::How::kGreatest;
}

}  // namespace

Parser::Value Parser::over_next(const Token& function, Over::How how, Value operand,
                                std::size_t first_node) {
  const Token next = take();
  if (scope_ == Scope::kPattern)
    wrong(next, "the days ahead are asked of forecasts, and a pattern reads signals",
          "a signal with this condition, and on(signal) here");
  if (!is_made_of_days(how))
    wrong(function, function.text + "() is not made of days ahead",
          "count, any, all, sum, mean, min, max");
  want(operand, is_of_truths(how) ? Type::kTruth : Type::kNumber, function,
       "what " + function.text + "() is made of");
  const Token span = expect_span("how many days ahead, 13d");
  if (!is_number_of_days(span.span) || longest_days(span.span) > kDaysMost)
    wrong(span, "'" + source_of(span) + "' is no number of days ahead", "1 to 366 days, or weeks");
  bool reads = false;
  for (std::size_t i = first_node; i < out_.nodes.size(); ++i) {
    const Node& node = out_.nodes[i];
    if (node.leaf < 0 || !out_.leaf(node.leaf).forecast || node.op == Op::kAge) continue;
    const Leaf& leaf = out_.leaf(node.leaf);
    const bool one_day = (node.op == Op::kAggregate || node.op == Op::kChance) &&
                         leaf.aggregate == Aggregate::kLast && leaf.lag.count == 0;
    if (!one_day) {
      Token at = function;
      at.begin = node.begin;
      at.end = node.end;
      wrong(at, "'" + source_of(at) + "' has days of its own; each day ahead is asked alone",
            "last(forecast(x)), which is what the forecast says of that day");
    }
    reads = true;
  }
  if (!reads)
    wrong(next, "nothing in it is foretold, so it is the same on each day ahead",
          "last(forecast(x)) of a forecast");
  expect(")");
  Over over;
  over.set = Over::Set::kNext;
  over.how = how;
  over.span = span.span;
  Node node;
  node.op = op_of(how);
  node.a = operand.node;
  if (!is_of_truths(how)) {
    const auto [least, greatest] = static_range(out_, operand.node, catalogue_, pack_);
    over.least = least;
    over.greatest = greatest;
    node.unit = node_of(operand).unit;
    node.style = node_of(operand).style;
  }
  node.more = put(out_.overs, {over});
  return add(std::move(node), function, node.op == Op::kOver ? Type::kNumber : Type::kTruth);
}

}  // namespace tocsin
