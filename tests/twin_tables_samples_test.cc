#include "tests/support/table_fixture.h"

// docs/SEMANTICS.md 2.12, worked by hand: see twin_tables_test.cc. Networks are sampled every hour.
namespace tocsin {
namespace {

using twin::Kind;

class SampleTable : public Table {
 protected:
  // So many hours each with such a value, one after the other from midnight of `first` on; "-"
  // leaves them out.
  struct Hours {
    std::int32_t count;
    std::string value;
  };
  void sampled(std::string_view first, const std::vector<Hours>& hours,
               SourceId source = of::kFirst) {
    std::int32_t at = 0;
    for (const Hours& some : hours)
      for (std::int32_t i = 0; i < some.count; ++i, ++at)
        if (some.value != "-") sample(day(first) + at / 24, at % 24, std::stoi(some.value), source);
  }
  void sample(Day on, std::int32_t hour, std::int64_t value, SourceId source = of::kFirst,
              std::uint32_t revision = 1) {
    say(source, "visible " + format_day(on) + " " + std::to_string(hour), claim(on, hour, value),
        revision);
  }
  static ObservationClaim claim(Day on, std::int32_t hour, std::int64_t value) {
    ObservationClaim out = observation(at::kXa, of::kVisible, of::kFirst, on, on + 1, value);
    out.second = hour * 3'600;
    return out;
  }
  static twin::Expr sample_of() {
    twin::Expr e = twin::read(last_of(of::kVisible));
    e.kind = Kind::kSample;
    return e;
  }
  static twin::Expr usual_of(std::int32_t n, std::int32_t warm_up_hours) {
    twin::Expr e = twin::read(last_of(of::kVisible));
    e.kind = Kind::kUsual;
    e.span = days(n);
    e.learns = true;
    e.learn_least = 0.8;
    e.learn_greatest = 2;
    e.warm_up = warm_up_hours * 3'600;
    return e;
  }
  // longest(of, n d) >= hours
  static twin::Expr longest(twin::Expr of, std::int32_t hours, std::int32_t n = 1) {
    twin::Expr e = twin::op(Kind::kLongest, std::move(of));
    e.count = n;
    return twin::op(Kind::kGreaterEqual, std::move(e), twin::number(hours * 3'600, "s"));
  }
  static twin::Expr below(double networks) {
    return twin::op(Kind::kLess, sample_of(), twin::number(networks, "networks"));
  }
  static twin::Expr below_usual(std::int32_t n, std::int32_t warm_up_hours) {
    return twin::op(Kind::kLess, twin::op(Kind::kDivide, sample_of(), usual_of(n, warm_up_hours)),
                    twin::number(80, "%"));
  }
};

INSTANTIATE_TEST_SUITE_P(Both, SampleTable, testing::Values(Who::kTwin, Who::kEngine), who_name);

TEST_P(SampleTable, ARunIsAsLongAsItsSamplesAndKnownFromBelowAtOnce) {
  signal(of::kCommunity, longest(below(5), 3));
  begin("2020-06-01");
  // Two hours; three hours, on a day that goes on; three hours with one that is missing among them.
  sampled("2020-06-01", {{5, "9"}, {2, "4"}, {17, "9"}});
  sampled("2020-06-02", {{5, "9"}, {3, "4"}});
  sampled("2020-06-03", {{5, "9"}, {1, "4"}, {1, "-"}, {1, "4"}, {16, "9"}});
  today("2020-06-04");
  // On the third it may be as long; on the fourth nothing has come.
  EXPECT_EQ(signal_in(at::kXa), ".1 #1 !2");
}

TEST_P(SampleTable, AGapThatIsTooShortLeavesTheDayKnown) {
  signal(of::kCommunity, longest(below(5), 3));
  begin("2020-06-01");
  sampled("2020-06-01", {{5, "9"}, {2, "-"}, {17, "9"}});
  sampled("2020-06-02", {{5, "9"}, {2, "-"}, {1, "4"}, {16, "9"}});
  sampled("2020-06-03", {{12, "9"}});
  today("2020-06-03");
  // Two hours at most; perhaps three; the day is not over.
  EXPECT_EQ(signal_in(at::kXa), ".1 ?2");
}

TEST_P(SampleTable, ARunThatBeganTheDayBeforeCountsAsFarAsTheWindowGoes) {
  signal(of::kCommunity, longest(below(5), 4, 1));
  signal(of::kCommunity, longest(below(5), 4, 2));
  begin("2020-06-01");
  sampled("2020-06-01", {{22, "9"}, {2, "4"}});
  sampled("2020-06-02", {{2, "4"}, {22, "9"}});
  // What lies in the day before alone is of that day.
  sampled("2020-06-03", {{24, "9"}});
  today("2020-06-03");
  EXPECT_EQ(signal_in(at::kXa, 0), ".3");
  EXPECT_EQ(signal_in(at::kXa, 1), ".1 #1 .1");
}

TEST_P(SampleTable, TheUsualNeedsItsWarmUp) {
  signal(of::kCommunity, longest(below_usual(2, 6), 2));
  begin("2020-06-01");
  // Five hours are too few to say what is usual at the sixth; with six it is 10.
  sampled("2020-06-01", {{5, "10"}, {1, "2"}, {18, "10"}});
  sampled("2020-06-02", {{10, "10"}, {2, "7"}, {12, "10"}});
  sampled("2020-06-03", {{10, "10"}, {2, "8"}, {12, "10"}});
  today("2020-06-03");
  // Exactly 80 % is quiet.
  EXPECT_EQ(signal_in(at::kXa), "?1 #1 .1");
}

TEST_P(SampleTable, AnOutageDoesNotBecomeUsualUntilNothingElseIsLeft) {
  signal(of::kCommunity, longest(below_usual(2, 6), 2));
  begin("2020-06-01");
  sampled("2020-06-01", {{24, "10"}});
  sampled("2020-06-02", {{24, "2"}});
  sampled("2020-06-03", {{24, "2"}});
  sampled("2020-06-04", {{24, "2"}});
  sampled("2020-06-05", {{24, "2"}});
  today("2020-06-05");
  // At 19 h on 3 June less than six hours of 10 are left within two days: there is no usual, and
  // what is seen is learned. On 4 June the last of the 10s are gone and 2 is usual.
  EXPECT_EQ(signal_in(at::kXa), "?1 #2 .2");
}

TEST_P(SampleTable, WhatStandsAtTheDayIsTheSameAtEachSample) {
  signal(of::kEnvironmental, at_least(last_of(of::kHeat), 30, "degC"));
  signal(of::kCommunity, longest(twin::op(Kind::kAnd, below(5), twin::on(0)), 2));
  begin("2020-06-01");
  say_heat("2020-06-01", {"31", "20", "31"});
  sampled("2020-06-01", {{2, "4"}, {22, "9"}});
  sampled("2020-06-02", {{2, "4"}, {22, "9"}});
  sampled("2020-06-03", {{24, "9"}});
  today("2020-06-03");
  EXPECT_EQ(signal_in(at::kXa, 1), "#1 .2");
}

TEST_P(SampleTable, TheFirstSourceWithASampleOfTheDayIsRead) {
  signal(of::kCommunity, longest(below(5), 2));
  begin("2020-06-01");
  const auto second = [&](std::string_view first, std::int32_t hour, std::int64_t value) {
    ObservationClaim out = claim(day(first), hour, value);
    out.series.source = of::kSecond;
    say(of::kSecond, "second " + std::string(first) + std::to_string(hour), out);
  };
  sampled("2020-06-01", {{24, "9"}});
  for (std::int32_t hour = 0; hour < 24; ++hour) {
    second("2020-06-01", hour, 1);
    second("2020-06-02", hour, 1);
  }
  today("2020-06-03");
  EXPECT_EQ(signal_in(at::kXa), ".1 #1 !1");
}

TEST_P(SampleTable, RevisedWithdrawnAndLateSamplesChangeTheirDay) {
  signal(of::kCommunity, longest(below(5), 3));
  begin("2020-06-01");
  sampled("2020-06-01", {{3, "4"}, {21, "9"}});
  sampled("2020-06-02", {{3, "4"}, {21, "9"}});
  sampled("2020-06-03", {{3, "4"}, {1, "-"}, {20, "9"}});
  today("2020-06-03");
  EXPECT_EQ(signal_in(at::kXa), "#3");
  sample(day("2020-06-01"), 1, 9, of::kFirst, 2);                // it was not so low
  say(of::kFirst, "visible 2020-06-02 1", std::monostate(), 2);  // is not known
  sample(day("2020-06-03"), 3, 4);                               // late
  sample(day("2020-06-03"), 2, 9, of::kFirst, 2);
  today("2020-06-03");
  EXPECT_EQ(signal_in(at::kXa), ".1 ?1 .1");
}

}  // namespace
}  // namespace tocsin
