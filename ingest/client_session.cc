#include "ingest/client_session.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin {

namespace {

constexpr int kSilenceIntervals = 3;
constexpr std::uint64_t kAttemptsOfRun = 1ULL << 28;  // kRunMax of these stay below kSequenceMax

}  // namespace

ClientSession::ClientSession(ClientSessionOptions options)
    : options_(std::move(options)),
      attempt_(options_.run * kAttemptsOfRun),
      durable_(options_.last_ack),
      acked_(options_.last_ack),
      counted_(options_.last_ack) {
  require(options_.run <= kRunMax, "an epoch is taken up at most kRunMax times");
}

Parts ClientSession::greet(Instant now) {
  phase_ = Phase::kGreeting;
  heard_ = last_sent_ = now;
  return encode(HelloMessage{.epoch = options_.epoch, .last_ack = acked_, .attempt = ++attempt_});
}

ClientSession::News ClientSession::receive(const ServerMessage& message, Instant now) {
  heard_ = now;
  if (const auto* refused = std::get_if<ErrorMessage>(&message)) {
    error(*refused, now);
    return {};
  }
  if (const auto* welcomed = std::get_if<WelcomeMessage>(&message)) return welcome(*welcomed);
  if (phase_ != Phase::kOpen) return {};  // from a session that is over
  if (const auto* acked = std::get_if<AckMessage>(&message))
    return acked->session == session_ ? ack(*acked) : News{};
  if (const auto* beat = std::get_if<ServerHeartbeat>(&message);
      beat && beat->session == session_) {
    raise_credit(beat->credit);
    withheld_ = beat->withheld;
  }
  if (const auto* bye_message = std::get_if<ServerBye>(&message);
      bye_message && bye_message->session == session_)
    close("the server went down: " + bye_message->message, now + backoff());
  return {};
}

ClientSession::News ClientSession::welcome(const WelcomeMessage& message) {
  if (phase_ != Phase::kGreeting) return {};
  phase_ = Phase::kOpen;
  ++sessions_;
  failures_ = 0;
  session_ = message.session;
  credit_ = message.credit;
  used_ = {};
  limits_ = message.limits;
  heartbeat_ = std::chrono::milliseconds(std::max<std::uint64_t>(message.heartbeat_ms, 1));
  withheld_.clear();
  // Lower than before after a regression: the frames between travel again.
  acked_ = std::min(acked_, message.durable);
  durable_ = message.durable;
  next_ = message.durable + 1;
  return {.outcomes = {}, .regression = message.regression, .welcomed = true};
}

ClientSession::News ClientSession::ack(const AckMessage& message) {
  News news;
  for (const FrameOutcome& outcome : message.frames) {
    if (outcome.sequence <= counted_) continue;
    counted_ = outcome.sequence;
    news.outcomes.push_back(outcome);
  }
  raise_credit(message.credit);
  withheld_.clear();
  acked_ =
      std::max(acked_, message.frames.empty() ? message.durable : message.frames.back().sequence);
  return news;
}

// Credit is cumulative: a lower one is an older message, or a server that takes back what may be
// spent already.
void ClientSession::raise_credit(const Credit& granted) {
  credit_ = {std::max(credit_.records, granted.records), std::max(credit_.bytes, granted.bytes)};
}

void ClientSession::error(const ErrorMessage& message, Instant now) {
  const bool of_another = message.session && phase_ == Phase::kOpen && *message.session != session_;
  // While greeting, the end of the session before, or an answer to what was still under way in it.
  const bool of_before =
      phase_ == Phase::kGreeting && (message.session || message.refusal == Refusal::kNoSession);
  if (of_another || of_before || phase_ == Phase::kClosed || phase_ == Phase::kStopped) return;
  const std::string why =
      fmt::format("{}: {}{}{}", name_of(message.refusal), message.message,
                  message.allowed.empty() ? "" : "; allowed: ", message.allowed);
  if (retry_of(message.refusal) == Retry::kNo) return stop(why);
  const auto wait =
      message.retry_after_ms
          ? std::chrono::milliseconds(static_cast<std::int64_t>(*message.retry_after_ms))
          : backoff();
  close(why, now + wait);
}

std::optional<Parts> ClientSession::tick(Instant now) {
  if (phase_ == Phase::kGreeting && now - heard_ > options_.welcome_time)
    lost("no answer to HELLO", now);
  if (phase_ != Phase::kOpen) return std::nullopt;
  if (now - heard_ > kSilenceIntervals * heartbeat_) {
    lost("nothing was heard for three heartbeat intervals", now);
    return std::nullopt;
  }
  if (now - last_sent_ < heartbeat_) return std::nullopt;
  last_sent_ = now;
  return encode(HeartbeatMessage{.session = session_, .acked = acked_});
}

Parts ClientSession::send(std::uint64_t records, std::string_view payload, Instant now) {
  used_ += {records, payload.size()};
  last_sent_ = now;
  return encode(BatchMessage{.session = session_,
                             .sequence = next_++,
                             .records = records,
                             .payload = payload,
                             .acked = acked_});
}

Parts ClientSession::bye() const { return encode(ByeMessage{.session = session_}); }

void ClientSession::lost(std::string_view why, Instant now) {
  if (phase_ == Phase::kStopped || phase_ == Phase::kClosed) return;
  close(why, now + backoff());
}

void ClientSession::stop(std::string why) {
  phase_ = Phase::kStopped;
  last_error_ = std::move(why);
}

void ClientSession::close(std::string_view why, Instant greet_at) {
  phase_ = Phase::kClosed;
  last_error_ = why;
  greet_at_ = greet_at;
}

// Doubles with each failure in a row; the first is short, since a restarting server is back soon.
std::chrono::milliseconds ClientSession::backoff() {
  const unsigned doublings = std::min(failures_++, 10U);
  return std::min(options_.backoff_max, options_.backoff_min * (1U << doublings));
}

}  // namespace tocsin
