#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ingest/import/import.h"
#include "ingest/wire.h"

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Outcome {
  ImportReport report;
  std::vector<Record> records;
  std::vector<RefusedRow> refused;
  std::string error;
};

Outcome import(std::string_view yaml, const std::string& csv) {
  Outcome outcome;
  const auto mapping = parse_mapping("test.yaml", yaml);
  if (!mapping) {
    for (const auto& d : mapping.error()) outcome.error += render(d, yaml);
    ADD_FAILURE() << outcome.error;
    return outcome;
  }
  std::istringstream in(csv);
  const auto report =
      import_rows(*mapping, in,
                  {.record = [&](const Record& r) { outcome.records.push_back(r); },
                   .refused = [&](const RefusedRow& r) { outcome.refused.push_back(r); }});
  if (report) {
    outcome.report = *report;
  } else {
    outcome.error = report.error().message;
  }
  return outcome;
}

// "id start end value" of observations and forecasts.
std::vector<std::string> lines(const std::vector<Record>& records) {
  std::vector<std::string> result;
  for (const auto& record : records) {
    if (const auto* body = std::get_if<ObservationBody>(&record.body)) {
      result.push_back(fmt::format("{} {} {} {}", record.id, format_day(body->start),
                                   format_day(body->end),
                                   format_scaled(body->value.digits, body->value.scale)));
    } else {
      result.push_back(to_json(record));
    }
  }
  return result;
}

constexpr std::string_view kPrices = R"(
feed: test
source: s
missing_values: ["NA"]
period: {month: "{date}"}
published: {days: 15}
place: {region: "{state}", country: NG}
filters:
  elsewhere: {column: country, not: NG}
records:
  - id: "{state}/{date}/{@indicator}"
    values:
      millet_price: millet
      maize_price: {column: maize, scale: 0.01, decimals: 2, missing: zero}
)";

TEST(Import, EveryRowHasOneFate) {
  const auto outcome = import(kPrices,
                              "country,state,date,millet,maize\n"
                              "NG,Borno,2019-03-05,12.50,1234.5\n"
                              "NE,Diffa,2019-03-01,1,1\n"
                              "NG,Yobe,2019-03-01,NA,\n"
                              "NG,Kano,March,1,1\n"
                              "NG,Kano,2019-02-01,twelve,1\n"
                              "NG,Kano\n"
                              "NG,\"Ka\"no,2019-02-01,1,1\n");
  EXPECT_THAT(lines(outcome.records),
              ElementsAre("Borno/2019-03-05/millet_price 2019-03-01 2019-04-01 12.5",
                          "Borno/2019-03-05/maize_price 2019-03-01 2019-04-01 12.35",
                          "Yobe/2019-03-01/maize_price 2019-03-01 2019-04-01 0"));
  EXPECT_EQ(outcome.report.rows_read, 7U);
  EXPECT_EQ(outcome.report.rows_used, 2U);
  EXPECT_THAT(outcome.report.rows_filtered, ElementsAre(testing::Pair("elsewhere", 1U)));
  EXPECT_THAT(outcome.report.left_out, ElementsAre(testing::Pair("millet_price", 1U)));
  EXPECT_TRUE(outcome.report.balances());
  std::vector<std::string> refused;
  for (const auto& row : outcome.refused)
    refused.push_back(fmt::format("{} {}", row.line, row.reason));
  EXPECT_THAT(refused, ElementsAre("5 the date \"March\" is not written as YYYY-MM-DD",
                                   "6 millet is \"twelve\", not a number",
                                   "7 the row has 2 cells, the header 5",
                                   "8 a double quote stands inside cell 2"));
  EXPECT_EQ(format_rfc3339(*outcome.records[0].published), "2019-04-16T00:00:00Z");
}

TEST(Import, RecordsComeInOrderOfPublication) {
  const auto outcome = import(kPrices,
                              "country,state,date,millet,maize\n"
                              "NG,B,2019-05-01,1,1\nNG,A,2019-03-01,2,2\nNG,C,2019-04-01,3,3\n");
  std::vector<PublishedTime> times;
  for (const auto& record : outcome.records) times.push_back(*record.published);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  EXPECT_EQ(outcome.records.front().id, "A/2019-03-01/millet_price");
}

