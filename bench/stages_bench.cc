// What each stage of a record's way costs, alone and in memory (the store: store_bench.cc): wire,
// gate, engine, codec; and how the engine's cost depends on regions and signals. The configuration
// is that of the end-to-end benchmark (make_config.py).
#include <benchmark/benchmark.h>

#include <map>

#include "bench/configuration.h"
#include "bench/mix.h"
#include "ingest/gate.h"
#include "ingest/wire.h"
#include "model/clock.h"
#include "rules/engine.h"
#include "rules/explain.h"
#include "storage/recent.h"

namespace tocsin {
namespace {

constexpr std::uint32_t kIndicators = 40;
constexpr std::uint32_t kMonthsBefore = 13;  // so that "usual" is known

constexpr int kCommits = 300;
constexpr int kCommitsOfRegions = 100;  // of few regions a month is short
constexpr std::uint32_t kCommitRecords = 1'000;

struct Scale {
  std::uint32_t regions = 5'000;
  std::uint32_t more_signals = 0;  // that read what no record is about
  bool pack_only = false;          // without a signal for every indicator
  bool alerts = true;
  friend auto operator<=>(const Scale&, const Scale&) = default;
};

// Months that the measured records take.
std::uint32_t months_measured(const Scale& scale) {
  const auto commits = scale.regions < 500 ? kCommitsOfRegions : kCommits;
  return 1 + static_cast<std::uint32_t>(commits) * kCommitRecords / (scale.regions * kIndicators);
}

// A catalogue and an engine that has seen a year.
class World {
 public:
  explicit World(const Scale& scale)
      : mix_({scale.regions, kIndicators,
              bench::kLastMonth - kMonthsBefore - months_measured(scale), 1, scale.alerts}) {
    const Contents contents =
        bench::make_configuration({scale.regions, scale.more_signals, scale.pack_only});
    Numbering numbering;
    auto loaded = load_contents(contents, numbering);
    require(loaded.has_value(), loaded ? "" : loaded.error().message);
    loaded_ = std::make_unique<Loaded>(std::move(*loaded));
    EngineOptions options;
    options.history_begins = loaded_->settings.history_begins;
    engine_ = std::make_unique<Engine>(*loaded_->catalogue, loaded_->packs, options);
    const std::uint64_t before = std::uint64_t{scale.regions} * kIndicators * kMonthsBefore;
    for (std::uint64_t done = 0; done < before; done += bench::kFrameRecords)
      for (const Change& change : changes(mix_.frame())) engine_->apply(change);
    engine_->state(now_);
  }

  // The records of a frame as the gate admits them, new identities all.
  std::vector<Change> changes(const std::string& frame) {
    std::vector<Change> out;
    parser_.for_each_record(frame, [&](std::size_t, std::string_view, ParsedRecord&& record) {
      require(record.has_value(), "the mix is well-formed");
      auto admission = judge(*record);
      if (admission.change) out.push_back(std::move(*admission.change));
    });
    return out;
  }
  Admission judge(const Record& record) {
    const Arrival arrival{loaded_->catalogue->producers.front(), now_, 1, 0};
    return admit(*loaded_->catalogue, policy_, arrival, record, nullptr);
  }
  std::string frame() { return mix_.frame(); }
  Engine& engine() { return *engine_; }
  ProcessingTime now() const { return now_; }

