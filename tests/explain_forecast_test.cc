#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"

// What is told of forecasts: how far ahead, issued when, and why nothing is known of them.
namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPack = R"(
pack: told
regions: [XX-A]
signals:
  hot:
    dimension: environmental
    when: max(forecast(heat), 4d) >= 30 degC
  likely:
    dimension: environmental
    when: "chance(max(forecast(heat), 1d..4d) > 30 degC) >= 50 %"
  old:
    dimension: environmental
    when: age(forecast(heat)) > 3 days
patterns:
  heat: {watch: on(hot)}
)";

class ExplainForecast : public ExplainFixture {
 protected:
  ExplainForecast() {
    for (Indicator& indicator : catalogue_.indicators)
      if (indicator.id == of::kHeat) indicator.forecasts = ForecastIssues{Cadence::kDay, 0, 1, 3};
    begin(kPack, "2020-01-01");
  }

  // One member's days from the issue on.
  void member(std::int32_t number, std::string_view issued, std::int64_t degrees) {
    for (std::int32_t lead = 0; lead <= 4; ++lead) {
      ForecastClaim claim;
      claim.series = {at::kXa, of::kHeat, of::kFirst, GroupId()};
      claim.issued = day(issued);
      claim.start = day(issued) + lead;
      claim.end = claim.start + 1;
      claim.member = number;
      claim.value = degrees * 10;
      say(text_of(claim), claim);
    }
  }
};

TEST_F(ExplainForecast, SaysHowFarAheadAndWhenItWasIssued) {
  member(0, "2020-01-02", 31);
  EXPECT_EQ(told("hot", "2020-01-03").sentence,
            "Heat, greatest forecast 0 to 4 days ahead is 31 degC; threshold: at least 30 degC.");
  const SignalExplained hot = signal_on("hot", "2020-01-03");
  EXPECT_EQ(hot.evidence.evidence_day, day("2020-01-02"));
  EXPECT_EQ(hot.records.size(), 5u);
  EXPECT_THAT(render(hot.when),
              HasSubstr("[first, issued on 2020-01-02, 2020-01-02 to 2020-01-06]"));
  EXPECT_EQ(told("old", "2020-01-03").sentence,
            "The age of the latest forecast of heat is 1 day; threshold: above 3 days.");
}

TEST_F(ExplainForecast, SaysHowManyMembersStandForAChance) {
  for (const auto& [number, degrees] : {std::pair(0, 31), std::pair(1, 31)})
    member(number, "2020-01-02", degrees);
  EXPECT_EQ(told("likely", "2020-01-02").sentence,
            "The chance that heat, greatest forecast 1 to 4 days ahead is above 30 degC is not "
            "known (too few members are there, and no such chance is published); threshold: at "
            "least 50 %.");
  member(2, "2020-01-02", 20);
  EXPECT_EQ(told("likely", "2020-01-02").sentence,
            "The chance that heat, greatest forecast 1 to 4 days ahead is above 30 degC is 66.7 %; "
            "threshold: at least 50 %.");
}

TEST_F(ExplainForecast, SaysWhyItIsNotKnown) {
  EXPECT_THAT(told("hot", "2020-01-01").sentence, HasSubstr("(no forecast has been received)"));
  member(0, "2020-01-02", 31);
  EXPECT_THAT(told("hot", "2020-01-05").sentence,
              HasSubstr("(the last forecast was issued on 2 January 2020 and is too old)"));
}

}  // namespace
}  // namespace tocsin
