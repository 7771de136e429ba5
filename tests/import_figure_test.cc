#include <gtest/gtest.h>

#include <limits>

#include "ingest/import/date_format.h"
#include "ingest/import/figure.h"

namespace tocsin {
namespace {

using Take = RollupSpec::Take;

TEST(Figure, RatiosRoundHalfAwayFromZero) {
  EXPECT_EQ(scaled_ratio(1, 3, {100, 0}, 2), 3333);
  EXPECT_EQ(scaled_ratio(2, 3, {100, 0}, 2), 6667);
  EXPECT_EQ(scaled_ratio(1, 2, {1, 0}, 0), 1);
  EXPECT_EQ(scaled_ratio(-1, 2, {1, 0}, 0), -1);
  EXPECT_EQ(scaled_ratio(1, -2, {1, 0}, 0), -1);
  EXPECT_EQ(scaled_ratio(12'345'678, 1'000'000, {1, 1}, 3), 1235);
}

TEST(Figure, WhatDoesNotFitIsSaid) {
  EXPECT_EQ(scaled_ratio(std::numeric_limits<std::int64_t>::max(), 1, {10, 0}, 6), std::nullopt);
  EXPECT_EQ(aggregate(Take::kSum, {std::numeric_limits<std::int64_t>::max(), 1}), std::nullopt);
}

TEST(Figure, Aggregates) {
  EXPECT_EQ(aggregate(Take::kSum, {3, 1, 2}), 6);
  EXPECT_EQ(aggregate(Take::kMean, {1, 2}), 2);
  EXPECT_EQ(aggregate(Take::kMean, {-1, -2}), -2);
  EXPECT_EQ(aggregate(Take::kMedian, {9, 1, 5}), 5);
  EXPECT_EQ(aggregate(Take::kMedian, {9, 1, 5, 6}), 6);
  EXPECT_EQ(aggregate(Take::kLeast, {3, 1, 2}), 1);
  EXPECT_EQ(aggregate(Take::kGreatest, {3, 1, 2}), 3);
  EXPECT_EQ(aggregate(Take::kSum, {}), std::nullopt);
}

struct DateCase {
  std::string_view text, format, want;  // want: "" when it doesn't fit
};

TEST(DateFormat, FollowsTable) {
  for (const auto& c : std::vector<DateCase>{
           {"2019-03-07", "YYYY-MM-DD", "2019-03-07"},
           {"2019-3-7", "YYYY-M-D", "2019-03-07"},
           {"2019-03-07", "YYYY-M-D", "2019-03-07"},
           {"3/7/2019", "M/D/YYYY", "2019-03-07"},
           {"201903", "YYYYMM", "2019-03-01"},
           {"2019", "YYYY", "2019-01-01"},
           {"26", "YY", "2026-01-01"},
           {"2019-3-7", "YYYY-MM-DD", ""},
           {"2019-02-29", "YYYY-MM-DD", ""},
           {"2020-02-29", "YYYY-MM-DD", "2020-02-29"},
           {"2019-03-07 ", "YYYY-MM-DD", ""},
           {"2019-13", "YYYY-M", ""},
           {"1799", "YYYY", ""},
           {"", "YYYY", ""},
       }) {
    const auto day = parse_date(c.text, c.format);
    EXPECT_EQ(day ? format_day(*day) : "", c.want) << c.text << " as " << c.format;
  }
}

TEST(DateFormat, KnowsWhatIsAFormat) {
  for (const auto format : {"YYYY", "YY/M", "D.M.YYYY", "YYYYMMDD"}) {
    EXPECT_TRUE(is_date_format(format)) << format;
  }
  for (const auto format : {"", "MM", "YYYYY", "YYY", "YYYY-DD", "YYYY-MMM", "YYYY-MM-MM"}) {
    EXPECT_FALSE(is_date_format(format)) << format;
  }
}

}  // namespace
}  // namespace tocsin
