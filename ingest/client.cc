#include "ingest/client.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

namespace tocsin {

namespace {

constexpr std::chrono::milliseconds kIdleWait{20};
constexpr std::chrono::milliseconds kProgressTime{100};
constexpr std::chrono::minutes kTrimTime{1};
constexpr std::chrono::milliseconds kByeTime{500};

// The `index`th non-empty line of an NDJSON payload, and how many lines are before it.
std::pair<std::string_view, std::uint64_t> record_at(std::string_view payload,
                                                     std::uint32_t index) {
  std::uint64_t lines = 0;
  while (!payload.empty()) {
    const auto end = payload.find('\n');
    const std::string_view line = payload.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos && index-- == 0)
      return {line, lines};
    if (end == std::string_view::npos) break;
    payload.remove_prefix(end + 1);
    ++lines;
  }
  return {};
}

}  // namespace

Sender::Sender(SenderOptions options, FrameStore& store, FrameCutter& cutter, SendObserver observer)
    : options_(std::move(options)),
      store_(store),
      cutter_(cutter),
      observer_(std::move(observer)),
      session_({.epoch = store.epoch(), .last_ack = store.last_ack(), .run = store.run()}) {}

Sender::~Sender() = default;

void Sender::notice(std::string_view text) const {
  if (observer_.on_notice) observer_.on_notice(text);
}

SendReport Sender::run(const std::function<ProcessingTime()>& wall_clock) {
  wall_clock_ = wall_clock;
  Instant now = std::chrono::steady_clock::now();
  started_ = last_contact_ = last_progress_ = filled_ = now;
  last_trim_ = now - kTrimTime;
  recorded_ = store_.last_ack();
  own_from_ = store_.last_sequence() + 1;
  while (report_.failure.empty()) {
    if (auto turned = turn(now); !turned) report_.failure = turned.error().message;
    if (done()) break;
    wait(now);
    now = std::chrono::steady_clock::now();
  }
  finish();
  return report_;
}

Result<void> Sender::turn(Instant now) {
  if (auto filled = fill_store(now); !filled) return filled;
  if (session_.may_greet(now) && anything_unacked()) connect(now);
  read_link(now);
  if (auto recorded = record_durable(now); !recorded) return recorded;
  if (auto sent = send_frames(now); !sent) return sent;
  if (const auto heartbeat = session_.tick(now); heartbeat && link_) link_->send(*heartbeat);
  watch(now);
  if (now - last_trim_ < kTrimTime) return {};
  last_trim_ = now;
  return store_.trim(wall_clock_());
}

bool Sender::anything_unacked() const { return store_.last_sequence() > session_.acked(); }

bool Sender::done() const { return input_ended_ && !anything_unacked(); }

bool Sender::may_read(Instant now) const {
  if (input_ended_ || unacked_bytes_ >= options_.unacked_bytes_max) return false;
  if (options_.records_per_second == 0) return true;
  const std::chrono::duration<double> elapsed = now - started_;
  return static_cast<double>(records_read_) <
         elapsed.count() * static_cast<double>(options_.records_per_second);
}

// Several frames share one sync.
Result<void> Sender::fill_store(Instant now) {
  std::size_t frames = 0;
  while (frames < options_.frames_per_sync && may_read(now)) {
    StoredFrame frame;
    const auto cut = cutter_.next(
        frame, now - filled_ >= options_.flush_time ? Patience::kFlush : Patience::kFull);
    if (!cut) return tl::unexpected(cut.error());
    input_waiting_ = *cut == Cut::kNothingYet;
    input_ended_ = *cut == Cut::kEnd;
    if (*cut != Cut::kFrame) break;
    records_read_ += frame.records;
    unacked_bytes_ += frame.payload.size();
    if (auto appended = store_.append(std::move(frame)); !appended)
      return tl::unexpected(appended.error());
    filled_ = now;
    ++frames;
  }
  return frames > 0 ? store_.sync() : Result<void>();
}

// Each session has a connection of its own, so that nothing from an older one can come between.
void Sender::connect(Instant now) {
  auto link = ServerLink::open(options_.link);
  if (!link) return session_.stop(link.error().message);
  link_ = std::move(*link);
  link_->send(session_.greet(now));
}

void Sender::read_link(Instant now) {
  if (!link_) return;
  while (const auto event = link_->next_event()) {
    if (*event == ServerLink::Event::kDisconnected) session_.lost("the connection was lost", now);
    if (*event == ServerLink::Event::kTurnedAway)
      session_.stop(
          fmt::format("the server at {} refused the key {}: it is not one of a configured producer",
                      options_.link.endpoint, options_.link.keys.public_key));
  }
  while (auto message = link_->receive()) {
    last_contact_ = now;
    if (!*message) return session_.stop(message->error().message);
    const std::string before = session_.last_error();
    const ClientSession::News news = session_.receive(**message, now);
    if (session_.last_error() != before && session_.phase() == ClientSession::Phase::kClosed)
      notice(session_.last_error());
    if (news.welcomed) check_position(news);
    for (const FrameOutcome& outcome : news.outcomes) take_outcome(outcome);
  }
}