TEST(Import, MissingColumnsAreNamedBesideThoseThatAreThere) {
  const auto outcome = import(kPrices, "country,State,date,millet\n");
  EXPECT_EQ(outcome.error,
            "the file lacks the columns maize, state; it has country, State, date, millet");
  EXPECT_THAT(import(kPrices, "").error, HasSubstr("the file is empty"));
}

TEST(Import, ARowThatSaysNothingIsNotObserved) {
  const auto outcome = import(R"(
feed: t
source: s
period: {day: "{d}"}
published: {days: 0}
place: {region: X}
records:
  - {id: "{d}", when: {column: k, is: a}, values: {i: v}}
)",
                              "d,k,v\n2019-01-01,a,\n2019-01-02,b,1\n2019-01-03,a,1\n");
  EXPECT_THAT(outcome.report.rows_filtered,
              ElementsAre(testing::Pair("no-record", 1U), testing::Pair("not-observed", 1U)));
  EXPECT_EQ(outcome.report.rows_used, 1U);
}

constexpr std::string_view kEvents = R"(
feed: t
source: s
tlp: amber
period:
  first: "{from}"
  last: "{to}"
  precision: {from: "{prec}", map: {"1": as-given, "3": week, "4": month, "5": year}}
published: {days: 20, after: month-end}
place:
  - {when: {column: where, is: "6"}, region: NG, vague: true}
  - {when: {column: state, empty: false}, region: "{state}", country: NG}
  - {latitude: lat, longitude: lon}
records:
  - type: event
    id: "{id}"
    kind: {from: "{type}", map: {"1": armed_clash, "2": communal_violence}}
    deaths: {column: best, missing: refuse}
    deaths_low: {column: low, when: {column: low, at_most: "{best}"}}
    actors: ["{a}", "{b}"]
    actors_except: [Civilians]
    note: "{text}"
coverage:
  - {stream: events, regions: [NG], days: 20}
)";
constexpr std::string_view kEventHeader =
    "id,from,to,prec,where,state,lat,lon,type,best,low,a,b,text\n";

TEST(Import, EventsHaveDaysPlacesAndActors) {
  const auto outcome =
      import(kEvents, std::string(kEventHeader) +
                          "1,2019-03-07,2019-03-07,1,1,Borno,1,1,1,4,3,A,Civilians,\"a\n b\"\n"
                          "2,2019-03-31,2019-04-02,1,6,Borno,1,1,2,4,9,A,B,\n"
                          "3,2019-03-07,2019-03-07,4,1,,11.8,13.1,2,4,,A,,\n");
  EXPECT_THAT(
      lines(outcome.records),
      ElementsAre(
          HasSubstr(R"("id":"1","source":"s","type":"org.tocsin.event.v1",)"
                    R"("time":"2019-03-07T00:00:00Z","subject":"Borno",)"
                    R"("published":"2019-04-21T00:00:00Z","tlp":"amber","data":{"kind":)"
                    R"("armed_clash","country":"NG","deaths":4,"deaths_low":3,"actors":["A"],)"
                    R"("note":"a b"}})"),
          HasSubstr(R"("start":"2019-03-01","end":"2019-04-01","latitude":11.8,"longitude":13.1)"),
          HasSubstr(R"("id":"coverage/events/2019-03")"),
          testing::AllOf(HasSubstr(R"("subject":"NG","published":"2019-05-21T00:00:00Z")"),
                         HasSubstr(R"("start":"2019-03-31","end":"2019-04-03","vague":true)"),
                         testing::Not(HasSubstr("deaths_low"))),
          HasSubstr(R"("from":"2019-03-01","until":"2019-05-01","regions":["NG"])")));
}

constexpr std::string_view kJudgements = R"(
feed: t
source: s
period: {day: "{d}"}
published: {days: 0}
place: {region: X}
records:
  - id: "{d}"
    values: {hotspot: {word: {from: "{code}", map: {"0": none, "1": hotspot}}}}
    note: "{why}"
)";

