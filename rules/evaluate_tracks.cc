#include "rules/evaluate_families.h"

// Signals and patterns of one region, as conditions read them.
namespace tocsin {
namespace {

// The first tick of the window at `tick`: [end(tick) - window, tick].
Day window_begin(const Scene& scene, Day tick) { return minus(tick + 1, scene.window); }

// The same of a window of its own; nullopt off its season.
std::optional<Day> window_begin(const Lookback& own, Day tick) {
  if (!own.since) return minus(tick + 1, own.window);
  const auto occurrence = own.since->holding(tick);
  if (!occurrence) return std::nullopt;
  return occurrence->start;
}

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

// Whether the pattern's base level was at least that of `subject` at any of the ticks [first,
// tick].
Tri level_active(const Scene& scene, const Subject& subject, Day first, Day tick,
                 Horizon& horizon) {
  const PatternTrack& track = scene.tracks[scene.region.number()].base[subject.index];
  auto i = track.index_at(tick);
  horizon.limit(track.end_of(i));
  horizon.reads(first);
  bool unknown = false;
  for (Day last_tick = tick;; --i) {
    // What a run says holds at least until its last tick leaves the window.
    if (last_tick < tick) horizon.limit(tick + std::max(1, last_tick - first - 3));
    if (i < 0) return Tri::kUnknown;  // before history begins nothing is known
    const PatternRun& run = track.runs[static_cast<std::size_t>(i)];
    if (run.level >= subject.level) return Tri::kTrue;
    unknown = unknown || run.possible >= subject.level;
    if (run.start <= first) return unknown ? Tri::kUnknown : Tri::kFalse;
    last_tick = run.start - 1;
  }
}

// Whether a threat of the dimension was on at any of the ticks [first, tick].
Tri dimension_active(const Scene& scene, std::size_t dimension, Day first, Day tick,
                     Horizon& horizon) {
  horizon.reads(first);
  const auto& dimensions = scene.tracks[scene.region.number()].dimensions;
  if (dimension >= dimensions.size()) return Tri::kFalse;
  const DimensionTrack& track = dimensions[dimension];
  std::size_t i = track.index_at(tick);
  horizon.limit(track.end_of(i));
  Tri any = Tri::kFalse;
  for (Day last_tick = tick;; --i) {
    // What a stretch says holds at least until its last tick leaves the window.
    if (last_tick < tick) horizon.limit(tick + std::max(1, last_tick - first - 3));
    const DimensionTrack::Count& count = track.counts()[i];
    any = any || count.any();
    if (any == Tri::kTrue || count.start <= first) return any;
    last_tick = count.start - 1;
  }
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

Day tick_read(const Stand& stand) {
  Day end = stand.tick + 1;
  for (const Step& step : stand.path())
    if (step.of == Step::Of::kOver && step.back > 0) end = minus(end, {step.back, step.unit});
  return end - 1;
}

Tri any_on(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
           Horizon& horizon) {
  const Day tick = tick_read(stand);
  Horizon own;
  Tri any = Tri::kFalse;
  for (const Subject& subject : expression.subjects_of(node))
    any = any || subject_on(scene, scene.region, subject, tick, own);
  horizon.reads(own.reads_from);
  // By months and years the tick that is read can jump by up to three days.
  if (own.until < kDayNever)
    horizon.limit(tick == stand.tick ? own.until : stand.tick + std::max(1, own.until - tick - 3));
  return any;
}

Tri any_active(const Scene& scene, const Expression& expression, const Node& node, Day tick,
               Horizon& horizon) {
  const Lookback* own = expression.lookback_of(node);
  const std::optional<Day> first =
      own == nullptr ? window_begin(scene, tick) : window_begin(*own, tick);
  if (own != nullptr && own->since) horizon.limit(own->since->next_edge(tick));
  if (!first) {  // off season; what comes later reads nothing before
    horizon.reads(tick);
    return Tri::kUnknown;
  }
  Tri any = Tri::kFalse;
  for (const Subject& subject : expression.subjects_of(node)) {
    if (subject.kind == Subject::Kind::kSignal) {
      any = any || signal_active(scene, subject.index, *first, tick, horizon);
    } else if (subject.kind == Subject::Kind::kPatternLevel) {
      any = any || level_active(scene, subject, *first, tick, horizon);
    } else {
      any = any || dimension_active(scene, subject.index, *first, tick, horizon);
    }
  }
  return any;
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
  horizon.reads(tick);
  const auto& dimensions = scene.tracks[region.number()].dimensions;
  if (subject.index >= dimensions.size()) return Tri::kFalse;
  const DimensionTrack& track = dimensions[subject.index];
  const std::size_t index = track.index_at(tick);
  horizon.limit(track.end_of(index));
  return track.counts()[index].any();
}

void note_reads(const Scene& scene, const Expression& expression, std::int32_t index, Day tick,
                Horizon& horizon) {
  const Node& node = expression.node(index);
  switch (node.op) {
    case Op::kCascade:
      horizon.reads(cascade_reads_from(scene, expression.cascade_of(node), tick));
      break;
    case Op::kActive:
      if (const Lookback* own = expression.lookback_of(node)) {
        horizon.reads(window_begin(*own, tick).value_or(tick));
        break;
      }
      [[fallthrough]];
    case Op::kDimensions:
      horizon.reads(window_begin(scene, tick));
      break;
    case Op::kOn:
    case Op::kNeighbours:
    case Op::kBasin:
      horizon.reads(tick);
      break;
    case Op::kOver:
    case Op::kOverHolds:
      for (const std::int32_t child : {node.a, node.b})
        if (child >= 0)
          note_reads(scene, expression, child,
                     expression.is_over_regions(node)
                         ? tick
                         : over_reads_from(expression.over_of(node), tick),
                     horizon);
      break;
    case Op::kCountTrue:
      for (const std::int32_t condition : expression.operands_of(node))
        note_reads(scene, expression, condition, tick, horizon);
      break;
    default:
      for (const std::int32_t child : {node.a, node.b})
        if (child >= 0) note_reads(scene, expression, child, tick, horizon);
  }
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

}  // namespace tocsin
