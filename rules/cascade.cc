#include <algorithm>

#include "rules/evaluate.h"

namespace tocsin {
namespace {

constexpr std::int32_t kLookAhead = 366;  // days

// Ticks at which a link may have its onset: sorted, disjoint, none empty. Years in which nothing is
// known are one stretch.
using Onsets = std::vector<DayRange>;

struct Ticks {
  Day first, last;
};

enum class Certainty : std::uint8_t { kSure, kPossible };

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
  if (from < until) onsets.push_back({from, until});
}

// Brings what mark() appended into order.
void arrange(Onsets& onsets) {
  std::sort(onsets.begin(), onsets.end());
  std::size_t kept = 0;
  for (const DayRange& range : onsets) {
    if (kept > 0 && range.from <= onsets[kept - 1].until) {
      onsets[kept - 1].until = std::max(onsets[kept - 1].until, range.until);
    } else {
      onsets[kept++] = range;
    }
  }
  onsets.resize(kept);
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

// The period within which an onset of `link` may come before one of the link before it.
std::optional<Cadence> shared_period(const Link& before, const Link& link) {
  const Cadence grid = coarser(before.cadence, link.cadence);
  if (link.lag_least > 0 || grid == Cadence::kDay || grid == Cadence::kIrregular)
    return std::nullopt;
  return grid;
}

// One link of the chain over time: where it may have its onset so that the links before it are
// complete, and how far back the link before is looked for.
struct Step {
  Onsets onsets;
  std::int32_t lag_least = 0;
  std::optional<Cadence> same_period;  // lag 0: the link before may come later in the same period

  // The last onset of the link before that may belong to an onset at `day`.
  Day reaches(Day day, const Ticks& ticks) const {
    if (!same_period) return day - lag_least;
    const Day end = period_start(*same_period, period_of(*same_period, day) + 1);
    return std::min(end - 1, ticks.last);
  }
};

// Of `onsets`, those that follow one of the link before within the lags.
Onsets follow(const Onsets& before, const Onsets& onsets, const Link& link, const Step& step) {
  Onsets reached;
  reached.reserve(before.size());
  for (const DayRange& range : before) {
    const Day from = step.same_period
                         ? period_start(*step.same_period, period_of(*step.same_period, range.from))
                         : range.from + link.lag_least;
    reached.push_back({from, range.until + link.lag_greatest});
  }
  arrange(reached);
  Onsets both;
  for (std::size_t i = 0, j = 0; i < reached.size() && j < onsets.size();) {
    const Day from = std::max(reached[i].from, onsets[j].from);
    const Day until = std::min(reached[i].until, onsets[j].until);
    if (from < until) both.push_back({from, until});
    if (reached[i].until < onsets[j].until) {
      ++i;
    } else {
      ++j;
    }
  }
  return both;
}

// The last onset not after `day`. Requires that there is one.
Day last_onset(const Onsets& onsets, Day day) {
  const auto after = std::upper_bound(onsets.begin(), onsets.end(), day,
                                      [](Day d, const DayRange& range) { return d < range.from; });
  require(after != onsets.begin(), "a complete chain has an onset of every link");
  return std::min(day, std::prev(after)->until - 1);
}

// The latest first onset of the chains that end at `day`. A later onset of a link never has an
// earlier latest cascade, so of each link the last onset within reach is the best.
Day latest_begin(const std::vector<Step>& steps, Day day, const Ticks& ticks) {
  for (std::size_t i = steps.size(); i-- > 1;)
    day = last_onset(steps[i - 1].onsets, steps[i].reaches(day, ticks));
  return day;
}

// The first onset in `lasting`, those of the last link, that completes the chain; kDayNever when
// none does.
Day completed(const Scene& scene, const Cascade& cascade, const Ticks& ticks, Certainty certainty,
              const Onsets& lasting) {
  if (lasting.empty()) return kDayNever;
  std::vector<Step> steps;
  steps.reserve(cascade.links.size());
  for (std::size_t i = 0; i < cascade.links.size(); ++i) {
    const Link& link = cascade.links[i];
    Onsets onsets;
    if (i + 1 == cascade.links.size()) {
      onsets = lasting;
    } else {
      for (const std::uint32_t signal : link.signals)
        mark_onsets(track_of(scene, signal), ticks, certainty, onsets);
      arrange(onsets);
    }
    Step step;
    if (i > 0) {
      step.lag_least = link.lag_least;
      step.same_period = shared_period(cascade.links[i - 1], link);
      onsets = follow(steps.back().onsets, onsets, link, step);
    }
    if (onsets.empty()) return kDayNever;
    step.onsets = std::move(onsets);
    steps.push_back(std::move(step));
  }
  for (const DayRange& range : steps.back().onsets) {
    Day onset = range.from;
    while (onset < range.until) {
      const Day wanted = minus(onset, cascade.within);
      if (latest_begin(steps, onset, ticks) >= wanted) return onset;
      // Later onsets need no less: go on where the chain begins late enough for this one.
      Day fails = onset;
      for (Day end = range.until; end - fails > 1;) {
        const Day middle = fails + (end - fails) / 2;
        (latest_begin(steps, middle, ticks) >= wanted ? end : fails) = middle;
      }
      onset = fails + 1;
    }
  }
  return kDayNever;
}

// Nothing that began more than `within` before the last link's oldest lasting run can matter, but
// for the links that may come before the first within one coarse period.
Day first_tick(const Scene& scene, const Cascade& cascade, Day tick) {
  Day oldest = tick;
  for (const std::uint32_t signal : cascade.links.back().signals) {
    const SignalTrack& track = track_of(scene, signal);
    for (auto i = track.index_at(tick); i >= 0; --i) {
      const SignalRun& run = track.runs[static_cast<std::size_t>(i)];
      if (!run.on && !is_open(run)) break;
      oldest = std::min(oldest, run.start);
    }
  }
  Day first = minus(oldest, cascade.within) - 1;
  for (std::size_t i = 1; i < cascade.links.size(); ++i)
    if (const auto period = shared_period(cascade.links[i - 1], cascade.links[i]))
      first = period_start(*period, period_of(*period, first));
  return first;
}

}  // namespace

Day cascade_reads_from(const Scene& scene, const Cascade& cascade, Day tick) {
  return first_tick(scene, cascade, tick) - 1;  // an onset is told by the tick before it
}

Tri evaluate_cascade(const Scene& scene, const Cascade& cascade, Day tick, Horizon& horizon) {
  const std::vector<std::uint32_t>& last_signals = cascade.links.back().signals;
  Day boundary = kDayNever;
  bool any_open = false;
  Cadence coarsest = Cadence::kDay;
  for (const Link& link : cascade.links) {
    coarsest = coarser(coarsest, link.cadence);
    for (const std::uint32_t signal : link.signals) {
      const SignalTrack& track = track_of(scene, signal);
      const SignalRun* now = track.at(tick);
      boundary = std::min(boundary, track.next_start(tick));
      any_open = any_open || now == nullptr || is_open(*now);
    }
  }
  horizon.limit(boundary);

  const Day first = first_tick(scene, cascade, tick);
  horizon.reads(first - 1);
  const auto complete = [&](Day last, Certainty certainty) {
    const Ticks ticks{first, last};
    Onsets lasting;
    for (const std::uint32_t signal : last_signals)
      mark_lasting(track_of(scene, signal), ticks, tick, certainty, lasting);
    arrange(lasting);
    return completed(scene, cascade, ticks, certainty, lasting);
  };
  if (complete(tick, Certainty::kSure) <= tick) return Tri::kTrue;
  if (complete(tick, Certainty::kPossible) <= tick) return Tri::kUnknown;
  if (!any_open) return Tri::kFalse;
  // While a link is open, each further tick may be its onset: look ahead for the first that would
  // complete the cascade. Within a coarse period the last onset need not come last: go tick by
  // tick.
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
