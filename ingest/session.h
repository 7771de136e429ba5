#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ingest/rate_limit.h"
#include "ingest/session_stream.h"
#include "ingest/session_types.h"

namespace tocsin {

// Who sent a message: where to answer, and who the connection's key says it is.
struct Peer {
  std::string routing_id;
  std::string producer = {};  // "" when its key is not one of a producer
  std::string key = {};       // Z85; "" on a plain connection
};

struct Outgoing {
  std::string routing_id;
  std::uint64_t session = 0;  // 0 when it belongs to none
  Parts parts;
};

// What a denial knows plain clients by: they have no key and share one fate.
inline constexpr std::string_view kPlainKey = "plain";

enum class Verdict : std::uint8_t { kKeep, kCut };  // what to do with the connection

// The server's side of docs/PROTOCOL.md as a state machine: messages, results and time go in;
// messages and frames come out. No sockets, no clock, no threads. A session goes
//
//   HELLO -> open -> (BATCH | HEARTBEAT)* -> ended by BYE, ERROR, a newer HELLO, silence or a lost
//   connection
//
// A HELLO is newer when its `attempt` is higher; one that names none is newer when it comes later.
//
// 1. At most one session for each (producer, epoch) and for each connection.
// 2. The pool = available + unspent credit of sessions + cost of frames in flight or pending.
// 3. Credit is granted in turns, in units of at least one largest frame, up to a share of
//    pool / (sessions + 1): something is always left for the next to come.
// 4. A producer's sessions together are granted no more records than its rate allows; a session
// that
//    waits for that holds nobody else up.
// 5. A session that ends with an ERROR stays silent: what its connection sends afterwards is
// ignored
//    until it says HELLO again.
class SessionTable {
 public:
  // `positions` is borrowed. `first_session` should be hard to guess, so that a number from before
  // a restart names no session of this one.
  SessionTable(const SessionOptions& options, PositionSource& positions,
               std::uint64_t first_session, std::function<void(const Note&)> on_note);

  // One message, without its routing id. kCut for a key that is denied.
  Verdict receive(const Peer& peer, std::span<const std::string_view> parts, Instant now);
  // The engine's answer for one frame.
  void apply(FrameResult result, Instant now);
  // Heartbeats, time-outs, idle credit, forgotten streams. Cheap; call every turn.
  void tick(Instant now);
  // Grants credit and turns what happened into ACKs. Call at the end of a turn.
  void flush(Instant now);

  void withhold(std::string reason);
  // From now on; sessions and their credit stay.
  void set_rates(ProducerRates rates);
  // Ends the sessions that `may_stay` (key, producer) is false for.
  void recheck(const std::function<bool(std::string_view, std::string_view)>& may_stay,
               Instant now);
  void say_bye(std::string_view message, Instant now);

  // What the sockets report back: the connection's queue is full (told again with a later
  // heartbeat), the connection is gone.
  void deferred(std::uint64_t session);
  void lost(const std::string& routing_id, Instant now);

  bool is_denied(std::string_view key, Instant now) const;
  void note(NoteKind kind, std::string_view producer, std::string message, Instant now);

  std::vector<Outgoing> take_outgoing();
  // Accepted frames that the sink hasn't taken yet, oldest first.
  std::deque<Frame>& pending() { return pending_; }
  ServerStatistics& statistics() { return statistics_; }
  // The counters with the gauges filled in.
  ServerStatistics snapshot() const;
  // Of each producer that had a session.
  std::vector<ProducerStatistics> producers() const;

 private:
  using StreamKey = std::pair<std::string, std::string>;  // producer, epoch
  struct StreamEntry {
    Stream stream;
    std::uint64_t session = 0;  // 0: none
    Instant touched;
  };
  using Streams = std::map<StreamKey, StreamEntry>;
  // What all sessions of one producer share.
  struct Account {
    RateAllowance allowance;
    ProducerStatistics statistics;
  };
  struct Session {
    std::uint64_t number = 0;
    std::string routing_id, key;
    Streams::iterator stream;
    Credit granted, used;
    std::uint64_t attempt = 0;  // of its HELLO
    Instant heard, last_batch, last_sent;
    std::uint64_t acked = 0;     // as the producer says
    std::uint64_t told = 0;      // outcomes up to here were sent
    std::uint64_t nacks = 0;     // in those that were not
    bool starving = false;       // wants credit that the pool doesn't have,
    Instant starving_since{};    // and since when
    bool put_off = false;        // a message could not be queued
    bool throttled = false;      // wants credit that its producer's rate doesn't allow yet
    Account* account = nullptr;  // in accounts_
    Credit unspent() const { return granted - used; }
  };
  struct NoteLimit {
    Instant last;
    bool any = false;
    std::uint64_t suppressed = 0;
  };

  void hello(const Peer& peer, const HelloMessage& message, Instant now);
  bool overtaken(const Peer& peer, const HelloMessage& message, Instant now);
  void batch(const Peer& peer, const BatchMessage& message, Instant now);
  void heartbeat(const Peer& peer, const HeartbeatMessage& message, Instant now);
  void accept(Session& session, const BatchMessage& message, Instant now);
  void beyond_credit(Session& session, const BatchMessage& message, Instant now);
  // The session that `number` names on this connection; nullptr, after answering, when there is
  // none.
  Session* find(const Peer& peer, std::uint64_t number);
  StreamEntry* open_stream(const Peer& peer, const std::string& epoch, Streams::iterator& at,
                           Instant now);
  bool has_room(const Peer& peer) const;
  bool forget_a_stream();

  void refuse(const Peer& peer, ErrorMessage error, Instant now);
  void end(std::uint64_t number, ErrorMessage error, Instant now);
  void close(std::uint64_t number);
  void send(Session& session, Parts parts, Instant now);
  void send_ack(Session& session, Instant now);
  void send_heartbeat(Session& session, Instant now);

  void give_back(const Credit& cost);
  void distribute(Instant now);
  void take_back_remainders(const std::deque<std::uint64_t>& hungry, Instant now);
  Credit wanted_credit(const Session& session, const Credit& share) const;
  bool grant(Session& session, const Credit& wanted);
  Account& account_of(const std::string& producer);
  bool is_within_rate(Session& session, Credit& wanted, Instant now);
  void take_back_idle(Instant now);
  void take_back_hoard(Instant now);
  Credit share_of_one() const;

  SessionOptions options_;
  PositionSource& positions_;
  std::function<void(const Note&)> on_note_;
  std::uint64_t next_session_;
  std::size_t nacks_in_all_ = 0;  // that the streams keep
  Streams streams_;
  std::unordered_map<std::uint64_t, Session> sessions_;
  std::unordered_map<std::string, std::uint64_t> by_route_;
  std::unordered_map<std::string, std::size_t> by_producer_;  // sessions of each
  std::map<std::string, Account> accounts_;                   // by producer; never erased
  std::deque<std::uint64_t> turns_;                           // whose turn it is to get credit
  std::set<std::uint64_t> credit_due_;                        // sessions to tell of new credit
  std::set<std::uint64_t> due_;                               // sessions to send an ACK
  std::unordered_set<std::string> silenced_;  // connections told that they have no session
  std::map<std::string, Instant, std::less<>> denied_;  // key -> until
  Credit available_;
  std::string withheld_;
  bool distribute_due_ = false;
  std::deque<Frame> pending_;
  std::vector<Outgoing> outgoing_;
  ServerStatistics statistics_;
  std::array<NoteLimit, kNoteKindCount> note_limits_;
  Instant next_tick_;
};

}  // namespace tocsin
