#pragma once

#include <cstdint>
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

}  // namespace tocsin
