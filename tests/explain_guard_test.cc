#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"

// How seasons, guards and latches are told.
namespace tocsin {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr std::string_view kPack = R"(
pack: told
regions: [XX-A]
seasons:
  rains: 1 March .. 10 March
  lean: June .. August
signals:
  hot:
    dimension: environmental
    when: last(heat) >= 30 degC during rains
  held:
    dimension: environmental
    when: last(heat) >= 30 degC
    latch: rains
  released:
    dimension: environmental
    when: last(heat) >= 30 degC
    clear: last(heat) < 10 degC
    latch: rains
  for_days:
    dimension: environmental
    when: last(heat) >= 30 degC
    latch: 4d
  total:
    dimension: environmental
    when: sum(heat, since rains) >= 100 degC
  guarded:
    dimension: environmental
    when: last(heat) >= 30 degC
    given: count(heat, 7d) >= 5 observations
  fresh:
    dimension: environmental
    when: last(heat) >= 30 degC given age(price) <= 40 days
  sooner:
    dimension: economic
    when: last(share) - lag(last(share), 1 observation) >= 5 points
  lately:
    dimension: community
    when: active(held, since lean) or active(held, 3d)
patterns:
  any: {watch: on(environmental) during (rains or lean)}
)";

class ExplainGuards : public ExplainFixture {
 protected:
  ExplainGuards() {
    begin(kPack, "2020-02-01");
    heat("2020-03-01", 200);
    heat("2020-03-02", 310);
    heat("2020-03-03", 200);
    for (const auto& [from, until, value] :
         {std::tuple("2020-02-17", "2020-02-24", 200), std::tuple("2020-02-24", "2020-03-02", 249)})
      say(std::string("share ") + from,
          observation(at::kXa, of::kShare, of::kFirst, day(from), day(until), value));
  }
};

TEST_F(ExplainGuards, ASeasonIsNamedInsideAndOutside) {
  EXPECT_EQ(told("hot", "2020-03-03").sentence,
            "Heat is 20 degC; threshold: at least 30 degC, in the season rains (1 March .. 10 "
            "March).");
  EXPECT_EQ(told("hot", "2020-03-03").change,
            "Turns on once in the season rains (1 March .. 10 March) heat is at least 30 "
            "degC.");
  heat("2020-03-11", 320);
  EXPECT_EQ(told("hot", "2020-03-11").state, "off");
  EXPECT_EQ(told("hot", "2020-03-11").sentence,
            "What is judged lies outside the season rains (1 March .. 10 March).");
}

TEST_F(ExplainGuards, ALatchSaysHowLongItHolds) {
  EXPECT_THAT(told("held", "2020-03-03").sentence,
              EndsWith("; once on, it stays on until 10 March 2020."));
  EXPECT_EQ(told("held", "2020-03-03").change, "Ends with the season rains, on 11 March 2020.");
  EXPECT_THAT(told("released", "2020-03-03").sentence,
              EndsWith("; once on, it stays on until 10 March 2020, or until it clears."));
  EXPECT_THAT(told("released", "2020-03-03").change, testing::StartsWith("Clears once heat "));
  EXPECT_THAT(told("for_days", "2020-03-03").sentence,
              EndsWith("; once on, it stays on until 5 March 2020."));
  EXPECT_EQ(told("for_days", "2020-03-06").state, "off");
}

TEST_F(ExplainGuards, AGuardSaysWhatItNeeds) {
  const Evidence few = told("guarded", "2020-03-03");
  EXPECT_EQ(few.state, "unknown");
  EXPECT_EQ(few.sentence,
            "It is not judged, since what that needs is not so (the number of figures of heat in 7 "
            "days is 3; threshold: at least 5).");
  EXPECT_EQ(few.change,
            "Turns on once both heat is at least 30 degC, and the number of figures of heat in 7 "
            "days is at least 5.");
  const Evidence never = told("fresh", "2020-03-03");
  EXPECT_EQ(never.state, "unknown");
  EXPECT_EQ(never.sentence,
            "It is not judged, since what that needs is not known (the age of the last figure of "
            "price is not known (nothing has been received); threshold: at most 40 days).");
}

TEST_F(ExplainGuards, AWindowSinceASeasonIsNamed) {
  EXPECT_EQ(told("total", "2020-03-03").sentence,
            "Heat, total since the season rains began is 71 degC; threshold: at least 100 degC.");
  heat("2020-03-11", 320);
  EXPECT_EQ(told("total", "2020-03-11").sentence,
            "Heat, total since the season rains began is not known (no figure lies in the season "
            "of its window); threshold: at least 100 degC.");
}

TEST_F(ExplainGuards, ADifferenceOfSharesIsToldInPoints) {
  EXPECT_EQ(told("sooner", "2020-03-03").sentence,
            "Share minus share, 1 observation before is 4.9 points; threshold: at least 5 points.");
}

TEST_F(ExplainGuards, AWindowOfItsOwnIsNamed) {
  EXPECT_THAT(told("lately", "2020-03-03").sentence, HasSubstr("in the last 3 days"));
  EXPECT_THAT(told("lately", "2020-03-20").change, HasSubstr("since the season lean began"));
}

}  // namespace
}  // namespace tocsin
