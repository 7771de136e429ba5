#pragma once

#include <cstdint>
#include <string>

#include "tests/support/rule_builders_random.h"

namespace tocsin {

// TOCSIN_SEED (default 1): the first case's seed; case i has that seed plus i, so a failing case is
// run alone with TOCSIN_SEED=<its seed> TOCSIN_CASES=1. TOCSIN_CASES: how many, in place of the
// default.
std::uint64_t first_seed();
int case_count(int by_default);
// From so many cases on, each feature must have occurred.
inline constexpr int kFullRun = 600;

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

// Feeds the arrivals day by day and advances the clock each day.
void run_daily(EngineRun& engine, const Trial& trial);
void print(const Occurrences& occurred, const std::string& title);

}  // namespace tocsin
