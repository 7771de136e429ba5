#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"

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

class ExplainPast : public ExplainFixture {
 protected:
  ExplainPast() {
    begin(kPack, "2020-02-01");
    std::int64_t tenths = 200;
    for (Day when = day("2020-03-01"); when < day("2020-03-08"); when = when + 1) {
      heat(format_day(when), tenths);
      tenths = tenths == 200 ? 310 : 200;
    }
  }
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
  today("2020-03-07");
  EXPECT_EQ(pattern().level, Level::kWatch);
}

}  // namespace
}  // namespace tocsin
