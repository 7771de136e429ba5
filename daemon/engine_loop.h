#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "daemon/commit_writer.h"
#include "daemon/metrics.h"
#include "daemon/pipeline.h"
#include "ingest/server_queue.h"
#include "model/clock.h"
#include "storage/space.h"

namespace tocsin {

// The engine thread's work: frames, delivery results and the clock to commits. After each commit it
// tells the others, who only then acknowledge or send.
struct LoopPorts {
  std::function<void(std::vector<FrameResult>)> acknowledge;
  std::function<void()> wake_dispatcher;
  std::function<void(std::string)> withhold_credit;  // reason; "" grants again
  std::function<void()> alive;                       // for the watchdog
};

struct LoopOptions {
  ClockKind clock = ClockKind::kSystem;
  std::uint64_t commit_records = 4'000;  // at most, in one commit
  std::chrono::milliseconds wait{20};    // for something to do
  std::filesystem::path store_directory;
  SpaceMarks space;
};

class EngineLoop {
 public:
  // Everything is borrowed and outlives the loop.
  EngineLoop(LoopOptions options, Store& store, Pipeline& pipeline, FrameQueue& frames,
             const Clock& clock, Metrics& metrics, spdlog::logger& log, LoopPorts ports);

  // Runs until stop() or a failed commit, which is returned: memory is then ahead of the disk and
  // the process must end.
  Result<void> run();
  // Any thread. What is already queued is still committed.
  void stop();
  // Any thread: a dispatcher's result.
  void delivered(DeliveryResult result);
  // Any thread: "" when all is well, else what keeps the daemon from taking records.
  std::string trouble() const;
  // After run(): whether it ended with too little room on the disk to commit anything.
  bool is_halted() const { return halted_; }

 private:
  Result<void> turn();
  Result<void> commit(std::vector<Input> inputs, ProcessingTime now,
                      std::chrono::steady_clock::time_point oldest);
  void written(CommitOutcome&& outcome, const CommitTiming& timing);
  Result<void> commit_published(const Frame& frame);
  Result<void> advance_days(ProcessingTime until);
  void watch_space();

  LoopOptions options_;
  Pipeline& pipeline_;
  FrameQueue& frames_;
  const Clock& clock_;
  Metrics& metrics_;
  spdlog::logger& log_;
  LoopPorts ports_;
  WireParser parser_;
  std::atomic<bool> stopping_ = false;
  bool halted_ = false;  // too little room on the disk to commit anything
  mutable std::mutex mutex_;
  std::deque<DeliveryResult> results_;
  std::string trouble_;
  std::chrono::steady_clock::time_point space_checked_;
  CommitWriter writer_;  // last: its thread uses the others
};

}  // namespace tocsin
