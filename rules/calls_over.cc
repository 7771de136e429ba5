#include "rules/parser.h"

// The functions that read other regions.
namespace tocsin {

std::span<const Parser::Function> Parser::over_functions() {
  static constexpr Place kPattern{Scope::kPattern, "() stands in a pattern", "a pattern's level"};
  static constexpr auto kRows = std::to_array<Function>({
      {"neighbours", &Parser::count_regions_call, Op::kNeighbours, kPattern},
      {"basin", &Parser::count_regions_call, Op::kBasin, kPattern},
  });
  return kRows;
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
