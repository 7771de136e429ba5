// How SessionTable shares its pool of credit.

#include <algorithm>

#include "ingest/session.h"

namespace tocsin {

namespace {

std::uint64_t missing(std::uint64_t wanted, std::uint64_t held) {
  return wanted > held ? wanted - held : 0;
}

}  // namespace

void SessionTable::give_back(const Credit& cost) {
  available_ += cost;
  distribute_due_ = true;
}

void SessionTable::close(std::uint64_t number) {
  const auto at = sessions_.find(number);
  Session& session = at->second;
  give_back(session.unspent());
  session.stream->second.session = 0;
  session.stream->second.touched = session.heard;
  by_route_.erase(session.routing_id);
  const auto mine = by_producer_.find(session.stream->first.first);
  if (--mine->second == 0) by_producer_.erase(mine);
  std::erase(turns_, number);
  sessions_.erase(at);
}

// Whoever has waited longest comes first, and nobody behind takes what it waits for: a stream of
// small frames can't starve a large one.
void SessionTable::distribute() {
  distribute_due_ = false;
  if (!withheld_.empty() || sessions_.empty()) return;
  const std::uint64_t parts = sessions_.size() + 1;
  const Credit share{std::max(options_.pool.records / parts, options_.frame.records),
                     std::max(options_.pool.bytes / parts, options_.frame.bytes)};
  std::deque<std::uint64_t> waiting, served;
  bool someone_starves = false;
  for (const std::uint64_t number : turns_) {
    Session& session = sessions_.at(number);
    const bool granted = !someone_starves && top_up(session, share);
    (granted ? served : waiting).push_back(number);
    if (granted) credit_due_.insert(number);
    someone_starves = someone_starves || session.starving;
  }
  waiting.insert(waiting.end(), served.begin(), served.end());
  turns_ = std::move(waiting);
}

// Brings the session up to its share if it has run low. Grants part of what is missing only where
// the largest frame then fits.
bool SessionTable::top_up(Session& session, const Credit& share) {
  session.starving = false;
  const Credit unit{options_.frame.records, options_.frame.bytes};
  const Credit unspent = session.unspent();
  const Credit held = unspent + session.stream->second.stream.in_flight_cost();
  const Credit wanted{missing(share.records, held.records), missing(share.bytes, held.bytes)};
  const bool low = !unspent.covers(unit) || unspent.records < share.records / 2 ||
                   unspent.bytes < share.bytes / 2;
  if (!low || wanted == Credit{}) return false;
  const Credit grant{std::min(wanted.records, available_.records),
                     std::min(wanted.bytes, available_.bytes)};
  if (grant != wanted && !(unspent + grant).covers(unit)) {
    session.starving = true;
    return false;
  }
  if (grant == Credit{}) return false;
  available_ -= grant;
  session.granted += grant;
  return true;
}

// Credit that nobody uses while somebody waits: the session idle for longest is ended, one a tick.
void SessionTable::take_back_idle(Instant now) {
  if (!withheld_.empty()) return;
  const auto starves = [](const auto& entry) { return entry.second.starving; };
  if (std::none_of(sessions_.begin(), sessions_.end(), starves)) return;
  const Session* idlest = nullptr;
  for (const auto& [number, session] : sessions_)
    if (!session.starving && session.unspent() != Credit{} &&
        now - session.last_batch > options_.idle_time &&
        (idlest == nullptr || session.last_batch < idlest->last_batch))
      idlest = &session;
  if (idlest == nullptr) return;
  end(idlest->number,
      {.refusal = Refusal::kIdle,
       .message = "unused credit was taken back because others wait",
       .session = idlest->number},
      now);
}

ServerStatistics SessionTable::snapshot() const {
  ServerStatistics statistics = statistics_;
  statistics.sessions = sessions_.size();
  statistics.streams = streams_.size();
  statistics.frames_pending = pending_.size();
  statistics.frames_in_flight =
      statistics.frames_accepted - statistics.frames_durable - statistics.frames_refused_by_engine;
  statistics.pool_total = options_.pool;
  statistics.pool_available = available_;
  statistics.withheld = withheld_;
  return statistics;
}

}  // namespace tocsin
