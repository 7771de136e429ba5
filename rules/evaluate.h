#pragma once

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "model/tri.h"
#include "rules/dataset.h"
#include "rules/dimension_track.h"
#include "rules/pack.h"
#include "rules/track.h"

namespace tocsin {

// A number that may not be known exactly: [low, high]. Unknown is (-inf, +inf).
struct Quantity {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  static constexpr Quantity exactly(double value) { return {value, value}; }
  static constexpr Quantity unknown() { return {}; }
  bool exact() const { return low == high; }
  bool is_unknown() const {
    return low == -std::numeric_limits<double>::infinity() &&
           high == std::numeric_limits<double>::infinity();
  }
};

// The tracks of one region, as conditions read them.
struct RegionTracks {
  std::vector<SignalTrack> signals;  // by index in the pack
  std::vector<PatternTrack> base;    // by index in the pack: levels that read no neighbour
  std::vector<PatternTrack>
      levels;  // the whole pattern; of a pattern that reads none: empty, see base
  // By dimension number, of the pack's dimensions with threats. Made of `signals`.
  std::vector<DimensionTrack> dimensions;
};

// Where series with a grid stand that are read in each of several regions: their C is the same in
// all of them (docs/SEMANTICS.md section 2.7).
class Aligned {
 public:
  void set(const Leaf& leaf, Day covered) { stands_.emplace_back(&leaf, covered); }
  // C of the leaf, or else `own`.
  Day covered(const Leaf& leaf, Day own) const {
    for (const auto& [aligned, covered] : stands_)
      if (aligned == &leaf) return covered;
    return own;
  }

 private:
  std::vector<std::pair<const Leaf*, Day>> stands_;
};

class ReadMemo;
class SampleMemo;

// What a condition is judged over. All of it is borrowed.
struct Scene {
  const Catalogue& catalogue;
  const Pack& pack;
  const Dataset& data;
  const std::vector<RegionTracks>& tracks;  // by region number
  RegionId region;                          // where the verdict is for
  RegionId data_region;                     // whose data is read: a set, with `from`
  Span window;                              // of active() and dimensions()
  const Pattern* pattern = nullptr;         // for a pattern's condition
  const Signal* signal = nullptr;           // for a signal's condition
  const Aligned* aligned = nullptr;         // inside an over of regions
  SourceId only{};                          // in an over of sources: the one that is asked
  std::span<const SourceId> sources_of(const Leaf& leaf) const {
    return only.number() != 0 ? std::span(&only, 1) : std::span<const SourceId>(leaf.sources);
  }
  ReadMemo* reads = nullptr;      // of one fold of a signal; without it nothing is kept
  SampleMemo* samples = nullptr;  // of the assessment; the same
};

// What evaluating a condition at one tick found out besides its value.
struct Horizon {
  Day until = kDayNever;  // first later tick at which the value may differ, if no data changes
  // Evidence day if some part stands still while time goes on; else the tick itself counts.
  std::int32_t evidence = std::numeric_limits<std::int32_t>::max();
  // The first tick whose signals or levels were read; kDayNever: none was.
  Day reads_from = kDayNever;
  void reads(Day first) { reads_from = std::min(reads_from, first); }
  void limit(Day day) { until = std::min(until, day); }
  void limit_evidence(Day day) { evidence = std::min(evidence, day.number()); }
  bool has_evidence() const { return evidence != std::numeric_limits<std::int32_t>::max(); }
  std::int32_t evidence_at(Day tick) const { return std::min(evidence, tick.number()); }
};

// A step back from where a condition is judged: of "consecutive", or of an over into the past.
struct Step {
  enum class Of : std::uint8_t { kConsecutive, kOver };
  Of of = Of::kConsecutive;
  SpanUnit unit = SpanUnit::kDays;
  std::int32_t back = 0;
};
// How many may stand inside one another.
inline constexpr std::int32_t kStepsMost = 4;

// Where a window stands: the tick, and the steps back from it, the outermost first.
struct Stand {
  Day tick;
  std::array<Step, kStepsMost> steps{};
  std::int32_t depth = 0;
  // Inside an over of the days ahead: how many days after the tick the day is that is asked about.
  std::optional<std::int32_t> ahead{};
  std::span<const Step> path() const {
    return std::span(steps).first(static_cast<std::size_t>(depth));
  }
  Stand then(Step step) const;  // requires depth < kStepsMost
};
// The tick at which signals are read: overs step back from it, by the calendar.
Day tick_read(const Stand& stand);

Tri evaluate(const Scene& scene, const Expression& expression, Day tick, Horizon& horizon);
// The value of one node; `node` must be a number. For explanations.
Quantity evaluate_number(const Scene& scene, const Expression& expression, std::int32_t node,
                         const Stand& stand, Horizon& horizon);
Tri evaluate_truth(const Scene& scene, const Expression& expression, std::int32_t node,
                   const Stand& stand, Horizon& horizon);

// How two numbers compare after rounding to millionths.
Tri compare(Op op, Quantity a, Quantity b);

// ---- reads of the data (read.cc, read_history.cc, read_forecast.cc)

// One read of the data, as an explanation tells it.
struct Read {
  Quantity value;
  SourceId source;                   // number 0: nobody has anything
  std::optional<DayRange> window;    // what it looked at
  std::optional<Day> covered_until;  // C, or the end of coverage
  std::optional<Day> issued;         // of a forecast
  enum class Gap : std::uint8_t {
    kNone,
    kNeverSeen,
    kStale,
    kMissing,
    kNotCovered,
    kOffSeason  // of the window's
  } gap = Gap::kNone;
  // Of the records it stands on, if asked for: their identities and the strictest label.
  std::vector<std::uint64_t> identities;
  Tlp tlp = Tlp::kClear;
};
enum class Detail : std::uint8_t { kValue, kRecords };

Read read_leaf(const Scene& scene, const Leaf& leaf, const Stand& stand, Horizon& horizon,
               Detail detail = Detail::kValue);
Quantity read_normal(const Scene& scene, const Leaf& leaf, std::int32_t years, bool use_mean,
                     const Stand& stand, Horizon& horizon);
Quantity read_percentile(const Scene& scene, const Leaf& leaf, std::int32_t years,
                         const Stand& stand, Horizon& horizon);
Quantity read_zscore(const Scene& scene, const Leaf& leaf, std::int32_t years, const Stand& stand,
                     Horizon& horizon);
Quantity read_residual(const Scene& scene, const Leaf& leaf, const Node& node, const Stand& stand,
                       Horizon& horizon);
// How likely it is that the forecast compares so with `bound`, by its members or as published.
Quantity read_chance(const Scene& scene, const Leaf& leaf, Op comparison, Quantity bound,
                     const Stand& stand, Horizon& horizon);
// x `earlier` periods (days for events, issues of a forecast) before the stand.
Quantity read_before(const Scene& scene, const Leaf& leaf, std::int32_t earlier, const Stand& stand,
                     Horizon& horizon);

// ---- reads of the tracks (evaluate_tracks.cc, cascade.cc)

Tri signal_on(const Scene& scene, RegionId region, std::uint32_t signal, Day tick,
              Horizon& horizon);
// Over the scene's window that ends with `tick`.
Tri signal_active(const Scene& scene, std::uint32_t signal, Day tick);
// The first tick whose tracks the cascade reads at `tick`.
Day cascade_reads_from(const Scene& scene, const Cascade& cascade, Day tick);
Tri evaluate_cascade(const Scene& scene, const Cascade& cascade, Day tick, Horizon& horizon);

}  // namespace tocsin
