#include "ingest/session_stream.h"

#include <algorithm>

namespace tocsin {

namespace {

// Cuts texts and, where the whole would not fit an ACK, NACKs.
FrameOutcome bounded_outcome(FrameResult& result, std::size_t nacks_max) {
  FrameOutcome outcome{.sequence = result.sequence, .fates = result.fates};
  std::size_t size = encoded_size(outcome);
  for (RecordNack& nack : result.nacks) {
    for (std::string* text : {&nack.rejection.code, &nack.rejection.pointer,
                              &nack.rejection.message, &nack.rejection.allowed})
      text->resize(cut_text(*text, kTextBytesMax).size());
    size += encoded_size(nack);
    if (size > kAckBytesMax || outcome.nacks.size() >= nacks_max) {
      outcome.nacks_cut = static_cast<std::uint32_t>(result.nacks.size() - outcome.nacks.size());
      break;
    }
    outcome.nacks.push_back(std::move(nack));
  }
  return outcome;
}

}  // namespace

Stream::Stream(std::uint64_t durable, const SessionOptions& options, std::size_t& nacks_in_all)
    : durable_(durable),
      next_(durable + 1),
      nacks_(nacks_in_all),
      outcomes_max_(options.outcomes_kept),
      nacks_max_(options.nacks_kept),
      nacks_in_all_max_(options.nacks_kept_in_all) {}

Stream::Arrival Stream::classify(std::uint64_t sequence) const {
  if (sequence <= durable_) return Arrival::kDurable;
  if (sequence < next_) return Arrival::kInFlight;
  return sequence == next_ ? Arrival::kNext : Arrival::kGap;
}

void Stream::accept(const Credit& cost) {
  in_flight_.push_back({.sequence = next_, .generation = generation_, .cost = cost});
  in_flight_cost_ += cost;
  ++next_;
}

Stream::Settlement Stream::settle(FrameResult& result, std::uint64_t told) {
  if (in_flight_.empty() || in_flight_.front().sequence != result.sequence) return {};
  const InFlight frame = in_flight_.front();
  in_flight_.pop_front();
  in_flight_cost_ -= frame.cost;
  if (result.refused) {
    if (frame.generation != generation_) return {Settled::kRefusedBehind, frame.cost, 0};
    ++generation_;
    next_ = durable_ + 1;
    return {Settled::kRefused, frame.cost, 0};
  }
  require(frame.sequence == durable_ + 1,
          "the engine commits the frames of an epoch without holes");
  durable_ = frame.sequence;
  next_ = std::max(next_, durable_ + 1);
  return {Settled::kDurable, frame.cost, keep(result, told)};
}

std::uint64_t Stream::keep(FrameResult& result, std::uint64_t told) {
  const std::size_t room = nacks_in_all_max_ - std::min(nacks_in_all_max_, nacks_.in_all());
  outcomes_.push_back(bounded_outcome(result, std::min(nacks_max_, room)));
  nacks_.add(outcomes_.back().nacks.size());
  std::uint64_t dropped = 0;
  while (outcomes_.size() > outcomes_max_ || nacks_.mine() > nacks_max_) {
    if (outcomes_.front().sequence > told) ++dropped;
    nacks_.remove(outcomes_.front().nacks.size());
    outcomes_.pop_front();
  }
  return dropped;
}

void Stream::confirm(std::uint64_t sequence) {
  while (!outcomes_.empty() && outcomes_.front().sequence <= sequence) {
    nacks_.remove(outcomes_.front().nacks.size());
    outcomes_.pop_front();
  }
}

std::vector<FrameOutcome> Stream::outcomes_after(std::uint64_t told) const {
  std::vector<FrameOutcome> outcomes;
  std::size_t size = 0;
  auto at = std::partition_point(outcomes_.begin(), outcomes_.end(),
                                 [told](const FrameOutcome& o) { return o.sequence <= told; });
  for (; at != outcomes_.end(); ++at) {
    size += encoded_size(*at);
    if (!outcomes.empty() && size > kAckBytesMax) break;
    outcomes.push_back(*at);
  }
  return outcomes;
}

}  // namespace tocsin
