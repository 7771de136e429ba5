// Credit: one pool, shared, never exceeded, never lost.

#include <gtest/gtest.h>

#include "server_fixture.h"

namespace tocsin::test {
namespace {

std::function<void(ServerOptions&)> pool(std::uint64_t frames) {
  return [frames](ServerOptions& options) {
    options.sessions.frame = {10, 1000};
    options.sessions.pool = {10 * frames, 1000 * frames};
  };
}

TEST(ServerCredit, GrowsWithEveryCommitByWhatWasUsed) {
  Served served(pool(1));
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello("e");
  EXPECT_EQ(welcome.credit.records, 10U);
  producer.batch(welcome, 1, "{}\n", 10);
  served.server->post(applied(served.sink.take(), 10));
  const AckMessage ack = producer.expect<AckMessage>();
  EXPECT_EQ(ack.credit, (Credit{20, 1003}));
}

TEST(ServerCredit, LeavesSomethingForTheNextToCome) {
  Served served(pool(12));
  RawProducer first(served.server->endpoint()), second(served.server->endpoint()),
      third(served.server->endpoint());
  EXPECT_EQ(first.hello("a").credit.records, 60U);
  EXPECT_EQ(second.hello("b").credit.records, 40U);
  EXPECT_EQ(third.hello("c").credit.records, 20U);
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.pool_available.records == 0; }));
}

TEST(ServerCredit, IsSharedByTwoProducers) {
  Served served(pool(1));
  RawProducer first(served.server->endpoint()), second(served.server->endpoint());
  const WelcomeMessage one = first.hello("a");
  const WelcomeMessage two = second.hello("b");
  EXPECT_EQ(one.credit.records, 10U);
  EXPECT_EQ(two.credit, Credit{});  // the pool is spoken for
  first.batch(one, 1, "{}\n", 10);
  served.server->post(applied(served.sink.take(), 10));
  EXPECT_EQ(first.expect<AckMessage>().durable, 1U);
  // Who has waited longest comes first; the first producer's leftover bytes go back for it.
  EXPECT_EQ(second.expect<ServerHeartbeat>().credit, (Credit{10, 1000}));
  EXPECT_EQ(first.expect<ErrorMessage>().refusal, Refusal::kIdle);
  EXPECT_EQ(first.hello("a", 1).credit, Credit{});
  second.batch(two, 1, "{}\n" + std::string(997, ' '), 10);
  served.server->post(applied(served.sink.take(), 10));
  EXPECT_EQ(first.expect<ServerHeartbeat>().credit, (Credit{10, 1000}));
}

TEST(ServerCredit, ComesBackFromIdleSessionsWhenOthersWait) {
  Served served([](ServerOptions& options) {
    pool(1)(options);
    options.sessions.idle_time = std::chrono::milliseconds(50);
    options.sessions.heartbeat = std::chrono::milliseconds(100);
  });
  RawProducer idle(served.server->endpoint()), waiting(served.server->endpoint());
  idle.hello("a");
  EXPECT_EQ(waiting.hello("b").credit, Credit{});
  EXPECT_EQ(idle.expect<ErrorMessage>().refusal, Refusal::kIdle);
  EXPECT_EQ(waiting.expect<ServerHeartbeat>().credit.records, 10U);
}

TEST(ServerCredit, BeyondItsShareComesBackFromWhoSpendsSlowlyWhenOthersStarve) {
  Served served([](ServerOptions& options) {
    pool(12)(options);
    options.sessions.starve_time = std::chrono::milliseconds(50);
    options.sessions.heartbeat = std::chrono::milliseconds(400);
  });
  std::vector<std::unique_ptr<RawProducer>> early;
  std::vector<WelcomeMessage> welcomes;
  for (const char* epoch : {"a", "b", "c"}) {
    early.push_back(std::make_unique<RawProducer>(served.server->endpoint()));
    welcomes.push_back(early.back()->hello(epoch));
  }
  EXPECT_EQ(welcomes[0].credit.records, 60U);
  RawProducer late(served.server->endpoint());
  EXPECT_EQ(late.hello("d").credit, Credit{});
  early[0]->batch(welcomes[0], 1, "{}\n", 1);  // not idle
  EXPECT_EQ(early[0]->expect<ErrorMessage>().refusal, Refusal::kIdle);
  EXPECT_GE(late.expect<ServerHeartbeat>().credit.records, 10U);
  // What was on its way is durable all the same, and the producer goes on.
  served.server->post(applied(served.sink.take(), 1));
  EXPECT_EQ(early[0]->hello("a", 0).session > welcomes[0].session, true);
  early[0]->expect_durable(1);
}

TEST(ServerCredit, OfAnEndedSessionComesBackOnlyWhenItsFramesAreDone) {
  Served served(pool(4));
  Frame frame;
  {
    RawProducer producer(served.server->endpoint());
    const WelcomeMessage welcome = producer.hello("a");
    producer.batch(welcome, 1, "{}\n", 10);
    frame = served.sink.take();
    producer.send(encode(ByeMessage{.session = welcome.session}));
    ASSERT_TRUE(served.eventually([](const auto& s) { return s.sessions == 0; }));
  }
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.pool_available.records == 30; }));
  served.commit(frame);
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.pool_available == s.pool_total; }));
}

