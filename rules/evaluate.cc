#include "rules/evaluate.h"

#include <algorithm>
#include <cmath>

namespace tocsin {
namespace {

// A number in millionths, rounded; beyond this size a millionth is below a double's precision.
double comparable(double value) {
  return std::abs(value) > 1e9 ? value * 1e6 : std::nearbyint(value * 1e6);
}

Quantity add(Quantity a, Quantity b) { return {a.low + b.low, a.high + b.high}; }
Quantity negate(Quantity a) { return {-a.high, -a.low}; }

// 0 x inf counts as 0: a bound of zero times anything is zero.
double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Quantity multiply(Quantity a, Quantity b) {
  const auto [low, high] = std::minmax(
      {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)});
  return {low, high};
}

Quantity divide(Quantity a, Quantity b) {
  if (b.low <= 0 && b.high >= 0) return Quantity::unknown();
  return multiply(a, {1 / b.high, 1 / b.low});
}

Quantity absolute(Quantity a) {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negate(a);
  return {0, std::max(-a.low, a.high)};
}

// Runs one read; its evidence day counts only if it knows something.
template <class Fn>
Quantity reading(Horizon& horizon, Fn fn) {
  Horizon own;
  const Quantity value = fn(own);
  horizon.limit(own.until);
  if (!value.is_unknown()) horizon.evidence = std::min(horizon.evidence, own.evidence);
  return value;
}

Quantity read_change(const Scene& scene, const Expression& expression, const Node& node,
                     Stand stand, Horizon& horizon) {
  const auto read = [&](std::int32_t leaf) {
    return reading(horizon, [&](Horizon& own) {
      return read_leaf(scene, expression.leaf(leaf), stand, own).value;
    });
  };
  const Quantity now = read(node.leaf);
  const Quantity before = read(node.leaf_before);
  return divide(add(now, negate(before)), absolute(before));
}

Tri rising(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
           Horizon& horizon) {
  Tri all = Tri::kTrue;
  Quantity later;
  for (std::int32_t back = 0; back <= node.count; ++back) {
    const Quantity value = reading(horizon, [&](Horizon& own) {
      return read_before(scene, expression.leaf(node.leaf), back, stand, own);
    });
    if (back > 0) all = all && compare(Op::kGreater, later, value);
    later = value;
  }
  return all;
}

Tri crosses(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
            Horizon& horizon) {
  const Quantity threshold = evaluate_number(scene, expression, node.a, stand, horizon);
  const auto read = [&](std::int32_t back) {
    return reading(horizon, [&](Horizon& own) {
      return read_before(scene, expression.leaf(node.leaf), back, stand, own);
    });
  };
  const Quantity now = read(0);
  const Quantity before = read(1);
  return compare(Op::kGreaterEqual, now, threshold) && compare(Op::kLess, before, threshold);
}

Tri consecutive(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
                Horizon& horizon) {
  Tri all = Tri::kTrue;
  for (std::int32_t back = 0; back < node.count; ++back) {
    Stand then = stand;
    then.cadence = node.cadence;
    then.back = stand.back + back;
    all = all && evaluate_truth(scene, expression, node.a, then, horizon);
  }
  return all;
}

// The first tick of the window at `tick`: [end(tick) - window, tick].
Day window_begin(const Scene& scene, Day tick) { return minus(tick + 1, scene.window); }

// A signal over the ticks [first, tick].
Tri signal_active(const Scene& scene, std::uint32_t signal, Day first, Day tick, Horizon& horizon) {
  const SignalTrack& track = scene.tracks[scene.region.number()].signals[signal];
  auto i = track.index_at(tick);
  horizon.limit(track.end_of(i));
  horizon.reads(first);
  bool unknown = false;
  for (Day last_tick = tick;; --i) {
    // What a run says holds at least until its last tick leaves the window.
    if (last_tick < tick) horizon.limit(tick + std::max(1, last_tick - first - 3));
    if (i < 0) return Tri::kUnknown;  // before history begins nothing is known
    const SignalRun& run = track.runs[static_cast<std::size_t>(i)];
    if (run.on) return Tri::kTrue;
    unknown = unknown || !run.known;
    if (run.start <= first) return unknown ? Tri::kUnknown : Tri::kFalse;
    last_tick = run.start - 1;
  }
}

Tri dimension_active(const Scene& scene, std::size_t dimension, Day first, Day tick,
                     Horizon& horizon) {
  DimensionMemo::Entry found;
  DimensionMemo::Entry& entry = scene.memo == nullptr ? found : scene.memo->entries[dimension];
  if (entry.tick != tick) {
    Horizon own;
    entry = {tick, Tri::kFalse, kDayNever};
    for (const std::uint32_t signal : scene.pack.threats_of(dimension))
      entry.active = entry.active || signal_active(scene, signal, first, tick, own);
    entry.until = own.until;
  }
  horizon.limit(entry.until);
  horizon.reads(first);
  return entry.active;
}

Tri subject_active(const Scene& scene, const Subject& subject, Day tick, Horizon& horizon) {
  const Day first = window_begin(scene, tick);
  return subject.kind == Subject::Kind::kSignal
             ? signal_active(scene, subject.index, first, tick, horizon)
             : dimension_active(scene, subject.index, first, tick, horizon);
}

Tri subject_on(const Scene& scene, RegionId region, const Subject& subject, Day tick,
               Horizon& horizon) {
  if (subject.kind == Subject::Kind::kSignal)
    return signal_on(scene, region, subject.index, tick, horizon);
  if (subject.kind == Subject::Kind::kPatternLevel) {
    const PatternTrack& track = scene.tracks[region.number()].base[subject.index];
    horizon.limit(track.next_start(tick));
    horizon.reads(tick);
    const PatternRun* run = track.at(tick);
    if (run == nullptr) return Tri::kUnknown;
    if (run->level >= subject.level) return Tri::kTrue;
    return run->possible >= subject.level ? Tri::kUnknown : Tri::kFalse;
  }
  Tri any = Tri::kFalse;
  for (const std::uint32_t signal : scene.pack.threats_of(subject.index))
    any = any || signal_on(scene, region, signal, tick, horizon);
  return any;
}

Quantity count_dimensions(const Scene& scene, std::span<const DimensionId> dimensions, Day tick,
                          Horizon& horizon) {
  Quantity count{0, 0};
  const Day first = window_begin(scene, tick);
  for (const DimensionId dimension : dimensions) {
    const Tri active = dimension_active(scene, dimension.number(), first, tick, horizon);
    if (active == Tri::kTrue) count.low += 1;
    if (active != Tri::kFalse) count.high += 1;
  }
  return count;
}

Quantity count_regions(const Scene& scene, Op op, const Subject& subject, Day tick,
                       Horizon& horizon) {
  std::vector<RegionId> regions;
  const Region& here = scene.catalogue.regions.at(scene.region);
  if (op == Op::kNeighbours) {
    regions = here.neighbours;
  } else if (!here.members.empty()) {
    regions = here.members;
  } else {
    for (const RegionId group : scene.catalogue.regions.groups_of(scene.region)) {
      const Region& basin = scene.catalogue.regions.at(group);
      if (basin.kind != RegionKind::kBasin) continue;
      for (const RegionId member : basin.members)
        if (member != scene.region) regions.push_back(member);
    }
    std::sort(regions.begin(), regions.end());
    regions.erase(std::unique(regions.begin(), regions.end()), regions.end());
  }
  Quantity count{0, 0};
  for (const RegionId region : regions) {
    const Tri holds = subject_on(scene, region, subject, tick, horizon);
    if (holds == Tri::kTrue) count.low += 1;
    if (holds != Tri::kFalse) count.high += 1;
  }
  return count;
}

}  // namespace

