#include "ingest/gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <span>

#include "tests/support/gate_world.h"

namespace tocsin {
namespace {

using testsupport::at;
using testsupport::coverage;
using testsupport::day;
using testsupport::event;
using testsupport::forecast;
using testsupport::GateWorld;
using testsupport::in;
using testsupport::judgement;
using testsupport::observation;

// What became of a record: its fate, or the code and pointer of its rejection.
std::string verdict(const Admission& admission) {
  EXPECT_EQ(admission.rejection.has_value(), admission.fate == Fate::kQuarantined);
  EXPECT_EQ(admission.change.has_value(), admission.fate == Fate::kApplied);
  if (!admission.rejection) return std::string(name_of(admission.fate));
  EXPECT_FALSE(admission.rejection->message.empty());
  EXPECT_FALSE(admission.rejection->allowed.empty()) << admission.rejection->message;
  return admission.rejection->code + " " + admission.rejection->pointer;
}

template <class Body>
Record with(Record record, const std::function<void(Body&)>& change) {
  change(std::get<Body>(record.body));
  return record;
}

Record from_source(Record record, std::string source) {
  record.source = std::move(source);
  return record;
}

TEST(Gate, ResolvesAnObservation) {
  const GateWorld world;
  auto record = observation("rainfall", in("Borno state"), "2019-02-01", "2019-03-01", {1255, 2});
  std::get<ObservationBody>(record.body).group = "women";
  record.tlp = Tlp::kGreen;
  record.published = PublishedTime(9);
  const auto admission = world.admit(record);
  ASSERT_EQ(verdict(admission), "applied");
  const LatestRevision& after = admission.change->after;
  EXPECT_FALSE(admission.change->before);
  EXPECT_EQ(after.identity, identity_hash("figures", "o1"));
  EXPECT_EQ(after.content, content_hash(record));
  EXPECT_EQ(after.source, SourceId(2));
  EXPECT_EQ(after.revision, 1u);
  EXPECT_EQ(after.tlp, Tlp::kGreen);
  EXPECT_EQ(after.published, PublishedTime(9));
  EXPECT_EQ(after.journal_sequence, 77u);
  EXPECT_EQ(after.journal_index, 5u);
  const SeriesKey series{RegionId(4), IndicatorId(1), SourceId(2), GroupId(1)};
  // 12.55 at one decimal digit.
  EXPECT_EQ(after.claim,
            Claim(ObservationClaim{series, day("2019-02-01"), day("2019-03-01"), 126}));
}

TEST(Gate, ResolvesAnEvent) {
  const GateWorld world;
  auto record = event(at(9, 9), "2019-03-14");
  auto& body = std::get<EventBody>(record.body);
  body.deaths_low = 2;
  body.displaced = 40;
  body.actors = {"Boko Haram", "Army", "boko haram"};
  body.place.region = "NG";
  body.place.vague = true;
  const auto admission = world.admit(record);
  ASSERT_EQ(verdict(admission), "applied");
  const auto& claim = std::get<EventClaim>(admission.change->after.claim);
  EXPECT_EQ(claim.region, RegionId(1)) << "exactly the named region";
  EXPECT_TRUE(claim.vague_place);
  EXPECT_EQ(claim.deaths, 2) << "no best estimate: the low one";
  EXPECT_EQ(claim.displaced, 40);
  EXPECT_EQ(claim.actors.size(), 2u);
  EXPECT_TRUE(std::is_sorted(claim.actors.begin(), claim.actors.end()));
  EXPECT_EQ(admission.change->after.published.milliseconds(), parse_rfc3339_ms(world.now).value())
      << "the time of arrival where the sender gave none";
}

TEST(Gate, ResolvesForecastAndCoverage) {
  const GateWorld world;
  auto record = forecast("rainfall", in("NG-BO"), "2019-06-01", "2019-09-01");
  auto& body = std::get<ForecastBody>(record.body);
  body.value.reset();
  body.probability = Decimal{35, 2};
  body.threshold = Decimal{7, 0};
  const auto predicted = world.admit(record);
  ASSERT_EQ(verdict(predicted), "applied");
  const auto& claim = std::get<ForecastClaim>(predicted.change->after.claim);
  EXPECT_EQ(claim.issued, day("2019-03-10"));
  EXPECT_EQ(claim.probability, 350'000);
  EXPECT_EQ(claim.threshold, 70);
  EXPECT_EQ(claim.value, std::nullopt);

  const auto covered =
      world.admit(coverage("events", {"NG-NI", "Borno", "NG-NI"}, "2019-01-01", "2019-03-01"));
  ASSERT_EQ(verdict(covered), "applied");
  EXPECT_EQ(covered.change->after.claim, Claim(CoverageClaim{SourceId(1),
                                                             IndicatorId(),
                                                             {RegionId(3), RegionId(4)},
                                                             day("2019-01-01"),
                                                             day("2019-03-01")}));
}

TEST(Gate, KeepsTheNoteOfAJudgementAndOfNothingElse) {
  const GateWorld world;
  const auto judged = world.admit(judgement("probable", "two clinics, no laboratory yet"));
  ASSERT_EQ(verdict(judged), "applied");
  const SeriesKey series{RegionId(4), IndicatorId(6), SourceId(2), GroupId()};
  EXPECT_EQ(judged.change->after.claim,
            Claim(ObservationClaim{series, day("2019-03-01"), day("2019-03-02"), 1,
                                   "two clinics, no laboratory yet"}));
  auto rain = observation("rainfall", in("NG"), "2019-02-01", "2019-03-01", {5, 0});
  std::get<ObservationBody>(rain.body).note = "gauge replaced";
  const auto measured = world.admit(rain);
  ASSERT_EQ(verdict(measured), "applied");
  EXPECT_EQ(std::get<ObservationClaim>(measured.change->after.claim).note, "");
}

TEST(Gate, KeepsTheStatusOfAnEvent) {
  const GateWorld world;
  for (const auto status :
       {EventStatus::kReported, EventStatus::kConfirmed, EventStatus::kRefuted}) {
    auto record = event(in("NG-BO"), "2019-03-14");
    std::get<EventBody>(record.body).status = status;
    const auto admission = world.admit(record);
    ASSERT_EQ(verdict(admission), "applied");
    EXPECT_EQ(std::get<EventClaim>(admission.change->after.claim).status, status);
  }
}

struct VerdictCase {
  std::string_view name;
  Record record;
  std::string_view want;
};

void expect_verdicts(const GateWorld& world, std::span<const VerdictCase> cases) {
  for (const auto& c : cases) EXPECT_EQ(verdict(world.admit(c.record)), c.want) << c.name;
}

TEST(Gate, LetsOnlyThoseSpeakWhoMay) {
  const GateWorld world;
  const Record clash = event(in("NG-BO"), "2019-03-01");
  const Record rain = observation("rainfall", in("NG-BO"), "2019-02-01", "2019-03-01", {5, 0});
  const VerdictCase cases[] = {
      {"unknown source", from_source(clash, "event"), "unknown-source /source"},
      {"source of another producer", from_source(clash, "other"), "source-not-allowed /source"},
      {"kind of another source", from_source(clash, "figures"),
       "event-kind-not-allowed /data/kind"},
      {"kind not given to the source",
       with<EventBody>(clash, [](auto& body) { body.kind = "protest"; }),
       "event-kind-not-allowed /data/kind"},
      {"indicator of another source", from_source(rain, "events"),
       "indicator-not-allowed /data/indicator"},
      {"indicator not given", observation("foreign", in("NG"), "2019-03-01", "2019-03-02", {5, 0}),
       "indicator-not-allowed /data/indicator"},
      {"region itself", event(in("NG"), "2019-03-01"), "applied"},
      {"region two below", event(in("NG-BO-A"), "2019-03-01"), "applied"},
      {"region elsewhere", event(in("NE-1"), "2019-03-01"), "region-not-allowed /subject"},
      {"point elsewhere", event(at(1, 12), "2019-03-01"), "region-not-allowed /data/latitude"},
      {"set of allowed regions", event(in("set:ng-all"), "2019-03-01"), "applied"},
      {"basin across the border", event(in("basin:lake"), "2019-03-01"),
       "region-not-allowed /subject"},
      {"coverage elsewhere", coverage("events", {"NG", "NE"}, "2019-01-01", "2019-02-01"),
       "region-not-allowed /data/regions"},
      {"coverage of events by who writes none",
       from_source(coverage("events", {"NG"}, "2019-01-01", "2019-02-01"), "figures"),
       "stream-not-allowed /data/stream"},
      {"coverage of a foreign indicator", coverage("foreign", {"NG"}, "2019-01-01", "2019-02-01"),
       "indicator-not-allowed /data/stream"},
  };
  expect_verdicts(world, cases);
}

TEST(Gate, RefusesUnknownNames) {
  const GateWorld world;
  const Record clash = event(in("NG-BO"), "2019-03-01");
  const Record rain = observation("rainfall", in("NG-BO"), "2019-02-01", "2019-03-01", {5, 0});
  const VerdictCase cases[] = {
      {"kind", with<EventBody>(clash, [](auto& body) { body.kind = "clas"; }),
       "unknown-event-kind /data/kind"},
      {"indicator", with<ObservationBody>(rain, [](auto& body) { body.indicator = "rain"; }),
       "unknown-indicator /data/indicator"},
      {"group", with<ObservationBody>(rain, [](auto& body) { body.group = "men"; }),
       "unknown-group /data/group"},
      {"stream", coverage("event", {"NG"}, "2019-01-01", "2019-02-01"),
       "unknown-indicator /data/stream"},
      {"place", event(in("Atlantis"), "2019-03-01"), "unknown-place /subject"},
      {"coverage's place", coverage("events", {"NG", "Atlantis"}, "2019-01-01", "2019-02-01"),
       "unknown-place /data/regions/1"},
      {"no place", coverage("events", {}, "2019-01-01", "2019-02-01"),
       "unknown-place /data/regions"},
  };
  expect_verdicts(world, cases);
}

TEST(Gate, TellsWhatWouldBeRight) {
  const GateWorld world;
  const auto said = [&](const Record& record) { return world.admit(record).rejection->allowed; };
  EXPECT_EQ(said(observation("rainfal", in("NG"), "2019-02-01", "2019-03-01", {5, 0})),
            "did you mean \"rainfall\"?");
  EXPECT_NE(said(from_source(event(in("NG"), "2019-03-01"), "evnts")).find("\"events\""),
            std::string::npos);
  EXPECT_EQ(said(from_source(event(in("NG"), "2019-03-01"), "other")), "events, figures");
  EXPECT_NE(said(observation("rainfall", in("NG"), "2019-02-05", "2019-02-06", {5, 0}))
                .find("2019-02-01 to 2019-03-01"),
            std::string::npos);
  EXPECT_EQ(said(observation("rainfall", in("NG"), "2019-02-01", "2019-03-01", {101, 0})),
            "least 0.0, greatest 100.0");
  const auto hot = observation("rainfall", in("NG"), "2019-02-01", "2019-03-01", {10125, 2});
  EXPECT_EQ(world.admit(hot).rejection->message, "101.25 % is no value of rainfall");
}

TEST(Gate, HoldsObservationsToTheirCalendar) {
  const GateWorld world;
  const auto measured = [](std::string indicator, std::string_view start, std::string_view end) {
    return observation(std::move(indicator), in("NG"), start, end, {5, 0});
  };
  const VerdictCase cases[] = {
      {"month", measured("rainfall", "2019-02-01", "2019-03-01"), "applied"},
      {"leap month", measured("rainfall", "2016-02-01", "2016-03-01"), "applied"},
      {"short month", measured("rainfall", "2019-02-01", "2019-02-28"),
       "period-off-grid /data/period/end"},
      {"two months", measured("rainfall", "2019-01-01", "2019-03-01"),
       "period-off-grid /data/period/end"},
      {"shifted month", measured("rainfall", "2019-01-02", "2019-02-02"),
       "period-off-grid /data/period/start"},
      {"no days", measured("rainfall", "2019-02-01", "2019-02-01"), "bad-period /data/period/end"},
      {"backwards", measured("phase", "2019-02-02", "2019-02-01"), "bad-period /data/period/end"},
      {"running month", measured("rainfall", "2019-03-01", "2019-04-01"),
       "future-day /data/period/end"},
      {"week from Monday", measured("price", "2019-03-04", "2019-03-11"), "applied"},
      {"week from Sunday", measured("price", "2019-03-03", "2019-03-10"),
       "period-off-grid /data/period/start"},
      {"epiweek from Sunday", measured("cases", "2019-03-03", "2019-03-10"), "applied"},
      {"epiweek from Monday", measured("cases", "2019-03-04", "2019-03-11"),
       "period-off-grid /data/period/start"},
      {"any days", measured("phase", "2019-01-07", "2019-01-19"), "applied"},
      {"season that has begun", measured("phase", "2019-03-01", "2019-06-01"), "applied"},
      {"season to come", measured("phase", "2019-03-17", "2019-06-01"),
       "future-day /data/period/start"},
      {"eleven years", measured("phase", "2008-01-01", "2019-01-01"),
       "period-too-long /data/period/end"},
  };
  expect_verdicts(world, cases);
}

TEST(Gate, HoldsSamplesToTheirGrid) {
  const GateWorld world;
  const auto sample = [](std::string_view at, std::string indicator = "networks") {
    Record record =
        observation(std::move(indicator), in("NG"), "2019-03-15", "2019-03-16", {50, 0});
    auto& body = std::get<ObservationBody>(record.body);
    body.at = EventTime(parse_rfc3339_ms(at).value());
    body.start = day_of(*body.at);
    body.end = body.start + 1;
    return record;
  };
  const VerdictCase cases[] = {
      {"on the grid", sample("2019-03-14T10:14:20Z"), "applied"},
      {"midnight", sample("2019-03-14T00:00:00Z"), "applied"},
      {"beside the grid", sample("2019-03-14T10:14:21Z"), "period-off-grid /data/at"},
      {"half a second off", sample("2019-03-14T10:14:20.500Z"), "period-off-grid /data/at"},
      {"a minute ahead", sample("2019-03-15T12:01:00Z"), "applied"},
      {"further ahead", sample("2019-03-15T12:01:10Z"), "future-day /data/at"},
      {"a period", observation("networks", in("NG"), "2019-03-14", "2019-03-15", {5, 0}),
       "bad-period /data/period"},
      {"of what has periods", sample("2019-03-14T10:14:20Z", "rainfall"), "bad-period /data/at"},
  };
  expect_verdicts(world, cases);
  EXPECT_EQ(world.admit(sample("2019-03-14T10:14:21Z")).rejection->allowed,
            "every 10 s from midnight UTC on: 2019-03-14T10:14:20Z");
  const auto admitted = world.admit(sample("2019-03-14T10:14:20Z"));
  EXPECT_EQ(admitted.change->after.claim,
            Claim(ObservationClaim{{RegionId(1), IndicatorId(7), SourceId(2), GroupId()},
                                   day("2019-03-14"),
                                   day("2019-03-15"),
                                   500,
                                   "",
                                   36'860}));
  // A later revision takes its place, as of any record.
  Record corrected = sample("2019-03-14T10:14:20Z");
  corrected.revision = 2;
  EXPECT_EQ(verdict(world.admit(corrected, &admitted.change->after)), "applied");
}

TEST(Gate, HoldsJudgementsToTheirScale) {
  const GateWorld world;
  const auto numbered = [](Decimal value) {
    return with<ObservationBody>(judgement("", "seen"), [=](auto& body) { body.value = value; });
  };
  auto expected = forecast("status", in("NG"), "2019-06-01", "2019-09-01");
  std::get<ForecastBody>(expected.body).word = "confirmed";
  auto chance = expected;
  std::get<ForecastBody>(chance.body).value.reset();
  std::get<ForecastBody>(chance.body).probability = Decimal{5, 1};
  std::get<ForecastBody>(chance.body).threshold = Decimal();
  auto rain = observation("rainfall", in("NG"), "2019-02-01", "2019-03-01", {});
  std::get<ObservationBody>(rain.body).word = "probable";
  const VerdictCase cases[] = {
      {"least word", judgement("none", "seen"), "applied"},
      {"greatest word", judgement("confirmed", "seen"), "applied"},
      {"no word of it", judgement("certain", "seen"), "implausible-value /data/value"},
      {"other case", judgement("None", "seen"), "implausible-value /data/value"},
      {"its number", numbered({1, 0}), "implausible-value /data/value"},
      {"nothing", numbered({0, 0}), "implausible-value /data/value"},
      {"without reasons", judgement("none", ""), "missing-member /data/note"},
      {"forecast word", expected, "applied"},
      {"threshold word", chance, "applied"},
      {"threshold that is no word",
       with<ForecastBody>(chance, [](auto& body) { body.word = "high"; }),
       "implausible-value /data/threshold"},
      {"word for a number", rain, "implausible-value /data/value"},
  };
  expect_verdicts(world, cases);
  const auto said = [&](const Record& record) { return *world.admit(record).rejection; };
  EXPECT_EQ(said(judgement("certain", "seen")).message, "\"certain\" is no word of status");
  EXPECT_EQ(said(judgement("certain", "seen")).allowed, R"("none", "probable", "confirmed")");
  EXPECT_EQ(said(numbered({10, 1})).message, "1.0 is no word of status");
  EXPECT_EQ(said(rain).allowed, "a number, in %");
}

TEST(Gate, HoldsForecastsToTheirIssue) {
  const GateWorld world;
  const auto issued = [](std::string_view on, std::string_view start, std::string_view end) {
    Record record = forecast("rainfall", in("NG"), start, end);
    record.time = start_of<EventTime>(day(on));
    return record;
  };
  const auto member = [](std::string indicator, std::int32_t number) {
    return with<ForecastBody>(
        forecast(std::move(indicator), in("NG"), "2019-06-03", "2019-06-10"), [=](auto& body) {
          body.member = number;
          body.start = day(body.indicator == "price" ? "2019-06-03" : "2019-06-01");
          body.end = day(body.indicator == "price" ? "2019-06-10" : "2019-07-01");
        });
  };
  const VerdictCase cases[] = {
      {"hindcast of 1993", issued("1993-03-01", "1993-07-01", "1993-10-01"), "applied"},
      {"of the month it is issued in", issued("2019-03-10", "2019-03-01", "2019-04-01"), "applied"},
      {"on the last day of its period", issued("2019-02-28", "2019-02-01", "2019-03-01"),
       "applied"},
      {"of what was over", issued("2019-03-01", "2019-02-01", "2019-03-01"),
       "period-before-issue /data/period/end"},
      {"control run", member("rainfall", 0), "applied"},
      {"last member", member("rainfall", 3), "applied"},
      {"one too many", member("rainfall", 4), "no-such-member /data/member"},
      {"no ensemble declared", member("price", 50), "applied"},
  };
  expect_verdicts(world, cases);
}

TEST(Gate, LetsForecastsSpeakOfTheFutureAndEventsOnlyUntilTomorrow) {
  const GateWorld world;
  Record later_issued = forecast("rainfall", in("NG"), "2019-06-01", "2019-07-01");
  later_issued.time = start_of<EventTime>(day("2019-03-17"));
  const auto published_on = [](std::string_view when) {
    Record record = event(in("NG"), "2019-03-01");
    record.published = start_of<PublishedTime>(day(when));
    return record;
  };
  Record long_event = event(in("NG"), "2019-03-01");
  std::get<EventBody>(long_event.body).end = day("2019-04-01");
  Record reversed = event(in("NG"), "2019-03-01");
  std::get<EventBody>(reversed.body).end = day("2019-02-01");
  const VerdictCase cases[] = {
      {"event today", event(in("NG"), "2019-03-15"), "applied"},
      {"event tomorrow", event(in("NG"), "2019-03-16"), "applied"},
      {"event after tomorrow", event(in("NG"), "2019-03-17"), "future-day /data/start"},
      {"event some time this month", long_event, "applied"},
      {"event backwards", reversed, "bad-period /data/end"},
      {"forecast of a season", forecast("rainfall", in("NG"), "2019-06-01", "2019-09-01"),
       "applied"},
      {"forecast off the grid", forecast("rainfall", in("NG"), "2019-06-01", "2019-08-15"),
       "period-off-grid /data/period/end"},
      {"forecast from the future", later_issued, "future-day /time"},
      {"published tomorrow", published_on("2019-03-16"), "applied"},
      {"published after tomorrow", published_on("2019-03-17"), "future-published /published"},
      {"coverage until tomorrow", coverage("events", {"NG"}, "2019-01-01", "2019-03-16"),
       "applied"},
      {"coverage of tomorrow", coverage("events", {"NG"}, "2019-01-01", "2019-03-17"),
       "future-day /data/until"},
      {"coverage backwards", coverage("events", {"NG"}, "2019-01-01", "2019-01-01"),
       "bad-period /data/until"},
  };
  expect_verdicts(world, cases);
}

TEST(Gate, RefusesImplausibleNumbers) {
  const GateWorld world;
  const auto rain = [](Decimal value) {
    return observation("rainfall", in("NG"), "2019-02-01", "2019-03-01", value);
  };
  const auto dead = [](std::int64_t deaths, std::int64_t displaced) {
    return with<EventBody>(event(in("NG"), "2019-03-01"), [=](auto& body) {
      body.deaths = deaths;
      body.displaced = displaced;
    });
  };
  const auto chance = [](Decimal probability) {
    return with<ForecastBody>(forecast("rainfall", in("NG"), "2019-06-01", "2019-07-01"),
                              [=](auto& body) {
                                body.value.reset();
                                body.probability = probability;
                                body.threshold = Decimal{1, 0};
                              });
  };
  const VerdictCase cases[] = {
      {"least", rain({0, 0}), "applied"},
      {"greatest", rain({100, 0}), "applied"},
      {"rounds to greatest", rain({10004, 2}), "applied"},
      {"rounds above greatest", rain({10005, 2}), "implausible-value /data/value"},
      {"below least", rain({-1, 1}), "implausible-value /data/value"},
      {"too big to hold", rain({1, -30}), "implausible-value /data/value"},
      {"nobody dead", dead(0, 0), "applied"},
      {"negative deaths", dead(-1, 0), "negative-magnitude /data/deaths"},
      {"negative displaced", dead(0, -1), "negative-magnitude /data/displaced"},
      {"certain", chance({1, 0}), "applied"},
      {"more than certain", chance({1000001, 6}), "implausible-value /data/probability"},
      {"less than impossible", chance({-1, 6}), "implausible-value /data/probability"},
  };
  expect_verdicts(world, cases);
}

TEST(Gate, ArchivesWhatLiesWhollyBeforeTheHorizon) {
  GateWorld world;
  world.policy.lateness_horizon = day("2019-02-01");
  Record spanning = event(in("NG"), "2019-01-20");
  std::get<EventBody>(spanning.body).end = day("2019-02-02");
  // Years of its period lie within the horizon: what counts is when it was said.
  const auto issued = [](std::string_view on) {
    Record record = forecast("rainfall", in("NG"), "2019-01-01", "2021-01-01");
    record.time = start_of<EventTime>(day(on));
    return record;
  };
  const VerdictCase cases[] = {
      {"day before", event(in("NG"), "2019-01-31"), "archived-late"},
      {"day of", event(in("NG"), "2019-02-01"), "applied"},
      {"reaching into it", spanning, "applied"},
      {"month before", observation("rainfall", in("NG"), "2019-01-01", "2019-02-01", {5, 0}),
       "archived-late"},
      {"month after", observation("rainfall", in("NG"), "2019-02-01", "2019-03-01", {5, 0}),
       "applied"},
      {"old coverage", coverage("events", {"NG"}, "2018-01-01", "2019-02-01"), "archived-late"},
      {"hindcast issued before", issued("2019-01-31"), "archived-late"},
      {"hindcast issued on the day", issued("2019-02-01"), "applied"},
      {"late and wrong", event(in("Atlantis"), "2019-01-01"), "unknown-place /subject"},
  };
  expect_verdicts(world, cases);
}

TEST(Gate, RetractsWhoeverMayRelayTheSource) {
  GateWorld world;
  world.policy.lateness_horizon = day("2019-03-01");
  Record retraction;
  retraction.source = "figures";
  retraction.id = "o1";
  retraction.body = RetractionBody{"counted twice"};
  const auto admission = world.admit(retraction);
  ASSERT_EQ(verdict(admission), "applied") << "a tombstone, though nothing was there";
  EXPECT_EQ(admission.change->after.claim, Claim());
  world.speaker = "stranger";
  EXPECT_EQ(verdict(world.admit(retraction)), "source-not-allowed /source");
}

}  // namespace
}  // namespace tocsin
