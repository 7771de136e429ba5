#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/settings.h"
#include "model/journal.h"
#include "storage/store.h"

namespace tocsin {

// Lets go of what is older than the configuration wants it kept: journal entries and quarantined
// records. Ledger, alerts, dispatches and the latest revision of each identity are never let go.
//
// The horizons move forward only, by days of processing time, and enter the journal when they move,
// so that a replay lets go of the same. With the first commit of each day a mark is stored: the
// heads of the chains and the counters as they stand. The journal is cut only at a mark, which then
// says from where on it can still be proved (daemon/verify.h).
//
// The engine thread's. Commits may wait to be written, so it asks the store for nothing after
// restore() but what is staged.
class Retention {
 public:
  Retention(Store& store, const HorizonSettings& settings);
  // After a reload.
  void heed(const HorizonSettings& settings) { settings_ = settings; }
  Result<void> restore();
  // Of each row that is in quarantine, after restore().
  void restore_row(const QuarantineRow& row);

  // What goes with the commit that is being made, before anything comes in with it. `released` is
  // called for each producer whose refused records go, with how many. On all but the first commit
  // of a day nothing is done unless the inputs say so.
  using Released = std::function<void(const std::string& producer, std::int64_t rows)>;
  void begin(ProcessingTime now, std::vector<Input>& inputs, Commit& commit,
             const Released& released);
  // What is quarantined with the commit, when all of it is in.
  void end(ProcessingTime now, const Commit& commit);
  // A row was let go by hand.
  void forget(const QuarantineRow& row);
  // Rows up to this sequence are gone, whether or not their commit is on the disk yet.
  std::uint64_t emptied_until() const { return emptied_until_; }

  // kDayMin: everything is there.
  Day journal_horizon() const { return journal_; }
  Day quarantine_horizon() const { return quarantine_; }

 private:
  void cut_journal(Day wanted, std::vector<Input>& inputs, Commit& commit);
  void empty_quarantine(Day wanted, std::vector<Input>& inputs, Commit& commit,
                        const Released& released);

  // The refused records of one day.
  struct Kept {
    std::uint64_t last = 0;                    // sequence
    std::map<std::string, std::int64_t> rows;  // by producer
  };

  Store& store_;
  HorizonSettings settings_;
  Day journal_ = kDayMin, quarantine_ = kDayMin;
  Day today_ = kDayMin;              // of the last commit
  std::uint64_t configuration_ = 0;  // the last entry that brought one
  std::deque<JournalMark> marks_;    // where the journal may be cut, oldest first
  std::map<Day, Kept> kept_;
  std::uint64_t emptied_until_ = 0;
};

inline constexpr std::string_view kLatenessHorizon = "lateness";
inline constexpr std::string_view kJournalHorizon = "journal";
inline constexpr std::string_view kQuarantineHorizon = "quarantine";

// The day that the inputs move that horizon to; nullopt when they don't.
std::optional<Day> journaled_horizon(const std::vector<Input>& inputs, std::string_view horizon);

}  // namespace tocsin
