#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "tests/support/ledger_run.h"
#include "tests/support/table_fixture.h"
#include "tests/support/twin_run.h"

namespace tocsin {
namespace {

// Worked by hand: heat in Xa, a watch while it is 30 degrees or more. Each line is what one commit
// says; the engine and the naive ledger must both say it.
class LedgerTable : public testing::Test {
 protected:
  void begin(std::int32_t lapse_days = 0,
             const std::function<void(twin::Pattern&)>& restrain = {}) {
    twin::Pack pack;
    pack.regions = {at::kXa};
    pack.seasons = {{"year", twin::Season::Of::kDates, {1, 1}, {12, 31}}};
    twin::Signal hot;
    hot.name = "hot";
    hot.when = at_least(last_of(of::kHeat), 30, "degC");
    pack.signals.push_back(hot);
    twin::Pattern p;
    p.name = "p0";
    p.window = days(1);
    p.lapse_days = lapse_days;
    p.levels[1] = twin::on(0);
    p.levels[2] = twin::op(twin::Kind::kAnd, twin::on(0), twin::on(1));
    twin::Signal very;
    very.name = "very_hot";
    very.when = at_least(last_of(of::kHeat), 40, "degC");
    pack.signals.push_back(very);
    if (restrain) restrain(p);
    pack.patterns.push_back(p);
    auto parsed = parse_pack("ledger.yaml", twin::to_yaml(pack, catalogue_), catalogue_);
    ASSERT_TRUE(parsed.has_value());
    twin_ = std::move(pack);
    run_ = std::make_unique<LedgerRun>(catalogue_, std::move(*parsed), twin_, day("2020-01-01"));
  }

  // The heat of a day of January; again: a correction.
  void heat(int january, int degrees) {
    const Day d = day("2020-01-01") + (january - 1);
    run_->receive(revision_of(catalogue_, of::kFirst, "heat" + std::to_string(january),
                              observation(at::kXa, of::kHeat, of::kFirst, d, d + 1, degrees * 10),
                              ++revisions_[january]));
  }
  void retract(int january) {
    run_->receive(revision_of(catalogue_, of::kFirst, "heat" + std::to_string(january),
                              std::monostate(), ++revisions_[january]));
  }
  std::string commit(int january) {
    const auto out = run_->commit(day("2020-01-01") + (january - 1));
    EXPECT_EQ(out.difference, "");
    return out.said;
  }
  std::string heat_and_commit(int january, int degrees) {
    heat(january, degrees);
    return commit(january);
  }

