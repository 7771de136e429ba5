#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "model/catalogue.h"
#include "model/claim.h"

namespace tocsin {

// One observation of a series. Sorted by (end, start, second, published, identity), so that the
// last of equal periods is the one that counts (docs/SEMANTICS.md section 1).
struct Observed {
  static constexpr std::uint32_t kNoSecond = 0xFFFFFF;

  Day end, start;
  std::int32_t published_minute = 0;  // minutes since 1970
  Tlp tlp = Tlp::kClear;
  std::uint32_t second : 24 = kNoSecond;  // of a sample: of the day `start`
  std::uint64_t identity = 0;  // prefix of the identity hash: breaks ties, finds the record
  std::int64_t value = 0;      // scaled
  bool is_sample() const { return second != kNoSecond; }
  friend auto operator<=>(const Observed& a, const Observed& b) { return a.rank() <=> b.rank(); }
  friend bool operator==(const Observed&, const Observed&) = default;

 private:
  std::tuple<Day, Day, std::uint32_t, std::int32_t, std::uint64_t, std::int64_t, Tlp> rank() const {
    return {end, start, second, published_minute, identity, value, tlp};
  }
};
static_assert(sizeof(Observed) == 32, "there are millions of them");
using Series = std::vector<Observed>;

// What a forecast says of the days [start, end): a value of one member, or the chance that `value`
// is passed in the direction that is worse. Sorted so that the entries of an issue stand together,
// values before chances, and that of equal figures of one issue the last is the one that counts:
// that of the run published later.
struct Predicted {
  static constexpr std::int32_t kNoChance = -1;

  Day issued, start, end;
  std::int32_t member = 0;
  std::int32_t chance = kNoChance;    // millionths
  std::int32_t published_minute = 0;  // minutes since 1970
  std::int64_t value = 0;             // scaled; of a chance the threshold
  std::uint64_t identity = 0;
  Tlp tlp = Tlp::kClear;
  bool is_chance() const { return chance != kNoChance; }
  friend auto operator<=>(const Predicted& a, const Predicted& b) { return a.rank() <=> b.rank(); }
  friend bool operator==(const Predicted&, const Predicted&) = default;

 private:
  std::tuple<Day, bool, Day, Day, std::int32_t, std::int64_t, std::int32_t, std::uint64_t,
             std::int64_t, std::int32_t, Tlp>
  rank() const {
    return {issued,           is_chance(), start, end,    member, is_chance() ? value : 0,
            published_minute, identity,    value, chance, tlp};
  }
};
using Forecasts = std::vector<Predicted>;

// An event as windows read it. Sorted by (start, end, identity).
struct Happened {
  Day start, end;
  std::uint64_t identity = 0;
  SourceId source;
  EventKindId kind;
  bool vague_place = false;
  EventStatus status = EventStatus::kReported;
  Tlp tlp = Tlp::kClear;
  std::int64_t deaths = 0, displaced = 0;
  std::vector<std::uint64_t> actors;
  friend auto operator<=>(const Happened&, const Happened&) = default;
};

// The events that a region reads: those surely in it, and those that are known only as far as a
// region above it, which may have been in it.
struct RegionEvents {
  std::vector<Happened> dated;  // end = start + 1
  std::vector<Happened> spans;  // longer ones
};

struct DayRange {
  Day from, until;  // [from, until)
  friend auto operator<=>(const DayRange&, const DayRange&) = default;
};

// What a change of the data touched: the ticks from `first_tick` on, of whatever reads it.
struct Touched {
  enum class Kind : std::uint8_t { kObservations, kEvents, kForecasts };
  Kind kind = Kind::kObservations;
  IndicatorId indicator;                                // of observations and forecasts
  boost::container::small_vector<RegionId, 2> regions;  // whose readers see the change
  Day first_tick;
};

// The latest admitted revisions, arranged for reading. A pure value: no clock, no lock, no file.
class Dataset {
 public:
  explicit Dataset(const Catalogue& catalogue);

