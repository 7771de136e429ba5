#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "storage/store.h"

namespace tocsin::testsupport {

// Random values of everything that the store keeps: all kinds, all members, edge values more often
// than chance would have them.
class StoreGen {
 public:
  explicit StoreGen(std::uint64_t seed) : random_(seed) {}

  LatestRevision latest();
  JournalEntry journal_entry();
  Dispatch dispatch();
  QuarantineRow quarantine();
  Acknowledgement acknowledgement(const AlertRevision& of);
  LedgerRow ledger_row();
  StoreHead head();
  AlertRevision alert();
  // A new alert, or the next revision of one that commit() had; now and then it closes.
  AlertRevision next_alert();
  // What the engine could hand over as the journal's entry `sequence`: `records` revisions, some of
  // identities that an earlier commit had, and now and then a little of everything else.
  Commit commit(std::uint64_t sequence, int records);

  std::string bytes(int most);
  Hash128 hash();
  int below(int bound);  // 0 <= result < bound

 private:
  std::uint64_t number();
  std::int64_t signed_number();
  template <class Number>
  Number fitting();
  bool often() { return below(4) != 0; }
  bool rarely() { return below(8) == 0; }
  SeriesKey series();
  Claim claim();
  Input input();
  ProcessingTime time() { return ProcessingTime(signed_number()); }

  std::mt19937_64 random_;
  std::vector<Identity> known_;
  std::vector<Hash128> dispatches_;
  std::vector<AlertRevision> alerts_;  // the last one of each alert that is open
  std::uint64_t named_ = 0;
};

// All that a store holds, as plain values.
struct StoreContent {
  std::map<std::uint64_t, JournalEntry> journal;
  std::map<Identity, LatestRevision> latest;
  std::map<std::uint64_t, QuarantineRow> quarantine;
  std::map<std::tuple<Hash128, std::uint32_t>, AlertRevision> alerts;
  std::map<Hash128, Dispatch> dispatches;
  std::map<std::tuple<Hash128, std::uint32_t, std::string>, Acknowledgement> acknowledgements;
  std::map<Chain, std::vector<LedgerRow>> ledger;
  std::map<std::tuple<NumberedKind, std::string>, std::uint32_t> numbering;
  std::map<std::tuple<std::string, std::string>, std::uint64_t> positions;
  std::map<SourceId, FateTotals> fates;
  DispatchCounts dispatch_counts;
  std::map<Hash128, std::uint32_t> open_alerts;
  StoreHead head;
  friend bool operator==(const StoreContent&, const StoreContent&) = default;
};

// The naive twin: what a commit does to the content, said without RocksDB, codec or keys.
void apply(const Commit& commit, StoreContent& content);

// Reads all of it through the store's interface. Aborts the test program when a read fails.
StoreContent content_of(const Store& store);

}  // namespace tocsin::testsupport
