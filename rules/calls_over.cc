#include <algorithm>

#include "rules/parser.h"

// The functions that read other regions, and those that go over something.
namespace tocsin {

std::span<const Parser::Function> Parser::over_functions() {
  static constexpr Place kPattern{Scope::kPattern, "() stands in a pattern", "a pattern's level"};
  static constexpr auto kRows = std::to_array<Function>({
      {"neighbours", &Parser::count_regions_call, Op::kNeighbours, kPattern},
      {"basin", &Parser::count_regions_call, Op::kBasin, kPattern},
      {"any", &Parser::over_call, Op::kOverHolds},
      {"all", &Parser::over_call, Op::kOverHolds},
      {"quantile", &Parser::over_call, Op::kOver},
      {"expected", &Parser::over_call, Op::kOver},
  });
  return kRows;
}

// A name that is followed by "(" is a function, and neither `events(` nor `forecast(` is a number.
bool Parser::operand_follows() const {
  const Token& next = peek();
  if (next_is("events") || forecast_follows()) return false;
  if (next.kind != TokenKind::kName)
    return next.kind == TokenKind::kNumber || next_is("(") || next_is("-");
  const bool parameter = std::ranges::any_of(
      pack_.parameters, [&](const Parameter& known) { return known.name == next.text; });
  return next.text == "not" || parameter ||
         (peek(1).kind == TokenKind::kSymbol && peek(1).text == "(");
}

// A function whose operand is gone over something.
Parser::Value Parser::over_call(const Token& function, const Function&) {
  const Begin begin = here();
  const Value operand = condition();
  if (!next_is("over"))
    wrong(peek(),
          peek().kind == TokenKind::kEnd ? "the condition ends too early"
                                         : "'" + source_of(peek()) + "' does not fit here",
          "'over' and what " + function.text + "() goes over: over 12 months");
  return over(function, operand, begin);
}

Parser::Value Parser::over(const Token& function, Value operand, Begin begin) {
  using How = Over::How;
  static constexpr auto kHows =
      std::to_array<std::pair<std::string_view, How>>({{"count", How::kCount},
                                                       {"any", How::kAny},
                                                       {"all", How::kAll},
                                                       {"sum", How::kSum},
                                                       {"mean", How::kMean},
                                                       {"min", How::kLeast},
                                                       {"max", How::kGreatest},
                                                       {"median", How::kMedian},
                                                       {"stddev", How::kStddev},
                                                       {"quantile", How::kQuantile},
                                                       {"percentile", How::kPercentile},
                                                       {"zscore", How::kZscore},
                                                       {"expected", How::kExpected},
                                                       {"residual", How::kResidual}});
  const auto how =
      std::ranges::find(kHows, function.text, &std::pair<std::string_view, How>::first);
  require(how != kHows.end(), "every function that takes an over is listed");
  expect("over");
  const bool truth =
      how->second == How::kCount || how->second == How::kAny || how->second == How::kAll;
  want(operand, truth ? Type::kTruth : Type::kNumber, function,
       "what " + function.text + "() goes over");
  return over_past(function, how->second, operand, begin);
}

Parser::Value Parser::count_regions_call(const Token& function, const Function& row) {
  Node node;
  node.op = row.op;
  node.unit = Unit::base("regions");
  Subject read;
  const Token name = peek();
  if (const Pattern* pattern = named_pattern(); pattern != nullptr) {
    if (!pattern->at.empty())
      wrong(name,
            "the pattern '" + name.text +
                "' is judged in places of its own (at:), not in each region",
            "a pattern without at:, a signal or a dimension");
    take();
    read = {Subject::Kind::kPatternLevel,
            static_cast<std::uint32_t>(pattern - pack_.patterns.data()), level_after()};
  } else {
    read = subject();
  }
  node.more = put(out_.subjects, {read});
  expect(")");
  out_.reads_neighbours = true;
  return add(std::move(node), function, Type::kNumber);
}

}  // namespace tocsin
