#pragma once

#include "rules/evaluate.h"

namespace tocsin {

// Shared by the files of read*.cc: how one window of the data is read.

// The longest a period of the indicator can be, in days: what staleness counts from
// (docs/SEMANTICS.md 2.3). The metrics count stale series by it, too.
std::int32_t longest_period(const Indicator& indicator);
// The same of any cadence; `every_days` is that of kIrregular.
std::int32_t longest_period(Cadence cadence, std::int32_t every_days);
// What divides a scaled value into the number that rules see ("%" is 0.01).
double divisor_of(const Indicator& indicator);

// The series that a leaf reads at a tick, and how far it reaches.
struct Choice {
  const Series* series = nullptr;
  const Indicator* indicator = nullptr;
  SourceId source;
  Day covered;  // C
  Read::Gap gap = Read::Gap::kNeverSeen;
  std::size_t visible = 0;  // observations of the series that are
  const Observed& last() const { return (*series)[visible - 1]; }
  // The period of `leaf` that ends at C. Of a series with a grid.
  std::int32_t latest(const Leaf& leaf) const { return period_of(leaf.cadence, covered - 1); }
};
Choice choose(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon);
// The period that the window of a leaf with a grid ends with, seen from `stand`, when `latest` is
// the last one observed: the only place that says how far back such a leaf is read.
std::int32_t period_read(const Leaf& leaf, std::int32_t latest, const Stand& stand);
// Of a leaf with a window since a season: whether the series has reached the occurrence that holds
// the tick. Else its window is empty, however much it held in the one before.
bool reaches_season(const Leaf& leaf, const Choice& choice, Day tick, Horizon& horizon);
// The window of a leaf that ends with period `last`, in periods; 0: it is empty, off its season.
std::int32_t periods_of_window(const Leaf& leaf, std::int32_t last);
// The window of a leaf without a grid that ends (exclusively) at `end`; nullopt: it is empty.
std::optional<DayRange> days_of_window(const Leaf& leaf, Day end);
// Reads a leaf with a grid at one period after the other; the further back the next one lies, the
// less it has to look for.
class PeriodWalk {
 public:
  PeriodWalk(const Choice& choice, const Leaf& leaf);
  // The aggregate over the window of whole periods that ends with period `last`. `read`, if any, is
  // told the window and the records.
  std::optional<double> at(std::int32_t last, Read* read = nullptr);

 private:
  const Series& series_;
  const Leaf& leaf_;
  bool rate_;
  double divisor_;
  std::size_t visible_;  // observations that end by the end of the period read last
};
inline std::optional<double> at_period(const Choice& choice, const Leaf& leaf, std::int32_t last,
                                       Read* read = nullptr) {
  return PeriodWalk(choice, leaf).at(last, read);
}

// ---- read_forecast.cc

// The issue that a leaf reads at a tick (docs/SEMANTICS.md section 2.6).
struct Issue {
  const Forecasts* forecasts = nullptr;
  const Indicator* indicator = nullptr;
  SourceId source;
  Day issued;  // C is the day after it
  Read::Gap gap = Read::Gap::kNeverSeen;
};
Issue choose_issue(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon);
// The value of the last issue of a period of its cadence, as it stood as many days after its issue
// as `tick` is after the latest one. Of a leaf whose issues have a grid.
std::optional<double> at_issue_of(const Issue& latest, const Leaf& leaf, std::int32_t period,
                                  Day tick, Horizon& horizon);
Read read_forecast(const Scene& scene, const Leaf& leaf, std::int32_t earlier, const Stand& stand,
                   Horizon& horizon, Detail detail);

struct EventWindow {
  Quantity value;  // count or sum, [low, high]
  bool covered = false;
  DayRange range;
  std::int32_t days_to_change = 0;  // days that the window can move before the value may differ
  std::vector<std::uint64_t> identities;
  Tlp tlp = Tlp::kClear;
};

// The events of `leaf` from `source` in the window that ends (exclusively) at `end`.
EventWindow read_event_window(const Scene& scene, const Leaf& leaf, SourceId source, Day end,
                              Detail detail);
// The source that `leaf` reads at `tick` (docs/SEMANTICS.md 2.1).
SourceId choose_event_source(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon);
// How the end of a window moves with the tick: day by day; with jumps, since it lies some calendar
// years back; not at all while a whole unit of the calendar lasts.
enum class Moves : std::uint8_t { kEvenly, kUnevenly, kNot };
struct EventEnd {
  Day day;  // exclusive
  Moves moves = Moves::kEvenly;
};
// Where the window of `leaf` ends, seen from `stand`.
EventEnd event_window_end(const Leaf& leaf, const Stand& stand, Horizon& horizon);
// The days that the last step of `stand` looks at: a whole unit of the calendar, or one day.
DayRange days_stood_at(const Stand& stand, Horizon& horizon);
// Limits the horizon by what enters or leaves the window.
void limit_by_events(const Leaf& leaf, const EventWindow& window, Day tick, Moves moves,
                     Horizon& horizon);

}  // namespace tocsin
