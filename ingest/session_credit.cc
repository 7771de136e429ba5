// How SessionTable shares its pool of credit.

#include <algorithm>
#include <utility>

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
  session.account->allowance.give_back(session.unspent().records);
  if (session.throttled) --session.account->statistics.throttled;
  session.stream->second.session = 0;
  session.stream->second.touched = session.heard;
  by_route_.erase(session.routing_id);
  const auto mine = by_producer_.find(session.stream->first.first);
  if (--mine->second == 0) by_producer_.erase(mine);
  std::erase(turns_, number);
  sessions_.erase(at);
}

Credit SessionTable::share_of_one() const {
  const std::uint64_t parts = sessions_.size() + 1;
  return {std::max(options_.pool.records / parts, options_.frame.records),
          std::max(options_.pool.bytes / parts, options_.frame.bytes)};
}

// Whoever has waited longest comes first, and nobody behind takes what it waits for: a stream of
// small frames can't starve a large one.
void SessionTable::distribute(Instant now) {
  distribute_due_ = false;
  if (!withheld_.empty() || sessions_.empty()) return;
  const Credit share = share_of_one();
  std::deque<std::uint64_t> waiting, content, served;
  bool someone_starves = false;
  for (const std::uint64_t number : turns_) {
    Session& session = sessions_.at(number);
    Credit wanted = wanted_credit(session, share);
    const Credit unit{options_.frame.records, options_.frame.bytes};
    const bool starved = std::exchange(session.starving, false);
    if (!is_within_rate(session, wanted, now) || wanted == Credit{}) {
      content.push_back(number);
    } else if (!someone_starves && grant(session, wanted)) {
      served.push_back(number);
      credit_due_.insert(number);
    } else {
      waiting.push_back(number);
      session.starving = !session.unspent().covers(unit);
      if (session.starving && !starved) session.starving_since = now;
      someone_starves = someone_starves || session.starving;
    }
  }
  const std::deque<std::uint64_t> hungry = waiting;
  waiting.insert(waiting.end(), content.begin(), content.end());
  waiting.insert(waiting.end(), served.begin(), served.end());
  turns_ = std::move(waiting);
  if (someone_starves) take_back_remainders(hungry, now);
}

// A session that has used up its records still holds bytes, or the other way round. While others
// wait before it, it can neither use them nor get more, so it ends and queues up again.
void SessionTable::take_back_remainders(const std::deque<std::uint64_t>& hungry, Instant now) {
  bool any = false;
  for (const std::uint64_t number : hungry) {
    Session& session = sessions_.at(number);
    const Credit left = session.unspent();
    const bool stuck = (left.records == 0) != (left.bytes == 0);
    // What is left of both may be too little for its frames. Were all to wait like that, each with
    // a little, nobody would ever get enough.
    const bool unused =
        session.starving && left != Credit{} && now - session.last_batch > options_.starve_time;
    if (number == hungry.front() || !(stuck || unused) ||
        session.stream->second.stream.in_flight() > 0)
      continue;
    if (due_.contains(number)) send_ack(session, now);
    end(number,
        {.refusal = Refusal::kIdle,
         .message = "the rest of the credit was taken back because others wait"},
        now);
    any = true;
  }
  if (any) distribute(now);
}

// What brings the session up to its share, once it has run low.
Credit SessionTable::wanted_credit(const Session& session, const Credit& share) const {
  const Credit unspent = session.unspent();
  const bool low = !unspent.covers({options_.frame.records, options_.frame.bytes}) ||
                   unspent.records < share.records / 2 || unspent.bytes < share.bytes / 2;
  if (!low) return {};
  const Credit held = unspent + session.stream->second.stream.in_flight_cost();
  return {missing(share.records, held.records), missing(share.bytes, held.bytes)};
}

SessionTable::Account& SessionTable::account_of(const std::string& producer) {
  const auto [at, fresh] = accounts_.try_emplace(producer);
  if (fresh) {
    const auto rate = options_.rates.find(producer);
    at->second.allowance.set(rate == options_.rates.end() ? ProducerRate{} : rate->second,
                             options_.frame.records);
    at->second.statistics.name = producer;
  }
  return at->second;
}

void SessionTable::set_rates(ProducerRates rates) {
  options_.rates = std::move(rates);
  for (auto& [producer, account] : accounts_) {
    const auto rate = options_.rates.find(producer);
    account.allowance.set(rate == options_.rates.end() ? ProducerRate{} : rate->second,
                          options_.frame.records);
  }
  distribute_due_ = true;
}

std::vector<ProducerStatistics> SessionTable::producers() const {
  std::vector<ProducerStatistics> all;
  for (const auto& [producer, account] : accounts_) all.push_back(account.statistics);
  return all;
}

// Lowers `wanted` to what the producer's rate allows. False, and the session is throttled, when
// that isn't worth a message: it then waits for its own rate and for nobody else. What it gets adds
// up, so a large frame goes through as well.
bool SessionTable::is_within_rate(Session& session, Credit& wanted, Instant now) {
  RateAllowance& allowance = session.account->allowance;
  ProducerStatistics& statistics = session.account->statistics;
  const std::uint64_t allowed = std::min(wanted.records, allowance.at(now));
  const bool within =
      allowed == wanted.records || allowed >= allowance.quantum(options_.frame.records);
  if (within) {
    wanted.records = allowed;
    if (session.throttled) --statistics.throttled;
    session.throttled = false;
    return true;
  }
  if (!session.throttled) {
    ++statistics.throttles;
    ++statistics.throttled;
    note(NoteKind::kRate, statistics.name,
         "sends faster than its rate: it gets credit as that allows", now);
    credit_due_.insert(session.number);  // so that it learns why
  }
  session.throttled = true;
  return false;
}

// Grants all of `wanted`, or that part of it which is there if the largest frame then fits.
bool SessionTable::grant(Session& session, const Credit& wanted) {
  const Credit part{std::min(wanted.records, available_.records),
                    std::min(wanted.bytes, available_.bytes)};
  const Credit unit{options_.frame.records, options_.frame.bytes};
  if (part == Credit{} || (part != wanted && !(session.unspent() + part).covers(unit)))
    return false;
  available_ -= part;
  session.account->allowance.take(part.records);
  session.granted += part;
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
  if (idlest == nullptr) return take_back_hoard(now);
  end(idlest->number,
      {.refusal = Refusal::kIdle,
       .message = "unused credit was taken back because others wait",
       .session = idlest->number},
      now);
}

// Who came early was given more than is its share by now. Who spends that at once gets no more
// until its turn comes again; but who spends it slowly would keep all the others waiting. The one
// that holds most, in shares, is ended, one a tick.
void SessionTable::take_back_hoard(Instant now) {
  const auto waits_long = [&](const auto& entry) {
    return entry.second.starving && now - entry.second.starving_since > options_.starve_time;
  };
  if (std::none_of(sessions_.begin(), sessions_.end(), waits_long)) return;
  const Credit share = share_of_one();
  std::uint64_t number = 0, most = 2;
  for (const auto& [one, session] : sessions_) {
    const Credit unspent = session.unspent();
    const std::uint64_t shares =
        std::max(unspent.records / share.records, unspent.bytes / share.bytes);
    if (session.starving || shares < most) continue;
    most = shares + 1;
    number = one;
  }
  if (most == 2) {
    distribute_due_ = true;  // which looks for remainders
    return;
  }
  end(number,
      {.refusal = Refusal::kIdle,
       .message = "credit beyond its share was taken back because others wait",
       .session = number},
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
