#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ingest/import/command.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ImportCommand : public testing::Test {
 protected:
  ImportCommand() {
    write("m.yaml",
          "feed: prices\nsource: s\nperiod: {month: \"{d}\"}\npublished: {days: 5}\n"
          "place: {region: X}\nrecords: [{id: \"{d}\", values: {price: v}}]\n");
    write("in.csv", "d,v\n2019-01-01,1\n2019-02-01,\"x, \"\"y\"\"\"\n");
    options_.mapping_path = path("m.yaml");
    options_.input_path = path("in.csv");
    options_.output_path = path("out.ndjson");
    options_.refused_path = path("refused.csv");
  }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.path() / name) << text;
  }
  std::string read(const std::string& name) {
    std::ifstream in(directory_.path() / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  int run() { return run_import(options_, out_, err_); }

  testsupport::TempDir directory_;
  ImportOptions options_;
  std::ostringstream out_, err_;
};

TEST_F(ImportCommand, WritesRecordsRefusedRowsAndAReport) {
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(read("out.ndjson"), HasSubstr(R"("id":"2019-01-01","source":"s")"));
  EXPECT_EQ(read("refused.csv"),
            "line,reason,row\n3,\"v is \"\"x, \"\"y\"\"\"\", not a number\","
            "\"2019-02-01,\"\"x, \"\"\"\"y\"\"\"\"\"\"\"\n");
  EXPECT_THAT(err_.str(), HasSubstr("prices: 2 rows read = 1 used + 0 filtered + 1 refused"));
  EXPECT_THAT(err_.str(), HasSubstr("  line 3: v is \"x, \"y\"\", not a number\n"));
  EXPECT_THAT(err_.str(), HasSubstr("1 records written, published 2019-02-06T00:00:00Z"));
}

TEST_F(ImportCommand, ReportsAsJson) {
  options_.report = ReportFormat::kJson;
  EXPECT_EQ(run(), 0);
  const auto report = boost::json::parse(err_.str()).as_object();
  EXPECT_EQ(report.at("rows_read").as_int64(), 2);
  EXPECT_EQ(report.at("records").at("observation").as_int64(), 1);
}

TEST_F(ImportCommand, WritesToTheGivenStreamForDash) {
  options_.output_path = "-";
  options_.refused_path = "";
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(out_.str(), HasSubstr("org.tocsin.observation.v1"));
}

TEST_F(ImportCommand, AWrongMappingShowsItsPlace) {
  write("m.yaml", "feed: prices\nsorce: s\n");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("m.yaml:2:1"));
}

TEST_F(ImportCommand, AFileThatDoesNotFitLeavesNothingBehind) {
  write("in.csv", "day,v\n");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("the file lacks the columns d; it has day, v"));
  EXPECT_FALSE(fs::exists(path("out.ndjson")));
  EXPECT_FALSE(fs::exists(path("out.ndjson.part")));
}

TEST_F(ImportCommand, TheOutputOfTheImportBeforeMayBeWrittenAnew) {
  write("in.csv", "d,v\n2019-01-01,1\n2019-02-01,2\n2019-03-01,3\n");
  EXPECT_EQ(run(), 0);
  const auto before = read("out.ndjson");
  write("in.csv", "d,v\n2019-01-01,1\n2019-02-01,2.5\n2019-04-01,4\n");
  options_.against_path = options_.output_path;
  options_.released = parse_day("2019-06-01").value();
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(read("out.ndjson"), HasSubstr(R"("id":"2019-02-01","source":"s")"));
  EXPECT_THAT(err_.str(), HasSubstr("against the import before: 1 unchanged, 1 changed, 1 "
                                    "retracted, 1 new\n"));
  const auto after = read("out.ndjson");
  options_.report = ReportFormat::kJson;
  err_.str("");
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(read("out.ndjson"), after) << "the same file again says nothing new";
  const auto release = boost::json::parse(err_.str()).at("release");
  EXPECT_EQ(release.at("unchanged").as_int64(), 3);
  EXPECT_EQ(release.at("changed").as_int64(), 0);
}

TEST_F(ImportCommand, AReleaseThatFailsLeavesTheImportBefore) {
  EXPECT_EQ(run(), 0);
  options_.against_path = options_.output_path;
  const auto before = read("out.ndjson");
  write("in.csv", "d,v\n");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("it has no figures"));
  EXPECT_EQ(read("out.ndjson"), before);
  options_.against_path = path("nowhere.ndjson");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("cannot read " + path("nowhere.ndjson")));
}

TEST_F(ImportCommand, FilesThatCantBeOpenedAreNamed) {
  options_.input_path = path("nowhere.csv");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("cannot read " + path("nowhere.csv")));
  options_.input_path = path("in.csv");
  options_.output_path = path("no/such/directory/out");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write"));
}

}  // namespace
}  // namespace tocsin
