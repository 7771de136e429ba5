#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/scenario/scenario.h"
#include "tests/support/shipped_pack.h"

// What a line of a scenario makes: forecasts, judgements, events of a status.
namespace tocsin {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;

// The shipped catalogue, in which the level of the lake is told in words.
const Catalogue& catalogue() {
  static const Catalogue kCatalogue = [] {
    Catalogue out = lake_chad().catalogue;
    for (Indicator& indicator : out.indicators)
      if (indicator.code == "lake_level") indicator.scale = {"dry", "low", "high"};
    out.index();
    return out;
  }();
  return kCatalogue;
}

tl::expected<std::vector<Scenario>, Diagnostics> parse(const std::string& line) {
  static const Pack pack = lake_chad_pack();
  const std::string text = fmt::format(
      "pack: lake-chad\nproducer: demo\npattern: {}\nregion: NG-BO\n"
      "begins: 2019-01-01\nscenarios:\n  one:\n    says: x\n    records:\n      - {}\n",
      pack.patterns.front().name, line);
  return parse_scenarios("test.yaml", text, catalogue(), pack);
}

std::vector<Record> records(const std::string& line) {
  const auto parsed = parse(line);
  if (parsed) return parsed->front().records;
  for (const Diagnostic& diagnostic : parsed.error()) ADD_FAILURE() << diagnostic.message;
  return {};
}

// "message [allowed]" of each.
std::vector<std::string> complaints(const std::string& line) {
  std::vector<std::string> out;
  const auto parsed = parse(line);
  if (parsed) return out;
  for (const Diagnostic& d : parsed.error())
    out.push_back(fmt::format("{} [{}]", d.message, d.allowed));
  return out;
}

// "issued: start to end member value", or "issued: start to end chance over threshold"; with the
// day of publication.
std::vector<std::string> forecasts(const std::string& line) {
  std::vector<std::string> out;
  for (const Record& record : records(line)) {
    const auto& body = std::get<ForecastBody>(record.body);
    const auto shown = [&](const std::optional<Decimal>& number) {
      return body.word.empty() ? format_scaled(number->digits, number->scale) : body.word;
    };
    out.push_back(fmt::format(
        "{}: {} to {} {}", format_day(day_of(record.time)), format_day(body.start),
        format_day(body.end),
        body.probability ? format_scaled(body.probability->digits, body.probability->scale) +
                               " over " + shown(body.threshold)
                         : fmt::format("#{} {}", body.member, shown(body.value))));
    EXPECT_EQ(day_of(*record.published), day_of(record.time) + 2);
  }
  return out;
}

TEST(ScenarioLines, HindcastsOfAWindowMoveWithTheirIssue) {
  EXPECT_THAT(
      forecasts("{forecast: ipc3_share, in: NG-BO, by: demo-food, issued: 1993-04-01, for: "
                "[1993-07-01, 1993-09-30], every: 1y, times: 3, values: [30, 40], known: 2d}"),
      ElementsAre("1993-04-01: 1993-07-01 to 1993-10-01 #0 30",
                  "1994-04-01: 1994-07-01 to 1994-10-01 #0 40",
                  "1995-04-01: 1995-07-01 to 1995-10-01 #0 30"));
  EXPECT_THAT(
      forecasts("{forecast: ipc3_share, in: NG-BO, by: demo-food, issued: 1993-01-31, for: "
                "[1993-07-01, 1993-09-30], every: 1 month, times: 2, values: [30], known: 2d}"),
      ElementsAre("1993-01-31: 1993-07-01 to 1993-10-01 #0 30",
                  "1993-02-28: 1993-08-01 to 1993-11-01 #0 30"));
}

TEST(ScenarioLines, LeadsAreThePeriodsThatBeginSoManyDaysAhead) {
  EXPECT_THAT(forecasts("{forecast: rainfall, in: NG-BO, by: demo-weather, issued: 2019-04-30, "
                        "leads: [1, 32], values: [3, 4], known: 2d}"),
              ElementsAre("2019-04-30: 2019-05-01 to 2019-06-01 #0 3",
                          "2019-04-30: 2019-06-01 to 2019-07-01 #0 4"));
  EXPECT_THAT(forecasts("{forecast: rainfall, in: NG-BO, by: demo-weather, issued: 2019-04-30, "
                        "leads: [2, 31], values: [3, 4], known: 2d}"),
              testing::IsEmpty());
}

TEST(ScenarioLines, MembersAreCountedByValue) {
  EXPECT_THAT(forecasts("{forecast: rainfall, in: NG-BO, by: demo-weather, issued: 2019-04-30, "
                        "leads: [1, 1], members: [2, 1], values: [3, 4.5], known: 2d}"),
              ElementsAre("2019-04-30: 2019-05-01 to 2019-06-01 #0 3",
                          "2019-04-30: 2019-05-01 to 2019-06-01 #1 3",
                          "2019-04-30: 2019-05-01 to 2019-06-01 #2 4.5"));
}

TEST(ScenarioLines, AChanceHasAThreshold) {
  EXPECT_THAT(forecasts("{forecast: rainfall, in: NG-BO, by: demo-weather, issued: 2019-04-30, "
                        "leads: [1, 1], chance: 0.35, threshold: 2.5, known: 2d}"),
              ElementsAre("2019-04-30: 2019-05-01 to 2019-06-01 0.35 over 2.5"));
  EXPECT_THAT(forecasts("{forecast: lake_level, in: NG-BO, by: demo-weather, issued: 2019-04-30, "
                        "leads: [1, 1], chance: 0.35, threshold: high, known: 2d}"),
              ElementsAre("2019-04-30: 2019-05-01 to 2019-06-01 0.35 over high"));
}

TEST(ScenarioLines, AJudgementIsAWordAndItsReasons) {
  const auto judged = records(
      "{series: lake_level, in: NG-BO, by: demo-weather, from: 2019-01-01, "
      "to: 2019-03-31, values: [low, dry], note: seen from the shore}");
  ASSERT_THAT(judged, SizeIs(3));
  std::vector<std::string> words, notes;
  for (const Record& record : judged) {
    words.push_back(std::get<ObservationBody>(record.body).word);
    notes.push_back(std::get<ObservationBody>(record.body).note);
  }
  EXPECT_THAT(words, ElementsAre("low", "dry", "low"));
  EXPECT_THAT(notes, Each("seen from the shore"));
}

TEST(ScenarioLines, AnEventHasAStatus) {
  const auto happened = records(
      "{events: coup, in: NG, by: demo-events, from: 2019-01-01, "
      "status: confirmed, revision: 2}");
  ASSERT_THAT(happened, SizeIs(1));
  EXPECT_EQ(std::get<EventBody>(happened[0].body).status, EventStatus::kConfirmed);
  EXPECT_EQ(happened[0].revision, 2u);
}

struct WrongLine {
  const char* line;
  const char* said;
};

TEST(ScenarioLines, WhatIsWrongIsSaid) {
  const std::string head = "{forecast: rainfall, in: NG-BO, by: demo-weather, issued: 2019-04-30, ";
  for (const auto& [line, said] : std::initializer_list<WrongLine>{
           {"values: [1]}", "the forecast says nothing about its days"},
           {"values: [1], leads: [0, 1], for: [2019-05-01, 2019-05-31]}",
            "the forecast says nothing about its days"},
           {"leads: [0, 40]}", "a forecast says one thing"},
           {"leads: [0, 40], values: [1], chance: 0.5, threshold: 1}", "a forecast says one thing"},
           {"leads: [0, 40], chance: 0.5}", "a forecast says one thing"},
           {"leads: [4, 0], values: [1]}", "these are no leads"},
           {"leads: [0], values: [1]}", "these are no leads"},
           {"for: [2019-05-31, 2019-05-01], values: [1]}", "no days that follow each other"},
           {"leads: [0, 40], members: [2], values: [1, 2]}", "1 numbers of members, 2 values"},
           {"leads: [0, 40], values: [1], every: 1 dekad}", "no time between two issues"},
           {"leads: [0, 40], values: [high]}", "values is 'high'"}})
    EXPECT_THAT(complaints(head + line), testing::Contains(HasSubstr(said))) << line;
  EXPECT_THAT(complaints("{forecast: rainfal, in: NG-BO, by: demo-weather, issued: 2019-04-30, "
                         "leads: [0, 40], values: [1]}"),
              ElementsAre("'rainfal' is no indicator [an indicator's code]"));
  const std::string level =
      "{series: lake_level, in: NG-BO, by: demo-weather, from: 2019-01-01, "
      "to: 2019-03-31, values: ";
  EXPECT_THAT(complaints(level + "[lo]}"),
              ElementsAre("unknown word of lake_level 'lo' ['dry', 'low' or 'high']"));
  EXPECT_THAT(complaints(level + "[1]}"),
              ElementsAre("unknown word of lake_level '1' ['dry', 'low' or 'high']"));
  EXPECT_THAT(complaints(level + "[low], plus: [1]}"),
              ElementsAre("nothing is added to a word [plus only of an indicator with a unit]"));
  EXPECT_THAT(complaints("{events: coup, in: NG, by: demo-events, from: 2019-01-01, status: sure}"),
              ElementsAre("unknown status 'sure' ['reported', 'confirmed' or 'refuted']"));
}

}  // namespace
}  // namespace tocsin
