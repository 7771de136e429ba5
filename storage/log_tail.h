#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"

namespace rocksdb {
class Env;
}

namespace tocsin {

// A log of RocksDB (WAL or manifest) whose last record claims more bytes than the file has looks
// like one that was being written when the power failed, and RocksDB drops it and all behind it
// without a word. If the length itself is what is damaged, that drops what was committed. The two
// can be told apart: of a record that was cut off, no other length matches its checksum.

struct DamagedLength {
  std::size_t offset = 0;  // of the record in the block
  std::size_t says = 0;    // bytes of payload
  std::size_t holds = 0;   // with so many its checksum is right, and what follows is a record too
};
// Looks through the last block of a log, from its beginning to the end of the file. Pure.
std::optional<DamagedLength> find_damaged_length(std::string_view last_block);

// A bit of a record's type may turn it into the one that recycled logs have. We recycle none, but
// RocksDB takes such a record for what was left of an older log, and drops it and all behind it as
// silently. Looks through one block; the place of the record in it. Pure.
std::optional<std::size_t> find_damaged_type(std::string_view block);

// kCorrupt when a log of the store in `directory` has such a record: its WALs and the manifest that
// CURRENT names. Reads them whole. What else may be wrong is left to RocksDB to say.
Result<void> check_log_tails(rocksdb::Env& env, const std::string& directory);

}  // namespace tocsin
