#pragma once

#include <span>
#include <vector>

#include "model/tri.h"
#include "rules/track.h"

namespace tocsin {

// Of one dimension in one region: at each tick how many of its threats are on, and of how many it
// is not known. Kept beside the signals' tracks, so that asking for a dimension costs the same
// whether it has ten threats or a thousand.
class DimensionTrack {
 public:
  // A threat that stands here and was never folded: unknown at every tick.
  void add_unknown();
  // The runs of a threat from `from` on were `old` and are `now`. The first run of each holds
  // `from`, or begins after it, and before that run nothing is known.
  void change(Day from, std::span<const SignalRun> old, std::span<const SignalRun> now);

  struct Count {
    Day start;  // of the stretch of ticks that have these counts
    std::int32_t on = 0, unknown = 0;
    Tri any() const {
      if (on > 0) return Tri::kTrue;
      return unknown > 0 ? Tri::kUnknown : Tri::kFalse;
    }
    friend bool operator==(const Count&, const Count&) = default;
  };
  // Stretches in order of time, without gaps, the first from kDayMin on and the last without end.
  std::span<const Count> counts() const { return counts_; }
  std::size_t index_at(Day tick) const;
  // First tick after the stretch; kDayNever of the last one.
  Day end_of(std::size_t index) const {
    return index + 1 < counts_.size() ? counts_[index + 1].start : kDayNever;
  }

 private:
  void add(Day from, std::span<const SignalRun> runs, std::int32_t times);
  void add(Day from, Day until, std::int32_t on, std::int32_t unknown);
  std::size_t split(Day day);

  std::vector<Count> counts_{{kDayMin, 0, 0}};
};

}  // namespace tocsin
