#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "daemon/pipeline.h"

namespace tocsin {

struct IdentityHasher {
  std::size_t operator()(const Hash128& hash) const { return hash.prefix(); }
};

// The commit being made: shared by the parts of the pipeline.
struct Pipeline::Working {
  Commit commit;
  CommitOutcome outcome;
  ProcessingTime now;
  std::uint32_t record_index = 0;  // in the journal entry
  // Latest revisions as this commit has made them so far.
  std::unordered_map<Hash128, LatestRevision, IdentityHasher> latest;
  std::unordered_map<Hash128, std::size_t, IdentityHasher> revision_at;  // in commit.revisions
  std::map<Hash128, Dispatch> dispatches;
};

}  // namespace tocsin
