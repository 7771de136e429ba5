#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/period.h"
#include "model/record.h"
#include "rules/season.h"
#include "rules/unit.h"

namespace tocsin {

// A condition, parsed, typed and resolved against the catalogue and the pack: what the evaluator
// walks. docs/RULES.md is the language's reference, docs/SEMANTICS.md section 2 its meaning.

enum class Op : std::uint8_t {
  // numbers
  kNumber,      // number
  kParameter,   // index into Pack::parameters
  kNamed,       // a, which a parameter computes; index into Pack::parameters
  kPopulation,  // people in the region
  kAggregate,   // leaf
  kAge,         // leaf; days since its last period ended. `number`: what it is compared with
  kNormal,
  kPercentile,
  kZscore,    // leaf, years, use_mean
  kResidual,  // leaf, years, seasonal, trend
  kChange,    // leaf, and span in leaf2.lag: (x - lag) / |lag|
  kChance,    // leaf: of the comparison a, whose left side it is
  kSample,    // leaf; at each moment of a kLongest
  kUsual,     // leaf, usuals; the same
  kLongest,   // seconds for which a holds sample after sample; count: of so many days
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
  kLeast,
  kGreatest,
  kAbsolute,
  kPer100k,     // a / population * 100000
  kDimensions,  // how many dimensions are active; names: restrict to these
  kCountTrue,   // how many of the conditions `operands` hold
  kNeighbours,
  kBasin,  // how many regions hold `subject`
  kOver,   // over: a number made of what a is in each member of a set
  // truth
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kUnequal,
  kAnd,
  kOr,
  kNot,
  kConsecutive,  // a holds in each of the last `count` periods of `cadence`
  kRising,       // leaf rises `count` times in a row
  kCrosses,      // leaf passes the number a from below
  kDuring,       // a, in one of the seasons; else false
  kGiven,        // a, where b holds; else unknown
  kOverHolds,    // over, any or all: whether a holds in a member of a set, in each of them
  kOn,
  kActive,   // subjects; count: 1 + index into lookbacks, 0 the scene's window
  kCascade,  // links, within
};

enum class Aggregate : std::uint8_t {
  kLast,
  kSum,
  kMean,
  kLeast,
  kGreatest,
  kMedian,
  kStddev,
  kCount
};
enum class Magnitude : std::uint8_t { kNone, kDeaths, kDisplaced };

// Which of the periods ahead a forecast is asked about: those whose first day lies in one of the
// units from `least` to `greatest` after the unit of the day of issue.
struct Leads {
  std::int32_t least = 0, greatest = 0;
  SpanUnit unit = SpanUnit::kDays;
  std::optional<Season> season{};  // in their place: its first occurrence that ends after the issue
  friend bool operator==(const Leads&, const Leads&) = default;
};

// One read of the data: an aggregate over a window.
struct Leaf {
  Aggregate aggregate = Aggregate::kLast;
  bool reads_events = false;
  // Of a forecast `cadence` and the lag are those of its issues, and there is no window but leads.
  bool forecast = false;
  bool chance = false;       // asked for a chance: published probabilities count, too
  std::int32_t member = -1;  // the only one that is read; -1: the median of all
  Leads leads;
  // observations
  IndicatorId indicator;
  GroupId group;
  Cadence cadence = Cadence::kMonth;
  std::int32_t sample_seconds = 0;  // of sample() and usual(): from one to the next; else 0
  std::int32_t periods = 1;         // grid cadences: the window's length
  std::int32_t lag_periods = 0;
  std::int32_t lag_observations = 0;  // of last(): so many figures before that one
  std::optional<Season> since;        // the window begins with it, in place of `window`
  // events, and windows of irregular series
  Span window;
  Span lag;
  std::vector<EventKindId> kinds;     // sorted; empty: every kind
  std::vector<std::uint64_t> actors;  // any of these; empty: everybody
  std::optional<EventStatus> status;  // none: reported and confirmed ones
  std::int64_t least_deaths = 0, least_displaced = 0;
  // How the author wrote them: `deaths > 9` is the same as `deaths >= 10`, and told as it stands.
  bool deaths_above = false, displaced_above = false;
  Magnitude magnitude = Magnitude::kNone;  // what a sum adds up
  // Which source to read, best first.
  std::vector<SourceId> sources;
  bool each_source = false;  // in an over of sources: of each of them by itself
  std::string text;          // as the author wrote it
  std::string label;         // for people: "rain over 3 months"
  bool frozen = false;       // read as of the beginning of a season, by a parameter
};

// What on(), active(), neighbours() and cascade links speak about.
struct Subject {
  enum class Kind : std::uint8_t { kSignal, kDimension, kPatternLevel };
  Kind kind = Kind::kSignal;
  std::uint32_t index =
      0;  // of the signal or pattern in the pack; of the dimension in the catalogue
  Level level = Level::kWatch;
  friend bool operator==(const Subject&, const Subject&) = default;
};

struct Link {
  std::vector<Subject> subjects;
  std::int32_t lag_least = 0;         // days from the link before
  std::int32_t lag_greatest = 36500;  // days
  // Of the subjects: the signals, and the coarsest cadence that one of them reads.
  std::vector<std::uint32_t> signals;
  Cadence cadence = Cadence::kDay;
};

// kCascade: its links, and how long they may take.
struct Cascade {
  std::vector<Link> links;
  Span within;
};

// kDuring: the seasons, one of which must hold the periods that these leaves stand at (one leaf a
// series), and the tick if what is asked is the tick's.
struct During {
  std::vector<Season> seasons;
  std::vector<std::int32_t> leaves;
  bool tick = false;
};

// kParameter and kNamed whose value depends on the day: the reads of the comparison in which they
// stand, one leaf a series. None: the tick.
struct Dating {
  std::vector<std::int32_t> leaves;
};

// kActive with a window of its own.
struct Lookback {
  Span window;
  std::optional<Season> since;  // in place of `window`
};

// kUsual: the median of the samples learned in the `days` before. A sample is learned that is such
// a share of the usual, or that has none to be compared with.
struct Usual {
  std::int32_t days = 0;
  std::int32_t warm_up = 0;  // seconds; with less learned there is none
  std::int32_t judged = 1;   // days that its kLongest looks at
  double least = -std::numeric_limits<double>::infinity();
  double greatest = std::numeric_limits<double>::infinity();
  friend auto operator<=>(const Usual&, const Usual&) = default;
};

// A stretch of one of the Expression's lists.
struct Extent {
  std::uint32_t first = 0, count = 0;
};

// kOver and kOverHolds: a of the node in each member of a set; b, if any, says which members are
// left in.
struct Over {
  enum class Set : std::uint8_t {
    kChildren,
    kSiblings,
    kNeighbours,
    kBasin,
    kParent,
    kPast,  // the stand judged and the steps of `span` before it
    kNext,  // the days ahead
    kSources
  };
  enum class How : std::uint8_t {
    kCount,
    kAny,
    kAll,
    kShare,
    kSum,
    kMean,
    kLeast,
    kGreatest,
    kMedian,
    kStddev,
    kQuantile,
    kPercentile,
    kZscore,
    kExpected,
    kResidual,
    kRank
  };
  enum class Weight : std::uint8_t { kOne, kPeople, kArea };
  Set set = Set::kPast;
  How how = How::kCount;
  Weight weight = Weight::kOne;          // of regions
  Span span{};                           // kPast, kNext: so many steps of so long
  bool before = false;                   // kPast: the stand judged is left out
  bool else_all = false;                 // where b leaves nothing in, everything is
  double percent = 0;                    // kQuantile: of the steps, 0 to 1
  bool seasonal = false, trend = false;  // kExpected, kResidual
  // Of regions: between what a number lies that is not known.
  double least = -std::numeric_limits<double>::infinity();
  double greatest = std::numeric_limits<double>::infinity();
};
// Whether it is made of truths, else of numbers.
constexpr bool is_of_truths(Over::How how) {
  return how == Over::How::kCount || how == Over::How::kAny || how == Over::How::kAll ||
         how == Over::How::kShare;
}
// kOver makes a number, kOverHolds a truth.
constexpr Op op_of(Over::How how) {
  return how == Over::How::kAny || how == Over::How::kAll ? Op::kOverHolds : Op::kOver;
}
// Whether the members of the set are regions.
constexpr bool is_of_regions(Over::Set set) { return set <= Over::Set::kParent; }

// What evaluating walks: small, so what few operations have stands in lists of the Expression.
struct Node {
  Op op = Op::kNumber;
  PureStyle style = PureStyle::kNumber;
  Cadence cadence = Cadence::kMonth;
  bool use_mean = false, seasonal = false, trend = false;
  bool one_series = false;        // kConsecutive: what it reads has one evidence day
  bool elsewhere = false;         // part of an over of regions: judged in each of these
  std::int32_t a = -1, b = -1;    // operands: indices into Expression::nodes
  std::int32_t leaf = -1;         // index into Expression::leaves
  std::int32_t leaf_before = -1;  // kChange: the same leaf, lagged
  // Years, times, days; kActive: 1 + index into Expression::lookbacks, kAge: 1 + the node of the
  // number that it is compared with, 0 if there is none; kParameter, kNamed: 1 + index into
  // datings.
  std::int32_t count = 0;
  // What else the operation has, in the list of its kind: kParameter: Pack::parameters; kOn,
  // kActive, kNeighbours, kBasin (one): subjects; kDimensions: dimensions; kCascade: cascades;
  // kDuring: durings; kCountTrue: operands; kOver, kOverHolds: overs;
  // kUsual: usuals.
  Extent more;
  double number = 0;
  std::uint32_t begin = 0, end = 0;  // bytes of the source text
  Unit unit;                         // of a number
};

struct Expression {
  std::vector<Node> nodes;  // operands stand before what uses them
  std::vector<Leaf> leaves;
  std::vector<Subject> subjects;
  std::vector<DimensionId> dimensions;
  std::vector<Cascade> cascades;
  std::vector<During> durings;
  std::vector<Lookback> lookbacks;
  std::vector<Over> overs;
  std::vector<Usual> usuals;
  std::vector<Dating> datings;
  std::vector<std::int32_t> operands;  // indices into nodes
  std::int32_t root = -1;
  std::string text;
  bool reads_neighbours = false;
  bool looks_back = false;  // goes over the past, where the same windows are read again and again

