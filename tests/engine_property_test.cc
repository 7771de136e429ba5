#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/twin_run.h"

// The promises of the engine, each on random packs and histories: thousands of small cases, and a
// few long ones. Seeds and counts: property_run.h.
namespace tocsin {
namespace {

class EngineProperties : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Shard, EngineProperties, testing::Range(0, 4));

TEST_P(EngineProperties, IncrementalEqualsTheTwinAtEveryTick) {
  const Cases cases = cases_of(200, GetParam());
  // So many meet every outcome of every operator: TOCSIN_CASES=500 asks for it.
  constexpr int kEveryOutcome = 500;
  const bool all_expected = cases.count >= kEveryOutcome;
  Occurrences occurred;
  twin::Tally tally;
  for (int i = 0; i < cases.count; ++i) {
    const Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    const std::string found = run_against_twin(trial, tally, occurred);
    ASSERT_EQ(found, "") << trial.told();
  }
  print(occurred, "occurred");
  print(tally);
  if (all_expected) {
    EXPECT_THAT(never_met(tally, occurred), testing::IsEmpty());
  }
}

TEST(EnginePromises, OrderBatchesDuplicatesAndRestartsChangeNothing) {
  const Cases cases = cases_of(1000);
  Occurrences occurred;
  for (int i = 0; i < cases.count; ++i) {
    const Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    Dice dice(trial.seed);
    EngineRun daily(trial.c.catalogue, trial.pack, trial.c.begin);
    run_daily(daily, trial);

    EngineRun shuffled(trial.c.catalogue, trial.pack, trial.c.begin);
    auto arrivals = trial.c.arrivals;
    std::shuffle(arrivals.begin(), arrivals.end(), dice.engine());
    Day today = trial.c.begin;
    for (const Arrival& arrival : arrivals) {
      shuffled.receive(arrival.record);
      if (dice.chance(10)) shuffled.receive(arrival.record);
      if (dice.chance(5))
        shuffled.advance(today = std::min(trial.c.end, today + dice.between(0, 30)));
    }
    shuffled.advance(trial.c.end);
    ASSERT_EQ(difference(daily.assessment(), shuffled.assessment()), "") << "in another order\n"
                                                                         << trial.told();

    EngineRun restarted(trial.c.catalogue, trial.pack, trial.c.begin);
    for (const LatestRevision& revision : daily.latest().all()) restarted.receive(revision);
    restarted.advance(trial.c.end);
    ASSERT_EQ(difference(daily.assessment(), restarted.assessment()), "") << "after a restart\n"
                                                                          << trial.told();
  }
}

TEST(EnginePromises, WithdrawingEqualsNeverHavingReceived) {
  const Cases cases = cases_of(1000);
  Occurrences occurred;
  for (int i = 0; i < cases.count; ++i) {
    const Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    Dice dice(trial.seed);
    std::set<Hash128> withdrawn;
    for (const Arrival& arrival : trial.c.arrivals)
      if (dice.chance(20)) withdrawn.insert(arrival.record.identity);
    EngineRun without(trial.c.catalogue, trial.pack, trial.c.begin);
    EngineRun with(trial.c.catalogue, trial.pack, trial.c.begin);
    for (const Arrival& arrival : trial.c.arrivals) {
      with.receive(arrival.record);
      if (dice.chance(10)) with.advance(arrival.day);
      if (!withdrawn.contains(arrival.record.identity)) without.receive(arrival.record);
    }
    with.advance(trial.c.end);
    without.advance(trial.c.end);
    for (const LatestRevision& revision : with.latest().all()) {
      if (!withdrawn.contains(revision.identity)) continue;
      LatestRevision tombstone = revision;
      tombstone.revision = 100;
      tombstone.claim = std::monostate();
      with.receive(tombstone);
    }
    with.advance(trial.c.end);
    ASSERT_EQ(difference(without.assessment(), with.assessment()), "") << trial.told();
  }
}

// A country that no rule reads, with everything that may be said of it.
std::vector<LatestRevision> elsewhere(const Trial& trial, Dice& dice) {
  std::vector<LatestRevision> out;
  const auto& catalogue = trial.c.catalogue;
  for (int i = 0; i < 30; ++i) {
    const Day when = trial.c.begin + dice.between(-50, trial.c.end - trial.c.begin);
    const std::string id = "elsewhere" + std::to_string(i);
    if (i % 3 == 0) {
      out.push_back(revision_of(catalogue, of::kFirst, id, event(at::kZe, of::kClash, when, 9)));
    } else if (i % 3 == 1) {
      out.push_back(revision_of(catalogue, of::kFirst, id,
                                events_covered(of::kFirst, {at::kZ}, when, when + 40)));
    } else {
      out.push_back(revision_of(catalogue, of::kFirst, id,
                                observation(at::kZe, of::kHeat, of::kFirst, when, when + 1, 300)));
    }
  }
  return out;
}

TEST(EnginePromises, RecordsOfARegionThatNoRuleReadsFoldNothing) {
  const Cases cases = cases_of(1000);
  Occurrences occurred;
  for (int i = 0; i < cases.count; ++i) {
    const Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    Dice dice(trial.seed);
    EngineRun engine(trial.c.catalogue, trial.pack, trial.c.begin);
    EngineRun undisturbed(trial.c.catalogue, trial.pack, trial.c.begin);
    run_daily(engine, trial);
    run_daily(undisturbed, trial);
    for (const LatestRevision& revision : elsewhere(trial, dice)) {
      engine.receive(revision);
      const auto report = engine.advance(trial.c.end);
      ASSERT_TRUE(report.refolded.empty() && report.moved.empty()) << trial.told();
    }
    ASSERT_EQ(difference(undisturbed.assessment(), engine.assessment()), "") << trial.told();
  }
}

TEST(EnginePromises, ClockJumpsChangeNothingInTheEnd) {
  const Cases cases = cases_of(1000);
  Occurrences occurred;
  for (int i = 0; i < cases.count; ++i) {
    const Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    Dice dice(trial.seed);
    EngineRun daily(trial.c.catalogue, trial.pack, trial.c.begin);
    EngineRun jumping(trial.c.catalogue, trial.pack, trial.c.begin);
    run_daily(daily, trial);
    Day today = trial.c.begin;
    for (const Arrival& arrival : trial.c.arrivals) {
      if (arrival.day > today && dice.chance(30)) jumping.advance(today = arrival.day);
      jumping.receive(arrival.record);
    }
    jumping.advance(trial.c.end);
    ASSERT_EQ(difference(daily.assessment(), jumping.assessment()), "") << trial.told();
  }
}

}  // namespace
}  // namespace tocsin
