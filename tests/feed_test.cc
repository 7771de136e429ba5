// The lossy input: sequences, gaps and restarts of a publisher.
#include "ingest/feed.h"

#include <gmock/gmock.h>

#include "ingest/feed_sockets.h"
#include "server_fixture.h"

namespace tocsin::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string big_endian(std::uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(number >> static_cast<unsigned>(shift) & 0xFFU);
  return bytes;
}

std::string header(std::uint64_t epoch, std::uint64_t sequence) {
  return big_endian(epoch) + big_endian(sequence);
}

FeedOptions gauges() {
  return {.name = "gauges", .endpoint = "tcp://127.0.0.1:*", .topic = "level", .producer = "alpha"};
}

struct FeedTest : testing::Test {
  // Whether the message was taken.
  bool hear(std::uint64_t epoch, std::uint64_t sequence, const std::string& payload = "{}\n") {
    const std::string head = header(epoch, sequence);
    const std::vector<std::string_view> parts{"level", head, payload};
    frame = feed.receive(parts, {});
    return frame.has_value();
  }
  const FeedStatistics& counted() const { return feed.statistics(); }

  TestPositions positions;
  std::vector<std::string> notes;
  Feed feed{gauges(),
            {.records = 10, .bytes = 100},
            positions,
            [this](NoteKind, const std::string& text) { notes.push_back(text); }};
  std::optional<Frame> frame;
};

TEST_F(FeedTest, FramesBearTheFeedsEpochAndTheMessagesNumber) {
  ASSERT_TRUE(hear(0xAB, 1, "{}\n{}\n"));
  EXPECT_EQ(frame->producer, "alpha");
  EXPECT_EQ(frame->epoch, "feed:gauges:00000000000000ab");
  EXPECT_EQ(frame->sequence, 1U);
  EXPECT_EQ(frame->records, 2U);
  EXPECT_TRUE(is_feed_epoch(frame->epoch));
}

TEST_F(FeedTest, AGapIsCountedAndTold) {
  for (const std::uint64_t sequence : {1U, 2U, 5U, 6U, 10U}) EXPECT_TRUE(hear(1, sequence));
  EXPECT_EQ(counted().gaps, 2U);
  EXPECT_EQ(counted().missed, 5U);
  EXPECT_EQ(counted().messages, 5U);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("messages 3 to 4 of"), HasSubstr("messages 7 to 9 of")));
}

TEST_F(FeedTest, WhoComesLateMissesNothing) {
  EXPECT_TRUE(hear(1, 100));
  EXPECT_EQ(counted().missed, 0U);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("joined epoch 0000000000000001 at message 100")));
}

TEST_F(FeedTest, ARestartIsNoGapButItsFirstMessagesCanBeMissed) {
  EXPECT_TRUE(hear(1, 7));
  EXPECT_TRUE(hear(2, 1));
  EXPECT_EQ(counted().restarts, 1U);
  EXPECT_EQ(counted().gaps, 0U);
  EXPECT_TRUE(hear(3, 4));
  EXPECT_EQ(counted().restarts, 2U);
  EXPECT_EQ(counted().missed, 3U);
}

TEST_F(FeedTest, WhatAStoppedDaemonMissedIsAGap) {
  positions.set("alpha", "feed:gauges:0000000000000001", 40);
  EXPECT_TRUE(hear(1, 43));
  EXPECT_EQ(counted().missed, 2U);
}

TEST_F(FeedTest, ASequenceThatGoesBackIsRefused) {
  EXPECT_TRUE(hear(1, 5));
  EXPECT_FALSE(hear(1, 5));
  EXPECT_FALSE(hear(1, 1));
  EXPECT_TRUE(hear(1, 6));
  EXPECT_EQ(counted().refused, 2U);
  EXPECT_THAT(notes.back(), HasSubstr("begins a new epoch"));
}

TEST_F(FeedTest, RefusesWhatIsNoMessageOfItAndSaysWhy) {
  const std::string head = header(1, 1), large(101, ' ');
  const std::vector<std::pair<std::vector<std::string_view>, std::string>> cases = {
      {{"level", head}, "2 parts"},
      {{"levels", head, "{}"}, "topic 'levels'"},
      {{"level", "12345678", "{}"}, "8 bytes: 16 are wanted"},
      {{"level", head, large}, "101 bytes: at most 100"}};
  for (const auto& [parts, want] : cases) {
    EXPECT_FALSE(feed.receive(parts, {}));
    EXPECT_THAT(notes.back(), HasSubstr(want));
  }
  EXPECT_EQ(counted().refused, cases.size());
}

TEST_F(FeedTest, APositionThatCannotBeReadRefusesAndStaysOpen) {
  positions.fail_with(Error{ErrorCode::kIo, "disk"});
  EXPECT_FALSE(hear(1, 5));
  positions.fail_with(std::nullopt);
  EXPECT_TRUE(hear(1, 6));
  EXPECT_EQ(counted().missed, 0U);
}

TEST_F(FeedTest, HoldsNoMoreThanALargestFrameOnTheWayToTheDisk) {
  EXPECT_TRUE(hear(1, 1, std::string(60, ' ')));
  EXPECT_TRUE(feed.has_room({}));
  EXPECT_TRUE(hear(1, 2, std::string(60, ' ')));
  EXPECT_FALSE(feed.has_room({}));
  FrameResult result;
  result.fates[static_cast<std::size_t>(Fate::kQuarantined)] = 1;
  feed.settle(result);
  EXPECT_TRUE(feed.has_room({}));
  EXPECT_EQ(counted().quarantined, 1U);
}

