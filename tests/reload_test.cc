// Contents that change under a running daemon.
#include "daemon/reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "daemon/checkpoint_rows.h"
#include "daemon/commands.h"
#include "tests/config_fixture.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testsupport::price;
using testsupport::small_contents;
using testsupport::SmallDaemon;

// The small contents with `from` changed to `to` in a file of the configuration or a pack.
Contents changed(const std::string& file, const std::string& from, const std::string& to,
                 Contents contents = small_contents()) {
  auto& files = contents.packs.contains(file) ? contents.packs : contents.configuration;
  testing::replace(files.at(file), from, to);
  return contents;
}

std::string may_price(int value) { return price("p1", "2019-05-01", "2019-06-01", value); }

std::vector<RevisionKind> kinds(const CommitOutcome& outcome) {
  std::vector<RevisionKind> out;
  for (const AlertRevision& revision : outcome.revisions) out.push_back(revision.kind);
  return out;
}

std::vector<std::string> chain(const SmallDaemon& daemon) {
  std::vector<std::string> entries;
  EXPECT_TRUE(
      daemon.store().for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) -> Result<void> {
        entries.push_back(row.json);
        return {};
      }));
  return entries;
}

TEST(Reload, NewRulesJudgeTheRecordsThatAreStored) {
  SmallDaemon daemon;
  EXPECT_THAT(kinds(daemon.send(may_price(250))), IsEmpty());
  const auto outcome = daemon.reload(changed("small.yaml", "> 300", "> 200"));
  EXPECT_THAT(kinds(outcome), ElementsAre(RevisionKind::kRaised));
  EXPECT_EQ(outcome.dispatches, 1u);
}

// The price of May is high, that of June is not: the latch alone keeps the alert.
TEST(Reload, ALatchHoldsOverARestartAndEndsWithTheRuleThatHadIt) {
  const Contents plain = changed("small.yaml", "dimensions() >= 1", "on(dear)");
  const Contents latched = changed("small.yaml", "    when: last(price) > 300 NGN/kg\n",
                                   "    when: last(price) > 300 NGN/kg\n    latch: year\n", plain);
  SmallDaemon daemon;
  daemon.reload(latched);
  EXPECT_THAT(kinds(daemon.send(may_price(400))), ElementsAre(RevisionKind::kRaised));
  EXPECT_THAT(kinds(daemon.pass(25)), IsEmpty());
  EXPECT_THAT(kinds(daemon.send(price("p2", "2019-06-01", "2019-07-01", 200))), IsEmpty());
  daemon.finish();
  daemon.restart();
  EXPECT_THAT(kinds(daemon.pass(5)), IsEmpty());
  EXPECT_THAT(kinds(daemon.reload(plain)), ElementsAre(RevisionKind::kCleared));
}

TEST(Reload, ALatchEndsWithItsSeason) {
  SmallDaemon daemon;
  daemon.reload(changed("small.yaml", "    when: last(price) > 300 NGN/kg\n",
                        "    when: last(price) > 300 NGN/kg\n    latch: year\n",
                        changed("small.yaml", "dimensions() >= 1", "on(dear)")));
  daemon.send(may_price(400));
  daemon.finish();
  daemon.restart();
  // 10 June and 203 days are 30 December; the alert closes when 1 January is over.
  EXPECT_THAT(kinds(daemon.pass(204)), IsEmpty());
  EXPECT_THAT(kinds(daemon.pass(2)), ElementsAre(RevisionKind::kCleared));
}

TEST(Reload, WhatTheNewRulesDoNotSupportIsWithdrawn) {
  SmallDaemon daemon;
  EXPECT_THAT(kinds(daemon.send(may_price(400))), ElementsAre(RevisionKind::kRaised));
  EXPECT_THAT(kinds(daemon.reload(changed("small.yaml", "> 300", "> 500"))),
              ElementsAre(RevisionKind::kWithdrawn));
  EXPECT_THAT(kinds(daemon.pass(1)), IsEmpty());
}

TEST(Reload, APatternThatIsGoneRetiresItsAlerts) {
  SmallDaemon daemon;
  daemon.send(may_price(400));
  EXPECT_THAT(kinds(daemon.reload(changed("small.yaml", "  hunger:", "  dearth:"))),
              ElementsAre(RevisionKind::kRetired, RevisionKind::kRaised));
}

