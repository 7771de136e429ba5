#include "ingest/wire.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "tests/support/record_gen.h"

namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr std::string_view kEvent =
    R"({"specversion":"1.0","id":"e-1","source":"ucdp-ged","type":"org.tocsin.event.v1",)"
    R"("time":"2019-03-07T12:00:00+01:00","subject":"Borno state","revision":2,)"
    R"("published":"2019-04-20T00:00:00Z","tlp":"amber+strict","data":{"kind":"armed_clash",)"
    R"("country":"NG","deaths":4,"deaths_low":3,"deaths_high":9,"actors":["A","B"],"note":"n"}})";

// kEvent with `from` replaced by `to`.
std::string altered(std::string_view from, std::string_view to) {
  std::string json(kEvent);
  const auto at = json.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return json.replace(at, from.size(), to);
}

std::string record_of(std::string_view type, std::string_view envelope, std::string_view data) {
  return fmt::format(R"({{"specversion":"1.0","id":"x","source":"s","type":"org.tocsin.{}.v1",)"
                     R"("time":"2019-03-01T00:00:00Z",{}"data":{}}})",
                     type, envelope, data);
}

std::string observation(std::string_view value) {
  return record_of(
      "observation", R"("subject":"NG-BO",)",
      fmt::format(
          R"({{"indicator":"rainfall","period":{{"start":"2019-03-01","end":"2019-04-01"}},)"
          R"("value":{}}})",
          value));
}

std::string forecast(std::string_view what) {
  return record_of("forecast", R"("subject":"NG-BO",)",
                   fmt::format(R"({{"indicator":"rainfall","period":{{"start":"2019-06-01",)"
                               R"("end":"2019-07-01"}}{}}})",
                               what));
}

TEST(Wire, ReadsEveryMemberOfAnEvent) {
  const auto record = parse_record(kEvent);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->source, "ucdp-ged");
  EXPECT_EQ(record->id, "e-1");
  EXPECT_EQ(record->revision, 2U);
  EXPECT_EQ(format_rfc3339(record->time), "2019-03-07T11:00:00Z");
  EXPECT_EQ(record->tlp, Tlp::kAmberStrict);
  const auto& event = std::get<EventBody>(record->body);
  EXPECT_EQ(event.kind, "armed_clash");
  EXPECT_EQ(event.place.region, "Borno state");
  EXPECT_EQ(event.place.country, "NG");
  EXPECT_EQ(format_day(event.start), "2019-03-07");
  EXPECT_EQ(event.end, event.start + 1);
  EXPECT_EQ(event.deaths, 4);
  EXPECT_THAT(event.actors, testing::ElementsAre("A", "B"));
}

TEST(Wire, TakesMembersInAnyOrder) {
  const auto record = parse_record(
      R"({"data":{"note":"n","kind":"coup"},"time":"2019-03-07T00:00:00Z","subject":"TD",)"
      R"("type":"org.tocsin.event.v1","source":"s","id":"i","specversion":"1.0"})");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(std::get<EventBody>(record->body).kind, "coup");
}

TEST(Wire, UnescapesNamesAndTexts) {
  const auto record =
      parse_record(altered(R"("note":"n")", R"("n\u006fte":"\u00e9\ud83d\ude00\/")"));
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(std::get<EventBody>(record->body).note, "é😀/");
}

struct NumberCase {
  std::string token;
  Decimal want;
};

