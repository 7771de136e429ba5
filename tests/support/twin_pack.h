#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/alert.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "model/record.h"

// The rule pack as the naive twin sees it: an expression tree of its own, which it evaluates
// directly (twin.h) and prints as the YAML that the engine parses. Nothing here comes from rules/.
namespace tocsin::twin {

enum class How : std::uint8_t { kLast, kSum, kMean, kLeast, kGreatest, kMedian, kStddev, kCount };
enum class Weight : std::uint8_t { kOne, kDeaths, kDisplaced };

// A part of the year. Dates: month and day; else the number of the dekad or week.
struct Season {
  enum class Of : std::uint8_t { kDates, kDekads, kWeeks, kEpiweeks };
  std::string name;
  Of of = Of::kDates;
  std::pair<std::int32_t, std::int32_t> from, to;  // both included
  // Whether the day lies in it, and whether it is its first one.
  bool holds(Day day) const;
  bool begins(Day day) const;
  // The first day of the occurrence that holds the day; nullopt off season.
  std::optional<Day> start(Day day) const;
};

// How far ahead of its issue a forecast is asked about.
struct Ahead {
  std::int32_t least = 0, greatest = 0;
  SpanUnit unit = SpanUnit::kDays;
  std::optional<std::uint32_t> season{};  // index, in their place
};

// One aggregate over the data.
struct Read {
  How how = How::kLast;
  bool events = false;
  bool forecast = false;
  Ahead ahead;                         // of a forecast, in place of the window
  std::optional<std::int32_t> member;  // of a forecast; none: all
  IndicatorId indicator;
  GroupId group;
  std::vector<EventKindId> kinds;  // as named; the first one's sources are read
  std::vector<std::string> actors;
  std::optional<EventStatus> status;
  std::int64_t least_deaths = 0, least_displaced = 0;
  bool above = false;  // printed as "more than one less"
  Weight weight = Weight::kOne;
  std::optional<SourceId> source;
  Span window;                         // count 0: none (last), or since
  std::optional<std::uint32_t> since;  // index of the season with which the window begins
  std::int32_t lag_observations = 0;
  Span lag;  // count 0: none
};

enum class Kind : std::uint8_t {
  kNumber,
  kWord,  // number: its place in the scale of read.indicator
  kParameter,
  kDated,     // a parameter with versions or a table
  kComputed,  // a parameter made of data
  kFrozen,    // the same as of the beginning of a season
  kPopulation,
  kRead,
  kAge,
  kNormal,
  kPercentile,
  kZscore,
  kResidual,
  kChange,
  kChance,  // args[0]: a comparison whose first operand reads a forecast
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
  kAbsolute,
  kLeast,
  kGreatest,
  kPer100k,
  kSample,        // these inside kLongest
  kUsual,         // of the days of `span`
  kLongest,       // args[0], within the last `count` days
  kSourcesCount,  // these over sources: args[0] of each of them
  kSourcesMean,
  kSourcesMedian,
  kPastCount,  // these over the past: args[0] at each step, args[1], if any, says which are left in
  kPastSum,
  kPastMean,
  kPastLeast,
  kPastGreatest,
  kPastMedian,
  kPastStddev,
  kPastQuantile,
  kPastPercentile,
  kPastZscore,
  kPastExpected,
  kPastResidual,
  kDimensions,
  kCountTrue,
  kNeighbours,
  kBasin,
  // args[0] in each region of `set`; args[1], if any: which of these are left in
  kOverCount,
  kOverShare,
  kOverSum,
  kOverMean,
  kOverLeast,
  kOverGreatest,
  kOverMedian,
  kRank,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kUnequal,
  kAnd,
  kOr,
  kNot,
  kConsecutive,
  kRising,
  kCrosses,
  kSourcesAny,
  kSourcesAll,
  kPastAny,
  kPastAll,
  kDuring,
  kGiven,
  kOverAny,
  kOverAll,
  kOn,
  kActive,
  kCascade,
};
inline constexpr int kKindCount = static_cast<int>(Kind::kCascade) + 1;
std::string name_of(Kind kind);
bool is_truth(Kind kind);
bool is_past(Kind kind);  // over the past
bool is_over_regions(Kind kind);

enum class Set : std::uint8_t { kChildren, kSiblings, kNeighbours, kBasin, kParent, kNext };
enum class ByWhat : std::uint8_t { kNumber, kPeople, kArea };

struct Subject {
  enum class Of : std::uint8_t { kSignal, kDimension, kLevel };
  Of of = Of::kSignal;
  std::uint32_t index = 0;  // of the signal or pattern in the pack; the dimension's number
  Level level = Level::kWatch;
};

struct Link {
  std::vector<Subject> any;
  std::int32_t least = 0;  // days from the link before
  std::optional<std::int32_t> greatest;
};

struct Expr {
  Kind kind = Kind::kNumber;
  double number = 0;
  std::string unit;  // of a literal: "" or "%" or a unit
  std::uint32_t parameter = 0;
  Read read;
  std::int32_t years = 0;
  bool mean = false, seasonal = false, trend = false;
  // change, rising: how far back; cascade: within; active: a window of its own; over the past: so
  // many steps of so long
  Span span;
  bool before = false;                 // over the past: without the stand judged
  bool else_all = false;               // where args[1] leaves nothing in
  double percent = 0;                  // of a quantile
  std::int32_t observations = 0;       // change: how far back, in place of span
  std::optional<std::uint32_t> since;  // active: the season with which its window begins
  std::vector<std::uint32_t> seasons;  // during
  std::int32_t count = 0;
  bool learns = false;  // usual: from a share of it between these
  double learn_least = 0, learn_greatest = 0;
  std::int32_t warm_up = 0;           // seconds, whole hours
  Cadence cadence = Cadence::kMonth;  // consecutive
  Set set = Set::kChildren;           // over regions
  ByWhat by = ByWhat::kNumber;        // over regions: share
  std::int32_t next = 0;              // over the days ahead: how many
  bool brief = false;                 // over regions: printed as children(x), parent(x)
  std::vector<DimensionId> dimensions;
  std::vector<Subject> subjects;
  std::vector<Link> links;
  std::vector<Expr> args;
};

struct Parameter {
  std::string name, unit;
  double value = 0;
  std::map<RegionId, double> by_region;
  // In place of the value one of these: versions, in order; a table by the dekad or the month of
  // the year, from 1; an expression, perhaps as of the beginning of a season.
  struct Version {
    Day from;
    double value = 0;
    std::map<RegionId, double> by_region;
  };
  std::vector<Version> versions;
  bool by_month = false;
  std::map<std::int32_t, double> table;
  std::vector<Expr> compute;           // one, or none
  std::optional<std::uint32_t> as_of;  // index of the season
};

struct Signal {
  std::string name;
  DimensionId dimension;
  Stance stance = Stance::kThreat;
  std::string from;  // scheme, or empty
  Expr when;
  std::optional<Expr> clear;
  std::vector<RegionKind> at;  // empty: every kind
  // A band of `band_of`; the bands of one name stand together, lowest first, and differ in name,
  // `when` and `clear` only.
  std::string band_of;
  Level band = Level::kNone;
  bool reads = false;  // all compare the same number, printed once
  std::int32_t for_days = 0, linger_days = 0;
  // The keys of the same names; of latch one or none.
  std::optional<Expr> given;
  std::vector<std::uint32_t> during;
  std::optional<std::uint32_t> latch_season;
  std::int32_t latch_days = 0;
};

// The keys of a pattern that the ledger reads. Conditions are `on()` of one signal, by index.
struct Mute {
  Span length;
  std::vector<std::string> places;
  std::vector<std::uint32_t> patterns;
};
struct Budget {
  std::int32_t at_most = 1;
  std::uint32_t season = 0;
  std::string place;
};
struct Decision {
  std::int32_t hours = 24;
  std::optional<std::uint32_t> agree, veto;
  bool silence_agrees = true;
};

struct Pattern {
  std::string name;
  std::vector<RegionId> at;  // empty: each region of the pack
  std::string at_kind;       // the kind that stands for them in the file; empty: their codes
  Span window{60, SpanUnit::kDays};
  std::array<std::optional<Expr>, kLevelCount> levels;
  std::string levels_of;  // where not empty, `levels` are what this stands for
  std::int32_t linger_days = 0, lapse_days = 0;
  std::optional<Mute> mute;
  std::optional<Budget> budget;
  std::optional<std::uint32_t> overrides;  // written with mute, or else with budget
  std::optional<Decision> decision;
};

struct Pack {
  std::vector<RegionId> regions;  // admin-1 or lower
  std::vector<Season> seasons;    // the first is "year", which every pack has
  std::vector<Parameter> parameters;
  std::vector<Signal> signals;
  std::vector<Pattern> patterns;
};

// Whether any level's condition reads neighbours or the basin.
bool reads_around(const Expr& expr);

// ---- short ways to write expressions
Expr number(double value, std::string unit = "");
Expr read(Read what);
Expr op(Kind kind, Expr a);
Expr op(Kind kind, Expr a, Expr b);
Expr consecutive(Expr condition, std::int32_t count, Cadence cadence);
Expr on(std::uint32_t signal);
Expr active(std::uint32_t signal);
Expr during(Expr condition, std::uint32_t season);
Expr dimensions();

std::string print(const Expr& expr, const Pack& pack, const Catalogue& catalogue);
std::string to_yaml(const Pack& pack, const Catalogue& catalogue);

}  // namespace tocsin::twin
