#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md section 4, worked by hand: what is active, how many dimensions, cascades,
// levels. Ticks are written as rule_builders.h says: "0/1x4 2x3" is 4 ticks at none, perhaps a
// watch, then 3 at warning.
namespace tocsin {
namespace {

using twin::Kind;
using twin::Subject;

class PatternTable : public Table {
 protected:
  void hot(double degrees) {
    signal(of::kEnvironmental, at_least(last_of(of::kHeat), degrees, "degC"));
  }
  void covered(std::string_view from, std::string_view until) {
    say(of::kFirst, "from " + std::string(from),
        events_covered(of::kFirst, {at::kX}, day(from), day(until)));
  }
  void clash(RegionId region, std::string_view when) {
    say(of::kFirst, "clash " + std::string(when) + std::to_string(region.number()),
        event(region, of::kClash, day(when)));
  }
  void add_level(Level level, twin::Expr condition) {
    pack_.patterns.back().levels[static_cast<std::size_t>(level)] = std::move(condition);
  }
};

INSTANTIATE_TEST_SUITE_P(Both, PatternTable, testing::Values(Who::kTwin, Who::kEngine), who_name);

// ---- active, dimensions

TEST_P(PatternTable, ASignalIsActiveWhileItWasOnInTheWindow) {
  hot(30);
  pattern(twin::active(0)).window = days(3);
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "31", "20", "20", "20", "20"});
  today("2020-01-06");
  // On the 1st the window holds two days before history, when nothing was known.
  EXPECT_EQ(pattern_in(at::kXa), "0/1x1 1x3 0x2");
}

TEST_P(PatternTable, ADimensionThatIsNotKnownCountsAsPerhaps) {
  hot(30);
  signal(of::kCommunity, at_least(clashes(days(10)), 1));
  signal(of::kEconomic, at_least(last_of(of::kPrice), 10, "NGN/kg"));
  const auto at_least_dimensions = [](std::vector<DimensionId> of, double n) {
    twin::Expr count = twin::dimensions();
    count.dimensions = std::move(of);
    return twin::op(Kind::kGreaterEqual, count, twin::number(n));
  };
  pattern(at_least_dimensions({}, 2)).window = days(1);
  add_level(Level::kWarning, at_least_dimensions({}, 3));
  pattern(at_least_dimensions({of::kEnvironmental, of::kCommunity}, 1)).window = days(1);
  begin("2020-01-01");
  covered("2019-06-01", "2020-03-01");
  clash(at::kXa, "2020-01-05");
  say_heat("2020-01-01", {"31", "31", "31", "31", "31", "31", "20", "20", "20"});
  say_month(of::kPrice, "2020-01", 1100);
  today("2020-02-02");
  EXPECT_EQ(signal_in(at::kXa, 0), "#6 .9 ?18");   // environmental: stale from the 16th
  EXPECT_EQ(signal_in(at::kXa, 1), ".4 #10 .19");  // community
  EXPECT_EQ(signal_in(at::kXa, 2), "?30 #3");      // economic: January's price, from the 31st
  // Dimensions: [1, 2] to the 4th, [2, 3] to the 6th, [1, 2] to the 14th (a watch held up by what
  // is unknown), [0, 1] on the 15th, then [0, 2] and from the 31st [1, 2]. "personal" has no
  // signal: it is absent.
  EXPECT_EQ(pattern_in(at::kXa, 0), "0/1x4 1/2x2 1x8 0x1 0/1x18");
  // Of two dimensions alone: [1, 1], [2, 2], [1, 1], [0, 0], [0, 1].
  EXPECT_EQ(pattern_in(at::kXa, 1), "1x14 0x1 0/1x18");
}

// ---- cascades

// Signal 0, then signal 1; `least` and `greatest` in days, none when `greatest` is 0.
twin::Expr chain(std::int32_t within, std::int32_t least = 0, std::int32_t greatest = 0) {
  twin::Expr out;
  out.kind = Kind::kCascade;
  for (const std::uint32_t s : {0U, 1U})
    out.links.push_back({{{Subject::Of::kSignal, s, Level::kWatch}}, 0, std::nullopt});
  out.links[1].least = least;
  if (greatest > 0) out.links[1].greatest = greatest;
  out.span = days(within);
  return out;
}

