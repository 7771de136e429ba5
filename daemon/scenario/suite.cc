#include "daemon/scenario/suite.h"

#include <algorithm>

namespace tocsin {
namespace {

int percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? 100 : static_cast<int>(100 * part / whole);
}

}  // namespace

std::size_t SuiteResult::failed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(cases, [](const Case& one) { return !one.mismatches.empty(); }));
}

int SuiteResult::covered() const {
  std::size_t seen = 0;
  for (const Coverage::Part& part : parts) seen += part.seen();
  return percent(seen, Coverage::kTruths * parts.size());
}

int SuiteResult::killed() const { return percent(mutations - survivors.size(), mutations); }

SuiteResult run_suite(const std::vector<Scenario>& scenarios, const Catalogue& catalogue,
                      const Pack& pack, SuiteDepth depth) {
  SuiteResult result;
  result.pack = pack.name;
  result.pack_file = pack.file;
  Coverage coverage(pack);
  ScenarioObserver observe;
  if (depth == SuiteDepth::kCoverage)
    observe = [&](const Assessment& assessment, Day tick) { coverage.look(assessment, tick); };
  for (const Scenario& scenario : scenarios) {
    const auto begun = std::chrono::steady_clock::now();
    SuiteResult::Case one{scenario.name, scenario.line,
                          run_scenario(scenario, catalogue, pack, observe)};
    one.took = std::chrono::steady_clock::now() - begun;
    result.cases.push_back(std::move(one));
  }
  if (depth == SuiteDepth::kCoverage) result.parts = coverage.parts();
  return result;
}

void run_mutations(SuiteResult& result, const std::vector<Scenario>& scenarios,
                   const Catalogue& catalogue, const Pack& pack) {
  for (Mutation& mutation : mutations_of(pack)) {
    ++result.mutations;
    const Pack wrong = mutated(pack, mutation);
    const bool noticed = std::ranges::any_of(scenarios, [&](const Scenario& scenario) {
      return !run_scenario(scenario, catalogue, wrong).empty();
    });
    if (!noticed) result.survivors.push_back(std::move(mutation));
  }
}

}  // namespace tocsin
