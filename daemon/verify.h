#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "daemon/contents.h"
#include "storage/verify.h"

namespace tocsin {

// What `tocsin verify` proves of a store, without the daemon and without changing anything:
//
// 1. Both chains of the ledger hold, link by link, up to the store's head.
// 2. The journal is there without gaps, and every entry can be read.
// 3. The journal, run again into a scratch store, comes to the same rows, byte for byte: latest
//    revisions, quarantine, alerts, dispatches, both chains, counters, positions, numbers.
// 4. The derived state of the checkpoint is that of an engine made anew from the latest revisions,
//    region by region: the data byte for byte, of the tracks what holds at each tick.
//
// Where retention has cut the journal, 3 is not possible. Then it proves what the rows say of each
// other (storage/verify.h), that every latest revision from after the cut is a record of the
// journal, that so many fates were counted since as the journal has records, and 4; and says from
// where on, and what is not proved.
//
// Memory: one engine, as the daemon's. Disk: a scratch store of the size of this one.

enum class Depth : std::uint8_t { kChains, kAll };

struct VerifyOptions {
  Depth depth = Depth::kAll;
  std::filesystem::path scratch;  // where the scratch store goes; empty: where temporary files go
};

struct VerifyReport {
  std::vector<std::string> proved;  // in words, in order
  std::vector<std::string> notes;   // what could not be proved, and why
  // The first kFaultsMax of each column family, and how many there are.
  std::vector<RowFault> faults;
  std::map<std::string, std::uint64_t> fault_counts;
  static constexpr std::uint64_t kFaultsMax = 20;

  bool holds() const { return fault_counts.empty(); }
  void add(RowFault fault);
};

// Fails only when something could not be done: no room for the scratch store. `store` is changed by
// nothing here.
Result<VerifyReport> verify_store(Store& store, const VerifyOptions& options);

// The parts, for verify.cc.
Result<void> verify_state(Store& store, const Loaded& loaded, VerifyReport& report);
Result<void> verify_records(const Store& store, const Loaded& loaded, VerifyReport& report);
// Of a journal that was cut.
Result<void> verify_counters(const Store& store, const Loaded& loaded, VerifyReport& report);

}  // namespace tocsin
