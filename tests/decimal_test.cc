#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "model/record.h"
#include "tests/support/record_gen.h"

namespace tocsin {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST(ParseDecimal, KeepsWhatTheSenderWrote) {
  const struct {
    std::string_view token;
    Decimal want;
  } cases[] = {
      {"0", {0, 0}},
      {"-0", {0, 0}},
      {"12.50", {1250, 2}},
      {"-12.50", {-1250, 2}},
      {"0.001", {1, 3}},
      {"3e2", {3, -2}},
      {"3E+2", {3, -2}},
      {"3.25e-3", {325, 5}},
      {"3.25e1", {325, 1}},
      {"-0.5e0", {-5, 1}},
      {"1e999", {1, -999}},
      {"123456789012345678", {123456789012345678, 0}},
      {"0.000000000000000000000000001", {1, 27}},
  };
  for (const auto& c : cases) {
    const auto parsed = parse_decimal(c.token);
    ASSERT_TRUE(parsed) << c.token;
    EXPECT_EQ(parsed->digits, c.want.digits) << c.token;
    EXPECT_EQ(parsed->scale, c.want.scale) << c.token;
  }
}

TEST(ParseDecimal, RefusesWhatIsNoJsonNumber) {
  for (const std::string_view token : {"",
                                       "-",
                                       "+1",
                                       "01",
                                       "-01",
                                       "1.",
                                       ".5",
                                       "1e",
                                       "1e+",
                                       "1e1000",
                                       "1e-1000",
                                       "1.5.2",
                                       "1,5",
                                       "0x10",
                                       "NaN",
                                       "Infinity",
                                       " 1",
                                       "1 ",
                                       "1e1.5",
                                       "--1",
                                       "1234567890123456789",
                                       "0.1234567890123456789",
                                       "1.000000000000000000"}) {
    EXPECT_FALSE(parse_decimal(token)) << token;
  }
  EXPECT_FALSE(parse_decimal("0." + std::string(100'000, '0')));
}

TEST(ToScaled, RoundsHalfAwayFromZero) {
  const struct {
    std::string_view token;
    int precision;
    std::int64_t want;
  } cases[] = {
      {"12.5", 2, 1250},
      {"12.345", 2, 1235},
      {"-12.345", 2, -1235},
      {"12.3449999", 2, 1234},
      {"0.5", 0, 1},
      {"-0.5", 0, -1},
      {"0.49999", 0, 0},
      {"-0.49999", 0, 0},
      {"1.5", 0, 2},
      {"2.5", 0, 3},
      {"-2.5", 0, -3},
      {"3e2", 2, 30000},
      {"3e-2", 2, 3},
      {"5e-3", 2, 1},
      {"4e-3", 2, 0},
      {"5e-21", 1, 0},
      {"1e-999", 6, 0},
      {"0e999", 6, 0},
      {"-0", 3, 0},
      {"1e12", 6, 1000000000000000000},
      {"999999999999999999e-18", 0, 1},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(to_scaled(parse_decimal(c.token).value(), c.precision), c.want) << c.token;
  }
}

TEST(ToScaled, SaysSoWhenItDoesNotFit) {
  EXPECT_EQ(to_scaled({9223372036854775807, 0}, 0), kMost);
  EXPECT_EQ(to_scaled({-9223372036854775807, 0}, 0), -kMost);
  EXPECT_EQ(to_scaled({std::numeric_limits<std::int64_t>::min(), 0}, 0), std::nullopt);
  EXPECT_EQ(to_scaled({std::numeric_limits<std::int64_t>::min(), 1}, 0), -922337203685477581);
  EXPECT_EQ(to_scaled({922337203685477580, 0}, 1), 9223372036854775800);
  EXPECT_EQ(to_scaled({922337203685477581, 0}, 1), std::nullopt);
  EXPECT_EQ(to_scaled({2'000'000'000'000'000'000, 0}, 1), std::nullopt) << "not wrapped round";
  EXPECT_EQ(to_scaled({1, -19}, 0), std::nullopt);
  EXPECT_EQ(to_scaled({1, -999}, 6), std::nullopt);
  EXPECT_EQ(to_scaled({9223372036854775807, 19}, 0), 1);  // 0.92...
  EXPECT_EQ(to_scaled({4999999999999999999, 19}, 0), 0);
  EXPECT_EQ(to_scaled({5000000000000000000, 19}, 0), 1);
  EXPECT_EQ(to_scaled({9223372036854775807, 20}, 0), 0);
}

TEST(FormatScaled, WritesEveryDigitOfThePrecision) {
  EXPECT_EQ(format_scaled(1250, 2), "12.50");
  EXPECT_EQ(format_scaled(-1250, 2), "-12.50");
  EXPECT_EQ(format_scaled(5, 3), "0.005");
  EXPECT_EQ(format_scaled(-5, 3), "-0.005");
  EXPECT_EQ(format_scaled(0, 2), "0.00");
  EXPECT_EQ(format_scaled(42, 0), "42");
  EXPECT_EQ(format_scaled(kMost, 6), "9223372036854.775807");
  EXPECT_EQ(format_scaled(std::numeric_limits<std::int64_t>::min(), 0), "-9223372036854775808");
}

TEST(FormatScaled, ComesBackThroughParseAndScale) {
  std::mt19937_64 random(testsupport::test_seed());
  for (int i = 0; i < 20'000; ++i) {
    const int precision = static_cast<int>(random() % 7);
    const auto value = static_cast<std::int64_t>(random() % 1'000'000'000'000'000'000ULL) -
                       500'000'000'000'000'000;
    const auto text = format_scaled(value, precision);
    ASSERT_EQ(to_scaled(parse_decimal(text).value(), precision), value) << text;
  }
}

TEST(RecordNames, ComeFromOneTableEach) {
  for (int i = 0; i <= static_cast<int>(Tlp::kRed); ++i) {
    EXPECT_EQ(parse_tlp(name_of(static_cast<Tlp>(i))), static_cast<Tlp>(i));
  }
  EXPECT_EQ(parse_tlp("amber+strict"), Tlp::kAmberStrict);
  EXPECT_EQ(parse_tlp("AMBER"), std::nullopt);
  EXPECT_EQ(name_of(Fate::kArchivedLate), "archived-late");
  EXPECT_EQ(name_of(RecordType::kCoverage), "coverage");
  Record record;
  record.body = RetractionBody{};
  EXPECT_EQ(record.type(), RecordType::kRetraction);
}

}  // namespace
}  // namespace tocsin
