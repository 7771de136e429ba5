#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/explain.h"
#include "tests/support/rule_builders.h"

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

class ExplainLevels : public testing::Test {
 protected:
  ExplainLevels() {
    const std::string yaml(kPack);
    auto parsed = parse_pack("told.yaml", yaml, catalogue_);
    if (parsed) {
      pack_ = std::move(*parsed);
    } else {
      for (const Diagnostic& diagnostic : parsed.error()) ADD_FAILURE() << render(diagnostic, yaml);
    }
    run_ = std::make_unique<EngineRun>(catalogue_, pack_, day("2020-01-01"));
    run_->receive(revision_of(
        catalogue_, of::kFirst, "heat",
        observation(at::kXa, of::kHeat, of::kFirst, day("2020-03-01"), day("2020-03-02"), 310)));
    run_->receive(
        revision_of(catalogue_, of::kFirst, "covered",
                    events_covered(of::kFirst, {at::kX}, day("2019-01-01"), day("2020-03-02"))));
    run_->advance(day("2020-03-01"));
  }
  std::vector<std::string> outlook(std::uint32_t pattern) const {
    return explain_pattern(run_->assessment(), at::kXa, pattern, day("2020-03-01")).outlook;
  }

  Catalogue catalogue_ = small_world();
  Pack pack_;
  std::unique_ptr<EngineRun> run_;
};

TEST_F(ExplainLevels, ALevelIsCalledWhatItsPublisherCallsIt) {
  EXPECT_THAT(outlook(0), ElementsAre("Warning (action) is reached once \"Hot days (warning)\" is "
                                      "on."));
  EXPECT_EQ(pack_.patterns[0].called(Level::kWatch), "watch (readiness)");
  EXPECT_EQ(pack_.patterns[1].called(Level::kWatch), "watch");
}

TEST_F(ExplainLevels, EachBandTellsItsOwnThreshold) {
  const auto told = [&](std::uint32_t signal) {
    return explain_signal(run_->assessment(), at::kXa, signal, day("2020-03-01")).evidence;
  };
  EXPECT_EQ(told(0).signal, "hot.watch");
  EXPECT_EQ(told(0).sentence, "Heat is 31 degC; threshold: at least 30 degC.");
  EXPECT_EQ(told(1).title, "Hot days (warning)");
  EXPECT_EQ(told(1).sentence, "Heat is 31 degC; threshold: at least 35 degC.");
  EXPECT_EQ(told(2).sentence,
            "The number of events of clash with more than 9 deaths and at least 5 people displaced "
            "in 30 days is 0; threshold: at least 1.");
}

TEST_F(ExplainLevels, CountedConditionsAreNamed) {
  EXPECT_THAT(outlook(1),
              ElementsAre("Watch is reached once how many of these hold (\"Hot days (watch)\" is "
                          "on; \"Deadly clashes\" is on; \"Hot days (warning)\" is not on) is at "
                          "least 3 (now 2)."));
  const auto tree =
      explain_pattern(run_->assessment(), at::kXa, 1, day("2020-03-01")).levels.at(0).second;
  EXPECT_THAT(render(tree), HasSubstr("on(raided)  =  false"));
}

TEST_F(ExplainLevels, ALevelOfAnotherPatternIsToldWithItsName) {
  ASSERT_EQ(outlook(2).size(), 1u);
  EXPECT_THAT(outlook(2)[0], HasSubstr("\"Heat\" is or has been at warning (action) or higher in "
                                       "the last 30 days"));
  EXPECT_THAT(outlook(2)[0], HasSubstr("\"Heat\" is not at watch (readiness) or higher"));
}

}  // namespace
}  // namespace tocsin
