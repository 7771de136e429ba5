#include "rules/fold.h"

#include "model/result.h"

namespace tocsin {
namespace {

bool same_state(const SignalRun& a, const SignalRun& b) {
  return a.on == b.on && a.known == b.known;
}
bool same_state(const PatternRun& a, const PatternRun& b) {
  return a.level == b.level && a.possible == b.possible;
}

// First tick in [from, today] at which two tracks differ in state. `old` may have been folded less
// far: its last run is taken to go on.
template <class Run>
Day first_difference(const std::vector<Run>& old, const std::vector<Run>& now, Day from,
                     Day today) {
  std::size_t i = 0, j = 0;
  Day at = from;
  while (at <= today) {
    while (i + 1 < old.size() && old[i + 1].start <= at) ++i;
    while (j + 1 < now.size() && now[j + 1].start <= at) ++j;
    const bool has_old = !old.empty() && old[i].start <= at;
    const bool has_now = !now.empty() && now[j].start <= at;
    if (has_old != has_now || (has_old && !same_state(old[i], now[j]))) return at;
    Day next = kDayNever;
    if (i + 1 < old.size()) next = std::min(next, old[i + 1].start);
    if (j + 1 < now.size()) next = std::min(next, now[j + 1].start);
    if (!has_old && !old.empty()) next = std::min(next, old.front().start);
    if (!has_now && !now.empty()) next = std::min(next, now.front().start);
    at = next;
  }
  return kDayNever;
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

}  // namespace

Day fold_signal(SignalTrack& track, const SignalPolicy& policy, Day begin, Day from, Day today,
                const std::function<Conditions(Day)>& conditions_at) {
  std::vector<SignalRun> old;
  SignalRun restart;
  Day tick = cut(track, begin, std::max(from, begin), old, restart);
  const Day first = tick;
  const bool within = !track.runs.empty() && track.runs.back().start == restart.start &&
                      restart.steady && tick > restart.start;
  bool on = within ? restart.on : restart.on_before;
  Held held = within ? Held() : restart.held_before;
  while (tick <= today) {
    const Conditions conditions = conditions_at(tick);
    require(conditions.until > tick, "a horizon lies after its tick");
    SignalRun run;
    run.start = tick;
    run.on_before = on;
    run.held_before = held;
    const SignalStep stepped = step(policy, conditions, tick, on, held);
    run.on = on = stepped.on;
    run.known = stepped.known;
    run.steady = run.held_before.idle() && held.idle();
    Day next = conditions.until;
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
  std::vector<SignalRun> now(
      track.runs.begin() + std::max<std::ptrdiff_t>(0, track.index_at(first)), track.runs.end());
  return first_difference(old, now, first, today);
}

Day fold_pattern(PatternTrack& track, std::int32_t linger_days, Day begin, Day from, Day today,
                 const std::function<Verdict(Day)>& verdict_at) {
  std::vector<PatternRun> old;
  PatternRun restart;
  Day tick = cut(track, begin, std::max(from, begin), old, restart);
  const Day first = tick;
  const bool within = !track.runs.empty() && track.runs.back().start == restart.start &&
                      restart.steady && tick > restart.start;
  Level level = within ? restart.level : restart.level_before;
  Held held = within ? Held() : restart.held_before;
  track.until = track.due = tick;
  while (tick <= today) {
    const Verdict verdict = verdict_at(tick);
    require(verdict.until > tick, "a horizon lies after its tick");
    PatternRun run;
    run.start = tick;
    run.level_before = level;
    run.held_before = held;
    const Level candidate = std::max(verdict.surely, std::min(level, verdict.possibly));
    Day next = verdict.until;
    Day falls = kDayNever;  // the tick at which the level falls, if nothing changes
    if (candidate > level) {
      level = candidate;
      held.reset();
    } else if (candidate == level) {
      if (verdict.surely >= level)
        held.reset();
      else
        held.pause();
    } else {
      Held counted = held;
      counted.count(tick.number());
      falls = counted.days >= linger_days ? tick : tick + (linger_days - counted.days);
      if (falls == tick && tick < today) {
        level = candidate;
        held.reset();
        falls = kDayNever;
      } else {
        held = counted;
        next = std::min(next, std::max(falls, tick));
        if (next > tick) carry(held, kEvidenceMoves, tick, next);
      }
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
  std::vector<PatternRun> now(
      track.runs.begin() + std::max<std::ptrdiff_t>(0, track.index_at(first)), track.runs.end());
  return first_difference(old, now, first, today);
}

}  // namespace tocsin
