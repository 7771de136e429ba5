#include "rules/parser.h"

// Reads of forecasts: forecast(x) in the place of a series, and chance().
namespace tocsin {
namespace {

constexpr std::int32_t kLeadMaxDays = 3'660;
constexpr std::int32_t kMemberMax = 99'999;  // as on the wire

bool asks_in_one_direction(Op op) {
  return op == Op::kLess || op == Op::kLessEqual || op == Op::kGreater || op == Op::kGreaterEqual;
}

}  // namespace

std::span<const Parser::Function> Parser::forecast_functions() {
  static constexpr auto kRows = std::to_array<Function>({
      {"forecast", &Parser::forecast_call},
      {"chance",
       &Parser::chance_call,
       Op::kChance,
       {Scope::kSignal, "a pattern reads signals, not data",
        "a signal with this condition, and on(signal) here"}},
  });
  return kRows;
}

// A forecast where a number must stand.
Parser::Value Parser::forecast_call(const Token& function, const Function&) {
  const std::string series = "forecast(" + source_of(peek()) + ")";
  wrong(function, "'" + series + "' is a series; a condition needs one number of it",
        "last(" + series + "), max(" + series + ", 14d), ...");
}

bool Parser::forecast_follows() const {
  return next_is("forecast") && peek(1).kind == TokenKind::kSymbol && peek(1).text == "(";
}

Leaf Parser::forecast_leaf(Aggregate aggregate) {
  const Token function = take();
  expect("(");
  const Token name = peek();
  Leaf leaf = named_leaf(aggregate);
  expect(")");
  const Indicator& indicator = *catalogue_.find(leaf.indicator);
  if (!indicator.forecasts) {
    std::string known;
    for (const Indicator& other : catalogue_.indicators)
      if (other.forecasts) known += (known.empty() ? "" : ", ") + other.code;
    wrong(name, "'" + name.text + "' has no forecasts",
          known.empty() ? "an indicator with the key 'forecasts'" : known);
  }
  if (aggregate == Aggregate::kStddev || aggregate == Aggregate::kCount)
    wrong(function,
          std::string(aggregate == Aggregate::kStddev ? "stddev()" : "count()") +
              " reads what was observed",
          "last, sum, mean, min, max or median of a forecast");
  leaf.forecast = true;
  leaf.cadence = indicator.forecasts->cadence;
  return leaf;
}

// "14d": from the issue to 14 days ahead; "4d..14d".
void Parser::leads_of(Leaf& leaf) {
  const Token first = expect_kind(TokenKind::kSpan, "how far ahead, 14d");
  leaf.leads = {0, first.span.count, first.span.unit};
  Token last = first;
  if (accept("..")) {
    last = expect_kind(TokenKind::kSpan, "the greatest lead, 14d");
    if (last.span.unit != first.span.unit)
      wrong(last, "leads are of one unit", "4d..14d, 1 months..3 months");
    leaf.leads = {first.span.count, last.span.count, first.span.unit};
  }
  if (leaf.leads.least > leaf.leads.greatest)
    wrong(first, "the least lead is longer than the greatest", "4d..14d");
  if (longest_days(last.span) > kLeadMaxDays)
    wrong(last, "no forecast reaches so far", "leads of 10 years at most");
}

// A season in place of leads; what stands before a ":" is an option.
bool Parser::season_follows(const Leaf& leaf) const {
  return leaf.forecast && peek().kind == TokenKind::kName && peek(1).text != ":";
}

void Parser::season_of(Leaf& leaf) {
  const Token at = peek();
  if (at.text == "since")
    wrong(at, "'since' reads what was observed; a forecast is asked about a season ahead",
          "sum(forecast(rainfall), rains)");
  leaf.leads = {};
  leaf.leads.season = season();
  const Cadence cadence = catalogue_.find(leaf.indicator)->cadence;
  if (cadence != Cadence::kIrregular && leaf.leads.season->most_periods(cadence) == 0)
    wrong(at,
          "season " + leaf.leads.season->name() + " can never hold a whole " +
              std::string(name_of(cadence)) + " (" + leaf.leads.season->text() + ")",
          "a season that holds a period of the series");
}

std::string Parser::forecast_text(const Leaf& leaf, const std::string& how) {
  std::string text = "next forecast";
  if (leaf.aggregate != Aggregate::kLast) {
    const Leads& leads = leaf.leads;
    text = how + " forecast ";
    if (leads.season)
      text += "for season " + leads.season->name();
    else
      text += (leads.least == leads.greatest ? "" : std::to_string(leads.least) + " to ") +
              to_string(Span{leads.greatest, leads.unit}) + " ahead";
  }
  return leaf.member < 0 ? text : text + " of member " + std::to_string(leaf.member);
}

void Parser::member_of(Leaf& leaf, const Token& option) {
  const Token number = expect_kind(TokenKind::kNumber, "the number of a member");
  const auto whole = static_cast<std::int32_t>(number.number);
  if (!number.text.empty() || number.number < 0 || number.number > kMemberMax ||
      number.number != static_cast<double>(whole))
    wrong(option, "'" + source_of(number) + "' is no member",
          "a whole number from 0 to " + std::to_string(kMemberMax));
  leaf.member = whole;
}

Parser::Value Parser::chance_call(const Token& function, const Function&) {
  static constexpr std::string_view kLike = "chance(max(forecast(discharge), 7d) > 10_300 m3/s)";
  const Token first = peek();
  const Value asked = disjunction();
  expect(")");
  const Node comparison = node_of(asked);
  if (!is_comparison(comparison.op))
    wrong(first, "chance() asks about one comparison of a forecast", std::string(kLike));
  if (!asks_in_one_direction(comparison.op))
    wrong(first, "chance() asks how likely it is that a number is passed", "<, <=, > or >=");
  const auto at = [&](std::int32_t index) {
    Token token = first;
    token.begin = out_.node(index).begin;
    token.end = out_.node(index).end;
    return token;
  };
  const auto written = [&](std::int32_t index) { return "'" + source_of(at(index)) + "'"; };
  const Node& left = out_.node(comparison.a);
  if (left.op != Op::kAggregate)
    wrong(at(comparison.a), written(comparison.a) + " is no single read of a forecast",
          std::string(kLike));
  Leaf& leaf = out_.leaves[static_cast<std::size_t>(left.leaf)];
  if (!leaf.forecast)
    wrong(at(comparison.a), written(comparison.a) + " was observed: it has no chance",
          std::string(kLike));
  if (leaf.member >= 0)
    wrong(at(comparison.a), "chance() asks all members", "the read without 'member:'");
  // Operands stand before what uses them: these are the parts of the right side.
  for (std::int32_t i = comparison.a + 1; i <= comparison.b; ++i) {
    const Node& part = out_.node(i);
    if (part.leaf >= 0 && out_.leaf(part.leaf).forecast)
      wrong(at(i), "a forecast stands on both sides", "chance(FORECAST > NUMBER)");
  }
  leaf.chance = true;
  Node node;
  node.op = Op::kChance;
  node.leaf = left.leaf;
  node.a = asked.node;
  node.style = PureStyle::kPercent;
  return add(std::move(node), function, Type::kNumber);
}

}  // namespace tocsin