// The signal in two bands, and the levels called by other names.
Contents in_bands(const std::string& names) {
  Contents contents = changed("small.yaml", "    when: last(price) > 300 NGN/kg\n",
                              "    reads: last(price)\n"
                              "    bands: {watch: '> 300 NGN/kg', warning: '> 350 NGN/kg'}\n");
  return changed("small.yaml", "    watch: dimensions() >= 1\n",
                 "    levels: dear\n    names: " + names + "\n", std::move(contents));
}

TEST(Reload, ASignalThatGetsBandsKeepsItsAlert) {
  SmallDaemon daemon;
  const auto raised = daemon.send(may_price(400));
  ASSERT_THAT(kinds(raised), ElementsAre(RevisionKind::kRaised));
  const auto outcome = daemon.reload(in_bands("{watch: readiness, warning: action}"));
  ASSERT_THAT(kinds(outcome), ElementsAre(RevisionKind::kEscalated));
  const AlertRevision& escalated = outcome.revisions.front();
  EXPECT_EQ(escalated.alert, raised.revisions.front().alert);
  EXPECT_EQ(escalated.level_name, "action");
  EXPECT_EQ(escalated.previous_level_name, "");
  EXPECT_THAT(escalated.changes,
              ::testing::Contains("The level goes from watch to warning (action)."));
}

TEST(Reload, ALevelIsCalledWhatItWasCalledWhenItWasStated) {
  SmallDaemon daemon;
  daemon.reload(in_bands("{watch: readiness, warning: action}"));
  daemon.send(may_price(400));
  // Another name is no news.
  EXPECT_THAT(kinds(daemon.reload(in_bands("{watch: alert, warning: alarm}"))), IsEmpty());
  const auto outcome = daemon.send(price("p1", "2019-05-01", "2019-06-01", 320, 2));
  ASSERT_THAT(kinds(outcome), ElementsAre(RevisionKind::kEased));
  EXPECT_EQ(outcome.revisions.front().previous_level_name, "action");
  EXPECT_EQ(outcome.revisions.front().level_name, "alert");
  std::ostringstream out, err;
  EXPECT_EQ(run_replay((daemon.directory() / "store").string(), out, err), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("byte for byte"));
}

TEST(Reload, SaysWhatARestartOnTheSameContentsSays) {
  for (const Contents& other : {changed("small.yaml", "> 300", "> 200"), in_bands("{watch: low}")})
    for (const int value : {250, 400}) {
      SmallDaemon reloaded, restarted;
      for (SmallDaemon* daemon : {&reloaded, &restarted}) daemon->send(may_price(value));
      reloaded.reload(other);
      restarted.restart_on(other);
      EXPECT_EQ(chain(reloaded), chain(restarted));
    }
  SmallDaemon reloaded;
  reloaded.send(may_price(250));
  reloaded.reload(changed("small.yaml", "> 300", "> 200"));
  EXPECT_EQ(chain(reloaded).size(), 1u);
}

TEST(Reload, FoldsGoOnWhenOnlyPeopleAndProducersChange) {
  SmallDaemon daemon;
  daemon.send(may_price(250));
  const Engine* engine = &daemon.pipeline().engine();
  Contents other = changed("sources.yaml", "", "  borno: {sources: [market]}\n");
  other = changed("committees.yaml", "",
                  "  house:\n    name: House\n    time_zone: Africa/Lagos\n    regions: [NG]\n"
                  "    email: [clerk@house.example]\n",
                  std::move(other));
  const auto outcome = daemon.reload(other);
  EXPECT_EQ(&daemon.pipeline().engine(), engine);
  EXPECT_EQ(outcome.engine.signal_folds, 0u);
  EXPECT_EQ(daemon.send(price("p1", "2019-05-01", "2019-06-01", 400, 2)).dispatches, 2u);
}

TEST(Reload, AProducersPermissionsHoldFromTheNextRecordOn) {
  SmallDaemon daemon;
  daemon.reload(changed("sources.yaml", "relay: {sources: [market, monitor]}",
                        "relay: {sources: [monitor]}"));
  const auto outcome = daemon.send(may_price(250));
  ASSERT_EQ(outcome.frames.front().nacks.size(), 1u);
  EXPECT_EQ(outcome.frames.front().nacks.front().rejection.code, "source-not-allowed");
}

