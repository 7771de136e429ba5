#pragma once

#include "ingest/session_types.h"
#include "model/clock.h"

namespace tocsin::sim {

// The machine's two clocks. Time passes on both; only the wall clock is set by somebody now and
// then, forward or back.
class SimClock : public Clock {
 public:
  explicit SimClock(ProcessingTime begin) : wall_(begin.milliseconds()) {}
  ProcessingTime now() const override { return ProcessingTime(wall_); }
  Instant steady() const override { return Instant(std::chrono::milliseconds(steady_)); }

  void pass(std::chrono::milliseconds time) {
    wall_ += time.count();
    steady_ += time.count();
  }
  void set_by(std::chrono::milliseconds jump) { wall_ += jump.count(); }

 private:
  std::int64_t wall_;
  std::int64_t steady_ = 3'600'000;  // the machine has been up for an hour
};

}  // namespace tocsin::sim