// Compares what the server has with what the store has.
void Sender::check_position(const ClientSession::News& news) {
  travelling_.clear();
  const std::uint64_t durable = session_.durable();
  if (news.regression) {
    ++report_.regressions;
    notice(
        fmt::format("REGRESSION: the server acknowledged frames up to {} of epoch {} and now has "
                    "only those up to {}: "
                    "it has lost data; sending them again",
                    news.regression->acked, store_.epoch(), durable));
  }
  // Frames that this run appended can't be known to the server before they were sent.
  if (const std::uint64_t sendable = std::max(own_from_ - 1, sent_); durable > sendable) {
    const std::string why = fmt::format(
        "the server has frames up to {} of epoch {}, the spool only up to {}: it is an old copy or "
        "has lost its end",
        durable, store_.epoch(), sendable);
    if (auto condemned = store_.condemn(why); !condemned) notice(condemned.error().message);
    return session_.stop(why + "; send its input again with a new spool");
  }
  if (durable + 1 < store_.first_sequence())
    session_.stop(fmt::format(
        "the server lost frames {} to {} of epoch {}, which the spool doesn't keep any more: send "
        "their input again with a new spool",
        durable + 1, store_.first_sequence() - 1, store_.epoch()));
}

void Sender::take_outcome(const FrameOutcome& outcome) {
  for (std::size_t i = 0; i < outcome.fates.size(); ++i) report_.fates[i] += outcome.fates[i];
  report_.nacks += outcome.nacks.size() + outcome.nacks_cut;
  if (outcome.nacks.empty() || !observer_.on_nack) return;
  const auto frame = store_.read(outcome.sequence);
  for (const RecordNack& nack : outcome.nacks) {
    if (!frame) {
      observer_.on_nack(0, "", nack);
      continue;
    }
    const auto [record, lines] = record_at(frame->payload, nack.index);
    observer_.on_nack(frame->first_line + lines, record, nack);
  }
}

Result<void> Sender::record_durable(Instant now) {
  const std::uint64_t acked = session_.acked();
  while (!travelling_.empty() && travelling_.front().sequence <= std::min(acked, recorded_))
    travelling_.pop_front();
  if (acked <= recorded_) return {};
  for (std::uint64_t sequence = recorded_ + 1; sequence <= acked; ++sequence) {
    std::uint64_t records = 0, bytes = 0;
    if (!travelling_.empty() && travelling_.front().sequence == sequence) {
      records = travelling_.front().records;
      bytes = travelling_.front().bytes;
      report_.latency.add(std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::steady_clock::now() - travelling_.front().sent));
      travelling_.pop_front();
    } else if (const auto frame = store_.read(sequence)) {  // its ACK was missed earlier
      records = frame->records;
      bytes = frame->payload.size();
    }
    if (sequence >= own_from_) unacked_bytes_ -= bytes;
    ++report_.frames_acked;
    report_.records_acked += records;
    report_.bytes_acked += bytes;
  }
  recorded_ = acked;
  if (observer_.on_progress && now - last_progress_ >= kProgressTime) {
    last_progress_ = now;
    report_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(now - started_);
    observer_.on_progress(report_, cutter_.bytes_read());
  }
  return store_.acknowledge(acked, wall_clock_());
}

Result<void> Sender::send_frames(Instant now) {
  while (session_.phase() == ClientSession::Phase::kOpen &&
         session_.next() <= store_.last_sequence()) {
    if (!next_frame_ || next_frame_->sequence != session_.next()) {
      auto frame = store_.read(session_.next());
      if (!frame) return tl::unexpected(frame.error());
      next_frame_ = std::move(*frame);
    }
    const Credit cost{next_frame_->records, next_frame_->payload.size()};
    if (!session_.covers(cost)) return {};
    travelling_.push_back(
        {next_frame_->sequence, cost.records, cost.bytes, std::chrono::steady_clock::now()});
    sent_ = std::max(sent_, next_frame_->sequence);
    link_->send(session_.send(cost.records, next_frame_->payload, now));
    ++report_.frames_sent;
  }
  return {};
}

// Notices what can't go on.
void Sender::watch(Instant now) {
  if (interrupted_.load()) report_.failure = "interrupted";
  if (session_.phase() == ClientSession::Phase::kStopped) report_.failure = session_.last_error();
  if (!anything_unacked()) last_contact_ = now;
  if (options_.give_up_time.count() > 0 && now - last_contact_ > options_.give_up_time)
    report_.failure =
        fmt::format("nothing was heard from {} for {} s{}{}", options_.link.endpoint,
                    options_.give_up_time.count() / 1000,
                    session_.last_error().empty() ? "" : "; last: ", session_.last_error());
}

void Sender::wait(Instant now) {
  const bool rate_limited = options_.records_per_second > 0 && !input_ended_;
  std::chrono::milliseconds timeout = rate_limited ? std::chrono::milliseconds(1) : kIdleWait;
  if (!input_waiting_ && may_read(now)) timeout = std::chrono::milliseconds(0);
  const int descriptor = input_waiting_ ? cutter_.descriptor() : -1;
  if (link_) return link_->wait(timeout, descriptor);
  pollfd item{descriptor, POLLIN, 0};
  ::poll(&item, descriptor < 0 ? 0 : 1, static_cast<int>(timeout.count()));
}

void Sender::finish() {
  report_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  report_.sessions = session_.sessions();
  report_.frames_unsent =
      store_.last_sequence() - std::min(session_.acked(), store_.last_sequence());
  std::uint64_t told = 0;
  for (const std::uint64_t count : report_.fates) told += count;
  report_.fates_unknown = report_.records_acked - std::min(report_.records_acked, told);
  if (report_.failure.empty())
    if (auto finished = store_.finish_input(wall_clock_()); !finished)
      report_.failure = finished.error().message;
  if (link_ && session_.phase() == ClientSession::Phase::kOpen) {
    link_->set_linger(kByeTime);
    link_->send(session_.bye());
  }
}

}  // namespace tocsin
