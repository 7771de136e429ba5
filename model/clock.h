#pragma once

#include <chrono>

#include "model/time.h"

namespace tocsin {

// The only place that asks the system what time it is.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual ProcessingTime now() const = 0;
};

class SystemClock : public Clock {
 public:
  ProcessingTime now() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return ProcessingTime(
        std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
  }
};

}  // namespace tocsin