TEST(Import, AWordOfAScaleComesWithItsReasons) {
  const auto outcome = import(kJudgements,
                              "d,code,why\n2019-01-01,1,\"fields\n bare\"\n2019-01-02,,\n"
                              "2019-01-03,2,\n");
  ASSERT_EQ(outcome.records.size(), 1U);
  EXPECT_THAT(to_json(outcome.records[0]), HasSubstr(R"("value":"hotspot","note":"fields bare"})"));
  EXPECT_THAT(outcome.report.rows_filtered, ElementsAre(testing::Pair("not-observed", 1U)));
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_THAT(outcome.refused[0].reason,
              HasSubstr("word: \"2\" is none of the words that the mapping knows"));
}

TEST(Import, AnEventHasTheStatusThatItsRowSays) {
  std::string mapping(kEvents);
  mapping.replace(mapping.find("    note:"), 0,
                  "    status: {from: \"{text}\", map: {\"held\": confirmed}, "
                  "otherwise: keep}\n");
  const auto outcome =
      import(mapping, std::string(kEventHeader) +
                          "1,2019-03-07,2019-03-07,1,1,Borno,1,1,1,4,3,A,,held\n"
                          "2,2019-03-07,2019-03-07,1,1,Borno,1,1,1,4,3,A,,\n"
                          "3,2019-03-07,2019-03-07,1,1,Borno,1,1,1,4,3,A,,maybe\n");
  ASSERT_GE(outcome.records.size(), 2U);
  EXPECT_EQ(std::get<EventBody>(outcome.records[0].body).status, EventStatus::kConfirmed);
  EXPECT_EQ(std::get<EventBody>(outcome.records[1].body).status, EventStatus::kReported);
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_THAT(outcome.refused[0].reason,
              HasSubstr("status: \"maybe\" is none of reported, confirmed, refuted"));
}

TEST(Import, ForecastsHaveTheirIssueTheirMemberAndTheirThreshold) {
  constexpr std::string_view kForecasts = R"(
feed: t
source: s
period: {first: "{from}", last: "{to}"}
published: {days: 2, after: start, of: {day: "{run}"}}
place: {region: X}
records:
  - {type: forecast, id: "{run}/{m}", issued: "{run}", member: m, values: {flow: v}}
  - type: forecast
    id: "{run}/chance"
    issued: "{run}"
    values: {spi: {column: p, scale: 0.01, threshold: -0.98}}
)";
  const auto outcome = import(kForecasts,
                              "run,from,to,m,v,p\n1993-03-01,1993-07-01,1993-09-30,7,250.5,\n"
                              "1993-04-01,1993-07-01,1993-09-30,,,35\n");
  ASSERT_EQ(outcome.records.size(), 2U);
  EXPECT_THAT(to_json(outcome.records[0]),
              testing::AllOf(HasSubstr(R"("time":"1993-03-01T00:00:00Z")"),
                             HasSubstr(R"("published":"1993-03-03T00:00:00Z")"),
                             HasSubstr(R"("start":"1993-07-01","end":"1993-10-01")"),
                             HasSubstr(R"("value":250.5,"member":7})")));
  EXPECT_THAT(to_json(outcome.records[1]),
              testing::AllOf(HasSubstr(R"("time":"1993-04-01T00:00:00Z")"),
                             HasSubstr(R"("probability":0.35,"threshold":-0.98})")));
}

struct RefusedRowCase {
  std::string name, row, want;
};

class RefusedRowTest : public testing::TestWithParam<RefusedRowCase> {};

