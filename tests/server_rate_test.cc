// A producer gone mad is slowed down by its credit, and holds nobody else up. No sockets, no clock.

#include <gmock/gmock.h>

#include <map>

#include "ingest/session.h"
#include "server_fixture.h"

namespace tocsin::test {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;

// Producers that send whatever their credit allows, and an engine that commits it at once.
class RateTest : public testing::Test {
 protected:
  struct Sender {
    std::uint64_t session = 0, sequence = 0, sent = 0;
    Credit credit;
    std::string withheld;
  };

  static SessionOptions options() {
    SessionOptions options;
    options.frame = {10, 1'000};
    options.pool = {1'000, 100'000};
    options.heartbeat = milliseconds(2'000);
    options.rates = {{"mad", {.records_per_second = 100, .burst = 50}}};
    return options;
  }

  void say(const std::string& producer, const Parts& parts) {
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    table_.receive({.routing_id = producer, .producer = producer, .key = producer}, views, now_);
  }
  void hello(const std::string& producer) {
    say(producer, encode(HelloMessage{.epoch = "e", .last_ack = 0}));
    hear();
  }
  void hear() {
    table_.flush(now_);
    for (const Outgoing& out : table_.take_outgoing()) {
      Sender& sender = senders_[out.routing_id];
      const std::vector<std::string_view> views(out.parts.begin(), out.parts.end());
      const auto message = decode_server(views);
      ASSERT_TRUE(message);
      if (const auto* welcome = std::get_if<WelcomeMessage>(&*message)) {
        sender.session = welcome->session;
        sender.credit = welcome->credit;
      } else if (const auto* ack = std::get_if<AckMessage>(&*message)) {
        sender.credit = ack->credit;
      } else if (const auto* beat = std::get_if<ServerHeartbeat>(&*message)) {
        sender.credit = beat->credit;
        sender.withheld = beat->withheld;
      } else {
        FAIL() << out.routing_id << " was told " << out.parts[2];
      }
    }
  }
  // Sends all that the credit allows, but at most `most` frames of 10 records.
  void send(const std::string& producer, std::uint64_t most) {
    Sender& sender = senders_[producer];
    for (; most > 0 && sender.sent + 10 <= sender.credit.records; --most, sender.sent += 10)
      say(producer, encode(BatchMessage{.session = sender.session,
                                        .sequence = ++sender.sequence,
                                        .records = 10,
                                        .payload = "{}\n"}));
  }
  void commit() {
    std::deque<Frame>& pending = table_.pending();
    for (; !pending.empty(); pending.pop_front())
      table_.apply(applied(pending.front(), static_cast<std::uint32_t>(pending.front().records)),
                   now_);
  }
  void pass(milliseconds time) {
    for (const Instant end = now_ + time; now_ < end; now_ += milliseconds(100)) {
      send("mad", 1'000);
      send("honest", 1);
      commit();
      table_.tick(now_);
      hear();
    }
  }

  TestPositions positions_;
  std::vector<std::string> notes_;
  SessionTable table_{options(), positions_, 1,
                      [this](const Note& note) { notes_.push_back(note.message); }};
  Instant now_{std::chrono::hours(1)};
  std::map<std::string, Sender> senders_;
};

TEST_F(RateTest, TheBurstComesAtOnceAndThenTheRate) {
  hello("mad");
  EXPECT_EQ(senders_["mad"].credit.records, 50U);
  pass(milliseconds(10'000));
  EXPECT_LE(senders_["mad"].sent, 50U + 1'000U);
  EXPECT_GE(senders_["mad"].sent, 900U);
}

TEST_F(RateTest, TheMadWaitsAndIsToldWhyAndTheHonestDoesNot) {
  hello("mad");
  hello("honest");
  const std::uint64_t before = senders_["honest"].sent;
  pass(milliseconds(10'000));
  EXPECT_EQ(senders_["honest"].sent - before, 1'000U) << "a frame every 100 ms";
  EXPECT_EQ(senders_["honest"].withheld, "");
  EXPECT_LE(senders_["mad"].sent, 1'050U);
  EXPECT_THAT(notes_, Contains(HasSubstr("faster than its rate")));
  for (const ProducerStatistics& producer : table_.producers()) {
    EXPECT_EQ(producer.records_accepted, senders_[producer.name].sent);
    EXPECT_EQ(producer.throttles > 0, producer.name == "mad");
  }
}

TEST_F(RateTest, AHeartbeatSaysRateWhileItWaits) {
  hello("mad");
  send("mad", 1'000);
  commit();
  table_.tick(now_);
  hear();
  EXPECT_EQ(senders_["mad"].withheld, "rate");
  EXPECT_EQ(table_.producers().front().throttled, 1U);
  now_ += milliseconds(600);
  table_.tick(now_);
  hear();
  EXPECT_EQ(senders_["mad"].withheld, "");
  EXPECT_EQ(senders_["mad"].credit.records, 100U);
  EXPECT_EQ(table_.producers().front().throttled, 0U);
}

TEST_F(RateTest, SeveralSessionsShareOneRate) {
  hello("mad");
  const std::vector<std::string> parts = encode(HelloMessage{.epoch = "f", .last_ack = 0});
  const std::vector<std::string_view> views(parts.begin(), parts.end());
  table_.receive({.routing_id = "second", .producer = "mad", .key = "mad"}, views, now_);
  hear();
  EXPECT_EQ(senders_["second"].credit.records, 0U);
}

TEST_F(RateTest, ANewRateHoldsAtOnce) {
  hello("mad");
  pass(milliseconds(1'000));
  table_.set_rates({{"mad", {.records_per_second = 1'000, .burst = 500}}});
  const std::uint64_t before = senders_["mad"].sent;
  pass(milliseconds(1'000));
  EXPECT_GT(senders_["mad"].sent - before, 500U);
}

TEST_F(RateTest, WithoutOneAProducerIsNotHeldUp) {
  hello("honest");
  for (int i = 0; i < 100; ++i) {
    send("honest", 1'000);
    commit();
    hear();
  }
  EXPECT_GT(senders_["honest"].sent, 10'000U);
}

}  // namespace
}  // namespace tocsin::test
