#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "daemon/back_test.h"
#include "daemon/commands_diff.h"
#include "daemon/pack_changes.h"
#include "tests/support/small_daemon.h"

// `tocsin diff`: what two versions of a pack say differently, and over what was stored.
namespace tocsin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testsupport::price;
using testsupport::small_contents;
using testsupport::SmallDaemon;
using testsupport::TempDir;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

std::string small_pack() { return small_contents().packs.begin()->second; }

std::vector<PackChange> changes(const std::string& before, const std::string& after) {
  Diagnostics diagnostics;
  const auto was = parse_yaml("old", before, diagnostics);
  const auto is = parse_yaml("new", after, diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty());
  return pack_changes(was->root, is->root);
}

TEST(PackChanges, LayOutAndCommentsSayNothing) {
  EXPECT_THAT(changes("signals:\n  a: {when: last(x) > 1 and last(y) > 2, for: 3d}\n",
                      "# why\nsignals:\n  a:\n    for: 3d # long\n    when: >-\n      last(x) > 1\n"
                      "      and   last(y) > 2\n"),
              IsEmpty());
}

TEST(PackChanges, EachKeyIsToldWithWhatStoodThere) {
  const auto found =
      changes("parameters:\n  p: {value: 1}\nsignals:\n  a: {when: x, why: old}\n  b: {when: y}\n",
              "parameters:\n  p: {value: 2}\nsignals:\n  a: {when: x, why: new}\n  c: {when: z}\n");
  std::vector<std::string> told;
  for (const PackChange& change : found)
    told.push_back(change.where +
                   (change.touches == PackChange::Touches::kWords ? " (words) " : " ") +
                   change.before + "|" + change.after);
  EXPECT_THAT(told, ElementsAre("parameters.p.value 1|2", "signals.a.why (words) old|new",
                                "signals.c.when |z", "signals.b.when y|"));
}

// Authors may call things by any name, also by one that is a key elsewhere.
TEST(PackChanges, WhatThingsAreCalledDoesNotMakeThemWords) {
  for (const std::string name :
       {"note", "title", "version", "names", "skill", "why", "reference", "advise"}) {
    const auto found = changes(
        "parameters:\n  " + name + ": {value: 1}\nsignals:\n  " + name +
            ": {when: x, bands: {watch: y}}\npatterns:\n  " + name + ": {watch: x, note: a}\n",
        "parameters:\n  " + name + ": {value: 2}\nsignals:\n  " + name +
            ": {when: z, bands: {watch: z}}\npatterns:\n  " + name + ": {watch: y, note: b}\n");
    std::vector<PackChange::Touches> touched;
    for (const PackChange& change : found) touched.push_back(change.touches);
    using enum PackChange::Touches;
    EXPECT_THAT(touched, ElementsAre(kMeaning, kMeaning, kMeaning, kMeaning, kWords)) << name;
  }
}

TEST(PackChanges, WordsOfThePackAndReferencesAreWords) {
  for (const auto& change :
       changes("title: a\nversion: 1\nskill: b\nreferences:\n  x: {name: a}\n",
               "title: c\nversion: 2\nskill: d\nreferences:\n  x: {name: b}\n"))
    EXPECT_EQ(change.touches, PackChange::Touches::kWords) << change.where;
}

AlertSpan span(std::string region, int raised, int ended, Level highest = Level::kWatch) {
  return {std::move(region), "p", Day(raised), ended < 0 ? kDayNever : Day(ended), highest, ""};
}

TEST(CompareHistories, AlertsThatMeetAreOneThatMoved) {
  const std::vector<AlertSpan> before = {span("A", 10, 20), span("A", 30, 40), span("B", 10, -1),
                                         span("C", 10, 20)};
  const std::vector<AlertSpan> after = {span("A", 10, 20), span("A", 45, 50),
                                        span("B", 12, -1, Level::kWarning), span("D", 1, 2)};
  const HistoryChange found = compare_histories(before, after);
  EXPECT_EQ(found.same, 1u);
  std::vector<std::pair<std::string, AlertChange::Kind>> kinds;
  for (const AlertChange& change : found.changes)
    kinds.emplace_back((change.before ? change.before : change.after)->region, change.kind);
  using enum AlertChange::Kind;
  EXPECT_THAT(kinds,
              ElementsAre(std::pair("A", kLost), std::pair("A", kGained), std::pair("B", kMoved),
                          std::pair("C", kLost), std::pair("D", kGained)));
}

TEST(CompareHistories, WhatIsTheSameIsNeverPairedWithAnother) {
  const std::vector<AlertSpan> both = {span("A", 10, 20), span("A", 20, 30)};
  const HistoryChange found = compare_histories(both, both);
  EXPECT_EQ(found.same, 2u);
  EXPECT_THAT(found.changes, IsEmpty());
}

