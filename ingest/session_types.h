#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/protocol.h"
#include "model/result.h"

namespace tocsin {

// Time for time-outs only; handed in by the server's loop.
using Instant = std::chrono::steady_clock::time_point;

// One frame on its way from a producer to the engine.
struct Frame {
  std::string producer = {};
  std::string epoch = {};
  std::uint64_t sequence = 0;
  std::uint64_t records = 0;  // as its sender declared; the payload may hold another number
  std::string payload = {};   // NDJSON or a JSON array, not looked at
  Instant received = {};
};

// Where accepted frames go: the bounded queue in front of the engine. Called on the ingest thread
// only.
//
// What the reader of the queue owes the server:
// 1. exactly one FrameResult for every frame taken, in the order in which the frames of one
//    (producer, epoch) were taken;
// 2. a result without `refused` only after the frame's effects are synced to disk;
// 3. a frame is refused if its sequence is not the durable one plus 1. So after a refusal the
// frames
//    behind it, which were already on their way, are refused as well, and nothing is applied over a
//    hole.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // Takes the frame, or returns false and leaves it as it is: full, offer it again later.
  virtual bool offer(Frame& frame) = 0;
};

// What the engine says of one frame.
struct FrameResult {
  std::string producer = {};
  std::string epoch = {};
  std::uint64_t sequence = 0;
  FateCounts fates{};  // sums to the records that the frame held
  std::vector<RecordNack> nacks = {};
  // Set: nothing of the frame was kept. kUnavailable: the producer may send it again later; every
  // other code: a person must look.
  std::optional<Error> refused = {};
};

// The durable positions, as the store keeps them. Called on the ingest thread; must be safe beside
// the engine's commits. The server asks only at a producer's first HELLO of an epoch that it has no
// frames of in flight; from then on it counts along from the results. So the answer can't be outrun
// by a commit.
class PositionSource {
 public:
  virtual ~PositionSource() = default;
  // The last durable sequence; 0 for an epoch never seen. A failure is told to the producer as
  // try-later.
  virtual Result<std::uint64_t> durable_sequence(const std::string& producer,
                                                 const std::string& epoch) = 0;
};

// Something that an operator should read in the log. Rate-limited by kind.
enum class NoteKind : std::uint8_t {
  kRefusal,         // a message was refused or a session ended with an error
  kDenied,          // a key was denied for a time after going beyond its credit
  kAuthentication,  // a connection was turned away
  kRegression,      // a producer knows of acks above the durable sequence: acked data is lost
  kContract,        // the engine broke FrameSink's contract, or a frame held more than it declared
  kLost,            // a connection went away or fell silent
  kFeed,            // a feed was joined, restarted, or was refused
  kFeedGap,         // a feed missed messages
  kRate,            // a producer sends faster than its rate and has to wait
};
inline constexpr std::size_t kNoteKindCount = 9;
std::string_view name_of(NoteKind kind);  // "refusal", ...
struct Note {
  NoteKind kind = NoteKind::kRefusal;
  std::string producer = {};  // "" when not known
  std::string message = {};
  std::uint64_t suppressed = 0;  // notes of this kind left out since the last one
};

// How fast a producer may send for long, and how much at once. Kept by the credit it gets: it
// waits, nothing is dropped.
struct ProducerRate {
  std::uint64_t records_per_second = 1'000'000;
  std::uint64_t burst = 1'000'000;  // records; at least a largest frame
};
using ProducerRates = std::map<std::string, ProducerRate>;  // by name; others: the default

struct ProducerStatistics {
  std::string name = {};
  std::uint64_t records_accepted = 0;  // as it declared them
  std::uint64_t throttles = 0;         // times that its rate made it wait
  std::uint64_t throttled = 0;         // sessions of it that wait now
};

struct SessionOptions {
  FrameLimits frame;
  Credit pool{200'000, 64ULL * 1024 * 1024};  // of all sessions; at least one largest frame
  std::chrono::milliseconds heartbeat{5000};
  std::chrono::milliseconds deny_time{60'000};  // of a key that went beyond its credit
  std::chrono::milliseconds idle_time{30'000};  // unused credit may be taken back after this
  // Once another has lacked credit for this long, a session that holds twice its share is ended.
  std::chrono::milliseconds starve_time{2'000};
  std::chrono::milliseconds stream_time{
      600'000};  // a (producer, epoch) without session is forgotten
  std::size_t sessions_max = 1024;
  std::size_t sessions_per_producer_max = 256;
  std::size_t streams_max = 16'384;
  std::size_t outcomes_kept =
      2000;  // frames whose fates are kept for an epoch until they are confirmed
  std::size_t nacks_kept = 10'000;         // in them
  std::size_t nacks_kept_in_all = 50'000;  // of all epochs: beyond it only counts are told
  ProducerRates rates = {};
};

// Counters since start and gauges, for metrics. Every refusal is counted by its reason.
struct ServerStatistics {
  std::uint64_t sessions_opened = 0, frames_accepted = 0, frames_durable = 0, frames_duplicate = 0;
  std::uint64_t frames_refused_by_engine = 0, frames_stale = 0, frames_denied = 0;
  std::uint64_t bytes_accepted = 0, records_accepted = 0, records_durable = 0;
  std::array<std::uint64_t, kRefusalCount> refusals{};  // indexed by Refusal
  std::uint64_t regressions = 0, contract_breaches = 0, keys_denied = 0, outcomes_dropped = 0;
  std::uint64_t authentications = 0, authentication_failures = 0, handshake_failures = 0;
  std::uint64_t connections_refused = 0, acks_sent = 0, sends_deferred = 0, offers_deferred = 0;
  std::uint64_t messages_received = 0;
  // Gauges.
  std::uint64_t sessions = 0, streams = 0, connections = 0, frames_in_flight = 0,
                frames_pending = 0;
  Credit pool_total, pool_available;
  std::string withheld;  // why no credit is granted; "" when it is
};

}  // namespace tocsin
