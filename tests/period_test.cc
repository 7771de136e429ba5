#include "model/period.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

constexpr Cadence kGrids[] = {Cadence::kDay,   Cadence::kWeek,  Cadence::kEpiweek,
                              Cadence::kDekad, Cadence::kMonth, Cadence::kQuarter,
                              Cadence::kYear};

Day day(std::string_view text) { return parse_day(text).value(); }

TEST(Period, HoldsItsDaysAndFollowsTheOneBefore) {
  for (const Cadence cadence : kGrids) {
    SCOPED_TRACE(name_of(cadence));
    auto index = period_of(cadence, day("1899-12-20"));
    for (Day at = day("1899-12-20"); at < day("2101-01-10"); at = at + 1) {
      const auto now = period_of(cadence, at);
      ASSERT_TRUE(now == index || now == index + 1) << format_day(at);
      if (now != index) {
        ASSERT_EQ(period_start(cadence, now), at);
      }
      ASSERT_LE(period_start(cadence, now), at);
      ASSERT_LT(at, period_start(cadence, now + 1));
      index = now;
    }
  }
}

struct PeriodCase {
  Cadence cadence;
  std::string_view day, start, next, text;
};

TEST(Period, FollowsTheCalendarAtTheEdges) {
  const PeriodCase cases[] = {
      {Cadence::kDay, "2020-02-29", "2020-02-29", "2020-03-01", "2020-02-29"},
      // ISO years of 53 weeks, and weeks that belong to the year beside them.
      {Cadence::kWeek, "2020-12-31", "2020-12-28", "2021-01-04", "2020-W53"},
      {Cadence::kWeek, "2021-01-03", "2020-12-28", "2021-01-04", "2020-W53"},
      {Cadence::kWeek, "2021-01-04", "2021-01-04", "2021-01-11", "2021-W01"},
      {Cadence::kWeek, "2018-12-31", "2018-12-31", "2019-01-07", "2019-W01"},
      {Cadence::kWeek, "2016-01-03", "2015-12-28", "2016-01-04", "2015-W53"},
      {Cadence::kWeek, "1970-01-01", "1969-12-29", "1970-01-05", "1970-W01"},
      {Cadence::kWeek, "1968-12-31", "1968-12-30", "1969-01-06", "1969-W01"},
      // Epidemiological weeks begin on Sunday; 2008, 2014 and 2020 had 53.
      {Cadence::kEpiweek, "2015-01-03", "2014-12-28", "2015-01-04", "2014 epiweek 53"},
      {Cadence::kEpiweek, "2015-01-04", "2015-01-04", "2015-01-11", "2015 epiweek 1"},
      {Cadence::kEpiweek, "2021-01-02", "2020-12-27", "2021-01-03", "2020 epiweek 53"},
      {Cadence::kEpiweek, "2016-01-02", "2015-12-27", "2016-01-03", "2015 epiweek 52"},
      {Cadence::kEpiweek, "2008-12-28", "2008-12-28", "2009-01-04", "2008 epiweek 53"},
      {Cadence::kDekad, "2019-03-10", "2019-03-01", "2019-03-11", "2019-03 dekad 1"},
      {Cadence::kDekad, "2019-03-11", "2019-03-11", "2019-03-21", "2019-03 dekad 2"},
      {Cadence::kDekad, "2019-03-31", "2019-03-21", "2019-04-01", "2019-03 dekad 3"},
      {Cadence::kDekad, "2019-02-28", "2019-02-21", "2019-03-01", "2019-02 dekad 3"},
      {Cadence::kDekad, "2020-02-29", "2020-02-21", "2020-03-01", "2020-02 dekad 3"},
      {Cadence::kDekad, "1969-12-25", "1969-12-21", "1970-01-01", "1969-12 dekad 3"},
      {Cadence::kMonth, "2020-02-29", "2020-02-01", "2020-03-01", "2020-02"},
      {Cadence::kMonth, "1969-12-31", "1969-12-01", "1970-01-01", "1969-12"},
      {Cadence::kQuarter, "2019-12-31", "2019-10-01", "2020-01-01", "2019-Q4"},
      {Cadence::kQuarter, "1969-01-01", "1969-01-01", "1969-04-01", "1969-Q1"},
      {Cadence::kYear, "1969-06-01", "1969-01-01", "1970-01-01", "1969"},
      {Cadence::kYear, "2020-12-31", "2020-01-01", "2021-01-01", "2020"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto index = period_of(c.cadence, day(c.day));
    EXPECT_EQ(format_day(period_start(c.cadence, index)), c.start);
    EXPECT_EQ(format_day(period_start(c.cadence, index + 1)), c.next);
    EXPECT_EQ(format_period(c.cadence, index), c.text);
  }
}

TEST(ShiftYears, KeepsTheCalendarPeriod) {
  const struct {
    Cadence cadence;
    std::string_view from;
    int years;
    std::string_view to;
  } cases[] = {
      {Cadence::kDay, "2020-02-29", -1, "2019-02-28"},
      {Cadence::kDay, "2020-02-29", 4, "2024-02-29"},
      {Cadence::kDay, "2019-02-28", 1, "2020-02-28"},
      {Cadence::kWeek, "2020-12-28", -1, "2019-W52"},  // week 53 to a year of 52
      {Cadence::kWeek, "2020-12-28", -5, "2015-W53"},  // to a year of 53
      {Cadence::kWeek, "2020-12-21", -1, "2019-W52"},
      {Cadence::kWeek, "2021-01-04", -1, "2020-W01"},
      {Cadence::kWeek, "2019-03-04", 10, "2029-W10"},
      {Cadence::kEpiweek, "2020-12-27", -1, "2019 epiweek 52"},
      {Cadence::kEpiweek, "2020-12-27", -6, "2014 epiweek 53"},
      {Cadence::kEpiweek, "2015-01-04", 1, "2016 epiweek 1"},
      {Cadence::kDekad, "2020-02-21", -1, "2019-02 dekad 3"},
      {Cadence::kMonth, "2020-02-01", -10, "2010-02"},
      {Cadence::kQuarter, "2020-02-01", 1, "2021-Q1"},
      {Cadence::kYear, "1971-02-01", -5, "1966"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.from);
    const auto index = period_of(c.cadence, day(c.from));
    EXPECT_EQ(format_period(c.cadence, shift_years(c.cadence, index, c.years)), c.to);
    EXPECT_EQ(shift_years(c.cadence, index, 0), index);
  }
}

TEST(ShiftYears, ThereAndBackMovesOnlyTheLeapDayAndWeek53) {
  for (const Cadence cadence : kGrids) {
    SCOPED_TRACE(name_of(cadence));
    const auto last = period_of(cadence, day("2030-01-01"));
    for (auto i = period_of(cadence, day("1960-01-01")); i < last; ++i) {
      const auto back = shift_years(cadence, shift_years(cadence, i, -1), 1);
      const auto text = format_period(cadence, i);
      const bool leaps = text.ends_with("-02-29") || text.ends_with("W53") || text.ends_with(" 53");
      ASSERT_EQ(back, leaps ? i - 1 : i) << text;
    }
  }
}

TEST(Cadence, NamesComeBack) {
  for (int i = 0; i <= static_cast<int>(Cadence::kIrregular); ++i) {
    const auto cadence = static_cast<Cadence>(i);
    EXPECT_EQ(parse_cadence(name_of(cadence)), cadence);
  }
  EXPECT_EQ(parse_cadence("Month"), std::nullopt);
  EXPECT_EQ(parse_cadence(""), std::nullopt);
}

TEST(PeriodDeathTest, AnIrregularCadenceHasNoGrid) {
  EXPECT_DEATH(period_of(Cadence::kIrregular, Day(0)), "irregular");
  EXPECT_DEATH(period_start(Cadence::kIrregular, 0), "irregular");
}

}  // namespace
}  // namespace tocsin
