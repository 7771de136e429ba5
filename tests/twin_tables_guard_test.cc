#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md 2.5 and the latch of section 3, worked by hand: see twin_tables_test.cc.
namespace tocsin {
namespace {

using twin::How;
using twin::Kind;

twin::Season dates(std::pair<std::int32_t, std::int32_t> from,
                   std::pair<std::int32_t, std::int32_t> to) {
  return {"season", twin::Season::Of::kDates, from, to};
}
const twin::Season kYear{"year", twin::Season::Of::kDates, {1, 1}, {12, 31}};

TEST_P(Table, OffSeasonIsFalseAndASilentSourceIsUnknownOnlyInSeason) {
  pack_.seasons = {kYear, dates({2, 3}, {2, 28})};
  signal(of::kEnvironmental, twin::during(at_least(last_of(of::kHeat), 30, "degC"), 1));
  begin("2020-02-01");
  today("2020-03-02");
  // Nothing was ever said: the day decides. 2020 has a 29 February, which is in.
  EXPECT_EQ(signal_in(at::kXa), ".2 ?27 .2");
}

TEST_P(Table, WhatIsJudgedMustLieInTheSeasonWithItsWholePeriod) {
  pack_.seasons = {kYear, dates({2, 1}, {3, 15})};
  signal(of::kEnvironmental, twin::during(at_least(last_of(of::kRain), 5, "mm/day"), 1));
  begin("2020-01-25");
  for (const char* month : {"2020-01", "2020-02", "2020-03"}) say_month(of::kRain, month, 60);
  today("2020-04-02");
  // January speaks until 28 February, February from tick 29 February on, March from 31 March.
  EXPECT_EQ(signal_in(at::kXa), ".35 #31 .3");
}

TEST_P(Table, AGuardThatDoesNotHoldNeitherRaisesNorClears) {
  twin::Read figures = over(How::kCount, of::kHeat, days(5));
  signal(of::kEnvironmental, twin::op(Kind::kGiven, at_least(last_of(of::kHeat), 30, "degC"),
                                      at_least(figures, 3, "observations")));
  begin("2020-06-01");
  say_heat("2020-06-01", {"31", "31", "31", "-", "-", "-", "20", "20", "20"});
  today("2020-06-09");
  // Three figures are there on 3 June, on 7 and 8 June the last five days have two.
  EXPECT_EQ(signal_in(at::kXa), "?2 #4 !2 .1");
}

TEST_P(Table, ALatchHoldsUntilItsSeasonIsOverAndThenIsOffForADay) {
  pack_.seasons = {kYear, dates({6, 1}, {6, 5})};
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  last_signal().latch_season = 1;
  begin("2020-06-01");
  say_heat("2020-06-01", {"20", "31", "20", "20", "31", "31", "31", "20"});
  today("2020-06-08");
  // On from 2 June, over with 5 June; 7 June is an onset off season, and not latched.
  EXPECT_EQ(signal_in(at::kXa), ".1 #4 .1 #1 .1");
}

TEST_P(Table, ALatchOfDaysHoldsSoManyTicks) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  last_signal().latch_days = 3;
  begin("2020-06-01");
  say_heat("2020-06-01", {"20", "31", "20", "20", "20", "31", "31", "31", "31", "20"});
  today("2020-06-10");
  EXPECT_EQ(signal_in(at::kXa), ".1 #3 .1 #4 .1");
}

TEST_P(Table, AWindowSinceTheSeasonGrowsAndBeginsAnew) {
  pack_.seasons = {kYear, dates({6, 3}, {6, 6})};
  twin::Read sum = over(How::kSum, of::kHeat, days(1));
  sum.since = 1;
  signal(of::kEnvironmental, at_least(sum, 60, "degC"));
  begin("2020-06-01");
  say_heat("2020-06-01", {"50", "50", "30", "30", "30", "30", "30"});
  today("2020-06-07");
  // 30, 60, 90, 120; on 7 June there is no season to count from.
  EXPECT_EQ(signal_in(at::kXa), "?2 .1 #3 !1");
}

TEST_P(Table, WhatTheSeasonBeforeHeldIsNotCarriedIntoTheNext) {
  pack_.seasons = {kYear};
  twin::Read sum = over(How::kSum, of::kRain, months(1));
  sum.since = 0;
  signal(of::kEnvironmental, at_least(sum, 1000, "mm"));
  last_signal().latch_season = 0;
  begin("2019-12-29");
  for (const char* month :
       {"2019-01", "2019-02", "2019-03", "2019-04", "2019-05", "2019-06", "2019-07", "2019-08",
        "2019-09", "2019-10", "2019-11", "2019-12", "2020-01"})
    say_month(of::kRain, month, 60);
  today("2020-02-01");
  // Some 2,000 mm fell in 2019. Over with 31 December; until the figure of January nothing of the
  // new year is known.
  EXPECT_EQ(signal_in(at::kXa), "#3 .1 ?29 .2");
}

TEST_P(Table, TheEvidenceOfConsecutiveIsThatOfAllItsSteps) {
  twin::Read before = last_of(of::kRain);
  before.lag = months(1);
  signal(of::kEnvironmental,
         twin::consecutive(twin::op(Kind::kAnd, at_least(last_of(of::kPrice), 10, "NGN/kg"),
                                    at_least(before, 5, "mm/day")),
                           2, Cadence::kMonth));
  last_signal().linger_days = 10;
  begin("2019-12-31");
  for (const char* month : {"2019-10", "2019-11", "2019-12", "2020-02"})
    say_month(of::kRain, month, 60);
  for (const char* month : {"2019-11", "2019-12", "2020-01", "2020-02"})
    say_month(of::kPrice, month, 1000);
  for (const char* month : {"2020-03", "2020-04"}) say_month(of::kPrice, month, 100);
  today("2020-04-30");
  // From 29 February on the rain of the month before is missing. From 31 March on the price says
  // that it is over, but the step before it rests on rain that is known until February only: that
  // counts, so that no ten days of evidence come together.
  EXPECT_EQ(signal_in(at::kXa), "#60 !31 #31");
}

TEST_P(Table, TheFigureBeforeIsTheOneBeforeHoweverOld) {
  twin::Read before = last_of(of::kHeat);
  before.lag_observations = 2;
  signal(of::kEnvironmental, at_least(before, 30, "degC"));
  begin("2020-06-01");
  say_heat("2020-06-01", {"31", "-", "-", "20", "20", "33"});
  today("2020-06-06");
  EXPECT_EQ(signal_in(at::kXa), "?4 #1 .1");
}

TEST_P(Table, AnAgeIsKnownOfWhatIsTooOld) {
  twin::Expr age;
  age.kind = Kind::kAge;
  age.read.indicator = of::kHeat;
  signal(of::kEnvironmental, twin::op(Kind::kGreaterEqual, age, twin::number(3, "days")));
  begin("2020-06-01");
  say_heat("2020-06-02", {"31", "-", "-", "-", "20"});
  today("2020-06-06");
  // The figure of 2 June is 0 days old at its end, 3 on 5 June.
  EXPECT_EQ(signal_in(at::kXa), "?1 .3 #1 .1");
}

TEST_P(Table, ActiveLooksOverAWindowOfItsOwn) {
  pack_.seasons = {kYear, dates({6, 3}, {6, 5})};
  const auto hot = signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  twin::Expr recent = twin::active(hot), since = twin::active(hot);
  recent.span = days(2);
  since.since = 1;
  signal(of::kEnvironmental, recent);
  signal(of::kEnvironmental, since);
  begin("2020-06-01");
  say_heat("2020-06-01", {"31", "20", "20", "31", "20", "20", "20"});
  today("2020-06-07");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1 .2 #1 .3");
  // Before history begins nothing is known, but one day on is enough.
  EXPECT_EQ(signal_in(at::kXa, 1), "#2 .1 #2 .2");
  EXPECT_EQ(signal_in(at::kXa, 2), "?2 .1 #2 !2");
}

}  // namespace
}  // namespace tocsin
