#include <algorithm>

#include "rules/parser.h"
#include "rules/static_check.h"

// AGG(x over children ...), and the short forms of it.
namespace tocsin {
namespace {

constexpr auto kSets = std::to_array<std::pair<std::string_view, Over::Set>>({
    {"children", Over::Set::kChildren},
    {"siblings", Over::Set::kSiblings},
    {"neighbours", Over::Set::kNeighbours},
    {"basin", Over::Set::kBasin},
    {"parent", Over::Set::kParent},
});
constexpr std::string_view kSetNames = "children, siblings, neighbours, basin, parent";

// What a pattern may ask about other regions: their signals and levels, put together.
bool asks_tracks(Op op) {
  return op != Op::kDimensions && op != Op::kNeighbours && op != Op::kBasin && op != Op::kCascade &&
         op != Op::kOver && op != Op::kOverHolds;
}

bool is_of_numbers(Over::How how) {
  return how == Over::How::kSum || how == Over::How::kMean || how == Over::How::kLeast ||
         how == Over::How::kGreatest || how == Over::How::kMedian || how == Over::How::kRank;
}

}  // namespace

std::span<const Parser::Function> Parser::region_functions() {
  static constexpr Place kSignal{Scope::kSignal, "() ranks by data, and a pattern reads signals",
                                 "a signal with this condition, and on(signal) here"};
  static constexpr auto kRows = std::to_array<Function>({
      {"any", &Parser::over_call, Op::kOverHolds, {}, Aggregate::kLast, Over::How::kAny},
      {"all", &Parser::over_call, Op::kOverHolds, {}, Aggregate::kLast, Over::How::kAll},
      {"share", &Parser::over_call, Op::kOver, {}, Aggregate::kLast, Over::How::kShare},
      {"rank", &Parser::over_call, Op::kOver, kSignal, Aggregate::kLast, Over::How::kRank},
      {"children", &Parser::regions_call, Op::kOver, {}, Aggregate::kLast, Over::How::kCount},
      {"parent", &Parser::regions_call, Op::kOverHolds, {}, Aggregate::kLast, Over::How::kAny},
  });
  return kRows;
}

std::optional<Over::Set> Parser::set_of_regions(std::string_view name) {
  const auto* found =
      std::ranges::find(kSets, name, [](const auto& set) { return std::string_view(set.first); });
  if (found == kSets.end()) return std::nullopt;
  return found->second;
}

// children where on(a) by people)
Parser::Value Parser::over_regions(const Token& function, Over::How how, Value operand,
                                   std::size_t first_node) {
  const Token name = take();
  const auto set = set_of_regions(name.text);
  if (name.kind != TokenKind::kName || !set) {
    std::vector<std::string> known;
    for (const auto& [text, id] : kSets) known.emplace_back(text);
    wrong(name, "'" + source_of(name) + "' is no set of regions", std::string(kSetNames),
          nearest(name.text, known));
  }
  if (!is_of_truths(how) && !is_of_numbers(how))
    wrong(function, function.text + "() is not made of regions",
          "count, any, all, share, sum, mean, min, max, median, rank");
  want(operand, is_of_truths(how) ? Type::kTruth : Type::kNumber, function,
       "what " + function.text + "() is made of");
  if (how == Over::How::kSum || how == Over::How::kMean || how == Over::How::kMedian)
    refuse_scale(operand, function, "no numbers to calculate with");
  std::int32_t where = -1;
  if (accept("where")) {
    const Token first = peek();
    const Value condition = conjunction();
    want(condition, Type::kTruth, first, "what stands after 'where'");
    where = condition.node;
  }
  Over over;
  over.set = *set;
  over.how = how;
  if (next_is("by")) over.weight = weight(function, how);
  return close_regions(function, over, operand, where, first_node);
}

// by people
Over::Weight Parser::weight(const Token& function, Over::How how) {
  const Token by = take();
  if (how != Over::How::kShare)
    wrong(by, function.text + "() is not weighed", "share(... over SET by people)");
  const Token name = expect_kind(TokenKind::kName, "number, people or area");
  if (name.text == "people") return Over::Weight::kPeople;
  if (name.text == "area") return Over::Weight::kArea;
  if (name.text != "number")
    wrong(name, "'" + name.text + "' is no weight of regions", "number, people, area");
  return Over::Weight::kOne;
}

Parser::Value Parser::close_regions(const Token& function, Over over, Value operand,
                                    std::int32_t where, std::size_t first_node) {
  expect(")");
  date({out_.leaves.size(), first_node});  // what is compared outside has days of this region
  for (std::size_t i = first_node; i < out_.nodes.size(); ++i) {
    Node& node = out_.nodes[i];
    if (scope_ == Scope::kPattern && !asks_tracks(node.op)) {
      Token at = function;
      at.begin = node.begin;
      at.end = node.end;
      wrong(at, "'" + source_of(at) + "' is asked in the region of a pattern alone",
            "on(), active() and what joins them");
    }
    node.elsewhere = true;
  }
  if (scope_ == Scope::kPattern) out_.reads_neighbours = true;
  Node node;
  node.op = op_of(over.how);
  node.a = operand.node;
  node.b = where;
  if (is_of_numbers(over.how)) {
    const auto [least, greatest] = static_range(out_, operand.node, catalogue_, pack_);
    over.least = least;
    over.greatest = greatest;
  }
  if (over.how == Over::How::kCount) {
    node.unit = Unit::base("regions");
  } else if (over.how == Over::How::kShare) {
    node.style = PureStyle::kPercent;
  } else if (over.how != Over::How::kRank && node.op == Op::kOver) {
    node.unit = node_of(operand).unit;
    node.style = node_of(operand).style;
  }
  node.more = put(out_.overs, {over});
  return add(std::move(node), function, node.op == Op::kOver ? Type::kNumber : Type::kTruth);
}

// children(a) is count(on(a) over children), parent(a) is any(on(a) over parent).
Parser::Value Parser::regions_call(const Token& function, const Function& row) {
  const std::size_t first_node = out_.nodes.size();
  const Token first = peek();
  Node on;
  on.op = Op::kOn;
  const bool level = named_pattern() != nullptr;
  on.more = put(out_.subjects, {level ? level_here() : subject()});
  const Value operand = add(std::move(on), first, Type::kTruth);
  Over over;
  over.set = *set_of_regions(function.text);
  over.how = row.over;
  return close_regions(function, over, operand, -1, first_node);
}

}  // namespace tocsin
