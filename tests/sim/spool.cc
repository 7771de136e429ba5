#include "tests/sim/spool.h"

#include <algorithm>

namespace tocsin::sim {
namespace {

constexpr std::int64_t kKeepMs = 3'600'000;

}  // namespace

Result<std::uint64_t> SimSpool::append(StoredFrame frame) {
  frame.sequence = last_sequence() + 1;
  frames_.push_back({std::move(frame), std::nullopt});
  return last_sequence();
}

Result<void> SimSpool::sync() {
  synced_ = last_sequence();
  synced_ack_ = last_ack_;
  return {};
}

Result<StoredFrame> SimSpool::read(std::uint64_t sequence) const {
  if (sequence < first_ || sequence > last_sequence())
    return fail(ErrorCode::kNotFound, "frame " + std::to_string(sequence) + " is not kept");
  return frames_[sequence - first_].frame;
}

Result<void> SimSpool::acknowledge(std::uint64_t sequence, ProcessingTime now) {
  for (std::uint64_t at = std::max(first_, last_ack_ + 1); at <= sequence; ++at)
    frames_[at - first_].acked = now;
  last_ack_ = std::max(last_ack_, sequence);
  return {};
}

Result<void> SimSpool::trim(ProcessingTime now) {
  while (!frames_.empty() && first_ <= synced_ack_ && frames_.front().acked &&
         now.milliseconds() - frames_.front().acked->milliseconds() > kKeepMs) {
    frames_.pop_front();
    ++first_;
  }
  return {};
}

void SimSpool::crash(Random& random) {
  ++run_;
  while (last_sequence() > synced_) frames_.pop_back();
  last_ack_ = synced_ack_ + random.upto(last_ack_ - synced_ack_);
  for (Kept& kept : frames_)
    if (kept.frame.sequence > last_ack_) kept.acked.reset();
}

}  // namespace tocsin::sim
