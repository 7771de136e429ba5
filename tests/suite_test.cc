#include "daemon/scenario/suite.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <pugixml.hpp>
#include <sstream>

#include "daemon/commands_test.h"
#include "daemon/scenario/coverage.h"
#include "daemon/scenario/mutation.h"
#include "rules/yaml_tree.h"
#include "tests/support/shipped_pack.h"
#include "tests/support/temp_dir.h"

// `tocsin test`: scenarios beside a pack and in it, tables, coverage, small mistakes.
namespace tocsin {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testsupport::kSource;
using testsupport::lake_chad;
using testsupport::TempDir;

constexpr std::string_view kPack = R"(pack: hunger
regions: [NG-BO]
signals:
  hungry:
    title: Hungry
    dimension: food
    when: last(ipc3_share) >= 20 %
    why: a test
    reference: a test
patterns:
  crisis:
    title: Crisis
    watch: on(hungry)
    advise: [{function: oversee, horizon: short, text: Ask.}]
)";

constexpr std::string_view kHead = R"(pack: hunger
producer: demo
pattern: crisis
region: NG-BO
begins: 2019-01-01
scenarios:
)";

std::string share(std::string_view value) {
  return fmt::format(
      "{{snapshot: ipc3_share, in: NG-BO, by: demo-food, on: 2019-01-01, values: [{}], known: "
      "45d}}",
      value);
}

std::string scenario(std::string_view name, std::string_view value, std::string_view expected) {
  return fmt::format(
      "  {}:\n    says: x\n    records: [{}]\n    days: [{{day: 2019-01-02, seen: 2019-02-20, "
      "{}}}]\n",
      name, share(value), expected);
}

// 19 and 20 percent, and a day on which nothing is known.
std::string thorough() {
  return std::string(kHead) + scenario("quiet", "19", "level: none, off: [hungry]") +
         scenario("fires", "20", "level: watch") + scenario("more", "21", "level: watch") +
         "  blind:\n    says: x\n    days: [{day: 2019-01-02, unknown: [hungry]}]\n";
}

Pack pack() {
  auto parsed = parse_pack("hunger.yaml", std::string(kPack), lake_chad().catalogue);
  if (parsed) return std::move(*parsed);
  for (const Diagnostic& diagnostic : parsed.error()) ADD_FAILURE() << render(diagnostic, kPack);
  return {};
}

std::vector<Scenario> scenarios(const std::string& text) {
  auto parsed = parse_scenarios("hunger.scenarios.yaml", text, lake_chad().catalogue, pack());
  if (parsed) return std::move(*parsed);
  for (const Diagnostic& diagnostic : parsed.error()) ADD_FAILURE() << render(diagnostic, text);
  return {};
}

std::vector<std::string> complaints(const std::string& text) {
  std::vector<std::string> out;
  const auto parsed = parse_scenarios("hunger.scenarios.yaml", text, lake_chad().catalogue, pack());
  if (!parsed)
    for (const Diagnostic& d : parsed.error())
      out.push_back(fmt::format("{}: {} [{}] {}", d.line, d.message, d.allowed, d.suggestion));
  return out;
}

SuiteResult with_mistakes(const std::string& text) {
  const Pack tested = pack();
  const auto cases = scenarios(text);
  SuiteResult result = run_suite(cases, lake_chad().catalogue, tested, SuiteDepth::kCoverage);
  run_mutations(result, cases, lake_chad().catalogue, tested);
  return result;
}

TEST(Suite, AScenarioOnEachSideOfTheThresholdNoticesEverySmallMistake) {
  const SuiteResult result = with_mistakes(thorough());
  EXPECT_EQ(result.failed(), 0u);
  EXPECT_EQ(result.covered(), 100);
  EXPECT_GE(result.mutations, 4u);
  EXPECT_THAT(result.survivors, IsEmpty()) << suite_text(result);
}

