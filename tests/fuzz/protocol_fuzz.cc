// libFuzzer: what a producer, the engine and time can do to the ingest server, and any bytes as the
// parts of a message. The first byte says which: 0 a message of a producer, 1 one of a server,
// others a conversation of several connections with a session table, an engine that keeps
// FrameSink's contract, and a store.
//
//   ./run fuzz protocol_fuzz 60
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ingest/session.h"
#include "model/result.h"
#include "tests/fuzz/fuzz_input.h"

namespace tocsin {
namespace {

using fuzz::FuzzInput;
using Views = std::vector<std::string_view>;

Views parts_of(FuzzInput& input) {
  Views parts;
  while (!input.empty()) parts.push_back(input.until("\n"));
  return parts;
}

Views views(const Parts& parts) { return {parts.begin(), parts.end()}; }

void decode_a_producers(FuzzInput& input) {
  const Views parts = parts_of(input);
  const auto message = decode_client(parts);
  if (!message) {
    require(!message.error().message.empty(), "a refusal says why");
    const auto told = decode_server(views(encode(message.error())));
    require(told.has_value(), "a refusal can be told");
    return;
  }
  const Parts again = std::visit([](const auto& m) { return encode(m); }, *message);
  const auto second = decode_client(views(again));
  require(second && std::visit([](const auto& m) { return encode(m); }, *second) == again,
          "a message survives a round trip");
}

void decode_a_servers(FuzzInput& input) {
  const auto message = decode_server(parts_of(input));
  if (!message) return;
  const Parts again = std::visit([](const auto& m) { return encode(m); }, *message);
  const auto second = decode_server(views(again));
  require(second && std::visit([](const auto& m) { return encode(m); }, *second) == again,
          "a message survives a round trip");
}

// The durable positions, as the store would keep them.
class Positions : public PositionSource {
 public:
  Result<std::uint64_t> durable_sequence(const std::string& producer,
                                         const std::string& epoch) override {
    if (broken) return fail(ErrorCode::kIo, "the disk is gone");
    return durable[{producer, epoch}];
  }
  std::map<std::pair<std::string, std::string>, std::uint64_t> durable;
  bool broken = false;
};

SessionOptions small_options() {
  SessionOptions options;
  options.frame = {.records = 10, .bytes = 60};
  options.pool = {.records = 40, .bytes = 240};
  options.heartbeat = std::chrono::milliseconds(100);
  options.deny_time = std::chrono::milliseconds(400);
  options.idle_time = std::chrono::milliseconds(600);
  options.stream_time = std::chrono::milliseconds(1000);
  options.sessions_max = 5;
  options.sessions_per_producer_max = 3;
  options.streams_max = 6;
  options.outcomes_kept = 3;
  options.nacks_kept = 4;
  return options;
}

class Conversation {
 public:
  Conversation()
      : table_(options_, positions_, 1,
               [](const Note& note) { require(!note.message.empty(), "a note says something"); }) {}

  void run(FuzzInput& input) {
    while (!input.empty()) {
      step(input);
      look();
    }
    for (std::size_t i = 0; i < kPeers.size(); ++i) table_.lost(route(i), now_);
    while (!table_.pending().empty()) take_frame();
    while (!queue_.empty()) answer(FrameEnd::kCommit, 0);
    table_.flush(now_);
    look();
    const ServerStatistics end = table_.snapshot();
    require(end.sessions == 0 && end.frames_in_flight == 0, "everything ended");
    require(end.pool_available == options_.pool, "all credit came back");
    require(end.frames_accepted == end.frames_durable + end.frames_refused_by_engine,
            "every frame accepted was answered");
  }

 private:
  enum class FrameEnd { kCommit, kLater, kRefuse };
  struct Connection {
    std::string_view producer, key;
  };
  static constexpr std::array<Connection, 6> kPeers = {{
      {"alpha", "key-a"},
      {"alpha", "key-a"},
      {"alpha", "key-b"},
      {"beta", "key-c"},
      {"beta", ""},
      {"", "key-d"},
  }};
  static std::string route(std::size_t peer) { return "r" + std::to_string(peer); }