  // Takes `before` out and puts `after` in. Appends what was touched to `touched`.
  void apply(ChangeView change, std::vector<Touched>& touched);
  void apply(const Change& change, std::vector<Touched>& touched) {
    apply(ChangeView::of(change), touched);
  }
  // Fetches into the processor's cache what applying the changes will look at.
  void expect(std::span<const ChangeView> changes);
  // What taking the revision out, or putting it in, would touch. Of a coverage statement: nothing.
  void describe(const LatestRevision& revision, std::vector<Touched>& touched) const;
  // Whether the revision's claim is in, so that apply() may take it out.
  bool holds(const LatestRevision& revision) const;
  // Puts stored claims in, any number and in any order, without saying what they touch: for
  // recovery. What is read before its end is not defined.
  class Loading {
   public:
    // The data is borrowed.
    explicit Loading(Dataset& data);
    ~Loading();
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;
    void put(const LatestRevision& revision);

   private:
    struct Waiting {
      SeriesKey key;
      Observed observed;
      std::uint32_t series = 0;  // where it goes, once that is looked up
    };
    void put_in();

    Dataset& data_;
    std::vector<Waiting> waiting_;
  };

  struct CoverageStatement {
    SourceId source;
    DayRange range;
    std::uint64_t identity = 0;
    friend auto operator<=>(const CoverageStatement&, const CoverageStatement&) = default;
  };
  // Statements made of exactly this region, and the merged ranges that hold for it from statements
  // about it and about everything above it.
  struct RegionCoverage {
    std::vector<CoverageStatement> statements;         // sorted
    std::map<SourceId, std::vector<DayRange>> merged;  // sorted, disjoint
  };
  // Why an observation says what it says, by the prefix of its identity's hash; of the indicators
  // that must have a note.
  using Notes = std::map<std::uint64_t, std::string>;
  // All that is kept for one region: a checkpoint writes it and puts it back into an empty data
  // set, region by region. Events are kept for every region that reads them, so their number is
  // handed over apart.
  struct RegionContent {
    std::vector<std::pair<SeriesKey, Series>> series;        // sorted by key
    std::vector<std::pair<SeriesKey, Forecasts>> forecasts;  // sorted by key
    Notes notes;
    RegionEvents events, unplaced;
    RegionCoverage coverage;
  };
  void restore_region(RegionId region, RegionContent content);
  void restore_event_count(std::uint64_t count) { event_count_ = count; }
  // Whoever keeps a copy of what is kept. `before_change`: what is kept for a region, other than
  // its observations and forecasts, is about to change. `observed` and `predicted`: an observation,
  // or a figure of a forecast, was put in (`added`) or taken out.
  struct Watch {
    std::function<void(RegionId)> before_change;
    std::function<void(const SeriesKey&, const Observed&, bool added)> observed;
    std::function<void(const SeriesKey&, const Predicted&, bool added)> predicted;
  };
  void watch(Watch watch) { watch_ = std::move(watch); }

  // The series, or nullptr when nothing was ever observed. Valid until the next change.
  const Series* series(const SeriesKey& key) const;
  // The forecasts of the series, or nullptr when there never were any, or when its indicator
  // declares none. Valid until the next change.
  const Forecasts* forecasts(const SeriesKey& key) const;
  // How often a sampled series changed otherwise than by a sample behind its last one.
  std::uint64_t rewrites(const SeriesKey& key) const;
  // "" when there is none. Valid until the next change.
  std::string_view note(RegionId region, std::uint64_t identity) const;
  // Events surely in `region` (those of regions below it and of members included).
  const RegionEvents& events(RegionId region) const;
  // The regions above whose unplaced events may have been in `region`.
  std::span<const RegionId> may_hold(RegionId region) const;
  // Events known only as far as `region`.
  const RegionEvents& unplaced(RegionId region) const;
  // Whether `source` says that its events in `region` are complete for the whole range.
  bool covered(SourceId source, RegionId region, DayRange range) const;
  // The end of the covered range that holds `day`; kDayMin when none does.
  Day covered_until(SourceId source, RegionId region, Day day) const;
  // The latest end of any covered range; kDayMin when there is none.
  Day covered_at_most(SourceId source, RegionId region) const;
  // The end of the last covered day before `end`, at most `end`; kDayMin when there is none.
  Day covered_before(SourceId source, RegionId region, Day end) const;
  // First day > `day` at which a covered range of `source` in `region` begins or ends; kDayNever if
  // none.
  Day next_coverage_edge(SourceId source, RegionId region, Day day) const;