Tri signal_active(const Scene& scene, std::uint32_t signal, Day tick) {
  Horizon horizon;
  return signal_active(scene, signal, window_begin(scene, tick), tick, horizon);
}

Tri signal_on(const Scene& scene, RegionId region, std::uint32_t signal, Day tick,
              Horizon& horizon) {
  const SignalTrack& track = scene.tracks[region.number()].signals[signal];
  const auto index = track.index_at(tick);
  horizon.limit(track.end_of(index));
  horizon.reads(tick);
  if (index < 0) return Tri::kUnknown;
  const SignalRun& run = track.runs[static_cast<std::size_t>(index)];
  if (run.on) return Tri::kTrue;
  return run.known ? Tri::kFalse : Tri::kUnknown;
}

Tri compare(Op op, Quantity a, Quantity b) {
  const double a_low = comparable(a.low), a_high = comparable(a.high);
  const double b_low = comparable(b.low), b_high = comparable(b.high);
  switch (op) {
    case Op::kLess:
      return a_high < b_low ? Tri::kTrue : a_low >= b_high ? Tri::kFalse : Tri::kUnknown;
    case Op::kLessEqual:
      return a_high <= b_low ? Tri::kTrue : a_low > b_high ? Tri::kFalse : Tri::kUnknown;
    case Op::kGreater:
      return compare(Op::kLess, b, a);
    case Op::kGreaterEqual:
      return compare(Op::kLessEqual, b, a);
    case Op::kEqual:
      if (a_low == a_high && b_low == b_high && a_low == b_low) return Tri::kTrue;
      return a_high < b_low || a_low > b_high ? Tri::kFalse : Tri::kUnknown;
    case Op::kUnequal:
      return !compare(Op::kEqual, a, b);
    default:
      require(false, "compare() takes a comparison");
  }
  return Tri::kUnknown;
}

