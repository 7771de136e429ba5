#include "tests/sim/daemon.h"

#include <fmt/format.h>

#include "model/period.h"
#include "storage/verify.h"
#include "tests/sim/contents.h"
#include "tests/sim/violation.h"

namespace tocsin::sim {

Result<std::unique_ptr<DaemonOnDisk>> DaemonOnDisk::open(SimDisk& disk) {
  std::unique_ptr<DaemonOnDisk> daemon(new DaemonOnDisk(disk));
  auto store = Store::open({.directory = CrashDisk::root() + "/store",
                            .env = disk.env(),
                            .block_cache_bytes = std::size_t{1} << 20,
                            .recent_records = 10,
                            .overlap = false});
  if (!store) return tl::unexpected(store.error());
  daemon->store_ = *std::move(store);
  auto loaded = load_contents(contents(), *daemon->store_);
  if (!loaded) return tl::unexpected(loaded.error());
  auto pipeline = Pipeline::open(*daemon->store_, *std::move(loaded),
                                 {.least_records = 40, .bytes_a_commit = 600});
  if (!pipeline) return tl::unexpected(pipeline.error());
  daemon->pipeline_ = *std::move(pipeline);
  return daemon;
}

DaemonOnDisk::~DaemonOnDisk() {
  pipeline_.reset();
  disk_.with_background([this] { store_.reset(); });
}

Result<void> DaemonOnDisk::first_commit(ProcessingTime now) {
  std::vector<Input> inputs{EngineInput{"sim"}};
  for (Input& input : to_inputs(contents())) inputs.push_back(std::move(input));
  inputs.emplace_back(ClockInput{});
  // A commit may move revisions into a table, and waits for the flush.
  Result<CommitOutcome> outcome;
  disk_.with_background([&] { outcome = pipeline_->commit(std::move(inputs), now); });
  if (!outcome) return tl::unexpected(outcome.error());
  return {};
}

Result<void> DaemonOnDisk::commit(Input input, ProcessingTime now) {
  std::vector<Input> inputs;
  inputs.push_back(std::move(input));
  // A commit may move revisions into a table, and waits for the flush.
  Result<CommitOutcome> outcome;
  disk_.with_background([&] { outcome = pipeline_->commit(std::move(inputs), now); });
  if (!outcome) return tl::unexpected(outcome.error());
  return {};
}

Result<void> DaemonOnDisk::send(const std::string& payload, ProcessingTime now) {
  auto position = store_->position("market", "epoch");
  if (!position) return tl::unexpected(position.error());
  return commit(RecordsInput{"market", "epoch", *position + 1, payload}, now);
}

Result<void> DaemonOnDisk::flush() {
  Result<void> done;
  disk_.with_background([&] { done = store_->flush(); });
  return done;
}

std::string price_line(const std::string& id, const std::string& region, Day today, int value) {
  const std::int32_t month = period_of(Cadence::kMonth, today) - 1;
  const Day start = period_start(Cadence::kMonth, month);
  return fmt::format(
      R"({{"specversion":"1.0","id":"{}","source":"survey","type":"org.tocsin.observation.v1",)"
      R"("time":"{}T00:00:00Z","subject":"{}","data":{{"indicator":"price",)"
      R"("period":{{"start":"{}","end":"{}"}},"value":{}}}}})"
      "\n",
      id, format_day(start), region, format_day(start),
      format_day(period_start(Cadence::kMonth, month + 1)), value);
}

CrashDisk::Image lived_in(Where where) {
  SimDisk disk;
  const auto life = [&](int commits, Day from) {
    auto daemon = must(DaemonOnDisk::open(disk), "open");
    must(daemon->first_commit(start_of<ProcessingTime>(from)), "first commit");
    for (int i = 0; i < commits; ++i) {
      const Day today = from + i;
      const ProcessingTime now = start_of<ProcessingTime>(today);
      must(daemon->send(price_line(fmt::format("p{}", i), i % 3 == 0 ? "NG-BO" : "TD-LC", today,
                                   280 + 10 * (i % 6)) +
                            "no record\n",
                        now),
           "send");
      const auto due = must(daemon->store().due(Channel::kEmail, now, 1), "due");
      if (!due.empty() && i % 4 == 1)
        must(daemon->commit(DeliveryInput{{due.front().id, Outcome::kAccepted, "250"}}, now),
             "delivery");
    }
  };
  life(12, kBegin);
  if (where == Where::kTables) {
    // The next opening writes tables out of the log.
    life(12, kBegin + 12);
  }
  return disk.under().image();
}

Result<void> read_all(const Store& store) {
  const auto nothing = [](const auto&...) { return Result<void>(); };
  for (const auto& read : {store.for_each_journal(1, nothing), store.for_each_latest(nothing),
                           store.for_each_quarantined(0, nothing),
                           store.for_each_alert_revision(nothing), store.for_each_dispatch(nothing),
                           store.for_each_position(nothing), store.for_each_state("", nothing)})
    if (!read) return read;
  if (const auto numbering = store.numbering(); !numbering)
    return tl::unexpected(numbering.error());
  if (const auto seen = store.seen(); !seen) return tl::unexpected(seen.error());
  if (const auto horizon = store.lateness_horizon(); !horizon)
    return tl::unexpected(horizon.error());
  const auto chains = verify_chains(store);
  if (!chains) return tl::unexpected(chains.error());
  for (const ChainReport& chain : *chains)
    if (chain.broken)
      return fail(ErrorCode::kCorrupt, "a chain is broken: " + chain.broken->reason);
  return {};
}

}  // namespace tocsin::sim
