#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "daemon/commands_check.h"
#include "daemon/memory_bound.h"
#include "tests/support/published_packs.h"
#include "tests/support/shipped_pack.h"
#include "tests/support/temp_dir.h"

// `tocsin check`: for people and for other programs.
namespace tocsin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::kSource;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;
using testsupport::read_file;
using testsupport::TempDir;

class CheckCommand : public testing::Test {
 protected:
  int check(const std::string& pack, OutputFormat format) {
    const std::string path = (directory_.path() / "pack.yaml").string();
    std::ofstream(path, std::ios::binary) << pack;
    out_.str("");
    err_.str("");
    return run_check({(kSource / "deploy/config/lake-chad").string(), {path}, format, today_}, out_,
                     err_);
  }
  static std::string shipped() { return read_file(kSource / "rules/packs/lake-chad.yaml"); }
  static std::string broken() {
    std::string text = shipped();
    for (const auto& [from, to] : {std::pair("last(ipc3_share) >=", "last(ipc3_shere) >="),
                                   std::pair("dimension: food", "dimension: fodd")})
      text.replace(text.find(from), std::string(from).size(), to);
    return text;
  }
  Day today_ = *parse_day("2020-03-01");
  TempDir directory_;
  std::ostringstream out_, err_;
};

TEST_F(CheckCommand, TellsWhatAPackHoldsAndTheMemoryItMayTake) {
  EXPECT_EQ(check(shipped(), OutputFormat::kText), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("no errors"), HasSubstr("memory a region, 20 years"),
                                HasSubstr("bytes an event")));
}

TEST_F(CheckCommand, TellsEveryErrorWithPlaceAndNearestWordAlsoAsJson) {
  EXPECT_EQ(check(broken(), OutputFormat::kText), 1);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("ipc3_shere"), HasSubstr("fodd"),
                                HasSubstr("did you mean \"food\"?"), HasSubstr("^")));
  EXPECT_EQ(check(broken(), OutputFormat::kJson), 1);
  const auto root = boost::json::parse(out_.str()).as_object();
  ASSERT_GE(root.at("errors").as_array().size(), 2u);
  const auto& first = root.at("errors").at(0).as_object();
  EXPECT_GT(first.at("line").to_number<int>(), 0);
  EXPECT_EQ(first.at("suggestion").as_string(), "food");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CheckCommand, SaysAsJsonThatThereIsNoError) {
  EXPECT_EQ(check(shipped(), OutputFormat::kJson), 0);
  const auto root = boost::json::parse(out_.str()).as_object();
  EXPECT_TRUE(root.at("errors").as_array().empty());
  EXPECT_EQ(root.at("packs").at(0).at("pack").as_string(), "lake-chad");
}

TEST_F(CheckCommand, AWarningIsNoError) {
  const std::string pack =
      "pack: doubtful\nregions: [NG-BO]\nsignals:\n  clashes:\n    dimension: community\n    when: "
      ">-\n      count(events(kind: communal_violence), 3d) >= 4\npatterns:\n  any: {watch: "
      "on(clashes)}\n";
  EXPECT_EQ(check(pack, OutputFormat::kText), 0);
  EXPECT_THAT(out_.str(), HasSubstr("no errors, 1 warning"));
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("pack.yaml:7:7: warning: the events come every 7 days"),
                                HasSubstr("^^^"), HasSubstr("allowed: 7d or more")));
  EXPECT_EQ(check(pack, OutputFormat::kJson), 0);
  const auto root = boost::json::parse(out_.str()).as_object();
  EXPECT_TRUE(root.at("errors").as_array().empty());
  EXPECT_EQ(root.at("warnings").at(0).at("line").to_number<int>(), 7);
}

TEST_F(CheckCommand, WarnsOfACalibrationThatIsDueAnew) {
  const std::string pack =
      "pack: old\nregions: [NG-BO]\nparameters:\n  hungry:\n    versions: [{from: 2019-01-01, "
      "value: 20 %, note: first}]\n    recalibrate: 1y\n    why: made up\nsignals:\n  hunger:\n"
      "    dimension: food\n    when: last(ipc3_share) >= hungry\npatterns:\n  any: {watch: "
      "on(hunger)}\n";
  EXPECT_EQ(check(pack, OutputFormat::kText), 0);
  EXPECT_THAT(out_.str(), HasSubstr("no errors, 1 warning"));
  EXPECT_THAT(err_.str(), HasSubstr("pack.yaml:6:18: warning: the last version of hungry holds "
                                    "since 2019-01-01, more than 1 year ago"));
  today_ = *parse_day("2019-12-31");
  EXPECT_EQ(check(pack, OutputFormat::kText), 0);
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CheckCommand, AFileThatIsNotThereIsNoAnswer) {
  EXPECT_EQ(run_check({(kSource / "deploy/config/lake-chad").string(),
                       {"/nonesuch.yaml"},
                       OutputFormat::kText,
                       today_},
                      out_, err_),
            2);
  EXPECT_THAT(err_.str(), HasSubstr("/nonesuch.yaml"));
}

TEST(MemoryBound, GrowsWithTheDaysAndCountsEachSeriesOnce) {
  const Pack pack = lake_chad_pack();
  const MemoryBound year = memory_bound(lake_chad().catalogue, pack, 366);
  const MemoryBound decade = memory_bound(lake_chad().catalogue, pack, 3660);
  EXPECT_GE(decade.figures, 9 * year.figures);
  EXPECT_LE(decade.figures, 10 * year.figures);
  // 13 periods of a month in a year at most, of each source of each series that is read.
  EXPECT_LT(year.figures, 14 * 40u);
  EXPECT_GT(year.bytes_an_event, 0u);
}

TEST(MemoryBound, CountsEachSampleOfADay) {
  const Pack pack = testsupport::published_pack("r32-connectivity");
  EXPECT_EQ(memory_bound(testsupport::published().catalogue, pack, 30).figures, 30 * 8'640u);
}

}  // namespace
}  // namespace tocsin