TEST(Wire, ReadsNumbersDigitByDigit) {
  for (const auto& [token, want] : std::vector<NumberCase>{
           {"12.50", {1250, 2}},
           {"-0.1", {-1, 1}},
           {"3e2", {300, 0}},
           {"1.5E-3", {15, 4}},
           {"123456789012.345678", {123'456'789'012'345'678, 6}},
           {"0e-900", {0, 12}},
           {"-0", {0, 0}},
           {"1e15", {1'000'000'000'000'000, 0}},
           {" 7\t", {7, 0}},
       }) {
    const auto record = parse_record(observation(token));
    ASSERT_TRUE(record) << token << ": " << record.error().message;
    EXPECT_EQ(std::get<ObservationBody>(record->body).value, want) << token;
  }
}

TEST(Wire, ReadsAWordOfAScaleInPlaceOfANumber) {
  const auto judged = parse_record(observation(R"("probable","note":"two clinics")"));
  ASSERT_TRUE(judged) << judged.error().message;
  const auto& body = std::get<ObservationBody>(judged->body);
  EXPECT_EQ(body.word, "probable");
  EXPECT_EQ(body.value, Decimal());
  EXPECT_EQ(body.note, "two clinics");
  const auto expected = parse_record(forecast(R"(,"value":"alarm","member":2)"));
  ASSERT_TRUE(expected) << expected.error().message;
  EXPECT_EQ(std::get<ForecastBody>(expected->body).word, "alarm");
  const auto chance = parse_record(forecast(R"(,"probability":0.4,"threshold":"alarm")"));
  ASSERT_TRUE(chance) << chance.error().message;
  EXPECT_EQ(std::get<ForecastBody>(chance->body).word, "alarm");
  EXPECT_EQ(std::get<ForecastBody>(chance->body).threshold, Decimal());
  // The draft that reads them is used again: a number after a word has none.
  WireParser parser;
  ASSERT_TRUE(parser.parse(observation(R"("probable")")));
  EXPECT_EQ(std::get<ObservationBody>(parser.parse(observation("1"))->body).word, "");
}

TEST(Wire, ReadsASampleInPlaceOfAPeriod) {
  const auto sampled = [](std::string_view members) {
    return parse_record(record_of("observation", R"("subject":"NG",)",
                                  fmt::format(R"({{"indicator":"i","value":1{}}})", members)));
  };
  const auto sample = sampled(R"(,"at":"2019-03-01T23:59:50+01:00")");
  ASSERT_TRUE(sample) << sample.error().message;
  const auto& body = std::get<ObservationBody>(sample->body);
  EXPECT_EQ(format_rfc3339(*body.at), "2019-03-01T22:59:50Z");
  EXPECT_EQ(format_day(body.start), "2019-03-01");
  EXPECT_EQ(body.end, body.start + 1);
  EXPECT_EQ(parse_record(to_json(*sample)), sample);
  const auto both =
      sampled(R"(,"at":"2019-03-01T00:00:00Z","period":{"start":"2019-03-01","end":"2019-03-02"})");
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code + both.error().pointer, "bad-value/data/at");
  const auto neither = sampled("");
  ASSERT_FALSE(neither);
  EXPECT_EQ(neither.error().code + neither.error().pointer, "missing-member/data/period");
  EXPECT_EQ(sampled(R"(,"at":"10:14:20")").error().pointer, "/data/at");
}

TEST(Wire, ReadsTheStatusOfAnEvent) {
  const auto status = [](std::string_view member) {
    const auto record = parse_record(altered(R"("note")", std::string(member) + R"("note")"));
    return record ? std::get<EventBody>(record->body).status : EventStatus::kReported;
  };
  EXPECT_EQ(status(""), EventStatus::kReported);
  EXPECT_EQ(status(R"("status":"reported",)"), EventStatus::kReported);
  EXPECT_EQ(status(R"("status":"confirmed",)"), EventStatus::kConfirmed);
  EXPECT_EQ(status(R"("status":"refuted",)"), EventStatus::kRefuted);
}

TEST(Wire, ReadsTheOtherTypes) {
  for (const auto& json :
       {forecast(R"(,"value":1.5,"member":3)"), forecast(R"(,"probability":0.4,"threshold":75)"),
        record_of("retraction", "", "{}"), record_of("retraction", "", R"({"reason":"error"})"),
        record_of(
            "coverage", "",
            R"({"stream":"events","regions":["NG"],"from":"2005-01-01","until":"2019-03-01"})"),
        record_of("event", R"("datacontenttype":"application/json","dataschema":"urn:x",)",
                  R"({"kind":"coup","latitude":12.1,"longitude":15.0})")}) {
    const auto record = parse_record(json);
    EXPECT_TRUE(record) << json << ": " << record.error().message;
  }
}

struct RefusedCase {
  std::string name, json, code, pointer, message, allowed;
};

class Refused : public testing::TestWithParam<RefusedCase> {};

TEST_P(Refused, SaysWhatAndWhere) {
  const auto& c = GetParam();
  const auto record = parse_record(c.json);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, c.code) << record.error().message;
  EXPECT_EQ(record.error().pointer, c.pointer);
  EXPECT_THAT(record.error().message, HasSubstr(c.message));
  EXPECT_THAT(record.error().allowed, HasSubstr(c.allowed));
}

constexpr auto kCaseName = [](const auto& tc) { return tc.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Json, Refused,
    testing::ValuesIn<RefusedCase>({
        {"nothing", "", "malformed-json", "", "", "object"},
        {"white_space", "  ", "malformed-json", "", "", ""},
        {"a_number", "7", "wrong-type", "", "not a JSON object", "object"},
        {"an_array", "[{}]", "wrong-type", "", "not a JSON object", "object"},
        {"cut_off", std::string(kEvent.substr(0, 90)), "malformed-json", "", "", ""},
        {"more_after_it", std::string(kEvent) + "{}", "malformed-json", "", "after", ""},
        {"brace_after_it", std::string(kEvent) + "}", "malformed-json", "", "after", ""},
        {"trailing_comma", altered(R"("note":"n"})", R"("note":"n",})"), "malformed-json", "/data",
         "", ""},
        {"wrong_bracket", altered(R"("note":"n"})", R"("note":"n"])"), "malformed-json", "/data",
         "", ""},
        {"bad_utf8", altered(R"("note":"n")", "\"note\":\"\xff\""), "malformed-json", "", "", ""},
        {"raw_newline", altered(R"("note":"n")", "\"note\":\"\n\""), "malformed-json", "", "", ""},
        {"low_half_of_a_pair", altered(R"("note":"n")", R"("note":"\udc00")"), "malformed-json",
         "/data/note", "string", ""},
        {"high_half_of_a_pair", altered(R"("note":"n")", R"("note":"\ud800x")"), "malformed-json",
         "/data/note", "string", ""},
        {"two_high_halves", altered(R"("note":"n")", R"("note":"\ud800\ud800")"), "malformed-json",
         "/data/note", "string", ""},
        {"high_half_and_letter", altered(R"("note":"n")", R"("note":"\ud800\u0041")"),
         "malformed-json", "/data/note", "string", ""},
        {"escaped_nul", altered(R"("e-1")", R"("e\u0000")"), "bad-value", "/id", "control", ""},
        {"too_large", std::string(70'000, ' '), "too-large", "", "70000 bytes", "65536"},
    }),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(
    Members, Refused,
    testing::ValuesIn<RefusedCase>({
        {"unknown_at_the_top", altered(R"("id")", R"("iD":1,"id")"), "unknown-member", "/iD",
         "'iD'", "specversion, id, source"},
        {"unknown_in_data", altered(R"("note")", R"("a/b~":1,"note")"), "unknown-member",
         "/data/a~1b~0", "'a/b~'", "kind"},
        {"of_another_type", altered(R"("note")", R"("value":1,"note")"), "unknown-member",
         "/data/value", "type event", "kind, start, end"},
        {"subject_of_a_retraction", record_of("retraction", R"("subject":"NG",)", "{}"),
         "unknown-member", "/subject", "type retraction", "specversion, id"},
        {"twice", altered(R"("tlp")", R"("revision":2,"tlp")"), "duplicate-member", "/revision",
         "twice", ""},
        {"twice_in_disguise", altered(R"("note")", R"("\u006bind":"x","note")"), "duplicate-member",
         "/data/kind", "twice", ""},
        {"no_id", altered(R"("id":"e-1",)", ""), "missing-member", "/id", "'id' is missing",
         "text"},
        {"no_type", altered(R"("type":"org.tocsin.event.v1",)", ""), "missing-member", "/type", "",
         "org.tocsin.event.v1"},
        {"no_kind", altered(R"("kind":"armed_clash",)", ""), "missing-member", "/data/kind", "",
         ""},
        {"no_period",
         record_of("observation", R"("subject":"NG",)", R"({"indicator":"i","value":1})"),
         "missing-member", "/data/period", "", ""},
        {"no_place", altered(R"("subject":"Borno state",)", ""), "missing-member", "/subject",
         "no 'subject'", "region"},
        {"half_a_point", altered(R"("note")", R"("latitude":1,"note")"), "missing-member",
         "/data/longitude", "without 'longitude'", "both"},
        {"vague_point",
         record_of("event", "", R"({"kind":"k","latitude":1,"longitude":1,"vague":true})"),
         "missing-member", "/subject", "vague", ""},
        {"end_alone", altered(R"("note")", R"("end":"2019-03-09","note")"), "missing-member",
         "/data/start", "without 'start'", ""},
        {"two_lists", altered(R"("note")", R"("regions":["x"],"note")"), "unknown-member",
         "/data/regions", "type event", ""},
    }),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(
    Values, Refused,
    testing::ValuesIn<RefusedCase>({
        {"version", altered("\"1.0\"", "\"0.3\""), "bad-value", "/specversion", "0.3", "1.0"},
        {"type", altered("event.v1", "event.v2"), "bad-value", "/type", "event.v2", "event.v1"},
        {"control_characters_stay_out_of_messages", altered("event.v1", R"(event\n\u0007v1)"),
         "bad-value", "/type", "\"org.tocsin.event  v1\"", ""},
        {"prefix_of_a_word", altered("amber+strict", "amber+"), "bad-value", "/tlp", "amber+",
         "amber+strict"},
        {"time", altered("2019-03-07T12", "2019-02-30T12"), "bad-value", "/time", "2019-02-30",
         "RFC 3339"},
        {"null", altered(R"("subject":"Borno state")", R"("subject":null)"), "wrong-type",
         "/subject", "null", "text"},
        {"text_for_number", altered(R"("deaths":4)", R"("deaths":"4")"), "wrong-type",
         "/data/deaths", "\"4\"", "whole number"},
        {"fraction", altered(R"("deaths":4)", R"("deaths":4.5)"), "wrong-type", "/data/deaths",
         "4.5", "whole number"},
        {"negative", altered(R"("deaths":4)", R"("deaths":-4)"), "out-of-range", "/data/deaths",
         "-4", "from 0"},
        {"leading_zero", altered(R"("deaths":4)", R"("deaths":04)"), "out-of-range", "/data/deaths",
         "04", ""},
        {"half_a_number", altered(R"("deaths":4)", R"("deaths":4x)"), "malformed-json",
         "/data/deaths", "4x", ""},
        {"revision_0", altered(R"("revision":2)", R"("revision":0)"), "out-of-range", "/revision",
         "0", "from 1"},
        {"latitude", altered(R"("note")", R"("latitude":90.1,"longitude":0,"note")"),
         "out-of-range", "/data/latitude", "90.1", "-90 to 90"},
        {"many_digits", observation("0.1234567890123456789"), "out-of-range", "/data/value",
         "0.1234567890123456789", "18 digits"},
        {"many_decimals", observation("0.0000000000001"), "out-of-range", "/data/value", "", ""},
        {"huge", observation("1e300"), "out-of-range", "/data/value", "1e300", ""},
        {"object_for_figure", observation("{}"), "wrong-type", "/data/value", "{", "or a word"},
        {"empty_word", observation(R"("")"), "out-of-range", "/data/value", "0 characters",
         "1 to 32"},
        {"long_word", observation('"' + std::string(33, 'x') + '"'), "out-of-range", "/data/value",
         "33 characters", "1 to 32"},
        {"control_in_a_word", observation(R"("a\nb")"), "bad-value", "/data/value", "control", ""},
        {"status", altered(R"("note")", R"("status":"certain","note")"), "bad-value",
         "/data/status", "\"certain\"", "reported, confirmed, refuted"},
        {"status_of_an_observation", observation(R"(1,"status":"confirmed")"), "unknown-member",
         "/data/status", "type observation", "value, note"},
        {"long_note", observation(R"(1,"note":")" + std::string(1001, 'x') + '"'), "out-of-range",
         "/data/note", "1001 characters", "1 to 1000"},
        {"note_of_a_forecast", forecast(R"(,"value":1,"note":"n")"), "unknown-member", "/data/note",
         "type forecast", "member"},
        {"object_for_text", altered(R"("kind":"armed_clash")", R"("kind":{"a":1})"), "wrong-type",
         "/data/kind", "{", "text"},
        {"text_for_data", record_of("event", "", "\"x\""), "wrong-type", "/data", "\"x\"",
         "object"},
        {"empty_text", altered(R"("e-1")", R"("")"), "out-of-range", "/id", "0 characters", "1 to"},
        {"long_text", altered(R"("e-1")", '"' + std::string(257, 'x') + '"'), "out-of-range", "/id",
         "257 characters: \"xxx", "1 to 256"},
        {"empty_list", altered(R"(["A","B"])", "[]"), "out-of-range", "/data/actors", "empty", "1"},
        {"number_in_list", altered(R"(["A","B"])", R"(["A",2])"), "wrong-type", "/data/actors/1",
         "no text", ""},
        {"truth", altered(R"("note")", R"("vague":1,"note")"), "wrong-type", "/data/vague", "1",
         "true or false"},
        {"low_above_high", altered(R"("deaths_low":3)", R"("deaths_low":10)"), "bad-value",
         "/data/deaths_low", "above", ""},
        {"backward_event",
         altered(R"("note")", R"("start":"2019-03-09","end":"2019-03-09","note")"), "bad-value",
         "/data/end", "2019-03-09", "after"},
        {"backward_period",
         record_of(
             "observation", R"("subject":"NG",)",
             R"({"indicator":"i","value":1,"period":{"start":"2019-03-01","end":"2019-02-01"}})"),
         "bad-value", "/data/period/end", "2019-02-01", ""},
        {"backward_coverage",
         record_of("coverage", "",
                   R"({"stream":"s","regions":["x"],"from":"2019-03-01","until":"2019-03-01"})"),
         "bad-value", "/data/until", "", ""},
        {"forecast_of_nothing", forecast(""), "bad-value", "/data", "one thing", "value"},
        {"forecast_of_both", forecast(R"(,"value":1,"probability":1,"threshold":1)"), "bad-value",
         "/data", "one thing", ""},
        {"chance_without_threshold", forecast(R"(,"probability":0.5)"), "bad-value", "/data", "",
         ""},
        {"probability_above_1", forecast(R"(,"probability":1.01,"threshold":1)"), "out-of-range",
         "/data/probability", "1.01", "0 to 1"},
    }),
    kCaseName);

TEST(Wire, AFrameNeverStopsAtABadRecord) {
  const std::string payload = fmt::format("{}\n{{\"id\":\n[]\n{}\n", kEvent, observation("1"));
  std::vector<std::string> seen;
  WireParser parser;
  const auto count = parser.for_each_record(
      payload, [&](std::size_t index, std::string_view raw, ParsedRecord&& record) {
        seen.push_back(
            fmt::format("{} {} {}", index, raw.size(), record ? record->id : record.error().code));
      });
  EXPECT_EQ(count, 4U);
  EXPECT_THAT(
      seen, testing::ElementsAre(fmt::format("0 {} e-1", kEvent.size()), "1 6 malformed-json",
                                 "2 2 wrong-type", fmt::format("3 {} x", observation("1").size())));
}

TEST(Wire, ABrokenArrayKeepsItsWholeRecords) {
  const std::string payload = fmt::format("[{}, {}", kEvent, kEvent.substr(0, 50));
  std::vector<std::string> seen;
  WireParser().for_each_record(payload, [&](std::size_t, std::string_view, ParsedRecord&& record) {
    seen.push_back(record ? record->id : record.error().code);
  });
  EXPECT_THAT(seen, testing::ElementsAre("e-1", "malformed-json"));
}

TEST(Wire, RecordsBeyondTheFramesLimitAreRefusedOneByOne) {
  const std::string payload = fmt::format("[{0},{0},{0}]", kEvent);
  std::vector<std::string> seen;
  WireParser({.frame_records = 1})
      .for_each_record(payload, [&](std::size_t, std::string_view, ParsedRecord&& record) {
        seen.push_back(record ? record->id : record.error().code);
      });
  EXPECT_THAT(seen, testing::ElementsAre("e-1", "too-large", "too-large"));
}

TEST(Wire, WrittenRecordsReadBackTheSame) {
  testsupport::RecordGen gen(testsupport::test_seed());
  WireParser parser;
  for (int i = testsupport::test_cases(3000); i > 0; --i) {
    const Record record = gen.record();
    const std::string json = to_json(record);
    const auto parsed = parser.parse(json);
    ASSERT_TRUE(parsed) << json << '\n' << parsed.error().pointer << parsed.error().message;
    ASSERT_EQ(*parsed, record) << json;
    ASSERT_EQ(to_json(*parsed), json);
  }
}

// What a second, independent parser says of the same bytes. Accepting implies strict JSON.
void expect_strict_json(std::string_view json) {
  boost::json::error_code error;
  boost::json::parse(json, error);
  EXPECT_FALSE(error) << "accepted, yet Boost.JSON says " << error.message() << ": " << json;
}

TEST(Wire, WhatIsAcceptedIsStrictJson) {
  static constexpr std::string_view kBytes = "\"{}[],:\\ \t\n0-.eEtfnul\x80\xff\x01z";
  testsupport::RecordGen gen(testsupport::test_seed());
  WireParser parser;
  int accepted = 0;
  for (int i = testsupport::test_cases(20'000); i > 0; --i) {
    std::string json = to_json(gen.record());
    for (int edits = 1 + gen.below(3); edits > 0 && !json.empty(); --edits) {
      const auto at = static_cast<std::size_t>(gen.below(static_cast<int>(json.size())));
      const char byte =
          kBytes[static_cast<std::size_t>(gen.below(static_cast<int>(kBytes.size())))];
      switch (gen.below(4)) {
        case 0:
          json.erase(at, 1);
          break;
        case 1:
          json.insert(at, 1, byte);
          break;
        case 2:
          json[at] = byte;
          break;
        default:
          json.resize(at + 1);
      }
    }
    const auto record = parser.parse(json);
    if (!record) continue;
    ++accepted;
    expect_strict_json(json);
    EXPECT_EQ(*parser.parse(to_json(*record)), *record) << json;
  }
  std::cout << accepted << " mutants were still records\n";
}

TEST(Wire, SurvivesNastyInputs) {
  const std::string deep(60'000, '[');
  WireParser parser;
  for (const std::string& json :
       {deep, altered(R"("data":{)", R"("data":{"period":)" + deep), std::string(100, '"'),
        std::string("{\"id\":\"\\u"), std::string("{\"id\":\"\\ud800\\u0000\"}"),
        std::string("{\"id\"}"), std::string("{\"id\":}"), std::string("{:1}"),
        std::string("\0\0{}", 4), std::string("{\"id\":tru}"),
        std::string("{\"data\":{\"vague\":tru}}"), std::string("\xef\xbb\xbf{}"),
        std::string("{\"id\" \"x\"}"), std::string("nul")}) {
    EXPECT_FALSE(parser.parse(json)) << json.substr(0, 80);
    parser.for_each_record(
        json, [](std::size_t, std::string_view, ParsedRecord&& record) { EXPECT_FALSE(record); });
  }
}

}  // namespace
}  // namespace tocsin
