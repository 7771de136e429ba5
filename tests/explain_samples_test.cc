#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/parser.h"
#include "tests/support/explain_fixture.h"

// What is told of samples within the day, and of mistakes with them. Networks are sampled hourly.
namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPack = R"yaml(
pack: told
regions: [XX-A]
parameters:
  as_ever: {compute: "usual(visible, 2d, learn: 0.8 .. 2, warm_up: 6h)", why: a test}
signals:
  outage:
    dimension: community
    when: "longest(sample(visible) / as_ever < 0.8, 1d) >= 2 h"
patterns:
  any: {watch: on(outage)}
)yaml";

class ExplainSamples : public ExplainFixture {
 protected:
  ExplainSamples() { begin(kPack, "2020-06-01"); }

  void sampled(std::string_view first, std::int32_t from, std::int32_t until, std::int64_t value) {
    for (std::int32_t hour = from; hour < until; ++hour) {
      ObservationClaim claim =
          observation(at::kXa, of::kVisible, of::kFirst, day(first), day(first) + 1, value);
      claim.second = hour * 3'600;
      say(std::string(first) + " " + std::to_string(hour), claim);
    }
  }
};

TEST_F(ExplainSamples, SaysFromWhenToWhenAndWhatWasUsual) {
  sampled("2020-06-01", 0, 24, 10);
  sampled("2020-06-02", 0, 10, 10);
  sampled("2020-06-02", 10, 13, 7);
  const SignalExplained outage = signal_on("outage", "2020-06-02");
  EXPECT_EQ(outage.evidence.sentence,
            "The longest time on this day in which visible divided by the usual visible of 2 days "
            "is below 0.8 is at least 10,800 s (from 10:00:00 to 13:00:00 UTC; at its last sample "
            "visible 7 networks, the usual visible of 2 days 10 networks; samples are missing, or "
            "still to come); threshold: at least 7,200 s.");
  EXPECT_EQ(outage.evidence.state, "on");
  ASSERT_EQ(outage.evidence.sources.size(), 1u);
  EXPECT_EQ(outage.evidence.sources[0].covered_until, day("2020-06-03"));
  EXPECT_EQ(outage.records.size(), 1u);
  EXPECT_THAT(render(outage.when), HasSubstr("sample(visible)  =  7 networks"));
  sampled("2020-06-02", 13, 24, 10);
  EXPECT_THAT(told("outage", "2020-06-02").sentence,
              HasSubstr("is 10,800 s (from 10:00:00 to 13:00:00 UTC; at its last sample visible 7 "
                        "networks, the usual visible of 2 days 10 networks); threshold"));
}

TEST_F(ExplainSamples, SaysWhyItIsNotKnown) {
  EXPECT_THAT(told("outage", "2020-06-01").sentence,
              HasSubstr("is not known (nothing has been received); threshold: at least 7,200 s"));
  sampled("2020-06-02", 0, 24, 10);
  EXPECT_THAT(told("outage", "2020-06-03").sentence,
              HasSubstr("is not known (the last figure speaks up to 2 June 2020 and is too old)"));
  EXPECT_EQ(told("outage", "2020-06-03").state, "unknown");
}

// Which is asked of a signal.
class SampleMistakes : public testing::Test {
 protected:
  std::string of(std::string_view condition) const {
    const auto parsed = parse_expression(condition, catalogue_, Pack(), Scope::kSignal);
    if (parsed) return "";
    return parsed.error().message + " (allowed: " + parsed.error().allowed + ")";
  }
  Catalogue catalogue_ = small_world();
};

TEST_F(SampleMistakes, SayWhatToWriteInstead) {
  EXPECT_EQ(of("longest(sample(visible) < 5 networks, 1d) >= 2 h"), "");
  EXPECT_EQ(of("max(visible, 7d) > 5 networks"),
            "visible is sampled within the day, every 3600 s, and has no figure of a period "
            "(allowed: longest(sample(visible) < ..., 1d) >= 60 s: how long a condition holds)");
  EXPECT_THAT(of("age(visible) > 2 days"), HasSubstr("has no figure of a period"));
  EXPECT_THAT(of("sample(visible) < 5 networks"),
              HasSubstr("'sample(visible)' has a value at each sample of the day, not one"));
  EXPECT_THAT(of("usual(visible, 7d) < 5 networks"), HasSubstr("longest() judges at each of them"));
  EXPECT_THAT(of("longest(sample(heat) < 5 degC, 1d) >= 60 s"),
              HasSubstr("heat has a cadence of one day and no samples within the day (allowed: "
                        "last(heat); sample() of"));
  EXPECT_THAT(of("longest(last(heat) < 5 degC, 1d) >= 60 s"), HasSubstr("reads no samples"));
  EXPECT_THAT(of("longest(sample(visible) < 5 networks, 1 month) >= 60 s"),
              HasSubstr("not looked at over 1 month (allowed: 1 to 7 days)"));
  EXPECT_THAT(of("longest(sample(visible) < 5 networks, 1d) >= 60"), HasSubstr("units differ"));
  EXPECT_THAT(of("longest(per_100k(sample(visible)) < 5 networks/people_100k, 1d) >= 60 s"),
              HasSubstr("'per_100k(sample(visible))' is not judged sample by sample"));
  EXPECT_THAT(of("longest(longest(sample(visible) < 5 networks, 1d) > 60 s, 1d) >= 60 s"),
              HasSubstr("is not judged sample by sample"));
  EXPECT_THAT(of("(longest(sample(visible) < 5 networks, 1d) >= 60 s), 2 consecutive days"),
              HasSubstr("is read of the samples of the day judged alone (allowed: 'for: 3d'"));
  EXPECT_THAT(of("count(longest(sample(visible) < 5 networks, 1d) >= 60 s over 7 days) >= 2"),
              HasSubstr("on(signal) of a signal with this condition"));
}

TEST_F(SampleMistakes, OfTheUsual) {
  const auto usual = [&](std::string_view inside) {
    return of("longest(sample(visible) < usual(visible, " + std::string(inside) + "), 1d) >= 60 s");
  };
  EXPECT_EQ(usual("7d, learn: 80 % .. 200 %, warm_up: 90 min"), "");
  EXPECT_THAT(usual("90d"), HasSubstr("the usual is not made of 90d (allowed: 1 to 14 days)"));
  EXPECT_THAT(usual("7d, learn: 1.2 .. 2"), HasSubstr("what is as usual would not be learned"));
  EXPECT_THAT(usual("7d, learn: 5 networks .. 2"), HasSubstr("is no share of the usual"));
  EXPECT_THAT(usual("7d, warm_up: 1 month"), HasSubstr("in s, min, h or d"));
  EXPECT_THAT(usual("7d, since: 1h"), HasSubstr("'since' is no option of a series"));
  catalogue_.indicators.back().least.reset();
  EXPECT_THAT(usual("7d, learn: 0.8 .. 2"), HasSubstr("visible may be negative"));
}

}  // namespace
}  // namespace tocsin
