#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/store.h"

namespace tocsin {

// The first place where a chain doesn't hold.
struct ChainBreak {
  std::uint64_t index = 0;
  std::string reason;  // "hash is 3f..., its content gives 9a..."
};

struct ChainReport {
  Chain chain = Chain::kAlerts;
  std::uint64_t entries = 0;  // that hold, from the beginning
  std::string hash;           // of the last of them
  std::optional<ChainBreak> broken;
};

// Walks both chains of the ledger and computes every link again. A changed, missing, added or
// reordered entry is a break; so is a chain shorter or longer than the store's head says. Fails
// only when the store can't be read. Cost: reads the whole ledger.
Result<std::vector<ChainReport>> verify_chains(const Store& store);

// Where a row is not as it should be, in words.
struct RowFault {
  std::string column;  // family of columns, "journal"
  std::string row;     // "entry 12", "source 3 identity 5e..."
  std::string expected, found;
};
using VisitFault = std::function<void(RowFault fault)>;

struct JournalReport {
  std::uint64_t entries = 0;        // that are there and can be read
  std::uint64_t configuration = 0;  // the last one that brought a configuration; 0: none
  bool is_sound = true;             // nothing was reported
};
// Reads every entry of the journal: each decodes, none is missing from its begin (or from where
// retention cut it) to the store's head. Fails only when the store can't be read.
Result<JournalReport> verify_journal(const Store& store, const VisitFault& visit);

// Rows of all column families but the derived state, which are in one store and not the other, or
// are other bytes; records are compared by identity, wherever each store keeps them.
Result<void> compare_rows(const Store& found, const Store& expected, const VisitFault& visit);

// What the rows say of each other, without the journal: each alert row is an entry of the chain and
// each entry a row; each dispatch was intended in the chain and stands as the chain last said; the
// tally, the open alerts and the index of what is due are those of the rows; the chains went
// through where the journal was cut. For a store whose journal can't be run again.
Result<void> verify_rows(const Store& store, const VisitFault& visit);

}  // namespace tocsin
