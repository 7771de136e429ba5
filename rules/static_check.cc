#include "rules/static_check.h"

#include <algorithm>
#include <cmath>

#include "model/sorted.h"
#include "rules/evaluate.h"
#include "rules/phrase.h"

namespace tocsin {
namespace {

// Interval analysis: the range that a number can have, whatever the data says.
class Ranges {
 public:
  Ranges(const Expression& expression, const Catalogue& catalogue, const Pack& pack)
      : expression_(expression), catalogue_(catalogue), pack_(pack) {}

  Quantity of(std::int32_t index) const {
    const Node& node = expression_.node(index);
    switch (node.op) {
      case Op::kNumber:
        return Quantity::exactly(node.number);
      case Op::kParameter:
        return of_parameter(pack_.parameters[node.more.first]);
      case Op::kNamed:
        return of(node.a);
      case Op::kPopulation:
        return {0, Quantity().high};
      case Op::kAggregate:
      case Op::kNormal:
      case Op::kSample:
      case Op::kUsual:
        return of_leaf(expression_.leaf(node.leaf));
      case Op::kAge:
        return {0, Quantity().high};
      case Op::kPercentile:
      case Op::kChance:
        return {0, 1};
      case Op::kLongest:
        return {0, static_cast<double>(node.count) * kSecondsPerDay};
      case Op::kDimensions:
      case Op::kCountTrue:
        return {0, static_cast<double>(node.more.count)};
      case Op::kNeighbours:
      case Op::kBasin:
        return {0, Quantity().high};
      case Op::kOver:
        if (expression_.is_over_regions(node) || expression_.is_over_next(node))
          return of_over(node);
        if (!expression_.is_over_sources(node)) return of_past(node);
        return expression_.over_of(node).how == Over::How::kCount
                   ? Quantity{0, static_cast<double>(node.count)}
                   : of(node.a);
      case Op::kPer100k: {
        const Quantity a = of(node.a);
        return a.low >= 0 ? Quantity{0, Quantity().high} : Quantity::unknown();
      }
      case Op::kAdd:
        return {of(node.a).low + of(node.b).low, of(node.a).high + of(node.b).high};
      case Op::kSubtract:
        return {of(node.a).low - of(node.b).high, of(node.a).high - of(node.b).low};
      case Op::kNegate:
        return {-of(node.a).high, -of(node.a).low};
      case Op::kMultiply:
        return product(of(node.a), of(node.b));
      case Op::kLeast:
        return {std::min(of(node.a).low, of(node.b).low),
                std::min(of(node.a).high, of(node.b).high)};
      case Op::kGreatest:
        return {std::max(of(node.a).low, of(node.b).low),
                std::max(of(node.a).high, of(node.b).high)};
      default:
        return Quantity::unknown();
    }
  }

 private:
  // Of regions: how many there are differs from place to place.
  Quantity of_over(const Node& node) const {
    const Over& over = expression_.over_of(node);
    switch (over.how) {
      case Over::How::kCount:
        if (over.set == Over::Set::kNext)
          return {0, static_cast<double>(longest_days(over.span) + 1)};
        return {0, Quantity().high};
      case Over::How::kShare:
        return {0, 1};
      case Over::How::kRank:
        return {1, Quantity().high};
      case Over::How::kSum:
        return {over.least >= 0 ? 0 : Quantity().low, over.greatest <= 0 ? 0 : Quantity().high};
      default:
        return {over.least, over.greatest};
    }
  }

  static Quantity of_parameter(const Parameter& parameter) {
    const auto [low, high] = parameter.bounds();
    return {low, high};
  }

  Quantity of_past(const Node& node) const {
    using How = Over::How;
    const Over& over = expression_.over_of(node);
    const Quantity a = over.how == How::kCount ? Quantity() : of(node.a);
    switch (over.how) {
      case How::kCount:
        return {0, static_cast<double>(over.span.count)};
      case How::kMean:
      case How::kLeast:
      case How::kGreatest:
      case How::kMedian:
      case How::kQuantile:
        return a;
      case How::kSum:
        return a.low >= 0 ? Quantity{0, Quantity().high} : Quantity::unknown();
      case How::kStddev:
        return {0, Quantity().high};
      case How::kPercentile:
        return {0, 1};
      default:
        return Quantity::unknown();
    }
  }