  void step(FuzzInput& input) {
    const unsigned what = input.below(14);
    const std::size_t peer = input.below(kPeers.size());
    switch (what) {
      case 0:
        return receive(peer, views({std::string(input.take(input.byte()))}));
      case 1: {
        const std::string_view bytes = input.take(input.byte());
        FuzzInput parts(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        return receive(peer, parts_of(parts));
      }
      case 2:
      case 3:
        return say(peer, encode(HelloMessage{.epoch = std::string(1, "abc"[input.below(3)]),
                                             .last_ack = input.below(6)}));
      case 4:
      case 5:
      case 6:
        return batch(peer, input);
      case 7:
        return say(peer, encode(HeartbeatMessage{.session = session(peer, input),
                                                 .acked = input.below(8)}));
      case 8:
        return say(peer, encode(ByeMessage{.session = session(peer, input)}));
      case 9:
        if (!table_.pending().empty()) take_frame();
        return;
      case 10:
        if (!queue_.empty()) answer(static_cast<FrameEnd>(input.below(3)), input.byte());
        return;
      case 11:
        now_ += std::chrono::milliseconds(10 * input.byte());
        table_.tick(now_);
        return;
      case 12:
        return disturb(peer, input);
      default:
        return table_.flush(now_);
    }
  }

  void disturb(std::size_t peer, FuzzInput& input) {
    switch (input.below(6)) {
      case 0:
        return table_.lost(route(peer), now_);
      case 1:
        return table_.deferred(session(peer, input));
      case 2:
        return table_.withhold("disk-full");
      case 3:
        return table_.withhold("");
      case 4:
        return table_.recheck([](std::string_view key, std::string_view) { return key != "key-b"; },
                              now_);
      default:
        positions_.broken = !positions_.broken;
    }
  }

  std::uint64_t session(std::size_t peer, FuzzInput& input) {
    const unsigned other = input.byte();
    return other < 200 ? sessions_[route(peer)] : other - 200;
  }

  void batch(std::size_t peer, FuzzInput& input) {
    BatchMessage message;
    message.session = session(peer, input);
    const auto of = streams_.find(message.session);
    const unsigned sequence = input.byte();
    // Mostly the frame that is really the next, or one near it.
    message.sequence =
        sequence < 100 && of != streams_.end() ? accepted_[of->second] + 1 : sequence % 8U;
    message.records = input.below(12);
    const std::string payload(input.below(70), 'x');
    message.payload = payload;
    message.acked = input.below(6);
    say(peer, encode(message));
  }

  void say(std::size_t peer, const Parts& parts) { receive(peer, views(parts)); }

  void receive(std::size_t peer, const Views& parts) {
    const Peer from{.routing_id = route(peer),
                    .producer = std::string(kPeers[peer].producer),
                    .key = std::string(kPeers[peer].key)};
    if (const auto message = decode_client(parts))
      if (const auto* hello = std::get_if<HelloMessage>(&*message))
        hello_[from.routing_id] = {from.producer, hello->epoch};
    const std::size_t pending = table_.pending().size();
    if (table_.receive(from, parts, now_) == Verdict::kCut) table_.lost(from.routing_id, now_);
    if (table_.pending().size() == pending) return;
    const Frame& frame = table_.pending().back();
    require(frame.producer == from.producer, "a frame is its sender's");
    std::uint64_t& last = accepted_[{frame.producer, frame.epoch}];
    require(frame.sequence == last + 1, "frames are taken in order, without gaps");
    require(frame.records <= options_.frame.records && frame.payload.size() <= options_.frame.bytes,
            "a frame keeps the limits");
    last = frame.sequence;
    held_ += {frame.records, frame.payload.size()};
    require(options_.pool.covers(held_), "what is held fits the pool");
  }

  void take_frame() {
    queue_.push_back(std::move(table_.pending().front()));
    table_.pending().pop_front();
  }

  // What the engine owes: FrameSink's contract.
  void answer(FrameEnd end, unsigned more) {
    const Frame frame = std::move(queue_.front());
    queue_.pop_front();
    held_ -= {frame.records, frame.payload.size()};
    FrameResult result{
        .producer = frame.producer, .epoch = frame.epoch, .sequence = frame.sequence};
    std::uint64_t& durable = positions_.durable[{frame.producer, frame.epoch}];
    if (end == FrameEnd::kCommit && frame.sequence == durable + 1) {
      durable = frame.sequence;
      // Now and then one more than was declared.
      const auto records = static_cast<std::uint32_t>(frame.records + (more > 240 ? 1 : 0));
      result.fates[static_cast<std::size_t>(Fate::kApplied)] = records;
      for (std::uint32_t i = 0; i < std::min(records, more % 4); ++i)
        result.nacks.push_back(
            {i, {"bad-value", "/data", std::string(more, 'm'), "\x01\"\xC3\xA9"}});
    } else {
      const bool later = end == FrameEnd::kLater || frame.sequence != durable + 1;
      result.refused = Error{later ? ErrorCode::kUnavailable : ErrorCode::kInvalid, "no"};
      // The generation is over: the next one begins behind what is durable, once its last frame was
      // answered or a frame of a new one came.
      if (frame.sequence == durable + 1) accepted_[{frame.producer, frame.epoch}] = durable;
    }
    table_.apply(std::move(result), now_);
  }

  // What the server says must be true.
  void look() {
    for (const Outgoing& outgoing : table_.take_outgoing()) {
      const auto message = decode_server(views(outgoing.parts));
      require(message.has_value(), "the server speaks the protocol");
      std::size_t bytes = 0;
      for (const std::string& part : outgoing.parts) bytes += part.size();
      require(bytes <= 2 * kAckBytesMax, "a message keeps its limit");
      if (const auto* welcome = std::get_if<WelcomeMessage>(&*message)) {
        const auto& stream = hello_[outgoing.routing_id];
        require(streams_.emplace(welcome->session, stream).second, "a session's number is new");
        sessions_[outgoing.routing_id] = welcome->session;
        require(welcome->durable == positions_.durable[stream], "WELCOME tells the position");
        granted(welcome->session, welcome->credit);
      } else if (const auto* ack = std::get_if<AckMessage>(&*message)) {
        const auto& stream = streams_.at(ack->session);
        require(ack->durable <= positions_.durable[stream], "only what is durable is acknowledged");
        for (const FrameOutcome& frame : ack->frames)
          require(frame.sequence <= ack->durable, "a fate is told of durable frames only");
        granted(ack->session, ack->credit);
      } else if (const auto* beat = std::get_if<ServerHeartbeat>(&*message)) {
        require(beat->durable <= positions_.durable[streams_.at(beat->session)],
                "only what is durable is acknowledged");
        granted(beat->session, beat->credit);
      }
    }
    const ServerStatistics now = table_.snapshot();
    require(options_.pool.covers(now.pool_available), "no credit is made");
    require(now.sessions <= options_.sessions_max, "sessions keep their limit");
    require(now.streams <= options_.streams_max, "streams keep their limit");
  }

  void granted(std::uint64_t session, const Credit& credit) {
    Credit& before = granted_[session];
    require(credit.covers(before), "credit never goes down");
    before = credit;
  }

  const SessionOptions options_ = small_options();
  Positions positions_;
  SessionTable table_;
  Instant now_{std::chrono::hours(1)};
  std::deque<Frame> queue_;  // between the server and the engine
  Credit held_;              // by frames that are accepted and not answered
  using StreamKey = std::pair<std::string, std::string>;
  std::map<std::string, StreamKey> hello_;         // the last one of each connection
  std::map<std::string, std::uint64_t> sessions_;  // the last one of each connection
  std::map<std::uint64_t, StreamKey> streams_;     // by session
  std::map<StreamKey, std::uint64_t> accepted_;    // the last frame of the present generation
  std::map<std::uint64_t, Credit> granted_;        // by session
};

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tocsin::fuzz::FuzzInput input(data, size);
  switch (input.below(8)) {
    case 0:
      tocsin::decode_a_producers(input);
      break;
    case 1:
      tocsin::decode_a_servers(input);
      break;
    default:
      tocsin::Conversation().run(input);
  }
  return 0;
}
