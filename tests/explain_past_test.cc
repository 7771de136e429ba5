#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/explain.h"
#include "tests/support/rule_builders.h"

// How looks into the past are told.
namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPack = R"(
pack: told
regions: [XX-A]
signals:
  peak:
    dimension: environmental
    when: last(heat) >= max(last(heat) over 4d before)
  often:
    dimension: environmental
    when: count(last(heat) >= 30 degC over 5d) >= 3
  never:
    dimension: environmental
    when: not any(last(heat) >= 30 degC over 3d before where last(heat) > 5 degC)
  ranked:
    dimension: economic
    when: percentile(last(price) over 10y before) >= 80 %
  unexplained:
    dimension: economic
    when: residual(last(price) over 36 months before, seasonal + trend) > 1 sd
patterns:
  any: {watch: on(environmental) or count(on(peak) over 10d) >= 2}
)";

class ExplainPast : public testing::Test {
 protected:
  ExplainPast() {
    const std::string yaml(kPack);
    auto parsed = parse_pack("told.yaml", yaml, catalogue_);
    if (parsed) {
      pack_ = std::move(*parsed);
    } else {
      for (const Diagnostic& diagnostic : parsed.error()) ADD_FAILURE() << render(diagnostic, yaml);
    }
    run_ = std::make_unique<EngineRun>(catalogue_, pack_, day("2020-02-01"));
    std::int64_t tenths = 200;
    for (Day when = day("2020-03-01"); when < day("2020-03-08"); when = when + 1) {
      run_->receive(
          revision_of(catalogue_, of::kFirst, "heat " + format_day(when),
                      observation(at::kXa, of::kHeat, of::kFirst, when, when + 1, tenths)));
      tenths = tenths == 200 ? 310 : 200;
    }
  }
  Evidence told(std::string_view name, std::string_view when) {
    run_->advance(day(when));
    const auto index = static_cast<std::uint32_t>(pack_.find_signal(name) - pack_.signals.data());
    return explain_signal(run_->assessment(), at::kXa, index, day(when)).evidence;
  }

  Catalogue catalogue_ = small_world();
  Pack pack_;
  std::unique_ptr<EngineRun> run_;
};

TEST_F(ExplainPast, ABoundOfThePastIsNamedWithItsNumber) {
  EXPECT_EQ(told("peak", "2020-03-02").sentence,
            "Heat is 31 degC; threshold: not known (heat, the greatest of the 4 days before, too "
            "little of its past is known).");
  EXPECT_EQ(told("peak", "2020-03-06").sentence,
            "Heat is 31 degC; threshold: at least 31 degC (heat, the greatest of the 4 days "
            "before).");
}

TEST_F(ExplainPast, StepsAreCountedInWords) {
  EXPECT_EQ(told("often", "2020-03-07").sentence,
            "The number of the last 5 days in which heat is at least 30 degC is 2; threshold: at "
            "least 3.");
  EXPECT_EQ(
      told("never", "2020-03-07").sentence,
      "In at least one of the 3 days before in which heat is above 5 degC heat is at least 30 "
      "degC.");
}

TEST_F(ExplainPast, RankAndModelSayWhatTheyStandOn) {
  EXPECT_THAT(told("ranked", "2020-03-07").sentence,
              StartsWith("The rank of price among those of the 10 years before is not known "));
  EXPECT_THAT(told("unexplained", "2020-03-07").sentence,
              StartsWith("Price, beyond what is expected by season and trend of the 36 months "
                         "before is not known "));
}

TEST_F(ExplainPast, APatternLooksAtItsSignalsPast) {
  run_->advance(day("2020-03-07"));
  const PatternExplained told = explain_pattern(run_->assessment(), at::kXa, 0, day("2020-03-07"));
  EXPECT_EQ(told.level, Level::kWatch);
}

}  // namespace
}  // namespace tocsin
