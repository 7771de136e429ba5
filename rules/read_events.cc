#include <algorithm>

#include "rules/read_memo.h"

namespace tocsin {
namespace {

constexpr std::int32_t kForever = 1'000'000;

bool matches(const Leaf& leaf, SourceId source, const Happened& event) {
  if (event.source != source || event.status == EventStatus::kRefuted) return false;
  if (leaf.status && event.status != *leaf.status) return false;
  if (!leaf.kinds.empty() && !std::binary_search(leaf.kinds.begin(), leaf.kinds.end(), event.kind))
    return false;
  if (event.deaths < leaf.least_deaths || event.displaced < leaf.least_displaced) return false;
  if (leaf.actors.empty()) return true;
  return std::any_of(event.actors.begin(), event.actors.end(), [&](std::uint64_t actor) {
    return std::binary_search(leaf.actors.begin(), leaf.actors.end(), actor);
  });
}

std::int64_t weight_of(const Leaf& leaf, const Happened& event) {
  switch (leaf.magnitude) {
    case Magnitude::kNone:
      return 1;
    case Magnitude::kDeaths:
      return event.deaths;
    case Magnitude::kDisplaced:
      return event.displaced;
  }
  return 1;
}

// Adds up what lies in a window and how many days later something enters or leaves it.
class WindowSum {
 public:
  WindowSum(const Leaf& leaf, SourceId source, DayRange window, Detail detail)
      : leaf_(leaf), source_(source), window_(window), detail_(detail) {}

  enum class Place : std::uint8_t { kSure, kPossible };

  void add(const RegionEvents& events, Place place) {
    const auto begin =
        std::lower_bound(events.dated.begin(), events.dated.end(), window_.from,
                         [](const Happened& event, Day day) { return event.start < day; });
    bool first = true;
    auto at = begin;
    for (; at != events.dated.end() && at->start < window_.until; ++at) {
      if (!matches(leaf_, source_, *at)) continue;
      if (first) change_in(at->start - window_.from + 1);
      first = false;
      count(*at, place == Place::kSure);
    }
    for (; at != events.dated.end(); ++at) {
      if (!matches(leaf_, source_, *at)) continue;
      change_in(at->start - window_.until + 1);
      break;
    }
    for (const Happened& span : events.spans) add_span(span, place);
  }

  std::int64_t low = 0, high = 0;
  std::int32_t days_to_change = kForever;
  std::vector<std::uint64_t> identities;
  Tlp tlp = Tlp::kClear;

 private:
  void add_span(const Happened& span, Place place) {
    if (!matches(leaf_, source_, span)) return;
    for (const std::int32_t days : {span.start - window_.until + 1, span.end - window_.until,
                                    span.start - window_.from + 1, span.end - window_.from})
      if (days > 0) change_in(days);
    if (span.start >= window_.until || span.end <= window_.from) return;
    const bool inside = span.start >= window_.from && span.end <= window_.until;
    count(span, inside && place == Place::kSure);
  }

  void count(const Happened& event, bool sure) {
    const std::int64_t weight = weight_of(leaf_, event);
    high += weight;
    if (sure) low += weight;
    if (detail_ == Detail::kRecords) identities.push_back(event.identity);
    tlp = std::max(tlp, event.tlp);
  }

  void change_in(std::int32_t days) { days_to_change = std::min(days_to_change, days); }