// The rules in force and rules with other thresholds, over the same journal.
class OverTheJournal : public testing::Test {
 protected:
  OverTheJournal() {
    daemon_.begin();
    daemon_.send(price("april", "2019-04-01", "2019-05-01", 350));
    daemon_.pass(3);
    daemon_.send(price("may", "2019-05-01", "2019-06-01", 250));
    daemon_.pass(40);
  }
  std::vector<AlertSpan> alerts(const std::string& threshold) {
    Contents contents = small_contents();
    for (auto& [file, text] : contents.packs) text = replaced(text, "300", threshold);
    auto loaded = load_contents(contents, daemon_.store());
    EXPECT_TRUE(loaded) << loaded.error().message;
    auto run = run_history(daemon_.store(), *loaded->catalogue, loaded->settings.history_begins,
                           {loaded->packs});
    EXPECT_TRUE(run) << run.error().message;
    EXPECT_GE(run->front().journal.entries, 5u);
    return run->front().alerts;
  }
  SmallDaemon daemon_;
};

TEST_F(OverTheJournal, RulesInForceSayWhatTheLedgerSays) {
  std::vector<AlertSpan> said;
  auto read = daemon_.store().for_each_alert_revision([&](const AlertRevision& revision) {
    if (revision.number == 1)
      said.push_back({revision.region, revision.pattern, day_of(revision.issued), kDayNever,
                      revision.level, revision.title});
    if (closes(revision.kind)) said.back().ended = day_of(revision.issued);
    return Result<void>();
  });
  ASSERT_TRUE(read);
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_THAT(alerts("300"), ElementsAre(said.front()));
}

TEST_F(OverTheJournal, AHigherThresholdLosesTheAlert) {
  EXPECT_THAT(alerts("400"), IsEmpty());
  EXPECT_THAT(alerts("200"), SizeIs(1));
}

class DiffCommand : public testing::Test {
 protected:
  int run(const std::string& before, const std::string& after, OutputFormat format) {
    const auto write = [](const TempDir& directory, const std::string& name,
                          const std::string& text) {
      std::ofstream(directory.path() / name, std::ios::binary) << text;
      return (directory.path() / name).string();
    };
    DiffOptions options;
    options.before = write(packs_, "before.yaml", before);
    options.after = write(packs_, "after.yaml", after);
    for (const auto& [name, text] : small_contents().configuration)
      write(config_, name,
            name == "tocsind.yaml" ? replaced(text, "small.yaml", options.before) : text);
    options.config_directory = config_.path().string();
    options.history = false;
    options.format = format;
    out_.str("");
    err_.str("");
    return run_diff(options, out_, err_);
  }
  TempDir config_, packs_;
  std::ostringstream out_, err_;
};

TEST_F(DiffCommand, EndsWithZeroOnlyWhenNothingDiffersInMeaning) {
  EXPECT_EQ(run(small_pack(), "# a comment\n" + small_pack(), OutputFormat::kText), 0)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("mean the same"));
  EXPECT_EQ(run(small_pack(), replaced(small_pack(), "300", "310"), OutputFormat::kText), 1);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("differs in meaning"), HasSubstr("+ "), HasSubstr("310")));
}

TEST_F(DiffCommand, SaysItAsJson) {
  EXPECT_EQ(run(small_pack(), replaced(small_pack(), "300", "310"), OutputFormat::kJson), 1);
  const auto root = boost::json::parse(out_.str()).as_object();
  EXPECT_TRUE(root.at("changes").at(0).at("meaning").as_bool());
  EXPECT_FALSE(root.contains("history"));
}

TEST_F(DiffCommand, AdviceThatIsGoneIsAChangeOfItsOwnKind) {
  const std::string advising =
      small_pack() + "    advise: [{function: oversee, horizon: short, text: Ask the minister}]\n";
  EXPECT_EQ(run(advising, small_pack(), OutputFormat::kText), 1) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("The packs mean the same"),
                    HasSubstr("What committees are told to do\n  removed  patterns.hunger.advise"),
                    HasSubstr("Ask the minister"), Not(HasSubstr("In words only"))));
  EXPECT_EQ(run(advising, small_pack(), OutputFormat::kJson), 1);
  const auto change = boost::json::parse(out_.str()).at("changes").at(0).as_object();
  EXPECT_EQ(change.at("touches").as_string(), "advice");
}

TEST_F(DiffCommand, APackWithMistakesIsRefusedWithItsPlace) {
  EXPECT_EQ(run(small_pack(), replaced(small_pack(), "300", "300 elephants"), OutputFormat::kText),
            2);
  EXPECT_THAT(err_.str(), HasSubstr("after.yaml:"));
}

}  // namespace
}  // namespace tocsin
