#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md 2.9, worked by hand: see twin_tables_test.cc. The third source depends on the
// second.
namespace tocsin {
namespace {

using twin::Kind;

class SourcesTable : public Table {
 protected:
  // Degrees of one day from one source.
  void say_degrees(SourceId source, std::string_view on, std::int32_t degrees) {
    const Day d = day(on);
    say(source, std::string(on), observation(at::kXa, of::kHeat, source, d, d + 1, degrees * 10));
  }
  twin::Expr hot() { return at_least(last_of(of::kHeat), 30, "degC"); }
};
INSTANTIATE_TEST_SUITE_P(Both, SourcesTable, testing::Values(Who::kTwin, Who::kEngine), who_name);

twin::Expr count_at_least(twin::Expr asked, double n) {
  return twin::op(Kind::kGreaterEqual, twin::op(Kind::kSourcesCount, std::move(asked)),
                  twin::number(n));
}

TEST_P(SourcesTable, SourcesOfOneGroupCountOnceAndSilentOnesMaySayEither) {
  signal(of::kEnvironmental, count_at_least(hot(), 1));
  signal(of::kEnvironmental, count_at_least(hot(), 2));
  begin("2020-06-01");
  say_degrees(of::kSecond, "2020-06-01", 31);
  say_degrees(of::kThird, "2020-06-01", 31);
  today("2020-06-01");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1");
  EXPECT_EQ(signal_in(at::kXa, 1), "?1");
  say_degrees(of::kFirst, "2020-06-01", 29);
  today("2020-06-01");
  EXPECT_EQ(signal_in(at::kXa, 0), "#1");
  EXPECT_EQ(signal_in(at::kXa, 1), ".1");
}

TEST_P(SourcesTable, TheFirstOfAGroupThatKnowsSpeaksForIt) {
  signal(of::kEnvironmental, twin::op(Kind::kSourcesAll, hot()));
  begin("2020-06-01");
  say_degrees(of::kFirst, "2020-06-01", 31);
  say_degrees(of::kThird, "2020-06-01", 31);
  today("2020-06-01");
  EXPECT_EQ(signal_in(at::kXa), "#1");
  // The second stands before the third.
  say_degrees(of::kSecond, "2020-06-01", 29);
  today("2020-06-01");
  EXPECT_EQ(signal_in(at::kXa), ".1");
}

TEST_P(SourcesTable, AnyNeedsOneAndAllNeedsEach) {
  signal(of::kEnvironmental, twin::op(Kind::kSourcesAny, hot()));
  signal(of::kEnvironmental, twin::op(Kind::kSourcesAll, hot()));
  begin("2020-06-01");
  say_degrees(of::kFirst, "2020-06-01", 29);
  today("2020-06-01");
  EXPECT_EQ(signal_in(at::kXa, 0), "?1");
  EXPECT_EQ(signal_in(at::kXa, 1), ".1");
}

TEST_P(SourcesTable, TheMeanIsKnownFromSevenInTenSources) {
  for (const Kind kind : {Kind::kSourcesMean, Kind::kSourcesMedian})
    signal(of::kEnvironmental,
           twin::op(Kind::kGreaterEqual, twin::op(kind, twin::read(last_of(of::kHeat))),
                    twin::number(30, "degC")));
  begin("2020-06-01");
  say_degrees(of::kFirst, "2020-06-01", 35);
  today("2020-06-01");
  for (const std::uint32_t s : {0u, 1u}) EXPECT_EQ(signal_in(at::kXa, s), "?1");
  say_degrees(of::kSecond, "2020-06-01", 25);
  today("2020-06-01");
  for (const std::uint32_t s : {0u, 1u}) EXPECT_EQ(signal_in(at::kXa, s), "#1");
}

}  // namespace
}  // namespace tocsin
