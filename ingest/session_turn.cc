// What SessionTable does with time and what it sends.

#include <fmt/format.h>

#include <utility>

#include "ingest/session.h"

namespace tocsin {

namespace {

constexpr int kSilenceIntervals = 3;  // heartbeat intervals after which a side is taken for gone
constexpr int kAcksPerFlush = 8;      // of one session: the rest follows in the next turn

}  // namespace

std::string_view name_of(NoteKind kind) {
  switch (kind) {
    case NoteKind::kRefusal:
      return "refusal";
    case NoteKind::kDenied:
      return "denied";
    case NoteKind::kAuthentication:
      return "authentication";
    case NoteKind::kRegression:
      return "regression";
    case NoteKind::kContract:
      return "contract";
    case NoteKind::kLost:
      return "lost";
    case NoteKind::kFeed:
      return "feed";
    case NoteKind::kFeedGap:
      return "feed-gap";
    case NoteKind::kRate:
      return "rate";
  }
  return "";
}

void SessionTable::tick(Instant now) {
  if (now < next_tick_) return;
  next_tick_ = now + options_.heartbeat / 20;
  std::vector<std::uint64_t> silent;
  for (auto& [number, session] : sessions_) {
    distribute_due_ = distribute_due_ || session.throttled;
    if (now - session.heard > kSilenceIntervals * options_.heartbeat) {
      silent.push_back(number);
    } else if (now - session.last_sent >= options_.heartbeat) {
      send_heartbeat(session, now);
      if (std::exchange(session.put_off, false)) due_.insert(number);
    }
  }
  for (const std::uint64_t number : silent) {
    note(NoteKind::kLost, sessions_.at(number).stream->first.first,
         "nothing was heard for three heartbeats", now);
    end(number,
        {.refusal = Refusal::kTimeout,
         .message = "nothing was heard for three heartbeat intervals",
         .session = number},
        now);
  }
  take_back_idle(now);
  std::erase_if(denied_, [now](const auto& entry) { return entry.second <= now; });
  std::erase_if(streams_, [&](const auto& entry) {
    return entry.second.session == 0 && entry.second.stream.in_flight() == 0 &&
           now - entry.second.touched > options_.stream_time;
  });
}

void SessionTable::flush(Instant now) {
  if (distribute_due_) distribute(now);
  for (const std::uint64_t number : std::exchange(credit_due_, {}))
    if (const auto at = sessions_.find(number);
        at != sessions_.end() && (!due_.contains(number) || at->second.throttled))
      send_heartbeat(at->second, now);
  for (const std::uint64_t number : std::exchange(due_, {}))
    if (const auto at = sessions_.find(number); at != sessions_.end()) send_ack(at->second, now);
}

void SessionTable::send_ack(Session& session, Instant now) {
  const Stream& stream = session.stream->second.stream;
  for (int i = 0; i < kAcksPerFlush; ++i) {
    std::vector<FrameOutcome> outcomes = stream.outcomes_after(session.told);
    if (outcomes.empty() && i > 0) break;
    session.told = outcomes.empty() ? stream.durable() : outcomes.back().sequence;
    send(session,
         encode(AckMessage{.session = session.number,
                           .durable = stream.durable(),
                           .credit = session.granted,
                           .frames = std::move(outcomes)}),
         now);
    ++statistics_.acks_sent;
    if (session.told >= stream.durable()) {
      session.nacks = 0;
      return;
    }
  }
  due_.insert(session.number);
}

void SessionTable::send_heartbeat(Session& session, Instant now) {
  send(session,
       encode(ServerHeartbeat{
           .session = session.number,
           .durable = session.stream->second.stream.durable(),
           .credit = session.granted,
           .withheld = withheld_.empty() && session.throttled ? "rate" : withheld_}),
       now);
}

void SessionTable::withhold(std::string reason) {
  withheld_ = std::move(reason);
  distribute_due_ = true;
}

void SessionTable::recheck(const std::function<bool(std::string_view, std::string_view)>& may_stay,
                           Instant now) {
  std::vector<std::uint64_t> gone;
  for (const auto& [number, session] : sessions_)
    if (!may_stay(session.key, session.stream->first.first)) gone.push_back(number);
  for (const std::uint64_t number : gone)
    end(number,
        {.refusal = Refusal::kNotAProducer,
         .message = "the key is no longer one of a configured producer",
         .session = number},
        now);
}

void SessionTable::say_bye(std::string_view message, Instant now) {
  for (auto& [number, session] : sessions_)
    send(session, encode(ServerBye{.session = number, .message = std::string(message)}), now);
}

void SessionTable::deferred(std::uint64_t number) {
  ++statistics_.sends_deferred;
  const auto at = sessions_.find(number);
  if (at == sessions_.end()) return;
  at->second.told = at->second.acked;
  at->second.put_off = true;
}

void SessionTable::lost(const std::string& routing_id, Instant now) {
  silenced_.erase(routing_id);
  const auto at = by_route_.find(routing_id);
  if (at == by_route_.end()) return;
  note(NoteKind::kLost, sessions_.at(at->second).stream->first.first, "the connection went away",
       now);
  close(at->second);
}

bool SessionTable::is_denied(std::string_view key, Instant now) const {
  const auto at = denied_.find(key);
  return at != denied_.end() && now < at->second;
}

void SessionTable::note(NoteKind kind, std::string_view producer, std::string message,
                        Instant now) {
  NoteLimit& limit = note_limits_[static_cast<std::size_t>(kind)];
  if (limit.any && now - limit.last < std::chrono::seconds(1)) {
    ++limit.suppressed;
    return;
  }
  if (on_note_) on_note_({kind, std::string(producer), std::move(message), limit.suppressed});
  limit = {.last = now, .any = true, .suppressed = 0};
}

std::vector<Outgoing> SessionTable::take_outgoing() { return std::exchange(outgoing_, {}); }

void SessionTable::send(Session& session, Parts parts, Instant now) {
  session.last_sent = now;
  outgoing_.push_back({session.routing_id, session.number, std::move(parts)});
}

void SessionTable::refuse(const Peer& peer, ErrorMessage error, Instant now) {
  if (const auto at = by_route_.find(peer.routing_id); at != by_route_.end()) {
    error.session = at->second;
    return end(at->second, std::move(error), now);
  }
  if (silenced_.size() > 4 * options_.sessions_max)
    silenced_.clear();  // at worst an error is told twice
  silenced_.insert(peer.routing_id);
  ++statistics_.refusals[static_cast<std::size_t>(error.refusal)];
  note(NoteKind::kRefusal, peer.producer,
       fmt::format("{}: {}", name_of(error.refusal), error.message), now);
  outgoing_.push_back({peer.routing_id, 0, encode(error)});
}

void SessionTable::end(std::uint64_t number, ErrorMessage error, Instant now) {
  Session& session = sessions_.at(number);
  if (!error.session) error.session = number;
  ++statistics_.refusals[static_cast<std::size_t>(error.refusal)];
  note(NoteKind::kRefusal, session.stream->first.first,
       fmt::format("{}: {}", name_of(error.refusal), error.message), now);
  silenced_.insert(session.routing_id);
  send(session, encode(error), now);
  close(number);
}

}  // namespace tocsin
