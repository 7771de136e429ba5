#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "model/alert.h"
#include "model/time.h"

namespace tocsin {

// The assessment over time, as runs of ticks in which nothing changed. A run holds the state of its
// ticks and, where a counter is running, the counter as it stood before the run's first tick, so
// that a fold can begin again at any run.

inline constexpr std::int32_t kNoAnchor = std::numeric_limits<std::int32_t>::min();

// The counter of docs/SEMANTICS.md section 3: days of evidence, and the evidence day last counted.
struct Held {
  std::int32_t days = 0;
  std::int32_t anchor = kNoAnchor;
  bool idle() const { return days == 0 && anchor == kNoAnchor; }
  void reset() { *this = Held(); }
  void pause() { anchor = kNoAnchor; }
  void count(std::int32_t evidence_day) {
    if (anchor != kNoAnchor) days += std::max(0, evidence_day - anchor);
    anchor = evidence_day;
  }
  friend bool operator==(const Held&, const Held&) = default;
};

struct SignalRun {
  Day start;
  bool on = false, known = false;
  bool on_before = false;  // state before the first tick of the run
  bool steady = false;     // no counter ran before or in it: the fold may begin at any of its ticks
  Held held_before;
  friend bool operator==(const SignalRun&, const SignalRun&) = default;
};

struct PatternRun {
  Day start;
  Level level = Level::kNone;
  Level possible = Level::kNone;  // highest level that is not false, at least `level`
  Level level_before = Level::kNone;
  bool steady = false;
  Held held_before;
  friend bool operator==(const PatternRun&, const PatternRun&) = default;
};

// Runs in order of time; the last one is valid for the ticks before `until`. Once the clock reaches
// day `due` the fold goes on from tick `until`. Before the first run: off and unknown.
template <class Run>
struct Track {
  std::vector<Run> runs;
  Day until = kDayMin;
  Day due = kDayMin;  // of a track never folded

  // Index of the run that holds `tick`, or -1 when the tick lies before all of them.
  std::ptrdiff_t index_at(Day tick) const {
    const auto after = std::upper_bound(runs.begin(), runs.end(), tick,
                                        [](Day day, const Run& run) { return day < run.start; });
    return after - runs.begin() - 1;
  }
  const Run* at(Day tick) const {
    const auto index = index_at(tick);
    return index < 0 ? nullptr : &runs[static_cast<std::size_t>(index)];
  }
  // First tick after the run of that index (or before all, with -1); kDayNever for the last run.
  Day end_of(std::ptrdiff_t index) const {
    const auto next = static_cast<std::size_t>(index + 1);
    return next < runs.size() ? runs[next].start : kDayNever;
  }
  Day next_start(Day tick) const { return end_of(index_at(tick)); }
};

using SignalTrack = Track<SignalRun>;
using PatternTrack = Track<PatternRun>;

}  // namespace tocsin
