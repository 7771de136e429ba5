#include "ingest/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace tocsin {

namespace {

constexpr std::uint64_t kTryLaterMs = 1000;
constexpr std::uint64_t kTooManyMs = 5000;

std::uint64_t milliseconds(std::chrono::milliseconds time) {
  return static_cast<std::uint64_t>(time.count());
}

std::string denial_key(const std::string& key) {
  return key.empty() ? std::string(kPlainKey) : key;
}

}  // namespace

SessionTable::SessionTable(const SessionOptions& options, PositionSource& positions,
                           std::uint64_t first_session, std::function<void(const Note&)> on_note)
    : options_(options),
      positions_(positions),
      on_note_(std::move(on_note)),
      next_session_(first_session),
      available_(options.pool) {}

Verdict SessionTable::receive(const Peer& peer, std::span<const std::string_view> parts,
                              Instant now) {
  ++statistics_.messages_received;
  if (is_denied(denial_key(peer.key), now)) {
    ++statistics_.frames_denied;
    return Verdict::kCut;
  }
  if (peer.producer.empty()) {
    refuse(peer,
           {.refusal = Refusal::kNotAProducer,
            .message = "the key is not one of a configured producer"},
           now);
    return Verdict::kKeep;
  }
  auto message = decode_client(parts);
  if (!message) {
    if (silenced_.contains(peer.routing_id)) {
      ++statistics_.frames_stale;
      return Verdict::kKeep;
    }
    refuse(peer, std::move(message.error()), now);
    return Verdict::kKeep;
  }
  if (const auto* hello_message = std::get_if<HelloMessage>(&*message))
    hello(peer, *hello_message, now);
  if (const auto* batch_message = std::get_if<BatchMessage>(&*message))
    batch(peer, *batch_message, now);
  if (const auto* beat = std::get_if<HeartbeatMessage>(&*message)) heartbeat(peer, *beat, now);
  if (const auto* bye = std::get_if<ByeMessage>(&*message))
    if (Session* session = find(peer, bye->session)) close(session->number);
  return Verdict::kKeep;
}

// Whether a HELLO that was said later came first: it was under way on a connection that its
// producer has given up. Were it to open a session, it would end the one that the producer uses.
bool SessionTable::overtaken(const Peer& peer, const HelloMessage& message, Instant now) {
  if (message.attempt == 0) return false;
  const auto at = streams_.find({peer.producer, message.epoch});
  if (at == streams_.end() || at->second.session == 0) return false;
  const Session& living = sessions_.at(at->second.session);
  if (message.attempt > living.attempt) return false;
  if (living.routing_id == peer.routing_id) {
    ++statistics_.frames_stale;
    return true;
  }
  refuse(
      peer,
      {.refusal = Refusal::kTryLater,
       .message = fmt::format("HELLO is attempt {}, the session of this producer and epoch is of "
                              "attempt {}",
                              message.attempt, living.attempt),
       .allowed = "a higher attempt, or any once that session has ended",
       .retry_after_ms = kTryLaterMs},
      now);
  return true;
}

void SessionTable::hello(const Peer& peer, const HelloMessage& message, Instant now) {
  if (overtaken(peer, message, now)) return;
  silenced_.erase(peer.routing_id);
  if (const auto before = by_route_.find(peer.routing_id); before != by_route_.end())
    close(before->second);
  Streams::iterator at;
  StreamEntry* entry = open_stream(peer, message.epoch, at, now);
  if (entry == nullptr) return;
  if (entry->session != 0)
    end(entry->session,
        {.refusal = Refusal::kSuperseded,
         .message = "a newer session of this producer and epoch has begun"},
        now);
  if (!has_room(peer)) {
    refuse(peer,
           {.refusal = Refusal::kTooManySessions,
            .message = "too many sessions",
            .allowed = fmt::format("{} in all, {} for each producer", options_.sessions_max,
                                   options_.sessions_per_producer_max),
            .retry_after_ms = kTooManyMs},
           now);
    return;
  }
  const std::uint64_t number = next_session_++;
  const std::uint64_t durable = entry->stream.durable();
  Session& session = sessions_[number];
  session = {.number = number,
             .routing_id = peer.routing_id,
             .key = peer.key,
             .stream = at,
             .granted = {},
             .used = {},
             .attempt = message.attempt,
             .heard = now,
             .last_batch = now,
             .last_sent = now,
             .acked = std::min(message.last_ack, durable),
             .told = std::min(message.last_ack, durable),
             .account = &account_of(peer.producer)};
  entry->session = number;
  entry->stream.confirm(session.acked);
  by_route_[peer.routing_id] = number;
  ++by_producer_[peer.producer];
  turns_.push_back(number);
  ++statistics_.sessions_opened;
  distribute(now);
  WelcomeMessage welcome{.session = number,
                         .durable = durable,
                         .credit = session.granted,
                         .limits = options_.frame,
                         .heartbeat_ms = milliseconds(options_.heartbeat)};
  if (message.last_ack > durable) {
    welcome.regression = Regression{message.last_ack, durable};
    ++statistics_.regressions;
    note(NoteKind::kRegression, peer.producer,
         fmt::format("acknowledged data is lost: epoch {} has ACKs up to {}, the store only up to "
                     "{}; the producer "
                     "was asked to send again",
                     message.epoch, message.last_ack, durable),
         now);
  }
  send(session, encode(welcome), now);
  credit_due_.erase(number);
  if (durable > session.told) due_.insert(number);
}

