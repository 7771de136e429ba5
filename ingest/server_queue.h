#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "ingest/session_types.h"

namespace tocsin {

// The bounded hand-over from the ingest thread to the engine thread. Both may call at any time.
class FrameQueue : public FrameSink {
 public:
  explicit FrameQueue(std::size_t frames_max) : frames_max_(frames_max) {}

  bool offer(Frame& frame) override;

  // Waits until there is a frame, `wait` is over or the queue is closed, then takes frames as long
  // as they hold at most `records_max` records together (always one, if there is one). Empty:
  // nothing came.
  std::vector<Frame> take(std::uint64_t records_max, std::chrono::milliseconds wait);
  // Takes no more frames; take() gives out what is left without waiting.
  void close();
  bool is_closed() const;
  std::size_t depth() const;

 private:
  const std::size_t frames_max_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Frame> frames_;
  bool closed_ = false;
};

}  // namespace tocsin
