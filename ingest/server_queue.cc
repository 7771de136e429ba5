#include "ingest/server_queue.h"

namespace tocsin {

bool FrameQueue::offer(Frame& frame) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || frames_.size() >= frames_max_) return false;
    frames_.push_back(std::move(frame));
  }
  filled_.notify_one();
  return true;
}

std::vector<Frame> FrameQueue::take(std::uint64_t records_max, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, wait, [this] { return closed_ || !frames_.empty(); });
  std::vector<Frame> taken;
  std::uint64_t records = 0;
  while (!frames_.empty()) {
    records += frames_.front().records;
    if (!taken.empty() && records > records_max) break;
    taken.push_back(std::move(frames_.front()));
    frames_.pop_front();
  }
  return taken;
}

void FrameQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
}

bool FrameQueue::is_closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t FrameQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return frames_.size();
}

}  // namespace tocsin
