// The server's side of docs/PROTOCOL.md over real sockets.

#include <gtest/gtest.h>

#include "server_fixture.h"

namespace tocsin::test {
namespace {

constexpr std::string_view kEpoch = "e1";
const std::string kE(kEpoch);

std::uint64_t refusals(const ServerStatistics& statistics, Refusal refusal) {
  return statistics.refusals[static_cast<std::size_t>(refusal)];
}

TEST(ServerSession, WelcomesWithPositionCreditAndLimits) {
  Served served;
  served.positions.set("alpha", kE, 7);
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE, 7);
  EXPECT_EQ(welcome.durable, 7U);
  EXPECT_FALSE(welcome.regression);
  EXPECT_EQ(welcome.limits, FrameLimits{});
  EXPECT_TRUE(welcome.credit.covers({welcome.limits.records, welcome.limits.bytes}));
}

TEST(ServerSession, AcknowledgesOnlyAfterTheCommit) {
  Served served;
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE);
  producer.batch(welcome, 1, "{\"id\":\"a\"}\n");
  const Frame frame = served.sink.take();
  EXPECT_EQ(frame.producer, "alpha");
  EXPECT_EQ(frame.epoch, kE);
  EXPECT_EQ(frame.sequence, 1U);
  EXPECT_EQ(frame.payload, "{\"id\":\"a\"}\n");
  EXPECT_EQ(served.statistics().acks_sent, 0U);
  served.commit(frame);
  const AckMessage ack = producer.expect<AckMessage>();
  EXPECT_EQ(ack.durable, 1U);
  ASSERT_EQ(ack.frames.size(), 1U);
  EXPECT_EQ(ack.frames[0].fates[static_cast<std::size_t>(Fate::kApplied)], 1U);
  EXPECT_GT(ack.credit.records, welcome.credit.records - 1);
}

TEST(ServerSession, TellsWhyARecordWasRefused) {
  Served served;
  RawProducer producer(served.server->endpoint());
  producer.batch(producer.hello(kE), 1, "{}\n{}\n", 2);
  FrameResult result = applied(served.sink.take());
  result.fates[static_cast<std::size_t>(Fate::kQuarantined)] = 1;
  const RecordNack nack{
      1, {"unknown-indicator", "/data/indicator", "\"ranfall\" is unknown", "rainfall"}};
  result.nacks.push_back(nack);
  served.server->post(result);
  const AckMessage ack = producer.expect<AckMessage>();
  ASSERT_EQ(ack.frames.size(), 1U);
  EXPECT_EQ(ack.frames[0].nacks, std::vector{nack});
  EXPECT_EQ(ack.frames[0].fates[static_cast<std::size_t>(Fate::kQuarantined)], 1U);
}

TEST(ServerSession, AcknowledgesADurableFrameAgainWithoutApplyingIt) {
  Served served;
  served.positions.set("alpha", kE, 3);
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE);
  producer.batch(welcome, 2);
  EXPECT_EQ(producer.expect<AckMessage>().durable, 3U);
  producer.batch(welcome, 4);
  EXPECT_EQ(served.sink.take().sequence, 4U);
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.frames_duplicate == 1; }));
}

TEST(ServerSession, TakesAFrameInFlightOnceThoughItIsSentAgain) {
  Served served;
  RawProducer first(served.server->endpoint());
  first.batch(first.hello(kE), 1);
  const Frame frame = served.sink.take();
  RawProducer second(served.server->endpoint());
  const WelcomeMessage welcome = second.hello(kE);
  EXPECT_EQ(welcome.durable, 0U);
  second.batch(welcome, 1);
  second.batch(welcome, 2);
  EXPECT_EQ(served.sink.take().sequence, 2U);
  served.commit(frame);
  EXPECT_EQ(second.expect<AckMessage>().durable, 1U);
}

TEST(ServerSession, RefusesAGapAndNamesTheNext) {
  Served served;
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE);
  producer.batch(welcome, 1);
  producer.batch(welcome, 3);
  producer.batch(welcome, 4);
  const ErrorMessage error = producer.expect<ErrorMessage>();
  EXPECT_EQ(error.refusal, Refusal::kGap);
  EXPECT_EQ(error.expected, 2U);
  // The session is over: what was behind the gap is ignored, and a new HELLO goes on where it
  // stopped.
  const WelcomeMessage again = producer.hello(kE);
  producer.batch(again, 2);
  EXPECT_EQ(served.sink.take().sequence, 1U);
  EXPECT_EQ(served.sink.take().sequence, 2U);
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.frames_stale == 1; }));
}