TEST_P(PatternTable, ALagLiesWithinItsBoundsBothIncluded) {
  hot(30);
  signal(of::kCommunity, at_least(clashes(days(5)), 1));
  for (const auto& [least, greatest] : {std::pair(3, 5), {1, 3}, {4, 7}, {1, 2}})
    pattern(chain(10, least, greatest));
  begin("2020-01-01");
  covered("2019-06-01", "2020-03-01");
  clash(at::kXa, "2020-01-08");
  say_heat("2020-01-01", {"20", "20", "20", "20", "31", "31", "31", "31", "31", "31", "31", "31"});
  today("2020-01-14");
  // Onsets on the 5th and the 8th; the clash is in its window until the 12th.
  EXPECT_EQ(pattern_in(at::kXa, 0), "0x7 1x5 0x2");
  EXPECT_EQ(pattern_in(at::kXa, 1), "0x7 1x5 0x2");
  EXPECT_EQ(pattern_in(at::kXa, 2), "0x14");
  EXPECT_EQ(pattern_in(at::kXa, 3), "0x14");
}

TEST_P(PatternTable, WithinOneMonthTheOrderOfAMonthlySignalIsNotKnown) {
  signal(of::kEnvironmental, at_least(last_of(of::kRain), 5, "mm/day"));
  signal(of::kCommunity, at_least(clashes(days(45)), 1));
  pattern(chain(30));
  pattern(chain(30, 1, 30));
  begin("2019-11-01");
  covered("2019-06-01", "2020-03-01");
  for (const RegionId region : {at::kXa, at::kXb}) {
    for (const char* month : {"2019-10", "2019-11", "2019-12"})
      say_month(of::kRain, month, 10, region);
    say_month(of::kRain, "2020-01", 60, region);
  }
  clash(at::kXa, "2020-01-20");
  clash(at::kXb, "2019-12-20");
  today("2020-02-05");
  // January's rain is seen on the 31st, 11 days after the clash in Xa: the lag counts as 0.
  EXPECT_EQ(pattern_in(at::kXa, 0), "0x91 1x6");
  EXPECT_EQ(pattern_in(at::kXa, 1), "0x97");  // and 0 days are not 1 to 30
  // The clash in Xb is still on, but began in another month.
  EXPECT_EQ(signal_in(at::kXb, 1), ".49 #45 .3");
  EXPECT_EQ(pattern_in(at::kXb, 0), "0x97");
}

TEST_P(PatternTable, WithinOneQuarterAMiddleLinkMayComeLongBeforeTheFirst) {
  hot(30);
  signal(of::kEconomic, twin::op(Kind::kOr, at_least(last_of(of::kDebt), 100, "NGN"),
                                 at_least(clashes(days(5)), 1)));
  hot(40);
  twin::Expr three = chain(6);
  three.links.push_back({{{Subject::Of::kSignal, 2, Level::kWatch}}, 0, std::nullopt});
  pattern(three);
  begin("2019-11-01");
  covered("2019-06-01", "2020-06-01");
  say(of::kFirst, "debt",
      observation(at::kXa, of::kDebt, of::kFirst, day("2019-07-01"), day("2019-10-01"), 4));
  clash(at::kXa, "2019-11-05");
  say_heat("2019-11-01", std::vector<std::string>(39, "20"));
  say_heat("2019-12-10", {"31", "31", "41", "41", "41", "20", "20", "20"});
  today("2019-12-17");
  // Onsets on 10 December, 5 November, 12 December. The second reads the debt of the quarter: in
  // one quarter with the first, its lag counts as 0. From the first to the last it takes 2 days.
  EXPECT_EQ(pattern_in(at::kXa), "0x41 1x3 0x3");
}

TEST_P(PatternTable, OfTwoDailySignalsTheFirstComesFirst) {
  hot(30);
  signal(of::kCommunity, at_least(clashes(days(5)), 1));
  pattern(chain(10));
  begin("2020-01-01");
  covered("2019-06-01", "2020-03-01");
  clash(at::kXa, "2020-01-14");
  say_heat("2020-01-10", {"20", "20", "20", "20", "20", "31", "31"});
  say_heat("2020-01-01", {"20", "20", "20", "20", "20", "20", "20", "20", "20"});
  clash(at::kXa, "2020-01-20");
  today("2020-01-20");
  // Heat from the 15th, a day after the first clash: nothing. The second, on the 20th, is an onset
  // of its own, for the first left its window on the 19th.
  EXPECT_EQ(signal_in(at::kXa, 1), ".13 #5 .1 #1");
  EXPECT_EQ(pattern_in(at::kXa), "0x19 1x1");
}

