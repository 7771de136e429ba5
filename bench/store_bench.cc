// What the store costs: synced commits of records with random identities, look-ups of identities
// that are there and that are not, opening again, and reading all. On a real directory:
// TOCSIN_BENCH_DIR, else the system's temporary directory.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>

#include "storage/store.h"

namespace tocsin {
namespace {

class Directory {
 public:
  Directory() {
    const char* given = std::getenv("TOCSIN_BENCH_DIR");
    const std::filesystem::path base =
        given != nullptr ? std::filesystem::path(given) : std::filesystem::temp_directory_path();
    std::string name = (base / "tocsin-bench-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "no directory for the benchmark");
    path = name;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::filesystem::path path;
};

std::unique_ptr<Store> open(const Directory& directory) {
  auto store = Store::open({.directory = directory.path / "store"});
  require(store.has_value(), store ? "" : store.error().message);
  return *std::move(store);
}

class Workload {
 public:
  // One frame of `records` observations with new identities, and its bytes for the journal.
  Commit commit(std::uint64_t sequence, int records) {
    Commit commit;
    commit.entry.now = ProcessingTime(1'700'000'000'000 + static_cast<std::int64_t>(sequence));
    commit.entry.inputs.push_back(RecordsInput{"producer", "epoch", sequence, payload(records)});
    for (int i = 0; i < records; ++i) {
      LatestRevision revision;
      revision.identity = hash();
      revision.content = hash();
      revision.source = SourceId(static_cast<std::uint16_t>(1 + random_() % 8));
      revision.revision = 1;
      revision.published = PublishedTime(commit.entry.now.milliseconds());
      revision.journal_sequence = sequence;
      revision.journal_index = static_cast<std::uint32_t>(i);
      const auto day = static_cast<std::int32_t>(15'000 + random_() % 4000);
      revision.claim =
          ObservationClaim{{RegionId(static_cast<std::uint32_t>(1 + random_() % 5000)),
                            IndicatorId(static_cast<std::uint16_t>(1 + random_() % 40)),
                            revision.source,
                            {}},
                           Day(day),
                           Day(day + 30),
                           static_cast<std::int64_t>(random_() % 100'000)};
      commit.revisions.push_back(std::move(revision));
    }
    commit.positions.push_back({"producer", "epoch", sequence});
    commit.fates[SourceId(1)][0] = static_cast<std::uint64_t>(records);
    return commit;
  }
  Hash128 hash() {
    Hash128 hash;
    for (int half = 0; half < 2; ++half) {
      const std::uint64_t bits = random_();
      std::memcpy(hash.bytes.data() + 8 * half, &bits, 8);
    }
    return hash;
  }

 private:
  // Records as they come in: some 300 bytes each.
  std::string payload(int records) {
    std::string text;
    for (int i = 0; i < records; ++i) {
      text += fmt::format(
          R"({{"specversion":"1.0","id":"{:016x}","source":"nasa-power","type":"org.tocsin.observ)"
          R"(ation.v1","time":"2019-03-01T00:00:00Z","subject":"NG-{:04}","data":{{"indicator":)"
          R"("rainfall","period":{{"start":"2019-03-01","end":"2019-04-01"}},"value":{}.{:02}}}}})"
          "\n",
          random_(), random_() % 5000, random_() % 1000, random_() % 100);
    }
    return text;
  }

  std::mt19937_64 random_{1};
};

void fill(Store& store, Workload& workload, std::int64_t records) {
  for (std::int64_t done = 0; done < records; done += 10'000) {
    const auto receipt = store.commit(workload.commit(store.next_sequence(), 10'000));
    require(receipt.has_value(), receipt ? "" : receipt.error().message);
  }
}

// Records a second through commit(), on a store that holds range(1) records already.
void BM_Commit(benchmark::State& state) {
  const auto records = static_cast<int>(state.range(0));
  const Directory directory;
  const auto store = open(directory);
  Workload workload;
  fill(*store, workload, state.range(1));
  for (auto _ : state) {
    state.PauseTiming();
    const Commit commit = workload.commit(store->next_sequence(), records);
    state.ResumeTiming();
    const auto receipt = store->commit(commit);
    require(receipt.has_value(), receipt ? "" : receipt.error().message);
  }
  state.SetItemsProcessed(state.iterations() * records);
}
BENCHMARK(BM_Commit)
    ->ArgNames({"batch", "stored"})
    ->Args({100, 0})
    ->Args({1000, 0})
    ->Args({100, 2'000'000})
    ->Args({1000, 2'000'000})
    ->Iterations(300)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Identities a second through latest(), by hundreds, none or all of them there.
enum class Asked : std::uint8_t { kUnknown, kKnown };
void look_up(benchmark::State& state, Asked asked) {
  const Directory directory;
  const auto store = open(directory);
  Workload workload;
  std::vector<Identity> known;
  while (static_cast<std::int64_t>(known.size()) < state.range(0)) {
    const Commit commit = workload.commit(store->next_sequence(), 10'000);
    for (const auto& revision : commit.revisions) {
      known.push_back({revision.source, revision.identity});
    }
    require(store->commit(commit).has_value(), "commit");
  }
  std::mt19937_64 random(2);
  std::vector<Identity> batch(100);
  for (auto _ : state) {
    state.PauseTiming();
    for (Identity& identity : batch) {
      identity = known[random() % known.size()];
      if (asked == Asked::kUnknown) identity.hash = workload.hash();
    }
    state.ResumeTiming();
    const auto found = store->latest(batch);
    require(found.has_value() && found->front().has_value() == (asked == Asked::kKnown), "found");
  }
  state.SetItemsProcessed(state.iterations() * 100);
}
void BM_LatestOfUnknown(benchmark::State& state) { look_up(state, Asked::kUnknown); }
void BM_LatestOfKnown(benchmark::State& state) { look_up(state, Asked::kKnown); }
BENCHMARK(BM_LatestOfUnknown)
    ->Arg(1'000'000)
    ->Iterations(5000)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_LatestOfKnown)
    ->Arg(1'000'000)
    ->Iterations(5000)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

// A restart: open a store of range(0) records with a full log, then read all latest revisions.
void BM_OpenAndReadAll(benchmark::State& state) {
  const Directory directory;
  Workload workload;
  {
    const auto store = open(directory);
    fill(*store, workload, state.range(0));
  }
  double opening = 0;
  for (auto _ : state) {
    const std::clock_t start = std::clock();
    const auto store = open(directory);
    opening += static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    std::int64_t count = 0;
    const auto read = store->for_each_latest([&](const LatestRevision&) {
      ++count;
      return Result<void>{};
    });
    require(read.has_value() && count >= state.range(0), "all are there");
  }
  state.counters["open_cpu_s"] = opening / static_cast<double>(state.iterations());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_OpenAndReadAll)
    ->Arg(0)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
