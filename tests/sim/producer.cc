#include "tests/sim/producer.h"

#include <algorithm>

#include "tests/sim/violation.h"

namespace tocsin::sim {
namespace {

constexpr std::uint64_t kUnackedMax = 40;  // frames

std::unique_ptr<ClientSession> new_session(const SimSpool& spool) {
  return std::make_unique<ClientSession>(ClientSessionOptions{
      .epoch = spool.epoch(), .last_ack = spool.last_ack(), .run = spool.run()});
}

}  // namespace

SimProducer::SimProducer(std::string name, const SimClock& clock, Network& network, Random& random,
                         Figures& figures)
    : name_(std::move(name)),
      clock_(clock),
      network_(network),
      random_(random),
      figures_(figures),
      records_(name_),
      spool_("epoch-of-" + name_),
      session_(new_session(spool_)) {}

void SimProducer::fill() {
  if (spool_.last_sequence() - spool_.last_ack() >= kUnackedMax) return;
  for (std::int64_t i = random_.between(1, 3); i > 0; --i) {
    Records::Frame made = records_.frame(random_, day_of(clock_.now()));
    StoredFrame frame;
    frame.records = made.records;
    frame.payload = made.payload;
    const std::uint64_t sequence = must(spool_.append(std::move(frame)), "append to the spool");
    sent_[sequence] = {std::move(made.payload), made.records, {}, {}};
  }
}

void SimProducer::judged(std::uint64_t sequence, const FateCounts& fates) {
  sent_.at(sequence).judged = fates;
}

void SimProducer::crash() {
  figures_.add("crash/producer");
  network_.close(link_);
  link_ = 0;
  spool_.crash(random_);
  // What never left is made anew under the same numbers.
  std::erase_if(sent_, [&](const auto& one) { return one.first > spool_.last_sequence(); });
  expect(sent_up_to_ <= spool_.last_sequence(), "{} sent a frame that its spool had not synced",
         name_);
  session_ = new_session(spool_);
}

void SimProducer::turn() {
  const Instant now = clock_.steady();
  expect(session_->phase() != ClientSession::Phase::kStopped, "{} was stopped for good: {}", name_,
         session_->last_error());
  must(spool_.sync(), "sync the spool");
  if (session_->may_greet(now) && spool_.synced() > session_->acked()) connect(now);
  read_link(now);
  must(spool_.acknowledge(session_->acked(), clock_.now()), "acknowledge in the spool");
  send_frames(now);
  if (const auto heartbeat = session_->tick(now)) network_.send(link_, *heartbeat, now);
  must(spool_.trim(clock_.now()), "trim the spool");
}

void SimProducer::connect(Instant now) {
  network_.close(link_);
  link_ = network_.open(name_);
  network_.send(link_, session_->greet(now), now);
}

void SimProducer::read_link(Instant now) {
  if (network_.take_break(link_)) session_->lost("the connection was lost", now);
  while (const auto parts = network_.receive(link_, now)) {
    const std::vector<std::string_view> views(parts->begin(), parts->end());
    take(session_->receive(must(decode_server(views), "what the server sent"), now));
  }
}

void SimProducer::take(const ClientSession::News& news) {
  expect(!news.regression, "{} was told of a regression: ACKs up to {}, durable up to {}", name_,
         news.regression ? news.regression->acked : 0,
         news.regression ? news.regression->durable : 0);
  if (news.welcomed) {
    expect(session_->durable() >= promised_,
           "WELCOME to {} says frames up to {} are durable; up to {} were called so before", name_,
           session_->durable(), promised_);
    expect(session_->durable() <= sent_up_to_, "the server has frame {} of {}, only {} were sent",
           session_->durable(), name_, sent_up_to_);
    promised_ = std::max(promised_, session_->durable());
  }
  for (const FrameOutcome& outcome : news.outcomes) {
    figures_.add("outcomes told");
    Sent& sent = sent_.at(outcome.sequence);
    std::uint64_t fates = 0;
    for (const std::uint32_t count : outcome.fates) fates += count;
    expect(fates == sent.records, "frame {} of {} holds {} records, the ACK tells of {} fates",
           outcome.sequence, name_, sent.records, fates);
    expect(outcome.nacks.size() + outcome.nacks_cut ==
               outcome.fates[static_cast<std::size_t>(Fate::kQuarantined)],
           "frame {} of {}: {} NACKs for {} quarantined records", outcome.sequence, name_,
           outcome.nacks.size() + outcome.nacks_cut,
           outcome.fates[static_cast<std::size_t>(Fate::kQuarantined)]);
    expect(!sent.told || *sent.told == outcome.fates, "frame {} of {} was told two fates",
           outcome.sequence, name_);
    expect(sent.judged && *sent.judged == outcome.fates,
           "the fates told of frame {} of {} are not those that the journal makes",
           outcome.sequence, name_);
    sent.told = outcome.fates;
  }
  expect(session_->acked() <= sent_up_to_, "{} was told that frame {} is durable, it sent {}",
         name_, session_->acked(), sent_up_to_);
  promised_ = std::max(promised_, session_->acked());
}

void SimProducer::send_frames(Instant now) {
  while (session_->phase() == ClientSession::Phase::kOpen && session_->next() <= spool_.synced()) {
    const StoredFrame frame = must(spool_.read(session_->next()), "read the spool");
    if (!session_->covers({frame.records, frame.payload.size()})) return;
    sent_up_to_ = std::max(sent_up_to_, frame.sequence);
    network_.send(link_, session_->send(frame.records, frame.payload, now), now);
    figures_.add("frames sent");
  }
}

std::string SimProducer::standing() const {
  return fmt::format("{}: {} spooled, {} sent, {} acknowledged, phase {}, last error '{}'", name_,
                     spool_.last_sequence(), sent_up_to_, spool_.last_ack(),
                     static_cast<int>(session_->phase()), session_->last_error());
}

}  // namespace tocsin::sim
