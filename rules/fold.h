#pragma once

#include <array>
#include <functional>

#include "model/tri.h"
#include "rules/season.h"
#include "rules/track.h"

namespace tocsin {

// The folds of docs/SEMANTICS.md sections 3 and 4, over any condition: they know nothing of data.

// The ticks [first, last] outside of which a track says what it said before.
struct Changed {
  Day first = kDayNever, last = kDayMin;
  bool none() const { return first == kDayNever; }
  void join(const Changed& other) {
    first = std::min(first, other.first);
    last = std::max(last, other.last);
  }
};

// What a signal's two conditions are at a tick, and how long that holds. `clear` counts only of a
// signal that is on while `when` isn't true.
struct Conditions {
  Tri when = Tri::kUnknown, clear = Tri::kUnknown;
  // Evidence days; kEvidenceMoves: the tick itself, at every tick of the stretch.
  std::int32_t when_evidence = 0, clear_evidence = 0;
  Day until;  // first later tick at which any of this may differ
};
inline constexpr std::int32_t kEvidenceMoves = std::numeric_limits<std::int32_t>::max();

struct SignalPolicy {
  std::int32_t for_days = 0, linger_days = 0;
  const Latch* latch = nullptr;  // borrowed; null: none
};
// The first tick of the stretch of ticks on that holds `tick`. Requires that it is on there.
Day onset_of(const SignalTrack& track, Day tick);

// Folds `track` anew for the ticks [from, today] (and from the run that holds `from`, if counters
// ran there); `begin` is the first tick of history. `conditions_at` is asked for a tick and told
// whether the signal is on as that tick begins. `replaced` becomes the runs that were there from
// where it began. Returns where its state differs from before.
Changed fold_signal(SignalTrack& track, const SignalPolicy& policy, Day begin, Day from, Day today,
                    const std::function<Conditions(Day, bool)>& conditions_at,
                    std::vector<SignalRun>& replaced);

// What a pattern's levels are at a tick.
struct PatternVerdict {
  Level surely = Level::kNone;    // T: highest level whose condition is true
  Level possibly = Level::kNone;  // P: highest that is not false, at least T
  Day until;
  // The verdict reads no tick before this one, and that of a later tick none before its own.
  Day reads_from = kDayMin;
};

struct PatternPolicy {
  std::int32_t linger_days = 0;
  std::array<bool, 4> read_around{};  // by level: other regions ask whether it is reached
};
struct PatternChanged {
  Changed all;
  Changed around;  // as far as other regions can tell
};

// The same for a pattern; `today` is the open tick, from which only rises are taken. What the
// verdicts read differs from when the track was folded only in `inputs`: where they read none of it
// and the fold stands as it stood then, the rest of the track is kept.
PatternChanged fold_pattern(PatternTrack& track, const PatternPolicy& policy, Day begin, Day from,
                            const Changed& inputs, Day today,
                            const std::function<PatternVerdict(Day)>& verdict_at);

}  // namespace tocsin
