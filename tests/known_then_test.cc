#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "daemon/commands.h"
#include "tests/support/small_daemon.h"

// `tocsin explain --known-at` and `--records`: what was known then, and what it hangs on.
namespace tocsin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testsupport::price;
using testsupport::small_contents;
using testsupport::SmallDaemon;
using testsupport::TempDir;

// A price of 250 on 10 June, corrected to 350 three days later.
class KnownThen : public testing::Test {
 protected:
  KnownThen() {
    daemon_.begin();
    daemon_.send(price("april", "2019-04-01", "2019-05-01", 200));
    daemon_.send(price("may", "2019-05-01", "2019-06-01", 250));
    daemon_.pass(3);
    daemon_.send(price("may", "2019-05-01", "2019-06-01", 350, 2));
    daemon_.finish();
    daemon_.close();
    const Contents contents = small_contents();
    const std::string pack = write(packs_, "small.yaml", contents.packs.at("small.yaml"));
    for (auto [name, text] : contents.configuration) {
      replace(text, "small.yaml", pack);
      replace(text, "{path: store}", "{path: " + (daemon_.directory() / "store").string() + "}");
      write(config_, name, text);
    }
  }

  static void replace(std::string& text, const std::string& from, const std::string& to) {
    if (const std::size_t at = text.find(from); at != std::string::npos)
      text.replace(at, from.size(), to);
  }
  static std::string write(const TempDir& directory, const std::string& name,
                           const std::string& text) {
    std::ofstream(directory.path() / name, std::ios::binary) << text;
    return (directory.path() / name).string();
  }

  int explain(ExplainOptions options) {
    options.config_directory = config_.path().string();
    options.region = "NG-BO";
    out_.str("");
    err_.str("");
    return run_explain(options, out_, err_);
  }
  SmallDaemon daemon_;
  TempDir config_, packs_;
  std::ostringstream out_, err_;
};

TEST_F(KnownThen, ACorrectionIsNotKnownBeforeItCame) {
  ExplainOptions then, now;
  then.known_at = "2019-06-11";
  ASSERT_EQ(explain(then), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("2019-06-11: none"), HasSubstr("250 NGN/kg")));
  ASSERT_EQ(explain(now), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("2019-06-13: watch"), HasSubstr("350 NGN/kg"),
                                Not(HasSubstr("250 NGN/kg"))));
}

TEST_F(KnownThen, ATimeIsTakenToTheMillisecond) {
  ExplainOptions then;
  then.known_at = "2019-06-13T11:59:59Z";
  ASSERT_EQ(explain(then), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("250 NGN/kg"));
  then.known_at = "2019-06-13T12:00:00Z";
  ASSERT_EQ(explain(then), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("350 NGN/kg"));
  then.known_at = "yesterday";
  EXPECT_EQ(explain(then), 2);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("yesterday"), HasSubstr("allowed")));
}

TEST_F(KnownThen, ARecordIsNeededWhenNothingIsSaidWithoutIt) {
  ExplainOptions options;
  options.records = true;
  ASSERT_EQ(explain(options), 0) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("without any one of these records it would not have been said"));
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("may of market: hunger, dear"), Not(HasSubstr("april of market"))));
}

TEST_F(KnownThen, NeededRecordsAreInTheJson) {
  ExplainOptions options;
  options.records = true;
  options.format = OutputFormat::kJson;
  ASSERT_EQ(explain(options), 0) << err_.str();
  const auto needed = boost::json::parse(out_.str()).at(0).at("needed").as_array();
  ASSERT_EQ(needed.size(), 1u);
  EXPECT_EQ(needed.at(0).at("record").as_string(), "may of market");
  EXPECT_EQ(needed.at(0).at("patterns").at(0).as_string(), "hunger");
}

}  // namespace
}  // namespace tocsin
