#include "ingest/protocol.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "ingest/session.h"
#include "server_fixture.h"

namespace tocsin::test {
namespace {

std::vector<std::string_view> views(const Parts& parts) { return {parts.begin(), parts.end()}; }

template <class M>
M client_round_trip(const M& message) {
  const Parts parts = encode(message);
  const auto decoded = decode_client(views(parts));
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message);
  return std::get<M>(*decoded);
}
template <class M>
M server_round_trip(const M& message) {
  const Parts parts = encode(message);
  const auto decoded = decode_server(views(parts));
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message);
  return std::get<M>(*decoded);
}

TEST(Protocol, ClientMessagesSurviveTheWire) {
  EXPECT_EQ(client_round_trip(HelloMessage{"e-1_Z", kSequenceMax}).last_ack, kSequenceMax);
  const Parts parts = encode(
      BatchMessage{.session = 7, .sequence = 3, .records = 2, .payload = "{}\n{}\n", .acked = 2});
  const auto strings = views(parts);
  const auto decoded = decode_client(strings);
  ASSERT_TRUE(decoded);
  const auto& batch = std::get<BatchMessage>(*decoded);
  EXPECT_EQ(batch.payload, "{}\n{}\n");
  EXPECT_EQ(batch.acked, 2U);
  EXPECT_EQ(client_round_trip(HeartbeatMessage{5, 4}).acked, 4U);
  EXPECT_EQ(client_round_trip(ByeMessage{5}).session, 5U);
}

TEST(Protocol, ServerMessagesSurviveTheWire) {
  const WelcomeMessage welcome{.session = 9,
                               .durable = 4,
                               .credit = {1, 2},
                               .limits = {3, 4},
                               .heartbeat_ms = 5000,
                               .regression = Regression{8, 4}};
  EXPECT_EQ(server_round_trip(welcome).regression->acked, 8U);
  EXPECT_EQ(server_round_trip(welcome).limits, welcome.limits);
  AckMessage ack{.session = 9, .durable = 5, .credit = {6, 7}};
  FrameOutcome outcome{.sequence = 5, .fates = {97, 1, 0, 2, 0}};
  outcome.nacks.push_back({3, {"code", "/a/b", "caf\xC3\xA9 \"x\"", "y"}});
  outcome.nacks_cut = 1;
  ack.frames.push_back(outcome);
  EXPECT_EQ(server_round_trip(ack).frames, ack.frames);
  EXPECT_EQ(server_round_trip(ServerHeartbeat{9, 5, {6, 7}, "disk-full"}).withheld, "disk-full");
  const ErrorMessage error{.refusal = Refusal::kGap, .message = "m", .session = 9, .expected = 3};
  EXPECT_EQ(server_round_trip(error).expected, 3U);
  EXPECT_EQ(server_round_trip(error).refusal, Refusal::kGap);
  EXPECT_EQ(server_round_trip(ServerBye{9, "down"}).message, "down");
}

TEST(Protocol, CutsTextsBetweenCharacters) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("a\xC3\xA9z", 2), "a");
  EXPECT_EQ(cut_text("a\xC3\xA9z", 3), "a\xC3\xA9");
}

TEST(Protocol, EpochsAreShortAndPlain) {
  for (const char* good : {"a", "0123456789abcdef0123456789abcdef", "A-b_9"})
    EXPECT_TRUE(is_epoch(good));
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("\xC3\xA9"), std::string(65, 'a')})
    EXPECT_FALSE(is_epoch(bad));
}

// docs/PROTOCOL.md repeats the table of refusals: code and retry.
TEST(Protocol, ThePageListsEveryError) {
  std::ifstream page(TOCSIN_SOURCE_DIR "/docs/PROTOCOL.md");
  std::stringstream text;
  text << page.rdbuf();
  for (const RefusalEntry& entry : refusal_table()) {
    const std::string row = "| `" + std::string(entry.name) + "` | " +
                            (entry.retry == Retry::kYes ? "true" : "false") + " |";
    EXPECT_NE(text.str().find(row), std::string::npos) << row;
    EXPECT_EQ(parse_refusal(entry.name), entry.refusal);
  }
}

unsigned seed() {
  const char* given = std::getenv("TOCSIN_SEED");
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : std::random_device()();
}