SessionTable::StreamEntry* SessionTable::open_stream(const Peer& peer, const std::string& epoch,
                                                     Streams::iterator& at, Instant now) {
  at = streams_.find({peer.producer, epoch});
  if (at != streams_.end()) return &at->second;
  if (streams_.size() >= options_.streams_max && !forget_a_stream()) {
    refuse(peer,
           {.refusal = Refusal::kTooManySessions,
            .message = "too many epochs have frames in flight",
            .allowed = fmt::format("{}", options_.streams_max),
            .retry_after_ms = kTooManyMs},
           now);
    return nullptr;
  }
  const Result<std::uint64_t> durable = positions_.durable_sequence(peer.producer, epoch);
  if (!durable) {
    refuse(peer,
           {.refusal = Refusal::kTryLater,
            .message = "the position can't be read: " + durable.error().message,
            .retry_after_ms = kTryLaterMs},
           now);
    return nullptr;
  }
  at = streams_
           .emplace(StreamKey{peer.producer, epoch},
                    StreamEntry{.stream = Stream(*durable, options_, nacks_in_all_),
                                .session = 0,
                                .touched = now})
           .first;
  return &at->second;
}

bool SessionTable::has_room(const Peer& peer) const {
  const auto mine = by_producer_.find(peer.producer);
  return sessions_.size() < options_.sessions_max &&
         (mine == by_producer_.end() || mine->second < options_.sessions_per_producer_max);
}

// Makes room for one more by forgetting the stream that has been without a session for longest.
bool SessionTable::forget_a_stream() {
  auto oldest = streams_.end();
  for (auto at = streams_.begin(); at != streams_.end(); ++at)
    if (at->second.session == 0 && at->second.stream.in_flight() == 0 &&
        (oldest == streams_.end() || at->second.touched < oldest->second.touched))
      oldest = at;
  if (oldest == streams_.end()) return false;
  streams_.erase(oldest);
  return true;
}

SessionTable::Session* SessionTable::find(const Peer& peer, std::uint64_t number) {
  const auto at = by_route_.find(peer.routing_id);
  if (at != by_route_.end()) {
    Session& session = sessions_.at(at->second);
    if (session.number == number && session.stream->first.first == peer.producer) return &session;
    ++statistics_.frames_stale;
    return nullptr;
  }
  ++statistics_.frames_stale;
  return nullptr;
}

void SessionTable::batch(const Peer& peer, const BatchMessage& message, Instant now) {
  if (!by_route_.contains(peer.routing_id) && !silenced_.contains(peer.routing_id)) {
    refuse(peer,
           {.refusal = Refusal::kNoSession,
            .message = "this connection has no session: say HELLO first",
            .session = message.session,
            .sequence = message.sequence},
           now);
    return;
  }
  Session* session = find(peer, message.session);
  if (session == nullptr) return;
  session->heard = session->last_batch = now;
  const Credit cost{message.records, message.payload.size()};
  if (!Credit{options_.frame.records, options_.frame.bytes}.covers(cost)) {
    end(session->number,
        {.refusal = Refusal::kTooLarge,
         .message = fmt::format("frame {} has {} records and {} bytes", message.sequence,
                                cost.records, cost.bytes),
         .allowed = fmt::format("at most {} records and {} bytes", options_.frame.records,
                                options_.frame.bytes),
         .session = message.session,
         .sequence = message.sequence},
        now);
    return;
  }
  if (!session->unspent().covers(cost)) return beyond_credit(*session, message, now);
  session->used += cost;
  distribute_due_ = true;
  Stream& stream = session->stream->second.stream;
  if (message.acked > session->acked && message.acked <= stream.durable()) {
    session->acked = message.acked;
    stream.confirm(message.acked);
  }
  switch (stream.classify(message.sequence)) {
    case Stream::Arrival::kNext:
      return accept(*session, message, now);
    case Stream::Arrival::kDurable:
      due_.insert(session->number);
      [[fallthrough]];
    case Stream::Arrival::kInFlight:
      ++statistics_.frames_duplicate;
      return give_back(cost);
    case Stream::Arrival::kGap:
      break;
  }
  give_back(cost);
  end(session->number,
      {.refusal = Refusal::kGap,
       .message = fmt::format("frame {} came, {} is the next", message.sequence, stream.next()),
       .session = message.session,
       .sequence = message.sequence,
       .expected = stream.next()},
      now);
}