TEST_P(RefusedRowTest, SaysWhy) {
  const auto outcome = import(kEvents, std::string(kEventHeader) + GetParam().row + "\n");
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_THAT(outcome.refused[0].reason, HasSubstr(GetParam().want));
  EXPECT_EQ(outcome.refused[0].raw, GetParam().row);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RefusedRowTest,
    testing::ValuesIn<RefusedRowCase>({
        {"unknown_word", "1,2019-03-07,2019-03-07,1,1,B,1,1,7,4,,A,,",
         "kind: \"7\" is none of the words"},
        {"unknown_precision", "1,2019-03-07,2019-03-07,9,1,B,1,1,1,4,,A,,",
         "\"9\" is none of the mapping's date precisions"},
        {"backward", "1,2019-03-07,2019-03-06,1,1,B,1,1,1,4,,A,,", "it ends on 2019-03-06"},
        {"no_deaths", "1,2019-03-07,2019-03-07,1,1,B,1,1,1,,,A,,", "best is empty"},
        {"negative_deaths", "1,2019-03-07,2019-03-07,1,1,B,1,1,1,-4,,A,,",
         "/data/deaths: deaths is -4 (allowed: a whole number from 0"},
        {"no_place", "1,2019-03-07,2019-03-07,1,1,,,,1,4,,A,,", "none of the mapping's places"},
        {"no_point", "1,2019-03-07,2019-03-07,1,1,,95,1,1,4,,A,,", "\"95\", \"1\" is no point"},
        {"no_id", ",2019-03-07,2019-03-07,1,1,B,1,1,1,4,,A,,", "/id: 'id' is missing"},
        {"not_utf8", "1,2019-03-07,2019-03-07,1,1,B,1,1,1,4,,\xff,,", "not JSON"},
    }),
    [](const auto& tc) { return tc.param.name; });

constexpr std::string_view kRounds = R"(
feed: t
source: s
seasons: {dry: [11, 2], rains: [6, 8]}
filters:
  not-assessed: {column: class, empty: true}
rollup:
  by: [state, season, year]
  columns: {people: {take: sum, missing: refuse}, crisis: {take: sum, missing: zero}}
period: {season: "{season}", season_year: "{year}"}
published: {days: 45, after: start}
place: {region: "{state}"}
records:
  - id: "{state}/{@start}/{@indicator}"
    values:
      share: {column: crisis, per: people, scale: 100, decimals: 1}
      people: {column: crisis, decimals: 0}
)";

TEST(Import, DistrictsRollUpToTheirState) {
  const auto outcome = import(kRounds,
                              "state,district,season,year,class,people,crisis\n"
                              "Borno,Bama,rains,2019,3,100,30\n"
                              "Yobe,Fune,dry,2019,1,50.0,\n"
                              "Borno,Jere,rains,2019,2,200,10\n"
                              "Borno,Marte,rains,2019,,500,0\n");
  EXPECT_THAT(lines(outcome.records),
              ElementsAre("Borno/2019-06-01/share 2019-06-01 2019-09-01 13.3",
                          "Borno/2019-06-01/people 2019-06-01 2019-09-01 40",
                          "Yobe/2019-11-01/share 2019-11-01 2020-03-01 0",
                          "Yobe/2019-11-01/people 2019-11-01 2020-03-01 0"));
  EXPECT_EQ(outcome.report.groups, 2U);
  EXPECT_EQ(outcome.report.rows_used, 3U);
}

// An analysis "current" in a season is dated on the season's first day alone, in the year it
// starts.
TEST(Import, ASeasonsStartIsItsFirstDay) {
  std::string yaml(kRounds);
  yaml.replace(yaml.find("season: \"{season}\""), 6, "season_start");
  const auto outcome = import(yaml,
                              "state,season,year,class,people,crisis\n"
                              "Borno,rains,2019,3,100,30\n"
                              "Borno,dry,2019,3,100,40\n"
                              "Borno,spring,2019,3,100,40\n"
                              "Borno,dry,20x9,3,100,40\n");
  EXPECT_THAT(lines(outcome.records),
              ElementsAre("Borno/2019-06-01/share 2019-06-01 2019-06-02 30",
                          "Borno/2019-06-01/people 2019-06-01 2019-06-02 30",
                          "Borno/2019-11-01/share 2019-11-01 2019-11-02 40",
                          "Borno/2019-11-01/people 2019-11-01 2019-11-02 40"));
  EXPECT_EQ(format_rfc3339(*outcome.records[0].published), "2019-07-16T00:00:00Z");
  ASSERT_EQ(outcome.refused.size(), 2U);
  EXPECT_EQ(outcome.refused[0].reason, "\"spring\" is none of the mapping's seasons");
  EXPECT_THAT(outcome.refused[1].reason, HasSubstr("20x9"));
}

