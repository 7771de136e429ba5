#pragma once

#include <spdlog/logger.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "alerting/attempts.h"
#include "daemon/engine_loop.h"
#include "daemon/pipeline.h"
#include "daemon/store_outbox.h"
#include "ingest/session.h"
#include "tests/sim/channels.h"
#include "tests/sim/clock.h"
#include "tests/sim/disk.h"
#include "tests/sim/network.h"

namespace tocsin::sim {

// The hand-over from the ingest thread to the engine thread, across the engine's turns.
class FramesWaiting : public FrameSink {
 public:
  bool offer(Frame& frame) override {
    if (frames_.size() >= kMost) return false;
    frames_.push_back(std::move(frame));
    return true;
  }
  std::deque<Frame>& frames() { return frames_; }
  const std::deque<Frame>& frames() const { return frames_; }

 private:
  static constexpr std::size_t kMost = 12;
  std::deque<Frame> frames_;
};

// One life of the daemon: the real store, pipeline, engine loop and session table, wired as
// daemon/app.cc wires them, each thread's turn taken when the simulation says so.
class SimServer {
 public:
  struct Parts {
    SimDisk& disk;
    const SimClock& clock;
    Network& network;
    SimChannels& channels;
    Random& random;
    Figures& figures;
    // The store was opened and all is restored; nothing was written since.
    std::function<void(Store&, Pipeline&)> on_restored;
  };
  // An error as the daemon would end with.
  static Result<std::unique_ptr<SimServer>> start(const Parts& parts);
  ~SimServer();
  SimServer(const SimServer&) = delete;
  SimServer& operator=(const SimServer&) = delete;

  // The ingest thread: results, messages, frames to the queue, answers.
  void ingest_turn();
  // The engine thread: some of the frames and results that wait. Fails when a commit failed: the
  // process must end.
  Result<void> engine_turn();
  // A lane of the dispatcher: one attempt, if anything is due.
  void deliver_turn();
  // Somebody acknowledges the alert.
  Result<void> acknowledge(const Dispatch& dispatch);
  // As a clean stop ends.
  void finish();
  void withhold(const std::string& reason) { table_->withhold(reason); }

  Store& store() { return *store_; }
  Pipeline& pipeline() { return *pipeline_; }
  bool is_idle() const;
  std::size_t frames_waiting() const { return frames_.frames().size(); }

 private:
  class Positions;
  explicit SimServer(const Parts& parts);
  Result<void> open();
  Result<void> first_commit();
  void committed(std::vector<FrameResult> results);
  void trouble(const Error& error);

  Parts parts_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<SlewedClock> clock_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<PositionSource> positions_;
  std::unique_ptr<SessionTable> table_;
  std::unique_ptr<StoreOutbox> outbox_;
  FramesWaiting frames_;
  std::vector<FrameResult> mailbox_;     // acknowledged, the ingest thread has not looked yet
  std::vector<DeliveryResult> results_;  // attempted, the engine has not looked yet
  std::map<Channel, Attempts> attempts_;
  std::map<Channel, std::size_t> waiting_;  // rows that an earlier revision held up
  spdlog::logger log_;
};

}  // namespace tocsin::sim
