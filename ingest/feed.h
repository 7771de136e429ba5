#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ingest/rate_limit.h"
#include "ingest/session_types.h"

namespace tocsin {

// A publisher that the daemon subscribes to, declared lossy (docs/PROTOCOL.md, "Feeds"). Nothing is
// acknowledged and nothing comes again; what was missed is counted.
struct FeedOptions {
  enum class Side : std::uint8_t { kConnect, kBind };  // what the daemon does
  std::string name = {};
  Side side = Side::kConnect;
  std::string endpoint = {};
  std::string topic = {};       // part 1 of its messages, exactly
  std::string producer = {};    // whose permissions its records have
  std::string server_key = {};  // the publisher's, Z85: with CURVE, when connecting
};

// Messages since the start.
struct FeedStatistics {
  std::string name = {};
  std::uint64_t messages = 0;     // taken
  std::uint64_t gaps = 0;         // places where the sequence jumps,
  std::uint64_t missed = 0;       // and the messages that should have been there
  std::uint64_t restarts = 0;     // of the publisher: it began a new epoch
  std::uint64_t refused = 0;      // not a message of this feed, not in sequence, or by the engine
  std::uint64_t quarantined = 0;  // records
};

// The epoch that a feed's frames bear in the journal: "feed:NAME:EPOCH". No producer can name one
// like it, and frames of one may leave numbers out.
bool is_feed_epoch(std::string_view epoch);
std::string feed_epoch_prefix(std::string_view name);  // "feed:NAME:"

// The state of one feed, without its socket. Where the store has a position of the publisher's
// epoch the count goes on from there, so that what a stopped daemon missed is a gap as well. An
// epoch that was never seen counts from 1, but the first after a start from where it is found: what
// went before was not for us. Ingest thread only.
class Feed {
 public:
  // `positions` is borrowed. `note`: what an operator should read in the log.
  Feed(FeedOptions options, const FrameLimits& limits, PositionSource& positions,
       std::function<void(NoteKind, std::string)> note);

  // One message, as it came; the frame for the engine, or nothing: it was counted as refused.
  std::optional<Frame> receive(std::span<const std::string_view> parts, Instant now);
  // A message that its sender had no right to.
  void refuse(const std::string& why);
  // The engine's answer for a frame of this feed.
  void settle(const FrameResult& result);
  // Whether its producer's rate allows another message, and there is room for it between here and
  // the disk. Else it stays with ZeroMQ, which drops what its queues can't hold.
  bool has_room(Instant now);
  void set_rate(const ProducerRate& rate) { allowance_.set(rate, limits_.records); }

  const FeedOptions& options() const { return options_; }
  const FeedStatistics& statistics() const { return statistics_; }

 private:
  // Where the sequence stands; nothing for a message that must be refused.
  bool follow(std::uint64_t epoch, std::uint64_t sequence);
  bool begin(std::uint64_t epoch, std::uint64_t sequence);

  FeedOptions options_;
  FrameLimits limits_;
  PositionSource& positions_;
  std::function<void(NoteKind, std::string)> note_;
  FeedStatistics statistics_;
  RateAllowance allowance_;
  std::optional<std::uint64_t> epoch_;
  std::string epoch_name_;
  std::uint64_t last_ = 0;               // sequence in epoch_
  std::deque<std::uint64_t> in_flight_;  // bytes of each frame that waits for its result
  std::uint64_t in_flight_bytes_ = 0;
};

}  // namespace tocsin
