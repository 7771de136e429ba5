#pragma once

#include <cstdint>
#include <map>
#include <optional>
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
  std::uint32_t record_index = 0;     // in the journal entry
  std::vector<DecodedFrame> decoded;  // handed in
  std::size_t frames = 0;             // taken so far
  // The latest revision of each identity that was looked up and is there: as this commit has made
  // it so far, in commit.revisions, else as it is stored.
  struct Latest {
    std::optional<std::size_t> made;  // its place in commit.revisions
    LatestRevision stored;            // unless it was made here
  };
  std::unordered_map<Hash128, Latest, IdentityHasher> latest;

  const LatestRevision* find(const Hash128& identity) const {
    const auto found = latest.find(identity);
    if (found == latest.end()) return nullptr;
    const Latest& known = found->second;
    return known.made ? &commit.revisions[*known.made] : &known.stored;
  }
  // Changes that the engine has not taken yet: what gave way, and the place in commit.revisions of
  // what came.
  struct Due {
    std::optional<LatestRevision> before;
    std::size_t made;
  };
  std::vector<Due> due;
  std::vector<ChangeView> views;  // of `due`, while they are applied
  std::map<Hash128, Dispatch> dispatches;
};

}  // namespace tocsin
