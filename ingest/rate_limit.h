#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "ingest/session_types.h"

namespace tocsin {

// What a producer may still be granted under its rate: fills up with time to at most its burst, and
// empties with what is granted. In whole records, the remainder kept.
class RateAllowance {
 public:
  // The burst is at least `least`, so that a largest frame fits. What is there stays.
  void set(const ProducerRate& rate, std::uint64_t least) {
    rate_ = rate;
    rate_.burst = std::max(rate.burst, least);
    if (!begun_) available_ = rate_.burst;
    begun_ = true;
    available_ = std::min(available_, rate_.burst);
  }

  std::uint64_t at(Instant now) {
    if (now > filled_) {
      const auto passed = std::min<std::chrono::nanoseconds>(now - filled_, std::chrono::hours(1));
      const auto earned =
          static_cast<std::uint64_t>(passed.count()) / 1'000 * rate_.records_per_second +
          remainder_;
      remainder_ = earned % 1'000'000;
      available_ = std::min(available_ + earned / 1'000'000, rate_.burst);
      filled_ = now;
    }
    return available_;
  }
  // Below this no credit is told of: four times a second, or a largest frame, is often enough.
  std::uint64_t quantum(std::uint64_t frame_records) const {
    return std::clamp<std::uint64_t>(rate_.records_per_second / 4, 1, frame_records);
  }
  void take(std::uint64_t records) { available_ -= std::min(records, available_); }
  void give_back(std::uint64_t records) {
    available_ = std::min(available_ + records, rate_.burst);
  }

 private:
  ProducerRate rate_;
  std::uint64_t available_ = 0, remainder_ = 0;  // millionths of a record
  bool begun_ = false;
  Instant filled_;
};

}  // namespace tocsin
