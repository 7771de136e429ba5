#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "daemon/commands_check.h"
#include "daemon/contents.h"
#include "daemon/memory_bound.h"
#include "tests/config_fixture.h"
#include "tests/support/published_packs.h"
#include "tests/support/shipped_pack.h"
#include "tests/support/small_daemon.h"
#include "tests/support/temp_dir.h"

// `tocsin check`: for people and for other programs.
namespace tocsin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testsupport::kSource;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;
using testsupport::read_file;
using testsupport::TempDir;

class CheckCommand : public ::testing::Test {
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

TEST_F(CheckCommand, ADirectoryIsNoPack) {
  const std::string directory = directory_.path().string();
  EXPECT_EQ(run_check({(kSource / "deploy/config/lake-chad").string(),
                       {directory},
                       OutputFormat::kText,
                       today_},
                      out_, err_),
            2);
  EXPECT_THAT(err_.str(), HasSubstr(directory + " is a directory, not a file"));
}

TEST_F(CheckCommand, ACharacterThatIsNotAsciiStaysWholeInJson) {
  std::string text = shipped();
  testing::replace(text, "last(ipc3_share) >=", "last(ipc3_share) ≥");
  EXPECT_EQ(check(text, OutputFormat::kJson), 1);
  const auto error = boost::json::parse(out_.str()).at("errors").at(0).as_object();
  EXPECT_EQ(error.at("message").as_string(), "'≥' means nothing here");
  EXPECT_EQ(error.at("suggestion").as_string(), ">=");
  EXPECT_EQ(error.at("length").to_number<int>(), 1);
}

TEST_F(CheckCommand, AConfigurationThatLacksItsFilesIsNoAnswer) {
  EXPECT_EQ(run_check({directory_.path().string(), {}, OutputFormat::kText, today_}, out_, err_),
            2);
  EXPECT_THAT(err_.str(), HasSubstr("tocsind.yaml: the file is missing"));
}

// A configuration that names two packs.
class TwoPacks : public CheckCommand {
 protected:
  // The small pack in p1/one.yaml, and what is made of it in p2/`other`.
  void write(const std::string& other, const std::string& other_pack) {
    const auto put = [&](const std::string& file, const std::string& text) {
      const auto path = directory_.path() / file;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << text;
    };
    Contents contents = testsupport::small_contents();
    testing::replace(contents.configuration.at("tocsind.yaml"), "packs: [small.yaml]",
                     "packs: [../p1/one.yaml, ../p2/" + other + "]");
    for (const auto& [name, text] : contents.configuration) put("config/" + name, text);
    put("p1/one.yaml", small_pack());
    put("p2/" + other, other_pack);
  }
  static std::string small_pack() { return testsupport::small_contents().packs.at("small.yaml"); }
  static std::string renamed() {
    std::string text = small_pack();
    testing::replace(text, "pack: small", "pack: other");
    return text;
  }
  int check_configuration(OutputFormat format = OutputFormat::kText) {
    out_.str("");
    err_.str("");
    return run_check({config(), {}, format, today_}, out_, err_);
  }
  // As the daemon reads them, at a start and at a reload.
  std::string refusal() const {
    const auto contents = read_contents(config());
    EXPECT_TRUE(contents) << contents.error().message;
    Numbering numbering;
    const auto loaded = load_contents(*contents, numbering);
    return loaded ? "" : loaded.error().message;
  }
  std::string config() const { return (directory_.path() / "config").string(); }
};

TEST_F(TwoPacks, OfTwoNamesInTwoFilesAreFine) {
  write("two.yaml", renamed());
  EXPECT_EQ(check_configuration(), 0) << err_.str();
  EXPECT_EQ(refusal(), "");
}

TEST_F(TwoPacks, OfOneFileNameAreRefusedWithBothPaths) {
  write("one.yaml", renamed());
  EXPECT_EQ(check_configuration(), 1);
  const std::string told = "tocsind.yaml:2:25: two packs have the file name one.yaml: " +
                           (directory_.path() / "p1/one.yaml").string() + " and " +
                           (directory_.path() / "p2/one.yaml").string();
  EXPECT_THAT(err_.str(), HasSubstr(told));
  EXPECT_THAT(refusal(), HasSubstr(told));
}

TEST_F(TwoPacks, OfOneNameAreRefusedWithBothFiles) {
  write("two.yaml", "# the same again\n" + small_pack());
  EXPECT_EQ(check_configuration(), 1);
  const std::string told = "two.yaml:2:7: two packs have the name 'small': one.yaml and two.yaml";
  EXPECT_THAT(err_.str(), AllOf(HasSubstr(told), HasSubstr("allowed: a name of its own")));
  EXPECT_THAT(refusal(), HasSubstr(told));
  EXPECT_EQ(check_configuration(OutputFormat::kJson), 1);
  EXPECT_EQ(boost::json::parse(out_.str()).at("errors").as_array().size(), 1u);
}

// Two versions of a pack, side by side.
TEST_F(TwoPacks, OfOneNameThatAreNamedOneByOneAreWarnedOf) {
  write("two.yaml", small_pack());
  const std::string one = (directory_.path() / "p1/one.yaml").string();
  const std::string two = (directory_.path() / "p2/two.yaml").string();
  EXPECT_EQ(run_check({config(), {one, two}, OutputFormat::kText, today_}, out_, err_), 0);
  EXPECT_THAT(err_.str(),
              HasSubstr("warning: two packs have the name 'small': " + one + " and " + two));
}

TEST_F(TwoPacks, OneOfWhichIsADirectoryIsRefused) {
  write("two.yaml/inside.yaml", renamed());
  Contents contents = testsupport::small_contents();
  testing::replace(contents.configuration.at("tocsind.yaml"), "small.yaml",
                   "../p1/one.yaml, ../p2/two.yaml");
  std::ofstream(directory_.path() / "config/tocsind.yaml")
      << contents.configuration.at("tocsind.yaml");
  const auto read = read_contents(config());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(read.error().message, HasSubstr("p2/two.yaml is a directory, not a file"));
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
