#include <algorithm>
#include <deque>

#include "rules/evaluate.h"

namespace tocsin {
namespace {

constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kLookAhead = 366;  // days

// For each tick of [first, last]: whether a link may have its onset there.
// Bytes, not bits: years of days are filled at once.
using Onsets = std::vector<char>;

struct Ticks {
  Day first, last;
  std::size_t size() const { return static_cast<std::size_t>(last - first + 1); }
  std::size_t at(Day day) const { return static_cast<std::size_t>(day - first); }
};

enum class Certainty : std::uint8_t { kSure, kPossible };

std::vector<std::uint32_t> signals_of(const Scene& scene, const Link& link) {
  std::vector<std::uint32_t> signals;
  for (const Subject& subject : link.subjects) {
    if (subject.kind == Subject::Kind::kSignal) {
      signals.push_back(subject.index);
      continue;
    }
    for (std::uint32_t i = 0; i < scene.pack.signals.size(); ++i)
      if (scene.pack.signals[i].dimension.number() == subject.index &&
          scene.pack.signals[i].stance == Stance::kThreat)
        signals.push_back(i);
  }
  return signals;
}

const SignalTrack& track_of(const Scene& scene, std::uint32_t signal) {
  return scene.tracks[scene.region.number()].signals[signal];
}

bool is_onset(const SignalTrack& track, std::size_t index) {
  return track.runs[index].on && !track.runs[index].on_before;
}

bool is_open(const SignalRun& run) { return !run.on && !run.known; }

Day run_end(const SignalTrack& track, std::size_t index) {
  return index + 1 < track.runs.size() ? track.runs[index + 1].start : kDayNever;
}

void mark(Onsets& onsets, const Ticks& ticks, Day from, Day until) {
  from = std::max(from, ticks.first);
  until = std::min(until, ticks.last + 1);
  if (from >= until) return;
  std::fill(onsets.begin() + static_cast<std::ptrdiff_t>(ticks.at(from)),
            onsets.begin() + static_cast<std::ptrdiff_t>(ticks.at(until)), char{1});
}

void mark_onsets(const SignalTrack& track, const Ticks& ticks, Certainty certainty,
                 Onsets& onsets) {
  // Before the first run nothing is known.
  if (certainty == Certainty::kPossible)
    mark(onsets, ticks, ticks.first, track.runs.empty() ? kDayNever : track.runs.front().start);
  for (std::size_t i = track.runs.size(); i > 0; --i) {
    const std::size_t run = i - 1;
    if (is_onset(track, run)) mark(onsets, ticks, track.runs[run].start, track.runs[run].start + 1);
    if (certainty == Certainty::kPossible && is_open(track.runs[run]))
      mark(onsets, ticks, track.runs[run].start, run_end(track, run));
    if (track.runs[run].start <= ticks.first) return;
  }
}

// Marks the onsets of the last link's runs that last through `tick`.
void mark_lasting(const SignalTrack& track, const Ticks& ticks, Day tick, Certainty certainty,
                  Onsets& onsets) {
  for (auto i = track.index_at(tick); i >= 0; --i) {
    const auto run = static_cast<std::size_t>(i);
    const bool open = is_open(track.runs[run]);
    if (!track.runs[run].on && !(open && certainty == Certainty::kPossible)) return;
    if (open) mark(onsets, ticks, track.runs[run].start, run_end(track, run));
    if (is_onset(track, run)) {
      mark(onsets, ticks, track.runs[run].start, track.runs[run].start + 1);
      if (certainty == Certainty::kSure) return;
    }
    if (track.runs[run].start <= ticks.first) return;
  }
  if (certainty == Certainty::kPossible)
    mark(onsets, ticks, ticks.first, track.runs.empty() ? tick + 1 : track.runs.front().start);
}

Cadence coarser(Cadence a, Cadence b) {
  const auto days = [](Cadence c) {
    return c == Cadence::kIrregular ? 1 : period_start(c, 1) - period_start(c, 0);
  };
  return days(a) >= days(b) ? a : b;
}

Cadence cadence_of(const Scene& scene, const std::vector<std::uint32_t>& signals) {
  Cadence cadence = Cadence::kDay;
  for (const std::uint32_t signal : signals)
    cadence = coarser(cadence, scene.pack.signals[signal].coarsest);
  return cadence;
}

// latest[x] = the latest first onset of a chain whose link before has its onset at x, or kNone.
// Returns the same for chains that go on to `onsets`.
std::vector<std::int32_t> extend(const std::vector<std::int32_t>& latest, const Onsets& onsets,
                                 const Link& link, Cadence grid, const Ticks& ticks) {
  std::vector<std::int32_t> out(ticks.size(), kNone);
  // A window of ticks [low, high] of the link before moves along with x; the deque holds the
  // candidates for its maximum, best first.
  std::deque<std::size_t> best;
  std::size_t entered = 0;
  for (std::size_t x = 0; x < ticks.size(); ++x) {
    std::int64_t high = static_cast<std::int64_t>(x) - link.lag_least;
    if (link.lag_least == 0 && grid != Cadence::kDay && grid != Cadence::kIrregular) {
      const Day day = ticks.first + static_cast<std::int32_t>(x);
      const Day end = period_start(grid, period_of(grid, day) + 1);
      high = std::min<std::int64_t>(end - ticks.first - 1,
                                    static_cast<std::int64_t>(ticks.size()) - 1);
    }
    for (; static_cast<std::int64_t>(entered) <= high; ++entered) {
      if (latest[entered] == kNone) continue;
      while (!best.empty() && latest[best.back()] <= latest[entered]) best.pop_back();
      best.push_back(entered);
    }
    while (!best.empty() && static_cast<std::int64_t>(best.front()) <
                                static_cast<std::int64_t>(x) - link.lag_greatest)
      best.pop_front();
    if (onsets[x] && !best.empty()) out[x] = latest[best.front()];
  }
  return out;
}

// The first onset in `lasting`, those of the last link, that completes the chain; kDayNever when
// none does.
Day completed(const Scene& scene, const Node& node, const Ticks& ticks, Certainty certainty,
              const Onsets& lasting) {
  std::vector<std::int32_t> latest;
  std::vector<std::uint32_t> before;
  for (std::size_t i = 0; i < node.links.size(); ++i) {
    const auto signals = signals_of(scene, node.links[i]);
    Onsets onsets(ticks.size(), 0);
    if (i + 1 == node.links.size()) {
      onsets = lasting;
    } else {
      for (const std::uint32_t signal : signals)
        mark_onsets(track_of(scene, signal), ticks, certainty, onsets);
    }
    if (std::find(onsets.begin(), onsets.end(), char{1}) == onsets.end()) return kDayNever;
    if (i == 0) {
      latest.assign(ticks.size(), kNone);
      for (std::size_t x = 0; x < ticks.size(); ++x)
        if (onsets[x]) latest[x] = static_cast<std::int32_t>(x);
    } else {
      const Cadence grid = coarser(cadence_of(scene, before), cadence_of(scene, signals));
      latest = extend(latest, onsets, node.links[i], grid, ticks);
    }
    before = signals;
  }
  for (std::size_t x = 0; x < ticks.size(); ++x) {
    if (latest[x] == kNone) continue;
    const Day onset = ticks.first + static_cast<std::int32_t>(x);
    if (ticks.first + latest[x] >= minus(onset, node.within)) return onset;
  }
  return kDayNever;
}

}  // namespace

Tri evaluate_cascade(const Scene& scene, const Node& node, Day tick, Horizon& horizon) {
  const auto last_signals = signals_of(scene, node.links.back());
  Day boundary = kDayNever;
  bool any_open = false;
  Cadence coarsest = Cadence::kDay;
  for (const Link& link : node.links)
    for (const std::uint32_t signal : signals_of(scene, link)) {
      const SignalTrack& track = track_of(scene, signal);
      const SignalRun* now = track.at(tick);
      boundary = std::min(boundary, track.next_start(tick));
      any_open = any_open || now == nullptr || is_open(*now);
      coarsest = coarser(coarsest, scene.pack.signals[signal].coarsest);
    }
  horizon.limit(boundary);

  // Nothing that began more than `within` before the last link's oldest lasting run can matter.
  Day oldest = tick;
  for (const std::uint32_t signal : last_signals) {
    const SignalTrack& track = track_of(scene, signal);
    for (auto i = track.index_at(tick); i >= 0; --i) {
      const SignalRun& run = track.runs[static_cast<std::size_t>(i)];
      if (!run.on && !is_open(run)) break;
      oldest = std::min(oldest, run.start);
    }
  }
  const Day first = minus(oldest, node.within) - 1;
  const auto complete = [&](Day last, Certainty certainty) {
    const Ticks ticks{first, last};
    Onsets lasting(ticks.size(), 0);
    for (const std::uint32_t signal : last_signals)
      mark_lasting(track_of(scene, signal), ticks, tick, certainty, lasting);
    return completed(scene, node, ticks, certainty, lasting);
  };
  if (complete(tick, Certainty::kSure) <= tick) return Tri::kTrue;
  if (complete(tick, Certainty::kPossible) <= tick) return Tri::kUnknown;
  if (!any_open) return Tri::kFalse;
  // While a link is open, each further tick may be its onset: look ahead for the first that would
  // complete the chain. Within a coarse period the last onset need not come last: go tick by tick.
  const Day ahead = std::min(boundary - 1, tick + kLookAhead);
  const Day next = complete(ahead, Certainty::kPossible);
  if (next == kDayNever) {
    horizon.limit(ahead + 1);
  } else {
    horizon.limit(coarsest == Cadence::kDay ? std::max(next, tick + 1) : tick + 1);
  }
  return Tri::kFalse;
}

}  // namespace tocsin
