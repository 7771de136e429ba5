#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md sections 3 and 4, worked by hand: bands, levels of signals and of other
// patterns, conditions counted, signals that are judged in some kinds of regions only.
namespace tocsin {
namespace {

using twin::Kind;
using twin::Subject;

class LevelTable : public Table {
 protected:
  // Bands of the heat: watch at `watch` degrees, warning at `warning`.
  void hot(double watch, double warning) {
    for (const auto& [level, degrees] :
         {std::pair(Level::kWatch, watch), {Level::kWarning, warning}}) {
      signal(of::kEnvironmental, at_least(last_of(of::kHeat), degrees, "degC"));
      last_signal().band_of = "hot";
      last_signal().band = level;
      last_signal().name = "hot." + std::string(name_of(level));
      last_signal().reads = true;
    }
  }
  void covered(std::string_view from, std::string_view until) {
    say(of::kFirst, "from " + std::string(from),
        events_covered(of::kFirst, {at::kX}, day(from), day(until)));
  }
  static twin::Expr level_of(Kind kind, std::uint32_t pattern, Level level) {
    twin::Expr e;
    e.kind = kind;
    e.subjects.push_back({Subject::Of::kLevel, pattern, level});
    return e;
  }
};

INSTANTIATE_TEST_SUITE_P(Both, LevelTable, testing::Values(Who::kTwin, Who::kEngine), who_name);

TEST_P(LevelTable, ABandIsASignalAndLevelsAreTheGreatestOfThem) {
  hot(30, 35);
  signal(of::kCommunity, at_least(clashes(days(2)), 1));
  twin::Pattern& p = pattern(twin::on(0));
  p.levels[1]->subjects.push_back({Subject::Of::kSignal, 2, Level::kWatch});
  p.levels[2] = twin::on(1);
  p.levels_of = "hot or s2";
  begin("2020-01-01");
  covered("2019-06-01", "2020-03-01");
  say(of::kFirst, "clash", event(at::kXa, of::kClash, day("2020-01-06")));
  say_heat("2020-01-01", {"20", "30", "35", "34", "20", "20", "20", "20"});
  today("2020-01-09");
  EXPECT_EQ(signal_in(at::kXa, 0), ".1 #3 .5");
  EXPECT_EQ(signal_in(at::kXa, 1), ".2 #1 .6");
  // The clash counts on the 6th and 7th, as a watch: it has no bands.
  EXPECT_EQ(pattern_in(at::kXa), "0x1 1x1 2x1 1x1 0x1 1x2 0x2");
}

TEST_P(LevelTable, ConditionsThatHoldAreCountedAsFarAsTheyAreKnown) {
  hot(30, 35);
  signal(of::kCommunity, at_least(clashes(days(2)), 1));
  twin::Expr count;
  count.kind = Kind::kCountTrue;
  count.args = {twin::on(0), twin::on(1), twin::on(2)};
  twin::Pattern& p = pattern(twin::op(Kind::kGreaterEqual, count, twin::number(1)));
  p.levels[2] = twin::op(Kind::kGreaterEqual, count, twin::number(2));
  p.levels[3] = twin::op(Kind::kGreaterEqual, count, twin::number(3));
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "30", "35", "20", "20"});
  today("2020-01-05");
  // Nobody says whether there were clashes: 0 to 1, 1 to 2, 2 to 3, 0 to 1 (a watch held up).
  EXPECT_EQ(pattern_in(at::kXa), "0/1x1 1/2x1 2/3x1 1x2");
}

TEST_P(LevelTable, ALevelOfAnotherPatternIsReadNowAndOverTheWindow) {
  hot(30, 35);
  twin::Pattern& heat = pattern(twin::on(0));
  heat.levels[2] = twin::on(1);
  heat.linger_days = 0;
  pattern(twin::op(Kind::kAnd, level_of(Kind::kActive, 0, Level::kWarning),
                   twin::op(Kind::kNot, level_of(Kind::kOn, 0, Level::kWatch))))
      .window = days(3);
  begin("2020-01-01");
  say_heat("2020-01-01", {"20", "20", "20", "20", "35", "31", "20", "20", "20"});
  today("2020-01-09");
  EXPECT_EQ(pattern_in(at::kXa, 0), "0x4 2x1 1x1 0x3");
  // Windows of the first two ticks reach before history, where nothing is known. A warning on the
  // 5th, over on the 7th, is in the window until then.
  EXPECT_EQ(pattern_in(at::kXa, 1), "0/1x2 0x4 1x1 0x2");
}

TEST_P(LevelTable, ASignalIsAbsentWhereItIsNotJudged) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  signal(of::kEconomic, at_least(last_of(of::kPrice), 1, "NGN/kg"));
  last_signal().at = {RegionKind::kCountry};
  twin::Pattern& p = pattern(twin::op(Kind::kGreaterEqual, twin::dimensions(), twin::number(1)));
  p.levels[2] = twin::op(Kind::kGreaterEqual, twin::dimensions(), twin::number(2));
  p.window = days(1);
  twin::Pattern& country = pattern(*p.levels[1]);
  country.levels[2] = pack_.patterns.front().levels[2];
  country.window = days(1);
  country.at = {at::kX, at::kY};
  country.at_kind = "country";
  pack_.regions.push_back(at::kYd);
  begin("2020-01-01");
  say_heat("2020-01-01", {"31", "20", "20"});
  say_heat("2020-01-01", {"31", "20", "20"}, at::kX);
  today("2020-01-03");
  // Nobody tells the price. In the state it is not asked for, so one dimension is all there is.
  EXPECT_EQ(signal_in(at::kXa, 1), ".3");
  EXPECT_EQ(signal_in(at::kX, 1), "?3");
  EXPECT_EQ(pattern_in(at::kXa, 0), "1x1 0x2");
  EXPECT_EQ(pattern_in(at::kX, 1), "1/2x1 1x2");
  EXPECT_EQ(pattern_in(at::kY, 1), "0/2x3");
}

}  // namespace
}  // namespace tocsin
