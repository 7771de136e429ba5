#include <algorithm>

#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md section 2.6, worked by hand. Ticks are written as rule_builders.h says.
namespace tocsin {
namespace {

using twin::How;
using twin::Kind;

class ForecastTable : public Table {
 protected:
  // Runs of heat every day, too old on the third day after them; rain every month.
  ForecastTable() {
    indicator(of::kHeat).forecasts = ForecastIssues{Cadence::kDay, 0, 1, 0};
    indicator(of::kRain).forecasts = ForecastIssues{Cadence::kMonth, 0, 20, 0};
  }

  Indicator& indicator(IndicatorId id) {
    return *std::ranges::find(catalogue_.indicators, id, &Indicator::id);
  }

  ForecastClaim claim(IndicatorId of, std::string_view issued, Day start, Day end) const {
    ForecastClaim out;
    out.series = {at::kXa, of, of::kFirst, GroupId()};
    out.issued = day(issued);
    out.start = start;
    out.end = end;
    return out;
  }

  // Degrees of the days from `first` on; "-" leaves a day out.
  void run(std::string_view issued, std::string_view first, const std::vector<std::string>& degrees,
           std::int32_t member = 0) {
    Day d = day(first);
    for (const std::string& value : degrees) {
      ForecastClaim said = claim(of::kHeat, issued, d, d + 1);
      said.member = member;
      if (value != "-") said.value = std::stoi(value) * 10;
      if (value != "-") say(of::kFirst, text_of(said), said);
      d = d + 1;
    }
  }

  void publish(std::string_view issued, std::string_view first, std::int32_t length,
               std::int64_t threshold, std::int64_t percent) {
    ForecastClaim said = claim(of::kHeat, issued, day(first), day(first) + length);
    said.threshold = threshold * 10;
    said.probability = percent * 10'000;
    say(of::kFirst, text_of(said), said);
  }

  using MonthAndDay = std::pair<std::int32_t, std::int32_t>;
  void season(std::string name, MonthAndDay from, MonthAndDay to) {
    using Of = twin::Season::Of;
    pack_.seasons = {{"year", Of::kDates, {1, 1}, {12, 31}},
                     {std::move(name), Of::kDates, from, to}};
  }

