#include "tests/support/twin.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/result.h"

// docs/SEMANTICS.md section 2 (arithmetic, comparison), 3 (signals) and 4 (patterns).
namespace tocsin::twin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Interval kUnknown{-kInfinity, kInfinity};
// History behind the first tick that any window may look at: three years before a window of one.
constexpr std::int32_t kReachBack = 366 * 5;

Interval exactly(double value) { return {value, value}; }
bool is_unknown(Interval v) { return v.low == -kInfinity && v.high == kInfinity; }

double product(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Interval times(Interval a, Interval b) {
  const double corners[] = {product(a.low, b.low), product(a.low, b.high), product(a.high, b.low),
                            product(a.high, b.high)};
  return {*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4)};
}

Interval plus(Interval a, Interval b) { return {a.low + b.low, a.high + b.high}; }
Interval negative(Interval a) { return {-a.high, -a.low}; }

Interval over(Interval a, Interval b) {
  if (b.low <= 0 && 0 <= b.high) return kUnknown;
  return times(a, {1 / b.high, 1 / b.low});
}

Interval absolute(Interval a) {
  if (a.low <= 0 && 0 <= a.high) return {0, std::max(-a.low, a.high)};
  return {std::min(std::abs(a.low), std::abs(a.high)), std::max(std::abs(a.low), std::abs(a.high))};
}