  bool empty() const { return root < 0; }
  const Node& node(std::int32_t index) const { return nodes[static_cast<std::size_t>(index)]; }
  const Leaf& leaf(std::int32_t index) const { return leaves[static_cast<std::size_t>(index)]; }
  // Of a node whose operation has them.
  std::span<const Subject> subjects_of(const Node& node) const { return slice(subjects, node); }
  std::span<const DimensionId> dimensions_of(const Node& node) const {
    return slice(dimensions, node);
  }
  std::span<const std::int32_t> operands_of(const Node& node) const {
    return slice(operands, node);
  }
  const Cascade& cascade_of(const Node& node) const { return cascades[node.more.first]; }
  const During& during_of(const Node& node) const { return durings[node.more.first]; }
  const Over& over_of(const Node& node) const { return overs[node.more.first]; }
  const Usual& usual_of(const Node& node) const { return usuals[node.more.first]; }
  // Seconds from one sample to the next, of what is read below a node; 0: nothing is.
  std::int32_t step_of(const Node& node) const {
    if (node.leaf >= 0 && leaf(node.leaf).sample_seconds > 0) return leaf(node.leaf).sample_seconds;
    std::int32_t step = 0;
    each_part(node, [&](std::int32_t part) { step = std::max(step, step_of(this->node(part))); });
    return step;
  }
  // Of kParameter and kNamed; nullptr: whose value is the same on each day.
  const Dating* dating_of(const Node& node) const {
    return node.count == 0 ? nullptr : &datings[static_cast<std::size_t>(node.count - 1)];
  }
  bool is_over_regions(const Node& node) const {
    return (node.op == Op::kOver || node.op == Op::kOverHolds) && is_of_regions(over_of(node).set);
  }
  bool is_over_sources(const Node& node) const {
    return (node.op == Op::kOver || node.op == Op::kOverHolds) &&
           over_of(node).set == Over::Set::kSources;
  }
  bool is_over_next(const Node& node) const {
    return (node.op == Op::kOver || node.op == Op::kOverHolds) &&
           over_of(node).set == Over::Set::kNext;
  }
  // Calls fn(index) for each node that `node` uses.
  template <class Fn>
  void each_part(const Node& node, Fn fn) const {
    for (const std::int32_t part : {node.a, node.b})
      if (part >= 0) fn(part);
    if (node.op == Op::kCountTrue)
      for (const std::int32_t part : operands_of(node)) fn(part);
  }
  // Of kActive; nullptr: the scene's window.
  const Lookback* lookback_of(const Node& node) const {
    return node.count == 0 ? nullptr : &lookbacks[static_cast<std::size_t>(node.count - 1)];
  }

 private:
  template <class T>
  static std::span<const T> slice(const std::vector<T>& list, const Node& node) {
    return std::span(list).subspan(node.more.first, node.more.count);
  }
};

bool is_comparison(Op op);
// Whether both read the figures of the same series, whatever they make of them.
bool same_series(const Leaf& a, const Leaf& b);

}  // namespace tocsin
