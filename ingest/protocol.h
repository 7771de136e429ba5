#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/record.h"
#include "model/result.h"

namespace tocsin {

// The producer protocol of docs/PROTOCOL.md: messages as values, to and from the parts of a ZeroMQ
// multipart message (without the routing id). Pure; any bytes may come in.

inline constexpr std::string_view kProtocolVersion = "tocsin/1";
// Where a daemon listens and a producer connects when nothing else is said.
inline constexpr std::string_view kDefaultEndpoint = "tcp://127.0.0.1:7741";
inline constexpr std::size_t kHeaderBytesMax = 4096;             // of a message from a producer
inline constexpr std::uint64_t kSequenceMax = (1ULL << 53) - 1;  // JSON's exact integers
inline constexpr std::size_t kEpochLengthMax = 64;
inline constexpr std::size_t kTextBytesMax = 500;        // of a message within a NACK
inline constexpr std::size_t kAckBytesMax = 256 * 1024;  // of one ACK, about

// Records and bytes, together: of a frame, of credit, of a pool.
struct Credit {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  bool covers(const Credit& cost) const { return cost.records <= records && cost.bytes <= bytes; }
  Credit& operator+=(const Credit& other);
  Credit& operator-=(const Credit& other);  // requires covers(other)
  friend bool operator==(const Credit&, const Credit&) = default;
};
Credit operator+(Credit a, const Credit& b);
Credit operator-(Credit a, const Credit& b);  // requires a.covers(b)

// Why the server ends a session or refuses a message. Names, retry and meaning come from one table,
// which docs/PROTOCOL.md repeats (a test compares).
enum class Refusal : std::uint8_t {
  kUnsupportedVersion,
  kBadMessage,
  kNotAProducer,
  kNoSession,
  kTooManySessions,
  kTooLarge,
  kBeyondCredit,
  kGap,
  kFrameRefused,
  kTryLater,
  kRecordCount,
  kSuperseded,
  kIdle,
  kTimeout,
};
inline constexpr std::size_t kRefusalCount = 14;
enum class Retry : std::uint8_t { kNo, kYes };
struct RefusalEntry {
  Refusal refusal;
  std::string_view name;
  Retry retry;
};
std::span<const RefusalEntry> refusal_table();
std::string_view name_of(Refusal refusal);
std::optional<Refusal> parse_refusal(std::string_view name);
Retry retry_of(Refusal refusal);

// Whether `epoch` is 1 to 64 of A-Z a-z 0-9 - _.
bool is_epoch(std::string_view epoch);

// How the records of one frame ended.
struct RecordNack {
  std::uint32_t index = 0;  // of the record in its frame
  Rejection rejection = {};
  friend bool operator==(const RecordNack&, const RecordNack&) = default;
};
using FateCounts = std::array<std::uint32_t, kFateCount>;  // indexed by Fate
struct FrameOutcome {
  std::uint64_t sequence = 0;
  FateCounts fates{};
  std::vector<RecordNack> nacks = {};
  std::uint32_t nacks_cut = 0;  // NACKs that were left out
  friend bool operator==(const FrameOutcome&, const FrameOutcome&) = default;
};

// --- from the producer ---
struct HelloMessage {
  std::string epoch = {};
  std::uint64_t last_ack = 0;
  std::uint64_t attempt = 0;  // rises with each HELLO of the epoch; 0 says nothing
};
struct BatchMessage {
  std::uint64_t session = 0;
  std::uint64_t sequence = 0;
  std::uint64_t records = 0;
  std::string_view payload = {};  // borrowed from the parts
  std::uint64_t acked = 0;  // the highest sequence whose ACK has been processed; 0 says nothing
};
struct HeartbeatMessage {
  std::uint64_t session = 0;
  std::uint64_t acked = 0;
};
struct ByeMessage {
  std::uint64_t session = 0;
};
using ClientMessage = std::variant<HelloMessage, BatchMessage, HeartbeatMessage, ByeMessage>;

// --- from the server ---
struct FrameLimits {
  std::uint64_t records = 1000;
  std::uint64_t bytes = 1024 * 1024;
  friend bool operator==(const FrameLimits&, const FrameLimits&) = default;
};
struct Regression {
  std::uint64_t acked = 0, durable = 0;
};
struct WelcomeMessage {
  std::uint64_t session = 0;
  std::uint64_t durable = 0;
  Credit credit = {};
  FrameLimits limits = {};
  std::uint64_t heartbeat_ms = 0;
  std::optional<Regression> regression = {};
};
struct AckMessage {
  std::uint64_t session = 0;
  std::uint64_t durable = 0;
  Credit credit = {};
  std::vector<FrameOutcome> frames = {};
};
struct ServerHeartbeat {
  std::uint64_t session = 0;
  std::uint64_t durable = 0;
  Credit credit = {};
  std::string withheld = {};  // "" while credit is granted
};
struct ErrorMessage {
  Refusal refusal = Refusal::kBadMessage;
  std::string message = {};
  std::string allowed = {};
  std::optional<std::uint64_t> session = {}, sequence = {}, expected = {}, retry_after_ms = {};
};
struct ServerBye {
  std::uint64_t session = 0;
  std::string message = {};
};
using ServerMessage =
    std::variant<WelcomeMessage, AckMessage, ServerHeartbeat, ErrorMessage, ServerBye>;

// The parts of a message as they go on the wire.
using Parts = std::vector<std::string>;

// Reads what a producer sent. The error is what the server answers.
tl::expected<ClientMessage, ErrorMessage> decode_client(std::span<const std::string_view> parts);
// Reads what a server sent; kInvalid when it isn't of this protocol.
Result<ServerMessage> decode_server(std::span<const std::string_view> parts);

Parts encode(const HelloMessage& message);
Parts encode(const BatchMessage& message);
Parts encode(const HeartbeatMessage& message);
Parts encode(const ByeMessage& message);
Parts encode(const WelcomeMessage& message);
Parts encode(const AckMessage& message);
Parts encode(const ServerHeartbeat& message);
Parts encode(const ErrorMessage& message);
Parts encode(const ServerBye& message);

// About how many bytes it takes in an ACK; an upper bound for texts without quotes and controls.
std::size_t encoded_size(const RecordNack& nack);
std::size_t encoded_size(const FrameOutcome& outcome);
// `text` cut to at most `bytes`, never inside a UTF-8 character.
std::string_view cut_text(std::string_view text, std::size_t bytes);

}  // namespace tocsin
