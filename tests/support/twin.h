#pragma once

#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "model/catalogue.h"
#include "model/claim.h"
#include "model/tri.h"
#include "tests/support/twin_facts.h"
#include "tests/support/twin_pack.h"

// The naive twin of the engine: docs/SEMANTICS.md sections 1 to 4 by brute force, one tick after
// the other, every tick from the beginning of history to today, each time. It shares no code with
// rules/, so that what the two have in common is the page and not a mistake.
namespace tocsin::twin {

struct SignalTick {
  bool on = false, known = false;
};
struct PatternTick {
  Level level = Level::kNone;
  Level possible = Level::kNone;  // highest level that is not false, at least `level`
};

// How often each kind of expression had which outcome; of a number: false = not known at all,
// unknown = known between bounds, true = exact.
struct Tally {
  std::array<std::array<std::uint64_t, 3>, kKindCount> outcomes{};
};

// Not known: all numbers are possible.
struct Interval {
  double low, high;
};

class Assessment {
 public:
  // The catalogue, the pack and the tally, which may be null, are borrowed.
  Assessment(const Catalogue& catalogue, const Pack& pack, std::vector<LatestRevision> latest,
             Day begin, Day today, Tally* tally);
  Assessment(const Assessment&) = delete;  // the facts point into the revisions
  Assessment& operator=(const Assessment&) = delete;

  // One entry a tick, from `begin` to `today`, the open tick.
  const std::vector<SignalTick>& signal(RegionId region, std::uint32_t signal);
  const std::vector<PatternTick>& pattern(RegionId region, std::uint32_t pattern);
  // Whether the pattern is judged in the region.
  bool judges(RegionId region, std::uint32_t pattern) const;

 private:
  // A step back: of "consecutive", or of an over into the past.
  struct Step {
    bool over = false;
    SpanUnit unit = SpanUnit::kDays;
    std::int32_t back = 0;
  };
  // Where a condition is judged.
  struct Place {
    RegionId region, data;
    Day tick;
    Span window;              // of a pattern
    std::vector<Step> steps;  // the outermost first
    std::string from{};       // of the signal: the scheme of sets whose data is read
    // Inside an over of regions: whose data is read there. A series with a grid stands where the
    // newest of them does.
    std::vector<RegionId> together{};
    std::optional<SourceId> only{};       // over sources: the one that is asked
    std::optional<std::int32_t> ahead{};  // inside an over of the days ahead: which of them
    // Inside longest(): the sample judged, in seconds since 1970, and of how many days they are.
    std::optional<std::int64_t> moment{};
    std::int32_t judged = 1;
  };
  // What an observation aggregate stands on: a fresh series and C.
  struct Standing {
    const std::vector<Facts::Seen>* series;
    const Indicator* indicator;
    Day c;
  };
  // The windows of other years or of the days before.
  struct History {
    std::vector<Interval> values;  // of the windows that are valid
    std::int32_t wanted = 0;
    bool enough() const { return 10 * static_cast<std::int32_t>(values.size()) >= 7 * wanted; }
  };

  // twin_value.cc: truth and arithmetic
  Tri truth(const Expr& e, const Place& place);
  Tri judge(const Expr& e, const Place& place);
  Interval value(const Expr& e, const Place& place);
  Interval compute(const Expr& e, const Place& place);
  Tri compare(Kind kind, Interval a, Interval b) const;

  // twin_time.cc
  Interval change(const Expr& e, const Place& place);
  Tri consecutive(const Expr& e, const Place& place);
  Tri rising(const Expr& e, const Place& place);
  Tri crosses(const Expr& e, const Place& place);

  // twin.cc: folds
  const std::vector<PatternTick>& fold(RegionId region, std::uint32_t pattern, bool base);
  bool absent(RegionId region, std::uint32_t signal) const;
  SignalTick signal_at(RegionId region, std::uint32_t signal, Day tick);
  Tri is_on(RegionId region, const Subject& subject, Day tick);
  Tri is_active(RegionId region, const Subject& subject, Day first, Day tick);
  Tri active(const Expr& e, const Place& place);
  std::vector<std::uint32_t> threats(std::uint32_t dimension) const;
  Interval count_dimensions(const Expr& e, const Place& place);

  // twin_guard.cc
  std::optional<std::pair<Day, Day>> stood_at(const Read& what, const Place& place) const;
  bool lies_in(const std::vector<std::uint32_t>& seasons, const Expr& e, const Place& place) const;
  Tri guarded(const Signal& signal, const Expr& condition, bool clears, const Place& place);
  Interval age(const Expr& e, const Place& place) const;
  std::optional<Day> last_seen(const Read& what, SourceId source, const Place& place) const;
  Interval count_figures(const Read& what, const Place& place, std::int32_t back);
  bool reaches_season(const Read& what, const Standing& standing, const Place& place) const;
  std::optional<Day> events_from(const Read& what, Day end) const;
  std::int32_t periods_in(const Read& what, Cadence cadence, std::int32_t last) const;
  std::optional<double> figure_before(const Read& what, const Standing& standing, Day start,
                                      Day end) const;

  // twin_sources.cc
  std::vector<SourceId> sources_of(const Read& what, const Place& place) const;
  std::vector<std::vector<SourceId>> independent(const Expr& asked) const;
  Interval by_sources(const Expr& e, const Place& place);
  Tri sources_hold(const Expr& e, const Place& place);

  // twin_samples.cc
  const Facts::Samples* samples_of(const Read& what, const Place& place) const;
  bool any_sample(const Expr& e, const Place& place) const;
  std::int64_t sample_step(const Expr& e) const;
  Interval sample(const Expr& e, const Place& place) const;
  Interval usual(const Expr& e, const Place& place);
  Interval longest_run(const Expr& e, const Place& place);

