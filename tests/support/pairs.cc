#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>

#include "tests/support/twin_run.h"

// The long run of the engine against its twin (./run pairs): random packs over random histories
// until so many rules have each been compared over theirs. Goes on after a difference.
namespace tocsin {
namespace {

constexpr std::uint64_t kTrialsALine = 2'000;
constexpr std::uint64_t kTold = 5;               // differences that are shown whole
constexpr std::uint64_t kEveryOutcome = 10'000;  // pairs that meet each outcome of each operator

struct Run {
  std::uint64_t trials = 0, pairs = 0, days = 0;
  std::vector<std::uint64_t> failed;                  // seeds
  std::pair<double, std::uint64_t> slowest = {0, 0};  // seconds, seed
  twin::Tally tally;
  Occurrences occurred;
};

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

void add(Run& run, std::uint64_t seed) {
  const auto begun = Clock::now();
  const Trial trial = make_trial(seed, run.occurred);
  const std::string found = run_against_twin(trial, run.tally, run.occurred);
  const std::uint64_t rules = rules_of(trial.pack);
  ++run.trials;
  run.pairs += rules;
  run.days += rules * static_cast<std::uint64_t>(trial.c.end - trial.c.begin + 1);
  run.slowest = std::max(run.slowest, {seconds_since(begun), seed});
  if (found.empty()) return;
  run.failed.push_back(seed);
  if (run.failed.size() <= kTold) fmt::print("seed {}: {}\n{}\n", seed, found, trial.told());
}

int run_pairs(std::uint64_t wanted, std::uint64_t first) {
  const auto begun = Clock::now();
  Run run;
  for (; run.pairs < wanted;) {
    add(run, first + run.trials);
    if (run.trials % kTrialsALine != 0) continue;
    fmt::print("seeds {} to {}: {} pairs, {} differences, {:.0f} s\n", first,
               first + run.trials - 1, run.pairs, run.failed.size(), seconds_since(begun));
    std::fflush(stdout);
  }
  print(run.occurred, "occurred");
  print(run.tally);
  std::vector<std::string> missed;
  if (wanted >= kEveryOutcome) missed = never_met(run.tally, run.occurred);
  for (const std::string& what : missed) fmt::print("never met: {}\n", what);
  for (const std::uint64_t seed : run.failed) fmt::print("differs: seed {}\n", seed);
  fmt::print(
      "{} pairs of rule and history ({} packs, seeds {} to {}, {} rule-days) in {:.0f} s: {} "
      "differences, {} outcomes or features never met; slowest: seed {}, {:.1f} s\n",
      run.pairs, run.trials, first, first + run.trials - 1, run.days, seconds_since(begun),
      run.failed.size(), missed.size(), run.slowest.second, run.slowest.first);
  return run.failed.empty() && missed.empty() ? 0 : 1;
}

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  CLI::App app("Compares the engine with its naive twin on random rules over random histories.");
  std::uint64_t pairs = 100'000, seed = 1;
  app.add_option("--pairs", pairs, "so many pairs of rule and history, or a few more")
      ->capture_default_str();
  app.add_option("--seed", seed, "of the first pack; the others follow")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return tocsin::run_pairs(pairs, seed);
}
