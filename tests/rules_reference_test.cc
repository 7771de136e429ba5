#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/scenario/scenario.h"
#include "rules/parser.h"
#include "tests/support/published_packs.h"
#include "tests/support/shipped_pack.h"

// The examples of docs/RULES.md are read as the program reads packs: what the page shows works.
namespace tocsin {
namespace {

using testsupport::kSource;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;
using testsupport::read_file;

// The bodies of the page's fenced blocks of one kind ("signal", "pattern", "pack", "scenarios").
std::vector<std::string> blocks(const std::string& kind) {
  const std::string text = read_file(kSource / "docs/RULES.md");
  std::vector<std::string> found;
  const std::string begin = "```" + kind + "\n";
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    const std::size_t end = text.find("```\n", at);
    found.push_back(text.substr(at, end - at));
    at = end + 4;
  }
  return found;
}

// One condition a line.
void expect_conditions(const std::string& kind, Scope scope) {
  const Pack pack = lake_chad_pack();
  int count = 0;
  for (const std::string& block : blocks(kind)) {
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line); ++count) {
      const auto parsed = parse_expression(line, lake_chad().catalogue, pack, scope);
      EXPECT_TRUE(parsed) << line << ": " << parsed.error().message
                          << " (allowed: " << parsed.error().allowed << ")";
    }
  }
  EXPECT_GT(count, 10) << kind;
}

TEST(RulesReference, ExamplesOfSignalsParse) { expect_conditions("signal", Scope::kSignal); }

TEST(RulesReference, ExamplesOfPatternsParse) { expect_conditions("pattern", Scope::kPattern); }

// The shipped configuration has no judgements and no samples; that of the published triggers has.
TEST(RulesReference, ExamplesOfScalesSourcesAndSamplesParse) {
  const auto scales = blocks("scales"), voices = blocks("voices"), samples = blocks("samples");
  ASSERT_EQ(scales.size(), 1u);
  ASSERT_EQ(voices.size(), 1u);
  ASSERT_EQ(samples.size(), 1u);
  std::istringstream lines(scales.front() + voices.front() + samples.front());
  for (std::string line; std::getline(lines, line);) {
    const auto parsed =
        parse_expression(line, testsupport::published().catalogue, Pack(), Scope::kSignal);
    EXPECT_TRUE(parsed) << line << ": " << parsed.error().message;
  }
}

TEST(RulesReference, TheExamplePackAndItsScenariosWork) {
  const auto packs = blocks("pack"), scenarios = blocks("scenarios");
  ASSERT_EQ(packs.size(), 3u);
  ASSERT_EQ(scenarios.size(), 1u);
  const auto pack = parse_pack("example.yaml", packs.front(), lake_chad().catalogue);
  ASSERT_TRUE(pack) << render(pack.error().front(), packs.front());
  const auto parsed =
      parse_scenarios("example.scenarios.yaml", scenarios.front(), lake_chad().catalogue, *pack);
  ASSERT_TRUE(parsed) << render(parsed.error().front(), scenarios.front());
  for (const Scenario& scenario : *parsed)
    for (const Mismatch& mismatch : run_scenario(scenario, lake_chad().catalogue, *pack))
      ADD_FAILURE() << scenario.name << ", line " << mismatch.line << ": " << mismatch.message;
}

TEST(RulesReference, TheExamplesOfPacksAreRead) {
  for (const std::string& text : blocks("pack")) {
    const auto pack = parse_pack("example.yaml", text, lake_chad().catalogue);
    EXPECT_TRUE(pack) << render(pack.error().front(), text);
  }
}

TEST(RulesReference, TheRestrainedPackAndItsScenariosWork) {
  const auto packs = blocks("restraints"), scenarios = blocks("restraints-scenarios");
  ASSERT_EQ(packs.size(), 1u);
  ASSERT_EQ(scenarios.size(), 1u);
  const auto pack = parse_pack("restrained.yaml", packs.front(), lake_chad().catalogue);
  ASSERT_TRUE(pack) << render(pack.error().front(), packs.front());
  const auto parsed =
      parse_scenarios("restrained.scenarios.yaml", scenarios.front(), lake_chad().catalogue, *pack);
  ASSERT_TRUE(parsed) << render(parsed.error().front(), scenarios.front());
  for (const Scenario& scenario : *parsed)
    for (const Mismatch& mismatch : run_scenario(scenario, lake_chad().catalogue, *pack))
      ADD_FAILURE() << scenario.name << ", line " << mismatch.line << ": " << mismatch.message;
}

TEST(RulesReference, ThePackOfBandsHasNoMistakes) {
  const auto packs = blocks("levels");
  ASSERT_EQ(packs.size(), 1u);
  const auto pack = parse_pack("bands.yaml", packs.front(), lake_chad().catalogue);
  ASSERT_TRUE(pack) << render(pack.error().front(), packs.front());
  EXPECT_NE(pack->find_signal("killed.warning"), nullptr);
}

// Every function that the language knows stands in the page's table.
TEST(RulesReference, EveryFunctionIsDescribed) {
  const std::string text = read_file(kSource / "docs/RULES.md");
  for (const char* function :
       {"last",       "sum",        "mean",   "min",        "max",        "median",   "stddev",
        "count",      "normal",     "zscore", "percentile", "residual",   "lag",      "change",
        "rising",     "crosses",    "abs",    "per_100k",   "population", "on",       "active",
        "dimensions", "neighbours", "basin",  "cascade",    "age",        "forecast", "chance",
        "children",   "parent",     "any",    "all",        "share",      "rank",     "sample",
        "usual",      "longest"})
    EXPECT_THAT(text, testing::HasSubstr("`" + std::string(function) + "(")) << function;
}

}  // namespace
}  // namespace tocsin
