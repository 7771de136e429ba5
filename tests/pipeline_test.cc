// The pipeline over a disk whose power fails: an ACK leaves only after the sync of what it
// promises.
#include "daemon/pipeline.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>

#include <functional>

#include "daemon/engine_loop.h"
#include "tests/support/crash_fs.h"

namespace tocsin {
namespace {

using testsupport::CrashDisk;

const ProcessingTime kNow(1'790'000'000'000);

std::unique_ptr<Store> open_store(CrashDisk& disk) {
  auto store = Store::open({.directory = CrashDisk::root() + "/store",
                            .env = disk.env(),
                            .block_cache_bytes = std::size_t{1} << 20,
                            .recent_records = 2'000});
  EXPECT_TRUE(store) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

std::unique_ptr<Pipeline> open_pipeline(
    Store& store, const std::function<void(Settings&)>& change = [](Settings&) {}) {
  static const auto contents = read_contents(TOCSIN_SOURCE_DIR "/deploy/config/lake-chad");
  EXPECT_TRUE(contents) << contents.error().message;
  auto loaded = load_contents(*contents, store);
  EXPECT_TRUE(loaded) << loaded.error().message;
  change(loaded->settings);
  auto pipeline = Pipeline::open(store, std::move(*loaded));
  EXPECT_TRUE(pipeline) << pipeline.error().message;
  return std::move(*pipeline);
}

std::string price(int id, double value) {
  return fmt::format(
      R"({{"specversion":"1.0","id":"{}","source":"demo-market","type":"org.tocsin.observation.v1",)"
      R"("time":"2026-02-01T00:00:00Z","subject":"NG-BO",)"
      R"("data":{{"indicator":"millet_price","period":{{"start":"2026-01-01","end":"2026-02-01"}},"value":{:.2f}}}}})"
      "\n",
      id, value);
}

RecordsInput frame(std::uint64_t sequence, std::string payload) {
  return {"demo", "epoch", sequence, std::move(payload)};
}

TEST(Pipeline, EveryAcknowledgedFrameSurvivesAPowerFailureAtItsAck) {
  CrashDisk disk;
  SystemClock clock;
  spdlog::logger log("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  for (std::uint64_t sequence = 1; sequence <= 12; ++sequence) {
    auto store = open_store(disk);
    auto pipeline = open_pipeline(*store);
    ASSERT_EQ(store->position("demo", "epoch").value(), sequence - 1);
    FrameQueue frames(4);
    Metrics metrics;
    EngineLoop* running = nullptr;
    LoopPorts ports;
    ports.acknowledge = [&](std::vector<FrameResult> results) {
      ASSERT_EQ(results.size(), 1u);
      EXPECT_FALSE(results.front().refused);
      disk.crash();  // the power fails as the ACK leaves
      running->stop();
    };
    ports.wake_dispatcher = [] {};
    ports.withhold_credit = [](std::string) {};
    ports.alive = [] {};
    LoopOptions options;
    options.store_directory = "/";
    EngineLoop loop(std::move(options), *store, *pipeline, frames, clock, metrics, log,
                    std::move(ports));
    running = &loop;
    Frame next;
    next.producer = "demo";
    next.epoch = "epoch";
    next.sequence = sequence;
    next.payload = price(static_cast<int>(sequence), 100);
    ASSERT_TRUE(frames.offer(next));
    (void)loop.run();
    pipeline.reset();
    store.reset();
    auto after = open_store(disk);
    EXPECT_EQ(after->position("demo", "epoch").value(), sequence);
    EXPECT_EQ(open_pipeline(*after)->engine().data().observation_count(), sequence);
  }
}

TEST(Pipeline, AFailedSyncFailsTheCommitAndAllLaterOnes) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  ASSERT_TRUE(pipeline->commit({frame(1, price(1, 100))}, kNow));
  disk.fail_sync(1);
  EXPECT_FALSE(pipeline->commit({frame(2, price(2, 100))}, kNow));
  EXPECT_FALSE(pipeline->commit({frame(3, price(3, 100))}, kNow));
}

TEST(Pipeline, EveryRecordHasOneFateAndTheCountersBalance) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  const std::string payload = price(1, 100) + price(1, 100) + price(1, 120) + "not json\n" +
                              price(2, -5) +
                              R"({"specversion":"1.0"})"
                              "\n";
  const auto outcome = pipeline->commit({frame(1, payload)}, kNow);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const FrameResult& result = outcome->frames.front();
  std::uint32_t sum = 0;
  for (const auto count : result.fates) sum += count;
  EXPECT_EQ(sum, 6u);
  EXPECT_EQ(result.fates[static_cast<std::size_t>(Fate::kDuplicate)], 1u);
  std::uint64_t stored = 0;
  for (const auto& [source, totals] : store->fates())
    for (const auto count : totals) stored += count;
  EXPECT_EQ(stored, 6u);
  std::size_t kept = 0;
  ASSERT_TRUE(store->for_each_quarantined(0, [&](const QuarantineRow& row) -> Result<void> {
    EXPECT_FALSE(row.rejection.code.empty());
    ++kept;
    return {};
  }));
  // The content that lost the conflict is kept as well, whichever of the two it was.
  EXPECT_GE(kept, result.nacks.size());
}

TEST(Pipeline, AFrameThatDoesNotFollowIsRefusedAndChangesNothing) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  const auto outcome = pipeline->commit({frame(5, price(1, 100))}, kNow);
  ASSERT_TRUE(outcome);
  ASSERT_TRUE(outcome->frames.front().refused);
  EXPECT_EQ(pipeline->engine().data().observation_count(), 0u);
  EXPECT_EQ(store->position("demo", "epoch").value(), 0u);
}

TEST(Pipeline, AFeedMayLeaveNumbersOutAndNotGoBack) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  const std::string epoch = "feed:gauges:0000000000000001";
  const auto refused = [&](std::uint64_t sequence) {
    const auto outcome = pipeline->commit(
        {RecordsInput{"demo", epoch, sequence, price(static_cast<int>(sequence), 100)}}, kNow);
    EXPECT_TRUE(outcome);
    return outcome->frames.front().refused.has_value();
  };
  EXPECT_FALSE(refused(2));
  EXPECT_FALSE(refused(5));
  EXPECT_TRUE(refused(5));
  EXPECT_TRUE(refused(3));
  EXPECT_EQ(store->position("demo", epoch).value(), 5u);
}

TEST(Pipeline, APublicationThatLiesMovesNeitherTheClockNorTheHorizon) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  ASSERT_TRUE(pipeline->commit({ClockInput{}}, kNow));
  const Day horizon = store->lateness_horizon().value();
  std::uint64_t sequence = 0;
  for (const char* published : {"2999-01-01T00:00:00Z", "1970-01-01T00:00:00Z"}) {
    std::string record = price(static_cast<int>(sequence), 100);
    record.insert(1, fmt::format(R"("published":"{}",)", published));
    ASSERT_TRUE(pipeline->commit({frame(++sequence, record)}, kNow));
  }
  EXPECT_EQ(pipeline->now(), kNow);
  EXPECT_EQ(store->lateness_horizon().value(), horizon);
  const auto honest = pipeline->commit({frame(++sequence, price(9, 100))}, kNow);
  EXPECT_EQ(honest->frames.front().fates[static_cast<std::size_t>(Fate::kApplied)], 1u);
}

