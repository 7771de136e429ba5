#include "ingest/client_store.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace tocsin {

Result<std::uint64_t> MemoryStore::append(StoredFrame frame) {
  frame.sequence = last_sequence() + 1;
  frames_.push_back(std::move(frame));
  return frames_.back().sequence;
}

Result<StoredFrame> MemoryStore::read(std::uint64_t sequence) const {
  if (sequence < first_ || sequence > last_sequence())
    return fail(ErrorCode::kNotFound, fmt::format("frame {} is not kept: {} to {} are", sequence,
                                                  first_, last_sequence()));
  return frames_[sequence - first_];
}

Result<void> MemoryStore::acknowledge(std::uint64_t sequence, ProcessingTime) {
  last_ack_ = std::max(last_ack_, sequence);
  while (!frames_.empty() && first_ <= sequence) {
    frames_.pop_front();
    ++first_;
  }
  return {};
}

std::string random_epoch() {
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string hex;
  for (const unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace tocsin