  Quantity of_leaf(const Leaf& leaf) const {
    if (leaf.reads_events) return {0, Quantity().high};
    const Indicator& indicator = *catalogue_.find(leaf.indicator);
    const double divisor = std::pow(10, indicator.precision) * (indicator.unit == "%" ? 100 : 1);
    Quantity range;
    if (!indicator.scale.empty() && leaf.aggregate != Aggregate::kCount)
      return {0, static_cast<double>(indicator.scale.size()) - 1};
    if (leaf.aggregate == Aggregate::kStddev) return {0, range.high};
    if (leaf.aggregate == Aggregate::kCount) {
      if (leaf.cadence == Cadence::kIrregular) return {0, range.high};
      return {0, static_cast<double>(leaf.since ? leaf.since->most_periods(leaf.cadence)
                                                : leaf.periods)};
    }
    if (leaf.aggregate == Aggregate::kSum) {
      if (indicator.least && *indicator.least >= 0) range.low = 0;
      return range;
    }
    if (indicator.least) range.low = static_cast<double>(*indicator.least) / divisor;
    if (indicator.greatest) range.high = static_cast<double>(*indicator.greatest) / divisor;
    return range;
  }

  static Quantity product(Quantity a, Quantity b) {
    if (a.low >= 0 && b.low >= 0)
      return {a.low * b.low, a.high == 0 || b.high == 0 ? 0 : a.high * b.high};
    return Quantity::unknown();
  }