TEST(Pipeline, TheLatenessHorizonIsJournaledAndNeverGoesBack) {
  CrashDisk disk;
  auto store = open_store(disk);
  const auto horizon = [](std::int32_t days) {
    return [days](Settings& settings) { settings.horizons.lateness_days = days; };
  };
  auto pipeline = open_pipeline(*store, horizon(30));
  ASSERT_TRUE(pipeline->commit({ClockInput{}}, kNow));
  const auto entry = store->journal(1);
  ASSERT_TRUE(entry);
  const auto* moved = std::get_if<HorizonInput>(&entry->inputs.back());
  ASSERT_NE(moved, nullptr);
  EXPECT_EQ(moved->day, day_of(kNow) - 30);

  // A day later, and told to reach back for years: what was let go stays so.
  pipeline.reset();
  pipeline = open_pipeline(*store, horizon(3'660));
  const auto outcome = pipeline->commit({frame(1, price(1, 100))}, kNow);  // of January 2026
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->frames.front().fates[static_cast<std::size_t>(Fate::kArchivedLate)], 1u);
  EXPECT_EQ(store->lateness_horizon().value(), day_of(kNow) - 30);
}

TEST(Pipeline, WhenASourceWasLastHeardOutlivesARestart) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  ASSERT_TRUE(pipeline->commit({frame(1, price(1, 100))}, kNow));
  const auto before = pipeline->sources_seen();
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before.begin()->second.arrived, kNow);
  pipeline.reset();
  EXPECT_EQ(open_pipeline(*store)->sources_seen(), before);
}

TEST(Pipeline, BeyondTheQuotaRefusedRecordsAreCountedAndNotKept) {
  CrashDisk disk;
  auto store = open_store(disk);
  const auto quota = [](Settings& settings) { settings.ingest.limits.quarantine_records = 2; };
  auto pipeline = open_pipeline(*store, quota);
  const auto kept = [&] {
    std::size_t rows = 0;
    EXPECT_TRUE(store->for_each_quarantined(0, [&](const QuarantineRow&) -> Result<void> {
      ++rows;
      return {};
    }));
    return rows;
  };
  const auto outcome = pipeline->commit({frame(1, "no\nno\nno\n")}, kNow);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->frames.front().nacks.size(), 3u);
  EXPECT_EQ(kept(), 2u);
  pipeline.reset();
  pipeline = open_pipeline(*store, quota);
  ASSERT_TRUE(pipeline->commit({frame(2, "no\n")}, kNow));
  EXPECT_EQ(kept(), 2u);
  EXPECT_EQ(store->fates().at(SourceId())[static_cast<std::size_t>(Fate::kQuarantined)], 4u);
}

