#pragma once

#include <deque>

#include "ingest/client_store.h"
#include "tests/sim/random.h"

namespace tocsin::sim {

// A sender's spool in memory, which keeps FrameStore's promises and, over a crash, not more: frames
// that were not synced are gone, and so may be some of the acknowledgements.
class SimSpool : public FrameStore {
 public:
  explicit SimSpool(std::string epoch) : epoch_(std::move(epoch)) {}

  const std::string& epoch() const override { return epoch_; }
  std::uint64_t run() const override { return run_; }
  std::uint64_t last_ack() const override { return last_ack_; }
  std::uint64_t first_sequence() const override { return first_; }
  std::uint64_t last_sequence() const override { return first_ + frames_.size() - 1; }
  Result<std::uint64_t> append(StoredFrame frame) override;
  Result<void> sync() override;
  Result<StoredFrame> read(std::uint64_t sequence) const override;
  Result<void> acknowledge(std::uint64_t sequence, ProcessingTime now) override;
  Result<void> trim(ProcessingTime now) override;
  std::optional<InputPosition> interrupted_input() const override { return std::nullopt; }
  Result<void> finish_input(ProcessingTime) override { return {}; }
  Result<void> condemn(std::string_view) override { return {}; }

  std::uint64_t synced() const { return synced_; }
  void crash(Random& random);

 private:
  struct Kept {
    StoredFrame frame;
    std::optional<ProcessingTime> acked;
  };
  std::string epoch_;
  std::deque<Kept> frames_;
  std::uint64_t run_ = 1, first_ = 1, synced_ = 0, last_ack_ = 0, synced_ack_ = 0;
};

}  // namespace tocsin::sim