 private:
  Catalogue catalogue_ = small_world();
  twin::Pack twin_;
  std::map<int, std::uint32_t> revisions_;
  std::unique_ptr<LedgerRun> run_;
};

TEST_F(LedgerTable, AnEpisodeIsRaisedEscalatedEasedAndCleared) {
  begin();
  EXPECT_EQ(heat_and_commit(1, 20), "");
  EXPECT_EQ(heat_and_commit(2, 31), "raised 0 watch 2020-01-02..");
  EXPECT_EQ(heat_and_commit(3, 41), "escalated 0 warning 2020-01-02..");
  // The open tick doesn't let it fall; that very_hot is no longer active is said at once.
  EXPECT_EQ(heat_and_commit(4, 31), "updated 0 warning 2020-01-02..");
  EXPECT_EQ(heat_and_commit(5, 31), "eased 0 watch 2020-01-02..");
  EXPECT_EQ(heat_and_commit(6, 20), "updated 0 watch 2020-01-02..");
  EXPECT_EQ(heat_and_commit(7, 20), "cleared 0 none 2020-01-02..2020-01-06");
  EXPECT_EQ(heat_and_commit(8, 31), "raised 1 watch 2020-01-08..");
}

TEST_F(LedgerTable, ASignalThatThePatternDoesNotReadUpdatesNothing) {
  begin(0, [](twin::Pattern& pattern) { pattern.levels[2] = {}; });
  EXPECT_EQ(heat_and_commit(2, 31), "raised 0 watch 2020-01-02..");
  EXPECT_EQ(heat_and_commit(3, 41), "");
  EXPECT_EQ(heat_and_commit(4, 31), "");
}

TEST_F(LedgerTable, ACorrectionThatTakesTheEpisodeAwayWithdrawsTheAlert) {
  begin();
  EXPECT_EQ(heat_and_commit(1, 20), "");
  EXPECT_EQ(heat_and_commit(2, 31), "raised 0 watch 2020-01-02..");
  heat(2, 29);
  EXPECT_EQ(heat_and_commit(3, 20), "withdrawn 0 none 2020-01-02..2020-01-03");
  EXPECT_EQ(heat_and_commit(4, 20), "");
  heat(2, 33);  // corrected back: an episode that is over by now, and was spoken of
  EXPECT_EQ(commit(4), "");
}

TEST_F(LedgerTable, AWithdrawnAlertReturnsWhenItsEpisodeDoesAndGoesOn) {
  begin();
  EXPECT_EQ(heat_and_commit(2, 31), "raised 0 watch 2020-01-02..");
  retract(2);
  EXPECT_EQ(commit(3), "withdrawn 0 none 2020-01-02..2020-01-03");
  heat(2, 32);
  EXPECT_EQ(commit(4), "escalated 0 watch 2020-01-02..");
}

TEST_F(LedgerTable, AClosedAlertThatIsWithdrawnSpeaksOfNoDayAfterItsEnd) {
  begin();
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 20), "updated 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(3, 20), "cleared 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(4, 31), "raised 1 watch 2020-01-04..");
  heat(1, 20);
  EXPECT_EQ(heat_and_commit(5, 31), "withdrawn 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(6, 41), "escalated 1 warning 2020-01-04..");  // not followed by alert 0
}

TEST_F(LedgerTable, TwoAlertsOnOneEpisodeMergeIntoTheOlder) {
  begin();
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 20), "updated 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(3, 20), "cleared 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(4, 31), "raised 1 watch 2020-01-04..");
  heat(2, 31);
  heat(3, 31);
  EXPECT_EQ(heat_and_commit(5, 31),
            "escalated 0 watch 2020-01-01..; merged 1 none 2020-01-01.. into 0");
  EXPECT_EQ(heat_and_commit(6, 31), "");
}

TEST_F(LedgerTable, OfTwoEpisodesTheAlertKeepsTheLatestAndTheOtherIsNoted) {
  begin();
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  for (int january = 2; january <= 6; ++january) EXPECT_EQ(heat_and_commit(january, 31), "");
  heat(3, 20);
  EXPECT_EQ(commit(6), "updated 0 watch 2020-01-04..; note 2020-01-01..2020-01-03");
  EXPECT_EQ(commit(7), "");  // noted once
}

TEST_F(LedgerTable, AnEpisodeFoundInThePastIsANoteAndNeverRaised) {
  begin();
  for (int january = 1; january <= 6; ++january) EXPECT_EQ(heat_and_commit(january, 20), "");
  heat(2, 31);
  heat(3, 31);
  EXPECT_EQ(commit(6), "note 2020-01-02..2020-01-04");
  EXPECT_EQ(commit(7), "");
}

TEST_F(LedgerTable, EvidenceThatLapsesIsSaidOnceASpell) {
  begin(3);
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  // Stale when end(d) - C > 6, C = 2 January: unknown from tick 8; for more than 3 days at tick 11.
  for (int january = 2; january <= 7; ++january) EXPECT_EQ(commit(january), "");
  EXPECT_EQ(commit(8), "updated 0 watch 2020-01-01..");  // very_hot is blind
  for (int january = 9; january <= 10; ++january) EXPECT_EQ(commit(january), "");
  EXPECT_EQ(commit(11), "lapsed 0 watch 2020-01-01..");
  EXPECT_EQ(commit(12), "");
  EXPECT_EQ(heat_and_commit(13, 31), "updated 0 watch 2020-01-01..");
}

TEST_F(LedgerTable, AMuteHoldsBackTheSameLevelAndNotAHigherOne) {
  begin(0, [](twin::Pattern& p) { p.mute = twin::Mute{days(10), {"same"}, {0}}; });
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 20), "updated 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(3, 20), "cleared 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(4, 31), "held by mute watch 2020-01-04");
  EXPECT_EQ(heat_and_commit(5, 31), "");  // told once a spell
  EXPECT_EQ(heat_and_commit(6, 41), "raised 1 warning 2020-01-04..");
}