TEST(Pipeline, ARevisionBeforeTheHorizonTakesTheOlderOnesPlace) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  const auto send = [&](std::uint64_t sequence, int revision, const std::string& month_and_next) {
    std::string record = price(1, 100);
    record.insert(record.find(R"("subject")"), fmt::format(R"("revision":{},)", revision));
    const std::string period = R"("start":"2026-01-01","end":"2026-02-01")";
    record.replace(record.find(period), period.size(), month_and_next);
    const auto outcome = pipeline->commit({frame(sequence, record)}, kNow);
    return outcome.value().frames.front().fates;
  };
  const std::string now = R"("start":"2026-01-01","end":"2026-02-01")";
  const std::string long_ago = R"("start":"1990-01-01","end":"1990-02-01")";
  const auto count = [&] { return pipeline->engine().data().observation_count(); };
  send(1, 1, now);
  EXPECT_EQ(count(), 1u);
  EXPECT_EQ(send(2, 2, long_ago)[static_cast<std::size_t>(Fate::kArchivedLate)], 1u);
  EXPECT_EQ(count(), 0u);
  pipeline.reset();
  pipeline = open_pipeline(*store);
  EXPECT_EQ(count(), 0u) << "also after a restart";
  EXPECT_EQ(send(3, 2, long_ago)[static_cast<std::size_t>(Fate::kDuplicate)], 1u);
  EXPECT_EQ(send(4, 3, now)[static_cast<std::size_t>(Fate::kApplied)], 1u);
  EXPECT_EQ(count(), 1u);
}

TEST(Pipeline, ThePublishedClockDoesNotRunAheadOfThePresent) {
  class Present : public Clock {
   public:
    ProcessingTime now() const override { return kNow; }
  } present;
  CrashDisk disk;
  spdlog::logger log("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  ASSERT_TRUE(pipeline->commit({ClockInput{}}, ProcessingTime(kNow.milliseconds() - 86'400'000)));
  FrameQueue frames(4);
  Metrics metrics;
  LoopPorts ports{[](std::vector<FrameResult>) {}, [] {}, [](std::string) {}, [] {}};
  LoopOptions options;
  options.clock = ClockKind::kPublished;
  options.store_directory = "/";
  EngineLoop loop(std::move(options), *store, *pipeline, frames, present, metrics, log,
                  std::move(ports));
  Frame next;
  next.producer = "demo";
  next.epoch = "epoch";
  next.sequence = 1;
  next.payload = price(1, 100);
  next.payload.insert(next.payload.find(R"("subject")"), R"("published":"2399-01-01T00:00:00Z",)");
  ASSERT_TRUE(frames.offer(next));
  loop.stop();
  ASSERT_TRUE(loop.run());
  EXPECT_EQ(pipeline->now(), kNow);
}

TEST(Pipeline, AStopLeavesToTheirProducersWhatItHasNoTimeFor) {
  CrashDisk disk;
  spdlog::logger log("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  SystemClock clock;
  FrameQueue frames(8);
  Metrics metrics;
  std::uint64_t acknowledged = 0;
  LoopPorts ports{[&](std::vector<FrameResult> results) { acknowledged += results.size(); }, [] {},
                  [](std::string) {}, [] {}};
  LoopOptions options;
  options.store_directory = "/";
  options.commit_records = 1;
  options.stop_time = std::chrono::milliseconds(0);
  options.overlap = false;
  EngineLoop loop(std::move(options), *store, *pipeline, frames, clock, metrics, log,
                  std::move(ports));
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    Frame next;
    next.producer = "demo";
    next.epoch = "epoch";
    next.sequence = sequence;
    next.records = 1;
    next.payload = price(static_cast<int>(sequence), 100);
    ASSERT_TRUE(frames.offer(next));
  }
  loop.stop();
  ASSERT_TRUE(loop.run());
  EXPECT_EQ(store->position("demo", "epoch").value(), acknowledged);
  EXPECT_LT(acknowledged, 5u);
}

TEST(Pipeline, TimeNeverGoesBack) {
  CrashDisk disk;
  auto store = open_store(disk);
  auto pipeline = open_pipeline(*store);
  ASSERT_TRUE(pipeline->commit({ClockInput{}}, kNow));
  ASSERT_TRUE(pipeline->commit({ClockInput{}}, ProcessingTime(kNow.milliseconds() - 1'000'000)));
  EXPECT_EQ(store->head().now, kNow);
}

}  // namespace
}  // namespace tocsin