  // twin_over.cc
  Interval count_around(const Expr& e, const Place& place);
  struct Member {
    RegionId region;
    Tri in;          // whether it is left in
    Tri holds;       // of a truth
    Interval value;  // of a number
  };
  std::vector<RegionId> set_of(const Expr& e, RegionId here) const;
  RegionId data_of(RegionId region, const std::string& from) const;
  std::vector<Member> members(const Expr& e, const Place& place);
  std::vector<Member> days_ahead(const Expr& e, const Place& place);
  Interval over_regions(const Expr& e, const Place& place);
  Interval share(const Expr& e, const std::vector<Member>& members) const;
  Interval rank(const std::vector<Member>& members, RegionId here) const;
  Tri over_regions_holds(const Expr& e, const Place& place);
  Interval bounds(const Expr& e) const;

  // twin_parameter.cc
  Interval parameter(const Expr& e, const Place& place);
  Day data_day(const Place& place) const;
  // What an expression reads itself, and whether part of it speaks about the tick.
  struct Asked;
  Asked asked_by(const Expr& e) const;

  // twin_past.cc
  static std::int32_t period_back(Cadence cadence, std::int32_t period, const Place& place);
  static bool is_whole(const Step& step);
  static Day end_of_steps(const Place& place, bool back);
  static Day tick_back(const Place& place);
  struct Passed {
    std::int32_t back;
    Tri where;
    Interval value;  // of a number
    Tri holds;       // of a condition
  };
  static Place step_back(const Expr& e, const Place& place, std::int32_t back);
  std::vector<Passed> pass(const Expr& e, const Place& place);
  Interval past(const Expr& e, const Place& place);
  Tri past_holds(const Expr& e, const Place& place);
  static Interval past_model(const Expr& e, const std::vector<Passed>& steps, Interval now);

  // twin_cascade.cc
  struct Onsets;
  enum class LinkKind : std::uint8_t { kEarlier, kLast };
  Tri cascade(const Expr& e, const Place& place);
  Onsets onsets_of(const Link& link, const Place& place, Day first, LinkKind kind, bool possibly);
  bool chain(const Expr& e, const Place& place, bool possibly);

  // twin_read.cc
  Interval read(const Read& what, const Place& place, std::int32_t back = 0);
  Interval read_raw(const Read& what, const Place& place, std::int32_t back);
  std::optional<Standing> stand(const Read& what, const Place& place) const;
  std::optional<Standing> stand_alone(const Read& what, const Place& place) const;
  void stands_on(const Read& what, const Place& place);  // its evidence, of what is known
  std::optional<double> over_periods(const Read& what, const Standing& standing,
                                     std::int32_t last) const;
  std::optional<double> over_days(const Read& what, const Standing& standing, Day end) const;
  std::optional<double> aggregate(const Read& what, const Standing& standing,
                                  const std::vector<Facts::Seen>& seen) const;
  Interval over_events(const Read& what, RegionId region, SourceId source, Day end) const;
  SourceId event_source(const Read& what, const Place& place) const;
  Day events_end(const Read& what, const Place& place) const;

  // twin_forecast.cc
  // What a forecast is read from: a fresh source, and its latest issue.
  struct Issued {
    const Facts::Issues* issues;
    const Indicator* indicator;
    Day latest;
  };
  enum class Ask : std::uint8_t { kValue, kChance };  // chances count only for the second
  const Season* season_of(const Read& what) const;
  std::optional<Day> last_issue(const Read& what, const Place& place) const;  // however old
  std::optional<Issued> issued(const Read& what, const Place& place, Ask ask) const;
  std::optional<std::pair<Day, Day>> issued_at(const Read& what, const Place& place, Ask ask) const;
  std::optional<Day> issue_back(const Read& what, const Issued& from, const Place& place,
                                std::int32_t back, Ask ask) const;
  std::optional<Day> issue_in(const Issued& from, std::int32_t period, Ask ask) const;
  std::vector<double> by_member(const Read& what, const Issued& from, Day issue,
                                const Place& place) const;
  Interval foretold(const Read& what, const Place& place, std::int32_t back) const;
  Interval foretold_in(const Read& what, const Issued& from, std::int32_t period,
                       const Place& place) const;
  History issues_before(const Expr& e, const Place& place, Interval& now) const;
  Interval chance(const Expr& e, const Place& place);
  Interval published(const Expr& asked, const Issued& from, Day issue, double bound,
                     const Place& place) const;

  // twin_history.cc
  History years_before(const Expr& e, const Place& place, Interval& now);
  History windows_before(const Expr& e, const Place& place, Interval& now);
  Interval normal(const Expr& e, const Place& place);
  Interval percentile(const Expr& e, const Place& place);
  Interval zscore(const Expr& e, const Place& place);
  Interval residual(const Expr& e, const Place& place);

  void evidence(Day day) { evidence_ = std::min(evidence_, day); }

  const Catalogue& catalogue_;
  const Pack& pack_;
  Day begin_, today_;
  Tally* tally_;
  std::vector<LatestRevision> latest_;
  Facts facts_;
  Day evidence_;                      // of the condition that is being judged
  const Expr* comparison_ = nullptr;  // the innermost one
  // Of each usual at a tick: by the second since 1970.
  std::map<std::tuple<const Expr*, RegionId, Day, SourceId>, std::map<std::int64_t, Interval>>
      usuals_;
  std::map<std::pair<RegionId, std::uint32_t>, std::vector<SignalTick>> signals_;
  std::map<std::pair<RegionId, std::uint32_t>, std::vector<PatternTick>> whole_, base_;
};

}  // namespace tocsin::twin
