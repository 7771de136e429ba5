#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/protocol.h"
#include "ingest/session_types.h"

namespace tocsin {

struct ClientSessionOptions {
  std::string epoch;
  std::uint64_t last_ack = 0;  // from before this process
  // How often the epoch was taken up, this time included: a HELLO of an earlier process that is
  // still under way must not pass for a newer one. At most kRunMax.
  std::uint64_t run = 1;
  std::chrono::milliseconds backoff_min{100}, backoff_max{10'000};
  std::chrono::milliseconds welcome_time{5000};  // for an answer to HELLO
};

inline constexpr std::uint64_t kRunMax = (1ULL << 25) - 1;  // one a minute for 63 years

// The producer's side of docs/PROTOCOL.md as a state machine: messages and time go in, messages
// come out. No sockets, no clock.
//
// Closed -> (HELLO) -> greeting -> (WELCOME) -> open -> closed again by ERROR, BYE, silence or a
// lost connection, and stopped for good by an ERROR that says retry: false.
class ClientSession {
 public:
  enum class Phase : std::uint8_t { kClosed, kGreeting, kOpen, kStopped };
  // What a message brought.
  struct News {
    std::vector<FrameOutcome> outcomes;  // told for the first time
    std::optional<Regression> regression;
    bool welcomed = false;
  };

  explicit ClientSession(ClientSessionOptions options);

  Phase phase() const { return phase_; }
  // Everything up to here is on the server's disk, and what is known of its fates was told.
  std::uint64_t acked() const { return acked_; }
  // What WELCOME said is on the server's disk.
  std::uint64_t durable() const { return durable_; }
  const FrameLimits& limits() const { return limits_; }
  const std::string& withheld() const { return withheld_; }
  const std::string& last_error() const { return last_error_; }  // for people
  std::uint64_t sessions() const { return sessions_; }           // opened so far

  // Whether a closed session should be opened now, and its HELLO.
  bool may_greet(Instant now) const { return phase_ == Phase::kClosed && now >= greet_at_; }
  Parts greet(Instant now);
  News receive(const ServerMessage& message, Instant now);
  // A heartbeat, if one is due. Notices silence: the session is then closed.
  std::optional<Parts> tick(Instant now);

  // The next frame to send, and whether credit covers it. Requires an open session.
  std::uint64_t next() const { return next_; }
  bool covers(const Credit& cost) const { return (credit_ - used_).covers(cost); }
  // The header of frame next(), which becomes the one after. Requires covers().
  Parts send(std::uint64_t records, std::string_view payload, Instant now);
  Parts bye() const;

  // The connection is gone, or was refused in the handshake.
  void lost(std::string_view why, Instant now);
  void stop(std::string why);

 private:
  News welcome(const WelcomeMessage& message);
  News ack(const AckMessage& message);
  void raise_credit(const Credit& granted);
  void error(const ErrorMessage& message, Instant now);
  void close(std::string_view why, Instant greet_at);
  std::chrono::milliseconds backoff();

  ClientSessionOptions options_;
  Phase phase_ = Phase::kClosed;
  std::uint64_t session_ = 0, sessions_ = 0;
  std::uint64_t attempt_;  // of the last HELLO
  std::uint64_t durable_, acked_;
  std::uint64_t counted_;  // outcomes up to here were given out
  std::uint64_t next_ = 1;
  Credit credit_, used_;
  FrameLimits limits_;
  std::chrono::milliseconds heartbeat_{5000};
  std::string withheld_, last_error_;
  Instant greet_at_, heard_, last_sent_;
  unsigned failures_ = 0;  // in a row
};

}  // namespace tocsin
