#include "rules/phrase.h"

#include <fmt/format.h>

#include <cmath>

#include "model/result.h"

namespace tocsin {
namespace {

// Whether two leaves read the same thing, whatever the lag.
bool same_read(const Leaf& a, const Leaf& b) {
  return a.reads_events == b.reads_events && a.indicator == b.indicator && a.group == b.group &&
         a.aggregate == b.aggregate && a.periods == b.periods && a.window == b.window &&
         a.kinds == b.kinds && a.actors == b.actors && a.magnitude == b.magnitude;
}

class Phrases {
 public:
  Phrases(const Scene& scene, const Expression& expression, std::int32_t about)
      : scene_(scene), expression_(expression), about_(about) {}

  std::string of(std::int32_t index) const {
    const Node& node = expression_.node(index);
    switch (node.op) {
      case Op::kNumber:
        return format_number(node.number, node.unit, node.style);
      case Op::kParameter: {
        const Parameter& parameter = scene_.pack.parameters[node.parameter];
        return format_number(parameter.in(scene_.region), parameter.unit, parameter.style);
      }
      case Op::kPopulation:
        return "the population";
      case Op::kAggregate:
        return expression_.leaf(node.leaf).label;
      case Op::kNormal:
        return whose(node);
      case Op::kPercentile:
        return fmt::format("the rank of {} among the same window of {} years", label(node),
                           node.count);
      case Op::kZscore:
        return fmt::format("{}, in standard deviations from {} years before", label(node),
                           node.count);
      case Op::kResidual:
        return fmt::format("{}, beyond what {}{}{} of {} years explain", label(node),
                           node.seasonal ? "season" : "",
                           node.seasonal && node.trend ? " and " : "", node.trend ? "trend" : "",
                           node.count);
      case Op::kChange:
        return fmt::format("the change of {} in {}", label(node),
                           to_string(expression_.leaf(node.leaf_before).lag));
      case Op::kAdd:
        return of(node.a) + " plus " + of(node.b);
      case Op::kSubtract:
        return of(node.a) + " minus " + of(node.b);
      case Op::kMultiply:
        return product(node);
      case Op::kDivide:
        return of(node.a) + " divided by " + of(node.b);
      case Op::kNegate:
        return "minus " + of(node.a);
      case Op::kLeast:
        return "the lesser of " + of(node.a) + " and " + of(node.b);
      case Op::kGreatest:
        return "the greater of " + of(node.a) + " and " + of(node.b);
      case Op::kAbsolute:
        return "the size of " + of(node.a);
      case Op::kPer100k:
        return of(node.a) + ", per 100,000 people";
      case Op::kDimensions:
        return "the number of active dimensions";
      case Op::kNeighbours:
        return "the number of neighbouring regions with " + subject(node);
      case Op::kBasin:
        return "the number of regions of the basin with " + subject(node);
      default:
        return expression_.text.substr(node.begin, node.end - node.begin);
    }
  }

 private:
  std::string label(const Node& node) const { return expression_.leaf(node.leaf).label; }

  std::string whose(const Node& node) const {
    if (about_ >= 0 && same_read(expression_.leaf(about_), expression_.leaf(node.leaf)))
      return fmt::format("its {}-year normal", node.count);
    return fmt::format("the {}-year normal of {}", node.count, label(node));
  }

  std::string product(const Node& node) const {
    const Node& a = expression_.node(node.a);
    const bool share = a.style == PureStyle::kPercent && a.unit.pure() &&
                       (a.op == Op::kNumber || a.op == Op::kParameter);
    return of(node.a) + (share ? " of " : " times ") + of(node.b);
  }

  std::string subject(const Node& node) const {
    const Subject& subject = node.subjects.front();
    switch (subject.kind) {
      case Subject::Kind::kSignal:
        return scene_.pack.signals[subject.index].title;
      case Subject::Kind::kDimension:
        return scene_.catalogue.dimensions[subject.index].code + " threats";
      case Subject::Kind::kPatternLevel:
        return fmt::format("{} at {} or higher", scene_.pack.patterns[subject.index].title,
                           name_of(subject.level));
    }
    return "";
  }

  const Scene& scene_;
  const Expression& expression_;
  std::int32_t about_;
};

}  // namespace

std::string phrase(const Scene& scene, const Expression& expression, std::int32_t node,
                   std::int32_t about) {
  return Phrases(scene, expression, about).of(node);
}

std::string say(const Quantity& quantity, const Unit& unit, PureStyle style) {
  const bool low = std::isfinite(quantity.low), high = std::isfinite(quantity.high);
  if (!low && !high) return "not known";
  if (!high) return "at least " + format_number(quantity.low, unit, style);
  if (!low) return "at most " + format_number(quantity.high, unit, style);
  if (quantity.exact()) return format_number(quantity.low, unit, style);
  return format_number(quantity.low, Unit(), PureStyle::kNumber) + " to " +
         format_number(quantity.high, unit, style);
}

std::string_view say(Op comparison) {
  switch (comparison) {
    case Op::kLess:
      return "below";
    case Op::kLessEqual:
      return "at most";
    case Op::kGreater:
      return "above";
    case Op::kGreaterEqual:
      return "at least";
    case Op::kEqual:
      return "exactly";
    case Op::kUnequal:
      return "other than";
    default:
      require(false, "say() takes a comparison");
  }
  return "";
}

Op opposite(Op comparison) {
  switch (comparison) {
    case Op::kLess:
      return Op::kGreaterEqual;
    case Op::kLessEqual:
      return Op::kGreater;
    case Op::kGreater:
      return Op::kLessEqual;
    case Op::kGreaterEqual:
      return Op::kLess;
    case Op::kEqual:
      return Op::kUnequal;
    case Op::kUnequal:
      return Op::kEqual;
    default:
      require(false, "opposite() takes a comparison");
  }
  return comparison;
}

Op mirrored(Op comparison) {
  switch (comparison) {
    case Op::kLess:
      return Op::kGreater;
    case Op::kLessEqual:
      return Op::kGreaterEqual;
    case Op::kGreater:
      return Op::kLess;
    case Op::kGreaterEqual:
      return Op::kLessEqual;
    default:
      return comparison;
  }
}

}  // namespace tocsin
