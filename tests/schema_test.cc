#include "ingest/schema.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "ingest/wire.h"
#include "tests/support/record_gen.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path kRoot = TOCSIN_SOURCE_DIR;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Compares with a generated file, or rewrites it when TOCSIN_UPDATE_GOLDEN is set.
void expect_up_to_date(const fs::path& path, const std::string& text) {
  if (std::getenv("TOCSIN_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  EXPECT_EQ(read_file(path), text) << path << " is old: run with TOCSIN_UPDATE_GOLDEN=1";
}

TEST(Schema, ShippedFilesComeFromTheTable) {
  for (int i = 0; i < 5; ++i) {
    const auto type = static_cast<RecordType>(i);
    expect_up_to_date(kRoot / fmt::format("deploy/schemas/{}.schema.json", name_of(type)),
                      json_schema(type));
  }
}

TEST(Schema, TheReferenceShowsTheTable) {
  const fs::path path = kRoot / "docs/FORMATS.md";
  const std::string text = read_file(path);
  const std::string begin = "<!-- fields: generated from ingest/schema.cc -->\n";
  const auto from = text.find(begin);
  const auto until = text.find("<!-- fields: end -->");
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(until, std::string::npos);
  expect_up_to_date(path,
                    text.substr(0, from + begin.size()) + fields_markdown() + text.substr(until));
}

// What the independent validator says of each record.
std::vector<std::string> validate(const std::vector<std::string>& records) {
  const testsupport::TempDir scratch;
  {
    std::ofstream in(scratch.path() / "in");
    for (const auto& record : records) in << record << '\n';
  }
  const auto command = fmt::format(
      "/usr/bin/python3 {0}/tests/support/validate_records.py {0}/deploy/schemas "
      "< {1}/in > {1}/out",
      kRoot.string(), scratch.path().string());
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::vector<std::string> verdicts;
  std::ifstream out(scratch.path() / "out");
  for (std::string line; std::getline(out, line);) verdicts.push_back(line);
  EXPECT_EQ(verdicts.size(), records.size());
  verdicts.resize(records.size());
  return verdicts;
}

bool has_validator() {
  return std::system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null") == 0;
}

// What the parser refuses and a schema can't express: docs/FORMATS.md has the same list.
bool beyond_schema(const Rejection& rejection) {
  if (rejection.code == "bad-value") {
    static const std::vector<std::string> kCompared = {"/data/end", "/data/period/end",
                                                       "/data/until", "/data/deaths_low"};
    return std::find(kCompared.begin(), kCompared.end(), rejection.pointer) != kCompared.end() ||
           // Days that the calendar lacks and years outside the range, within a time.
           rejection.pointer == "/time" || rejection.pointer == "/published" ||
           rejection.pointer == "/data/at";
  }
  // How many digits and decimals a number has.
  return rejection.code == "out-of-range" && rejection.allowed.starts_with("a number");
}

// A record with one thing changed, as JSON: a member gone, added or given another value.
std::string mutant(testsupport::RecordGen& gen) {
  static const std::vector<std::string> kValues = {
      "null",
      "true",
      "0",
      "1",
      "-1",
      "1.0",
      "0.5",
      "1e2",
      "91",
      "12.5000",
      "1e15",
      "1e16",
      "10000000001",
      "2147483648",
      "0.00000000000001",
      "1234567890123456789",
      "\"\"",
      "\"x\"",
      "\" \"",
      "\"a\\u0007\"",
      "\"x\\n\"",
      "\"2019-03-07\"",
      "\"2019-02-30\"",
      "\"1799-12-31\"",
      "\"2019-03-07\\n\"",
      "\"2019-03-07T00:00:00Z\"",
      "\"2019-03-07T24:00:00Z\"",
      "\"2019-03-07t00:00:60.5+01:00\"",
      "\"2019-03-07T00:00:00\"",
      "[]",
      "{}",
      "[\"x\"]",
      "[\"\"]",
      "[1]",
      "\"events\"",
      "\"amber\"",
      "\"1.0\"",
      "\"org.tocsin.event.v1\"",
      "\"org.tocsin.coverage.v1\"",
      "{\"start\":\"2019-01-01\"}",
      "{\"start\":\"2019-01-01\",\"end\":\"2019-02-01\"}",
      '"' + std::string(64, 'x') + '"',
      '"' + std::string(65, 'x') + '"',
      "\"\xc3\xa9\xc3\xa9\"",
      '"' + std::string(1001, 'x') + '"'};
  json::value record = json::parse(to_json(gen.record()));
  json::object* target = &record.as_object();
  if (gen.below(3) != 0) target = &target->at("data").as_object();
  const auto& value =
      kValues[static_cast<std::size_t>(gen.below(static_cast<int>(kValues.size())))];
  const auto& table = field_table();
  const auto& any = table[static_cast<std::size_t>(gen.below(static_cast<int>(table.size())))];
  auto name = std::string(any.name);
  if (gen.below(2) == 0 && !target->empty()) {
    name = std::next(target->begin(), gen.below(static_cast<int>(target->size())))->key();
  }
  if (gen.below(4) == 0) {
    target->erase(name);
    return json::serialize(record);
  }
  // The value goes in as text, so that its digits stay as they are.
  (*target)[name] = "@VALUE@";
  std::string text = json::serialize(record);
  return text.replace(text.find("\"@VALUE@\""), 9, value);
}

TEST(Schema, ParserAndIndependentValidatorAgree) {
  if (!has_validator()) GTEST_SKIP() << "python3-jsonschema is not installed";
  testsupport::RecordGen gen(testsupport::test_seed());
  const int cases = testsupport::test_cases(4000);
  std::vector<std::string> records;
  for (int i = 0; i < cases; ++i) {
    records.push_back(i % 8 == 0 ? to_json(gen.record()) : mutant(gen));
  }
  const auto verdicts = validate(records);
  WireParser parser;
  std::map<std::string, int> tally;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto parsed = parser.parse(records[i]);
    const bool valid = verdicts[i] == "ok";
    ++tally[fmt::format("parser {}, schema {}", parsed ? "takes" : "refuses",
                        valid ? "takes" : "refuses")];
    if (parsed.has_value() == valid) continue;
    ASSERT_FALSE(parsed) << "the schema refuses what the parser takes: " << records[i] << '\n'
                         << verdicts[i];
    ASSERT_TRUE(beyond_schema(parsed.error()))
        << records[i] << '\n'
        << parsed.error().code << ' ' << parsed.error().pointer << ": " << parsed.error().message;
  }
  for (const auto& [what, count] : tally) std::cout << what << ": " << count << '\n';
}

TEST(Schema, EveryRowSaysWhatItMeans) {
  for (const Field& field : field_table()) {
    EXPECT_FALSE(field.meaning.empty()) << field.name;
    EXPECT_NE(field.allowed(), 0) << field.name;
    EXPECT_EQ(field.required & field.optional, 0) << field.name;
  }
}

}  // namespace
}  // namespace tocsin
