#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md sections 1 to 3, worked by hand. Ticks are written as rule_builders.h says:
// "?30 #40" is 30 ticks off and unknown, then 40 on and known.
namespace tocsin {
namespace {

using twin::How;
using twin::Kind;

INSTANTIATE_TEST_SUITE_P(Both, Table, testing::Values(Who::kTwin, Who::kEngine), who_name);

TEST_P(Table, ALateObservationCountsFromTheTickAtWhichItsPeriodEnded) {
  signal(of::kEnvironmental, at_least(last_of(of::kRain), 5, "mm/day"));
  begin("2020-01-01");
  today("2020-03-10");
  EXPECT_EQ(signal_in(at::kXa), "?70");  // 31 + 29 + 10
  say_month(of::kRain, "2020-01", 60);   // C = 1 February: visible from tick 31 January
  today("2020-03-10");
  EXPECT_EQ(signal_in(at::kXa), "?30 #40");
  // Stale when end(d) - C > 31 + 30: from end(d) = 1 February + 62, tick 2 April. Kept, not known.
  today("2020-04-05");
  EXPECT_EQ(signal_in(at::kXa), "?30 #62 !4");
}

TEST_P(Table, ARetractionLeavesNothingAndOnlyAHigherRevisionRevives) {
  signal(of::kEnvironmental, at_least(last_of(of::kRain), 5, "mm/day"));
  begin("2020-01-01");
  const Claim wet =
      observation(at::kXa, of::kRain, of::kFirst, day("2020-01-01"), day("2020-02-01"), 60);
  say(of::kFirst, "a", wet);
  today("2020-02-10");
  EXPECT_EQ(signal_in(at::kXa), "?30 #11");
  say(of::kFirst, "a", std::monostate(), 2);
  today("2020-02-10");
  EXPECT_EQ(signal_in(at::kXa), "?41");
  say(of::kFirst, "a", wet, 1);  // below the tombstone
  today("2020-02-10");
  EXPECT_EQ(signal_in(at::kXa), "?41");
  say(of::kFirst, "b", std::monostate(), 3);  // retracted before it arrives
  say(of::kFirst, "b", wet, 2);
  today("2020-02-10");
  EXPECT_EQ(signal_in(at::kXa), "?41");
  say(of::kFirst, "a", wet, 3);
  today("2020-02-10");
  EXPECT_EQ(signal_in(at::kXa), "?30 #11");
}

TEST_P(Table, OfTwoIdentitiesForOnePeriodTheOnePublishedLaterCounts) {
  signal(of::kEnvironmental, at_least(last_of(of::kRain), 5, "mm/day"));
  begin("2020-01-01");
  const auto january = [](std::int64_t value) {
    return observation(at::kXa, of::kRain, of::kFirst, day("2020-01-01"), day("2020-02-01"), value);
  };
  // Whichever has the greater hash.
  std::uint32_t revision = 0;
  for (const auto& [late, early] : {std::pair("a", "b"), std::pair("b", "a")}) {
    say(of::kFirst, late, january(60), ++revision, day("2020-02-09"));
    say(of::kFirst, early, january(40), revision, day("2020-02-05"));
    today("2020-02-10");
    EXPECT_EQ(signal_in(at::kXa), "?30 #11");
  }
}

TEST_P(Table, AnObservationSaidBeforeItsPeriodIsOverCountsWhenItIs) {
  signal(of::kEnvironmental, at_least(last_of(of::kRain), 5, "mm/day"));
  begin("2020-01-01");
  say_month(of::kRain, "2019-12", 40);
  today("2020-01-20");
  EXPECT_EQ(signal_in(at::kXa), ".20");
  say_month(of::kRain, "2020-01", 60);
  today("2020-01-25");
  EXPECT_EQ(signal_in(at::kXa), ".25");
  today("2020-02-02");
  EXPECT_EQ(signal_in(at::kXa), ".30 #3");
}

TEST_P(Table, ASumNeedsEveryPeriodAndAMeanFourInFive) {
  signal(of::kEnvironmental, at_least(over(How::kSum, of::kRain, months(3)), 91, "mm"));
  signal(of::kEnvironmental, at_least(over(How::kMean, of::kRain, months(5)), 1, "mm/day"));
  begin("2020-03-01");
  for (const char* month : {"2019-11", "2020-01", "2020-02", "2020-03"})
    say_month(of::kRain, month, 10);
  today("2020-04-05");
  // 31 March: January to March are 31 + 29 + 31 days of 1 mm = 91 mm. Before, at C = 1 March, the
  // sum wants December, which is missing.
  EXPECT_EQ(signal_in(at::kXa, 0), "?30 #6");
  // At C = 1 March the mean has November, January, February of October to February: 3 of 5. At
  // 1 April it has 4 of 5.
  EXPECT_EQ(signal_in(at::kXa, 1), "?30 #6");
}

TEST_P(Table, EventsWithoutCoverageAreALowerBound) {
  signal(of::kCommunity, at_least(clashes(days(30)), 2));
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kX}, day("2019-06-01"), day("2020-01-10")));
  say(of::kFirst, "one", event(at::kXa, of::kClash, day("2020-01-15")));
  say(of::kFirst, "two", event(at::kXa, of::kClash, day("2020-01-15")));
  today("2020-02-20");
  // Covered to the 9th: false. 10 to 14 January: [0, inf). From the 15th: 2 at least, for 30 days.
  // From 14 February: [0, inf) again, the side is kept.
  EXPECT_EQ(signal_in(at::kXa), ".9 ?5 #30 !7");
  EXPECT_EQ(signal_in(at::kXb), ".9 ?42");
}

