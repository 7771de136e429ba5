#include "rules/phrase.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/result.h"
#include "rules/scale.h"

namespace tocsin {
namespace {

// Whether two leaves read the same thing, whatever the lag.
bool same_read(const Leaf& a, const Leaf& b) {
  return a.reads_events == b.reads_events && a.indicator == b.indicator && a.group == b.group &&
         a.aggregate == b.aggregate && a.periods == b.periods && a.window == b.window &&
         a.forecast == b.forecast && a.leads == b.leads && a.member == b.member &&
         a.kinds == b.kinds && a.actors == b.actors && a.least_deaths == b.least_deaths &&
         a.status == b.status && a.least_displaced == b.least_displaced &&
         a.magnitude == b.magnitude && a.since == b.since;
}

std::string in_words(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

// "a", "a or b", "a, b or c".
std::string joined(const std::vector<std::string>& items, std::string_view last = " or ") {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i)
    out.append(i == 0 ? "" : i + 1 == items.size() ? last : ", ").append(items[i]);
  return out;
}

class Phrases {
 public:
  Phrases(const Scene& scene, const Expression& expression, std::int32_t about)
      : scene_(scene), expression_(expression), about_(about) {}

  std::string of(std::int32_t index) const {
    const Node& node = expression_.node(index);
    switch (node.op) {
      case Op::kNumber:
        return say(scene_.catalogue, Quantity::exactly(node.number), node);
      case Op::kParameter: {
        const Parameter& parameter = scene_.pack.parameters[node.more.first];
        if (parameter.is_dated()) return in_words(parameter.name);
        if (node.elsewhere && !parameter.by_region.empty()) return "its own " + parameter.name;
        return say(Quantity::exactly(parameter.in(scene_.region)), parameter.unit, parameter.style);
      }
      case Op::kNamed: {
        const Parameter& parameter = scene_.pack.parameters[node.more.first];
        if (!parameter.as_of) return of(node.a);
        return fmt::format("{} as of the beginning of the season {}", of(node.a),
                           parameter.as_of->name());
      }
      case Op::kPopulation:
        return "the population";
      case Op::kAggregate:
        return label(node);
      case Op::kAge:
        return (expression_.leaf(node.leaf).forecast ? "the age of the latest forecast of "
                                                     : "the age of the last figure of ") +
               label(node);
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
                           span_back(expression_.leaf(node.leaf_before)));
      case Op::kChance: {
        const Node& asked = expression_.node(node.a);
        return fmt::format("the chance that {} is {} {}", of(asked.a), say(asked.op), of(asked.b));
      }
      case Op::kSample:
        return label(node);
      case Op::kUsual:
        return fmt::format("the usual {} of {} days", label(node), expression_.usual_of(node).days);
      case Op::kLongest:
        return fmt::format("the longest time on this day in which {}", clause(node.a, true));
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
      case Op::kCountTrue: {
        std::vector<std::string> conditions;
        for (const std::int32_t condition : expression_.operands_of(node))
          conditions.push_back(clause(condition, true));
        return fmt::format("how many of these hold ({})", fmt::join(conditions, "; "));
      }
      case Op::kOver:
        if (expression_.is_over_regions(node) || expression_.is_over_next(node))
          return over_regions(node);
        return expression_.is_over_sources(node) ? over_sources(node) : over_past(node);
      case Op::kDimensions:
        return dimensions(node);
      case Op::kNeighbours:
        return "the number of neighbouring regions with " + threat(node);
      case Op::kBasin:
        return "the number of regions of the basin with " + threat(node);
      default:
        require(false, "phrase() takes a number");
    }
    return "";
  }

