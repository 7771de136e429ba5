#include <gtest/gtest.h>

#include <algorithm>

#include "model/period.h"

namespace tocsin {
namespace {

Day day(std::string_view text) { return parse_day(text).value(); }

TEST(Span, ReadsLikeAPersonWritesIt) {
  EXPECT_EQ(to_string({90, SpanUnit::kDays}), "90 days");
  EXPECT_EQ(to_string({1, SpanUnit::kMonths}), "1 month");
  EXPECT_EQ(to_string({2, SpanUnit::kEpiweeks}), "2 epiweeks");
  EXPECT_EQ(to_string({1, SpanUnit::kDekads}), "1 dekad");
  EXPECT_EQ(to_string({10, SpanUnit::kYears}), "10 years");
}

TEST(Minus, GoesBackByTheCalendar) {
  const struct {
    std::string_view from;
    Span span;
    std::string_view to;
  } cases[] = {
      {"2019-05-31", {3, SpanUnit::kMonths}, "2019-02-28"},
      {"2020-05-31", {3, SpanUnit::kMonths}, "2020-02-29"},
      {"2020-02-29", {1, SpanUnit::kYears}, "2019-02-28"},
      {"2020-03-01", {1, SpanUnit::kDays}, "2020-02-29"},
      {"2020-01-10", {2, SpanUnit::kWeeks}, "2019-12-27"},
      {"2020-01-10", {2, SpanUnit::kEpiweeks}, "2019-12-27"},
      {"2020-05-31", {1, SpanUnit::kQuarters}, "2020-02-29"},
      {"2020-05-31", {9, SpanUnit::kDekads}, "2020-02-29"},
      {"2020-05-31", {1, SpanUnit::kDekads}, "2020-05-20"},
      {"2020-03-11", {1, SpanUnit::kDekads}, "2020-03-01"},
      {"2020-03-01", {1, SpanUnit::kDekads}, "2020-02-21"},
      {"1970-01-05", {1, SpanUnit::kDekads}, "1969-12-25"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(format_day(minus(day(c.from), c.span)), c.to) << c.from << " " << to_string(c.span);
  }
}

TEST(LongestDays, AreReachedAndNeverPassed) {
  EXPECT_EQ(longest_days({90, SpanUnit::kDays}), 90);
  EXPECT_EQ(longest_days({2, SpanUnit::kWeeks}), 14);
  EXPECT_EQ(longest_days({1, SpanUnit::kMonths}), 31);
  EXPECT_EQ(longest_days({2, SpanUnit::kMonths}), 62);
  EXPECT_EQ(longest_days({3, SpanUnit::kMonths}), 92);
  EXPECT_EQ(longest_days({1, SpanUnit::kQuarters}), 92);
  EXPECT_EQ(longest_days({1, SpanUnit::kYears}), 366);
  EXPECT_EQ(longest_days({4, SpanUnit::kYears}), 1461);
  EXPECT_EQ(longest_days({1, SpanUnit::kDekads}), 11);
  for (const auto unit : {SpanUnit::kDekads, SpanUnit::kMonths, SpanUnit::kYears}) {
    for (int count = 1; count <= 6; ++count) {
      const Span span{count, unit};
      std::int32_t longest = 0;
      for (Day at = day("1996-01-01"); at < day("2005-01-01"); at = at + 1) {
        longest = std::max(longest, at - minus(at, span));
      }
      EXPECT_EQ(longest, longest_days(span)) << to_string(span);
    }
  }
}

TEST(WholePeriods, AreWholeOnAnyCalendarOrNone) {
  constexpr std::optional<std::int32_t> kNone;
  const struct {
    Span span;
    Cadence cadence;
    std::optional<std::int32_t> periods;
  } cases[] = {
      {{90, SpanUnit::kDays}, Cadence::kMonth, kNone},
      {{90, SpanUnit::kDays}, Cadence::kDay, 90},
      {{90, SpanUnit::kDays}, Cadence::kDekad, kNone},
      {{14, SpanUnit::kDays}, Cadence::kWeek, 2},
      {{14, SpanUnit::kDays}, Cadence::kEpiweek, 2},
      {{15, SpanUnit::kDays}, Cadence::kWeek, kNone},
      {{365, SpanUnit::kDays}, Cadence::kYear, kNone},
      {{2, SpanUnit::kWeeks}, Cadence::kDay, 14},
      {{4, SpanUnit::kWeeks}, Cadence::kMonth, kNone},
      {{3, SpanUnit::kMonths}, Cadence::kDekad, 9},
      {{3, SpanUnit::kMonths}, Cadence::kMonth, 3},
      {{3, SpanUnit::kMonths}, Cadence::kQuarter, 1},
      {{4, SpanUnit::kMonths}, Cadence::kQuarter, kNone},
      {{3, SpanUnit::kMonths}, Cadence::kDay, kNone},
      {{3, SpanUnit::kMonths}, Cadence::kWeek, kNone},
      {{12, SpanUnit::kMonths}, Cadence::kYear, 1},
      {{2, SpanUnit::kQuarters}, Cadence::kMonth, 6},
      {{9, SpanUnit::kDekads}, Cadence::kMonth, 3},
      {{4, SpanUnit::kDekads}, Cadence::kMonth, kNone},
      {{1, SpanUnit::kYears}, Cadence::kDekad, 36},
      {{1, SpanUnit::kYears}, Cadence::kWeek, kNone},
      {{10, SpanUnit::kYears}, Cadence::kYear, 10},
      {{1, SpanUnit::kYears}, Cadence::kIrregular, kNone},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(whole_periods(c.span, c.cadence), c.periods)
        << to_string(c.span) << " of " << name_of(c.cadence);
  }
}

TEST(WholePeriods, FillTheSpanExactlyFromAnyPeriod) {
  for (int unit = 0; unit <= static_cast<int>(SpanUnit::kYears); ++unit) {
    for (int cadence = 0; cadence < static_cast<int>(Cadence::kIrregular); ++cadence) {
      const Span span{12, static_cast<SpanUnit>(unit)};
      const auto grid = static_cast<Cadence>(cadence);
      const auto periods = whole_periods(span, grid);
      if (!periods) continue;
      const auto first = period_of(grid, day("2015-01-01"));
      for (auto i = first; i < first + 100; ++i) {
        ASSERT_EQ(minus(period_start(grid, i), span), period_start(grid, i - *periods))
            << to_string(span) << " of " << name_of(grid);
      }
    }
  }
}

}  // namespace
}  // namespace tocsin