TEST(Reload, AFailureLeavesThePipelineAsItWas) {
  SmallDaemon daemon;
  daemon.send(may_price(250));
  // Other statements, same folds: it reads the checkpoint, which is damaged.
  ASSERT_TRUE(daemon.store().put_state(
      std::vector<StateRow>{{std::string(kCheckpointHeadKey), "no checkpoint"}}, {}));
  EXPECT_FALSE(daemon.try_reload(changed("tocsind.yaml", "", "illustrative: true\n")));
  EXPECT_THAT(kinds(daemon.send(price("p1", "2019-05-01", "2019-06-01", 400, 2))),
              ElementsAre(RevisionKind::kRaised));
}

TEST(Reload, AReplayOfTheJournalSaysTheSame) {
  SmallDaemon daemon;
  daemon.reload(small_contents());
  daemon.send(may_price(250));
  daemon.reload(changed("small.yaml", "> 300", "> 200"));
  daemon.pass(3);
  daemon.reload(changed("committees.yaml", "name: Senate", "name: The Senate",
                        changed("small.yaml", "> 300", "> 200")));
  daemon.send(price("p1", "2019-05-01", "2019-06-01", 210, 2));
  daemon.reload(changed("small.yaml", "> 300", "> 220"));
  EXPECT_GE(chain(daemon).size(), 2u);
  std::ostringstream out, err;
  EXPECT_EQ(run_replay((daemon.directory() / "store").string(), out, err), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("byte for byte"));
}

TEST(Reload, ProducersDecideNoFoldAndSourcesDo) {
  const auto fingerprint = [](const Contents& contents) {
    Numbering numbering;
    return load_contents(contents, numbering)->fingerprint;
  };
  const std::string was = fingerprint(small_contents());
  EXPECT_EQ(fingerprint(changed("sources.yaml", "  relay: {sources: [market, monitor]}",
                                "  relay: {sources: [market]}  # less")),
            was);
  EXPECT_NE(
      fingerprint(changed("sources.yaml", "longest_delay_days: 14", "longest_delay_days: 15")),
      was);
}

std::string restart_complaints(const Contents& wanted) {
  return render(needs_restart(small_contents(), wanted), wanted.configuration);
}

TEST(NeedsRestart, NamesTheSettingAndItsPlace) {
  EXPECT_EQ(restart_complaints(
                changed("tocsind.yaml", "store: {path: store}", "store: {path: elsewhere}")),
            "tocsind.yaml:3:15: store.path can't change while the daemon runs\n"
            "  store: {path: elsewhere}\n"
            "                ^^^^^^^^^\n"
            "  allowed: what it was, or a restart\n");
}

TEST(NeedsRestart, TellsAllOfThemAlsoWhatWasAddedOrRemoved) {
  Contents wanted = changed(
      "tocsind.yaml", "smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example}\n",
      "admin: {port: 0}\n");
  wanted =
      changed("tocsind.yaml", "plain_producer: relay", "plain_producer: other", std::move(wanted));
  const std::string text = restart_complaints(wanted);
  for (const char* key : {"admin.port", "smtp.host", "smtp.from", "ingest.plain_producer"})
    EXPECT_THAT(text, HasSubstr(std::string(key) + " can't change"));
}

TEST(NeedsRestart, LeavesAloneWhatAReloadBringsIntoForce) {
  Contents wanted =
      changed("tocsind.yaml", "history_begins: 2018-01-01", "history_begins: 2017-01-01");
  wanted = changed("tocsind.yaml", "",
                   "horizons: {lateness_days: 1000, retention_days: 8000}\n"
                   "illustrative: true  # said so\n"
                   "delivery: {attempts: 3}\n",
                   std::move(wanted));
  EXPECT_EQ(restart_complaints(wanted), "");
}

TEST(Changes, AreToldBySectionAndName) {
  Contents wanted = changed("sources.yaml", "  relay: {sources: [market, monitor]}",
                            "  borno: {sources: [market]}");
  wanted = changed("committees.yaml", "name: Senate", "name: The Senate", std::move(wanted));
  wanted = changed("small.yaml", "version: 1", "version: 2", std::move(wanted));
  wanted.packs["other.yaml"] = "pack: other\n";
  EXPECT_THAT(changes(small_contents(), wanted),
              ElementsAre("committees.yaml: committees: changed senate",
                          "sources.yaml: producers: added borno; removed relay", "other.yaml added",
                          "small.yaml: changed version"));
}

TEST(Changes, AreNoneWhereOnlyTheLayOutDiffers) {
  EXPECT_THAT(changes(small_contents(),
                      changed("sources.yaml", "citation: survey", "citation: 'survey'  # quoted")),
              IsEmpty());
}

}  // namespace
}  // namespace tocsin
