#include "rules/dimension_track.h"

#include <algorithm>

namespace tocsin {

void DimensionTrack::add_unknown() { add(kDayMin, kDayNever, 0, 1); }

void DimensionTrack::change(Day from, std::span<const SignalRun> old,
                            std::span<const SignalRun> now) {
  add(from, old, -1);
  add(from, now, 1);
  const auto same = [](const Count& a, const Count& b) {
    return a.on == b.on && a.unknown == b.unknown;
  };
  const auto touched = counts_.begin() + static_cast<std::ptrdiff_t>(index_at(from));
  counts_.erase(
      std::unique(touched == counts_.begin() ? touched : touched - 1, counts_.end(), same),
      counts_.end());
}

std::size_t DimensionTrack::index_at(Day tick) const {
  // Mostly the present is asked for.
  if (counts_.back().start <= tick) return counts_.size() - 1;
  const auto after =
      std::upper_bound(counts_.begin(), counts_.end(), tick,
                       [](Day day, const Count& count) { return day < count.start; });
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - counts_.begin() - 1));
}

void DimensionTrack::add(Day from, std::span<const SignalRun> runs, std::int32_t times) {
  const Day first = runs.empty() ? kDayNever : runs.front().start;
  if (first > from) add(from, first, 0, times);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Day start = std::max(from, runs[i].start);
    const Day until = i + 1 < runs.size() ? runs[i + 1].start : kDayNever;
    if (until <= start) continue;
    if (runs[i].on)
      add(start, until, times, 0);
    else if (!runs[i].known)
      add(start, until, 0, times);
  }
}

void DimensionTrack::add(Day from, Day until, std::int32_t on, std::int32_t unknown) {
  const std::size_t first = split(from);
  const std::size_t last = until == kDayNever ? counts_.size() : split(until);
  for (std::size_t i = first; i < last; ++i) {
    counts_[i].on += on;
    counts_[i].unknown += unknown;
  }
}

// The index of the stretch that begins with `day`.
std::size_t DimensionTrack::split(Day day) {
  const std::size_t index = index_at(day);
  if (counts_[index].start >= day) return index;
  Count rest = counts_[index];
  rest.start = day;
  counts_.insert(counts_.begin() + static_cast<std::ptrdiff_t>(index) + 1, rest);
  return index + 1;
}

}  // namespace tocsin
