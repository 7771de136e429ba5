#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/store.h"

namespace tocsin {

// A directory for what is needed while a command runs, below `above` or, when that is empty, where
// temporary files go. It goes with all that it holds.
class ScratchDirectory {
 public:
  static Result<std::unique_ptr<ScratchDirectory>> make(const std::filesystem::path& above);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

struct Replayed {
  std::uint64_t entries = 0;
  std::string engine;  // that wrote the last of them, as it named itself; "" when none did
};

// Runs the journal of `original` through the pipeline into `copy`, a new store: where the daemon
// started again, so does the replay. kConflict when retention has cut the journal: what was said
// stands on records that it no longer has. Memory: that of the daemon.
Result<Replayed> replay_journal(const Store& original, Store& copy);

}  // namespace tocsin