  // A whole condition, said to hold or not, without its figures.
  std::string clause(std::int32_t index, bool holds) const {
    const Node& node = expression_.node(index);
    switch (node.op) {
      case Op::kAnd:
      case Op::kOr:
        return clause(node.a, holds) + ((node.op == Op::kAnd) == holds ? " and " : " or ") +
               clause(node.b, holds);
      case Op::kNot:
        return clause(node.a, !holds);
      case Op::kDuring: {
        const std::string seasons = names_of_seasons(expression_.during_of(node).seasons);
        return holds ? fmt::format("in {} {}", seasons, clause(node.a, true))
                     : fmt::format("{}, or it is not {}", clause(node.a, false), seasons);
      }
      case Op::kGiven:
        return fmt::format("{}, given that {}", clause(node.a, holds), clause(node.b, true));
      case Op::kConsecutive:
        return fmt::format("in {} of {} consecutive {}s {}", holds ? "each" : "at least one",
                           node.count, name_of(node.cadence), clause(node.a, holds));
      default:
        if (!is_comparison(node.op)) return statement(index, holds);
        return fmt::format("{} is {} {}", of(node.a), say(holds ? node.op : opposite(node.op)),
                           of(node.b));
    }
  }

  std::string statement(std::int32_t index, bool holds) const {
    const Node& node = expression_.node(index);
    switch (node.op) {
      case Op::kRising:
        return fmt::format("{} {} in each of the last {} periods", label(node),
                           holds ? "rises" : "does not rise", node.count);
      case Op::kCrosses:
        return fmt::format("{} {} just passed {}", label(node), holds ? "has" : "has not",
                           of(node.a));
      case Op::kOn:
        if (const Subject* level = only_level(node)) return reached(*level, holds, "");
        return presence(expression_.subjects_of(node), holds) + " on";
      case Op::kActive:
        if (const Subject* level = only_level(node)) return reached(*level, holds, lookback(node));
        return fmt::format("{} on or has been on {}",
                           presence(expression_.subjects_of(node), holds), lookback(node));
      case Op::kOverHolds: {
        if (expression_.is_over_sources(node)) return over_sources_hold(node, holds);
        const bool next = expression_.is_over_next(node);
        if (!next && !expression_.is_over_regions(node)) return over_past_holds(node, holds);
        const bool any = expression_.over_of(node).how == Over::How::kAny;
        return fmt::format("{} {} {} {}", next ? "on" : "in", any == holds ? "one of" : "each of",
                           regions(node), clause(node.a, holds));
      }
      case Op::kCascade:
        return (holds ? "" : "it is not so that ") + cascade(node);
      default:
        require(false, "statement() takes a call that is true or false");
    }
    return "";
  }

 private:
  std::string over_sources(const Node& node) const {
    const Over::How how = expression_.over_of(node).how;
    if (how == Over::How::kCount)
      return "the number of independent sources by which " + clause(node.a, true);
    return fmt::format("the {} over independent sources of {}",
                       how == Over::How::kMean ? "mean" : "median", of(node.a));
  }

  std::string over_sources_hold(const Node& node, bool holds) const {
    const bool any = expression_.over_of(node).how == Over::How::kAny;
    return fmt::format("by {} {}",
                       any ? (holds ? "at least one source" : "no source")
                           : (holds ? "every independent source" : "not every independent source"),
                       clause(node.a, true));
  }

  // "the regions within it where Rain is below 5 mm".
  std::string regions(const Node& node) const {
    const Over& over = expression_.over_of(node);
    if (over.set == Over::Set::kNext)
      return "the days from today to " + to_string(over.span) + " ahead";
    static constexpr std::array<std::string_view, 5> kSets = {
        "the regions within it", "the regions side by side with it", "the neighbouring regions",
        "the regions of the basin", "the region above it"};
    std::string out(kSets[static_cast<std::size_t>(over.set)]);
    if (node.b >= 0) out += " where " + clause(node.b, true);
    return out;
  }

  std::string over_regions(const Node& node) const {
    const Over& over = expression_.over_of(node);
    const std::string set = regions(node);
    switch (over.how) {
      case Over::How::kCount:
        return fmt::format("the number of {}, counting those where {}", set, clause(node.a, true));
      case Over::How::kShare: {
        static constexpr std::array<std::string_view, 3> kWeights = {"", " by people", " by area"};
        return fmt::format("the share{} of {}, counting those where {}",
                           kWeights[static_cast<std::size_t>(over.weight)], set,
                           clause(node.a, true));
      }
      case Over::How::kRank:
        return fmt::format("the rank among {} by {}", set, of(node.a));
      default:
        break;
    }
    const std::string_view what = over.how == Over::How::kSum      ? "total"
                                  : over.how == Over::How::kMean   ? "mean"
                                  : over.how == Over::How::kLeast  ? "least"
                                  : over.how == Over::How::kMedian ? "median"
                                                                   : "greatest";
    return fmt::format("the {} over {} of {}", what, set, of(node.a));
  }

