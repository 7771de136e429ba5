#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "daemon/metrics_table.h"
#include "tests/support/program_output.h"

// What an operator reads and installs agrees with the program.
namespace tocsin {
namespace {

using testing::HasSubstr;

const std::string kSource = TOCSIN_SOURCE_DIR;

std::string read_file(const std::string& path) {
  std::ifstream in(kSource + path, std::ios::binary);
  EXPECT_TRUE(in) << path << " can't be read";
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
    found.insert((*it)[1]);
  return found;
}

TEST(Operations, PageHasEveryMetricAndNoOther) {
  EXPECT_THAT(read_file("/docs/OPERATIONS.md"), HasSubstr(metric_table_markdown()))
      << "put this into docs/OPERATIONS.md:\n"
      << metric_table_markdown();
}

TEST(Operations, PrometheusTakesTheRules) {
  const auto checked = testsupport::run_program("promtool check rules '" + kSource +
                                                "/deploy/prometheus/tocsin.rules.yml' 2>&1");
  EXPECT_EQ(checked.status, 0) << checked.output;
}

TEST(Operations, EachAlarmRingsWhenItShould) {
  const auto tested = testsupport::run_program("promtool test rules '" + kSource +
                                               "/deploy/prometheus/tocsin.rules_test.yml' 2>&1");
  EXPECT_EQ(tested.status, 0) << tested.output;
}

TEST(Operations, RulesReadOnlyMetricsThatThereAre) {
  const std::string rules = read_file("/deploy/prometheus/tocsin.rules.yml");
  std::set<std::string> known;
  for (const MetricEntry& entry : metric_table()) {
    known.emplace(entry.name);
    known.insert(std::string(entry.name) + "_bucket");
  }
  for (const std::string& name : matches(rules, "\\b((?:tocsin|process)_[a-z0-9_]+)"))
    EXPECT_TRUE(known.contains(name)) << name;
}

TEST(Operations, PageHasEveryRequestOfTheAdminListener) {
  const auto answered =
      matches(read_file("/daemon/admin_routes.cc"), "\\{\"(/[^\"]+)\",\\s*\"(?:GET|POST)\"");
  std::string table = read_file("/docs/OPERATIONS.md");
  table = table.substr(table.find("| request | role | answers |"));
  table = table.substr(0, table.find("\n\n"));
  EXPECT_GE(answered.size(), 13u);
  for (std::string path : answered) {
    for (std::size_t at = 0; (at = path.find('*')) != std::string::npos;)
      path.replace(at, 1, path.starts_with("/alerts") ? "ID" : "N");
    EXPECT_TRUE(std::regex_search(table, std::regex("(GET|POST) " + path + "[`?]"))) << path;
  }
}

TEST(Operations, PagesKnowEveryCommandOfPeople) {
  const std::string pages = read_file("/README.md") + read_file("/docs/OPERATIONS.md");
  for (const char* command : {"apply", "check", "diff", "explain", "fmt", "new", "test"}) {
    EXPECT_THAT(read_file("/README.md"), HasSubstr(command));
    EXPECT_THAT(read_file("/daemon/tocsin.cc"), HasSubstr("\"" + std::string(command) + "\""));
  }
  EXPECT_THAT(pages, HasSubstr("`tocsin apply"));
}

TEST(Operations, PageSaysWhatEachAlarmMeans) {
  const auto alarms =
      matches(read_file("/deploy/prometheus/tocsin.rules.yml"), "alert: ([A-Za-z]+)");
  const auto explained = matches(read_file("/docs/OPERATIONS.md"), "\\| `(Tocsin[A-Za-z]+)` \\|");
  EXPECT_FALSE(alarms.empty());
  EXPECT_EQ(explained, alarms);
}

TEST(Architecture, FollowsOneRecordThroughTenFilesThatThereAre) {
  std::string page = read_file("/docs/ARCHITECTURE.md");
  page = page.substr(0, page.find("\n## Threads"));
  const auto steps = matches(page, "\n[0-9]+\\. `([^`]+)`");
  EXPECT_EQ(steps.size(), 10u);
  for (const std::string& file : steps) EXPECT_NE(read_file("/" + file), "") << file;
  // Beside them it names no source, but for a header that says what a word is.
  EXPECT_EQ(matches(page, "([a-z_/]+\\.cc)"), steps);
}

// 65 and 2 are kExitCorrupt and kExitConfiguration of daemon/app.h.
TEST(Operations, UnitLeavesAStoppedDaemonAloneWhereARestartMendsNothing) {
  const std::string unit = read_file("/systemd/tocsind.service");
  EXPECT_THAT(unit, HasSubstr("\nRestartPreventExitStatus=2 65\n"));
  EXPECT_THAT(unit, HasSubstr("\nType=notify\n"));
}

// The unit itself, with a program that is installed here.
TEST(Operations, SystemdTakesTheUnitAndFindsItHardened) {
  if (testsupport::run_program("command -v systemd-analyze").status != 0)
    GTEST_SKIP() << "systemd-analyze is not installed";
  const std::string script =
      "d=$(mktemp -d) && sed 's#^ExecStart=/usr/bin/tocsind#ExecStart=/bin/true#' '" + kSource +
      "/systemd/tocsind.service' > $d/tocsind.service && systemd-analyze verify $d/tocsind.service "
      "2>&1 && systemd-analyze security --offline=true --threshold=15 --no-pager "
      "$d/tocsind.service 2>&1; status=$?; rm -r $d; exit $status";
  const auto analysed = testsupport::run_program(script);
  EXPECT_EQ(analysed.status, 0) << analysed.output;
}

}  // namespace
}  // namespace tocsin
