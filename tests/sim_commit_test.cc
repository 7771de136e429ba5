// Every call of the disk on the way of a commit fails once: of each kind of commit, at every n, in
// every manner. What returned is kept, what failed is kept whole or not at all, and nothing is
// written after a failure.
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/sim/contents.h"
#include "tests/sim/daemon.h"
#include "tests/sim/violation.h"
#include "tests/support/record_gen.h"
#include "tests/support/store_gen.h"

namespace tocsin::sim {
namespace {

using testsupport::content_of;
using testsupport::StoreContent;

const Day kToday = kBegin + 40;
const ProcessingTime kNow = start_of<ProcessingTime>(kToday);

// Something that the daemon writes. `opens`: from its start on.
struct Operation {
  std::string name;
  bool opens = false;
  std::function<Result<void>(DaemonOnDisk&)> run;
};

Result<void> deliver(DaemonOnDisk& daemon, Outcome outcome) {
  auto due = daemon.store().due(Channel::kEmail, kNow, 1);
  if (!due) return tl::unexpected(due.error());
  require(!due->empty(), "a life leaves dispatches behind");
  return daemon.commit(DeliveryInput{{due->front().id, outcome, "answer"}}, kNow);
}

std::vector<Operation> operations() {
  return {
      {"records", false,
       [](DaemonOnDisk& daemon) {
         return daemon.send(price_line("new", "NG-YO", kToday, 310) + "no record\n", kNow);
       }},
      // More than are kept in memory: this commit writes a table.
      {"table", false,
       [](DaemonOnDisk& daemon) {
         std::string records;
         for (int i = 0; i < 12; ++i)
           records += price_line(fmt::format("new{}", i), "NG-YO", kToday, 200 + i);
         return daemon.send(records, kNow);
       }},
      {"accepted", false, [](DaemonOnDisk& daemon) { return deliver(daemon, Outcome::kAccepted); }},
      {"try_again", false,
       [](DaemonOnDisk& daemon) { return deliver(daemon, Outcome::kTryAgain); }},
      {"clock", false, [](DaemonOnDisk& daemon) { return daemon.commit(ClockInput{}, kNow); }},
      {"checkpoint", false, [](DaemonOnDisk& daemon) { return daemon.pipeline().finish(); }},
      {"flush", false,
       [](DaemonOnDisk& daemon) -> Result<void> {
         if (auto sent = daemon.send(price_line("new", "NG-YO", kToday, 310), kNow); !sent)
           return sent;
         return daemon.flush();
       }},
      {"start", true, [](DaemonOnDisk& daemon) { return daemon.first_commit(kNow); }},
  };
}

// Runs the operation with one fault planned, or none.
struct Attempt {
  Result<void> result;
  std::uint64_t changes = 0, reads = 0;  // calls that it made
  std::unique_ptr<DaemonOnDisk> daemon;  // null when it did not open
};

Attempt attempt(SimDisk& disk, const Operation& operation, DiskFault fault, std::uint64_t n) {
  Attempt made;
  std::uint64_t changes = disk.changes(), reads = disk.reads();
  if (operation.opens) disk.plan(fault, n);
  auto daemon = DaemonOnDisk::open(disk);
  if (!daemon) {
    made.result = tl::unexpected(daemon.error());
    return made;
  }
  made.daemon = *std::move(daemon);
  if (!operation.opens) {
    disk.plan(fault, n);
    changes = disk.changes();
    reads = disk.reads();
  }
  made.result = operation.run(*made.daemon);
  made.changes = disk.changes() - changes;
  made.reads = disk.reads() - reads;
  return made;
}

class EveryCall : public testing::TestWithParam<Operation> {
 protected:
  void SetUp() override {
    before_ = content(image_);
    SimDisk disk(image_);
    const Attempt well = attempt(disk, GetParam(), DiskFault::kNone, 0);
    ASSERT_TRUE(well.result) << well.result.error().message;
    changes_ = well.changes;
    reads_ = well.reads;
    after_ = content_of(well.daemon->store());
    ASSERT_GT(changes_, 0u);
  }

  static StoreContent content(const CrashDisk::Image& image) {
    SimDisk disk(image);
    return content_of(must(DaemonOnDisk::open(disk), "open")->store());
  }

  // `fault` at the n-th call it can hit; false when it didn't come to that.
  bool try_call(DiskFault fault, std::uint64_t n) {
    SCOPED_TRACE(fmt::format("{} at call {}", name_of(fault), n));
    SimDisk disk(image_);
    Attempt made = attempt(disk, GetParam(), fault, n);
    const bool hit = disk.has_hit();
    EXPECT_TRUE(hit || made.result) << made.result.error().message;
    if (!made.result && fault != DiskFault::kReadError) {
      EXPECT_NE(made.result.error().code, ErrorCode::kCorrupt) << made.result.error().message;
    }
    const bool wrote = fault != DiskFault::kReadError && GetParam().name != "flush";
    if (!made.result && made.daemon && wrote) {
      const auto again = made.daemon->store().commit(Commit{});
      EXPECT_TRUE(!again && again.error().code == ErrorCode::kUnavailable);
      EXPECT_FALSE(made.daemon->store().put_state({}, {}));
    }
    const bool returned = made.result.has_value();
    // The process ends; by turns the machine does, too.
    if (n % 2 == 0) {
      disk.kill();
    } else {
      disk.crash();
    }
    made.daemon.reset();
    auto again = DaemonOnDisk::open(disk);
    EXPECT_TRUE(again) << again.error().message;
    if (!again) return hit;
    const StoreContent found = content_of((*again)->store());
    const bool landed = found == after_;
    EXPECT_TRUE(landed || (!returned && found == before_))
        << "the store is at " << found.head.sequence << ", returned: " << returned;
    if (!landed) {
      const auto done = GetParam().run(**again);
      EXPECT_TRUE(done) << done.error().message;
      EXPECT_TRUE(content_of((*again)->store()) == after_)
          << "done anew it comes to something else";
    }
    return hit;
  }

  const CrashDisk::Image image_ = lived_in(Where::kTables);
  StoreContent before_, after_;
  std::uint64_t changes_ = 0, reads_ = 0;
};

// A usual run takes every so manieth n where there are many, from a random one on;
// TOCSIN_CASES=1000 takes them all.
TEST_P(EveryCall, ThatFailsLosesNothingThatReturnedAndHalvesNothing) {
  testsupport::RecordGen random(testsupport::test_seed());
  const int cases = testsupport::test_cases(25);
  for (const DiskFault fault :
       {DiskFault::kError, DiskFault::kTorn, DiskFault::kDying, DiskFault::kFullLog,
        DiskFault::kFullTable, DiskFault::kPowerCut, DiskFault::kReadError}) {
    const auto most = static_cast<int>(fault == DiskFault::kReadError ? reads_ : changes_);
    const int stride = std::max(1, most / cases);
    for (int n = 1 + random.below(stride); n <= most; n += stride) {
      if (!try_call(fault, static_cast<std::uint64_t>(n))) break;
      if (HasFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, EveryCall, testing::ValuesIn(operations()),
                         [](const auto& tested) { return tested.param.name; });

TEST(SlowSync, OnlyTakesTime) {
  SimDisk disk(lived_in(Where::kTables));
  int slow = 0;
  disk.on_slow_sync([&] { ++slow; });
  const auto daemon = must(DaemonOnDisk::open(disk), "open");
  disk.plan(DiskFault::kSlowSync, 1);
  const auto sent = daemon->send(price_line("new", "NG-YO", kToday, 310), kNow);
  EXPECT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(slow, 1);
}

}  // namespace
}  // namespace tocsin::sim
