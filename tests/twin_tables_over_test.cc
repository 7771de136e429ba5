#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md section 2.7, worked by hand: what is judged in each of several regions.
namespace tocsin {
namespace {

using twin::Kind;
using twin::Set;

class OverTable : public Table {
 protected:
  OverTable() { pack_.regions = {at::kXa, at::kXb, at::kXc}; }

  // A signal of the country alone, and of its states.
  std::uint32_t country_signal(twin::Expr when) {
    const std::uint32_t index = signal(of::kEnvironmental, std::move(when));
    last_signal().at = {RegionKind::kCountry};
    return index;
  }
  void country_pattern(std::uint32_t index) {
    twin::Pattern& p = pattern(twin::on(index));
    p.at = {at::kX};
  }
  static twin::Expr over(Kind kind, twin::Expr of, Set set = Set::kChildren) {
    twin::Expr e = twin::op(kind, std::move(of));
    e.set = set;
    return e;
  }
  static twin::Expr hot(double degrees) { return at_least(last_of(of::kHeat), degrees, "degC"); }
  static twin::Expr is_at_least(twin::Expr number, double bound, std::string unit = "") {
    return twin::op(Kind::kGreaterEqual, std::move(number), twin::number(bound, std::move(unit)));
  }
};

INSTANTIATE_TEST_SUITE_P(Both, OverTable, testing::Values(Who::kTwin, Who::kEngine), who_name);

TEST_P(OverTable, RegionsCountAsFarAsTheyAreKnown) {
  country_pattern(country_signal(is_at_least(over(Kind::kOverCount, hot(30)), 2)));
  begin("2020-01-01");
  say_heat("2020-01-01", {"31", "31", "31", "31", "20"}, at::kXa);
  say_heat("2020-01-01", {"20", "31", "20", "20", "20"}, at::kXb);
  say_heat("2020-01-01", {"20", "20", "20", "-", "-"}, at::kXc);
  today("2020-01-05");
  // On the 4th Xc may be the second; on the 5th at most it alone is hot.
  EXPECT_EQ(signal_in(at::kX), ".1 #1 .1 ?1 .1");
}

TEST_P(OverTable, AllStandAtOnePeriod) {
  // 25 in the newest period surely, whatever was said of the one before.
  country_pattern(country_signal(
      is_at_least(over(Kind::kOverSum, twin::read(last_of(of::kHeat))), 60, "degC")));
  catalogue_.indicators[of::kHeat.number() - 1].least = 0;
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "20", "70", "25", "25"}, at::kXa);
  say_heat("2020-01-01", {"20", "20", "-", "-", "30"}, at::kXb);
  say_heat("2020-01-01", {"20", "25", "-", "30", "-"}, at::kXc);
  today("2020-01-05");
  // 60; 65; at least 70, which is enough; 55 and what Xb says of the 4th, not of the 2nd; the same.
  EXPECT_EQ(signal_in(at::kX), "#3 !2");
}

TEST_P(OverTable, DuringAsksForThePeriodThatAllStandAt) {
  pack_.seasons = {{"year", twin::Season::Of::kDates, {1, 1}, {12, 31}},
                   {"third", twin::Season::Of::kDates, {1, 3}, {1, 3}}};
  twin::Read before = last_of(of::kHeat);
  before.lag_observations = 1;
  country_pattern(
      country_signal(over(Kind::kOverAny, twin::during(at_least(before, 30, "degC"), 1))));
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "20", "20"}, at::kXa);
  say_heat("2020-01-01", {"35", "35", "-"}, at::kXb);
  say_heat("2020-01-01", {"20", "20", "20"}, at::kXc);
  today("2020-01-03");
  // On the 3rd Xb stands at the 3rd, too, and the figure before it is that of the 2nd.
  EXPECT_EQ(signal_in(at::kX), ".2 #1");
}

TEST_P(OverTable, WhatASignalElsewhereStandsOnIsNoEvidenceOfWhoAsksForIt) {
  const std::uint32_t warm = signal(of::kEnvironmental, hot(30));
  signal(of::kEnvironmental,
         twin::op(Kind::kNot, over(Kind::kOverAny, twin::on(warm), Set::kNeighbours)));
  last_signal().for_days = 3;
  pattern(twin::on(1));
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "20", "20", "20", "20"}, at::kXb);
  today("2020-01-05");
  EXPECT_EQ(signal_in(at::kXa, 1), ".3 #2");
}

TEST_P(OverTable, ASumThatMayBeBelowZeroKnowsNothingWithoutEverybody) {
  country_pattern(country_signal(
      is_at_least(over(Kind::kOverSum, twin::read(last_of(of::kHeat))), 60, "degC")));
  begin("2020-01-01");
  say_heat("2020-01-01", {"70", "70"}, at::kXa);
  say_heat("2020-01-01", {"20", "-"}, at::kXb);
  say_heat("2020-01-01", {"20", "20"}, at::kXc);
  today("2020-01-02");
  EXPECT_EQ(signal_in(at::kX), "#1 !1");
}

