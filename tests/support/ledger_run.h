#pragma once

#include <map>
#include <string>

#include "rules/engine.h"
#include "tests/support/rule_builders_random.h"
#include "tests/support/twin_ledger.h"

namespace tocsin {

// The real engine and, beside it, the naive ledger for each place, commit by commit.
class LedgerRun {
 public:
  // The catalogue is borrowed,
  // and so is the twin of the pack.
  LedgerRun(const Catalogue& catalogue, Pack pack, const twin::Pack& twin, Day begin);

  void receive(const LatestRevision& arrival);
  // One commit. `said` is what the engine says, in words: "raised 0 watch 2020-01-05..", the alert
  // by the order of issue in its place, statements and notes separated by "; ". `difference` says
  // where the naive ledger says something else; empty when nowhere.
  struct Commit {
    std::string said, difference;
  };
  // At `now`, or else early in the day `today`; never before the last.
  Commit commit(Day today, std::optional<ProcessingTime> now = std::nullopt);
  // When the next proposal is due, later than the last commit.
  std::optional<ProcessingTime> next_due() const { return engine_.ledger().next_due(now_); }

  // How often each kind of statement was made.
  const Occurrences& occurred() const { return occurred_; }

 private:
  // One (pattern, region), and what is known of its alerts.
  struct Place {
    twin::Ledger twin;
    std::map<Hash128, std::size_t> numbers;  // alert -> order of issue
    std::map<Hash128, AlertRevision> last;
  };

  std::vector<twin::NamedTicks> signals_in(const Assessment& assessment,
                                           const Assessment::Moved& at) const;
  std::vector<twin::Ledger::Commit> ask_twin(const Assessment& assessment);
  Place& place_of(const Assessment::Moved& at);
  std::optional<ProcessingTime> twin_due() const;
  std::string words(Place& place, const AlertRevision& revision) const;
  bool only_corrected(const Place& place, const AlertRevision& revision) const;

  const Catalogue& catalogue_;
  LatestRevisions latest_;
  Engine engine_;
  const twin::Pack& twin_;
  twin::Board board_;
  Day begin_;
  ProcessingTime now_;
  std::map<std::pair<RegionId, std::uint32_t>, Place> places_;
  Occurrences occurred_;
};

}  // namespace tocsin
