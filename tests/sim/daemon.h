#pragma once

#include <memory>
#include <vector>

#include "daemon/pipeline.h"
#include "tests/sim/disk.h"

namespace tocsin::sim {

// A store and a pipeline on a simulated disk, without network and channels: for tests that aim at
// one commit.
class DaemonOnDisk {
 public:
  static Result<std::unique_ptr<DaemonOnDisk>> open(SimDisk& disk);
  ~DaemonOnDisk();
  DaemonOnDisk(const DaemonOnDisk&) = delete;
  DaemonOnDisk& operator=(const DaemonOnDisk&) = delete;

  Store& store() { return *store_; }
  Pipeline& pipeline() { return *pipeline_; }

  // What App commits first.
  Result<void> first_commit(ProcessingTime now);
  Result<void> commit(Input input, ProcessingTime now);
  // What comes next of the producer's frames; by default prices that raise alerts.
  Result<void> send(const std::string& payload, ProcessingTime now);
  Result<void> flush();

 private:
  explicit DaemonOnDisk(SimDisk& disk) : disk_(disk) {}

  SimDisk& disk_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
};

// A price of the month that ended last before `today`, as a line.
std::string price_line(const std::string& id, const std::string& region, Day today, int value);

// What a disk holds after a life of the daemon with alerts raised and some of them delivered. With
// `tables` half of it lies in table files, else all of it in the log.
enum class Where : std::uint8_t { kLog, kTables };
CrashDisk::Image lived_in(Where where);

// Reads every row of the store; the first error.
Result<void> read_all(const Store& store);

}  // namespace tocsin::sim