  // "in the last 90 days", "since the season rains began".
  std::string lookback(const Node& node) const {
    const Lookback* own = expression_.lookback_of(node);
    if (own != nullptr && own->since) return "since the season " + own->since->name() + " began";
    return "in the last " + to_string(own == nullptr ? scene_.window : own->window);
  }

  static std::string span_back(const Leaf& leaf) {
    if (leaf.lag_observations == 0) return to_string(leaf.lag);
    return fmt::format("{} observation{}", leaf.lag_observations,
                       leaf.lag_observations == 1 ? "" : "s");
  }

  // "of the last 12 months", "of the 12 months before", of those in which something holds.
  std::string steps(const Node& node) const {
    const Over& over = expression_.over_of(node);
    std::string out = over.before ? fmt::format("of the {} before", to_string(over.span))
                                  : fmt::format("of the last {}", to_string(over.span));
    if (node.b >= 0) out += fmt::format(" in which {}", clause(node.b, true));
    return out;
  }

  std::string over_past(const Node& node) const {
    using How = Over::How;
    const Over& over = expression_.over_of(node);
    if (over.how == How::kCount)
      return fmt::format("the number {} {} {}", steps(node), node.b < 0 ? "in which" : "and",
                         clause(node.a, true));
    const std::string what = of(node.a), past = steps(node);
    const std::string model =
        fmt::format("{}{}{}", over.seasonal ? "season" : "",
                    over.seasonal && over.trend ? " and " : "", over.trend ? "trend" : "");
    switch (over.how) {
      case How::kSum:
        return fmt::format("{}, the sum {}", what, past);
      case How::kMean:
        return fmt::format("{}, the mean {}", what, past);
      case How::kLeast:
        return fmt::format("{}, the least {}", what, past);
      case How::kGreatest:
        return fmt::format("{}, the greatest {}", what, past);
      case How::kMedian:
        return fmt::format("{}, the median {}", what, past);
      case How::kStddev:
        return fmt::format("{}, the standard deviation {}", what, past);
      case How::kQuantile:
        return fmt::format("{}, the {} quantile {}", what,
                           format_number(over.percent, Unit(), PureStyle::kPercent), past);
      case How::kPercentile:
        return fmt::format("the rank of {} among those {}", what, past);
      case How::kZscore:
        return fmt::format("{}, in standard deviations from the mean {}", what, past);
      case How::kExpected:
        return fmt::format("{}, as expected by {} {}", what, model, past);
      default:
        return fmt::format("{}, beyond what is expected by {} {}", what, model, past);
    }
  }

  std::string over_past_holds(const Node& node, bool holds) const {
    const bool any = expression_.over_of(node).how == Over::How::kAny;
    const std::string_view in =
        any ? (holds ? "at least one" : "none") : (holds ? "each" : "not each");
    return fmt::format("in {} {} {}", in, steps(node), clause(node.a, true));
  }

  std::string label(const Node& node) const {
    const Leaf& leaf = expression_.leaf(node.leaf);
    return (leaf.aggregate == Aggregate::kCount ? "the number of " : "") + leaf.label;
  }

  std::string code(std::uint32_t dimension) const {
    return scene_.catalogue.dimensions[dimension].code;
  }