double in_millionths(double value) {
  return std::abs(value) > 1e9 ? value * 1e6 : std::nearbyint(value * 1e6);
}

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
  RegionId data = region;
  if (!signal.from.empty()) {
    const Region* set = catalogue_.regions.set_of(region, signal.from);
    data = set == nullptr ? RegionId() : set->id;
  }
  std::vector<SignalTick> ticks;
  bool on = false;
  Counter counter;
  for (Day d = begin_; d <= today_; d = d + 1) {
    const Place place{region, data, d, Span{}, std::nullopt, 0};
    const auto judged = [&](const Expr& condition) {
      evidence_ = d;
      const Tri verdict = truth(condition, place);
      return std::pair(verdict, evidence_.number());
    };
    const auto [when, when_day] = judged(signal.when);
    auto [clear, clear_day] = std::pair(!when, when_day);
    if (signal.clear) std::tie(clear, clear_day) = judged(*signal.clear);
    bool known = true;
    if (!on && when == Tri::kTrue) {
      counter.count(when_day);
      if (counter.held >= signal.for_days) {
        on = true;
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

// Before the beginning of history everything is off and unknown.
SignalTick Assessment::signal_at(RegionId region, std::uint32_t index, Day tick) {
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
    const Place place{region, region, d, pattern.window, std::nullopt, 0};
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

Tri Assessment::is_active(RegionId region, const Subject& subject, Day tick, Span window) {
  Tri any = Tri::kFalse;
  const auto signals = subject.of == Subject::Of::kSignal
                           ? std::vector<std::uint32_t>{subject.index}
                           : threats(subject.index);
  for (const std::uint32_t s : signals) {
    bool on = false, unknown = false;
    for (Day t = minus(tick + 1, window); t <= tick; t = t + 1) {
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
                                  place.tick, place.window);
    if (verdict == Tri::kTrue) count.low += 1;
    if (verdict != Tri::kFalse) count.high += 1;
  }
  return count;
}

Interval Assessment::count_around(const Expr& e, const Place& place) {
  std::vector<RegionId> around;
  const Region& here = catalogue_.regions.at(place.region);
  if (e.kind == Kind::kNeighbours) {
    around = here.neighbours;
  } else if (!here.members.empty()) {
    around = here.members;
  } else {
    for (const Region& basin : catalogue_.regions.all()) {
      if (basin.kind != RegionKind::kBasin) continue;
      const bool inside = std::any_of(basin.members.begin(), basin.members.end(), [&](RegionId m) {
        return catalogue_.regions.is_below(place.region, m);
      });
      if (!inside) continue;
      for (const RegionId member : basin.members)
        if (member != place.region &&
            std::find(around.begin(), around.end(), member) == around.end())
          around.push_back(member);
    }
  }
  Interval count{0, 0};
  for (const RegionId region : around) {
    const Tri verdict = is_on(region, e.subjects.front(), place.tick);
    if (verdict == Tri::kTrue) count.low += 1;
    if (verdict != Tri::kFalse) count.high += 1;
  }
  return count;
}

// ---- section 2

Interval Assessment::value(const Expr& e, const Place& place) {
  const Interval v = compute(e, place);
  if (tally_ != nullptr)
    ++tally_->outcomes[static_cast<std::size_t>(e.kind)][is_unknown(v)     ? 0
                                                         : v.low == v.high ? 2
                                                                           : 1];
  return v;
}

Interval Assessment::compute(const Expr& e, const Place& place) {
  const auto arg = [&](std::size_t i) { return value(e.args[i], place); };
  // Reads of history count for the evidence day as the read itself does.
  const auto from_history = [&](Interval v) {
    if (is_unknown(v)) return v;
    if (!e.read.events) {
      evidence(stand(e.read, place)->c - 1);
    } else if (place.unit) {
      evidence(period_start(*place.unit, period_of(*place.unit, place.tick + 1)) - 1);
    }
    return v;
  };
  switch (e.kind) {
    case Kind::kNumber:
      return exactly(e.unit == "%" ? e.number * 0.01 : e.number);
    case Kind::kParameter: {
      const Parameter& p = pack_.parameters[e.parameter];
      const auto own = p.by_region.find(place.region);
      return exactly((own == p.by_region.end() ? p.value : own->second) *
                     (p.unit == "%" ? 0.01 : 1));
    }
    case Kind::kPopulation: {
      const auto people = catalogue_.regions.at(place.region).population;
      return people == 0 ? kUnknown : exactly(static_cast<double>(people));
    }
    case Kind::kRead:
      return read(e.read, place);
    case Kind::kNormal:
      return from_history(normal(e, place));
    case Kind::kPercentile:
      return from_history(percentile(e, place));
    case Kind::kZscore:
      return from_history(zscore(e, place));
    case Kind::kResidual:
      return from_history(residual(e, place));
    case Kind::kChange: {
      Read before = e.read;
      before.lag = e.span;
      const Interval a = read(e.read, place), b = read(before, place);
      return over(plus(a, negative(b)), absolute(b));
    }
    case Kind::kAdd:
      return plus(arg(0), arg(1));
    case Kind::kSubtract:
      return plus(arg(0), negative(arg(1)));
    case Kind::kMultiply:
      return times(arg(0), arg(1));
    case Kind::kDivide:
      return over(arg(0), arg(1));
    case Kind::kNegate:
      return negative(arg(0));
    case Kind::kAbsolute:
      return absolute(arg(0));
    case Kind::kLeast: {
      const Interval a = arg(0), b = arg(1);
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
    case Kind::kGreatest: {
      const Interval a = arg(0), b = arg(1);
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    case Kind::kPer100k: {
      const Interval v = arg(0);
      if (place.data.number() == 0) return kUnknown;
      const auto people = catalogue_.regions.at(place.data).population;
      if (people == 0) return kUnknown;
      return times(v, exactly(100'000.0 / static_cast<double>(people)));
    }
    case Kind::kDimensions:
      return count_dimensions(e, place);
    case Kind::kNeighbours:
    case Kind::kBasin:
      return count_around(e, place);
    default:
      break;
  }
  require(false, "an expression of the twin is a number here");
  return kUnknown;
}

Tri Assessment::compare(Kind kind, Interval a, Interval b) const {
  const Interval x{in_millionths(a.low), in_millionths(a.high)};
  const Interval y{in_millionths(b.low), in_millionths(b.high)};
  const auto verdict = [](bool always, bool never) {
    return always ? Tri::kTrue : never ? Tri::kFalse : Tri::kUnknown;
  };
  switch (kind) {
    case Kind::kLess:
      return verdict(x.high < y.low, x.low >= y.high);
    case Kind::kLessEqual:
      return verdict(x.high <= y.low, x.low > y.high);
    case Kind::kGreater:
      return verdict(x.low > y.high, x.high <= y.low);
    case Kind::kGreaterEqual:
      return verdict(x.low >= y.high, x.high < y.low);
    case Kind::kEqual:
      return verdict(x.low == y.high && x.high == y.low, x.high < y.low || x.low > y.high);
    case Kind::kUnequal:
      return !compare(Kind::kEqual, a, b);
    default:
      break;
  }
  require(false, "an expression of the twin is a comparison here");
  return Tri::kUnknown;
}

Tri Assessment::truth(const Expr& e, const Place& place) {
  const Tri verdict = judge(e, place);
  if (tally_ != nullptr)
    ++tally_->outcomes[static_cast<std::size_t>(e.kind)][static_cast<std::size_t>(verdict)];
  return verdict;
}

Tri Assessment::judge(const Expr& e, const Place& place) {
  switch (e.kind) {
    case Kind::kAnd:
    case Kind::kOr: {
      const Tri a = truth(e.args[0], place), b = truth(e.args[1], place);
      return e.kind == Kind::kAnd ? (a && b) : (a || b);
    }
    case Kind::kNot:
      return !truth(e.args[0], place);
    case Kind::kConsecutive: {
      Tri all = Tri::kTrue;
      for (std::int32_t back = 0; back < e.count; ++back) {
        Place then = place;
        then.unit = e.cadence;
        then.back = back;
        all = all && truth(e.args[0], then);
      }
      return all;
    }
    case Kind::kRising: {
      Tri all = Tri::kTrue;
      const Cadence cadence = catalogue_.find(e.read.indicator)->cadence;
      const std::int32_t times_over = whole_periods(e.span, cadence).value();
      for (std::int32_t back = 0; back < times_over; ++back) {
        const Interval later = read(e.read, place, back);
        all = all && compare(Kind::kGreater, later, read(e.read, place, back + 1));
      }
      return all;
    }
    case Kind::kCrosses: {
      const Interval k = value(e.args[0], place);
      const Interval now = read(e.read, place), before = read(e.read, place, 1);
      return compare(Kind::kGreaterEqual, now, k) && compare(Kind::kLess, before, k);
    }
    case Kind::kOn:
    case Kind::kActive: {
      Tri any = Tri::kFalse;
      for (const Subject& s : e.subjects)
        any = any || (e.kind == Kind::kOn ? is_on(place.region, s, place.tick)
                                          : is_active(place.region, s, place.tick, place.window));
      return any;
    }
    case Kind::kCascade:
      return cascade(e, place);
    default:
      return compare(e.kind, value(e.args[0], place), value(e.args[1], place));
  }
}

}  // namespace tocsin::twin
