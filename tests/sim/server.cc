#include "tests/sim/server.h"

#include <spdlog/sinks/null_sink.h>

#include <algorithm>

#include "tests/sim/contents.h"
#include "tests/sim/violation.h"

namespace tocsin::sim {
namespace {

constexpr int kMessagesPerTurn = 16;

SessionOptions session_options() {
  SessionOptions options;
  options.frame = {.records = 20, .bytes = 16 * 1024};
  options.pool = {.records = 90, .bytes = 64 * 1024};
  options.heartbeat = std::chrono::milliseconds(2'000);
  options.deny_time = std::chrono::milliseconds(10'000);
  options.idle_time = std::chrono::milliseconds(5'000);
  options.outcomes_kept = 50;
  options.nacks_kept = 40;
  return options;
}

}  // namespace

// As the daemon reads them.
class SimServer::Positions : public PositionSource {
 public:
  explicit Positions(const Store& store) : store_(store) {}
  Result<std::uint64_t> durable_sequence(const std::string& producer,
                                         const std::string& epoch) override {
    return store_.position(producer, epoch);
  }

 private:
  const Store& store_;
};

SimServer::SimServer(const Parts& parts)
    : parts_(parts), log_("sim", std::make_shared<spdlog::sinks::null_sink_mt>()) {}

SimServer::~SimServer() {
  pipeline_.reset();
  parts_.disk.with_background([this] { store_.reset(); });
}

Result<std::unique_ptr<SimServer>> SimServer::start(const Parts& parts) {
  std::unique_ptr<SimServer> server(new SimServer(parts));
  if (auto opened = server->open(); !opened) return tl::unexpected(opened.error());
  if (auto first = server->first_commit(); !first) return tl::unexpected(first.error());
  return server;
}

Result<void> SimServer::open() {
  auto store = Store::open({.directory = CrashDisk::root() + "/store",
                            .env = parts_.disk.env(),
                            .block_cache_bytes = std::size_t{1} << 20,
                            .recent_records = 25,
                            .overlap = false});
  if (!store) return tl::unexpected(store.error());
  store_ = *std::move(store);
  auto loaded = load_contents(contents(), *store_);
  if (!loaded) return tl::unexpected(loaded.error());
  auto pipeline =
      Pipeline::open(*store_, *std::move(loaded), {.least_records = 40, .bytes_a_commit = 600});
  if (!pipeline) return tl::unexpected(pipeline.error());
  pipeline_ = *std::move(pipeline);
  if (parts_.on_restored) parts_.on_restored(*store_, *pipeline_);
  clock_ = std::make_unique<SlewedClock>(parts_.clock, pipeline_->now());
  metrics_ = std::make_unique<Metrics>();
  positions_ = std::make_unique<Positions>(*store_);
  outbox_ = std::make_unique<StoreOutbox>(*store_);
  const std::uint64_t first_session = parts_.random.upto(std::uint64_t{1} << 40U);
  table_ = std::make_unique<SessionTable>(session_options(), *positions_, first_session,
                                          [](const Note&) {});
  return {};
}

Result<void> SimServer::first_commit() {
  std::vector<Input> inputs{EngineInput{"sim"}};
  for (Input& input : to_inputs(contents())) inputs.push_back(std::move(input));
  inputs.emplace_back(ClockInput{});
  Result<CommitOutcome> outcome;
  parts_.disk.with_background(
      [&] { outcome = pipeline_->commit(std::move(inputs), clock_->now()); });
  if (!outcome) return tl::unexpected(outcome.error());
  return {};
}

void SimServer::ingest_turn() {
  const Instant now = parts_.clock.steady();
  for (FrameResult& result : mailbox_) table_->apply(std::move(result), now);
  mailbox_.clear();
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    auto arrived = parts_.network.receive_any(now);
    if (!arrived) break;
    const std::vector<std::string_view> views(arrived->parts.begin(), arrived->parts.end());
    const Peer peer{arrived->routing_id, arrived->producer, "key of " + arrived->producer};
    if (table_->receive(peer, views, now) == Verdict::kCut) parts_.network.cut(peer.routing_id);
  }
  auto& pending = table_->pending();
  while (!pending.empty() && frames_.offer(pending.front())) pending.pop_front();
  table_->tick(now);
  table_->flush(now);
  for (Outgoing& outgoing : table_->take_outgoing()) {
    if (parts_.random.one_in(200)) {
      parts_.figures.add("network/queue full");
      table_->deferred(outgoing.session);
    } else if (!parts_.network.answer(outgoing.routing_id, std::move(outgoing.parts), now)) {
      table_->lost(outgoing.routing_id, now);
    }
  }
}

Result<void> SimServer::engine_turn() {
  auto& waiting = frames_.frames();
  const auto most = std::min<std::uint64_t>(waiting.size(), parts_.random.upto(8));
  FrameQueue queue(8);
  for (std::uint64_t i = 0; i < most; ++i) {
    expect(queue.offer(waiting.front()), "the queue takes what it has room for");
    waiting.pop_front();
  }
  LoopPorts ports;
  ports.acknowledge = [this](std::vector<FrameResult> results) { committed(std::move(results)); };
  ports.wake_dispatcher = [] {};
  ports.withhold_credit = [](const std::string&) {};
  ports.alive = [] {};
  LoopOptions options;
  options.commit_records = 20;
  options.wait = std::chrono::milliseconds(0);
  options.store_directory = "/";
  options.space = {0, 0};
  options.overlap = false;
  options.overlap = false;
  EngineLoop loop(std::move(options), *store_, *pipeline_, queue, *clock_, *metrics_, log_,
                  std::move(ports));
  const auto results = std::exchange(results_, {});
  for (const DeliveryResult& result : results) loop.delivered(result);
  loop.stop();  // so that it ends once what is queued is committed
  // A commit may move revisions into a table, and waits for the flush.
  Result<void> done;
  parts_.disk.with_background([&] { done = loop.run(); });
  if (!done) return done;
  for (const DeliveryResult& result : results) {
    if (result.outcome != Outcome::kAccepted) continue;
    expect(must(store_->dispatch(result.dispatch), "a dispatch").state == DispatchState::kAccepted,
           "dispatch {} was accepted, its commit says otherwise", result.dispatch.hex());
    parts_.channels.confirm(result.dispatch);
  }
  parts_.disk.run_background();
  return {};
}

// Before anything leaves: what is acknowledged is on the disk.
void SimServer::committed(std::vector<FrameResult> results) {
  expect(parts_.disk.under().unsynced_bytes(".log") == 0,
         "{} bytes of the log are not synced when their frames are acknowledged",
         parts_.disk.under().unsynced_bytes(".log"));
  for (const FrameResult& result : results) {
    if (result.refused) continue;
    const std::uint64_t position =
        must(store_->position(result.producer, result.epoch), "position");
    expect(position >= result.sequence, "frame {} of {} is acknowledged, the store is at {}",
           result.sequence, result.producer, position);
  }
  std::ranges::move(results, std::back_inserter(mailbox_));
}

// As alerting/lane.cc looks and attempts.
void SimServer::deliver_turn() {
  const Channel channel = parts_.random.pick({Channel::kEmail, Channel::kCap});
  Attempts& attempts = attempts_[channel];
  constexpr std::size_t kUnconfirmedMax = 6, kBatch = 4;
  if (attempts.size() >= kUnconfirmedMax) return;
  const std::size_t limit = kBatch + attempts.size() + waiting_[channel];
  auto due = outbox_->due(channel, clock_->now(), limit);
  if (!due) return trouble(due.error());
  const bool complete = due->size() < limit;
  Attempts::Rows rows = attempts.choose(*std::move(due), complete);
  const auto waiting = drop_waiting(*outbox_, rows);
  if (!waiting) return trouble(waiting.error());
  waiting_[channel] = *waiting;
  if (rows.empty()) return;
  const PendingDispatch& chosen = rows[parts_.random.upto(rows.size() - 1)];
  attempts.begin(chosen.dispatch);
  results_.push_back(parts_.channels.attempt(chosen));
}

// An outbox that can't be read is logged and asked again.
void SimServer::trouble(const Error& error) {
  parts_.figures.add("outbox not read");
  expect(parts_.disk.has_hit(), "the outbox of a well disk: {}", error.message);
}

Result<void> SimServer::acknowledge(const Dispatch& dispatch) {
  auto outcome = pipeline_->commit({AcknowledgeInput{dispatch.alert.hex(), dispatch.revision,
                                                     dispatch.committee, "somebody", ""}},
                                   clock_->now());
  if (!outcome) return tl::unexpected(outcome.error());
  return {};
}

void SimServer::finish() {
  // As App::run() does; a failure costs time at the next start, no data.
  (void)pipeline_->finish();
  parts_.disk.with_background([this] { (void)store_->flush(); });
}

bool SimServer::is_idle() const {
  return frames_.frames().empty() && table_->snapshot().frames_pending == 0 && mailbox_.empty() &&
         results_.empty();
}

}  // namespace tocsin::sim
