#include "rules/parser.h"

// The functions that look at one read over time: against other years, at earlier periods.
namespace tocsin {

std::span<const Parser::Function> Parser::time_functions() {
  // Where a function reads by its operand, the operand says that patterns do not.
  static constexpr auto kRows = std::to_array<Function>({
      {"normal", &Parser::history_call, Op::kNormal},
      {"zscore", &Parser::history_call, Op::kZscore},
      {"percentile", &Parser::history_call, Op::kPercentile},
      {"residual",
       &Parser::residual_call,
       Op::kResidual,
       {Scope::kSignal, "a pattern reads signals, not data", "a signal with this condition"}},
      {"lag", &Parser::lag_call},
      {"change", &Parser::change_call, Op::kChange},
      {"rising", &Parser::rising_call, Op::kRising},
      {"crosses", &Parser::crosses_call, Op::kCrosses},
  });
  return kRows;
}

const Leaf& Parser::leaf_operand(const Token& function) {
  const Token first = peek();
  const Value value = addition();
  if (value.type != Type::kNumber || node_of(value).op != Op::kAggregate)
    wrong(first, function.text + "() reads one aggregate of one series",
          function.text + "(sum(rainfall, 3 months), ...)");
  return out_.leaf(node_of(value).leaf);
}

std::int32_t Parser::years(const Token& function) {
  expect(",");
  const Token span = expect_span("a number of years, 10y");
  if (span.span.unit != SpanUnit::kYears || span.span.count < 2 || span.span.count > 60)
    wrong(span, function.text + "() looks back over whole years", "2y to 60y");
  return span.span.count;
}

Parser::Value Parser::history_call(const Token& function, const Function& row) {
  const Token first = peek();
  Node node;
  node.op = row.op;
  leaf_operand(function);
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf leaf = out_.leaf(node.leaf);
  if (!leaf.reads_events && leaf.cadence == Cadence::kIrregular)
    wrong(first,
          "'" + leaf.text + "' is " + (leaf.forecast ? "issued" : "observed") +
              " at irregular times and has no same window in other years",
          "a series with a regular cadence");
  if (leaf.forecast && row.op == Op::kZscore)
    wrong(first, "the windows before '" + leaf.text + "' were not forecast",
          "percentile() or normal(): the same issue of the years before");
  if (row.op == Op::kNormal) {
    node.unit = out_.nodes.back().unit;
    node.style = out_.nodes.back().style;
  } else if (row.op == Op::kZscore) {
    node.unit = Unit::base("sd");
  } else {
    node.style = PureStyle::kPercent;
  }
  node.count = years(function);
  if (row.op == Op::kNormal && accept(",")) {
    const Token how = expect_kind(TokenKind::kName, "mean or median");
    if (how.text != "mean" && how.text != "median")
      wrong(how, "a normal is no '" + how.text + "'", "mean, median");
    node.use_mean = how.text == "mean";
  }
  expect(")");
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::residual_call(const Token& function, const Function&) {
  const Token series = peek();
  Leaf leaf = named_leaf(Aggregate::kLast);
  if (leaf.forecast)
    wrong(series, "residual() explains what was observed", "the code of an indicator");
  if (leaf.cadence != Cadence::kMonth && leaf.cadence != Cadence::kDekad &&
      leaf.cadence != Cadence::kQuarter)
    wrong(series,
          "'" + series.text + "' has a cadence of one " + std::string(name_of(leaf.cadence)),
          "residual() of months, dekads or quarters");
  expect(",");
  while (peek(1).kind == TokenKind::kSymbol && peek(1).text == ":") {
    series_option(leaf, take());
    expect(",");
  }
  Node node;
  node.op = Op::kResidual;
  node.unit = Unit::base("sd");
  do {
    const Token part = expect_kind(TokenKind::kName, "seasonal, trend or seasonal + trend");
    if (part.text == "seasonal")
      node.seasonal = true;
    else if (part.text == "trend")
      node.trend = true;
    else
      wrong(part, "'" + part.text + "' is no part of the model",
            "seasonal, trend, seasonal + trend");
  } while (accept("+"));
  node.leaf = add_leaf(std::move(leaf), function);
  node.count = years(function);
  expect(")");
  return add(std::move(node), function, Type::kNumber);
}

std::int32_t Parser::lag_periods(const Leaf& leaf, const Token& span) {
  if (leaf.reads_events || leaf.cadence == Cadence::kIrregular) return 0;
  auto periods = whole_periods(span.span, leaf.cadence);
  if (!periods)
    wrong(span,
          to_string(span.span) + " are no whole number of " + std::string(name_of(leaf.cadence)) +
              "s, the cadence of '" + leaf.text + "'",
          "whole " + std::string(name_of(leaf.cadence)) + "s");
  return *periods;
}

Parser::Value Parser::lag_call(const Token& function, const Function&) {
  leaf_operand(function);
  Node node = out_.nodes.back();
  Leaf leaf = out_.leaf(node.leaf);
  expect(",");
  const Token span = expect_span("how far back, 3 months");
  if (leaf.lag.count != 0) wrong(function, "a lag of a lag", "one lag");
  leaf.lag_periods = lag_periods(leaf, span);
  leaf.lag = span.span;
  expect(")");
  node.leaf = add_leaf(std::move(leaf), function);
  out_.leaves.back().label += ", " + to_string(span.span) + " before";
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::change_call(const Token& function, const Function&) {
  leaf_operand(function);
  Node node;
  node.op = Op::kChange;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  node.style = PureStyle::kPercent;
  Leaf before = out_.leaf(node.leaf);
  expect(",");
  const Token span = expect_span("since when, 12 months");
  if (before.lag.count != 0) wrong(function, "a change of a lag", "change(last(price), 12 months)");
  before.lag_periods = lag_periods(before, span);
  before.lag = span.span;
  expect(")");
  node.leaf_before = add_leaf(std::move(before), function);
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::rising_call(const Token& function, const Function&) {
  leaf_operand(function);
  Node node;
  node.op = Op::kRising;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf& leaf = out_.leaf(node.leaf);
  expect(",");
  const Token span = expect_span("how many periods, 3 months");
  if (leaf.reads_events || leaf.cadence == Cadence::kIrregular)
    wrong(function, "rising() compares periods; '" + leaf.text + "' has none",
          "a series with a regular cadence");
  node.count = lag_periods(leaf, span);
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

Parser::Value Parser::crosses_call(const Token& function, const Function&) {
  const Token first = peek();
  leaf_operand(function);
  const std::int32_t read = static_cast<std::int32_t>(out_.nodes.size() - 1);
  Node node;
  node.op = Op::kCrosses;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf& leaf = out_.leaf(node.leaf);
  if (!leaf.reads_events && leaf.cadence == Cadence::kIrregular)
    wrong(first, "crosses() compares periods; '" + leaf.text + "' has none",
          "a series with a regular cadence");
  expect(",");
  const Value threshold = addition();
  want(threshold, Type::kNumber, function, "a threshold");
  common_unit({read, Type::kNumber}, threshold, function);
  node.a = threshold.node;
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

}  // namespace tocsin