TEST(Import, AGroupThatCantBeReadRefusesAllItsRows) {
  const auto outcome = import(kRounds,
                              "state,district,season,year,class,people,crisis\n"
                              "Borno,Bama,spring,2019,3,100,30\n"
                              "Yobe,Fune,rains,2019,1,x,1\n"
                              "Borno,Jere,spring,2019,2,200,10\n");
  std::vector<std::string> refused;
  for (const auto& row : outcome.refused)
    refused.push_back(fmt::format("{} {}", row.line, row.reason));
  EXPECT_THAT(refused,
              ElementsAre("2 its group of 2 rows: \"spring\" is none of the mapping's seasons",
                          "3 people is \"x\", not a number",
                          "4 its group of 2 rows: \"spring\" is none of the mapping's seasons"));
}

std::string with_repeats(std::string_view policy) {
  return fmt::format(R"(
feed: t
source: s
repeats: {}
period: {{month: "{{d}}"}}
published: {{days: 0, of: {{day: "{{made}}"}}}}
place: {{region: X}}
records:
  - {{id: "{{d}}", values: {{i: v}}}}
)",
                     policy);
}
constexpr std::string_view kRepeated =
    "d,made,v\n2019-01-01,2019-03-01,2\n2019-01-01,2019-02-10,1\n2019-01-01,2019-03-01,2\n";

TEST(Import, ARepeatedKeyIsRefusedUnlessIdentical) {
  const auto outcome = import(with_repeats("refuse"), std::string(kRepeated));
  EXPECT_EQ(outcome.report.rows_filtered.at("identical-repeat"), 1U);
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_EQ(outcome.refused[0].reason,
            "the id \"2019-01-01\" was given by line 2 with other content");
}

TEST(Import, ARepeatedKeyIsALaterRevisionWhereTheMappingSaysSo) {
  const auto outcome = import(with_repeats("revise"), std::string(kRepeated));
  ASSERT_EQ(outcome.records.size(), 2U);
  EXPECT_EQ(outcome.records[0].revision, 1U);
  EXPECT_EQ(std::get<ObservationBody>(outcome.records[0].body).value, (Decimal{1, 0}));
  EXPECT_EQ(outcome.records[1].revision, 2U);
  EXPECT_EQ(outcome.report.revisions, 1U);
}

// The first block of a language in docs/FORMATS.md after `mark`.
std::string example(std::string_view mark, std::string_view language) {
  std::ifstream in(std::string(TOCSIN_SOURCE_DIR) + "/docs/FORMATS.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string fence = fmt::format("```{}\n", language);
  const auto from = text.find(fence, text.find(mark)) + fence.size();
  return text.substr(from, text.find("```", from) - from);
}

TEST(Import, TheWorkedExampleOfTheReferenceIsTrue) {
  const auto outcome = import(example("### A mapping, line by line", "yaml"),
                              example("### A mapping, line by line", "csv"));
  EXPECT_THAT(lines(outcome.records),
              ElementsAre("Borno/2019-01-04/millet_price 2019-01-04 2019-01-05 211.25"));
  EXPECT_EQ(format_rfc3339(*outcome.records.at(0).published), "2019-01-08T00:00:00Z");
  EXPECT_THAT(outcome.report.rows_filtered,
              ElementsAre(testing::Pair("not-observed", 1U), testing::Pair("tests", 1U)));
}

TEST(Import, TheRecordInTheReferenceIsOne) {
  auto json = example("## 1. Records", "json");
  json.erase(std::remove(json.begin(), json.end(), '\n'), json.end());
  const auto record = parse_record(json);
  EXPECT_TRUE(record) << record.error().message;
}

}  // namespace
}  // namespace tocsin
