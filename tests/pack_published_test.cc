#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/scenario/scenario.h"
#include "tests/support/published_packs.h"

// The published triggers as packs, and their scenarios, which go through the real wire format, gate
// and engine.
namespace tocsin {
namespace {

using testsupport::kSource;
using testsupport::published;
using testsupport::published_names;
using testsupport::published_pack;
using testsupport::read_file;

class PublishedPack : public testing::TestWithParam<std::string> {
 protected:
  std::string text(const std::string& ending) const {
    return read_file(kSource / "rules/packs/published" / (GetParam() + ending));
  }
  std::vector<Scenario> scenarios(const Pack& pack) const {
    const std::string file = GetParam() + ".scenarios.yaml", written = text(".scenarios.yaml");
    auto parsed = parse_scenarios(file, written, published().catalogue, pack);
    if (parsed) return std::move(*parsed);
    for (const Diagnostic& diagnostic : parsed.error())
      ADD_FAILURE() << render(diagnostic, written);
    return {};
  }
};

TEST_P(PublishedPack, SaysWhatIsPublishedAndWhatWasChosen) {
  const std::string written = text(".yaml");
  const std::string header = written.substr(0, written.find("\npack:"));
  EXPECT_THAT(header, testing::StartsWith("# R"));
  EXPECT_THAT(header, testing::HasSubstr("\n# Published"));
  EXPECT_THAT(header, testing::HasSubstr("\n# Chosen here: "));
  EXPECT_EQ(published_pack(GetParam()).name, GetParam());
}

TEST_P(PublishedPack, StandsInTheCookbook) {
  EXPECT_THAT(read_file(kSource / "docs/RULES.md"), testing::HasSubstr("`" + GetParam() + "`"));
}

TEST_P(PublishedPack, DoesWhatItsScenariosSay) {
  const Pack pack = published_pack(GetParam());
  for (const Scenario& scenario : scenarios(pack))
    for (const Mismatch& mismatch : run_scenario(scenario, published().catalogue, pack))
      ADD_FAILURE() << GetParam() << ".scenarios.yaml:" << mismatch.line << ": "
                    << mismatch.message;
}

// One fires, one stays quiet and knows it, one is blind.
TEST_P(PublishedPack, FiresIsQuietAndIsBlind) {
  bool fires = false, quiet = false, blind = false;
  for (const Scenario& scenario : scenarios(published_pack(GetParam()))) {
    ASSERT_TRUE(scenario.alerts) << scenario.name << " does not say which alerts must come";
    const bool raises = !scenario.alerts->empty();
    bool off = false, unknown = false;
    for (const Expectation& day : scenario.days) {
      off = off || (!day.off.empty() && day.possible == Level::kNone);
      unknown = unknown || !day.unknown.empty();
    }
    fires = fires || (scenario.name.starts_with("fires") && raises);
    quiet = quiet || (scenario.name.starts_with("quiet") && !raises && off && !unknown);
    blind = blind || (scenario.name.starts_with("blind") && !raises && unknown);
  }
  EXPECT_TRUE(fires) << "no scenario fires... raises an alert";
  EXPECT_TRUE(quiet) << "no scenario quiet... is off, with nothing possible and nothing unknown";
  EXPECT_TRUE(blind) << "no scenario blind... has an unknown signal and no alert";
}

INSTANTIATE_TEST_SUITE_P(All, PublishedPack, testing::ValuesIn(published_names()),
                         [](const auto& name) {
                           std::string out = name.param;
                           std::replace(out.begin(), out.end(), '-', '_');
                           return out;
                         });

}  // namespace
}  // namespace tocsin