  const Leaf& leaf_;
  SourceId source_;
  DayRange window_;
  Detail detail_;
};

// Whether the window's ends move day by day with the tick; elsewhere they can jump by up to three
// days.
bool moves_evenly(const Leaf& leaf) {
  const auto even = [](const Span& span) {
    return span.count == 0 || span.unit == SpanUnit::kDays || span.unit == SpanUnit::kWeeks ||
           span.unit == SpanUnit::kEpiweeks;
  };
  return even(leaf.window) && even(leaf.lag);
}

EventWindow find_window(const Scene& scene, const Leaf& leaf, SourceId source, Day end,
                        Detail detail) {
  EventWindow out;
  const auto range = days_of_window(leaf, end);
  if (!range) {  // off its season: nothing is asked
    out.range = {end, end};
    out.value = Quantity::unknown();
    out.days_to_change = leaf.since->next_edge(end - 1) - (end - 1);
    return out;
  }
  out.range = *range;
  WindowSum sum(leaf, source, out.range, detail);
  const Dataset& data = scene.data;
  sum.add(data.events(scene.data_region), WindowSum::Place::kSure);
  for (const RegionId above : data.may_hold(scene.data_region))
    sum.add(data.unplaced(above), WindowSum::Place::kPossible);
  out.value = {static_cast<double>(sum.low), static_cast<double>(sum.high)};
  out.identities = std::move(sum.identities);
  out.tlp = sum.tlp;
  out.days_to_change = sum.days_to_change;

  // The window begins anew with the next season.
  if (leaf.since)
    out.days_to_change = std::min(out.days_to_change, leaf.since->next_edge(end - 1) - (end - 1));
  const Day covered_until = data.covered_until(source, scene.data_region, out.range.from);
  out.covered = covered_until >= end;
  if (out.covered) {
    if (covered_until < kDayNever)
      out.days_to_change = std::min(out.days_to_change, covered_until - end + 1);
  } else {
    out.value.high = std::numeric_limits<double>::infinity();
    const Day edge = data.next_coverage_edge(source, scene.data_region, out.range.from);
    if (edge < kDayNever) out.days_to_change = std::min(out.days_to_change, edge - out.range.from);
  }
  return out;
}

SourceId find_source(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  const Day end = tick + 1;
  SourceId any;
  for (const SourceId id : leaf.sources) {
    const Source& source = *scene.catalogue.find(id);
    // As of this tick: what is covered later can't make it fresh now, but will when it begins.
    const Day reach = scene.data.covered_before(id, scene.data_region, end);
    const Day edge = scene.data.next_coverage_edge(id, scene.data_region, tick);
    if (edge < kDayNever) horizon.limit(edge);
    if (reach == kDayMin) continue;
    const std::int32_t allowed = source.event_cadence + source.event_longest_delay;
    if (end - reach <= allowed) {
      if (reach < end) horizon.limit(reach + allowed);
      return id;
    }
    if (any.number() == 0) any = id;
  }
  if (any.number() != 0) return any;
  return leaf.sources.empty() ? SourceId() : leaf.sources.front();
}

// Walks the steps of a stand from the end of its tick. Not `back`: as if none went back.
struct Walk {
  EventEnd end;
  DayRange last;  // that the last step looks at
};
enum class Go : std::uint8_t { kBack, kNowhere };

Walk walk(const Stand& stand, Go go, Horizon& horizon) {
  Walk out{{stand.tick + 1}, {stand.tick, stand.tick + 1}};
  Day& end = out.end.day;
  for (const Step& step : stand.path()) {
    const std::int32_t back = go == Go::kBack ? step.back : 0;
    const bool over = step.of == Step::Of::kOver;
    if (over && (step.unit == SpanUnit::kDays || step.unit == SpanUnit::kYears)) {
      end = step.unit == SpanUnit::kDays ? end - back : add_years(end, -back);
      if (step.unit == SpanUnit::kYears && back > 0)
        out.end.moves = std::max(out.end.moves, Moves::kUnevenly);
      out.last = {end - 1, end};
      continue;
    }
    const Cadence grid = grid_of(step.unit);
    const std::int32_t current = period_of(grid, end);
    const std::int32_t left = period_start(grid, current + 1) - end;
    if (out.end.moves == Moves::kEvenly) horizon.limit(stand.tick + left);
    if (out.end.moves == Moves::kUnevenly) horizon.limit(stand.tick + std::max(1, left - 4));
    out.end.moves = Moves::kNot;
    end = period_start(grid, current - back);
    out.last = {period_start(grid, current - back - 1), end};
  }
  return out;
}

}  // namespace

EventWindow read_event_window(const Scene& scene, const Leaf& leaf, SourceId source, Day end,
                              Detail detail) {
  if (scene.reads == nullptr || detail == Detail::kRecords)
    return find_window(scene, leaf, source, end, detail);
  auto& kept = scene.reads->of(leaf, scene.data_region).from(source).windows.at(end.number());
  if (!kept) kept = find_window(scene, leaf, source, end, detail);
  return *kept;
}

SourceId choose_event_source(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  const auto find = [&](Horizon& own) { return find_source(scene, leaf, tick, own); };
  if (scene.reads == nullptr) return find(horizon);
  return scene.reads->chosen(leaf, scene.data_region, tick, &ReadMemo::OfLeaf::event_source,
                             horizon, find);
}

EventEnd event_window_end(const Leaf& leaf, const Stand& stand, Horizon& horizon) {
  EventEnd end = walk(stand, Go::kBack, horizon).end;
  if (end.moves == Moves::kNot)
    horizon.limit_evidence(walk(stand, Go::kNowhere, horizon).end.day - 1);
  if (leaf.lag.count > 0) end.day = minus(end.day, leaf.lag);
  return end;
}

DayRange days_stood_at(const Stand& stand, Horizon& horizon) {
  const Walk out = walk(stand, Go::kBack, horizon);
  if (out.end.moves != Moves::kNot) horizon.limit(stand.tick + 1);
  return out.last;
}

void limit_by_events(const Leaf& leaf, const EventWindow& window, Day tick, Moves moves,
                     Horizon& horizon) {
  if (moves == Moves::kNot) return;
  const bool even = moves_evenly(leaf) && moves == Moves::kEvenly;
  horizon.limit(tick + std::max(1, even ? window.days_to_change : window.days_to_change - 4));
}

}  // namespace tocsin
