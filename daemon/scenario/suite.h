#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "daemon/scenario/coverage.h"
#include "daemon/scenario/mutation.h"
#include "daemon/scenario/scenario.h"

namespace tocsin {

// What the scenarios of one pack came to.
struct SuiteResult {
  struct Case {
    std::string name;
    int line = 0;  // of the file with the scenarios
    std::vector<Mismatch> mismatches;
    std::chrono::nanoseconds took{};
  };
  std::string pack, pack_file, scenario_file;
  std::vector<Case> cases;
  std::vector<Coverage::Part> parts;  // of the conditions; empty when coverage was not asked for
  std::size_t mutations = 0;
  std::vector<Mutation> survivors;  // mistakes that no scenario noticed

  std::size_t failed() const;
  // Percent, rounded down; 100 when there was nothing to see or to notice.
  int covered() const;
  int killed() const;
};

enum class SuiteDepth : std::uint8_t { kScenarios, kCoverage };
// Plays all scenarios. Coverage takes the states of every day into account.
SuiteResult run_suite(const std::vector<Scenario>& scenarios, const Catalogue& catalogue,
                      const Pack& pack, SuiteDepth depth);
// Plays them once for each mistake, until one notices. Requires that they are met without one.
void run_mutations(SuiteResult& result, const std::vector<Scenario>& scenarios,
                   const Catalogue& catalogue, const Pack& pack);

// The results for people, as JSON, and as JUnit XML for continuous integration.
std::string suite_text(const SuiteResult& result);
std::string suites_json(const std::vector<SuiteResult>& results);
std::string suites_junit(const std::vector<SuiteResult>& results);

}  // namespace tocsin
