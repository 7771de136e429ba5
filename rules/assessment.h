#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "rules/dataset.h"
#include "rules/evaluate.h"
#include "rules/fold.h"
#include "rules/pack.h"
#include "rules/track.h"

namespace tocsin {

// The assessment of one pack: the fold of docs/SEMANTICS.md sections 3 and 4 over the data set,
// kept up to date by folding anew only what a change or the passing of time can have touched. A
// pure function of the data, the pack and the day: nothing else is read.
class Assessment {
 public:
  // All are borrowed and outlive the assessment.
  Assessment(const Catalogue& catalogue, const Pack& pack, const Dataset& data, Day history_begins);
  Assessment(Assessment&&) noexcept;
  ~Assessment();

  // Notes that data changed: its readers are folded anew at the next advance().
  void touch(const Touched& touched);
  // Calls fn(region, signal) for every signal of every judged region that reads what was touched.
  void each_reader(const Touched& touched,
                   const std::function<void(RegionId, std::uint32_t)>& fn) const;

  // Where and for which pattern the track may differ from before.
  struct Moved {
    RegionId region;
    std::uint32_t pattern;
    friend auto operator<=>(const Moved&, const Moved&) = default;
  };
  struct Report {
    std::vector<Moved> moved;        // sorted
    std::vector<RegionId> refolded;  // regions where a signal was evaluated anew; sorted
    std::uint64_t signal_folds = 0, pattern_folds = 0, evaluations = 0;
  };
  // Brings every track up to the open tick `today`. Requires that `today` never goes back.
  Report advance(Day today);

  // A checkpoint's part: puts the tracks of each judged region back, then says up to which open
  // tick they were folded. Both before the first touch().
  void restore(RegionId region, RegionTracks tracks);
  void resume(Day today);
  // `before_change` is called whenever the tracks of a region are about to change.
  void watch(std::function<void(RegionId)> before_change) {
    before_change_ = std::move(before_change);
  }

  const Pack& pack() const { return pack_; }
  Day today() const { return today_; }
  Day history_begins() const { return begin_; }
  const std::vector<RegionTracks>& tracks() const { return tracks_; }
  // Every region that is folded: where patterns are judged, and what they read around it. Sorted.
  const std::vector<RegionId>& folded() const { return judged_; }
  bool folds(RegionId region) const { return judged_flag_[region.number()]; }
  const SignalTrack& signal_track(RegionId region, std::uint32_t signal) const;
  // The whole pattern's track.
  const PatternTrack& pattern_track(RegionId region, std::uint32_t pattern) const;
  // Whether the pattern is judged (and stated) in the region.
  bool judges(RegionId region, std::uint32_t pattern) const;
  // Whether the signal is judged in the region; where it is not it is absent: never on, and known.
  bool stands(RegionId region, const Signal& signal) const;
  // Where patterns are judged, sorted by region, then pattern.
  const std::vector<Moved>& places() const { return places_; }
  // For evaluating a condition of the pack by hand. The scene borrows from the assessment.
  Scene signal_scene(RegionId region, const Signal& signal) const;
  Scene pattern_scene(RegionId region, const Pattern& pattern) const;
  RegionId data_region(RegionId region, const Signal& signal) const;

 private:
  struct Pending {
    std::vector<Day> signal_from;        // by signal; kDayNever: nothing to do
    std::vector<std::uint32_t> signals;  // those with something to do, unless `all`
    std::vector<Changed> around;         // by pattern: what it reads of its neighbours
    bool all = false;                    // time has passed: every signal may be due
    bool listed = false;
  };

  // ---- assessment_readers.cc
  void find_readers();
  void find_far_readers();
  void find_strata();
  void find_read_around();
  void find_levels_read();
  void mark(RegionId region, std::uint32_t signal, Day from);
  // What a region's fold changed, and the part of it that other regions may read.
  struct Moves {
    Changed all, around;
  };
  // The signals of one stratum.
  Moves fold_signals(RegionId region, std::uint32_t stratum, Day today, Report& report);
  void fold_strata(std::vector<RegionId>& work, std::vector<Moves>& moves, Day today,
                   Report& report);
  void list_signal(Pending& pending, std::uint32_t signal, Day from);
  Changed fold_patterns(RegionId region, const Changed& signals, Day today, Report& report);
  void wake(RegionId region, const Changed& around);

  void fold_whole(RegionId region, Day today, Report& report);
  Changed run_signal(RegionId region, std::uint32_t signal, Day from, Day today, Report& report);
  PatternChanged run_pattern(RegionId region, std::uint32_t pattern, PatternTrack& track, bool base,
                             const Changed& inputs, Day today, Report& report);
  void update_due(RegionId region);

  const Catalogue& catalogue_;
  const Pack& pack_;
  const Dataset& data_;
  Day begin_, today_ = kDayMin;
  std::vector<RegionId> judged_;      // sorted: every region that is folded
  std::vector<bool> judged_flag_;     // by region number
  std::vector<RegionTracks> tracks_;  // by region number; empty where not judged
  std::vector<Pending> pending_;      // by region number
  std::vector<RegionId> dirty_;       // with something pending
  std::vector<Day> due_;              // by region number: no track of it is due before
  // The signals that read such data, sorted; of indicators by their number.
  struct DataReaders {
    std::vector<std::vector<std::uint32_t>> observations, forecasts;
    std::vector<std::uint32_t> events;
    void add(const Leaf& leaf, std::uint32_t signal);
    const std::vector<std::uint32_t>& of(const Touched& touched) const;
  };
  DataReaders near_, far_;  // of the region judged; of others
  // A signal of a region that reads the data of another, or its signal `read`.
  struct FarReader {
    RegionId region;
    std::uint32_t signal, read;
    friend auto operator<=>(const FarReader&, const FarReader&) = default;
  };
  std::vector<std::vector<FarReader>> far_data_, far_tracks_;  // by number of the region read
  // By signal. A signal that reads one of another region is of a higher stratum than that one; what
  // it reads in its own is at most of the same.
  std::vector<std::uint32_t> stratum_;
  std::uint32_t strata_ = 1;
  std::vector<std::vector<std::uint32_t>> read_by_;  // by signal: the later ones that read it
  std::vector<std::vector<RegionId>> set_readers_;   // by number of the set: judged regions in it
  std::vector<std::vector<RegionId>> influences_;    // by region number: who may read it
  std::vector<bool> signal_around_;                  // by index: whether other regions read it
  std::vector<PatternPolicy> policies_;              // by pattern
  std::vector<std::vector<std::uint32_t>> levels_read_;  // by pattern: the earlier ones it reads
  std::vector<Changed> base_changed_;      // by pattern: in the region that is being folded
  std::vector<SignalRun> runs_before_;     // of the signal that is being folded
  std::vector<std::vector<bool>> judges_;  // by pattern, by region number
  std::vector<Moved> places_;
  std::function<void(RegionId)> before_change_;
  std::unique_ptr<SampleMemo> samples_;  // what it holds is a function of the data
};

}  // namespace tocsin
