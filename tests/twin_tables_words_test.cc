#include "tests/support/table_fixture.h"

// Words of a scale, and what events have become, worked by hand: see twin_tables_test.cc.
namespace tocsin {
namespace {

using twin::Kind;

twin::Expr word(double place) {
  twin::Expr e = twin::number(place);
  e.kind = Kind::kWord;
  e.read.indicator = of::kPhase;
  return e;
}

ObservationClaim phase(std::string_view monday, std::int64_t place, SourceId source = of::kFirst) {
  ObservationClaim out =
      observation(at::kXa, of::kPhase, source, day(monday), day(monday) + 7, place);
  out.note = "because";
  return out;
}

TEST_P(Table, WordsAreComparedByTheirPlaceAndNotKnownBeforeTheFirst) {
  signal(of::kCommunity, twin::op(Kind::kGreaterEqual, twin::read(last_of(of::kPhase)), word(2)));
  begin("2020-06-01");
  say(of::kFirst, "1", phase("2020-06-01", 1));
  say(of::kFirst, "2", phase("2020-06-08", 2));
  say(of::kFirst, "3", phase("2020-06-15", 3));
  say(of::kFirst, "4", phase("2020-06-22", 0));
  today("2020-06-29");
  // calm, tense, crisis, war: of four words the third or worse.
  EXPECT_EQ(signal_in(at::kXa), "?6 .7 #14 .2");
}

TEST_P(Table, AStepUpIsOneWhateverTheWords) {
  twin::Read before = last_of(of::kPhase);
  before.lag = {1, SpanUnit::kWeeks};
  signal(of::kCommunity,
         twin::op(Kind::kGreater, twin::read(last_of(of::kPhase)), twin::read(before)));
  begin("2020-06-01");
  for (const auto& [id, monday, place] :
       {std::tuple("1", "2020-06-01", 0), std::tuple("2", "2020-06-08", 1),
        std::tuple("3", "2020-06-15", 1)})
    say(of::kFirst, id, phase(monday, place));
  today("2020-06-22");
  EXPECT_EQ(signal_in(at::kXa), "?13 #7 .2");
}

TEST_P(Table, EventsCountByWhatTheyHaveBecome) {
  twin::Read any = clashes(days(30)), confirmed = any, reported = any;
  confirmed.status = EventStatus::kConfirmed;
  reported.status = EventStatus::kReported;
  for (const twin::Read& read : {any, confirmed, reported})
    signal(of::kCommunity, at_least(read, 1));
  begin("2020-06-01");
  say(of::kFirst, "covered",
      events_covered(of::kFirst, {at::kX}, day("2020-01-01"), day("2020-07-01")));
  EventClaim clash = event(at::kXa, of::kClash, day("2020-06-02"));
  say(of::kFirst, "clash", clash);
  today("2020-06-03");
  EXPECT_EQ(signal_in(at::kXa, 0), ".1 #2");
  EXPECT_EQ(signal_in(at::kXa, 1), ".3");
  EXPECT_EQ(signal_in(at::kXa, 2), ".1 #2");
  clash.status = EventStatus::kConfirmed;
  say(of::kFirst, "clash", clash, 2);
  today("2020-06-03");
  EXPECT_EQ(signal_in(at::kXa, 0), ".1 #2");
  EXPECT_EQ(signal_in(at::kXa, 1), ".1 #2");
  EXPECT_EQ(signal_in(at::kXa, 2), ".3");
  clash.status = EventStatus::kRefuted;
  say(of::kFirst, "clash", clash, 3);
  today("2020-06-03");
  for (const std::uint32_t s : {0u, 1u, 2u}) EXPECT_EQ(signal_in(at::kXa, s), ".3");
}

}  // namespace
}  // namespace tocsin
