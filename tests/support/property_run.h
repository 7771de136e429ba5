#pragma once

#include <cstdint>
#include <string>

#include "tests/support/rule_builders_random.h"

namespace tocsin {

// The cases of one shard of a property: seeds [first, first + count). A shard is a test of its own,
// so that ctest runs several at once.
// TOCSIN_SEED (default 1): where the first shard begins. TOCSIN_CASES: how many cases a shard has,
// in place of the default. A failing case is run alone with TOCSIN_SEED=<its seed> TOCSIN_CASES=1.
struct Cases {
  std::uint64_t first;
  int count;
  bool all_expected;  // enough cases that each feature must have occurred
};
Cases cases_of(int by_default, int shard = 0);

// A random case whose pack `check` takes: conditions that can never hold are drawn again.
struct Trial {
  std::uint64_t seed = 0;
  RandomCase c;
  std::string yaml;
  Pack pack;
  // How to run it again, and its pack; with TOCSIN_TRACE set, its records too.
  std::string told() const;
};
Trial make_trial(std::uint64_t seed, const RandomOptions& options, Occurrences& occurred);
// Of a few cases in a hundred the history is long, of the others a few weeks; by the seed.
Trial make_trial(std::uint64_t seed, Occurrences& occurred);
bool is_long(std::uint64_t seed);

// Feeds the arrivals day by day and advances the clock each day.
void run_daily(EngineRun& engine, const Trial& trial);
void print(const Occurrences& occurred, const std::string& title);

}  // namespace tocsin
