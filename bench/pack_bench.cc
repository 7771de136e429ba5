// How long a big rule pack takes to load: 1,000 signals and 200 patterns over 5,000 regions.
#include <benchmark/benchmark.h>

#include "bench/big_pack.h"
#include "bench/configuration.h"
#include "daemon/memory_bound.h"
#include "rules/engine.h"

namespace tocsin {
namespace {

constexpr std::uint32_t kSignals = 1'000, kPatterns = 200;
constexpr std::int32_t kTwentyYears = 7'305;

struct World {
  Settings settings;
  std::shared_ptr<const Catalogue> catalogue;
  std::string text = bench::big_pack(kSignals, kPatterns);
};

const World& world() {
  static const World made = [] {
    Numbering numbering;
    auto loaded = load_contents(bench::make_configuration({}), numbering);
    require(loaded.has_value(), loaded ? "" : loaded.error().message);
    World out;
    out.settings = std::move(loaded->settings);
    out.catalogue = std::move(loaded->catalogue);
    return out;
  }();
  return made;
}

Pack parsed() {
  const World& here = world();
  auto pack =
      parse_pack("big.yaml", here.text, *here.catalogue, here.settings.horizons.retention_days);
  require(pack.has_value(), pack ? "" : render(pack.error(), {{"big.yaml", here.text}}));
  return *std::move(pack);
}

// What `tocsin check` does: reads, checks, warns, bounds the memory.
void BM_CheckOfBigPack(benchmark::State& state) {
  const World& here = world();
  for (auto _ : state) {
    const Pack pack = parsed();
    benchmark::DoNotOptimize(memory_bound(*here.catalogue, pack, kTwentyYears));
  }
  state.counters["bytes"] = static_cast<double>(here.text.size());
  state.counters["signals"] = static_cast<double>(parsed().signals.size());
}
BENCHMARK(BM_CheckOfBigPack)->Unit(benchmark::kMillisecond);

// An engine for its regions, from the pack that is read.
void BM_EngineOfBigPack(benchmark::State& state) {
  const World& here = world();
  EngineOptions options;
  options.history_begins = here.settings.history_begins;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Pack> packs;
    packs.push_back(parsed());
    state.ResumeTiming();
    auto engine = std::make_unique<Engine>(*here.catalogue, std::move(packs), options);
    benchmark::DoNotOptimize(engine);
    state.PauseTiming();
    engine.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_EngineOfBigPack)->Unit(benchmark::kMillisecond);

// All of it: from the text to an engine that takes records.
void BM_LoadOfBigPack(benchmark::State& state) {
  const World& here = world();
  EngineOptions options;
  options.history_begins = here.settings.history_begins;
  for (auto _ : state) {
    std::vector<Pack> packs;
    packs.push_back(parsed());
    benchmark::DoNotOptimize(memory_bound(*here.catalogue, packs.front(), kTwentyYears));
    auto engine = std::make_unique<Engine>(*here.catalogue, std::move(packs), options);
    benchmark::DoNotOptimize(engine);
    state.PauseTiming();
    engine.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_LoadOfBigPack)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin

BENCHMARK_MAIN();
