#include "daemon/scenario/mutation.h"

#include <cmath>
#include <optional>
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

// What takes the place of what an `over` makes of its members.
std::optional<std::pair<Over::How, std::string_view>> other_how(Over::How how) {
  switch (how) {
    case Over::How::kAny:
      return {{Over::How::kAll, "all"}};
    case Over::How::kAll:
      return {{Over::How::kAny, "any"}};
    case Over::How::kLeast:
      return {{Over::How::kGreatest, "max"}};
    case Over::How::kGreatest:
      return {{Over::How::kLeast, "min"}};
    case Over::How::kMean:
      return {{Over::How::kMedian, "median"}};
    case Over::How::kMedian:
      return {{Over::How::kMean, "mean"}};
    case Over::How::kCount:
    case Over::How::kShare:
    case Over::How::kSum:
    case Over::How::kStddev:
    case Over::How::kQuantile:
    case Over::How::kPercentile:
    case Over::How::kZscore:
    case Over::How::kExpected:
    case Over::How::kResidual:
    case Over::How::kRank:
      return std::nullopt;
  }
  return std::nullopt;
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
      if (signal.latch) mutate_latch(*signal.latch, "signal " + signal.name, i);
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
    if (node.op == Op::kOver || node.op == Op::kOverHolds)
      mutate_over(condition.expression->over_of(node), mutation, text);
    if (node.op == Op::kNumber) {
      mutation.kind = Mutation::Kind::kNumber;
      step(mutation, node.number, fmt::format("'{}' a step", text));
    }
    if (node.op == Op::kConsecutive || node.op == Op::kRising) {
      mutation.kind = Mutation::Kind::kCount;
      step(mutation, node.count, fmt::format("'{}' one", text));
    }
  }

  void mutate_over(const Over& over, Mutation mutation, const std::string& text) {
    if (const auto other = other_how(over.how)) {
      mutation.kind = Mutation::Kind::kOverHow;
      mutation.how = other->first;
      mutation.change = fmt::format("'{}' with '{}'", text, other->second);
      found_.push_back(mutation);
    }
    if (over.set == Over::Set::kPast || over.set == Over::Set::kNext) {
      mutation.kind = Mutation::Kind::kOverSpan;
      for (const std::int32_t by : {-1, 1}) {
        mutation.value = over.span.count + by;
        mutation.change = fmt::format("'{}' a step {}", text, by < 0 ? "less" : "more");
        if (mutation.value >= 1) found_.push_back(mutation);
      }
    }
    if (over.set == Over::Set::kPast) {
      mutation.kind = Mutation::Kind::kOverBefore;
      mutation.change = fmt::format("'{}' {} 'before'", text, over.before ? "without" : "with");
      found_.push_back(mutation);
    }
    if (over.how == Over::How::kQuantile) {
      constexpr double kPoints = 0.05;
      mutation.kind = Mutation::Kind::kOverShare;
      for (const double by : {-kPoints, kPoints}) {
        mutation.value = over.percent + by;
        mutation.change = fmt::format("'{}' five points {}", text, by < 0 ? "less" : "more");
        if (mutation.value >= 0 && mutation.value <= 1) found_.push_back(mutation);
      }
    }
  }

  void mutate_latch(const Latch& latch, const std::string& rule, std::size_t index) {
    if (!latch.season) days(Mutation::Kind::kLatchDays, rule, "latch", index, false, latch.days);
    Mutation mutation;
    mutation.rule = rule;
    mutation.condition = index;
    mutation.kind = Mutation::Kind::kNoLatch;
    mutation.change = "'latch' left out";
    found_.push_back(mutation);
    if (!latch.season || *latch.season == Season::whole_year()) return;
    mutation.kind = Mutation::Kind::kLatchYear;
    mutation.change = fmt::format("'latch' year for {}", latch.season->name());
    found_.push_back(mutation);
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
  const auto expression = [&]() -> Expression& {
    return *conditions_of(out)[mutation.condition].expression;
  };
  const auto node = [&]() -> Node& {
    return expression().nodes[static_cast<std::size_t>(mutation.node)];
  };
  const auto over = [&]() -> Over& { return expression().overs[node().more.first]; };
  const auto latch = [&]() -> std::optional<Latch>& {
    return out.signals[mutation.condition].latch;
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
    case Mutation::Kind::kLatchDays:
      latch()->days = days;
      break;
    case Mutation::Kind::kLatchYear:
      latch()->season = Season::whole_year();
      break;
    case Mutation::Kind::kNoLatch:
      latch().reset();
      break;
    case Mutation::Kind::kOverHow:
      over().how = mutation.how;
      break;
    case Mutation::Kind::kOverSpan:
      over().span.count = days;
      break;
    case Mutation::Kind::kOverShare:
      over().percent = mutation.value;
      break;
    case Mutation::Kind::kOverBefore:
      over().before = !over().before;
      break;
  }
  return out;
}

}  // namespace tocsin
