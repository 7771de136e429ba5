#include "model/clock.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

using std::chrono::milliseconds;

class Machine : public Clock {
 public:
  ProcessingTime now() const override { return ProcessingTime(wall); }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(milliseconds(up));
  }
  void pass(std::int64_t time) {
    wall += time;
    up += time;
  }
  std::int64_t wall = 1'000'000, up = 50;
};

TEST(SlewedClock, SaysWhatAWallClockAheadOfTheJournalSays) {
  Machine machine;
  const SlewedClock clock(machine, ProcessingTime(999'999));
  EXPECT_EQ(clock.now().milliseconds(), 1'000'000);
  machine.pass(10);
  EXPECT_EQ(clock.now().milliseconds(), 1'000'010);
  machine.wall += 365 * kMillisecondsPerDay;
  EXPECT_EQ(clock.now().milliseconds(), 1'000'010 + 365 * kMillisecondsPerDay);
}

TEST(SlewedClock, GoesOnAtHalfItsPaceUntilTheWallClockHasCaughtUp) {
  Machine machine;
  const SlewedClock clock(machine, ProcessingTime(1'000'100));
  EXPECT_EQ(clock.now().milliseconds(), 1'000'100);
  machine.pass(100);
  EXPECT_EQ(clock.now().milliseconds(), 1'000'150);
  machine.pass(100);
  EXPECT_EQ(clock.now().milliseconds(), 1'000'200);
  machine.pass(100);
  EXPECT_EQ(clock.now().milliseconds(), 1'000'300);
}

TEST(SlewedClock, NeverGoesBackAndLosesNoTimeHoweverOftenItIsAsked) {
  Machine machine;
  const SlewedClock clock(machine, ProcessingTime(0));
  ProcessingTime before = clock.now();
  machine.wall -= 10'000;
  for (int i = 0; i < 1'000; ++i) {
    machine.pass(1);
    const ProcessingTime now = clock.now();
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_EQ(before.milliseconds(), 1'000'500);
}

}  // namespace
}  // namespace tocsin