// What mistakes are put into a signal with these keys, and that each is another pack.
std::vector<std::string> mistakes_in(std::string_view keys) {
  const std::string text = fmt::format(
      "pack: hunger\nregions: [NG-BO]\nseasons:\n  rains: June .. September\nsignals:\n"
      "  hungry:\n    dimension: food\n{}patterns:\n  crisis:\n    watch: on(hungry)\n",
      keys);
  const auto parsed = parse_pack("hunger.yaml", text, lake_chad().catalogue);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : render(parsed.error().front(), text));
  std::vector<std::string> out;
  if (!parsed) return out;
  for (const Mutation& mutation : mutations_of(*parsed)) out.push_back(mutation.change);
  return out;
}

TEST(Mutations, OfAnOverAreWhatItMakesOfItsStepsAndHowManyThereAre) {
  EXPECT_THAT(mistakes_in("    when: \"max(last(rainfall) over 5y before) > 30 mm/day\"\n"),
              AllOf(Contains("'max(last(rainfall) over 5y before)' with 'min'"),
                    Contains("'max(last(rainfall) over 5y before)' a step less"),
                    Contains("'max(last(rainfall) over 5y before)' a step more"),
                    Contains("'max(last(rainfall) over 5y before)' without 'before'")));
  EXPECT_THAT(mistakes_in("    when: any(last(rainfall) > 30 mm/day over 3 months)\n"),
              AllOf(Contains("'any(last(rainfall) > 30 mm/day over 3 months)' with 'all'"),
                    Contains("'any(last(rainfall) > 30 mm/day over 3 months)' with 'before'")));
  EXPECT_THAT(
      mistakes_in("    when: last(rainfall) > quantile(last(rainfall) over 10y before, 80 %)\n"),
      Contains("'quantile(last(rainfall) over 10y before, 80 %)' five points more"));
  EXPECT_THAT(mistakes_in("    when: any(last(forecast(ipc3_share)) >= 20 % over next 60d)\n"),
              Contains("'any(last(forecast(ipc3_share)) >= 20 % over next 60d)' a step less"));
}

TEST(Mutations, OfALatchAreItsLengthAndThatItIsForgotten) {
  EXPECT_THAT(mistakes_in("    when: last(rainfall) > 30 mm/day\n    latch: 20d\n"),
              AllOf(Contains("'latch' a day shorter"), Contains("'latch' a day longer"),
                    Contains("'latch' left out")));
  EXPECT_THAT(mistakes_in("    when: last(rainfall) > 30 mm/day\n    latch: rains\n"),
              AllOf(Contains("'latch' left out"), Contains("'latch' year for rains"),
                    Not(Contains("'latch' a day longer"))));
}

// A clash that lasts a day, with a latch of ten days: one scenario looks at its last day, one at
// the first day after it.
TEST(Suite, ScenariosAtBothEndsOfALatchNoticeEveryMistakeInIt) {
  const std::string text =
      "pack: hunger\nregions: [NG-BO]\nsignals:\n  hungry:\n    dimension: community\n"
      "    when: >-\n      count(events(kind: communal_violence), 1d) >= 1\n    latch: 10d\n"
      "patterns:\n  crisis:\n    watch: on(hungry)\n";
  const auto tested = parse_pack("hunger.yaml", text, lake_chad().catalogue);
  ASSERT_TRUE(tested.has_value());
  const auto cases = scenarios(
      std::string(kHead) +
      "  ends:\n    says: x\n    records:\n"
      "      - {complete: events, in: [NG], by: demo-events, from: 2018-12-01, to: 2019-03-31, "
      "every: 1d, known: 1d}\n"
      "      - {events: communal_violence, in: NG-BO, by: demo-events, from: 2019-02-01, every: "
      "1d, "
      "times: 1, deaths: 1}\n"
      "    days:\n"
      "      - {day: 2019-02-10, seen: 2019-03-01, on: [hungry]}\n"
      "      - {day: 2019-02-11, seen: 2019-03-01, off: [hungry]}\n");
  SuiteResult result = run_suite(cases, lake_chad().catalogue, *tested, SuiteDepth::kScenarios);
  EXPECT_EQ(result.failed(), 0u) << suite_text(result);
  run_mutations(result, cases, lake_chad().catalogue, *tested);
  for (const Mutation& left : result.survivors)
    EXPECT_THAT(left.change, Not(HasSubstr("latch"))) << suite_text(result);
}

