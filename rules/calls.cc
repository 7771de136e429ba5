#include <algorithm>

#include "rules/parser.h"

// How a function's name leads to what parses it, and the functions of numbers.
namespace tocsin {

std::span<const Parser::Function> Parser::number_functions() {
  static constexpr auto kRows = std::to_array<Function>({
      {"abs", &Parser::number_call, Op::kAbsolute},
      {"per_100k", &Parser::number_call, Op::kPer100k},
      {"population", &Parser::population_call, Op::kPopulation},
  });
  return kRows;
}

// The rows of every file, in the order in which messages name them.
const std::vector<Parser::Function>& Parser::functions() {
  static const std::vector<Function> kAll = [] {
    std::vector<Function> all;
    for (const auto rows :
         {read_functions(), time_functions(), forecast_functions(), guard_functions(),
          number_functions(), sample_functions(), subject_functions(), over_functions(),
          region_functions(), cascade_functions()})
      all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }();
  return kAll;
}

Parser::Value Parser::call(const Token& function) {
  if (++depth_ > 60) wrong(function, "the condition is nested too deeply");
  expect("(");
  const auto row = std::ranges::find(functions(), function.text, &Function::name);
  if (row == functions().end()) {
    std::vector<std::string> known;
    for (const Function& one : functions()) known.emplace_back(one.name);
    unknown(function, "function", known);
  }
  stands(function, row->place);
  const Value value = (this->*row->parse)(function, *row);
  --depth_;
  return value;
}

void Parser::stands(const Token& function, const Place& place) const {
  if (!place.only || *place.only == scope_) return;
  const bool named = place.elsewhere.starts_with("()");
  wrong(function, (named ? function.text : "") + std::string(place.elsewhere),
        std::string(place.instead));
}

Parser::Value Parser::choose_call(const Token& function, const Function& row) {
  const Begin begin = here();
  Value best = addition();
  if (next_is("over")) return over_set(function, row.over, best, begin);
  want(best, Type::kNumber, function, "what is compared");
  if (!next_is(","))
    wrong(function, function.text + "() chooses between numbers", function.text + "(3, x)");
  while (accept(",")) {
    const Value other = addition();
    want(other, Type::kNumber, function, "what is compared");
    best = binary(row.op, best, other, function);
    Node& node = node_of(best);
    node.begin = function.begin;
  }
  expect(")");
  node_of(best).end = tokens_[at_ - 1].end;
  return best;
}

Parser::Value Parser::count_true_call(const Token& function, const Function& row) {
  std::vector<std::int32_t> conditions;
  do {
    const Begin begin = here();
    const Value condition = Parser::condition();
    if (conditions.empty() && next_is("over"))
      return over_set(function, row.over, condition, begin);
    want(condition, Type::kTruth, function, "what is counted");
    conditions.push_back(condition.node);
  } while (accept(","));
  if (conditions.size() < 2)
    wrong(function, "one condition needs no count()", "count(a, b, ...) of two conditions or more");
  expect(")");
  Node node;
  node.op = row.op;
  node.more = put(out_.operands, conditions);
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::number_call(const Token& function, const Function& row) {
  const Value operand = addition();
  want(operand, Type::kNumber, function, "what stands in it");
  refuse_scale(operand, function, "no numbers to calculate with");
  expect(")");
  Node node;
  node.op = row.op;
  node.a = operand.node;
  node.unit = node_of(operand).unit;
  node.style = node_of(operand).style;
  if (row.op == Op::kPer100k) node.unit = node.unit / Unit::base("people_100k");
  return add(std::move(node), function, Type::kNumber);
}

Parser::Value Parser::population_call(const Token& function, const Function&) {
  expect(")");
  Node node;
  node.op = Op::kPopulation;
  node.unit = Unit::base("people");
  return add(std::move(node), function, Type::kNumber);
}

}  // namespace tocsin