TEST_P(Table, WithdrawnCoverageMakesWhatWasFalseUnknown) {
  signal(of::kCommunity, at_least(clashes(days(10)), 1));
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kXa}, day("2019-06-01"), day("2020-03-01")));
  today("2020-01-20");
  EXPECT_EQ(signal_in(at::kXa), ".20");
  say(of::kFirst, "cover", std::monostate(), 2);
  today("2020-01-20");
  EXPECT_EQ(signal_in(at::kXa), "?20");
}

TEST_P(Table, AStaleSourceOfEventsGivesWayToTheNext) {
  signal(of::kCommunity, at_least(clashes(days(30)), 1));
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kXa}, day("2019-06-01"), day("2020-01-10")));
  say(of::kSecond, "cover",
      events_covered(of::kSecond, {at::kXa}, day("2019-06-01"), day("2020-03-01")));
  EventClaim clash = event(at::kXa, of::kClash, day("2020-01-20"));
  clash.source = of::kSecond;
  say(of::kSecond, "clash", clash);
  today("2020-02-25");
  // The first source reaches 10 January, good while end(d) <= 31 January (7 + 14 days): tick 30.
  // From tick 31 the second is read: its clash is in the window until 18 February.
  EXPECT_EQ(signal_in(at::kXa), ".9 ?21 #19 .7");
}

TEST_P(Table, CoverageOfLaterDaysDoesNotMakeASourceFreshAtEarlierTicks) {
  signal(of::kCommunity, at_least(clashes(days(10)), 1));
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kXa}, day("2019-06-01"), day("2020-01-02")));
  say(of::kSecond, "cover",
      events_covered(of::kSecond, {at::kXa}, day("2019-06-01"), day("2020-04-01")));
  today("2020-02-09");
  // The first reaches 2 January: read while end(d) <= 23 January, tick 22; known on tick 1 only.
  EXPECT_EQ(signal_in(at::kXa), ".1 ?21 .18");
  say(of::kFirst, "again",
      events_covered(of::kFirst, {at::kXa}, day("2020-02-01"), day("2020-02-09")));
  today("2020-02-09");
  // From tick 1 February it is fresh again: its windows of 10 days hold days it doesn't cover.
  EXPECT_EQ(signal_in(at::kXa), ".1 ?21 .9 ?9");
}

TEST_P(Table, ALongEventIsAnInterval) {
  signal(of::kCommunity, at_least(clashes(days(10)), 1));
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kX}, day("2019-06-01"), day("2020-03-01")));
  EventClaim siege = event(at::kXa, of::kClash, day("2020-01-20"));
  siege.end = day("2020-01-25");
  say(of::kFirst, "siege", siege);
  today("2020-02-05");
  // Partly inside at 20 to 23 January, wholly at 24 to 29, partly until 2 February (kept on).
  EXPECT_EQ(signal_in(at::kXa), ".19 ?4 #6 !4 .3");
}