TEST_F(FeedTest, WaitsForItsProducersRate) {
  feed.set_rate({.records_per_second = 100, .burst = 10});
  const Instant begin{std::chrono::hours(1)};
  EXPECT_TRUE(feed.has_room(begin));
  EXPECT_TRUE(hear(1, 1, "\n\n\n\n\n\n\n\n\n\n"));
  EXPECT_FALSE(feed.has_room(begin));
  EXPECT_FALSE(feed.has_room(begin + std::chrono::milliseconds(9)));
  EXPECT_TRUE(feed.has_room(begin + std::chrono::milliseconds(10)));
}

// A publisher on the wire. Sends again until the subscription has arrived and the first message is
// through, each time under the next number.
struct Publisher {
  Publisher(zmq::context_t& context, const std::string& endpoint, const KeyPair& keys = {},
            const std::string& server_key = "")
      : socket(context, zmq::socket_type::pub) {
    socket.set(zmq::sockopt::linger, 0);
    if (!server_key.empty()) {
      socket.set(zmq::sockopt::curve_serverkey, server_key);
      socket.set(zmq::sockopt::curve_publickey, keys.public_key);
      socket.set(zmq::sockopt::curve_secretkey, keys.secret_key);
    }
    socket.connect(endpoint);
  }
  void send() {
    socket.send(zmq::buffer(std::string("level")), zmq::send_flags::sndmore);
    socket.send(zmq::buffer(header(1, ++sequence)), zmq::send_flags::sndmore);
    socket.send(zmq::buffer(std::string("{}\n")), zmq::send_flags::none);
  }
  template <class Condition>
  bool send_until(const Condition& condition) {
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      send();
      std::this_thread::yield();
    }
    return true;
  }
  zmq::socket_t socket;
  std::uint64_t sequence = 0;
};

// The server lets the system choose no port for a feed, so the test does.
std::string free_endpoint() {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::pub);
  socket.bind("tcp://127.0.0.1:*");
  return socket.get(zmq::sockopt::last_endpoint);
}

TEST(FeedServer, TakesMessagesBesideTheFramesOfProducersAndAcknowledgesNone) {
  const std::string endpoint = free_endpoint();
  Served served([&](ServerOptions& options) {
    options.feeds = {gauges()};
    options.feeds.front().side = FeedOptions::Side::kBind;
    options.feeds.front().endpoint = endpoint;
  });
  zmq::context_t context;
  Publisher publisher(context, endpoint);
  ASSERT_TRUE(publisher.send_until([&] { return !served.sink.empty(); }));
  const Frame frame = served.sink.take();
  EXPECT_EQ(frame.epoch, "feed:gauges:0000000000000001");
  served.commit(frame);
  RawProducer producer(served.server->endpoint());
  const WelcomeMessage welcome = producer.hello("e");
  producer.batch(welcome, 1);
  Frame own;
  do own = served.sink.take();
  while (own.epoch != "e");
  served.commit(own);
  producer.expect_durable(1);
  EXPECT_EQ(served.statistics().contract_breaches, 0U);
}

TEST(FeedServer, TakesABoundFeedsMessagesFromTheKeyOfItsProducerOnly) {
  const KeyPair keys = *make_curve_keypair();
  const std::string endpoint = free_endpoint();
  Served served([&](ServerOptions& options) {
    options.curve = keys;
    options.feeds = {gauges()};
    options.feeds.front().side = FeedOptions::Side::kBind;
    options.feeds.front().endpoint = endpoint;
  });
  zmq::context_t context;
  Publisher beta(context, endpoint, served.beta_keys, keys.public_key);
  ASSERT_TRUE(beta.send_until([&] { return served.server->feeds().front().refused > 0; }));
  EXPECT_TRUE(served.sink.empty());
  Publisher alpha(context, endpoint, served.alpha_keys, keys.public_key);
  ASSERT_TRUE(alpha.send_until([&] { return !served.sink.empty(); }));
  EXPECT_EQ(served.sink.take().producer, "alpha");
  served.server->set_catalogue(catalogue_of({{"beta", served.beta_keys.public_key}}));
  const auto refused = served.server->feeds().front().refused;
  EXPECT_TRUE(
      alpha.send_until([&] { return served.server->feeds().front().refused > refused + 1; }));
}

TEST(FeedServer, LeavesMessagesUnreadWhileCreditIsWithheld) {
  const std::string endpoint = free_endpoint();
  Served served([&](ServerOptions& options) {
    options.feeds = {gauges()};
    options.feeds.front().side = FeedOptions::Side::kBind;
    options.feeds.front().endpoint = endpoint;
  });
  zmq::context_t context;
  Publisher publisher(context, endpoint);
  ASSERT_TRUE(publisher.send_until([&] { return !served.sink.empty(); }));
  served.server->withhold_credit("disk-full");
  ASSERT_TRUE(served.eventually([](const auto& s) { return s.withheld == "disk-full"; }));
  while (!served.sink.empty()) served.commit(served.sink.take());
  const auto taken = served.server->feeds().front().messages;
  for (int i = 0; i < 200; ++i) publisher.send();
  EXPECT_EQ(served.server->feeds().front().messages, taken);
  served.server->withhold_credit("");
  EXPECT_TRUE(
      publisher.send_until([&] { return served.server->feeds().front().messages > taken; }));
}

}  // namespace
}  // namespace tocsin::test