TEST(ServerCredit, IsWithheldWithAReasonAndGrantedAgain) {
  Served served([](ServerOptions& options) {
    pool(1)(options);
    options.sessions.heartbeat = std::chrono::milliseconds(100);
  });
  served.server->withhold_credit("disk-full");
  ASSERT_TRUE(served.eventually([](const auto& s) { return s.withheld == "disk-full"; }));
  RawProducer producer(served.server->endpoint());
  EXPECT_EQ(producer.hello("a").credit, Credit{});
  const ServerHeartbeat beat = producer.expect<ServerHeartbeat>();
  EXPECT_EQ(beat.withheld, "disk-full");
  EXPECT_EQ(beat.credit, Credit{});
  served.server->withhold_credit("");
  const ServerHeartbeat granted = producer.expect<ServerHeartbeat>();
  EXPECT_EQ(granted.withheld, "");
  EXPECT_EQ(granted.credit.records, 10U);
}

TEST(ServerCredit, HoldsFramesThatTheSinkHasNoRoomFor) {
  Served served;
  served.sink.set_room(1);
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello("a");
  for (const std::uint64_t sequence : {1U, 2U, 3U}) producer.batch(welcome, sequence);
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.frames_pending == 2; }));
  for (const std::uint64_t sequence : {1U, 2U, 3U}) {
    const Frame frame = served.sink.take();
    EXPECT_EQ(frame.sequence, sequence);
    served.commit(frame);
  }
  producer.expect_durable(3);
}

// A producer that sends and never reads: its answers wait in bounded queues, others are served.
TEST(ServerCredit, AStuckProducerHoldsUpNobodyElse) {
  TestEngine engine;
  Served served([](ServerOptions& options) { options.send_queue = 2; }, &engine);
  RawProducer stuck(served.server->endpoint(), {}, "", 1);
  const WelcomeMessage welcome = stuck.hello("stuck");
  std::string payload;  // whose NACKs make long answers
  for (int i = 0; i < 900; ++i) payload += "{\"bad\":1}\n";
  for (std::uint64_t sequence = 1; sequence <= 30; ++sequence)
    stuck.batch(welcome, sequence, payload, 900);
  ASSERT_TRUE(served.eventually([](const auto& s) { return s.frames_durable == 30; }));
  RawProducer brisk(served.server->endpoint());
  brisk.batch(brisk.hello("brisk"), 1);
  brisk.expect_durable(1);
}

TEST(ServerCredit, TwoHundredConnectionsAllGetTheirTurn) {
  TestEngine engine;
  Served served(
      [](ServerOptions& options) {
        options.sessions.frame = {10, 1000};
        options.sessions.pool = {200, 20'000};  // for 20 frames at a time
        // The producers of this test say no heartbeats, and a slow machine needs its time.
        options.sessions.heartbeat = std::chrono::minutes(1);
        options.sessions.idle_time = std::chrono::minutes(10);
        options.sessions.starve_time = std::chrono::minutes(10);
      },
      &engine);
  std::vector<std::unique_ptr<RawProducer>> producers;
  std::vector<WelcomeMessage> welcomes;
  for (int i = 0; i < 200; ++i) {
    producers.push_back(std::make_unique<RawProducer>(served.server->endpoint()));
    welcomes.push_back(producers.back()->hello("e" + std::to_string(i)));
  }
  // The figures are published after the messages of their turn are sent.
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.sessions == 200; }));
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.connections == 200; }));
  for (int i = 0; i < 200; ++i) {
    RawProducer& producer = *producers[static_cast<std::size_t>(i)];
    const WelcomeMessage& welcome = welcomes[static_cast<std::size_t>(i)];
    ASSERT_FALSE(HasFailure());
    Credit credit = welcome.credit;
    for (int tries = 0; tries < 20 && credit.records == 0; ++tries)
      credit = producer.expect<ServerHeartbeat>().credit;
    producer.batch(welcome, 1, "{}\n", 10);
    producer.expect_durable(1);
    producer.send(encode(ByeMessage{.session = welcome.session}));
  }
  EXPECT_EQ(engine.committed(), 200U);
}

TEST(ServerCredit, ConnectionsBeyondTheLimitAreCut) {
  Served served([](ServerOptions& options) { options.connections_max = 1; });
  RawProducer first(served.server->endpoint());
  first.hello("a");
  RawProducer second(served.server->endpoint());
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.connections_refused > 0; }));
  EXPECT_FALSE(second.receive(std::chrono::milliseconds(1)));
}

TEST(ServerCredit, SessionsBeyondTheLimitAreToldToComeLater) {
  Served served([](ServerOptions& options) { options.sessions.sessions_max = 1; });
  RawProducer first(served.server->endpoint()), second(served.server->endpoint());
  first.hello("a");
  second.send(encode(HelloMessage{.epoch = "b", .last_ack = 0}));
  const ErrorMessage error = second.expect<ErrorMessage>();
  EXPECT_EQ(error.refusal, Refusal::kTooManySessions);
  EXPECT_TRUE(error.retry_after_ms);
}

}  // namespace
}  // namespace tocsin::test
