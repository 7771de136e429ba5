#include "rules/fold.h"

#include <algorithm>
#include <span>

#include "model/result.h"

namespace tocsin {
namespace {

bool same_state(const SignalRun& a, const SignalRun& b) {
  return a.on == b.on && a.known == b.known;
}
bool same_state(const PatternRun& a, const PatternRun& b) {
  return a.level == b.level && a.possible == b.possible;
}

// Whether other regions, which ask only for these levels, see the same.
bool same_around(const PatternPolicy& policy, const PatternRun& a, const PatternRun& b) {
  for (std::size_t i = 0; i < policy.read_around.size(); ++i) {
    const auto level = static_cast<Level>(i);
    if (policy.read_around[i] && ((a.level >= level) != (b.level >= level) ||
                                  (a.possible >= level) != (b.possible >= level)))
      return false;
  }
  return true;
}

// Where in [from, today] two tracks differ, as `same` tells. `old` may have been folded less far:
// its last run is taken to go on.
template <class Run, class Same>
Changed differences(std::span<const Run> old, std::span<const Run> now, Day from, Day today,
                    Same same) {
  Changed changed;
  std::size_t i = 0, j = 0;
  Day at = from;
  while (at <= today) {
    while (i + 1 < old.size() && old[i + 1].start <= at) ++i;
    while (j + 1 < now.size() && now[j + 1].start <= at) ++j;
    const bool has_old = !old.empty() && old[i].start <= at;
    const bool has_now = !now.empty() && now[j].start <= at;
    Day next = today + 1;
    if (i + 1 < old.size()) next = std::min(next, old[i + 1].start);
    if (j + 1 < now.size()) next = std::min(next, now[j + 1].start);
    if (!has_old && !old.empty()) next = std::min(next, old.front().start);
    if (!has_now && !now.empty()) next = std::min(next, now.front().start);
    if (has_old != has_now || (has_old && !same(old[i], now[j]))) {
      changed.first = std::min(changed.first, at);
      changed.last = next - 1;
    }
    at = next;
  }
  return changed;
}

// The runs of a track from the one that holds `tick`.
template <class Run>
std::span<const Run> runs_from(const Track<Run>& track, Day tick) {
  return std::span(track.runs)
      .subspan(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, track.index_at(tick))));
}

// Cuts the track where a fold from `from` has to begin. The cut-off runs go to `old`; the run that
// is begun anew, if any, is its first.
template <class Run>
Day cut(Track<Run>& track, Day begin, Day from, std::vector<Run>& old, Run& restart) {
  restart = Run();
  const auto index = track.index_at(from);
  if (index < 0) {
    old.assign(track.runs.begin(), track.runs.end());
    track.runs.clear();
    return begin;
  }
  const auto keep = static_cast<std::size_t>(index);
  old.assign(track.runs.begin() + index, track.runs.end());
  restart = track.runs[keep];
  const bool within = restart.steady && from > restart.start;
  track.runs.resize(within ? keep + 1 : keep);
  return within ? from : restart.start;
}

template <class Run>
void append(std::vector<Run>& runs, const Run& run) {
  if (!runs.empty() && runs.back().steady && run.steady && same_state(runs.back(), run)) return;
  runs.push_back(run);
}

// A counter that goes on from tick `at` until the tick before `next`.
void carry(Held& held, std::int32_t evidence, Day at, Day next) {
  if (evidence != kEvidenceMoves || held.anchor == kNoAnchor) return;
  held.days += next - at - 1;
  held.anchor = next.number() - 1;
}

std::int32_t evidence_at(std::int32_t evidence, Day tick) {
  return evidence == kEvidenceMoves ? tick.number() : evidence;
}

// One tick of a signal. Returns the evidence of the condition that was counted, if one was.
struct SignalStep {
  bool on = false, known = false;
  bool counted = false;
  std::int32_t evidence = 0;
  std::int32_t days_missing = 0;  // until a counted condition turns the state over
};

