#include <algorithm>

#include "rules/parser.h"

// Seasons, and what a condition needs of its data before it is judged.
namespace tocsin {
namespace {

// Whether a node speaks about the tick itself, not about a period that was observed.
bool asks_the_tick(Op op) {
  return op == Op::kOn || op == Op::kActive || op == Op::kDimensions || op == Op::kNeighbours ||
         op == Op::kBasin || op == Op::kCascade;
}

}  // namespace

bool same_series(const Leaf& a, const Leaf& b) {
  return !a.reads_events && !b.reads_events && a.indicator == b.indicator && a.group == b.group &&
         a.sources == b.sources && a.forecast == b.forecast && a.chance == b.chance;
}

std::span<const Parser::Function> Parser::guard_functions() {
  static constexpr auto kRows = std::to_array<Function>({
      {"age",
       &Parser::age_call,
       Op::kAge,
       {Scope::kSignal, "a pattern reads signals, not data", "a signal with this condition"}},
  });
  return kRows;
}

bool is_number_of_days(const Span& span) {
  return span.unit == SpanUnit::kDays || span.unit == SpanUnit::kWeeks ||
         span.unit == SpanUnit::kEpiweeks;
}

Parser::Value Parser::days() {
  const Token token = take();
  Node node;
  node.op = Op::kNumber;
  node.number = longest_days(token.span);
  node.unit = Unit::base("days");
  return add(std::move(node), token, Type::kNumber);
}

Season Parser::season() {
  const Token name = expect_kind(TokenKind::kName, "a season");
  for (const Season& season : pack_.seasons)
    if (season.name() == name.text) return season;
  std::vector<std::string> known;
  for (const Season& season : pack_.seasons) known.push_back(season.name());
  unknown(name, "season", known);
}

// during rains; during (rains or lean)
Parser::Value Parser::during(Value condition, const Token& first, std::size_t first_leaf) {
  const Token word = take();
  During during;
  if (accept("(")) {
    do {
      during.seasons.push_back(season());
    } while (accept("or"));
    expect(")");
  } else {
    during.seasons.push_back(season());
  }
  during.leaves = one_leaf_a_series(first_leaf);
  during.tick = during.leaves.empty();
  const std::uint32_t begin = node_of(condition).begin;
  for (const Node& node : out_.nodes)
    during.tick = during.tick ||
                  (node.begin >= begin && (asks_the_tick(node.op) || out_.is_over_regions(node)));
  for (std::size_t i = first_leaf; i < out_.leaves.size(); ++i) {
    if (is_elsewhere(i)) continue;  // other regions stand at periods of their own
    const Leaf& leaf = out_.leaves[i];
    if (!leaf.reads_events && !leaf.frozen && leaf.cadence != Cadence::kIrregular &&
        std::ranges::all_of(during.seasons, [&](const Season& season) {
          return season.most_periods(leaf.cadence) == 0;
        }))
      wrong(word,
            "'" + leaf.text + "' can never lie in " + names_of_seasons(during.seasons) +
                ", which holds no whole " + std::string(name_of(leaf.cadence)),
            "a season that holds a period of the series");
  }
  Node node;
  node.op = Op::kDuring;
  node.a = condition.node;
  node.more = put(out_.durings, {std::move(during)});
  return add(std::move(node), first, Type::kTruth);
}

// Whether the read stands in an over of regions that is complete.
bool Parser::is_elsewhere(std::size_t leaf) const {
  const auto index = static_cast<std::int32_t>(leaf);
  return std::ranges::any_of(out_.nodes, [&](const Node& node) {
    return node.elsewhere && (node.leaf == index || node.leaf_before == index);
  });
}

bool Parser::reads_one_series(std::size_t first_leaf) const {
  for (std::size_t i = first_leaf; i < out_.leaves.size(); ++i)
    if (out_.leaves[i].each_source || is_elsewhere(i)) return false;
  for (std::size_t i = first_leaf + 1; i < out_.leaves.size(); ++i) {
    const Leaf &first = out_.leaves[first_leaf], &leaf = out_.leaves[i];
    if (first.frozen || leaf.frozen) return false;
    if (!(first.reads_events && leaf.reads_events) && !same_series(first, leaf)) return false;
  }
  return true;
}

Parser::Value Parser::age_call(const Token& function, const Function&) {
  Leaf leaf = named_leaf(Aggregate::kLast);
  while (accept(",")) series_option(leaf, expect_kind(TokenKind::kName, "group: or source:"));
  expect(")");
  Node node;
  node.op = Op::kAge;
  node.unit = Unit::base("days");
  const bool forecast = leaf.forecast;
  node.leaf = add_leaf(std::move(leaf), function);
  if (forecast) {
    std::string& label = out_.leaves.back().label;
    label.resize(label.rfind(", next forecast"));
  }
  return add(std::move(node), function, Type::kNumber);
}

// What a comparison says of its sides. An age grows by a day with each tick, which matters when it
// reaches what it is compared with; a difference that is compared in points is told in points.
void Parser::tell_bound(const Node& comparison) {
  const auto tell = [&](std::int32_t side, std::int32_t bound) {
    Node& node = out_.nodes[static_cast<std::size_t>(side)];
    if (node.op == Op::kAge && out_.node(bound).op == Op::kNumber) node.count = bound + 1;
    if (node.op == Op::kSubtract && out_.node(bound).style == PureStyle::kPoints)
      node.style = PureStyle::kPoints;
  };
  tell(comparison.a, comparison.b);
  tell(comparison.b, comparison.a);
}

}  // namespace tocsin