TEST_P(OverTable, SharesAreOfNumberPeopleOrArea) {
  for (const auto by : {twin::ByWhat::kNumber, twin::ByWhat::kArea}) {
    twin::Expr share = over(Kind::kOverShare, hot(30));
    share.by = by;
    country_pattern(country_signal(is_at_least(std::move(share), 44, "%")));
  }
  begin("2020-01-01");
  // Areas: Xa 2, Xb 3, Xc 4 of 9.
  say_heat("2020-01-01", {"31", "20", "31", "31"}, at::kXa);
  say_heat("2020-01-01", {"31", "20", "20", "20"}, at::kXb);
  say_heat("2020-01-01", {"20", "31", "20", "-"}, at::kXc);
  today("2020-01-04");
  // 2 of 3, 1, 1, 1 to 2.
  EXPECT_EQ(signal_in(at::kX, 0), "#1 .2 ?1");
  // 5 of 9, 4 (44.4 %), 2, 2 to 6.
  EXPECT_EQ(signal_in(at::kX, 1), "#2 .1 ?1");
}

TEST_P(OverTable, ARankIsBetweenWhoSurelyAndWhoPerhapsIsBefore) {
  twin::Expr rank = over(Kind::kRank, twin::read(last_of(of::kHeat)), Set::kSiblings);
  rank.args.push_back(hot(10));
  signal(of::kEnvironmental, twin::op(Kind::kLessEqual, std::move(rank), twin::number(1)));
  pattern(twin::on(0));
  begin("2020-01-01");
  say_heat("2020-01-01", {"30", "20", "5", "20"}, at::kXa);
  say_heat("2020-01-01", {"30", "30", "20", "-"}, at::kXb);
  say_heat("2020-01-01", {"20", "20", "5", "-"}, at::kXc);
  today("2020-01-04");
  // First together with Xb; second; too cool to be ranked; perhaps first.
  EXPECT_EQ(signal_in(at::kXa), "#1 .2 ?1");
  // First; first; first of one; not known whether it is warm enough.
  EXPECT_EQ(signal_in(at::kXb), "#3 !1");
}

TEST_P(OverTable, ASignalOfTheParentWaitsForThoseOfItsChildren) {
  const std::uint32_t warm = signal(of::kEnvironmental, hot(30));
  const std::uint32_t many = country_signal(is_at_least(over(Kind::kOverCount, twin::on(warm)), 2));
  twin::Expr parent = over(Kind::kOverAny, twin::on(many), Set::kParent);
  parent.brief = true;
  signal(of::kEnvironmental, std::move(parent));
  pattern(twin::on(2));
  begin("2020-01-01");
  say_heat("2020-01-01", {"31", "31", "31"}, at::kXa);
  say_heat("2020-01-01", {"20", "31", "20"}, at::kXb);
  say_heat("2020-01-01", {"20", "20", "20"}, at::kXc);
  today("2020-01-03");
  EXPECT_EQ(signal_in(at::kX, many), ".1 #1 .1");
  EXPECT_EQ(signal_in(at::kXc, 2), ".1 #1 .1");
  // A late correction in one state is heard in the two others.
  say(of::kFirst, "late",
      observation(at::kXc, of::kHeat, of::kFirst, day("2020-01-03"), day("2020-01-04"), 350), 2,
      Day(1));
  today("2020-01-03");
  EXPECT_EQ(signal_in(at::kX, many), ".1 #2");
  EXPECT_EQ(signal_in(at::kXb, 2), ".1 #2");
}

TEST_P(OverTable, OfNoRegionNothingHoldsAndThatAllDoIsNotKnown) {
  signal(of::kEnvironmental, over(Kind::kOverAny, hot(30), Set::kNeighbours));
  signal(of::kEnvironmental, over(Kind::kOverAll, hot(30), Set::kNeighbours));
  pattern(twin::on(0));
  pack_.regions = {at::kXa, at::kXb, at::kZe};
  begin("2020-01-01");
  say_heat("2020-01-01", {"31", "31"}, at::kXa);
  say_heat("2020-01-01", {"20", "31"}, at::kXb);
  today("2020-01-02");
  EXPECT_EQ(signal_in(at::kXa, 0), ".1 #1");
  EXPECT_EQ(signal_in(at::kXa, 1), ".1 #1");
  EXPECT_EQ(signal_in(at::kZe, 0), ".2");
  EXPECT_EQ(signal_in(at::kZe, 1), "?2");
}

// Only regions of the pack count.
TEST_P(OverTable, NeighboursOutsideOfThePackDoNotCount) {
  pack_.regions = {at::kXa, at::kXb};
  signal(of::kEnvironmental, is_at_least(over(Kind::kOverCount, hot(30), Set::kNeighbours), 2));
  pattern(twin::on(0));
  begin("2020-01-01");
  for (const RegionId region : {at::kXa, at::kXc, at::kYd})
    say_heat("2020-01-01", {"31", "31"}, region);
  today("2020-01-02");
  EXPECT_EQ(signal_in(at::kXb), ".2");
}

}  // namespace
}  // namespace tocsin
