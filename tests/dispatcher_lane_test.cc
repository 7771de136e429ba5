#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "alerting/dispatcher.h"
#include "tests/support/alert_samples.h"
#include "tests/support/memory_outbox.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;

// A channel whose answers the test writes; keeps the order of what it was given.
class ScriptedChannel : public DeliveryChannel {
 public:
  using Answer = std::function<Outcome(const PendingDispatch&, const Deadline&)>;
  explicit ScriptedChannel(Answer answer) : answer_(std::move(answer)) {}

  DeliveryResult attempt(const PendingDispatch& pending, const Catalogue&,
                         const Deadline& deadline) override {
    return {pending.dispatch.id, answer_(pending, deadline), "scripted"};
  }

 private:
  Answer answer_;
};

// Holds threads up until the test opens it, or a stop is asked for.
class Gate {
 public:
  void open() {
    const std::lock_guard guard(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  // false when it was stopped.
  bool pass(const std::stop_token& stop) {
    std::unique_lock guard(mutex_);
    ++arrived_;
    changed_.notify_all();
    return changed_.wait(guard, stop, [&] { return open_; });
  }
  void wait_for_arrivals(int count) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;
  int arrived_ = 0;
};

// What a channel was given, in order; safe for several threads.
class Log {
 public:
  void add(const PendingDispatch& pending) {
    const std::lock_guard guard(mutex_);
    revisions_.push_back(pending.dispatch.revision);
    levels_.push_back(pending.revision.level);
  }
  std::vector<std::uint32_t> revisions() {
    const std::lock_guard guard(mutex_);
    return revisions_;
  }
  std::vector<Level> levels() {
    const std::lock_guard guard(mutex_);
    return levels_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::uint32_t> revisions_;
  std::vector<Level> levels_;
};

PendingDispatch pending(AlertRevision revision, Channel channel = Channel::kEmail,
                        std::string target = "a@example.org") {
  PendingDispatch pending;
  pending.dispatch.alert = revision.alert;
  pending.dispatch.revision = revision.number;
  pending.dispatch.committee = kNigeriaSenate;
  pending.dispatch.address = {channel, std::move(target)};
  pending.dispatch.id =
      dispatch_id(revision.alert, revision.number, kNigeriaSenate, pending.dispatch.address);
  pending.revision = std::move(revision);
  return pending;
}

PendingDispatch numbered(int i, Level level = Level::kWatch) {
  AlertRevision revision = sample_raised();
  revision.alert = hash128("alert " + std::to_string(i));
  revision.level = level;
  return pending(std::move(revision));
}

LaneOptions lane(ScriptedChannel::Answer answer, std::size_t concurrency = 1,
                 Channel channel = Channel::kEmail) {
  return {.channel = channel,
          .delivery = std::make_unique<ScriptedChannel>(std::move(answer)),
          .concurrency = concurrency};
}

// No poll: everything must move by wake() alone.
template <class... Lanes>
DispatcherOptions options(Lanes... lanes) {
  DispatcherOptions options;
  (options.lanes.push_back(std::move(lanes)), ...);
  options.poll = hours(1);
  return options;
}

Outcome accept(const PendingDispatch&, const Deadline&) { return Outcome::kAccepted; }

TEST(Dispatcher, DrainsMoreThanOneBatchWithSeveralThreads) {
  MemoryOutbox outbox;
  for (int i = 0; i < 300; ++i) outbox.add(numbered(i));
  Dispatcher dispatcher(options(lane(accept, 4)), outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  EXPECT_EQ(outbox.results().size(), 300U);
}

TEST(Dispatcher, NothingIsAttemptedAgainBeforeItsResultIsCommitted) {
  MemoryOutbox outbox;
  outbox.hold();
  for (int i = 0; i < 100; ++i) outbox.add(numbered(i));
  Dispatcher dispatcher(options(lane(accept, 2)), outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait([](const MemoryOutbox& o) { return o.held() == 100; });
  for (int i = 0; i < 10; ++i) dispatcher.wake();  // the rows are all due still
  outbox.add(numbered(100));
  dispatcher.wake();
  outbox.wait([](const MemoryOutbox& o) { return o.held() == 101; });
  outbox.release();
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  EXPECT_EQ(outbox.results().size(), 101U);
}

TEST(Dispatcher, UnconfirmedAttemptsAreBounded) {
  MemoryOutbox outbox;
  outbox.hold();
  for (int i = 0; i < 50; ++i) outbox.add(numbered(i));
  auto bounded = options(lane(accept));
  bounded.unconfirmed_max = 10;
  bounded.batch_max = 7;
  Dispatcher dispatcher(std::move(bounded), outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait([](const MemoryOutbox& o) { return o.held() == 10; });
  EXPECT_EQ(dispatcher.statistics()[0].unconfirmed + dispatcher.statistics()[0].in_flight, 10U);
  outbox.release();
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  EXPECT_EQ(outbox.results().size(), 50U);
}

TEST(Dispatcher, FailureIsRetriedUntilItIsAccepted) {
  MemoryOutbox outbox;
  outbox.add(numbered(0));
  int attempts = 0;
  Dispatcher dispatcher(options(lane([&](const PendingDispatch&, const Deadline&) {
                          return ++attempts < 5 ? Outcome::kTryAgain : Outcome::kAccepted;
                        })),
                        outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  EXPECT_EQ(attempts, 5);
  EXPECT_EQ(outbox.row(numbered(0).dispatch.id).state, DispatchState::kAccepted);
  const LaneStatistics statistics = dispatcher.statistics()[0];
  EXPECT_EQ(statistics.attempts, 5U);
  EXPECT_EQ(statistics.try_again, 4U);
  EXPECT_EQ(statistics.accepted, 1U);
}

TEST(Dispatcher, ChannelThatHangsDoesNotHoldUpAnother) {
  MemoryOutbox outbox;
  Gate gate;
  for (int i = 0; i < 20; ++i) outbox.add(numbered(i));
  const PendingDispatch cap = pending(sample_raised(), Channel::kCap, "ng");
  outbox.add(cap);
  Dispatcher dispatcher(options(lane(
                                    [&](const PendingDispatch&, const Deadline& deadline) {
                                      gate.pass(deadline.stop);
                                      return Outcome::kTryAgain;
                                    },
                                    2),
                                lane(accept, 1, Channel::kCap)),
                        outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  gate.wait_for_arrivals(2);
  outbox.wait([&](const MemoryOutbox& o) {
    return o.row(cap.dispatch.id).state == DispatchState::kAccepted;
  });
  dispatcher.stop(milliseconds(0));
  EXPECT_EQ(outbox.results().size(), 1U);  // what was cut off has no result and stays due
}

TEST(Dispatcher, LaterRevisionWaitsForTheEarlierOne) {
  MemoryOutbox outbox;
  Log log;
  outbox.add(pending(sample_withdrawn()));
  outbox.add(pending(sample_escalated()));
  outbox.add(pending(sample_raised()));
  int failures = 3;
  Dispatcher dispatcher(options(lane(
                            [&](const PendingDispatch& one, const Deadline&) {
                              log.add(one);
                              return failures-- > 0 ? Outcome::kTryAgain : Outcome::kAccepted;
                            },
                            1)),
                        outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  EXPECT_THAT(log.revisions(), ElementsAre(1, 1, 1, 1, 2, 4));
}

TEST(Dispatcher, RevisionsToAnotherAddressDoNotWait) {
  MemoryOutbox outbox;
  Gate gate;
  const PendingDispatch other = pending(sample_escalated(), Channel::kEmail, "b@example.org");
  outbox.add(pending(sample_raised()));
  outbox.add(other);
  Dispatcher dispatcher(options(lane(
                            [&](const PendingDispatch& one, const Deadline& deadline) {
                              if (one.dispatch.revision == 1) gate.pass(deadline.stop);
                              return Outcome::kAccepted;
                            },
                            2)),
                        outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait([&](const MemoryOutbox& o) {
    return o.row(other.dispatch.id).state == DispatchState::kAccepted;
  });
  gate.open();
  outbox.wait_until_settled();
}

TEST(Dispatcher, DeadEarlierRevisionHoldsNothingUp) {
  MemoryOutbox outbox;
  outbox.add(pending(sample_raised()));
  outbox.add(pending(sample_escalated()));
  Dispatcher dispatcher(options(lane([](const PendingDispatch& one, const Deadline&) {
                          return one.dispatch.revision == 1 ? Outcome::kRefused
                                                            : Outcome::kAccepted;
                        })),
                        outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  EXPECT_EQ(outbox.row(pending(sample_raised()).dispatch.id).state, DispatchState::kDead);
  EXPECT_EQ(outbox.row(pending(sample_escalated()).dispatch.id).state, DispatchState::kAccepted);
}

TEST(Dispatcher, ManyWaitingRevisionsDoNotHideOtherDispatches) {
  MemoryOutbox outbox;
  Gate gate;
  outbox.add(pending(sample_raised()));
  for (std::uint32_t number = 2; number < 200; ++number) {
    AlertRevision revision = sample_escalated();
    revision.number = number;
    outbox.add(pending(revision));
  }
  for (int i = 0; i < 20; ++i) outbox.add(numbered(i));
  auto small = options(lane(
      [&](const PendingDispatch& one, const Deadline& deadline) {
        if (one.dispatch.alert == sample_raised().alert) gate.pass(deadline.stop);
        return Outcome::kAccepted;
      },
      2));
  small.batch_max = 8;
  Dispatcher dispatcher(std::move(small), outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait([](const MemoryOutbox& o) { return o.results().size() == 20; });
  gate.open();
  outbox.wait_until_settled();
}

TEST(Dispatcher, HigherLevelGoesFirst) {
  MemoryOutbox outbox;
  Log log;
  outbox.add(numbered(1, Level::kWatch));
  outbox.add(numbered(2, Level::kEmergency));
  outbox.add(numbered(3, Level::kWarning));
  Dispatcher dispatcher(options(lane([&](const PendingDispatch& one, const Deadline&) {
                          log.add(one);
                          return Outcome::kAccepted;
                        })),
                        outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait_until_settled();
  EXPECT_THAT(log.levels(), ElementsAre(Level::kEmergency, Level::kWarning, Level::kWatch));
}

TEST(Dispatcher, UnreadableOutboxIsReportedAndTriedAgain) {
  MemoryOutbox outbox;
  outbox.break_reads(2);
  outbox.add(numbered(0));
  auto polling = options(lane(accept));
  polling.poll = milliseconds(1);
  Dispatcher dispatcher(std::move(polling), outbox.ports(sample_catalogue()));
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  EXPECT_EQ(outbox.troubles(), 2);
  EXPECT_EQ(dispatcher.statistics()[0].outbox_errors, 2U);
}

TEST(Dispatcher, StopWaitsForAttemptsInFlight) {
  MemoryOutbox outbox;
  Gate gate;
  outbox.add(numbered(0));
  Dispatcher dispatcher(options(lane([&](const PendingDispatch&, const Deadline& deadline) {
                          return gate.pass(deadline.stop) ? Outcome::kAccepted : Outcome::kTryAgain;
                        })),
                        outbox.ports(sample_catalogue()));
  gate.wait_for_arrivals(1);
  std::thread opener([&] { gate.open(); });
  dispatcher.stop(hours(1));
  opener.join();
  ASSERT_EQ(outbox.results().size(), 1U);
  EXPECT_EQ(outbox.results()[0].outcome, Outcome::kAccepted);
}

TEST(Dispatcher, StopTwiceIsHarmless) {
  MemoryOutbox outbox;
  Dispatcher dispatcher(options(lane(accept)), outbox.ports(sample_catalogue()));
  dispatcher.stop(hours(1));
  dispatcher.stop(hours(1));
}

}  // namespace
}  // namespace tocsin
