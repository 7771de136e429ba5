#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "daemon/pipeline.h"
#include "storage/store.h"

namespace tocsin {

// Puts commits on the disk, in order, while the engine makes the next ones: a sync costs as long as
// a thousand records do. Owns a thread; the others see whole commits only when they are written.
class CommitWriter {
 public:
  // Called on the writer's thread once a commit is on the disk: only then may anybody hear of it.
  using Written = std::function<void(CommitOutcome&&, std::chrono::steady_clock::time_point ended)>;
  // How many commits may wait for the one that is being written. More would only wait longer.
  static constexpr std::size_t kWaitingMax = 2;

  explicit CommitWriter(Store& store) : store_(store), thread_([this] { run(); }) {}
  ~CommitWriter();
  CommitWriter(const CommitWriter&) = delete;
  CommitWriter& operator=(const CommitWriter&) = delete;

  // Waits while too many wait. Fails with the error of the first write that failed: then nothing
  // is written any more, and memory is ahead of the disk.
  Result<void> submit(Prepared commit, Written written);
  // Waits until everything submitted is on the disk.
  Result<void> drain();

 private:
  struct Job {
    Prepared commit;
    Written written;
  };
  void run();

  Store& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  bool writing_ = false, closed_ = false;
  std::optional<Error> failed_;
  std::thread thread_;
};

}  // namespace tocsin
