#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/crash_fs.h"

namespace tocsin::sim {

using testsupport::CrashDisk;

// What can go wrong with a call of the disk.
enum class DiskFault : std::uint8_t {
  kNone,
  kError,      // one call fails and does nothing; those after it work
  kTorn,       // one append writes half of its bytes and fails
  kDying,      // that call and every later one that changes something fail
  kFullLog,    // no room for a log (WAL) from that append on
  kFullTable,  // no room for a table (SST) from that append on
  kSlowSync,   // one sync takes a long time
  kPowerCut,   // the power fails before that call
  kReadError,  // one read fails
};
inline constexpr std::size_t kDiskFaultCount = 9;
std::string_view name_of(DiskFault fault);

// CrashDisk with faults, and with RocksDB's background work in the caller's hand. RocksDB would
// flush and compact in threads of its own, in an order that no seed repeats; here its jobs wait in
// a queue until run_background(), which runs them in the calling thread.
//
// Not reproducible all the same: a store's own random ids (DB identity and session, in a few bytes
// of table and log files), and the order of reads while many tables are opened at once.
class SimDisk {
 public:
  SimDisk();
  explicit SimDisk(const CrashDisk::Image& image);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  // Of the machine as it runs now; belongs to the disk.
  rocksdb::Env* env();
  CrashDisk& under() { return under_; }
  const CrashDisk& under() const { return under_; }

  // `fault` comes at the n-th call from now on that it can hit, n from 1. One at a time.
  void plan(DiskFault fault, std::uint64_t n);
  void heal() { plan(DiskFault::kNone, 0); }
  // Whether the planned fault has come, and what was planned.
  bool has_hit() const;
  DiskFault planned() const;
  // While one of these lives, faults wait: for those who only look.
  class Exempt {
   public:
    explicit Exempt(SimDisk& disk) : disk_(disk) { disk_.exempt(true); }
    ~Exempt() { disk_.exempt(false); }
    Exempt(const Exempt&) = delete;
    Exempt& operator=(const Exempt&) = delete;

   private:
    SimDisk& disk_;
  };
  // Calls so far that change something, and that read.
  std::uint64_t changes() const;
  std::uint64_t reads() const;
  // Called when a slow sync happens.
  void on_slow_sync(std::function<void()> hook);

  // Jobs that RocksDB has queued, until there are none.
  void run_background();
  // Runs `work`, which waits for RocksDB's jobs, while a second thread runs them. The two never run
  // at once but for moments in which neither touches the disk.
  void with_background(const std::function<void()>& work);

  // The power fails, or the process is killed; the machine boots and the disk is well again. The
  // dead process's store is closed afterwards.
  void crash();
  void crash_torn(std::uint64_t seed);
  void kill();

 private:
  class Machine;
  struct Faults;
  void boot();
  void exempt(bool is);

  CrashDisk under_;
  std::shared_ptr<Faults> faults_;
  std::vector<std::unique_ptr<Machine>> machines_;  // the last is the one that runs
};

}  // namespace tocsin::sim