TEST(Suite, TellsWhatNoScenarioTries) {
  const SuiteResult result =
      with_mistakes(std::string(kHead) + scenario("fires", "60", "level: watch"));
  const std::string text = suite_text(result);
  EXPECT_THAT(text, HasSubstr("never false or unknown: signal hungry, when: last"));
  EXPECT_THAT(text, HasSubstr("no scenario notices: signal hungry, when: "
                              "'last(ipc3_share) >= 20 %' with '>'"));
  EXPECT_THAT(text, HasSubstr("'20 %' a step more"));
  EXPECT_LT(result.covered(), 100);
  EXPECT_LT(result.killed(), 100);
}

TEST(Suite, TheConditionsOfAGuardAreCoveredEachAlone) {
  std::string text(kPack);
  const std::string plain = "last(ipc3_share) >= 20 %";
  text.replace(text.find(plain), plain.size(),
               "(last(ipc3_share) >= 20 % or not age(ipc3_share) > 5 days) during year given "
               "count(ipc3_share, 90d) >= 1");
  const auto parsed = parse_pack("hunger.yaml", text, lake_chad().catalogue);
  ASSERT_TRUE(parsed) << render(parsed.error().front(), text);
  std::vector<std::string> parts;
  const Coverage coverage(*parsed);
  for (const Coverage::Part& part : coverage.parts()) parts.push_back(part.text);
  EXPECT_THAT(
      parts,
      ElementsAre("(last(ipc3_share) >= 20 % or not age(ipc3_share) > 5 days) during year", plain,
                  "age(ipc3_share) > 5 days", "count(ipc3_share, 90d) >= 1", "on(hungry)"));
}

TEST(Suite, ATableIsAScenarioARow) {
  const std::string text = std::string(kHead) +
                           "  edge:\n    says: x\n    table:\n"
                           "      - {share: 19.99, level: none}\n"
                           "      - {share: 20, level: watch}\n"
                           "      - {share: 20, level: none}\n"
                           "    records: [" +
                           share("$share") +
                           "]\n"
                           "    days: [{day: 2019-01-02, seen: 2019-02-20, level: $level}]\n";
  const SuiteResult result =
      run_suite(scenarios(text), lake_chad().catalogue, pack(), SuiteDepth::kScenarios);
  ASSERT_THAT(result.cases, SizeIs(3));
  EXPECT_EQ(result.cases[0].name, "edge_1");
  EXPECT_EQ(result.cases[2].line, 12);
  EXPECT_THAT(result.cases[0].mismatches, IsEmpty());
  EXPECT_THAT(result.cases[1].mismatches, IsEmpty());
  ASSERT_THAT(result.cases[2].mismatches, SizeIs(1));
  EXPECT_THAT(result.cases[2].mismatches.front().message, HasSubstr("is at watch, not none"));
}

TEST(Suite, AColumnThatIsMisspelledOrUnusedIsRefused) {
  const std::string text = std::string(kHead) +
                           "  edge:\n    says: x\n    table:\n"
                           "      - {share: 19, extra: 1}\n"
                           "    records: [" +
                           share("$shere") + "]\n";
  EXPECT_THAT(complaints(text),
              testing::UnorderedElementsAre(
                  AllOf(HasSubstr("unknown column of the table"), HasSubstr("$share")),
                  HasSubstr("no '$extra' stands in the scenario"),
                  HasSubstr("no '$share' stands in the scenario"), testing::_));
}

TEST(TwoDocuments, TheSecondKeepsItsLineNumbers) {
  const std::string text = "# a\n---\na: 1\nb: 2\n--- \nc: 3\n";
  EXPECT_EQ(first_document(text), "# a\n---\na: 1\nb: 2\n");
  EXPECT_EQ(second_document(text), "\n\n\n\n \nc: 3\n");
  EXPECT_EQ(second_document("a: 1\n---x\n"), "");
  EXPECT_EQ(first_document("a: 1\n---x\n"), "a: 1\n---x\n");
}

