#include "model/time.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

Day day(std::string_view text) { return parse_day(text).value(); }

TEST(Day, CountsFromTheEpochOnBothSides) {
  const struct {
    std::string_view text;
    std::int32_t number;
  } cases[] = {
      {"1970-01-01", 0},      {"1969-12-31", -1},     {"2000-02-29", 11016},  {"2020-12-31", 18627},
      {"1900-03-01", -25508}, {"1800-01-01", -62091}, {"2399-12-31", 157053},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(day(c.text).number(), c.number) << c.text;
    EXPECT_EQ(format_day(Day(c.number)), c.text);
  }
  EXPECT_EQ(kDayMin, day("1800-01-01"));
  EXPECT_EQ(kDayMax, day("2399-12-31"));
  EXPECT_GT(kDayNever, kDayMax);
}

TEST(Day, IsReadOnlyFromWhatIsADay) {
  for (const std::string_view text :
       {"", "2019", "2019-3-07", "2019-03-7", "2019-03-07T", " 2019-03-07", "2019-03-07 ",
        "2019/03/07", "2019-02-29", "2019-13-01", "2019-00-10", "2019-04-31", "2019-01-00",
        "1900-02-29", "1799-12-31", "2400-01-01", "-019-01-01", "20190307", "2019-03-0x"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
}

TEST(Day, ErrorsNameTheValueAndWhatIsAllowed) {
  EXPECT_NE(parse_day("2019-02-30").error().message.find("2019-02-30"), std::string::npos);
  EXPECT_NE(parse_day("2500-01-01").error().message.find("2399-12-31"), std::string::npos);
}

TEST(Day, EveryDayOfFourCenturiesComesBackFromItsText) {
  for (Day at = day("1800-01-01"); at <= day("2399-12-31"); at = at + 1) {
    ASSERT_EQ(parse_day(format_day(at)).value(), at);
    ASSERT_EQ(to_day(to_ymd(at)), at);
  }
}

TEST(CalendarSteps, KeepTheDayOrTakeTheLastOfTheMonth) {
  const struct {
    std::string_view from;
    int months;
    std::string_view to;
  } cases[] = {
      {"2019-05-31", -3, "2019-02-28"}, {"2020-05-31", -3, "2020-02-29"},
      {"2020-01-31", 1, "2020-02-29"},  {"2100-01-31", 1, "2100-02-28"},
      {"2020-02-29", 12, "2021-02-28"}, {"2020-02-29", -12, "2019-02-28"},
      {"2020-02-29", 48, "2024-02-29"}, {"2020-01-15", -1, "2019-12-15"},
      {"2020-12-31", 2, "2021-02-28"},  {"1968-02-29", -1, "1968-01-29"},
      {"1970-01-31", -1, "1969-12-31"}, {"2020-03-31", 0, "2020-03-31"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(format_day(add_months(day(c.from), c.months)), c.to) << c.from << " " << c.months;
  }
}

TEST(CalendarSteps, MapTheLeapDayToThe28th) {
  EXPECT_EQ(format_day(add_years(day("2020-02-29"), 1)), "2021-02-28");
  EXPECT_EQ(format_day(add_years(day("2020-02-29"), 4)), "2024-02-29");
  EXPECT_EQ(format_day(add_years(day("2000-02-29"), 100)), "2100-02-28");
  EXPECT_EQ(format_day(add_years(day("2021-02-28"), -1)), "2020-02-28");
}

TEST(DayOf, FloorsAlsoBeforeTheEpoch) {
  EXPECT_EQ(day_of(EventTime(0)), Day(0));
  EXPECT_EQ(day_of(EventTime(kMillisecondsPerDay - 1)), Day(0));
  EXPECT_EQ(day_of(EventTime(-1)), Day(-1));
  EXPECT_EQ(day_of(EventTime(-kMillisecondsPerDay)), Day(-1));
  EXPECT_EQ(day_of(EventTime(-kMillisecondsPerDay - 1)), Day(-2));
  EXPECT_EQ(start_of<EventTime>(Day(-1)).milliseconds(), -kMillisecondsPerDay);
}

TEST(Rfc3339, ReadsEveryOffsetAndCanonicalises) {
  const struct {
    std::string_view text;
    std::string_view canonical;
  } cases[] = {
      {"2019-03-07T12:00:00Z", "2019-03-07T12:00:00Z"},
      {"2019-03-07t12:00:00z", "2019-03-07T12:00:00Z"},
      {"2019-03-07T13:00:00.250+01:00", "2019-03-07T12:00:00.250Z"},
      {"2019-03-07T00:30:00+01:00", "2019-03-06T23:30:00Z"},
      {"2019-12-31T23:30:00-00:45", "2020-01-01T00:15:00Z"},
      {"2019-03-07T12:00:00.5Z", "2019-03-07T12:00:00.500Z"},
      {"2019-03-07T12:00:00.000Z", "2019-03-07T12:00:00Z"},
      {"2019-03-07T12:00:00.123456789Z", "2019-03-07T12:00:00.123Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
      {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
      {"2020-02-29T00:00:00-12:00", "2020-02-29T12:00:00Z"},
  };
  for (const auto& c : cases) {
    const auto parsed = parse_rfc3339_ms(c.text);
    ASSERT_TRUE(parsed) << c.text << ": " << parsed.error().message;
    EXPECT_EQ(format_rfc3339_ms(*parsed), c.canonical);
    EXPECT_EQ(parse_rfc3339_ms(c.canonical).value(), *parsed);
  }
}

TEST(Rfc3339, RefusesWhatIsNotATime) {
  for (const std::string_view text : {"",
                                      "2019-03-07",
                                      "2019-03-07T12:00:00",
                                      "2019-03-07T12:00Z",
                                      "2019-03-07 12:00:00Z",
                                      "2019-03-07T24:00:00Z",
                                      "2019-03-07T12:60:00Z",
                                      "2019-03-07T12:00:61Z",
                                      "2019-03-07T12:30:60Z",
                                      "2019-03-07T12:00:00.Z",
                                      "2019-03-07T12:00:00.1234567890Z",
                                      "2019-03-07T12:00:00+1:00",
                                      "2019-03-07T12:00:00+01",
                                      "2019-03-07T12:00:00+24:00",
                                      "2019-03-07T12:00:00+01:60",
                                      "2019-03-07T12:00:00ZZ",
                                      "2019-02-30T12:00:00Z",
                                      "1800-01-01T00:30:00+01:00",
                                      "2399-12-31T23:30:00-01:00",
                                      "2019-03-07T1x:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339_ms(text)) << text;
  }
}

TEST(Rfc3339, ShortensAHostileTextInItsError) {
  EXPECT_LT(parse_rfc3339_ms(std::string(10'000, 'x')).error().message.size(), 200u);
}

}  // namespace
}  // namespace tocsin
