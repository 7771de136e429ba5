#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <string_view>

namespace tocsin {

// Tells the log what a stop waits for, each with the time that the one before took. Borrows the
// log.
class StopLog {
 public:
  explicit StopLog(spdlog::logger& log) : log_(log) {}
  void waits_for(std::string_view what);

 private:
  using Clock = std::chrono::steady_clock;
  spdlog::logger& log_;
  Clock::time_point begun_ = Clock::now(), last_ = begun_;
};

}  // namespace tocsin