SignalStep step(const SignalPolicy& policy, const Conditions& c, Day tick, bool on, Held& held) {
  SignalStep out{on, true, false, 0, 0};
  const auto count = [&](std::int32_t evidence, std::int32_t needed) {
    held.count(evidence_at(evidence, tick));
    if (held.days >= needed) {
      out.on = !on;
      held.reset();
      return;
    }
    out.counted = true;
    out.evidence = evidence;
    out.days_missing = needed - held.days;
  };
  if (!on) {
    if (c.when == Tri::kTrue)
      count(c.when_evidence, policy.for_days);
    else if (c.when == Tri::kUnknown)
      held.pause();
    else
      held.reset();
    out.known = c.when != Tri::kUnknown;
    return out;
  }
  // NOLINTNEXTLINE(bugprone-branch-clone): read as a table, in order of precedence
  if (c.when == Tri::kTrue) {
    held.reset();
  } else if (c.clear == Tri::kTrue) {
    count(c.clear_evidence, policy.linger_days);
  } else if (c.clear == Tri::kUnknown) {
    held.pause();
    out.known = false;
  } else {
    held.reset();
  }
  return out;
}

// One tick of a pattern. Returns the tick at which the level falls if nothing changes, kDayNever
// when it does not fall.
Day step(const PatternVerdict& verdict, std::int32_t linger_days, Day tick, Day today, Level& level,
         Held& held) {
  const Level candidate = std::max(verdict.surely, std::min(level, verdict.possibly));
  if (candidate > level) {
    level = candidate;
    held.reset();
    return kDayNever;
  }
  if (candidate == level) {
    if (verdict.surely >= level)
      held.reset();
    else
      held.pause();
    return kDayNever;
  }
  Held counted = held;
  counted.count(tick.number());
  if (counted.days < linger_days) {
    held = counted;
    return tick + (linger_days - counted.days);
  }
  if (tick == today) {
    held = counted;
    return tick;
  }
  level = candidate;
  held.reset();
  return kDayNever;
}

// Where the fold stands before `tick` as it stood when `old` was made: appends what `old` has from
// `tick` on. Returns whether it does.
bool keep_rest(std::vector<PatternRun>& runs, const std::vector<PatternRun>& old, Day tick,
               Level level, const Held& held) {
  const auto after = std::upper_bound(
      old.begin(), old.end(), tick, [](Day day, const PatternRun& run) { return day < run.start; });
  if (after == old.begin()) return false;
  PatternRun at = *std::prev(after);
  if (at.start < tick) {
    if (!at.steady) return false;
    at.start = tick;
    at.level_before = at.level;
  }
  if (at.level_before != level || at.held_before != held) return false;
  append(runs, at);
  runs.insert(runs.end(), after, old.end());
  return true;
}

}  // namespace

Day onset_of(const SignalTrack& track, Day tick) {
  auto index = track.index_at(tick);
  if (index < 0) return tick;
  while (index > 0 && track.runs[static_cast<std::size_t>(index)].on_before) --index;
  return track.runs[static_cast<std::size_t>(index)].start;
}