  const Expression& expression_;
  const Catalogue& catalogue_;
  const Pack& pack_;
};

void visit(const Pack& pack, std::size_t signal, std::vector<std::size_t>& path,
           std::vector<int>& state, std::vector<SignalCycle>& cycles) {
  state[signal] = 1;
  path.push_back(signal);
  for (const std::uint32_t read : signals_read(pack, pack.signals[signal])) {
    if (state[read] == 1) {
      std::string text;
      for (auto at = std::find(path.begin(), path.end(), read); at != path.end(); ++at)
        text += pack.signals[*at].name + " -> ";
      cycles.push_back({read, text + pack.signals[read].name});
    } else if (state[read] == 0) {
      visit(pack, read, path, state, cycles);
    }
  }
  path.pop_back();
  state[signal] = 2;
}

}  // namespace

namespace {

// More consecutive periods than the season has.
void check_steps(const Expression& expression, const Node& node,
                 std::vector<ExpressionError>& findings) {
  const Node& inner = expression.node(node.a);
  if (inner.op != Op::kDuring) return;
  const During& during = expression.during_of(inner);
  if (during.tick || during.seasons.size() != 1) return;
  const Season& season = during.seasons.front();
  const Occurrence occurrence = season.of(2001);
  if (season.of(2002).start <= occurrence.until) return;  // one follows on the other
  const std::int32_t most = season.most_periods(node.cadence);
  if (node.count <= most) return;
  ExpressionError finding;
  finding.begin = node.begin;
  finding.length = node.end - node.begin;
  finding.message = "'" + expression.text.substr(node.begin, finding.length) +
                    "' can never be true: the season " + season.name() + " (" + season.text() +
                    ") holds at most " + std::to_string(most) + " whole " +
                    std::string(name_of(node.cadence)) + (most == 1 ? "" : "s");
  finding.allowed = "at most " + std::to_string(most) + " consecutive";
  findings.push_back(std::move(finding));
}

}  // namespace

namespace {

bool is_constant(const Node& node) { return node.op == Op::kNumber || node.op == Op::kParameter; }

// ": last(ipc3_share) is 0 to 100 %", of the side that the data decides.
std::string what_it_can_be(const Expression& expression, const Ranges& ranges, const Node& node,
                           const Catalogue& catalogue) {
  const std::int32_t side = is_constant(expression.node(node.a)) ? node.b : node.a;
  const Node& asked = expression.node(side);
  const Quantity range = ranges.of(side);
  if (is_constant(asked) || range.is_unknown()) return "";
  return ": " + expression.text.substr(asked.begin, asked.end - asked.begin) + " is " +
         say(catalogue, range, asked);
}

// "20 %" for a bare 20 beside a share, where that decides something.
std::string share_of(const Expression& expression, const Ranges& ranges, const Node& node) {
  const Node &a = expression.node(node.a), &b = expression.node(node.b);
  const bool bare = b.op == Op::kNumber && b.unit.pure() && b.style == PureStyle::kNumber;
  if (!bare || a.style != PureStyle::kPercent) return "";
  const Quantity percent = Quantity::exactly(b.number * scale_of("%"));
  if (compare(node.op, ranges.of(node.a), percent) != Tri::kUnknown) return "";
  return expression.text.substr(b.begin, b.end - b.begin) + " %";
}

}  // namespace

std::vector<ExpressionError> check_statically(const Expression& expression,
                                              const Catalogue& catalogue, const Pack& pack) {
  std::vector<ExpressionError> findings;
  const Ranges ranges(expression, catalogue, pack);
  for (const Node& node : expression.nodes) {
    if (node.op == Op::kConsecutive) check_steps(expression, node, findings);
    if (!is_comparison(node.op)) continue;
    const Tri verdict = compare(node.op, ranges.of(node.a), ranges.of(node.b));
    if (verdict == Tri::kUnknown) continue;
    ExpressionError finding;
    finding.begin = node.begin;
    finding.length = node.end - node.begin;
    const std::string text = expression.text.substr(node.begin, node.end - node.begin);
    finding.message = verdict == Tri::kTrue ? "'" + text + "' is always true"
                                            : "'" + text + "' can never be true";
    finding.allowed =
        "a comparison that data can decide" + what_it_can_be(expression, ranges, node, catalogue);
    finding.suggestion = share_of(expression, ranges, node);
    findings.push_back(std::move(finding));
  }
  return findings;
}

Quantity static_range(const Expression& expression, std::int32_t node, const Catalogue& catalogue,
                      const Pack& pack) {
  return Ranges(expression, catalogue, pack).of(node);
}

std::optional<double> constant_in(const Expression& expression, std::int32_t index,
                                  const Pack& pack, RegionId region) {
  const Node& node = expression.node(index);
  const auto of = [&](std::int32_t child) { return constant_in(expression, child, pack, region); };
  switch (node.op) {
    case Op::kNumber:
      return node.number;
    case Op::kParameter:
      if (pack.parameters[node.more.first].is_dated()) return std::nullopt;
      return pack.parameters[node.more.first].in(region);
    case Op::kNegate:
      if (const auto a = of(node.a)) return -*a;
      return std::nullopt;
    case Op::kMultiply: {
      const auto a = of(node.a), b = of(node.b);
      return a && b ? std::optional(*a * *b) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

Cadence coarsest_cadence(const Signal& signal) {
  Cadence coarsest = Cadence::kDay;
  for (const Expression* expression : {&signal.when, &signal.clear})
    for (const Leaf& leaf : expression->leaves)
      if (!leaf.frozen) coarsest = coarser(coarsest, leaf.cadence);
  return coarsest;
}

std::vector<std::uint32_t> signals_read(const Pack& pack, const Signal& signal) {
  std::vector<std::uint32_t> read;
  for (const Expression* expression : {&signal.when, &signal.clear})
    for (const Subject& subject : expression->subjects) {
      if (subject.kind == Subject::Kind::kSignal) read.push_back(subject.index);
      if (subject.kind != Subject::Kind::kDimension) continue;
      for (std::uint32_t i = 0; i < pack.signals.size(); ++i)
        if (pack.signals[i].dimension.number() == subject.index &&
            pack.signals[i].stance == Stance::kThreat)
          read.push_back(i);
    }
  sort_unique(read);
  return read;
}

std::vector<std::uint32_t> signals_told(const Pack& pack, const Pattern& pattern) {
  std::vector<std::uint32_t> open;
  const auto add_threats = [&](std::size_t dimension) {
    const auto threats = pack.threats_of(dimension);
    open.insert(open.end(), threats.begin(), threats.end());
  };
  const auto add = [&](const Subject& subject) {
    if (subject.kind == Subject::Kind::kSignal) {
      open.push_back(subject.index);
    } else if (subject.kind == Subject::Kind::kDimension) {
      add_threats(subject.index);
    } else {
      const std::vector<std::uint32_t>& other = pack.patterns[subject.index].told;
      open.insert(open.end(), other.begin(), other.end());
    }
  };
  const auto add_all = [&](const Expression& condition) {
    for (const Subject& subject : condition.subjects) add(subject);
    for (const DimensionId dimension : condition.dimensions) add_threats(dimension.number());
    for (const Cascade& cascade : condition.cascades)
      for (const Link& link : cascade.links)
        for (const Subject& subject : link.subjects) add(subject);
  };
  for (const Expression& level : pattern.levels) add_all(level);
  add_all(pattern.overrides);
  if (pattern.decision) {
    add_all(pattern.decision->agree);
    add_all(pattern.decision->veto);
  }
  std::vector<bool> told(pack.signals.size(), false);
  while (!open.empty()) {
    const std::uint32_t signal = open.back();
    open.pop_back();
    if (told[signal]) continue;
    told[signal] = true;
    const auto read = signals_read(pack, pack.signals[signal]);
    open.insert(open.end(), read.begin(), read.end());
  }
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < told.size(); ++i)
    if (told[i]) out.push_back(i);
  return out;
}

std::vector<SignalCycle> find_signal_cycles(const Pack& pack) {
  std::vector<SignalCycle> cycles;
  std::vector<int> state(pack.signals.size(), 0);
  std::vector<std::size_t> path;
  for (std::size_t i = 0; i < pack.signals.size(); ++i)
    if (state[i] == 0) visit(pack, i, path, state, cycles);
  return cycles;
}

}  // namespace tocsin
