#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"

// How bands, counted conditions, names of levels and levels of other patterns are told.
namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kPack = R"(
pack: told
regions: [XX-A]
signals:
  hot:
    title: Hot days
    dimension: environmental
    reads: last(heat)
    bands: {watch: ">= 30 degC", warning: ">= 35 degC"}
  raided:
    title: Deadly clashes
    dimension: personal
    when: >-
      count(events(kind: clash, deaths > 9, displaced >= 5), 30d) >= 1
patterns:
  heat: {title: Heat, levels: hot, names: {watch: readiness, warning: action}}
  both: {title: Both, watch: "count(on(hot), on(raided), not on(hot >= warning)) >= 3"}
  after:
    title: After the heat
    window: 30d
    watch: active(heat >= warning) and not on(heat >= watch)
)";

class ExplainLevels : public ExplainFixture {
 protected:
  ExplainLevels() {
    begin(kPack, "2020-01-01");
    heat("2020-03-01", 310);
    covered("2019-01-01", "2020-03-02");
    today("2020-03-01");
  }
};

TEST_F(ExplainLevels, ALevelIsCalledWhatItsPublisherCallsIt) {
  EXPECT_THAT(pattern(0).outlook,
              ElementsAre("Warning (action) is reached once \"Hot days (warning)\" is "
                          "on."));
  EXPECT_EQ(pack_.patterns[0].called(Level::kWatch), "watch (readiness)");
  EXPECT_EQ(pack_.patterns[1].called(Level::kWatch), "watch");
}

TEST_F(ExplainLevels, EachBandTellsItsOwnThreshold) {
  const auto told = [&](std::string_view name) { return signal(name).evidence; };
  EXPECT_EQ(told("hot.watch").signal, "hot.watch");
  EXPECT_EQ(told("hot.watch").sentence, "Heat is 31 degC; threshold: at least 30 degC.");
  EXPECT_EQ(told("hot.warning").title, "Hot days (warning)");
  EXPECT_EQ(told("hot.warning").sentence, "Heat is 31 degC; threshold: at least 35 degC.");
  EXPECT_EQ(told("raided").sentence,
            "The number of events of clash with more than 9 deaths and at least 5 people displaced "
            "in 30 days is 0; threshold: at least 1.");
}

TEST_F(ExplainLevels, CountedConditionsAreNamed) {
  EXPECT_THAT(pattern(1).outlook,
              ElementsAre("Watch is reached once how many of these hold (\"Hot days (watch)\" is "
                          "on; \"Deadly clashes\" is on; \"Hot days (warning)\" is not on) is at "
                          "least 3 (now 2)."));
  const auto tree = pattern(1).levels.at(0).second;
  EXPECT_THAT(render(tree), HasSubstr("on(raided)  =  false"));
}

TEST_F(ExplainLevels, ALevelOfAnotherPatternIsToldWithItsName) {
  ASSERT_EQ(pattern(2).outlook.size(), 1u);
  EXPECT_THAT(pattern(2).outlook[0],
              HasSubstr("\"Heat\" is or has been at warning (action) or higher in "
                        "the last 30 days"));
  EXPECT_THAT(pattern(2).outlook[0], HasSubstr("\"Heat\" is not at watch (readiness) or higher"));
}

}  // namespace
}  // namespace tocsin