  std::string dimensions(const Node& node) const {
    const auto named = expression_.dimensions_of(node);
    std::vector<DimensionId> all;
    for (const Signal& signal : scene_.pack.signals)
      if (signal.stance == Stance::kThreat) all.push_back(signal.dimension);
    const bool every = std::ranges::all_of(all, [&](DimensionId dimension) {
      return std::ranges::find(named, dimension) != named.end();
    });
    std::vector<std::string> codes;
    if (!every)
      for (const DimensionId dimension : named) codes.push_back(code(dimension.number()));
    return fmt::format("the number of dimensions {}with a threat in the last {}",
                       every ? "" : "among " + joined(codes, " and ") + " ",
                       to_string(scene_.window));
  }

  // `any food threat`, `"Rain far below normal"`.
  std::string name(const Subject& subject) const {
    switch (subject.kind) {
      case Subject::Kind::kSignal:
        return '"' + scene_.pack.signals[subject.index].title + '"';
      case Subject::Kind::kDimension:
        return "any " + code(subject.index) + " threat";
      case Subject::Kind::kPatternLevel:
        return fmt::format("\"{}\" at {} or higher", scene_.pack.patterns[subject.index].title,
                           scene_.pack.patterns[subject.index].called(subject.level));
    }
    return "";
  }

  std::string any_of(std::span<const Subject> subjects) const {
    std::vector<std::string> names;
    for (const Subject& subject : subjects) names.push_back(name(subject));
    return joined(names);
  }

  // Of on() and active() of one pattern's level.
  const Subject* only_level(const Node& node) const {
    const auto subjects = expression_.subjects_of(node);
    const bool only = subjects.size() == 1 && subjects.front().kind == Subject::Kind::kPatternLevel;
    return only ? &subjects.front() : nullptr;
  }

  // `"Drought" is at warning or higher`; over a window: "is at, or has been at, ...".
  std::string reached(const Subject& level, bool holds, const std::string& lookback) const {
    const Pattern& pattern = scene_.pack.patterns[level.index];
    const std::string at = fmt::format("at {} or higher", pattern.called(level.level));
    const std::string& title = pattern.title;
    if (lookback.empty()) return fmt::format("\"{}\" is {}{}", title, holds ? "" : "not ", at);
    return fmt::format("\"{}\" {} {}", title,
                       holds ? "is or has been " + at : "has at no day been " + at, lookback);
  }

  // Up to the word after which "on" stands: `any food threat is`, `neither "A" nor "B" is`.
  std::string presence(std::span<const Subject> subjects, bool holds) const {
    if (holds) return any_of(subjects) + " is";
    if (subjects.size() > 1) return "none of " + any_of(subjects) + " is";
    const Subject& only = subjects.front();
    return only.kind == Subject::Kind::kDimension ? "no " + code(only.index) + " threat is"
                                                  : name(only) + " is not";
  }

  // "... come one after the other within 18 months: first any environmental threat, then, 1 to 400
  // days later, any food threat, and last any personal threat, which is still on".
  std::string cascade(const Node& node) const {
    const Cascade& cascade = expression_.cascade_of(node);
    std::string out =
        "threats come one after the other within " + to_string(cascade.within) + ": first ";
    for (std::size_t i = 0; i < cascade.links.size(); ++i) {
      const Link& link = cascade.links[i];
      if (i > 0) out += ", then ";
      if (link.lag_least > 0 || link.lag_greatest < Link().lag_greatest)
        out += (link.lag_greatest < Link().lag_greatest
                    ? fmt::format("{} to {} days later ", link.lag_least, link.lag_greatest)
                    : fmt::format("at least {} days later ", link.lag_least));
      out += any_of(link.subjects);
    }
    return out + ", which is still on";
  }

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

  // What neighbours are counted by.
  std::string threat(const Node& node) const {
    const Subject& subject = expression_.subjects_of(node).front();
    return name(subject) + (subject.kind == Subject::Kind::kPatternLevel ? "" : " on");
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

std::string statement(const Scene& scene, const Expression& expression, std::int32_t node,
                      bool holds) {
  return Phrases(scene, expression, -1).statement(node, holds);
}

std::string named(const std::vector<Season>& seasons) {
  std::vector<std::string> names;
  for (const Season& season : seasons)
    names.push_back(fmt::format("{} ({})", season.name(), season.text()));
  return "the season " + joined(names);
}

}  // namespace tocsin
