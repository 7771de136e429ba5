#include "daemon/frame_decoder.h"

#include <pthread.h>

namespace tocsin {

FrameDecoder::FrameDecoder(FrameQueue& frames, const WireLimits& limits, std::uint64_t records_max)
    : frames_(frames), records_max_(records_max), limits_(limits), thread_([this] {
        pthread_setname_np(pthread_self(), "decoder");
        run();
      }) {}

FrameDecoder::~FrameDecoder() {
  frames_.close();
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<ReadyFrame> FrameDecoder::take(std::uint64_t records_max,
                                           std::chrono::milliseconds wait) {
  std::vector<ReadyFrame> taken;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, wait, [this] { return ended_ || !ready_.empty(); });
    std::uint64_t records = 0;
    while (!ready_.empty()) {
      const std::uint64_t more = ready_.front().records.records.size();
      if (!taken.empty() && records + more > records_max) break;
      records += more;
      taken.push_back(std::move(ready_.front()));
      ready_.pop_front();
    }
    records_ -= records;
  }
  changed_.notify_all();
  return taken;
}

void FrameDecoder::use(const WireLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

bool FrameDecoder::is_finished() const {
  const std::lock_guard lock(mutex_);
  return ended_ && ready_.empty();
}

void FrameDecoder::run() {
  constexpr std::uint64_t kTogether = 1'000;  // records: what the engine waits for at most
  WireParser parser;
  while (true) {
    std::vector<Frame> frames = frames_.take(kTogether, std::chrono::milliseconds(100));
    if (frames.empty()) {
      // Nothing comes into a closed queue.
      if (!frames_.is_closed()) continue;
      break;
    }
    for (Frame& frame : frames) {
      {
        const std::lock_guard lock(mutex_);
        if (parser.limits() != limits_) parser = WireParser(limits_);
      }
      DecodedFrame records = decode(parser, frame.payload);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closing_ || records_ < records_max_; });
      records_ += records.records.size();
      ready_.push_back({std::move(frame), std::move(records)});
      changed_.notify_all();
    }
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace tocsin
