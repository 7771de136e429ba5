#include "tests/support/twin.h"

#include <algorithm>

#include "model/result.h"
#include "tests/support/twin_asked.h"

// docs/SEMANTICS.md sections 3 (signals) and 4 (patterns).
namespace tocsin::twin {
namespace {

// History behind the first tick that any window may look at: three years before a window of one.
constexpr std::int32_t kReachBack = 366 * 5;

// The counter of sections 3 and 4.
struct Counter {
  std::int32_t held = 0, anchor = 0;
  bool anchored = false;
  void count(std::int32_t day) {
    if (anchored) held += std::max(0, day - anchor);
    anchored = true;
    anchor = day;
  }
  void pause() { anchored = false; }
  void reset() {
    held = 0;
    anchored = false;
  }
};

template <class Tick>
std::optional<Tick> tick_at(const std::vector<Tick>& ticks, Day begin, Day day) {
  if (day < begin) return std::nullopt;
  return ticks[static_cast<std::size_t>(day - begin)];
}

}  // namespace

Assessment::Assessment(const Catalogue& catalogue, const Pack& pack,
                       std::vector<LatestRevision> latest, Day begin, Day today, Tally* tally)
    : catalogue_(catalogue),
      pack_(pack),
      begin_(begin),
      today_(today),
      tally_(tally),
      latest_(std::move(latest)),
      facts_(catalogue, latest_, begin - kReachBack, today + 2),
      evidence_(today) {}

// ---- section 3

const std::vector<SignalTick>& Assessment::signal(RegionId region, std::uint32_t index) {
  const auto found = signals_.find({region, index});
  if (found != signals_.end()) return found->second;
  const Signal& signal = pack_.signals[index];
  if (absent(region, index)) {
    std::vector<SignalTick> never(static_cast<std::size_t>(today_ + 1 - begin_), {false, true});
    return signals_[{region, index}] = std::move(never);
  }
  const RegionId data = data_of(region, signal.from);
  // A condition elsewhere may have asked for it: what that one stands on is left as it is.
  const For<Day> evidence(evidence_, today_);
  const For<const Expr*> comparison(comparison_, nullptr);
  std::vector<SignalTick> ticks;
  bool on = false;
  Day onset = begin_;
  Counter counter;
  for (Day d = begin_; d <= today_; d = d + 1) {
    const Place place{region, data, d, Span{}, {}, signal.from, {}};
    const auto judged = [&](const Expr& condition, bool clears) {
      evidence_ = d;
      const Tri verdict = guarded(signal, condition, clears, place);
      return std::pair(verdict, evidence_.number());
    };
    const auto [when, when_day] = judged(signal.when, false);
    auto [clear, clear_day] = std::pair(!when, when_day);
    if (signal.clear) std::tie(clear, clear_day) = judged(*signal.clear, true);
    bool known = true;
    // The latch: until the season that held the onset is over, or so many ticks.
    const Season* season = signal.latch_season ? &pack_.seasons[*signal.latch_season] : nullptr;
    const bool in_season = on && season != nullptr && season->holds(onset);
    if (in_season && season->start(d) != season->start(onset)) {
      on = false;
      counter.reset();
      ticks.push_back({false, true});
      continue;
    }
    if (in_season && !signal.clear) clear = Tri::kFalse;
    if (on && d - onset < signal.latch_days) clear = Tri::kFalse;
    if (!on && when == Tri::kTrue) {
      counter.count(when_day);
      if (counter.held >= signal.for_days) {
        on = true;
        onset = d;
        counter.reset();
      }
    } else if (!on && when == Tri::kUnknown) {
      counter.pause();
      known = false;
    } else if (!on) {
      counter.reset();
    } else if (when == Tri::kTrue) {
      counter.reset();
    } else if (clear == Tri::kTrue) {
      counter.count(clear_day);
      if (counter.held >= signal.linger_days) {
        on = false;
        counter.reset();
      }
    } else if (clear == Tri::kUnknown) {
      counter.pause();
      known = false;
    } else {
      counter.reset();
    }
    ticks.push_back({on, known});
  }
  return signals_[{region, index}] = std::move(ticks);
}

// Not judged in a region of this kind: at no day on, and known at every day.
bool Assessment::absent(RegionId region, std::uint32_t index) const {
  const auto& at = pack_.signals[index].at;
  return !at.empty() &&
         std::find(at.begin(), at.end(), catalogue_.regions.at(region).kind) == at.end();
}

bool Assessment::judges(RegionId region, std::uint32_t pattern) const {
  const auto& at = pack_.patterns[pattern].at;
  const auto& places = at.empty() ? pack_.regions : at;
  return std::find(places.begin(), places.end(), region) != places.end();
}

// Before the beginning of history everything is off and unknown.
SignalTick Assessment::signal_at(RegionId region, std::uint32_t index, Day tick) {
  if (absent(region, index)) return {false, true};
  return tick_at(signal(region, index), begin_, tick).value_or(SignalTick{});
}

// ---- section 4

const std::vector<PatternTick>& Assessment::pattern(RegionId region, std::uint32_t index) {
  return fold(region, index, false);
}

const std::vector<PatternTick>& Assessment::fold(RegionId region, std::uint32_t index, bool base) {
  auto& folds = base ? base_ : whole_;
  const auto found = folds.find({region, index});
  if (found != folds.end()) return found->second;
  const Pattern& pattern = pack_.patterns[index];
  std::vector<PatternTick> ticks;
  Level level = Level::kNone;
  Counter counter;
  for (Day d = begin_; d <= today_; d = d + 1) {
    const Place place{region, region, d, pattern.window, {}, "", {}};
    Level surely = Level::kNone, possibly = Level::kNone;
    for (const Level at : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
      const auto& condition = pattern.levels[static_cast<std::size_t>(at)];
      if (!condition || (base && reads_around(*condition))) continue;
      const Tri verdict = truth(*condition, place);
      if (verdict == Tri::kTrue) surely = at;
      if (verdict != Tri::kFalse) possibly = at;
    }
    const Level candidate = std::max(surely, std::min(level, possibly));
    if (candidate > level) {
      level = candidate;
      counter.reset();
    } else if (d < today_) {
      if (candidate < level) {
        counter.count(d.number());
        if (counter.held >= pattern.linger_days) {
          level = candidate;
          counter.reset();
        }
      } else if (surely >= level) {
        counter.reset();
      } else {
        counter.pause();
      }
    }
    ticks.push_back({level, std::max(level, possibly)});
  }
  return folds[{region, index}] = std::move(ticks);
}

std::vector<std::uint32_t> Assessment::threats(std::uint32_t dimension) const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
    if (pack_.signals[i].dimension.number() == dimension &&
        pack_.signals[i].stance == Stance::kThreat)
      out.push_back(i);
  return out;
}

