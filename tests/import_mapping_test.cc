#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "ingest/import/mapping.h"

namespace tocsin {
namespace {

constexpr std::string_view kHead = R"(feed: f
source: s
period: {month: "{date}"}
published: {days: 5}
place: {region: "{state}"}
)";

std::string complaints(std::string_view text) {
  const auto mapping = parse_mapping("f.yaml", text);
  if (mapping) return "none";
  std::string all;
  for (const auto& d : mapping.error()) {
    all += fmt::format("{}:{}: {} [{}]\n", d.line, d.column, d.message, d.allowed);
  }
  return all;
}

struct WrongCase {
  std::string name, yaml, want;
};

class WrongMapping : public testing::TestWithParam<WrongCase> {};

TEST_P(WrongMapping, IsRefusedWithLineAndReason) {
  EXPECT_THAT(complaints(std::string(kHead) + GetParam().yaml),
              testing::HasSubstr(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongMapping,
    testing::ValuesIn<WrongCase>({
        {"no_records", "", "mapping lacks the key 'records'"},
        {"empty_records", "records: []\n", "6:10: records is empty"},
        {"unknown_key", "recrods: []\n", "6:1: unknown key 'recrods' in mapping"},
        {"unknown_record_key", "records:\n  - {id: \"{a}\", values: {x: v}, valuse: 1}\n",
         "unknown key 'valuse' in record"},
        {"bad_type", "records:\n  - {type: evnt, id: \"{a}\", values: {x: v}}\n",
         "7:12: unknown type 'evnt'"},
        {"constant_id", "records:\n  - {id: a, values: {x: v}}\n",
         "7:10: id is the same for every row: 'a' [a column in braces]"},
        {"open_brace", "records:\n  - {id: \"x{a\", values: {x: v}}\n",
         "this brace opens no column name [{column}]"},
        {"event_without_kind", "records:\n  - {type: event, id: \"{a}\"}\n",
         "record lacks the key 'kind'"},
        {"status_of_an_observation",
         "records:\n  - {id: \"{a}\", values: {x: v}, status: confirmed}\n",
         "a record of type observation has a status [only of events]"},
        {"note_of_a_forecast",
         "records:\n  - {type: forecast, id: \"{a}\", values: {x: v}, note: \"{n}\"}\n",
         "a record of type forecast has a note [only of events and observations]"},
        {"issue_of_an_event",
         "records:\n  - {type: event, kind: k, id: \"{a}\", issued: \"{d}\"}\n",
         "a record of type event has a issued [only of forecasts]"},
        {"member_of_an_observation", "records:\n  - {id: \"{a}\", values: {x: v}, member: m}\n",
         "a record of type observation has a member [only of forecasts]"},
        {"threshold_of_an_observation",
         "records:\n  - {id: \"{a}\", values: {x: {column: v, threshold: 1}}}\n",
         "x of an observation has a threshold [a threshold only of forecasts]"},
        {"word_and_column",
         "records:\n  - {id: \"{a}\", values: {x: {column: v, word: \"{w}\"}}}\n",
         "x has a word and a column [one of them]"},
        {"two_comparisons",
         "filters:\n  f: {column: a, is: x, empty: true}\nrecords: [{id: \"{a}\", values: {x: "
         "y}}]\n",
         "f makes 2 comparisons [one of is, not"},
        {"no_comparison", "filters: {f: {column: a}}\nrecords: [{id: \"{a}\", values: {x: v}}]\n",
         "f makes 0 comparisons"},
        {"bad_format",
         "records: [{id: \"{a}\", values: {x: v}, period: {day: {from: \"{d}\", format: MM}}}]\n",
         "'MM' is no date format [YYYY or YY"},
        {"two_periods",
         "records: [{id: \"{a}\", values: {x: v}, period: {day: \"{d}\", year: \"{d}\"}}]\n",
         "period begins in 2 ways [one of day, month"},
        {"span_without_last",
         "records: [{id: \"{a}\", values: {x: v}, period: {first: \"{d}\"}}]\n",
         "period lacks the key 'last'"},
        {"bad_edge",
         "records: [{id: \"{a}\", values: {x: v}, published: {days: 1, after: ende}}]\n",
         "unknown after 'ende'"},
        {"place_of_nothing", "records: [{id: \"{a}\", values: {x: v}, place: {country: NG}}]\n",
         "place says nothing [region, or latitude and longitude]"},
        {"lost_in_the_rollup",
         "rollup: {by: [date], columns: {p: sum}}\nrecords: [{id: \"{date}\", values: {x: p}}]\n",
         "the column 'state' is used but not kept by the rollup ['date' or 'p']"},
        {"bad_aggregate",
         "rollup: {by: [date], columns: {p: avg}}\nrecords: [{id: \"{date}\", values: {x: p}}]\n",
         "unknown aggregate 'avg'"},
        {"season_of_one_month", "seasons: {s: [1]}\nrecords: [{id: \"{a}\", values: {x: v}}]\n",
         "s has 1 months [its first and its last month: [6, 8]]"},
        {"scale_with_exponent", "records: [{id: \"{a}\", values: {x: {column: v, scale: 1e30}}}]\n",
         "scale is 1e30"},
    }),
    [](const auto& tc) { return tc.param.name; });

TEST(Mapping, AllErrorsShowInOneRun) {
  const auto text = complaints("feed: f\nfield: x\nrecords: [{id: x, values: {a: b}}]\n");
  EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("unknown key 'field'"),
                                   testing::HasSubstr("lacks the key 'source'"),
                                   testing::HasSubstr("the same for every row"),
                                   testing::HasSubstr("lacks the key 'published'")));
}

TEST(Mapping, NamesEveryColumnItReads) {
  const auto mapping = parse_mapping("f.yaml", std::string(kHead) + R"(filters:
  f: {column: low, at_most: "{best}"}
records:
  - id: "{a}/{@indicator}"
    values: {x: {column: v, per: z, when: {column: w, empty: false}}}
)");
  ASSERT_TRUE(mapping);
  EXPECT_THAT(columns_of(*mapping),
              testing::ElementsAre("a", "best", "date", "low", "state", "v", "w", "z"));
}

// A slip in one of the four names, or one where nothing is known yet, is a column that no file has.
TEST(Mapping, WhatIsNotKnownOfTheRecordIsAColumn) {
  const auto mapping = parse_mapping("f.yaml", std::string(kHead) + R"(records:
  - {id: "{a}/{@indicptor}/{@start}", when: {column: "@end", empty: false}, values: {x: v}}
  - {type: event, id: "{a}/{@indicator}", kind: "{@published}", note: "{@Start}"}
)");
  ASSERT_TRUE(mapping);
  EXPECT_THAT(columns_of(*mapping), testing::ElementsAre("@Start", "@end", "@indicator",
                                                         "@indicptor", "a", "date", "state", "v"));
}

class ShippedMapping : public testing::TestWithParam<std::string> {};

TEST_P(ShippedMapping, IsRightAndNamedAsItsFile) {
  const std::string path = fmt::format("{}/ingest/mappings/{}.yaml", TOCSIN_SOURCE_DIR, GetParam());
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto mapping = parse_mapping(path, text);
  ASSERT_TRUE(mapping) << complaints(text);
  EXPECT_EQ(mapping->feed, GetParam());
  EXPECT_FALSE(mapping->publisher.empty());
}

INSTANTIATE_TEST_SUITE_P(Feeds, ShippedMapping,
                         testing::Values("ucdp-ged", "wb-rtfp", "nasa-power", "cadre-harmonise",
                                         "iom-dtm", "faostat-cpi"),
                         [](const auto& tc) {
                           std::string name = tc.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace tocsin