// Valid messages with random damage: bytes flipped, cut, repeated, parts dropped and swapped.
Parts mutate(Parts parts, std::mt19937& random) {
  const auto pick = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  for (std::size_t changes = pick(4); changes > 0 && !parts.empty(); --changes) {
    std::string& part = parts[pick(parts.size())];
    switch (pick(5)) {
      case 0:
        if (!part.empty()) part[pick(part.size())] = static_cast<char>(pick(256));
        break;
      case 1:
        part.resize(pick(part.size() + 1));
        break;
      case 2:
        part += part;
        break;
      case 3:
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(pick(parts.size())));
        break;
      case 4:
        parts.push_back(part);
        break;
    }
  }
  return parts;
}

TEST(Protocol, DamagedMessagesAreRefusedAndNeverCrash) {
  const unsigned with = seed();
  RecordProperty("seed", static_cast<int>(with));
  SCOPED_TRACE("TOCSIN_SEED=" + std::to_string(with));
  std::mt19937 random(with);
  AckMessage ack{.session = 1, .durable = 2, .credit = {3, 4}};
  ack.frames.push_back({.sequence = 2, .fates = {1}, .nacks = {{0, {"c", "/p", "m", "a"}}}});
  const std::vector<Parts> originals{
      encode(HelloMessage{"e", 1}),         encode(BatchMessage{1, 1, 1, "{}\n", 0}),
      encode(HeartbeatMessage{1, 0}),       encode(ByeMessage{1}),
      encode(WelcomeMessage{.session = 1}), encode(ack),
      encode(ErrorMessage{.message = "m"}), encode(ServerBye{1, "m"})};
  for (int i = 0; i < 20'000; ++i) {
    const Parts parts = mutate(originals[static_cast<std::size_t>(i) % originals.size()], random);
    const auto strings = views(parts);
    if (const auto message = decode_client(strings); !message) {
      const Parts answer = encode(message.error());
      EXPECT_TRUE(decode_server(views(answer))) << answer[2];
    }
    (void)decode_server(strings);
  }
}

// Whatever producers do, the pool adds up and frames reach the sink in sequence, each once.
TEST(SessionTable, KeepsItsBooksUnderRandomPeers) {
  const unsigned with = seed();
  RecordProperty("seed", static_cast<int>(with));
  SCOPED_TRACE("TOCSIN_SEED=" + std::to_string(with));
  std::mt19937 random(with);
  const auto pick = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  TestPositions positions;
  SessionOptions options;
  options.frame = {10, 100};
  options.pool = {40, 400};
  options.heartbeat = std::chrono::milliseconds(1000);
  options.idle_time = options.deny_time = std::chrono::milliseconds(2000);
  options.starve_time = std::chrono::milliseconds(500);
  SessionTable table(options, positions, 100, nullptr);
  Instant now{};
  std::deque<Frame> engine;
  std::map<std::string, std::uint64_t> committed, sessions, next;
  std::uint64_t frames = 0;
  for (int i = 0; i < 8'000; ++i) {
    now += std::chrono::milliseconds(pick(20));
    const std::string route = std::to_string(pick(6));
    const Peer peer{.routing_id = route, .producer = "alpha", .key = "key" + route};
    const std::string epoch = "e" + std::to_string(pick(4));
    const std::string payload(pick(90) + 1, ' ');
    Parts parts;
    switch (pick(8)) {
      case 0:
        parts = encode(HelloMessage{epoch, pick(3)});
        break;
      case 1:
        parts = encode(ByeMessage{sessions[route]});
        break;
      case 2:
        parts = mutate(encode(HeartbeatMessage{sessions[route], pick(50)}), random);
        break;
      default:
        parts = encode(BatchMessage{sessions[route], next[route]++ + (pick(40) == 0 ? 1 : 0),
                                    pick(10) + 1, payload, 0});
    }
    table.receive(peer, views(parts), now);
    if (pick(3) == 0) {
      while (!table.pending().empty()) {
        engine.push_back(std::move(table.pending().front()));
        table.pending().pop_front();
      }
    }
    while (!engine.empty() && pick(3) != 0) {
      const Frame frame = std::move(engine.front());
      engine.pop_front();
      FrameResult result = applied(frame);
      std::uint64_t& last = committed[frame.epoch];
      if (frame.sequence != last + 1 || pick(20) == 0) {
        result.refused = Error{ErrorCode::kUnavailable, "not now"};
      } else {
        ++last;
        ++frames;
      }
      table.apply(std::move(result), now);
    }
    table.tick(now);
    table.flush(now);
    for (const Outgoing& outgoing : table.take_outgoing()) {
      const auto message = decode_server(views(outgoing.parts));
      ASSERT_TRUE(message) << outgoing.parts[2];
      if (const auto* welcome = std::get_if<WelcomeMessage>(&*message)) {
        sessions[outgoing.routing_id] = welcome->session;
        next[outgoing.routing_id] = welcome->durable + 1;
      }
      if (const auto* ack = std::get_if<AckMessage>(&*message)) {
        EXPECT_LE(ack->durable, frames);
      }
      if (pick(50) == 0) table.deferred(outgoing.session);
      if (pick(200) == 0) table.lost(outgoing.routing_id, now);
    }
    const ServerStatistics statistics = table.snapshot();
    ASSERT_TRUE(statistics.pool_total.covers(statistics.pool_available));
  }
  while (!table.pending().empty()) {
    engine.push_back(std::move(table.pending().front()));
    table.pending().pop_front();
  }
  for (Frame& frame : engine) {
    FrameResult result = applied(frame);
    result.refused = Error{ErrorCode::kUnavailable, "going down"};
    table.apply(std::move(result), now);
  }
  for (int i = 0; i < 6; ++i) table.lost(std::to_string(i), now);
  const ServerStatistics end = table.snapshot();
  EXPECT_EQ(end.pool_available, end.pool_total);
  EXPECT_EQ(end.frames_in_flight, 0U);
  EXPECT_EQ(end.sessions, 0U);
  EXPECT_EQ(end.contract_breaches, 0U);
  EXPECT_GT(frames, 200U);
  std::cout << "seed " << with << ": " << frames << " frames durable, " << end.sessions_opened
            << " sessions, " << end.keys_denied << " denials, "
            << end.refusals[static_cast<std::size_t>(Refusal::kGap)] << " gaps, "
            << end.refusals[static_cast<std::size_t>(Refusal::kIdle)] << " idle\n";
}

