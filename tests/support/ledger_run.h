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
  // The catalogue is borrowed.
  LedgerRun(const Catalogue& catalogue, Pack pack, Day begin);

  void receive(const LatestRevision& arrival);
  // One commit. `said` is what the engine says, in words: "raised 0 watch 2020-01-05..", the alert
  // by the order of issue in its place, statements and notes separated by "; ". `difference` says
  // where the naive ledger says something else; empty when nowhere.
  struct Commit {
    std::string said, difference;
  };
  Commit commit(Day today);

  // How often each kind of statement was made.
  const Occurrences& occurred() const { return occurred_; }

 private:
  // One (pattern, region), and what is known of its alerts.
  struct Place {
    twin::Ledger twin;
    std::map<Hash128, std::size_t> numbers;  // alert -> order of issue
    std::map<Hash128, AlertRevision> last;
  };

  twin::Ledger::Commit ask_twin(const Assessment& assessment, const Assessment::Moved& at,
                                Place& place) const;
  std::string words(Place& place, const AlertRevision& revision) const;
  bool only_corrected(const Place& place, const AlertRevision& revision) const;

  const Catalogue& catalogue_;
  LatestRevisions latest_;
  Engine engine_;
  Day begin_;
  std::int64_t commits_ = 0;
  std::map<std::pair<RegionId, std::uint32_t>, Place> places_;
  Occurrences occurred_;
};

}  // namespace tocsin
