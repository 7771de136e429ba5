#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "daemon/commit_writer.h"
#include "daemon/frame_decoder.h"
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
  // A reload is about to be committed: from now on this catalogue holds for everybody.
  std::function<void(std::shared_ptr<const Catalogue>)> in_force{};
};

// What a reload came to.
struct Reloaded {
  enum class Folds : std::uint8_t { kKept, kMadeAnew };
  Folds folds = Folds::kKept;
  std::uint64_t sequence = 0;                     // journal entry that holds the contents
  std::map<RevisionKind, std::size_t> revisions;  // stated by its commit
};

struct LoopOptions {
  ClockKind clock = ClockKind::kSystem;
  std::uint64_t commit_records = 16'000;  // at most, in one commit
  std::chrono::milliseconds wait{20};     // for something to do
  // After stop() what is queued is committed for so long; their producers have the rest.
  std::chrono::milliseconds stop_time{10'000};
  std::filesystem::path store_directory;
  SpaceMarks space;
  // Frames are decoded and commits written by threads of their own, while the next commit is made.
  bool overlap = true;
};

class EngineLoop {
 public:
  // Everything is borrowed and outlives the loop.
  EngineLoop(LoopOptions options, Store& store, Pipeline& pipeline, FrameQueue& frames,
             const Clock& clock, Metrics& metrics, spdlog::logger& log, LoopPorts ports);

  // Runs until stop() or a failed commit, which is returned: memory is then ahead of the disk and
  // the process must end.
  Result<void> run();
  // Any thread. What is already queued is still committed, as far as LoopOptions::stop_time allows.
  void stop();
  // Any thread: what a person asks for (daemon/request.h), at most kRequestInputsMax inputs. They
  // share one commit. `answer` is called once, on a thread of the loop or at once on this one.
  void ask(std::vector<Input> inputs, RequestAnswer answer);
  // Any thread: a dispatcher's result.
  void delivered(DeliveryResult result);
  // Any other thread: has `loaded` brought into force between two commits, the first of which
  // journals `contents`, and waits for that. On failure nothing has changed, unless run() failed,
  // too. One at a time.
  Result<Reloaded> reload(std::vector<Input> contents, Loaded loaded);
  // Any thread: "" when all is well, else what keeps the daemon from taking records.
  std::string trouble() const;
  // After run(): whether it ended with too little room on the disk to commit anything.
  bool is_halted() const { return halted_; }

 private:
  // What waits for the engine thread to bring it into force.
  struct PendingReload {
    std::vector<Input> contents;
    Loaded loaded;
    std::promise<Result<Reloaded>> answer;
  };

  Result<void> turns();
  Result<void> turn();
  Result<void> heed_reload();
  Result<Reloaded> bring_into_force(PendingReload& reload, Result<void>& committed);
  void end_reloads();
  struct Request {
    std::vector<Input> inputs;
    RequestAnswer answer;
  };
  void answer_requests(std::vector<RequestOutcome> outcomes);
  void refuse_requests(const std::string& why);
  std::vector<ReadyFrame> take_frames();
  bool is_empty() const;
  Result<void> commit(std::vector<Input> inputs, std::vector<DecodedFrame> decoded,
                      ProcessingTime now, std::chrono::steady_clock::time_point oldest);
  void written(CommitOutcome&& outcome, const CommitTiming& timing);
  Result<void> commit_published(const Frame& frame);
  Result<void> advance_days(ProcessingTime until);
  void watch_space();
  Result<void> drain() { return writer_ ? writer_->drain() : Result<void>(); }

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
  std::vector<Request> requests_;  // to be taken by the next turn
  std::vector<Request> taken_;     // in the commit being made; the engine thread's
  std::string trouble_;
  std::unique_ptr<PendingReload> reload_;
  bool ended_ = false;  // run() has returned or is about to: nobody takes a reload or a request
  std::chrono::steady_clock::time_point space_checked_;
  Store& store_;
  // Last: their threads use the others.
  std::optional<FrameDecoder> decoder_;
  std::optional<CommitWriter> writer_;
};

}  // namespace tocsin
