#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "model/time.h"

namespace tocsin {

// The only place that asks the system what time it is.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual ProcessingTime now() const = 0;
  // Time that only passes: nobody sets it. From any beginning.
  virtual std::chrono::steady_clock::time_point steady() const {
    return std::chrono::steady_clock::now();
  }
};

class SystemClock : public Clock {
 public:
  ProcessingTime now() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return ProcessingTime(
        std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
  }
};

// A clock that never goes back, whatever its wall clock does: where that one lies behind what was
// said before, time goes on at half its pace until the wall clock has caught up. It must not stand
// still for so long: what is due in thirty seconds (a dispatch that failed) would wait until then.
//
// Any thread.
class SlewedClock : public Clock {
 public:
  // `wall` is borrowed. Nothing before `least` will be said.
  SlewedClock(const Clock& wall, ProcessingTime least)
      : wall_(wall), said_(least), said_at_(wall.steady()) {}

  ProcessingTime now() const override {
    const std::lock_guard lock(mutex_);
    const auto steady = wall_.steady();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(steady - said_at_);
    const ProcessingTime slewed(said_.milliseconds() + passed.count() / 2);
    const ProcessingTime now = std::max(wall_.now(), slewed);
    // Asked often, the halves of single milliseconds must not get lost.
    if (now > said_) {
      said_ = now;
      said_at_ = steady;
    }
    return now;
  }
  std::chrono::steady_clock::time_point steady() const override { return wall_.steady(); }

 private:
  const Clock& wall_;
  mutable std::mutex mutex_;
  mutable ProcessingTime said_;
  mutable std::chrono::steady_clock::time_point said_at_;
};

}  // namespace tocsin