TEST(ServerSession, RefusesBeyondCreditUnreadAndDeniesTheKey) {
  Served served([](ServerOptions& options) {
    options.sessions.frame = {10, 1000};
    options.sessions.pool = {10, 1000};
  });
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE);
  EXPECT_EQ(welcome.credit, (Credit{10, 1000}));
  producer.batch(welcome, 1, "{}\n", 10);
  producer.batch(welcome, 2, "{}\n", 1);
  const ErrorMessage error = producer.expect<ErrorMessage>();
  EXPECT_EQ(error.refusal, Refusal::kBeyondCredit);
  EXPECT_EQ(error.retry_after_ms, 60'000U);
  EXPECT_EQ(served.sink.take().sequence, 1U);
  EXPECT_TRUE(served.sink.empty());
  producer.send(encode(HelloMessage{.epoch = kE, .last_ack = 0}));
  EXPECT_TRUE(producer.was_turned_away());  // cut, and refused at the door
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.authentication_failures > 0; }));
  EXPECT_EQ(served.statistics().keys_denied, 1U);
}

TEST(ServerSession, LetsADeniedKeyInAgainAfterItsTime) {
  Served served([](ServerOptions& options) {
    options.sessions.frame = {10, 1000};
    options.sessions.pool = {10, 1000};
    options.sessions.deny_time = std::chrono::milliseconds(50);
  });
  RawProducer greedy(served.server->endpoint());
  const WelcomeMessage welcome = greedy.hello(kE);
  greedy.batch(welcome, 1, "{}\n", 10);
  greedy.batch(welcome, 2, "{}\n", 10);
  EXPECT_EQ(greedy.expect<ErrorMessage>().refusal, Refusal::kBeyondCredit);
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  bool back = false;
  while (!back && std::chrono::steady_clock::now() < until) {
    RawProducer later(served.server->endpoint());
    later.send(encode(HelloMessage{.epoch = kE, .last_ack = 0}));
    back = later.receive(std::chrono::milliseconds(100)).has_value();
  }
  EXPECT_TRUE(back);
}

TEST(ServerSession, TheNewestSessionWinsAndTheOlderIsTold) {
  Served served;
  RawProducer older(served.server->endpoint());
  const WelcomeMessage old_welcome = older.hello(kE);
  RawProducer newer(served.server->endpoint());
  const WelcomeMessage welcome = newer.hello(kE);
  EXPECT_EQ(older.expect<ErrorMessage>().refusal, Refusal::kSuperseded);
  older.batch(old_welcome, 1);
  newer.batch(welcome, 1, "[{}]");
  EXPECT_EQ(served.sink.take().payload, "[{}]");
}

TEST(ServerSession, AHelloThatWasOvertakenEndsNothing) {
  Served served;
  RawProducer late(served.server->endpoint());
  RawProducer current(served.server->endpoint());
  current.send(encode(HelloMessage{.epoch = kE, .last_ack = 0, .attempt = 8}));
  const WelcomeMessage welcome = current.expect<WelcomeMessage>();
  late.send(encode(HelloMessage{.epoch = kE, .last_ack = 0, .attempt = 7}));
  const ErrorMessage refused = late.expect<ErrorMessage>();
  EXPECT_EQ(refused.refusal, Refusal::kTryLater);
  EXPECT_TRUE(refused.retry_after_ms);
  EXPECT_EQ(refused.message,
            "HELLO is attempt 7, the session of this producer and epoch is of attempt 8");
  // The same one again, on the connection that has its session.
  current.send(encode(HelloMessage{.epoch = kE, .last_ack = 0, .attempt = 8}));
  current.batch(welcome, 1, "[{}]");
  EXPECT_EQ(served.sink.take().payload, "[{}]");
  EXPECT_EQ(served.statistics().sessions_opened, 1U);
  // With nobody to overtake it any attempt will do: a producer's clock may have gone back.
  current.send(encode(ByeMessage{.session = welcome.session}));
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.sessions == 0; }));
  late.send(encode(HelloMessage{.epoch = kE, .last_ack = 0, .attempt = 7}));
  const WelcomeMessage first = late.expect<WelcomeMessage>();
  current.send(encode(HelloMessage{.epoch = kE, .last_ack = 0, .attempt = 9}));
  EXPECT_EQ(late.expect<ErrorMessage>().refusal, Refusal::kSuperseded);
  EXPECT_GT(current.expect<WelcomeMessage>().session, first.session);
}