Tri Assessment::is_on(RegionId region, const Subject& subject, Day tick) {
  if (subject.of == Subject::Of::kLevel) {
    const auto at = tick_at(fold(region, subject.index, true), begin_, tick);
    if (!at) return Tri::kUnknown;
    if (at->level >= subject.level) return Tri::kTrue;
    return at->possible >= subject.level ? Tri::kUnknown : Tri::kFalse;
  }
  Tri any = Tri::kFalse;
  const auto signals = subject.of == Subject::Of::kSignal
                           ? std::vector<std::uint32_t>{subject.index}
                           : threats(subject.index);
  for (const std::uint32_t s : signals) {
    const SignalTick at = signal_at(region, s, tick);
    any = any || (at.on ? Tri::kTrue : at.known ? Tri::kFalse : Tri::kUnknown);
  }
  return any;
}

// With a window of its own, or the pattern's.
Tri Assessment::active(const Expr& e, const Place& place) {
  std::optional<Day> first;
  if (e.since)
    first = pack_.seasons[*e.since].start(place.tick);
  else
    first = minus(place.tick + 1, e.span.count > 0 ? e.span : place.window);
  if (!first) return Tri::kUnknown;
  Tri any = Tri::kFalse;
  for (const Subject& s : e.subjects) any = any || is_active(place.region, s, *first, place.tick);
  return any;
}

Tri Assessment::is_active(RegionId region, const Subject& subject, Day first, Day tick) {
  Tri any = Tri::kFalse;
  if (subject.of == Subject::Of::kLevel) {
    for (Day t = first; t <= tick; t = t + 1) any = any || is_on(region, subject, t);
    return any;
  }
  const auto signals = subject.of == Subject::Of::kSignal
                           ? std::vector<std::uint32_t>{subject.index}
                           : threats(subject.index);
  for (const std::uint32_t s : signals) {
    bool on = false, unknown = false;
    for (Day t = first; t <= tick; t = t + 1) {
      const SignalTick at = signal_at(region, s, t);
      on = on || at.on;
      unknown = unknown || !at.known;
    }
    any = any || (on ? Tri::kTrue : unknown ? Tri::kUnknown : Tri::kFalse);
  }
  return any;
}

Interval Assessment::count_dimensions(const Expr& e, const Place& place) {
  std::vector<DimensionId> dimensions = e.dimensions;
  if (dimensions.empty())
    for (const Dimension& d : catalogue_.dimensions)
      if (!threats(d.id.number()).empty()) dimensions.push_back(d.id);
  Interval count{0, 0};
  for (const DimensionId d : dimensions) {
    const Tri verdict = is_active(place.region, {Subject::Of::kDimension, d.number(), Level::kNone},
                                  minus(place.tick + 1, place.window), place.tick);
    if (verdict == Tri::kTrue) count.low += 1;
    if (verdict != Tri::kFalse) count.high += 1;
  }
  return count;
}

}  // namespace tocsin::twin
