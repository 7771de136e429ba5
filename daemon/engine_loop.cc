#include "daemon/engine_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

namespace tocsin {
namespace {

using Steady = std::chrono::steady_clock;

// A record's own line of the payload with the moment its source made it known.
struct PublishedLine {
  std::string_view raw;
  ProcessingTime published;
};

void merge(FrameResult& into, FrameResult part, std::uint32_t first_index) {
  for (std::size_t i = 0; i < into.fates.size(); ++i) into.fates[i] += part.fates[i];
  for (RecordNack& nack : part.nacks) {
    nack.index += first_index;
    into.nacks.push_back(std::move(nack));
  }
  if (part.refused) into.refused = std::move(part.refused);
}

}  // namespace

EngineLoop::EngineLoop(LoopOptions options, Store& store, Pipeline& pipeline, FrameQueue& frames,
                       const Clock& clock, Metrics& metrics, spdlog::logger& log, LoopPorts ports)
    : options_(std::move(options)),
      pipeline_(pipeline),
      frames_(frames),
      clock_(clock),
      metrics_(metrics),
      log_(log),
      ports_(std::move(ports)),
      store_(store) {
  if (!options_.overlap) return;
  // With the published clock a frame is cut into days first.
  if (options_.clock == ClockKind::kSystem)
    decoder_.emplace(frames, pipeline.wire_limits(), 2 * options_.commit_records);
  writer_.emplace(store);
}

void EngineLoop::stop() {
  stopping_ = true;
  frames_.close();
}

void EngineLoop::delivered(DeliveryResult result) {
  const std::lock_guard lock(mutex_);
  results_.push_back(std::move(result));
}

void EngineLoop::ask(std::vector<Input> inputs, RequestAnswer answer) {
  require(!inputs.empty() && inputs.size() <= kRequestInputsMax,
          "a call has 1 to kRequestInputsMax requests");
  Error refusal;
  {
    const std::lock_guard lock(mutex_);
    if (!ended_ && requests_.size() < kRequestsWaitingMax) {
      requests_.push_back({std::move(inputs), std::move(answer)});
      return;
    }
    refusal = ended_ ? Error{ErrorCode::kUnavailable, "the daemon is stopping"}
                     : Error{ErrorCode::kLimit, "too many requests wait for the engine"};
  }
  answer(tl::unexpected(std::move(refusal)));
}

// `outcomes` are those of all that was taken, in order.
void EngineLoop::answer_requests(std::vector<RequestOutcome> outcomes) {
  auto next = outcomes.begin();
  for (const Request& request : std::exchange(taken_, {})) {
    const auto end = next + static_cast<std::ptrdiff_t>(request.inputs.size());
    request.answer(
        std::vector<RequestOutcome>(std::make_move_iterator(next), std::make_move_iterator(end)));
    next = end;
  }
}

// Those that wait, and those whose commit failed.
void EngineLoop::refuse_requests(const std::string& why) {
  std::vector<Request> waiting = std::exchange(taken_, {});
  {
    const std::lock_guard lock(mutex_);
    for (Request& request : requests_) waiting.push_back(std::move(request));
    requests_.clear();
  }
  for (const Request& request : waiting) request.answer(fail(ErrorCode::kUnavailable, why));
}

std::string EngineLoop::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

Result<void> EngineLoop::run() {
  Result<void> done = turns();
  end_reloads();
  refuse_requests(done ? "the daemon is stopping" : done.error().message);
  return done;
}

Result<void> EngineLoop::turns() {
  auto stop_by = Steady::time_point::max();
  while (true) {
    const bool last = stopping_;
    if (last && stop_by == Steady::time_point::max()) stop_by = Steady::now() + options_.stop_time;
    if (auto done = turn(); !done) return done;
    // Where no more comes in nobody submits a commit, and would hear of a failure beside this
    // thread.
    if (auto may = store_.may_write(); !may) return may;
    if (auto done = heed_reload(); !done) return done;
    if (last && (is_empty() || halted_)) return drain();
    if (last && Steady::now() >= stop_by) {
      log_.warn(
          "stopping: what was queued could not all be committed within {} s; {} frames and more "
          "are "
          "left to their producers, who have no ACK for them",
          std::chrono::duration<double>(options_.stop_time).count(), frames_.depth());
      return drain();
    }
    ports_.alive();
    watch_space();
  }
}

std::vector<ReadyFrame> EngineLoop::take_frames() {
  if (decoder_) return decoder_->take(options_.commit_records, options_.wait);
  std::vector<ReadyFrame> ready;
  for (Frame& frame : frames_.take(options_.commit_records, options_.wait))
    ready.push_back({std::move(frame), {}});
  return ready;
}

// Whether a queue that is closed has given out all it had.
bool EngineLoop::is_empty() const {
  return decoder_ ? decoder_->is_finished() : frames_.depth() == 0;
}

Result<void> EngineLoop::turn() {
  if (halted_) {  // what waits stays unacknowledged: its producers have it
    refuse_requests("nothing is committed: " + trouble());
    std::this_thread::sleep_for(options_.wait);
    return {};
  }
  std::vector<ReadyFrame> frames = take_frames();
  std::deque<DeliveryResult> results;
  {
    const std::lock_guard lock(mutex_);
    results.swap(results_);
    taken_.swap(requests_);
  }
  std::vector<Input> inputs;
  inputs.reserve(results.size() + frames.size());
  auto oldest = Steady::time_point::max();
  for (DeliveryResult& result : results) inputs.emplace_back(DeliveryInput{std::move(result)});
  for (Request& request : taken_) std::ranges::move(request.inputs, std::back_inserter(inputs));
  if (options_.clock == ClockKind::kPublished) {
    if (!inputs.empty())
      if (auto done = commit(std::move(inputs), {}, pipeline_.now(), oldest); !done) return done;
    if (auto drained = drain(); !drained) return drained;
    for (const ReadyFrame& ready : frames)
      if (auto done = commit_published(ready.frame); !done) return done;
    return {};
  }
  std::vector<DecodedFrame> decoded;
  decoded.reserve(frames.size());
  for (auto& [frame, records] : frames) {
    oldest = std::min(oldest, frame.received);
    if (decoder_) decoded.push_back(std::move(records));
    inputs.emplace_back(RecordsInput{std::move(frame.producer), std::move(frame.epoch),
                                     frame.sequence, std::move(frame.payload)});
  }
  const ProcessingTime now = clock_.now();
  const bool new_day = day_of(now) > day_of(pipeline_.now());
  const auto due = pipeline_.engine().ledger().next_due(pipeline_.now());
  if (inputs.empty() && !new_day && !(due && *due <= now)) return {};
  if (inputs.empty()) inputs.emplace_back(ClockInput{});
  return commit(std::move(inputs), std::move(decoded), now, oldest);
}

Result<void> EngineLoop::commit(std::vector<Input> inputs, std::vector<DecodedFrame> decoded,
                                ProcessingTime now, Steady::time_point oldest) {
  const auto begun = Steady::now();
  // Deliveries and requests look up on the disk what they are about.
  const bool asked = !taken_.empty();
  const bool delivered = std::ranges::any_of(
      inputs, [](const Input& input) { return std::holds_alternative<DeliveryInput>(input); });
  if (asked || delivered)
    if (auto drained = drain(); !drained) return drained;
  auto prepared = pipeline_.prepare(std::move(inputs), now, std::move(decoded));
  if (!prepared) return tl::unexpected(prepared.error());
  metrics_.committed(prepared->outcome, pipeline_);
  auto tell = [this, begun, oldest](CommitOutcome&& outcome, Steady::time_point ended) {
    CommitTiming timing;
    timing.total = ended - begun;
    timing.rules = outcome.rules;
    if (oldest != Steady::time_point::max()) timing.oldest_frame = ended - oldest;
    written(std::move(outcome), timing);
  };
  if (writer_) {
    auto submitted = writer_->submit(*std::move(prepared), std::move(tell));
    // What was taken is answered by the writer's thread: nothing more is taken until then.
    return submitted && asked ? drain() : submitted;
  }
  if (auto receipt = store_.write(std::move(prepared->staged)); !receipt)
    return tl::unexpected(receipt.error());
  tell(std::move(prepared->outcome), Steady::now());
  return {};
}

// On the writer's thread: what may be told now that it can't be lost any more.
void EngineLoop::written(CommitOutcome&& outcome, const CommitTiming& timing) {
  for (const AlertRevision& revision : outcome.revisions)
    log_.info("alert {} {} revision {} ({}) region={} pattern={} level={}", revision.alert.hex(),
              name_of(revision.kind), revision.number, format_day(revision.tick), revision.region,
              revision.pattern, name_of(revision.level));
  for (const SuspicionChange& change : outcome.suspicions) log_.warn(describe(change));
  for (const RequestOutcome& request : outcome.requests)
    if (const auto* muted = request ? std::get_if<Muted>(&*request) : nullptr)
      log_.warn("{} {} new alerts of {} in {}{}", muted->who,
                muted->until > muted->at ? "mutes" : "lifts the mute of", muted->pattern,
                muted->region,
                muted->until > muted->at ? " until " + format_rfc3339(muted->until) : "");
  metrics_.timed(timing);
  if (!outcome.requests.empty()) answer_requests(std::move(outcome.requests));
  if (!outcome.frames.empty()) ports_.acknowledge(std::move(outcome.frames));
  if (outcome.dispatches > 0) ports_.wake_dispatcher();
}

// The simulated clock: each record is processed at the moment it was published. A frame is cut
// where the published day changes, and the days between pass one by one, so that what time alone
// brings about is stated on its day.
Result<void> EngineLoop::commit_published(const Frame& frame) {
  std::vector<PublishedLine> lines;
  ProcessingTime newest = pipeline_.now();
  const ProcessingTime present = clock_.now();  // nothing was published later than this
  parser_.for_each_record(
      frame.payload, [&](std::size_t, std::string_view raw, ParsedRecord&& record) {
        if (record && record->published)
          newest = std::max(newest,
                            std::min(present, ProcessingTime(record->published->milliseconds())));
        lines.push_back({raw, newest});
      });
  FrameResult whole;
  whole.producer = frame.producer;
  whole.epoch = frame.epoch;
  whole.sequence = frame.sequence;
  std::size_t begin = 0;
  do {
    std::size_t end = begin;
    std::string payload;
    while (end < lines.size() && day_of(lines[end].published) == day_of(lines[begin].published)) {
      payload.append(lines[end].raw);
      payload += '\n';
      ++end;
    }
    const bool last = end == lines.size();
    const ProcessingTime now = lines.empty() ? newest : lines[end - 1].published;
    if (auto done = advance_days(now); !done) return done;
    auto outcome = pipeline_.commit(
        {RecordsInput{frame.producer, frame.epoch, last ? frame.sequence : 0, std::move(payload)}},
        now);
    if (!outcome) return tl::unexpected(outcome.error());
    metrics_.committed(*outcome, pipeline_);
    if (outcome->dispatches > 0) ports_.wake_dispatcher();
    merge(whole, std::move(outcome->frames.front()), static_cast<std::uint32_t>(begin));
    if (whole.refused) break;
    begin = end;
  } while (begin < lines.size());
  ports_.acknowledge({std::move(whole)});
  return {};
}

Result<void> EngineLoop::advance_days(ProcessingTime until) {
  while (true) {
    // The next midnight, or a deadline before it.
    auto next = start_of<ProcessingTime>(day_of(pipeline_.now()) + 1);
    if (const auto due = pipeline_.engine().ledger().next_due(pipeline_.now()))
      next = std::min(next, *due);
    if (next > until) break;
    auto outcome = pipeline_.commit({ClockInput{}}, next);
    if (!outcome) return tl::unexpected(outcome.error());
    metrics_.committed(*outcome, pipeline_);
    if (outcome->dispatches > 0) ports_.wake_dispatcher();
    ports_.alive();
  }
  return {};
}

void EngineLoop::watch_space() {
  const auto now = Steady::now();
  if (now - space_checked_ < std::chrono::seconds(1)) return;
  space_checked_ = now;
  const auto space = space_at(options_.store_directory, options_.space);
  std::string trouble;
  halted_ = space && space->mark == SpaceMark::kCritical;
  if (!space) {
    trouble = space.error().message;
  } else if (space->mark != SpaceMark::kEnough) {
    trouble = fmt::format(
        "{} bytes are free on the store's disk; {} are needed before producers get credit",
        space->free_bytes, options_.space.low);
  }
  std::string before;
  {
    const std::lock_guard lock(mutex_);
    before = trouble_;
    trouble_ = trouble;
  }
  if (trouble.empty() == before.empty()) return;
  if (trouble.empty()) {
    log_.info("the store's disk has room again: credit is granted");
    ports_.withhold_credit("");
  } else {
    log_.error("no more credit is granted: {}", trouble);
    ports_.withhold_credit("disk-full");
  }
}

}  // namespace tocsin