TEST_P(PatternTable, ALinkThatIsNotKnownMayHaveHadItsOnset) {
  hot(30);
  signal(of::kCommunity, at_least(clashes(days(5)), 1));
  pattern(chain(10));
  begin("2020-01-01");
  covered("2019-06-01", "2020-03-01");
  clash(at::kXa, "2020-01-12");
  say_heat("2020-01-01", {"20", "20", "20"});
  today("2020-01-17");
  EXPECT_EQ(signal_in(at::kXa, 0), ".9 ?8");  // stale when end(d) - 4 January > 6
  EXPECT_EQ(pattern_in(at::kXa), "0x11 0/1x5 0x1");
}

// ---- levels

TEST_P(PatternTable, ALevelRisesAtOnceAndFallsAfterItsLinger) {
  for (const double degrees : {30, 35, 40}) hot(degrees);
  pattern(twin::on(0)).linger_days = 2;
  add_level(Level::kWarning, twin::on(1));
  add_level(Level::kEmergency, twin::on(2));
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "41", "20", "31", "31", "31", "20", "20", "20", "20"});
  // The 2nd: from none to emergency. Below it on the 3rd, 4th, 5th: two days are held, down to what
  // is true then, a watch. Below that from the 7th to the 9th.
  today("2020-01-09");
  EXPECT_EQ(pattern_in(at::kXa), "0x1 3x3 1x5");  // the 9th is open: from it nothing falls
  today("2020-01-10");
  EXPECT_EQ(pattern_in(at::kXa), "0x1 3x3 1x4 0x2");
}

TEST_P(PatternTable, AnOpenTickRaisesAtOnce) {
  hot(30);
  pattern(twin::on(0)).linger_days = 5;
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "20"});
  today("2020-01-02");
  EXPECT_EQ(pattern_in(at::kXa), "0x2");
  say_heat("2020-01-03", {"31"});
  today("2020-01-03");
  EXPECT_EQ(pattern_in(at::kXa), "0x2 1x1");
}

TEST_P(PatternTable, WhatIsUnknownIsAPossibleLevelAndRaisesNothing) {
  hot(30);
  signal(of::kCommunity, at_least(clashes(days(10)), 1));
  pattern(twin::on(0)).linger_days = 1;
  add_level(Level::kEmergency, twin::op(Kind::kAnd, twin::on(0), twin::on(1)));
  begin("2020-01-01");
  covered("2019-06-01", "2020-01-05");
  say_heat("2020-01-01", {"31", "31", "31", "31", "31", "31", "31", "31", "20", "20", "20"});
  today("2020-01-11");
  EXPECT_EQ(signal_in(at::kXa, 1), ".4 ?7");
  EXPECT_EQ(pattern_in(at::kXa), "1x4 1/3x4 1x1 0x2");
}

TEST_P(PatternTable, ALevelHeldUpByWhatIsUnknownStopsTheCounterOfItsFall) {
  hot(30);
  signal(of::kCommunity, at_least(clashes(days(1)), 1));
  pattern(twin::op(Kind::kOr, twin::on(0), twin::on(1))).linger_days = 3;
  begin("2020-01-01");
  covered("2019-06-01", "2020-01-05");
  covered("2020-01-07", "2020-03-01");
  say_heat("2020-01-01", {"31", "31", "20", "20", "20", "20", "20", "20", "20", "20", "20"});
  today("2020-01-11");
  EXPECT_EQ(signal_in(at::kXa, 1), ".4 ?2 .5");
  // False on the 3rd and 4th: 1 day held. Unknown on the 5th and 6th: it waits. The 7th anchors, on
  // the 9th three days are held.
  EXPECT_EQ(pattern_in(at::kXa), "1x8 0x3");
}

}  // namespace
}  // namespace tocsin
