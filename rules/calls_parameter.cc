#include <algorithm>

#include "rules/parser.h"

// The parameters that conditions name.
namespace tocsin {

Parser::Value Parser::parameter(const Token& name, std::uint32_t index) {
  const Parameter& parameter = pack_.parameters[index];
  if (parameter.is_computed()) return computed(name, index);
  Node node;
  node.op = Op::kParameter;
  node.more = {index, 1};
  node.unit = parameter.unit;
  node.style = parameter.style;
  return add(std::move(node), name, Type::kNumber);
}

Parser::Value Parser::computed(const Token& name, std::uint32_t index) {
  const Parameter& parameter = pack_.parameters[index];
  if (scope_ == Scope::kPattern && !parameter.compute.leaves.empty())
    wrong(name, "'" + name.text + "' is made of data, and a pattern reads signals, not data",
          "a signal with this condition, and on(signal) here");
  const auto first = static_cast<std::int32_t>(out_.nodes.size());
  splice(parameter.compute, name, parameter.as_of.has_value());
  Node node;
  node.op = Op::kNamed;
  node.a = first + parameter.compute.root;
  node.more = {index, 1};
  node.unit = parameter.unit;
  node.style = parameter.style;
  return add(std::move(node), name, Type::kNumber);
}

// Takes the parts of another expression over, as if they stood where it is named.
void Parser::splice(const Expression& from, const Token& name, bool frozen) {
  const auto behind = [](auto& list, const auto& items) {
    const auto first = static_cast<std::uint32_t>(list.size());
    list.insert(list.end(), items.begin(), items.end());
    return first;
  };
  const auto nodes = static_cast<std::int32_t>(out_.nodes.size());
  const auto leaves = static_cast<std::int32_t>(behind(out_.leaves, from.leaves));
  for (auto at = static_cast<std::size_t>(leaves); frozen && at < out_.leaves.size(); ++at) {
    out_.leaves[at].frozen = true;
    if (out_.leaves[at].sample_seconds > 0)
      wrong(name, "'" + name.text + "' reads samples, which are those of the day judged",
            "a parameter without as_of");
  }
  const std::uint32_t subjects = behind(out_.subjects, from.subjects);
  const std::uint32_t overs = behind(out_.overs, from.overs);
  const std::uint32_t usuals = behind(out_.usuals, from.usuals);
  const std::uint32_t durings = behind(out_.durings, from.durings);
  const std::uint32_t operands = behind(out_.operands, from.operands);
  const auto datings = static_cast<std::int32_t>(behind(out_.datings, from.datings));
  const auto lookbacks = static_cast<std::int32_t>(behind(out_.lookbacks, from.lookbacks));
  for (std::size_t i = durings; i < out_.durings.size(); ++i)
    for (std::int32_t& leaf : out_.durings[i].leaves) leaf += leaves;
  for (auto i = static_cast<std::size_t>(datings); i < out_.datings.size(); ++i)
    for (std::int32_t& leaf : out_.datings[i].leaves) leaf += leaves;
  for (std::size_t i = operands; i < out_.operands.size(); ++i) out_.operands[i] += nodes;
  const auto moved = [](std::int32_t index, std::int32_t by) {
    return index < 0 ? -1 : index + by;
  };
  for (Node node : from.nodes) {
    node.a = moved(node.a, nodes);
    node.b = moved(node.b, nodes);
    node.leaf = moved(node.leaf, leaves);
    node.leaf_before = moved(node.leaf_before, leaves);
    switch (node.op) {
      case Op::kOver:
      case Op::kOverHolds:
        node.more.first += overs;
        break;
      case Op::kUsual:
        node.more.first += usuals;
        break;
      case Op::kDuring:
        node.more.first += durings;
        break;
      case Op::kCountTrue:
        node.more.first += operands;
        break;
      case Op::kOn:
      case Op::kActive:
        node.more.first += subjects;
        if (node.op == Op::kActive && node.count > 0) node.count += lookbacks;
        break;
      case Op::kParameter:
      case Op::kNamed:
        if (node.count > 0) node.count += datings;
        break;
      case Op::kAge:
        if (node.count > 0) node.count += nodes;
        break;
      default:
        break;
    }
    add(std::move(node), name, Type::kNumber);
  }
  out_.looks_back = out_.looks_back || from.looks_back || frozen;
}

std::vector<std::int32_t> Parser::one_leaf_a_series(std::size_t first_leaf) const {
  std::vector<std::int32_t> leaves;
  for (std::size_t i = first_leaf; i < out_.leaves.size(); ++i)
    if (!out_.leaves[i].frozen && !is_elsewhere(i) &&
        std::ranges::none_of(leaves, [&](std::int32_t known) {
          return same_series(out_.leaf(known), out_.leaves[i]);
        }))
      leaves.push_back(static_cast<std::int32_t>(i));
  return leaves;
}

void Parser::date(Begin begin) {
  std::int32_t dating = 0;
  for (std::size_t i = begin.node; i < out_.nodes.size(); ++i) {
    Node& node = out_.nodes[i];
    if ((node.op != Op::kParameter && node.op != Op::kNamed) || node.count != 0 ||
        !pack_.parameters[node.more.first].is_dated())
      continue;
    if (dating == 0) {
      out_.datings.push_back({one_leaf_a_series(begin.leaf)});
      dating = static_cast<std::int32_t>(out_.datings.size());
    }
    node.count = dating;
  }
}

}  // namespace tocsin
