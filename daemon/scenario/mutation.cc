#include "daemon/scenario/mutation.h"

#include <cmath>
#include <string_view>
#include <utility>

#include "daemon/scenario/conditions.h"

namespace tocsin {
namespace {

struct Swap {
  Op op;
  std::string_view word;
};

// What an analyst's hand slips to.
std::vector<Swap> swaps_of(Op op) {
  switch (op) {
    case Op::kLess:
      return {{Op::kLessEqual, "<="}, {Op::kGreater, ">"}};
    case Op::kLessEqual:
      return {{Op::kLess, "<"}, {Op::kGreaterEqual, ">="}};
    case Op::kGreater:
      return {{Op::kGreaterEqual, ">="}, {Op::kLess, "<"}};
    case Op::kGreaterEqual:
      return {{Op::kGreater, ">"}, {Op::kLessEqual, "<="}};
    case Op::kEqual:
      return {{Op::kUnequal, "!="}};
    case Op::kUnequal:
      return {{Op::kEqual, "=="}};
    case Op::kAnd:
      return {{Op::kOr, "or"}};
    case Op::kOr:
      return {{Op::kAnd, "and"}};
    default:
      return {};
  }
}

// A step of a threshold: one of what is counted in small whole numbers, else a tenth.
double step_of(double value) {
  constexpr double kCounted = 20;
  if (value == std::floor(value) && std::abs(value) <= kCounted) return 1;
  return std::abs(value) / 10;
}

class Finder {
 public:
  explicit Finder(const Pack& pack) : pack_(pack) {}

  std::vector<Mutation> find() {
    const auto conditions = conditions_of(pack_);
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      const Expression& expression = *conditions[i].expression;
      for (std::size_t node = 0; node < expression.nodes.size(); ++node)
        mutate_node(conditions[i], i, static_cast<std::int32_t>(node));
    }
    for (std::size_t i = 0; i < pack_.parameters.size(); ++i) {
      const Parameter& parameter = pack_.parameters[i];
      if (parameter.is_computed()) continue;
      Mutation mutation;
      mutation.kind = Mutation::Kind::kParameter;
      mutation.rule = "parameter " + parameter.name;
      mutation.condition = i;
      step(mutation, parameter.value, fmt::format("its value a step"));
    }
    for (std::size_t i = 0; i < pack_.signals.size(); ++i) {
      const Signal& signal = pack_.signals[i];
      days(Mutation::Kind::kFor, "signal " + signal.name, "for", i, false, signal.for_days);
      days(Mutation::Kind::kLinger, "signal " + signal.name, "linger", i, false,
           signal.linger_days);
    }
    for (std::size_t i = 0; i < pack_.patterns.size(); ++i)
      days(Mutation::Kind::kLinger, "pattern " + pack_.patterns[i].name, "linger", i, true,
           pack_.patterns[i].linger_days);
    return std::move(found_);
  }

 private:
  void mutate_node(const ConditionOf<const Expression>& condition, std::size_t place,
                   std::int32_t index) {
    const Node& node = condition.expression->node(index);
    const std::string text = text_of(*condition.expression, node);
    Mutation mutation;
    mutation.rule = condition.name;
    mutation.condition = place;
    mutation.node = index;
    for (const Swap& swap : swaps_of(node.op)) {
      mutation.kind = Mutation::Kind::kOperation;
      mutation.operation = swap.op;
      mutation.change = fmt::format("'{}' with '{}'", text, swap.word);
      found_.push_back(mutation);
    }
    if (node.op == Op::kNumber) {
      mutation.kind = Mutation::Kind::kNumber;
      step(mutation, node.number, fmt::format("'{}' a step", text));
    }
    if (node.op == Op::kConsecutive || node.op == Op::kRising) {
      mutation.kind = Mutation::Kind::kCount;
      step(mutation, node.count, fmt::format("'{}' one", text));
    }
  }

  void step(Mutation mutation, double value, const std::string& what) {
    const double by = step_of(value);
    for (const double sign : {-1.0, 1.0}) {
      mutation.value = value + sign * by;
      if (mutation.kind == Mutation::Kind::kCount && mutation.value < 1) continue;
      mutation.change = what + (sign < 0 ? " less" : " more");
      found_.push_back(mutation);
    }
  }

  void days(Mutation::Kind kind, std::string rule, std::string_view key, std::size_t index,
            bool of_pattern, std::int32_t value) {
    if (value == 0) return;  // there is nothing that a hand could slip on
    Mutation mutation;
    mutation.kind = kind;
    mutation.rule = std::move(rule);
    mutation.condition = index;
    mutation.of_pattern = of_pattern;
    for (const std::int32_t by : {-1, 1}) {
      mutation.value = value + by;
      mutation.change = fmt::format("'{}' a day {}", key, by < 0 ? "shorter" : "longer");
      found_.push_back(mutation);
    }
  }

  const Pack& pack_;
  std::vector<Mutation> found_;
};

}  // namespace

std::vector<Mutation> mutations_of(const Pack& pack) { return Finder(pack).find(); }

Pack mutated(const Pack& pack, const Mutation& mutation) {
  Pack out = pack;
  const auto days = static_cast<std::int32_t>(mutation.value);
  const auto node = [&]() -> Node& {
    return conditions_of(out)[mutation.condition]
        .expression->nodes[static_cast<std::size_t>(mutation.node)];
  };
  switch (mutation.kind) {
    case Mutation::Kind::kOperation:
      node().op = mutation.operation;
      break;
    case Mutation::Kind::kNumber:
      node().number = mutation.value;
      break;
    case Mutation::Kind::kCount:
      node().count = days;
      break;
    case Mutation::Kind::kParameter: {
      Parameter& parameter = out.parameters[mutation.condition];
      const double by = mutation.value - parameter.value;
      parameter.value = mutation.value;
      for (auto& [region, value] : parameter.by_region) value += by;
      for (auto& [cell, value] : parameter.table) value += by;
      for (auto& version : parameter.versions) {
        version.value += by;
        for (auto& [region, value] : version.by_region) value += by;
      }
      break;
    }
    case Mutation::Kind::kFor:
      out.signals[mutation.condition].for_days = days;
      break;
    case Mutation::Kind::kLinger:
      (mutation.of_pattern ? out.patterns[mutation.condition].linger_days
                           : out.signals[mutation.condition].linger_days) = days;
      break;
  }
  return out;
}

}  // namespace tocsin
