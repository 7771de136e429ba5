#include "rules/parser.h"

// The functions that look at one read over time: against other years, at earlier periods.
namespace tocsin {
namespace {

const std::optional<Unit> kObservations = Unit::base("observations");

bool is_lagged(const Leaf& leaf) { return leaf.lag.count != 0 || leaf.lag_observations != 0; }

}  // namespace

std::span<const Parser::Function> Parser::time_functions() {
  // Where a function reads by its operand, the operand says that patterns do not.
  static constexpr auto kRows = std::to_array<Function>({
      {"normal", &Parser::history_call, Op::kNormal},
      {"zscore", &Parser::history_call, Op::kZscore, {}, Aggregate::kLast, Over::How::kZscore},
      {"percentile",
       &Parser::history_call,
       Op::kPercentile,
       {},
       Aggregate::kLast,
       Over::How::kPercentile},
      {"residual",
       &Parser::residual_call,
       Op::kResidual,
       {Scope::kSignal, "a pattern reads signals, not data", "a signal with this condition"},
       Aggregate::kLast,
       Over::How::kResidual},
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
  return leaf_of(function, first, value);
}

const Leaf& Parser::leaf_of(const Token& function, const Token& first, Value value) const {
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
  const Begin begin = here();
  const Value operand = addition();
  if (row.op != Op::kNormal && next_is("over")) return over_set(function, row.over, operand, begin);
  Node node;
  node.op = row.op;
  leaf_of(function, first, operand);
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf leaf = out_.leaf(node.leaf);
  if (!leaf.reads_events && leaf.cadence == Cadence::kIrregular)
    wrong(first,
          "'" + leaf.text + "' is " + (leaf.forecast ? "issued" : "observed") +
              " at irregular times and has no same window in other years",
          "a series with a regular cadence");
  refuse_scale(leaf, function);
  if (leaf.forecast && row.op == Op::kZscore)
    wrong(first, "the windows before '" + leaf.text + "' were not forecast",
          "percentile() or normal(): the same issue of the years before");
  if (!leaf.reads_events && leaf.aggregate == Aggregate::kCount)
    wrong(first, "how many figures there are has no normal", "an aggregate of the figures");
  if (leaf.lag_observations != 0)
    wrong(first, "'" + leaf.text + "' goes back by observations, which other years do not share",
          "a lag of a span");
  if (row.op == Op::kZscore && leaf.since)
    wrong(first, "'" + leaf.text + "' has windows that grow; zscore() needs windows of one length",
          "a window such as 3 months, or percentile()");
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

// seasonal, trend or both
Parser::Parts Parser::parts_of_model() {
  Parts parts;
  do {
    const Token part = expect_kind(TokenKind::kName, "seasonal, trend or seasonal + trend");
    if (part.text == "seasonal")
      parts.seasonal = true;
    else if (part.text == "trend")
      parts.trend = true;
    else
      wrong(part, "'" + part.text + "' is no part of the model",
            "seasonal, trend, seasonal + trend");
  } while (accept("+"));
  return parts;
}

Parser::Value Parser::residual_call(const Token& function, const Function& row) {
  if (operand_follows()) return over_call(function, row);
  const Token series = peek();
  Leaf leaf = named_leaf(Aggregate::kLast);
  if (leaf.forecast)
    wrong(series, "residual() explains what was observed", "the code of an indicator");
  refuse_scale(leaf, function);
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
  const Parts parts = parts_of_model();
  node.seasonal = parts.seasonal;
  node.trend = parts.trend;
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

// A span, or so many observations of last(). Returns it in words.
std::string Parser::set_lag(Leaf& leaf, std::string_view what) {
  const Token token = peek();
  if (token.kind != TokenKind::kNumber || unit_of_literal(token.text) != kObservations) {
    const Token span = expect_span(what);
    leaf.lag_periods = lag_periods(leaf, span);
    leaf.lag = span.span;
    return to_string(span.span);
  }
  take();
  if (leaf.forecast)
    wrong(token, "a forecast goes back by its issues, not by observations", "a span, 3 months");
  if (leaf.reads_events || leaf.aggregate != Aggregate::kLast)
    wrong(token, "'" + leaf.text + "' is no single observation; only last() goes back by them",
          "a span, 3 months");
  if (token.number < 1 || token.number > 100 ||
      token.number != static_cast<double>(static_cast<std::int32_t>(token.number)))
    wrong(token, "'" + source_of(token) + "' cannot be gone back", "1 to 100 observations");
  leaf.lag_observations = static_cast<std::int32_t>(token.number);
  return std::to_string(leaf.lag_observations) +
         (leaf.lag_observations == 1 ? " observation" : " observations");
}

Parser::Value Parser::lag_call(const Token& function, const Function&) {
  leaf_operand(function);
  Node node = out_.nodes.back();
  Leaf leaf = out_.leaf(node.leaf);
  expect(",");
  if (is_lagged(leaf)) wrong(function, "a lag of a lag", "one lag");
  const std::string before = set_lag(leaf, "how far back, 3 months");
  expect(")");
  node.leaf = add_leaf(std::move(leaf), function);
  out_.leaves.back().label += ", " + before + " before";
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::change_call(const Token& function, const Function&) {
  leaf_operand(function);
  Node node;
  node.op = Op::kChange;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  node.style = PureStyle::kPercent;
  Leaf before = out_.leaf(node.leaf);
  refuse_scale(before, function);
  expect(",");
  if (is_lagged(before)) wrong(function, "a change of a lag", "change(last(price), 12 months)");
  set_lag(before, "since when, 12 months");
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
  if (leaf.reads_events || leaf.cadence == Cadence::kIrregular || leaf.lag_observations != 0)
    wrong(function, "rising() compares periods; '" + leaf.text + "' has none",
          "a series with a regular cadence");
  node.count = lag_periods(leaf, span);
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

Parser::Value Parser::crosses_call(const Token& function, const Function&) {
  const Token first = peek();
  const Begin begin = here();
  leaf_operand(function);
  const std::int32_t read = static_cast<std::int32_t>(out_.nodes.size() - 1);
  Node node;
  node.op = Op::kCrosses;
  node.leaf = static_cast<std::int32_t>(out_.leaves.size() - 1);
  const Leaf& leaf = out_.leaf(node.leaf);
  if (!leaf.reads_events && (leaf.cadence == Cadence::kIrregular || leaf.lag_observations != 0))
    wrong(first, "crosses() compares periods; '" + leaf.text + "' has none",
          "a series with a regular cadence");
  expect(",");
  const Value threshold = bound({read, Type::kNumber});
  want(threshold, Type::kNumber, function, "a threshold");
  common_unit({read, Type::kNumber}, threshold, function);
  node.a = threshold.node;
  date(begin);
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

}  // namespace tocsin
