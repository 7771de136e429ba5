#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "ingest/decode.h"
#include "ingest/server_queue.h"

namespace tocsin {

// A frame and its records.
struct ReadyFrame {
  Frame frame;
  DecodedFrame records;
};

// Decodes frames beside the engine, which then has a fifth less to do for each record. Owns a
// thread; frames come out in the order in which they went into the queue.
class FrameDecoder {
 public:
  // `frames` is borrowed. At most about `records_max` records wait decoded.
  FrameDecoder(FrameQueue& frames, const WireLimits& limits, std::uint64_t records_max);
  // Closes the queue; what was not taken is dropped, its producers have it.
  ~FrameDecoder();
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  // As FrameQueue::take().
  std::vector<ReadyFrame> take(std::uint64_t records_max, std::chrono::milliseconds wait);
  // Any thread: what is decoded from now on is so under these limits.
  void use(const WireLimits& limits);
  // Whether the queue is closed and everything in it was taken from here.
  bool is_finished() const;

 private:
  void run();

  FrameQueue& frames_;
  const std::uint64_t records_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ReadyFrame> ready_;
  std::uint64_t records_ = 0;  // in ready_
  WireLimits limits_;
  bool closing_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace tocsin
