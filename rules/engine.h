#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rules/assessment.h"
#include "rules/dataset.h"
#include "rules/ledger.h"
#include "rules/pack.h"

namespace tocsin {

struct EngineOptions {
  Day history_begins;  // first tick of every fold
  LedgerOptions ledger;
};

// Figures of one step, for metrics.
struct StepFigures {
  std::uint64_t signal_folds = 0, pattern_folds = 0, evaluations = 0, reconciled = 0;
};

// The pure state machine: admitted changes and the clock in, statements out. Live, replay,
// back-test and rule tests are this one class with another clock and journal. Single-threaded;
// reads no clock, no file, no socket.
//
//   engine.apply(changes) ...  any number of times; many at once are faster than one by one
//   engine.state(now)          once a commit: what is to be said after them
class Engine {
 public:
  // The catalogue is borrowed.
  Engine(const Catalogue& catalogue, std::vector<Pack> packs, EngineOptions options);

  void apply(std::span<const ChangeView> changes);
  void apply(const Change& change) {
    const ChangeView view = ChangeView::of(change);
    apply({&view, 1});
  }
  // Brings the assessments up to day_of(now) and compares them with what was said. Requires that
  // `now` never goes back.
  Statements state(ProcessingTime now);
  // Ledger::mute() on the assessments as they stood at the last state().
  Result<Ledger::MuteSaid> mute(const MuteInput& input, ProcessingTime now) {
    return ledger_.mute(assessments_, input, now);
  }

  // Recovery, before the first apply(): what was stored. Either all latest revisions go into the
  // data and every fold is made anew; or a checkpoint's data and tracks go in, then resume(day of
  // the checkpoint), then recover() what changed since.
  Dataset& data() { return *data_; }
  Ledger& ledger() { return ledger_; }
  std::span<Assessment> assessments() { return assessments_; }
  void resume(Day today);
  void recover(const Change& change) { take(ChangeView::of(change)); }
  // `before_change` also where the tracks of a region are about to change.
  void watch(const Dataset::Watch& watch);

  const Dataset& data() const { return *data_; }
  const Ledger& ledger() const { return ledger_; }
  std::span<const Assessment> assessments() const { return assessments_; }
  const std::vector<Pack>& packs() const { return *packs_; }
  const Catalogue& catalogue() const { return catalogue_; }
  // The open tick of the last state() or resume(); kDayMin before.
  Day today() const { return today_; }
  const StepFigures& last_step() const { return figures_; }

 private:
  void take(ChangeView change);
  // The figures that an open alert's signal stood on before a correction.
  struct Stood {
    std::size_t assessment;
    Assessment::Moved place;
    std::uint32_t signal;
    std::optional<Day> tick;
    std::string reading;
  };

  void remember_before(const LatestRevision& before);
  Ledger::Corrected corrected(std::size_t assessment) const;

  const Catalogue& catalogue_;
  std::unique_ptr<std::vector<Pack>> packs_;
  std::unique_ptr<Dataset> data_;
  std::vector<Assessment> assessments_;
  Ledger ledger_;
  std::vector<Touched> touched_;
  std::vector<Stood> stood_;
  StepFigures figures_;
  Day today_ = kDayMin;
  bool compared_ = false;  // with what was said before the start
  bool retired_ = false;
};

}  // namespace tocsin
