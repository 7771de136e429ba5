#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/scenario/scenario.h"
#include "tests/support/shipped_pack.h"

// The shipped pack and its scenarios, which go through the real wire format, gate and engine.
namespace tocsin {

// What gtest shows of a case.
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << "line " << scenario.line; }

namespace {

using testsupport::kSource;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;
using testsupport::read_file;

std::vector<Scenario> scenarios() {
  static const Pack pack = lake_chad_pack();
  const std::string text = read_file(kSource / "rules/packs/lake-chad.scenarios.yaml");
  auto parsed = parse_scenarios("lake-chad.scenarios.yaml", text, lake_chad().catalogue, pack);
  if (parsed) return std::move(*parsed);
  for (const Diagnostic& diagnostic : parsed.error()) ADD_FAILURE() << render(diagnostic, text);
  return {};
}

// The pack judges the basin's regions, not the world around them.
TEST(LakeChadPack, AScenarioOfARegionThatIsNotJudgedSaysSo) {
  const Pack pack = lake_chad_pack();
  Scenario scenario = scenarios().front();
  scenario.days.resize(1);
  scenario.days.front().region = "NG-LA";
  scenario.days.front().line = 41;
  scenario.days.front().on = {pack.signals.front().name};
  const auto mismatches = run_scenario(scenario, lake_chad().catalogue, pack);
  ASSERT_FALSE(mismatches.empty());
  EXPECT_EQ(mismatches.front().line, 41);
  EXPECT_EQ(
      mismatches.front().message,
      scenario.pattern +
          " is not judged in NG-LA; allowed: CM-EN, CM-NO, TD-BG, TD-CB, TD-HL, TD-KA, TD-LC, "
          "TD-ME and 6 more");
}

TEST(LakeChadPack, IsWithoutMistakes) {
  const Pack pack = lake_chad_pack();
  EXPECT_EQ(pack.name, "lake-chad");
  EXPECT_EQ(pack.signals.size(), 8u);
}

TEST(LakeChadPack, EveryThresholdSaysWhereItComesFrom) {
  const Pack pack = lake_chad_pack();
  for (const Signal& signal : pack.signals) {
    EXPECT_THAT(signal.reference, testing::StartsWith("docs/REFERENCES.md#")) << signal.name;
    EXPECT_FALSE(signal.why.empty()) << signal.name;
  }
  for (const Parameter& parameter : pack.parameters)
    EXPECT_THAT(parameter.reference, testing::StartsWith("docs/REFERENCES.md#")) << parameter.name;
}

// Committees read a name and a link, and docs/REFERENCES.md has the same link.
TEST(LakeChadPack, EveryReferenceIsToldByNameAndLink) {
  const Pack pack = lake_chad_pack();
  const std::string page = read_file(kSource / "docs/REFERENCES.md");
  std::vector<std::string> cited;
  for (const Signal& signal : pack.signals) cited.push_back(signal.reference);
  for (const Parameter& parameter : pack.parameters) cited.push_back(parameter.reference);
  for (const Pattern& pattern : pack.patterns) cited.push_back(pattern.reference);
  for (const std::string& reference : cited) {
    const auto found = pack.references.find(reference);
    ASSERT_NE(found, pack.references.end()) << reference;
    const auto entry = page.find("\n## " + reference.substr(reference.find('#') + 1) + "\n");
    ASSERT_NE(entry, std::string::npos) << reference;
    const std::string about = page.substr(entry, page.find("\n## ", entry + 1) - entry);
    EXPECT_THAT(about, testing::HasSubstr("Link: <" + found->second.link + ">")) << reference;
    EXPECT_EQ(pack.cited(reference), found->second.name + ", " + found->second.link);
  }
  EXPECT_EQ(pack.cited("our own choice"), "our own choice");
}

TEST(LakeChadPack, AdvisesEveryFunctionOverEveryHorizon) {
  const Pack pack = lake_chad_pack();
  ASSERT_EQ(pack.patterns.size(), 1u);
  std::set<std::pair<std::string, std::string>> advised;
  for (const auto& advice : pack.patterns.front().advise)
    advised.insert({advice.advice.function, advice.advice.horizon});
  EXPECT_EQ(advised.size(), 5u * 3u);
}

class LakeChadScenario : public testing::TestWithParam<Scenario> {};

TEST_P(LakeChadScenario, GoesAsExpected) {
  const Pack pack = lake_chad_pack();
  for (const Mismatch& mismatch : run_scenario(GetParam(), lake_chad().catalogue, pack))
    ADD_FAILURE() << "lake-chad.scenarios.yaml:" << mismatch.line << ": " << mismatch.message;
}

INSTANTIATE_TEST_SUITE_P(All, LakeChadScenario, testing::ValuesIn(scenarios()),
                         [](const auto& scenario) { return scenario.param.name; });

}  // namespace
}  // namespace tocsin