TEST(ServerSession, ReportsARegressionToBothSides) {
  Served served;
  served.positions.set("alpha", kE, 5);
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE, 9);
  ASSERT_TRUE(welcome.regression);
  EXPECT_EQ(welcome.regression->acked, 9U);
  EXPECT_EQ(welcome.durable, 5U);
  EXPECT_TRUE(served.eventually([](const auto& s) { return s.regressions == 1; }));
  ASSERT_FALSE(served.notes().empty());
  EXPECT_EQ(served.notes()[0].kind, NoteKind::kRegression);
  producer.batch(welcome, 6);  // the producer heals it
  EXPECT_EQ(served.sink.take().sequence, 6U);
}

TEST(ServerSession, RefusesWhatIsTooLarge) {
  Served served([](ServerOptions& options) { options.sessions.frame = {10, 8000}; });
  RawProducer producer(served.server->endpoint());
  producer.batch(producer.hello(kE), 1, "{}\n", 11);
  EXPECT_EQ(producer.expect<ErrorMessage>().refusal, Refusal::kTooLarge);
  producer.batch(producer.hello(kE), 1, std::string(8001, ' '), 1);
  EXPECT_EQ(producer.expect<ErrorMessage>().refusal, Refusal::kTooLarge);
  producer.batch(producer.hello(kE), 1, std::string(16'001, ' '), 1);
  EXPECT_TRUE(producer.was_turned_away());  // libzmq cuts the connection
  EXPECT_TRUE(served.sink.empty());
}

struct BadMessageCase {
  const char* name;
  Parts parts;
  Refusal want;
};
class BadMessage : public testing::TestWithParam<BadMessageCase> {};
TEST_P(BadMessage, IsAnsweredWithItsReason) {
  Served served;
  RawProducer producer(served.server->endpoint());
  producer.send(GetParam().parts);
  EXPECT_EQ(producer.expect<ErrorMessage>().refusal, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Server, BadMessage,
    testing::ValuesIn<BadMessageCase>({
        {"other_version", {"tocsin/2", "HELLO", "{}"}, Refusal::kUnsupportedVersion},
        {"no_version", {"HELLO"}, Refusal::kBadMessage},
        {"no_verb", {"tocsin/1", "SHOUT", "{}"}, Refusal::kBadMessage},
        {"no_json", {"tocsin/1", "HELLO", "{"}, Refusal::kBadMessage},
        {"no_epoch", {"tocsin/1", "HELLO", R"({"last_ack":0})"}, Refusal::kBadMessage},
        {"bad_epoch",
         {"tocsin/1", "HELLO", R"({"epoch":"a b","last_ack":0})"},
         Refusal::kBadMessage},
        {"negative", {"tocsin/1", "HELLO", R"({"epoch":"a","last_ack":-1})"}, Refusal::kBadMessage},
        {"part_missing",
         {"tocsin/1", "BATCH", R"({"session":1,"sequence":1,"records":1})"},
         Refusal::kBadMessage},
        {"part_too_many",
         {"tocsin/1", "HELLO", R"({"epoch":"a","last_ack":0})", "", "", "", "", ""},
         Refusal::kBadMessage},
        {"no_session",
         {"tocsin/1", "BATCH", R"({"session":1,"sequence":1,"records":1})", "{}"},
         Refusal::kNoSession},
        {"beat_without_session",
         {"tocsin/1", "HEARTBEAT", R"({"session":1,"acked":0})"},
         Refusal::kNoSession},
    }),
    [](const auto& tc) { return std::string(tc.param.name); });

TEST(ServerSession, SaysTryLaterWhenThePositionCannotBeRead) {
  Served served;
  served.positions.fail_with(Error{ErrorCode::kIo, "disk on fire"});
  RawProducer producer(served.server->endpoint());
  producer.send(encode(HelloMessage{.epoch = kE, .last_ack = 0}));
  EXPECT_EQ(producer.expect<ErrorMessage>().refusal, Refusal::kTryLater);
  served.positions.fail_with(std::nullopt);
  EXPECT_EQ(producer.hello(kE).durable, 0U);
}

struct RefusedCase {
  const char* name;
  ErrorCode code;
  Refusal want;
};
class RefusedFrame : public testing::TestWithParam<RefusedCase> {};
TEST_P(RefusedFrame, LetsNothingBehindItThrough) {
  Served served;
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE);
  for (const std::uint64_t sequence : {1U, 2U, 3U}) producer.batch(welcome, sequence);
  std::vector<FrameResult> results;
  for (int i = 0; i < 3; ++i) results.push_back(applied(served.sink.take()));
  for (const std::size_t i : {1U, 2U}) results[i].refused = Error{GetParam().code, "no"};
  served.server->post(std::move(results));
  const ErrorMessage error = producer.expect<ErrorMessage>();
  EXPECT_EQ(error.refusal, GetParam().want);
  EXPECT_EQ(error.sequence, 2U);
  const WelcomeMessage again = producer.hello(kE);
  EXPECT_EQ(again.durable, 1U);
  producer.batch(again, 2);
  EXPECT_EQ(served.sink.take().sequence, 2U);
}
INSTANTIATE_TEST_SUITE_P(Server, RefusedFrame,
                         testing::ValuesIn<RefusedCase>({
                             {"for_now", ErrorCode::kUnavailable, Refusal::kTryLater},
                             {"for_good", ErrorCode::kInvalid, Refusal::kFrameRefused},
                         }),
                         [](const auto& tc) { return std::string(tc.param.name); });

TEST(ServerSession, AcknowledgesAndEndsWhenMoreRecordsCameThanDeclared) {
  Served served;
  RawProducer producer(served.server->endpoint());
  producer.batch(producer.hello(kE), 1, "{}\n{}\n", 1);
  served.server->post(applied(served.sink.take(), 2));
  producer.expect_durable(1);
  EXPECT_EQ(producer.expect<ErrorMessage>().refusal, Refusal::kRecordCount);
}

TEST(ServerSession, TellsTheFatesOfAMissedAckAfterTheNextHello) {
  Served served;
  {
    RawProducer producer(served.server->endpoint());
    producer.batch(producer.hello(kE), 1);
    served.commit(served.sink.take());
    ASSERT_TRUE(served.eventually([](const auto& s) { return s.frames_durable == 1; }));
  }
  RawProducer again(served.server->endpoint());
  EXPECT_EQ(again.hello(kE, 0).durable, 1U);
  const AckMessage ack = again.expect<AckMessage>();
  ASSERT_EQ(ack.frames.size(), 1U);
  EXPECT_EQ(ack.frames[0].sequence, 1U);
}

TEST(ServerSession, RepeatsALostAckInHeartbeats) {
  Served served([](ServerOptions& o) { o.sessions.heartbeat = std::chrono::milliseconds(50); });
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE);
  producer.batch(welcome, 1);
  served.commit(served.sink.take());
  producer.expect<AckMessage>();  // which the producer loses
  EXPECT_EQ(producer.expect<ServerHeartbeat>().durable, 1U);
  producer.send(encode(HeartbeatMessage{.session = welcome.session, .acked = 0}));
  const AckMessage again = producer.expect<AckMessage>();
  ASSERT_EQ(again.frames.size(), 1U);
  EXPECT_EQ(again.frames[0].sequence, 1U);
}

TEST(ServerSession, TellsEveryFateOfACommitOfMoreFramesThanAreKept) {
  Served served([](ServerOptions& o) {
    o.sessions.outcomes_kept = 8;
    o.sessions.nacks_kept = 6;
  });
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello(kE);
  constexpr std::uint64_t kFrames = 40;
  std::vector<FrameResult> commit;
  for (std::uint64_t i = 1; i <= kFrames; ++i) {
    producer.batch(welcome, i);
    commit.push_back(applied(served.sink.take()));
    if (i % 2 == 0) commit.back().nacks.push_back({0, {"unknown-source", "/source", "", ""}});
  }
  served.server->post(std::move(commit));
  std::uint64_t told = 0, nacks = 0;
  while (told < kFrames)
    for (const FrameOutcome& outcome : producer.expect<AckMessage>().frames) {
      EXPECT_EQ(outcome.sequence, ++told);
      nacks += outcome.nacks.size();
    }
  EXPECT_EQ(nacks, kFrames / 2);
  EXPECT_EQ(served.statistics().outcomes_dropped, 0U);
}

TEST(ServerSession, TakesSilenceForGone) {
  Served served([](ServerOptions& o) { o.sessions.heartbeat = std::chrono::milliseconds(20); });
  RawProducer producer(served.server->endpoint());
  producer.hello(kE);
  EXPECT_EQ(producer.expect<ErrorMessage>().refusal, Refusal::kTimeout);
  EXPECT_TRUE(served.eventually(
      [](const auto& s) { return s.sessions == 0 && s.pool_available == s.pool_total; }));
}

TEST(ServerSession, SaysByeWhenItGoesDown) {
  Served served;
  RawProducer producer(served.server->endpoint());
  producer.hello(kE);
  served.server->stop();
  EXPECT_FALSE(producer.expect<ServerBye>().message.empty());
}

TEST(ServerSession, CountsEveryRefusalByItsReason) {
  Served served;
  RawProducer producer(served.server->endpoint());
  producer.batch(producer.hello(kE), 5);
  producer.expect<ErrorMessage>();
  EXPECT_TRUE(served.eventually([](const auto& s) { return refusals(s, Refusal::kGap) == 1; }));
}

}  // namespace
}  // namespace tocsin::test