Quantity evaluate_number(const Scene& scene, const Expression& expression, std::int32_t index,
                         Stand stand, Horizon& horizon) {
  const Node& node = expression.node(index);
  const auto operand = [&](std::int32_t child) {
    return evaluate_number(scene, expression, child, stand, horizon);
  };
  const auto read = [&](auto fn) { return reading(horizon, fn); };
  switch (node.op) {
    case Op::kNumber:
      return Quantity::exactly(node.number);
    case Op::kParameter:
      return Quantity::exactly(scene.pack.parameters[node.more.first].in(scene.region));
    case Op::kPopulation: {
      const std::int64_t people = scene.catalogue.regions.at(scene.region).population;
      return people == 0 ? Quantity::unknown() : Quantity::exactly(static_cast<double>(people));
    }
    case Op::kAggregate:
      return read([&](Horizon& own) {
        return read_leaf(scene, expression.leaf(node.leaf), stand, own).value;
      });
    case Op::kNormal:
      return read([&](Horizon& own) {
        return read_normal(scene, expression.leaf(node.leaf), node.count, node.use_mean, stand,
                           own);
      });
    case Op::kPercentile:
      return read([&](Horizon& own) {
        return read_percentile(scene, expression.leaf(node.leaf), node.count, stand, own);
      });
    case Op::kZscore:
      return read([&](Horizon& own) {
        return read_zscore(scene, expression.leaf(node.leaf), node.count, stand, own);
      });
    case Op::kResidual:
      return read([&](Horizon& own) {
        return read_residual(scene, expression.leaf(node.leaf), node, stand, own);
      });
    case Op::kChange:
      return read_change(scene, expression, node, stand, horizon);
    case Op::kAdd:
      return add(operand(node.a), operand(node.b));
    case Op::kSubtract:
      return add(operand(node.a), negate(operand(node.b)));
    case Op::kMultiply:
      return multiply(operand(node.a), operand(node.b));
    case Op::kDivide:
      return divide(operand(node.a), operand(node.b));
    case Op::kNegate:
      return negate(operand(node.a));
    case Op::kAbsolute:
      return absolute(operand(node.a));
    case Op::kLeast: {
      const Quantity a = operand(node.a), b = operand(node.b);
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
    case Op::kGreatest: {
      const Quantity a = operand(node.a), b = operand(node.b);
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    case Op::kPer100k: {
      const Quantity value = operand(node.a);
      // Without a set of the scheme there is no region whose data is read.
      if (scene.data_region.number() == 0) return Quantity::unknown();
      const std::int64_t people = scene.catalogue.regions.at(scene.data_region).population;
      if (people == 0) return Quantity::unknown();
      return multiply(value, Quantity::exactly(100'000.0 / static_cast<double>(people)));
    }
    case Op::kDimensions:
      return count_dimensions(scene, expression.dimensions_of(node), stand.tick, horizon);
    case Op::kNeighbours:
    case Op::kBasin:
      return count_regions(scene, node.op, expression.subjects_of(node).front(), stand.tick,
                           horizon);
    default:
      require(false, "evaluate_number() takes a number");
  }
  return Quantity::unknown();
}

Tri evaluate_truth(const Scene& scene, const Expression& expression, std::int32_t index,
                   Stand stand, Horizon& horizon) {
  const Node& node = expression.node(index);
  // Both sides are always evaluated: the evidence day and the horizon come from all parts.
  const auto operand = [&](std::int32_t child) {
    return evaluate_truth(scene, expression, child, stand, horizon);
  };
  switch (node.op) {
    case Op::kAnd: {
      const Tri a = operand(node.a), b = operand(node.b);
      return a && b;
    }
    case Op::kOr: {
      const Tri a = operand(node.a), b = operand(node.b);
      return a || b;
    }
    case Op::kNot:
      return !operand(node.a);
    case Op::kConsecutive:
      return consecutive(scene, expression, node, stand, horizon);
    case Op::kRising:
      return rising(scene, expression, node, stand, horizon);
    case Op::kCrosses:
      return crosses(scene, expression, node, stand, horizon);
    case Op::kOn:
    case Op::kActive: {
      Tri any = Tri::kFalse;
      for (const Subject& subject : expression.subjects_of(node))
        any = any ||
              (node.op == Op::kOn ? subject_on(scene, scene.region, subject, stand.tick, horizon)
                                  : subject_active(scene, subject, stand.tick, horizon));
      return any;
    }
    case Op::kCascade:
      return evaluate_cascade(scene, expression.chain_of(node), stand.tick, horizon);
    default:
      require(is_comparison(node.op), "evaluate_truth() takes a truth value");
      const Quantity a = evaluate_number(scene, expression, node.a, stand, horizon);
      const Quantity b = evaluate_number(scene, expression, node.b, stand, horizon);
      return compare(node.op, a, b);
  }
}

Tri evaluate(const Scene& scene, const Expression& expression, Day tick, Horizon& horizon) {
  return evaluate_truth(scene, expression, expression.root, Stand{tick, std::nullopt, 0}, horizon);
}

}  // namespace tocsin