TEST(SessionTable, TellsADeferredAckAgainWithAHeartbeat) {
  TestPositions positions;
  SessionTable table({}, positions, 1, nullptr);
  const Peer peer{.routing_id = "r", .producer = "alpha"};
  Instant now{};
  const Parts hello = encode(HelloMessage{"e", 0});
  table.receive(peer, views(hello), now);
  const Parts batch = encode(BatchMessage{1, 1, 1, "{}\n", 0});
  table.receive(peer, views(batch), now);
  table.apply(applied(table.pending().front()), now);
  table.flush(now);
  table.take_outgoing();
  table.deferred(1);
  table.flush(now);
  EXPECT_TRUE(table.take_outgoing().empty());  // not at once: the queue is full
  now += std::chrono::milliseconds(5001);
  table.tick(now);
  table.flush(now);
  bool told = false;
  for (const Outgoing& outgoing : table.take_outgoing()) {
    const auto message = decode_server(views(outgoing.parts));
    if (const auto* ack = std::get_if<AckMessage>(&*message)) told = ack->frames.size() == 1;
  }
  EXPECT_TRUE(told);
}

TEST(SessionTable, SplitsLongAcksAndCutsWhatIsTooLong) {
  TestPositions positions;
  SessionTable table({}, positions, 1, nullptr);
  const Peer peer{.routing_id = "r", .producer = "alpha"};
  const Instant now{};
  const Parts hello = encode(HelloMessage{"e", 0});
  table.receive(peer, views(hello), now);
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    const Parts batch = encode(BatchMessage{1, sequence, 1000, "{}\n", 0});
    table.receive(peer, views(batch), now);
    FrameResult result = applied(table.pending().back(), 0);
    for (std::uint32_t i = 0; i < 1000; ++i)
      result.nacks.push_back({i, {"code", "/p", std::string(2000, 'm'), "a"}});
    table.apply(std::move(result), now);
  }
  table.take_outgoing();
  table.flush(now);
  std::uint64_t told = 0;
  for (const Outgoing& outgoing : table.take_outgoing()) {
    EXPECT_LT(outgoing.parts[2].size(), 2 * kAckBytesMax);
    const auto message = decode_server(views(outgoing.parts));
    const auto* ack = std::get_if<AckMessage>(&*message);
    if (ack == nullptr) continue;
    for (const FrameOutcome& outcome : ack->frames) {
      EXPECT_EQ(outcome.sequence, ++told);
      EXPECT_EQ(outcome.nacks.size() + outcome.nacks_cut, 1000U);
      EXPECT_EQ(outcome.nacks[0].rejection.message.size(), kTextBytesMax);
    }
  }
  EXPECT_EQ(told, 3U);
}

}  // namespace
}  // namespace tocsin::test