void SessionTable::accept(Session& session, const BatchMessage& message, Instant now) {
  const Credit cost{message.records, message.payload.size()};
  session.stream->second.stream.accept(cost);
  const auto& [producer, epoch] = session.stream->first;
  pending_.push_back({.producer = producer,
                      .epoch = epoch,
                      .sequence = message.sequence,
                      .records = message.records,
                      .payload = std::string(message.payload),
                      .received = now});
  ++statistics_.frames_accepted;
  statistics_.bytes_accepted += cost.bytes;
  statistics_.records_accepted += cost.records;
  session.account->statistics.records_accepted += cost.records;
}

void SessionTable::beyond_credit(Session& session, const BatchMessage& message, Instant now) {
  const Credit left = session.unspent();
  const std::string producer = session.stream->first.first;
  ErrorMessage error{.refusal = Refusal::kBeyondCredit,
                     .message = fmt::format(
                         "frame {} of {} records and {} bytes was refused unread, and the key is "
                         "denied for a time",
                         message.sequence, message.records, message.payload.size()),
                     .allowed = fmt::format("{} records and {} bytes of credit are left",
                                            left.records, left.bytes),
                     .session = session.number,
                     .sequence = message.sequence,
                     .retry_after_ms = milliseconds(options_.deny_time)};
  denied_[denial_key(session.key)] = now + options_.deny_time;
  ++statistics_.keys_denied;
  note(NoteKind::kDenied, producer, error.message, now);
  std::vector<std::uint64_t> ended;
  for (const auto& [number, other] : sessions_)
    if (other.key == session.key) ended.push_back(number);
  for (const std::uint64_t number : ended) {
    error.session = number;
    end(number, error, now);
  }
}

void SessionTable::heartbeat(const Peer& peer, const HeartbeatMessage& message, Instant now) {
  if (!by_route_.contains(peer.routing_id) && !silenced_.contains(peer.routing_id)) {
    refuse(peer,
           {.refusal = Refusal::kNoSession,
            .message = "this connection has no session: say HELLO first",
            .session = message.session},
           now);
    return;
  }
  Session* session = find(peer, message.session);
  if (session == nullptr) return;
  session->heard = now;
  Stream& stream = session->stream->second.stream;
  session->acked = std::max(session->acked, std::min(message.acked, stream.durable()));
  stream.confirm(session->acked);
  if (session->acked < stream.durable()) {  // an ACK is on its way or was lost: tell it again
    session->told = session->acked;
    due_.insert(session->number);
  }
}

void SessionTable::apply(FrameResult result, Instant now) {
  const auto at = streams_.find({result.producer, result.epoch});
  const std::uint64_t nacks = result.nacks.size();
  Stream::Settlement settlement;
  if (at != streams_.end()) {
    const auto session = sessions_.find(at->second.session);
    const std::uint64_t told = session == sessions_.end() ? 0 : session->second.told;
    settlement = at->second.stream.settle(result, told);
    at->second.touched = now;
  }
  statistics_.outcomes_dropped += settlement.dropped;
  give_back(settlement.cost);
  const std::uint64_t records =
      std::accumulate(result.fates.begin(), result.fates.end(), std::uint64_t{0});
  switch (settlement.settled) {
    case Stream::Settled::kUnexpected:
      ++statistics_.contract_breaches;
      note(NoteKind::kContract, result.producer,
           fmt::format("a result for frame {} of epoch {} came, which is not in flight",
                       result.sequence, result.epoch),
           now);
      return;
    case Stream::Settled::kRefusedBehind:
      ++statistics_.frames_refused_by_engine;
      return;
    case Stream::Settled::kRefused: {
      ++statistics_.frames_refused_by_engine;
      const bool later = result.refused->code == ErrorCode::kUnavailable;
      if (at->second.session == 0) return;
      end(at->second.session,
          {.refusal = later ? Refusal::kTryLater : Refusal::kFrameRefused,
           .message = result.refused->message,
           .session = at->second.session,
           .sequence = result.sequence,
           .retry_after_ms = later ? std::optional(kTryLaterMs) : std::nullopt},
          now);
      return;
    }
    case Stream::Settled::kDurable:
      break;
  }
  ++statistics_.frames_durable;
  statistics_.records_durable += records;
  if (at->second.session == 0) return;
  Session& session = sessions_.at(at->second.session);
  due_.insert(session.number);
  session.nacks += nacks;
  // One commit may settle more frames than are kept: they are told before they have to make room.
  if (2 * (at->second.stream.durable() - session.told) >= options_.outcomes_kept ||
      2 * session.nacks >= options_.nacks_kept)
    send_ack(session, now);
  if (records <= settlement.cost.records) return;
  ++statistics_.contract_breaches;
  send_ack(session, now);
  end(at->second.session,
      {.refusal = Refusal::kRecordCount,
       .message = fmt::format("frame {} held {} records and declared {}", result.sequence, records,
                              settlement.cost.records),
       .allowed = "the true number",
       .session = at->second.session,
       .sequence = result.sequence},
      now);
}

}  // namespace tocsin