  const RegionCoverage& coverage(RegionId region) const { return coverage_[region.number()]; }
  std::size_t series_count() const { return series_.size(); }
  std::uint64_t observation_count() const { return observation_count_; }
  std::uint64_t event_count() const { return event_count_; }
  std::uint64_t forecast_count() const { return forecast_count_; }
  const std::vector<std::pair<SeriesKey, Forecasts>>& forecasts_of(RegionId region) const {
    return forecasts_[region.number()];
  }
  const Notes& notes_of(RegionId region) const { return notes_[region.number()]; }
  // fn(const SeriesKey&, const Series&) for each series, in key order within a region.
  template <class Fn>
  void for_each_series(Fn fn) const {
    for (const auto& of_region : by_region_)
      for (const auto& [key, index] : of_region) fn(key, series_[index]);
  }
  template <class Fn>
  void for_each_series_of(RegionId region, Fn fn) const {
    for (const auto& [key, index] : by_region_[region.number()]) fn(key, series_[index]);
  }

 private:
  void changes(RegionId region) {
    if (watch_.before_change) watch_.before_change(region);
  }
  void add(const LatestRevision& revision, std::vector<Touched>* touched);
  void remove(const LatestRevision& revision, std::vector<Touched>* touched);
  void change_observation(const LatestRevision& revision, const ObservationClaim& claim, bool add,
                          std::vector<Touched>* touched);
  void change_note(const LatestRevision& revision, const ObservationClaim& claim, bool add);
  void note_rewrite(const SeriesKey& key, const Series& series, const Observed& observed, bool add);
  void change_event(const LatestRevision& revision, const EventClaim& claim, bool add,
                    std::vector<Touched>* touched);
  void change_forecast(const LatestRevision& revision, const ForecastClaim& claim, bool add,
                       std::vector<Touched>* touched);
  bool keeps_forecasts(IndicatorId indicator) const;
  void describe_event(const EventClaim& event, std::vector<Touched>& touched) const;
  void change_coverage(const LatestRevision& revision, const CoverageClaim& claim, bool add,
                       std::vector<Touched>* touched);
  std::uint32_t series_index(const SeriesKey& key);
  bool is_unplaced(const EventClaim& claim) const;
  std::vector<RegionId> readers_of_place(RegionId region) const;
  std::vector<RegionId> below(RegionId region) const;
  const std::vector<DayRange>* ranges(SourceId source, RegionId region) const;
  std::vector<DayRange> merge(SourceId source, RegionId region) const;
  std::vector<DayRange> merged_for_group(SourceId source, const Region& group) const;
  void remerge(SourceId source, RegionId region, Day& first_change, std::vector<RegionId>& changed);

  const Catalogue& catalogue_;
  std::vector<Series> series_;
  std::vector<std::vector<std::pair<SeriesKey, std::uint32_t>>>
      by_region_;                                                        // by region number, sorted
  std::vector<std::vector<std::pair<SeriesKey, Forecasts>>> forecasts_;  // by region number, sorted
  std::vector<Notes> notes_;                                             // by region number
  std::vector<RegionEvents> events_;                                     // by region number
  std::vector<RegionEvents> unplaced_;                                   // by region number
  std::vector<std::vector<RegionId>> may_hold_;                          // by region number
  std::vector<RegionCoverage> coverage_;                                 // by region number
  std::uint64_t observation_count_ = 0;
  std::uint64_t event_count_ = 0;
  std::uint64_t forecast_count_ = 0;
  std::map<SeriesKey, std::uint64_t> rewrites_;  // of series with samples
  Watch watch_;
  std::vector<const Series*> expected_;
};

}  // namespace tocsin