TEST_P(Table, AnEventKnownOnlyAsFarAsTheCountryMayHaveBeenInEachState) {
  pack_.regions = {at::kXa, at::kXb, at::kXa1, at::kYd};
  signal(of::kCommunity, at_least(clashes(days(10)), 1));
  pattern(twin::on(0)).at = {at::kX};
  pattern(twin::on(0)).at = {at::kBasin};
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kX, at::kY}, day("2019-06-01"), day("2020-03-01")));
  say(of::kFirst, "somewhere", event(at::kX, of::kClash, day("2020-01-05")));
  say(of::kFirst, "in A", event(at::kXa, of::kClash, day("2020-01-20")));
  today("2020-02-05");
  EXPECT_EQ(signal_in(at::kX), ".4 #10 .5 #10 .7");
  EXPECT_EQ(signal_in(at::kXa), ".4 ?10 .5 #10 .7");
  EXPECT_EQ(signal_in(at::kXb), ".4 ?10 .22");
  EXPECT_EQ(signal_in(at::kYd), ".36");
  EXPECT_EQ(signal_in(at::kXa1), ".4 ?10 .5 ?10 .7");    // A has districts: which one is not said
  EXPECT_EQ(signal_in(at::kBasin), ".4 ?10 .5 #10 .7");  // A is in the basin
}

TEST_P(Table, ClearIsASecondThresholdAndTheBandKeepsTheSide) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  last_signal().clear =
      twin::op(Kind::kLess, twin::read(last_of(of::kHeat)), twin::number(25, "degC"));
  begin("2020-01-01");
  say_heat("2020-01-01", {"27", "31", "27", "24", "27", "31"});
  // After the 6th nothing: stale when end(d) - C > 6, C = 7 January: from tick 13.
  today("2020-01-14");
  EXPECT_EQ(signal_in(at::kXa), ".1 #2 .2 #7 !2");
  say_heat("2020-01-14", {"27"});  // in the band: hysteresis resumes from the kept side
  today("2020-01-14");
  EXPECT_EQ(signal_in(at::kXa), ".1 #2 .2 #7 !1 #1");
}

TEST_P(Table, ForCountsEvidenceDaysAndACarriedValueAddsNone) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  last_signal().for_days = 3;
  begin("2020-01-01");
  say_heat("2020-01-01", {"31", "31"});
  today("2020-01-09");
  // Evidence days 1, 2, 2, 2 ...: held is 1. C = 3 January is stale from tick 9.
  EXPECT_EQ(signal_in(at::kXa), ".8 ?1");
  say_heat("2020-01-10", {"31", "31", "31"});
  today("2020-01-12");
  // The counter waited at 1 without an anchor: 10 anchors, 11 makes 2, 12 makes 3.
  EXPECT_EQ(signal_in(at::kXa), ".8 ?1 .2 #1");
  say_heat("2020-01-03", {"31", "31"});
  today("2020-01-12");
  // 1, 2, 3, 4: on at the 4th. C = 5 January is fresh until tick 10, and the 10th is there.
  EXPECT_EQ(signal_in(at::kXa), ".3 #9");
}

TEST_P(Table, AConditionOfTwoReadsHasTheEvidenceOfTheOlder) {
  signal(of::kEnvironmental, twin::op(Kind::kOr, at_least(last_of(of::kRain), 5, "mm/day"),
                                      at_least(last_of(of::kHeat), 50, "degC")));
  last_signal().for_days = 3;
  begin("2020-01-31");
  say_month(of::kRain, "2020-01", 60);
  say_month(of::kRain, "2020-02", 60);
  say_heat("2020-01-31", std::vector<std::string>(31, "20"));
  today("2020-03-01");
  // January's rain counts on 31 January and no day after it, however new the heat is. February's
  // makes it 29 days, on the 29th.
  EXPECT_EQ(signal_in(at::kXa), ".29 #2");
}

TEST_P(Table, LingerCountsTheEvidenceOfTheClearing) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  last_signal().linger_days = 2;
  begin("2020-01-01");
  say_heat("2020-01-01", {"31", "20", "20", "31", "20", "-", "-", "20"});
  today("2020-01-08");
  // 2: anchor; 3: held 1; 4: true again. 5: anchor 5; 6, 7 carry; 8: held 3, off.
  EXPECT_EQ(signal_in(at::kXa), "#7 .1");
}

TEST_P(Table, ConsecutiveMonthsAreWholeMonths) {
  signal(of::kEconomic,
         twin::consecutive(at_least(last_of(of::kPrice), 10, "NGN/kg"), 2, Cadence::kMonth));
  begin("2020-02-01");
  say_month(of::kPrice, "2020-01", 900);
  say_month(of::kPrice, "2020-02", 1100);
  say_month(of::kPrice, "2020-03", 1200);
  today("2020-04-02");
  // To 28 February C is 1 February: January fails, whatever December was. 29 February: January
  // fails. 31 March: February and March hold.
  EXPECT_EQ(signal_in(at::kXa), ".59 #3");
}

