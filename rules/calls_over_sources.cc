#include <algorithm>

#include "model/sorted.h"
#include "rules/evaluate_families.h"
#include "rules/parser.h"

// AGG(x over sources): what each source of one indicator says by itself.
namespace tocsin {

Parser::Value Parser::over_sources(const Token& function, Over::How how, Value operand,
                                   std::size_t first_node) {
  using How = Over::How;
  if (how != How::kCount && how != How::kAny && how != How::kAll && how != How::kMean &&
      how != How::kMedian)
    wrong(function, function.text + "() makes nothing of what several sources say of one thing",
          "count, any, all, mean or median over sources");
  want(operand, is_of_truths(how) ? Type::kTruth : Type::kNumber, function,
       "what " + function.text + "() asks each source");
  std::size_t first_leaf = out_.leaves.size();
  for (std::size_t i = first_node; i < out_.nodes.size(); ++i) {
    const Node& part = out_.nodes[i];
    if (part.leaf >= 0) first_leaf = std::min(first_leaf, static_cast<std::size_t>(part.leaf));
    if (part.op == Op::kOver || part.op == Op::kOverHolds)
      wrong(function, "an over stands in what each source is asked",
            "an over of sources inside another over, not around it");
  }
  if (how == How::kMean || how == How::kMedian)
    refuse_scale(operand, function, "no numbers to calculate with");
  const std::size_t count = voices(first_leaf, function);
  expect(")");
  Over over;
  over.set = Over::Set::kSources;
  over.how = how;
  Node node;
  node.op = op_of(how);
  node.a = operand.node;
  node.leaf = static_cast<std::int32_t>(first_leaf);
  node.count = static_cast<std::int32_t>(count);
  if (how == How::kCount) node.unit = Unit::base("sources");
  if (how == How::kMean || how == How::kMedian) {
    node.unit = node_of(operand).unit;
    node.style = node_of(operand).style;
  }
  node.more = put(out_.overs, {over});
  const bool holds = node.op == Op::kOverHolds;
  return add(std::move(node), function, holds ? Type::kTruth : Type::kNumber);
}

// How many independent sources are asked. Marks what each of them is asked.
std::size_t Parser::voices(std::size_t first_leaf, const Token& function) {
  const auto at = [&](const Leaf& leaf) {
    Token token = function;
    token.begin = static_cast<std::uint32_t>(text_.find(leaf.text, function.begin));
    token.end = token.begin + static_cast<std::uint32_t>(leaf.text.size());
    return token;
  };
  if (first_leaf == out_.leaves.size())
    wrong(function, "nothing in it is read from a source", "count(last(x) >= ... over sources)");
  const Leaf& first = out_.leaves[first_leaf];
  for (std::size_t i = first_leaf; i < out_.leaves.size(); ++i) {
    Leaf& leaf = out_.leaves[i];
    if (leaf.reads_events)
      wrong(at(leaf), "events are read from one source", "an indicator that several sources write");
    if (leaf.indicator != first.indicator)
      wrong(at(leaf), "sources are compared in what they say of one indicator",
            "only " + catalogue_.find(first.indicator)->code);
    if (leaf.sources != catalogue_.find(leaf.indicator)->sources)
      wrong(at(leaf), "it asks one source where all are asked", "the read without 'source:'");
    leaf.each_source = true;
  }
  std::vector<std::string_view> groups;
  for (const SourceId id : first.sources) groups.push_back(independence_of(*catalogue_.find(id)));
  sort_unique(groups);
  const std::string& code = catalogue_.find(first.indicator)->code;
  if (groups.size() < 2)
    wrong(at(first), "only one independent source writes " + code,
          "an indicator with two or more 'sources' of different 'independence'");
  return groups.size();
}

}  // namespace tocsin
