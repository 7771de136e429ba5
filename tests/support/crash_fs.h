#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace rocksdb {
class Env;
}

namespace tocsin::testsupport {

// A disk, in memory, of a machine whose power can fail. It keeps what POSIX promises and no more:
//
// 1. Bytes of a file survive once a Sync of that file has returned.
// 2. A name in a directory (made, renamed or deleted file or directory) survives once an Fsync of
//    that directory has returned.
// 3. Anything else may be lost. crash() loses all of it; crash_torn() loses some of it.
// 4. Beyond POSIX, names change on the disk in the order in which they were changed, as in the
//    journals of ext4, XFS and btrfs. RocksDB counts on it: it renames CURRENT to point to a
//    manifest whose own name is not yet synced.
//
// After a crash the machine boots anew: env() is another one, and every call through the earlier
// ones fails for ever, so that what still runs in threads of the dead machine changes nothing.
// Stores opened on any env() are closed before the disk is destroyed. Thread-safe.
class CrashDisk {
 public:
  // The disk is empty but for the directory root(), which is durable.
  CrashDisk();
  // What crash() would leave of a disk: the bytes of each file by its path; directories end in '/'.
  using Image = std::map<std::string, std::string>;
  // A disk that holds the image, all of it durable.
  explicit CrashDisk(const Image& image);
  ~CrashDisk();
  CrashDisk(const CrashDisk&) = delete;
  CrashDisk& operator=(const CrashDisk&) = delete;

  static std::string root() { return "/disk"; }
  // Of the machine as it runs now; belongs to the disk.
  rocksdb::Env* env();

  // Everything unsynced is lost.
  void crash();
  // The process dies and the machine goes on (kill -9): whatever was written is still there to be
  // read, and what was unsynced is so still.
  void kill();
  // Of every file a random part of its unsynced tail stays, and of the unsynced changes of names a
  // random number of the first: the disk wrote back some of it by itself.
  void crash_torn(std::uint64_t seed);

  // Power fails after `changes` more changes (append, sync, new or deleted or renamed file): then
  // every call fails until crash().
  void fail_after(std::uint64_t changes);
  // The n-th sync of a file from now on fails, n from 1, and what it should have synced stays
  // unsynced. Later ones work again.
  void fail_sync(std::uint64_t n);

  Image image() const;
  // Bytes that are written and not synced, in files whose name ends in `suffix`.
  std::uint64_t unsynced_bytes(std::string_view suffix) const;

  // Since the disk was made.
  std::uint64_t changes() const;
  std::uint64_t syncs() const;  // of files

  // Called after each successful sync of a file, in the thread that synced and before that thread
  // sees it done: whoever acts on "it is durable" before this call acts too early.
  void on_sync(std::function<void(const std::string& path)> hook);

 private:
  friend class CrashFileSystem;
  struct State;
  void boot();
  std::shared_ptr<State> state_;
};

}  // namespace tocsin::testsupport
