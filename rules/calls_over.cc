#include <algorithm>

#include "rules/parser.h"

// The functions that read other regions, and those that go over something.
namespace tocsin {

std::span<const Parser::Function> Parser::over_functions() {
  static constexpr Place kPattern{Scope::kPattern, "() stands in a pattern", "a pattern's level"};
  static constexpr auto kRows = std::to_array<Function>({
      {"neighbours", &Parser::count_regions_call, Op::kNeighbours, kPattern},
      {"basin", &Parser::count_regions_call, Op::kBasin, kPattern},
      {"quantile", &Parser::over_call, Op::kOver, {}, Aggregate::kLast, Over::How::kQuantile},
      {"expected", &Parser::over_call, Op::kOver, {}, Aggregate::kLast, Over::How::kExpected},
  });
  return kRows;
}

// Whether a number or a condition stands here, and not the name of a series or events. What is
// neither is taken for a series that does not exist.
bool Parser::operand_follows() const {
  const Token& next = peek();
  if (next.kind != TokenKind::kName) return next.kind != TokenKind::kEnd;
  if (next.text == "not") return true;
  if (std::ranges::find(pack_.parameters, next.text, &Parameter::name) != pack_.parameters.end())
    return true;
  const bool call = peek(1).kind == TokenKind::kSymbol && peek(1).text == "(";
  return call && next.text != "events" && next.text != "forecast";
}

// AGG(x over SET ...)
Parser::Value Parser::over_call(const Token& function, const Function& row) {
  const Begin begin = here();
  const Value operand = condition();
  return over_set(function, row.over, operand, begin);
}

Parser::Value Parser::over_set(const Token& function, Over::How how, Value operand, Begin begin) {
  if (!next_is("over"))
    wrong(peek(),
          peek().kind == TokenKind::kEnd ? "the condition ends too early"
                                         : "'" + source_of(peek()) + "' does not fit here",
          "'over' and a set or a span: " + function.text + "(... over children), over 12 months");
  take();
  if (accept("sources")) return over_sources(function, how, operand, begin.node);
  if (next_is("next")) return over_next(function, how, operand, begin.node);
  if (peek().kind != TokenKind::kSpan) return over_regions(function, how, operand, begin.node);
  return over_past(function, how, operand, begin);
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