  void month(std::string_view issued, std::string_view start, std::string_view end,
             std::int64_t tenths) {
    ForecastClaim said = claim(of::kRain, issued, day(start), day(end));
    said.value = tenths;
    say(of::kFirst, text_of(said), said);
  }
};

twin::Read ahead(How how, IndicatorId of, twin::Ahead leads) {
  twin::Read out;
  out.forecast = true;
  out.how = how;
  out.indicator = of;
  out.ahead = leads;
  return out;
}

twin::Expr chance_above(twin::Read what, double degrees, double percent) {
  return twin::op(Kind::kGreaterEqual,
                  twin::op(Kind::kChance, twin::op(Kind::kGreater, twin::read(std::move(what)),
                                                   twin::number(degrees, "degC"))),
                  twin::number(percent, "%"));
}

INSTANTIATE_TEST_SUITE_P(Both, ForecastTable, testing::Values(Who::kTwin, Who::kEngine), who_name);

TEST_P(ForecastTable, EachOfTheDaysAheadIsAskedAlone) {
  const auto over_next = [&](Kind kind, double degrees, std::int32_t days_ahead) {
    twin::Expr e = twin::op(kind, at_least(ahead(How::kLast, of::kHeat, {}), degrees, "degC"));
    e.set = twin::Set::kNext;
    e.next = days_ahead;
    return e;
  };
  signal(of::kEnvironmental, over_next(Kind::kOverAny, 30, 2));
  signal(of::kEnvironmental,
         twin::op(Kind::kGreaterEqual, over_next(Kind::kOverCount, 30, 2), twin::number(2)));
  signal(of::kEnvironmental, over_next(Kind::kOverAll, 10, 3));
  pattern(twin::on(0));
  begin("2020-01-01");
  run("2020-01-03", "2020-01-03", {"20", "20", "31", "31", "20"});
  today("2020-01-06");
  // On the 3rd the 3rd to the 5th are asked, and so on; on the 6th the run is three days old.
  EXPECT_EQ(signal_in(at::kXa, 0), "?2 #3 !1");
  EXPECT_EQ(signal_in(at::kXa, 1), "?2 .1 #2 !1");
  // Of the 8th, the last of the four days from the 5th on, nothing is said.
  EXPECT_EQ(signal_in(at::kXa, 2), "?2 #2 !2");
}

TEST_P(ForecastTable, LastIsTheNextDayOfTheLatestRun) {
  signal(of::kEnvironmental, at_least(ahead(How::kLast, of::kHeat, {}), 30, "degC"));
  begin("2020-01-01");
  run("2020-01-03", "2020-01-03", {"20", "31", "20", "31", "31"});
  today("2020-01-07");
  // On the 3rd the 4th is read, and so on; on the 6th the run is three days old.
  EXPECT_EQ(signal_in(at::kXa), "?2 #1 .1 #1 !2");
  run("2020-01-05", "2020-01-05", {"20", "20", "20"});
  today("2020-01-07");
  // Known late, but issued on the 5th: on the 7th it says nothing of the 8th.
  EXPECT_EQ(signal_in(at::kXa), "?2 #1 .3 ?1");
}

TEST_P(ForecastTable, LeadsCountFromTheIssueAndTheRunOfTheNextDayCounts) {
  signal(of::kEnvironmental, at_least(ahead(How::kGreatest, of::kHeat, {0, 4}), 30, "degC"));
  signal(of::kEnvironmental, at_least(ahead(How::kGreatest, of::kHeat, {2, 4}), 30, "degC"));
  signal(of::kEnvironmental, at_least(ahead(How::kSum, of::kHeat, {0, 4}), 100, "degC"));
  begin("2020-01-01");
  run("2020-01-01", "2020-01-01", {"20", "31", "20", "20", "20", "40"});
  run("2020-01-02", "2020-01-02", {"20", "20", "-", "20", "20", "40"});
  today("2020-01-02");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1 .1");  // four days of five are 80 %
  EXPECT_EQ(signal_in(at::kXa, 1), ".1 ?1");  // two of three are not
  EXPECT_EQ(signal_in(at::kXa, 2), "#1 !1");  // a sum needs them all
}

TEST_P(ForecastTable, OneRecordMaySpeakOfSeveralMonths) {
  signal(of::kEnvironmental,
         at_least(ahead(How::kSum, of::kRain, {1, 3, SpanUnit::kMonths}), 91, "mm"));
  begin("2020-01-01");
  // 1 mm a day from February to April: 29 + 31 + 30 = 90 mm.
  month("2020-01-10", "2020-02-01", "2020-05-01", 10);
  today("2020-01-12");
  EXPECT_EQ(signal_in(at::kXa), "?9 .3");
  // The part of it that is foretold apart does not count beside it; nor does May.
  month("2020-01-10", "2020-02-01", "2020-03-01", 50);
  month("2020-01-10", "2020-05-01", "2020-06-01", 50);
  today("2020-01-12");
  EXPECT_EQ(signal_in(at::kXa), "?9 .3");
  month("2020-01-11", "2020-02-01", "2020-04-01", 10);
  month("2020-01-11", "2020-04-01", "2020-05-01", 11);
  today("2020-01-12");
  EXPECT_EQ(signal_in(at::kXa), "?9 .1 #2");  // 60 + 33 mm
}

TEST_P(ForecastTable, AnEnsembleIsItsMedianAndAChanceNeedsItsMembers) {
  indicator(of::kHeat).forecasts->members = 5;
  const twin::Read most = ahead(How::kGreatest, of::kHeat, {0, 1});
  signal(of::kEnvironmental, at_least(most, 30, "degC"));
  signal(of::kEnvironmental, chance_above(most, 30, 50));
  begin("2020-01-01");
  for (const auto& [member, degrees] :
       std::vector<std::pair<std::int32_t, std::string>>{{0, "20"}, {1, "31"}, {2, "31"}})
    run("2020-01-01", "2020-01-01", {degrees, "20"}, member);
  today("2020-01-01");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1");
  EXPECT_EQ(signal_in(at::kXa, 1), "?1");  // 3 of 5
  run("2020-01-01", "2020-01-01", {"-", "20"}, 3);
  today("2020-01-01");
  EXPECT_EQ(signal_in(at::kXa, 1), "?1");  // half of what the fourth says is missing
  run("2020-01-01", "2020-01-01", {"20", "-"}, 3);
  today("2020-01-01");
  EXPECT_EQ(signal_in(at::kXa, 1), "#1");  // 2 of 4 pass it
  EXPECT_EQ(signal_in(at::kXa, 0), ".1");  // between 20 and 31 lies 25.5
  run("2020-01-01", "2020-01-01", {"30", "30"}, 4);
  today("2020-01-01");
  EXPECT_EQ(signal_in(at::kXa, 1), ".1");  // 30 is not above 30: 2 of 5
}

TEST_P(ForecastTable, APublishedChanceCountsForItsOwnThresholdAndDays) {
  const twin::Read most = ahead(How::kGreatest, of::kHeat, {0, 2});
  signal(of::kEnvironmental, chance_above(most, 30, 50));
  signal(of::kEnvironmental, chance_above(most, 30, 70));
  signal(of::kEnvironmental, chance_above(most, 31, 50));
  begin("2020-01-01");
  publish("2020-01-01", "2020-01-01", 3, 30, 60);
  today("2020-01-01");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1");
  EXPECT_EQ(signal_in(at::kXa, 1), ".1");
  EXPECT_EQ(signal_in(at::kXa, 2), "?1");  // not published of 31
  // Day by day: between 40 % and 60 %, for one day may be hot when another is.
  for (const char* first : {"2020-01-02", "2020-01-03", "2020-01-04"})
    publish("2020-01-02", first, 1, 30, first == std::string("2020-01-03") ? 40 : 10);
  today("2020-01-02");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1 !1");
  EXPECT_EQ(signal_in(at::kXa, 1), ".2");
  publish("2020-01-03", "2020-01-03", 1, 30, 20);
  publish("2020-01-03", "2020-01-04", 1, 30, 80);
  today("2020-01-03");
  EXPECT_EQ(signal_in(at::kXa, 1), ".2 ?1");  // two days of three
}

TEST_P(ForecastTable, AChanceOfWhatIsBetterIsNotPublished) {
  indicator(of::kHeat).worse = Worse::kLower;
  signal(of::kEnvironmental, chance_above(ahead(How::kGreatest, of::kHeat, {0, 2}), 30, 50));
  begin("2020-01-01");
  publish("2020-01-01", "2020-01-01", 3, 30, 60);
  today("2020-01-01");
  EXPECT_EQ(signal_in(at::kXa), "?1");
}

TEST_P(ForecastTable, ASeasonIsTheNextThatEndsAfterTheIssue) {
  season("jas", {7, 1}, {9, 30});
  twin::Read rains = ahead(How::kSum, of::kRain, {});
  rains.ahead.season = 1;
  signal(of::kEnvironmental, at_least(rains, 100, "mm"));
  begin("2020-03-01");
  // 92 days, in one piece: 1.1 mm a day are 101.2 mm.
  month("2020-03-05", "2020-07-01", "2020-10-01", 11);
  month("2020-03-05", "2020-06-01", "2020-07-01", 99);
  today("2020-03-06");
  EXPECT_EQ(signal_in(at::kXa), "?4 #2");
  // In August July is over: what is said of the rest is no sum of the season.
  month("2020-08-05", "2020-08-01", "2020-10-01", 11);
  today("2020-08-05");
  EXPECT_EQ(signal_in(at::kXa), "?4 #52 !102");
  // After the last day but one of the season the next year's is asked for.
  month("2020-09-30", "2021-07-01", "2021-10-01", 11);
  today("2020-09-30");
  EXPECT_EQ(signal_in(at::kXa), "?4 #52 !157 #1");
}

TEST_P(ForecastTable, DuringAsksTheMonthOfTheIssue) {
  season("march", {3, 1}, {3, 31});
  const twin::Expr wet = at_least(ahead(How::kLast, of::kRain, {}), 5, "mm/day");
  signal(of::kEnvironmental, twin::during(wet, 1));
  begin("2020-02-25");
  month("2020-02-27", "2020-03-01", "2020-05-01", 50);
  month("2020-03-03", "2020-03-01", "2020-05-01", 50);
  month("2020-04-02", "2020-04-01", "2020-06-01", 50);
  today("2020-04-03");
  // 25, 26 February: no issue, off season. To 2 March: the issue of February. To 1 April: March's.
  EXPECT_EQ(signal_in(at::kXa), ".7 #30 .2");
}

TEST_P(ForecastTable, ConsecutiveMonthsAreThoseOfIssues) {
  const twin::Read next = ahead(How::kLast, of::kRain, {});
  signal(of::kEnvironmental, twin::consecutive(at_least(next, 5, "mm/day"), 2, Cadence::kMonth));
  begin("2020-01-01");
  month("2020-01-20", "2020-02-01", "2020-03-01", 50);
  month("2020-02-05", "2020-03-01", "2020-04-01", 50);
  today("2020-02-08");
  EXPECT_EQ(signal_in(at::kXa), "?35 #4");
  today("2020-03-20");
  // 40 days after its issue January's is read as on 29 February: it says nothing of March.
  EXPECT_EQ(signal_in(at::kXa), "?35 #40 !5");
  month("2020-03-18", "2020-04-01", "2020-05-01", 40);
  today("2020-03-20");
  EXPECT_EQ(signal_in(at::kXa), "?35 #40 !2 .3");
}

TEST_P(ForecastTable, ARankIsAmongTheSameIssuesOfTheYearsBefore) {
  twin::Expr rank = twin::read(ahead(How::kSum, of::kRain, {1, 1, SpanUnit::kMonths}));
  rank.kind = Kind::kPercentile;
  rank.years = 3;
  signal(of::kEnvironmental, twin::op(Kind::kLess, rank, twin::number(40, "%")));
  begin("2020-01-10");
  month("2017-01-05", "2017-02-01", "2017-03-01", 10);
  month("2018-01-25", "2018-02-01", "2018-03-01", 30);
  month("2019-01-05", "2019-02-01", "2019-03-01", 40);
  month("2020-01-10", "2020-02-01", "2020-03-01", 20);
  today("2020-01-10");
  EXPECT_EQ(signal_in(at::kXa), "#1");                  // one of three lies lower
  month("2018-01-26", "2018-02-01", "2018-03-01", 15);  // the later issue of January 2018
  today("2020-01-10");
  EXPECT_EQ(signal_in(at::kXa), ".1");
}

}  // namespace
}  // namespace tocsin