class TestCommand : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.path() / name, std::ios::binary) << text;
  }
  int run(TestOptions options = {}) {
    options.config_directory = (kSource / "deploy/config/lake-chad").string();
    options.packs = {(directory_.path() / "hunger.yaml").string()};
    out_.str("");
    err_.str("");
    return run_test(options, out_, err_);
  }
  TempDir directory_;
  std::ostringstream out_, err_;
};

TEST_F(TestCommand, PlaysWhatStandsInThePackAndBesideIt) {
  write("hunger.yaml", std::string(kPack) + "---\n" + std::string(kHead) +
                           scenario("inside", "19", "level: none"));
  write("hunger.scenarios.yaml", thorough());
  EXPECT_EQ(run(), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("ok     inside"), HasSubstr("ok     blind"),
                                HasSubstr("5 scenarios, 0 failed")));
}

TEST_F(TestCommand, WhatIsNotMetIsToldWithItsLineAndEndsWithOne) {
  write("hunger.yaml", std::string(kPack));
  write("hunger.scenarios.yaml", std::string(kHead) + scenario("quiet", "20", "level: none"));
  TestOptions options;
  options.junit_file = (directory_.path() / "junit.xml").string();
  EXPECT_EQ(run(options), 1);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("FAILED quiet"),
                                HasSubstr("hunger.scenarios.yaml:10: 2019-01-02 NG-BO is at watch, "
                                          "not none")));
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_file(options.junit_file.c_str()));
  const pugi::xml_node suite = junit.child("testsuites").child("testsuite");
  EXPECT_STREQ(suite.attribute("failures").value(), "1");
  EXPECT_STREQ(suite.child("testcase").attribute("name").value(), "quiet");
  EXPECT_THAT(suite.child("testcase").child("failure").attribute("message").value(),
              HasSubstr("is at watch"));
}

TEST_F(TestCommand, SaysAsJsonWhatItSaysAsText) {
  write("hunger.yaml", std::string(kPack));
  write("hunger.scenarios.yaml", thorough());
  TestOptions options;
  options.coverage = options.mutate = true;
  options.format = OutputFormat::kJson;
  ASSERT_EQ(run(options), 0) << err_.str();
  const auto root = boost::json::parse(out_.str()).as_object();
  const auto& result = root.at("packs").at(0).as_object();
  EXPECT_EQ(result.at("pack").as_string(), "hunger");
  EXPECT_EQ(result.at("scenarios").as_array().size(), 4u);
  EXPECT_EQ(result.at("coverage").at("percent").to_number<int>(), 100);
  EXPECT_EQ(result.at("mutation").at("percent").to_number<int>(), 100);
  EXPECT_TRUE(result.at("coverage").at("conditions").at(0).at("unknown").as_bool());
}

TEST_F(TestCommand, TooLittleCoverageOrTooManySurvivorsEndWithOne) {
  write("hunger.yaml", std::string(kPack));
  write("hunger.scenarios.yaml", std::string(kHead) + scenario("fires", "60", "level: watch"));
  TestOptions coverage, killed;
  coverage.least_coverage = 90;
  killed.least_killed = 90;
  EXPECT_EQ(run(coverage), 1);
  EXPECT_THAT(err_.str(), HasSubstr("asked for 90 %"));
  EXPECT_EQ(run(killed), 1);
  EXPECT_THAT(err_.str(), HasSubstr("asked for 90 %"));
}

TEST_F(TestCommand, OnlyWhatIsAskedForIsPlayed) {
  write("hunger.yaml", std::string(kPack));
  write("hunger.scenarios.yaml", thorough());
  TestOptions options;
  options.only = {"fires"};
  EXPECT_EQ(run(options), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("fires"), Not(HasSubstr("quiet"))));
  options.only = {"fires", "fire"};
  EXPECT_EQ(run(options), 2);
  EXPECT_THAT(err_.str(), HasSubstr("no scenario fire; there are quiet, fires"));
}

TEST_F(TestCommand, APackWithoutScenariosIsNotPassed) {
  write("hunger.yaml", std::string(kPack));
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("no scenarios"), HasSubstr("hunger.scenarios.yaml")));
}

}  // namespace
}  // namespace tocsin