TEST_F(LedgerTable, WhatIsHeldBackIsRaisedOnTheDayTheMuteEnds) {
  begin(0, [](twin::Pattern& p) { p.mute = twin::Mute{days(5), {"same"}, {0}}; });
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 20), "updated 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(3, 20), "cleared 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(4, 31), "held by mute watch 2020-01-04");
  EXPECT_EQ(heat_and_commit(5, 31), "");
  EXPECT_EQ(heat_and_commit(6, 31), "raised 1 watch 2020-01-04..");
}

TEST_F(LedgerTable, WhatOverridesLiftsTheMute) {
  begin(0, [](twin::Pattern& p) {
    p.mute = twin::Mute{days(10), {"same"}, {0}};
    p.overrides = 0;
  });
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 20), "updated 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(3, 20), "cleared 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(4, 31), "raised 1 watch 2020-01-04..");
}

TEST_F(LedgerTable, ABudgetIsSpentByWhatWasWithdrawnToo) {
  begin(0, [](twin::Pattern& p) { p.budget = twin::Budget{1, 0, "same"}; });
  EXPECT_EQ(heat_and_commit(1, 31), "raised 0 watch 2020-01-01..");
  retract(1);
  EXPECT_EQ(heat_and_commit(2, 20), "withdrawn 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(4, 41), "held by budget warning 2020-01-04");
}

// The veto is the 40 degrees that are also a warning.
TEST_F(LedgerTable, AVetoIsForTheEpisodeAndHoldsBackWhatRisesWithIt) {
  begin(0, [](twin::Pattern& p) { p.decision = twin::Decision{48, std::nullopt, 1, true}; });
  EXPECT_EQ(heat_and_commit(1, 31), "proposed 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 41), "vetoed 0 none 2020-01-01..; held by veto warning 2020-01-01");
  EXPECT_EQ(heat_and_commit(3, 31), "proposed 0 warning 2020-01-01..");
}

TEST_F(LedgerTable, SilenceAgreesAtTheDeadlineAndNotBefore) {
  begin(0, [](twin::Pattern& p) { p.decision = twin::Decision{48, std::nullopt, 1, true}; });
  EXPECT_EQ(heat_and_commit(1, 31), "proposed 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 31), "");
  EXPECT_EQ(heat_and_commit(3, 31), "raised 0 watch 2020-01-01..");
}

TEST_F(LedgerTable, WhatIsOverBeforeItIsDecidedIsWithdrawn) {
  begin(0, [](twin::Pattern& p) { p.decision = twin::Decision{96, 1, std::nullopt, false}; });
  EXPECT_EQ(heat_and_commit(1, 31), "proposed 0 watch 2020-01-01..");
  EXPECT_EQ(heat_and_commit(2, 20), "proposed 0 watch 2020-01-01..");  // made on less
  EXPECT_EQ(heat_and_commit(3, 20), "withdrawn 0 none 2020-01-01..2020-01-02");
  EXPECT_EQ(heat_and_commit(4, 41), "raised 1 warning 2020-01-04..");  // agreed beforehand
}

class LedgerProperties : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Shard, LedgerProperties, testing::Range(0, 2));

// Random packs and histories, a commit a day and some in between.
TEST_P(LedgerProperties, SaysWhatTheNaiveLedgerSays) {
  const Cases cases = cases_of(1000, GetParam());
  Occurrences occurred;
  for (int i = 0; i < cases.count; ++i) {
    Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    LedgerRun run(trial.c.catalogue, trial.pack, trial.c.pack, trial.c.begin);
    Dice dice(trial.seed);
    std::size_t next = 0;
    for (Day today = trial.c.begin; today <= trial.c.end; today = today + 1) {
      // As the daemon does, at the deadlines of the day that ends.
      const ProcessingTime midnight = start_of<ProcessingTime>(today);
      for (auto due = run.next_due(); due && *due < midnight; due = run.next_due())
        ASSERT_EQ(run.commit(day_of(*due), due).difference, "") << trial.told();
      for (; next < trial.c.arrivals.size() && trial.c.arrivals[next].day <= today; ++next) {
        run.receive(trial.c.arrivals[next].record);
        if (today == trial.c.begin || !dice.chance(15)) continue;
        ASSERT_EQ(run.commit(today).difference, "") << trial.told();
      }
      if (dice.chance(10) && today < trial.c.end) continue;
      ASSERT_EQ(run.commit(today).difference, "") << trial.told();
    }
    for (const auto& [what, count] : run.occurred()) occurred["said: " + what] += count;
  }
  print(occurred, "occurred");
  if (!cases.all_expected) return;
  EXPECT_THAT(absent(occurred, {"late",
                                "retracted",
                                "retracted before arrival",
                                "said: raised",
                                "said: escalated",
                                "said: eased",
                                "said: updated",
                                "said: updated: figures corrected",
                                "said: cleared",
                                "said: withdrawn",
                                "said: merged",
                                "said: lapsed",
                                "said: split",
                                "said: note of a past episode",
                                "said: proposed",
                                "said: vetoed",
                                "said: refused",
                                "said: held back: mute",
                                "said: held back: budget",
                                "said: held back: veto"}),
              testing::IsEmpty());
}

// An engine and what it has said: the alert chain, from which another goes on.
class Journaled {
 public:
  explicit Journaled(const Trial& trial) : trial_(trial) { start(); }

  void receive(const LatestRevision& arrival) {
    if (const auto change = latest_.admit(arrival)) engine_->apply(*change);
  }
  // The lines that one commit adds to the chain.
  std::vector<std::string> commit(ProcessingTime now) {
    const Statements statements = engine_->state(now);
    std::vector<std::string> lines;
    for (const AlertRevision& revision : statements.revisions) lines.push_back(to_json(revision));
    lines.insert(lines.end(), statements.notes.begin(), statements.notes.end());
    chain_.insert(chain_.end(), lines.begin(), lines.end());
    return lines;
  }
  // As the daemon does: what is stored, then a commit without records. It must say nothing.
  void restart(ProcessingTime now) {
    start();
    {
      Dataset::Loading loading(engine_->data());
      for (const LatestRevision& revision : latest_.all()) loading.put(revision);
    }
    for (const std::string& line : chain_) {
      if (line.starts_with(R"({"note")")) {
        EXPECT_TRUE(engine_->ledger().restore_note(line).has_value());
      } else {
        engine_->ledger().restore(parse_alert_revision(line).value());
      }
    }
    EXPECT_EQ(commit(now), std::vector<std::string>());
  }

 private:
  void start() {
    std::vector<Pack> packs;
    packs.push_back(parse_pack("random.yaml", trial_.yaml, trial_.c.catalogue).value());
    engine_ = std::make_unique<Engine>(trial_.c.catalogue, std::move(packs),
                                       EngineOptions{trial_.c.begin, LedgerOptions{}});
  }

  const Trial& trial_;
  LatestRevisions latest_;
  std::vector<std::string> chain_;
  std::unique_ptr<Engine> engine_;
};

TEST(LedgerPromises, ARestartBetweenTwoCommitsChangesNoByte) {
  const Cases cases = cases_of(1000);
  Occurrences occurred;
  for (int i = 0; i < cases.count; ++i) {
    const Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    Dice dice(trial.seed);
    Journaled steady(trial), restarted(trial);
    std::size_t next = 0;
    for (Day today = trial.c.begin; today <= trial.c.end; today = today + dice.between(1, 4)) {
      for (; next < trial.c.arrivals.size() && trial.c.arrivals[next].day <= today; ++next) {
        steady.receive(trial.c.arrivals[next].record);
        restarted.receive(trial.c.arrivals[next].record);
      }
      const auto now = start_of<ProcessingTime>(today);
      const auto said = steady.commit(now);
      ASSERT_EQ(said, restarted.commit(now)) << format_day(today) << "\n" << trial.told();
      occurred["said"] += said.size();
      if (!dice.chance(15)) continue;
      restarted.restart(now);
      ASSERT_FALSE(HasFailure()) << "restarted on " << format_day(today) << "\n" << trial.told();
      ++occurred["restarted"];
    }
  }
  print(occurred, "occurred");
}

}  // namespace
}  // namespace tocsin
