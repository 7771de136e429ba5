#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/claim.h"
#include "model/result.h"
#include "storage/keys.h"

namespace tocsin {

// The latest revisions of one commit as one value: a row of the column family `recent`, under the
// commit's journal sequence. A random key a record costs more than all the rest of a commit; this
// costs one key in sequence.
std::string encode_block(std::span<const LatestRevision> revisions);

// The latest revisions that commits wrote as blocks and that are not in `record` yet, by identity.
// Holds the blocks; costs 32 to 64 bytes an identity beside them. Not thread-safe.
class RecentRevisions {
 public:
  // Takes in what a commit wrote; of one identity the block added last counts. kCorrupt when the
  // bytes are no block: nothing of it is taken in then.
  Result<void> add(std::string block, std::uint64_t sequence);

  // The encoded revision (storage/codec.h), valid as long as this object is.
  std::optional<std::string_view> find(const Identity& identity) const;
  // Has the place where find() will look brought into the processor's cache.
  void expect(const Identity& identity) const;
  std::size_t size() const { return size_; }
  // Journal sequence of the block added last; 0 when there is none.
  std::uint64_t last_sequence() const { return last_sequence_; }
  // All, in the order of the keys of `record`.
  std::vector<std::pair<RecordKey, std::string_view>> sorted() const;

 private:
  struct Slot {
    Hash128 hash;
    const char* bytes = nullptr;  // nullptr: the slot is free
    std::uint32_t size = 0;
    SourceId source;
  };

  // Of the slot that holds the identity, or of the free one where it would go.
  std::size_t slot_of(const Identity& identity) const;
  void grow();

  std::deque<std::string> blocks_;
  std::vector<Slot> read_;   // of the block that is being added, before any of it counts
  std::vector<Slot> slots_;  // open addressing; a power of two
  std::size_t size_ = 0;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace tocsin