 private:
  bench::Mix mix_;
  WireParser parser_;
  GatePolicy policy_;
  ProcessingTime now_ = SystemClock().now();
  std::unique_ptr<Loaded> loaded_;
  std::unique_ptr<Engine> engine_;
};

World& world(const Scale& scale) {
  static std::map<Scale, std::unique_ptr<World>> worlds;
  auto& made = worlds[scale];
  if (!made) made = std::make_unique<World>(scale);
  return *made;
}

void BM_Wire(benchmark::State& state) {
  bench::Mix mix({5'000, kIndicators, 50, 1});
  const std::string frame = mix.frame();
  WireParser parser;
  for (auto _ : state)
    parser.for_each_record(frame, [](std::size_t, std::string_view, ParsedRecord&& record) {
      benchmark::DoNotOptimize(record);
    });
  state.SetItemsProcessed(state.iterations() * bench::kFrameRecords);
}
BENCHMARK(BM_Wire);

void BM_Gate(benchmark::State& state) {
  World& here = world({});
  WireParser parser;
  std::vector<Record> records;
  parser.for_each_record(here.frame(), [&](std::size_t, std::string_view, ParsedRecord&& record) {
    records.push_back(*std::move(record));
  });
  for (auto _ : state)
    for (const Record& record : records) benchmark::DoNotOptimize(here.judge(record));
  state.SetItemsProcessed(state.iterations() * bench::kFrameRecords);
}
BENCHMARK(BM_Gate);

void BM_Codec(benchmark::State& state) {
  World& here = world({});
  std::vector<LatestRevision> revisions;
  for (const Change& change : here.changes(here.frame())) revisions.push_back(change.after);
  for (auto _ : state) benchmark::DoNotOptimize(encode_block(revisions));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(revisions.size()));
}
BENCHMARK(BM_Codec);

// Commits of about 1,000 records through apply(), frame by frame as the daemon does, and state().
// How many alerts there are is a property of the data: where the cost by regions or signals is
// looked at, there are none.
void evaluate(benchmark::State& state, const Scale& scale) {
  World& here = world(scale);
  std::int64_t records = 0;
  double revisions = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Change> changes;
    while (changes.size() < kCommitRecords) {
      auto more = here.changes(here.frame());
      std::ranges::move(more, std::back_inserter(changes));
    }
    std::vector<ChangeView> views;
    for (const Change& change : changes) views.push_back(ChangeView::of(change));
    state.ResumeTiming();
    for (std::span<const ChangeView> left = views; !left.empty();) {
      const auto frame = left.first(std::min<std::size_t>(left.size(), bench::kFrameRecords));
      here.engine().apply(frame);
      left = left.subspan(frame.size());
    }
    revisions += static_cast<double>(here.engine().state(here.now()).revisions.size());
    records += static_cast<std::int64_t>(changes.size());
  }
  state.SetItemsProcessed(records);
  state.counters["revisions"] = revisions;
}
void BM_EngineOfPack(benchmark::State& state) { evaluate(state, {.pack_only = true}); }
void BM_EngineEverythingRead(benchmark::State& state) { evaluate(state, {}); }
void BM_EngineOfRegions(benchmark::State& state) {
  evaluate(state, {.regions = static_cast<std::uint32_t>(state.range(0)), .alerts = false});
}
void BM_EngineOfSignals(benchmark::State& state) {
  evaluate(state, {.regions = 500,
                   .more_signals = static_cast<std::uint32_t>(state.range(0)),
                   .alerts = false});
}
BENCHMARK(BM_EngineOfPack)->Iterations(kCommits);
BENCHMARK(BM_EngineEverythingRead)->Iterations(kCommits);
BENCHMARK(BM_EngineOfRegions)
    ->RangeMultiplier(10)
    ->Range(100, 50'000)
    ->Iterations(kCommitsOfRegions);
BENCHMARK(BM_EngineOfSignals)->RangeMultiplier(10)->Range(10, 1'000)->Iterations(kCommits);

// What an alert states of every signal of a region.
void BM_Statement(benchmark::State& state) {
  World& here = world({});
  const Assessment& assessment = here.engine().assessments().front();
  const RegionId region = assessment.folded()[assessment.folded().size() / 2];
  for (auto _ : state)
    for (std::uint32_t i = 0; i < assessment.pack().signals.size(); ++i)
      benchmark::DoNotOptimize(
          explain_signal(assessment, region, i, assessment.today(), Telling::kStatement));
}
BENCHMARK(BM_Statement)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