TEST_P(Table, ConsecutiveWeeksOfEventsEndWhereWeeksEnd) {
  signal(of::kCommunity, twin::consecutive(at_least(clashes(days(7)), 1), 2, Cadence::kWeek));
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kX}, day("2019-06-01"), day("2020-03-01")));
  say(of::kFirst, "one", event(at::kXa, of::kClash, day("2020-01-08")));
  say(of::kFirst, "two", event(at::kXa, of::kClash, day("2020-01-15")));
  today("2020-01-31");
  // Weeks begin on Mondays, 6, 13, 20, 27 January. Both are there when 13-19 ends, until 26.
  EXPECT_EQ(signal_in(at::kXa), ".18 #7 .6");
}

TEST_P(Table, ANormalNeedsSevenYearsInTen) {
  const auto below_normal = [](std::int32_t years) {
    twin::Expr normal = twin::read(last_of(of::kRain));
    normal.kind = Kind::kNormal;
    normal.years = years;
    return twin::op(Kind::kLess, twin::read(last_of(of::kRain)),
                    twin::op(Kind::kMultiply, twin::number(75, "%"), normal));
  };
  signal(of::kEnvironmental, below_normal(3));
  signal(of::kEnvironmental, below_normal(4));
  begin("2020-01-31");
  say_month(of::kRain, "2020-01", 70);
  say_month(of::kRain, "2019-01", 120);
  say_month(of::kRain, "2018-01", 100);
  today("2020-01-31");
  EXPECT_EQ(signal_in(at::kXa, 0), "?1");  // 2 of 3 years
  say_month(of::kRain, "2017-01", 80);
  today("2020-01-31");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1");  // 7.0 < 75 % of 10.0
  EXPECT_EQ(signal_in(at::kXa, 1), "#1");  // 3 of 4 years
}

TEST_P(Table, ASetIsReadOnlyWhereTheSignalSaysFrom) {
  pack_.regions = {at::kXa, at::kXb, at::kXc};
  signal(of::kEnvironmental, at_least(last_of(of::kRain), 5, "mm/day"));
  signal(of::kEnvironmental, at_least(last_of(of::kRain), 5, "mm/day"));
  last_signal().from = "zone";
  begin("2020-01-31");
  say_month(of::kRain, "2020-01", 60, at::kNorth);
  today("2020-02-02");
  EXPECT_EQ(signal_in(at::kXa, 0), "?3");
  EXPECT_EQ(signal_in(at::kXa, 1), "#3");
  EXPECT_EQ(signal_in(at::kXb, 1), "?3");
  EXPECT_EQ(signal_in(at::kXc, 1), "#3");
}

TEST_P(Table, ACascadeMayTakeExactlyItsWithin) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  signal(of::kCommunity, at_least(clashes(days(5)), 1));
  twin::Expr chain;
  chain.kind = Kind::kCascade;
  for (const std::uint32_t s : {0U, 1U})
    chain.links.push_back({{{twin::Subject::Of::kSignal, s, Level::kWatch}}, 0, std::nullopt});
  chain.span = days(10);
  pattern(chain);
  chain.span = days(9);
  pattern(chain);
  begin("2020-01-01");
  say(of::kFirst, "cover",
      events_covered(of::kFirst, {at::kXa}, day("2019-06-01"), day("2020-03-01")));
  say(of::kFirst, "clash", event(at::kXa, of::kClash, day("2020-01-15")));
  say_heat("2020-01-01", {"20", "20", "20", "20", "31", "31", "31", "31", "31", "31", "31", "31",
                          "31", "31", "31", "31", "31", "31", "31"});
  today("2020-01-19");
  // Onsets: 5 January and 15 January, ten days apart.
  EXPECT_EQ(pattern_in(at::kXa, 0), "0x14 1x5");
  EXPECT_EQ(pattern_in(at::kXa, 1), "0x19");
}

TEST_P(Table, AParameterMayDifferByRegion) {
  twin::Parameter named;
  named.name = "bar";
  named.unit = "mm/day";
  named.value = 5;
  named.by_region = {{at::kXb, 7}};
  pack_.parameters.push_back(named);
  twin::Expr bar;
  bar.kind = Kind::kParameter;
  signal(of::kEnvironmental, twin::op(Kind::kGreaterEqual, twin::read(last_of(of::kRain)), bar));
  begin("2020-01-31");
  say_month(of::kRain, "2020-01", 60);
  say(of::kFirst, "b",
      observation(at::kXb, of::kRain, of::kFirst, day("2020-01-01"), day("2020-02-01"), 60));
  today("2020-02-02");
  EXPECT_EQ(signal_in(at::kXa), "#3");
  EXPECT_EQ(signal_in(at::kXb), ".3");
}

}  // namespace
}  // namespace tocsin