Changed fold_signal(SignalTrack& track, const SignalPolicy& policy, Day begin, Day from, Day today,
                    const std::function<Conditions(Day, bool)>& conditions_at,
                    std::vector<SignalRun>& old) {
  SignalRun restart;
  Day tick = cut(track, begin, std::max(from, begin), old, restart);
  const Day first = tick;
  const bool within = !track.runs.empty() && track.runs.back().start == restart.start &&
                      restart.steady && tick > restart.start;
  bool on = within ? restart.on : restart.on_before;
  Held held = within ? Held() : restart.held_before;
  Day latched_until = kDayMin;
  if (policy.latch != nullptr && on) latched_until = policy.latch->until(onset_of(track, tick));
  while (tick <= today) {
    Conditions conditions = conditions_at(tick, on);
    require(conditions.until > tick, "a horizon lies after its tick");
    const bool latched = on && tick < latched_until;
    if (latched && !(policy.latch->season && policy.latch->released))
      conditions.clear = Tri::kFalse;
    SignalRun run;
    run.start = tick;
    run.on_before = on;
    run.held_before = held;
    const bool over = on && !latched && latched_until != kDayMin && policy.latch->season;
    const SignalStep stepped =
        over ? SignalStep{false, true} : step(policy, conditions, tick, on, held);
    if (over) held.reset();
    if (policy.latch != nullptr && stepped.on != on)
      latched_until = stepped.on ? policy.latch->until(tick) : kDayMin;
    run.on = on = stepped.on;
    run.known = stepped.known;
    run.steady = run.held_before.idle() && held.idle();
    Day next = conditions.until;
    if (over) next = tick + 1;
    if (latched_until > tick) next = std::min(next, latched_until);
    // Cleared by `clear` while `when` is unknown: known at this tick, not at the next.
    if (run.on_before && !run.on && conditions.when == Tri::kUnknown) next = tick + 1;
    if (stepped.counted) {
      if (stepped.evidence == kEvidenceMoves) next = std::min(next, tick + stepped.days_missing);
      carry(held, stepped.evidence, tick, next);
    }
    append(track.runs, run);
    tick = next;
  }
  track.until = track.due = tick;
  return differences(std::span<const SignalRun>(old), runs_from(track, first), first, today,
                     [](const SignalRun& a, const SignalRun& b) { return same_state(a, b); });
}

PatternChanged fold_pattern(PatternTrack& track, const PatternPolicy& policy, Day begin, Day from,
                            const Changed& inputs, Day today,
                            const std::function<PatternVerdict(Day)>& verdict_at) {
  const Day folded_until = track.until, folded_due = track.due;
  std::vector<PatternRun> old;
  PatternRun restart;
  Day tick = cut(track, begin, std::max(from, begin), old, restart);
  const Day first = tick;
  const bool within = !track.runs.empty() && track.runs.back().start == restart.start &&
                      restart.steady && tick > restart.start;
  Level level = within ? restart.level : restart.level_before;
  Held held = within ? Held() : restart.held_before;
  track.until = track.due = tick;
  bool kept = false;
  while (tick <= today) {
    const PatternVerdict verdict = verdict_at(tick);
    require(verdict.until > tick, "a horizon lies after its tick");
    if (!inputs.none() && verdict.reads_from > inputs.last && tick < folded_until &&
        keep_rest(track.runs, old, tick, level, held)) {
      track.until = folded_until;
      track.due = folded_due;
      kept = true;
      break;
    }
    PatternRun run;
    run.start = tick;
    run.level_before = level;
    run.held_before = held;
    const Day falls = step(verdict, policy.linger_days, tick, today, level, held);
    Day next = verdict.until;
    if (falls != kDayNever) {
      next = std::min(next, falls);
      if (next > tick) carry(held, kEvidenceMoves, tick, next);
    }
    run.level = level;
    run.possible = std::max(level, verdict.possibly);
    run.steady = run.held_before.idle() && held.idle();
    append(track.runs, run);
    track.until = next;
    // A fall is taken from a closed tick only: the day after.
    track.due = falls < verdict.until ? falls + 1 : verdict.until;
    if (next == tick || next > today) break;
    tick = next;
  }
  PatternChanged changed;
  const auto now = runs_from(track, first);
  changed.all =
      differences(std::span<const PatternRun>(old), now, first, today,
                  [](const PatternRun& a, const PatternRun& b) { return same_state(a, b); });
  if (!changed.all.none())
    changed.around = differences(
        std::span<const PatternRun>(old), now, first, today,
        [&](const PatternRun& a, const PatternRun& b) { return same_around(policy, a, b); });
  if (kept && folded_due <= today) {
    const PatternChanged rest =
        fold_pattern(track, policy, begin, folded_until, {}, today, verdict_at);
    changed.all.join(rest.all);
    changed.around.join(rest.around);
  }
  return changed;
}

}  // namespace tocsin
