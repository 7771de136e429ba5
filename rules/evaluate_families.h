#pragma once

#include <algorithm>
#include <functional>

#include "rules/evaluate.h"

// What evaluate.cc dispatches to: each family of operations in its own file.
namespace tocsin {

// ---- evaluate.cc: arithmetic of what may not be known exactly
Quantity add(Quantity a, Quantity b);
Quantity negate(Quantity a);
Quantity multiply(Quantity a, Quantity b);
// Unknown where `b` may be 0.
Quantity divide(Quantity a, Quantity b);
Quantity absolute(Quantity a);

// Runs one read; its evidence day counts only if it knows something.
template <class Fn>
Quantity reading(Horizon& horizon, Fn fn) {
  Horizon own;
  const Quantity value = fn(own);
  horizon.limit(own.until);
  if (!value.is_unknown()) horizon.evidence = std::min(horizon.evidence, own.evidence);
  return value;
}

// ---- evaluate_time.cc: one read over time
Quantity read_change(const Scene& scene, const Expression& expression, const Node& node,
                     const Stand& stand, Horizon& horizon);
Tri rising(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
           Horizon& horizon);
Tri crosses(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
            Horizon& horizon);
Tri consecutive(const Scene& scene, const Expression& expression, const Node& node,
                const Stand& stand, Horizon& horizon);

// ---- evaluate_parameter.cc
// Of kParameter and of kNamed.
Quantity parameter_of(const Scene& scene, const Expression& expression, const Node& node,
                      const Stand& stand, Horizon& horizon);
Quantity computed_of(const Scene& scene, const Expression& expression, const Node& node,
                     const Stand& stand, Horizon& horizon);

// ---- evaluate_guard.cc: seasons, and what a condition needs
// The days of the period at which `leaf` stands, whatever its lag; nullopt: the tick's.
std::optional<DayRange> days_of(const Scene& scene, const Leaf& leaf, const Stand& stand,
                                Horizon& horizon);
// Of kDuring: whether what it speaks about lies in the season.
bool in_season(const Scene& scene, const Expression& expression, const Node& node,
               const Stand& stand, Horizon& horizon);
Tri during(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
           Horizon& horizon);
Tri given(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
          Horizon& horizon);
Quantity read_age(const Scene& scene, const Expression& expression, const Node& node, Day tick,
                  Horizon& horizon);

// ---- evaluate_samples.cc: within the day
// How long a condition held sample after sample, and the moments [begin, end) of the first of the
// longest times for which it surely did.
struct LongestRun {
  Quantity seconds;
  std::optional<EventTime> begin{}, end{};
};
LongestRun longest_run(const Scene& scene, const Expression& expression, const Node& node,
                       const Stand& stand, Horizon& horizon);
Quantity read_longest(const Scene& scene, const Expression& expression, const Node& node,
                      const Stand& stand, Horizon& horizon);
// Of a part of the condition of a kLongest: what it is at the last sample of the day, of those
// before `before`. For explanations.
Quantity latest_sample(const Scene& scene, const Expression& expression, std::int32_t node,
                       const Stand& stand, Horizon& horizon, std::optional<EventTime> before);

// ---- evaluate_tracks.cc: signals of the region, now and over the scene's window
Tri subject_on(const Scene& scene, RegionId region, const Subject& subject, Day tick,
               Horizon& horizon);
// Of kOn.
Tri any_on(const Scene& scene, const Expression& expression, const Node& node, const Stand& stand,
           Horizon& horizon);
// Of kActive.
Tri any_active(const Scene& scene, const Expression& expression, const Node& node, Day tick,
               Horizon& horizon);
Quantity count_dimensions(const Scene& scene, std::span<const DimensionId> dimensions, Day tick,
                          Horizon& horizon);
// What evaluating the part of a pattern's condition would read of the tracks.
void note_reads(const Scene& scene, const Expression& expression, std::int32_t index, Day tick,
                Horizon& horizon);

// ---- evaluate_over_past.cc: earlier stands
// Of kOver and kOverHolds.
Quantity over_past(const Scene& scene, const Expression& expression, const Node& node,
                   const Stand& stand, Horizon& horizon);
Tri over_past_holds(const Scene& scene, const Expression& expression, const Node& node,
                    const Stand& stand, Horizon& horizon);
// A tick before which it reads no tracks.
Day over_reads_from(const Over& over, Day tick);

// ---- evaluate_over.cc: other regions
// Of kNeighbours or kBasin: in how many of the regions `subject` is on.
Quantity count_regions(const Scene& scene, Op op, const Subject& subject, Day tick,
                       Horizon& horizon);

// ---- evaluate_over_regions.cc: something judged in each of several regions
// The scene of the same condition in another region.
Scene scene_in(const Scene& scene, RegionId region);
// A member of the set of an over: a region, or a day ahead.
struct Member {
  RegionId region;            // of a day: none
  Tri in = Tri::kTrue;        // whether it is left in
  Tri holds = Tri::kUnknown;  // of what is a truth
  Quantity value;             // of what is a number
};
// Judges what `node`, an over of regions, is of in each of them.
std::vector<Member> judge_regions(const Scene& scene, const Expression& expression,
                                  const Node& node, Stand stand, Horizon& horizon);
// Calls fn(scene of the region) for each region of the set of `node`, an over of regions.
void each_region(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
                 Horizon& horizon, const std::function<void(const Scene&)>& fn);
// A number made of all of `members`, whatever they are members of: kCount, kSum, kMean, kLeast,
// kGreatest, kMedian.
Quantity made_of(Over::How how, const std::vector<Member>& members);
// kAny or kAll of them.
Tri holds_in(Over::How how, const std::vector<Member>& members);
Quantity over_regions(const Scene& scene, const Expression& expression, const Node& node,
                      Stand stand, Horizon& horizon);
Tri over_regions_holds(const Scene& scene, const Expression& expression, const Node& node,
                       Stand stand, Horizon& horizon);

// ---- evaluate_over_sources.cc: each source by itself
// The first of each independence group, in the order of the list, that knows what it is asked, and
// what it says; where none of a group does, its first.
struct Voice {
  SourceId source;
  Quantity number;            // of an over of numbers
  Tri holds = Tri::kUnknown;  // of one of conditions
  bool known() const { return holds != Tri::kUnknown || !number.is_unknown(); }
};
std::vector<Voice> voices(const Scene& scene, const Expression& expression, const Node& node,
                          Stand stand, Horizon& horizon);
// Of kOver and kOverHolds of sources.
Quantity over_sources(const Scene& scene, const Expression& expression, const Node& node,
                      Stand stand, Horizon& horizon);
Tri over_sources_holds(const Scene& scene, const Expression& expression, const Node& node,
                       Stand stand, Horizon& horizon);
// Sources of one group count once.
std::string_view independence_of(const Source& source);

// ---- evaluate_over_next.cc: something judged for each of several days ahead
Quantity over_next(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
                   Horizon& horizon);
Tri over_next_holds(const Scene& scene, const Expression& expression, const Node& node, Stand stand,
                    Horizon& horizon);

}  // namespace tocsin
