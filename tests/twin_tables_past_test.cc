#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md 2.8, worked by hand: see twin_tables_test.cc.
namespace tocsin {
namespace {

using twin::Kind;

twin::Expr past(Kind kind, twin::Expr x, Span span, bool before) {
  twin::Expr e = twin::op(kind, std::move(x));
  e.span = span;
  e.before = before;
  return e;
}

TEST_P(Table, AMaximumOfTheDaysBeforeNeedsMostOfThem) {
  twin::Expr peak = past(Kind::kPastGreatest, twin::read(last_of(of::kHeat)), days(4), true);
  signal(of::kEnvironmental,
         twin::op(Kind::kGreaterEqual, twin::read(last_of(of::kHeat)), std::move(peak)));
  begin("2020-06-01");
  say_heat("2020-06-01", {"20", "25", "22", "24", "25", "26"});
  today("2020-06-06");
  // On 3 June two of four days before are there, on 4 June three. Equal is enough.
  EXPECT_EQ(signal_in(at::kXa), "?3 .1 #2");
}

TEST_P(Table, StepsThatAreNotKnownMakeACountARange) {
  twin::Expr hot = past(Kind::kPastCount, at_least(last_of(of::kHeat), 30, "degC"), days(3), false);
  signal(of::kEnvironmental, twin::op(Kind::kGreaterEqual, std::move(hot), twin::number(2)));
  begin("2020-06-01");
  say_heat("2020-06-01", {"31", "-", "31", "20"});
  today("2020-06-04");
  // One to three, still so on the second, two or three, one or two.
  EXPECT_EQ(signal_in(at::kXa), "?2 #1 !1");
}

TEST_P(Table, WhereAllIsLeftOutElseAllTakesEveryStep) {
  twin::Expr mean = past(Kind::kPastMean, twin::read(last_of(of::kHeat)), days(3), true);
  mean.args.push_back(at_least(last_of(of::kHeat), 30, "degC"));
  mean.else_all = true;
  signal(of::kEnvironmental,
         twin::op(Kind::kGreaterEqual, std::move(mean), twin::number(20, "degC")));
  begin("2020-06-01");
  say_heat("2020-06-01", {"10", "31", "10", "10", "10", "10"});
  today("2020-06-06");
  // From 3 to 5 June the one hot day is the mean; on 6 June none is among the three before.
  EXPECT_EQ(signal_in(at::kXa), "?2 #3 .1");
}

TEST_P(Table, ASumNeedsEveryStep) {
  twin::Expr sum = past(Kind::kPastSum, twin::read(last_of(of::kHeat)), days(3), false);
  signal(of::kEnvironmental,
         twin::op(Kind::kGreaterEqual, std::move(sum), twin::number(60, "degC")));
  begin("2020-06-01");
  say_heat("2020-06-01", {"20", "20", "20", "-", "20", "20", "20"});
  today("2020-06-07");
  EXPECT_EQ(signal_in(at::kXa), "?2 #2 !2 #1");
}

TEST_P(Table, WeeksOfEventsEndWhereWeeksEnd) {
  twin::Expr most =
      past(Kind::kPastAny, at_least(clashes(days(7)), 1), {1, SpanUnit::kWeeks}, true);
  signal(of::kCommunity, std::move(most));
  begin("2020-06-01");
  say(of::kFirst, "all",
      events_covered(of::kFirst, {at::kXa}, day("2020-05-01"), day("2020-07-01")));
  say(of::kFirst, "one", event(at::kXa, of::kClash, day("2020-06-07")));
  today("2020-06-22");
  // Sunday 7 June lies in the week that is the last whole one from that day on, and the one before
  // from 14 to 20 June.
  EXPECT_EQ(signal_in(at::kXa), ".13 #7 .2");
}

TEST_P(Table, ASignalIsAskedForAtEarlierTicks) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  signal(of::kEnvironmental, past(Kind::kPastAll, twin::on(0), days(2), true));
  begin("2020-06-01");
  say_heat("2020-06-01", {"31", "31", "31", "20", "20", "20"});
  today("2020-06-06");
  EXPECT_EQ(signal_in(at::kXa, 0), "#3 .3");
  // Nothing is known of the days before history.
  EXPECT_EQ(signal_in(at::kXa, 1), "?2 #2 .2");
}

}  // namespace
}  // namespace tocsin
