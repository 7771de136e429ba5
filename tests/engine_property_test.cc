#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/support/property_run.h"

// The promises of docs/DESIGN.md section 5, on random packs and histories. Seeds: property_run.h.
// The default counts are what a test run can spend; TOCSIN_CASES=1000 is a full run, and only that
// demands that every feature occurred.
namespace tocsin {
namespace {

using twin::Kind;

std::string compare_with_twin(const Trial& trial, const EngineRun& engine, twin::Tally* tally) {
  twin::Assessment twin(trial.c.catalogue, trial.c.pack, engine.latest().all(), trial.c.begin,
                        engine.assessment().today(), tally);
  return difference(engine.assessment(), twin);
}

// Small cases are judged after each arrival and each day, the others now and then.
std::string run_against_twin(const Trial& trial, Dice& dice, bool each, twin::Tally& tally,
                             Occurrences& occurred) {
  EngineRun engine(trial.c.catalogue, trial.pack, trial.c.begin);
  const std::int32_t length = trial.c.end - trial.c.begin;
  std::size_t next = 0;
  for (Day today = trial.c.begin; today <= trial.c.end;) {
    for (; next < trial.c.arrivals.size() && trial.c.arrivals[next].day <= today; ++next) {
      engine.receive(trial.c.arrivals[next].record);
      if (today == trial.c.begin || !each || !dice.chance(50)) continue;
      engine.advance(today);
      ++occurred["judged after an arrival"];
      if (auto found = compare_with_twin(trial, engine, &tally); !found.empty())
        return "after an arrival on " + format_day(today) + ": " + found;
    }
    engine.advance(today);
    if (each || today == trial.c.end || dice.between(0, length) < 4) {
      ++occurred["judged after a day"];
      if (auto found = compare_with_twin(trial, engine, &tally); !found.empty())
        return "on " + format_day(today) + ": " + found;
    }
    if (today == trial.c.end) break;
    const bool jump = !each && dice.chance(4);
    if (jump) ++occurred["clock jumped"];
    today = std::min(trial.c.end, today + (jump ? dice.between(2, 30) : 1));
  }
  return "";
}

// Every operator had every outcome that it can have.
void expect_every_outcome(const twin::Tally& tally) {
  static const std::array<const char*, 3> kTruth = {"false", "unknown", "true"};
  static const std::array<const char*, 3> kNumber = {"not known", "between bounds", "exact"};
  // What reads no events has no bounds; what counts regions is never wholly unknown.
  static const std::set<Kind> kNoBounds = {Kind::kNumber,     Kind::kParameter, Kind::kPopulation,
                                           Kind::kPercentile, Kind::kZscore,    Kind::kResidual};
  static const std::set<Kind> kSomeBound = {Kind::kNumber, Kind::kParameter, Kind::kDimensions,
                                            Kind::kNeighbours, Kind::kBasin};
  for (int i = 0; i < twin::kKindCount; ++i) {
    const auto kind = static_cast<Kind>(i);
    const auto& outcomes = tally.outcomes[static_cast<std::size_t>(i)];
    const auto& names = twin::is_truth(kind) ? kTruth : kNumber;
    std::string line = fmt::format("  {:<14}", twin::name_of(kind));
    for (std::size_t o = 0; o < 3; ++o) {
      line += fmt::format(" {} {}", names[o], outcomes[o]);
      const bool needed = twin::is_truth(kind) || (o == 0 && !kSomeBound.contains(kind)) ||
                          (o == 1 && !kNoBounds.contains(kind)) || o == 2;
      if (!needed) continue;
      EXPECT_GT(outcomes[o], 0U) << twin::name_of(kind) << " was never " << names[o];
    }
    fmt::print("{}\n", line);
  }
}

TEST(EngineProperties, IncrementalEqualsTheTwinAtEveryTick) {
  const int cases = case_count(150);
  Occurrences occurred;
  twin::Tally tally;
  fmt::print("seed {}, {} cases\n", first_seed(), cases);
  for (int i = 0; i < cases; ++i) {
    const std::uint64_t seed = first_seed() + static_cast<std::uint64_t>(i);
    const bool each = seed % 6 == 0;
    const Trial trial = make_trial(seed, {true, each}, occurred);
    Dice dice(seed);
    const std::string found = run_against_twin(trial, dice, each, tally, occurred);
    ASSERT_EQ(found, "") << trial.told();
  }
  print(occurred, "occurred");
  if (cases < kFullRun) return;  // a few cases have not everything
  expect_every_outcome(tally);
  for (const char* what :
       {"late", "revised", "retracted", "retracted before arrival", "revived", "duplicate",
        "same revision, other content", "two identities for one period", "gap", "vague date",
        "unplaced event", "hole in coverage", "before its period is over", "clock jumped"})
    EXPECT_GT(occurred[what], 0U) << what << " never occurred";
}

TEST(EngineProperties, OrderBatchesDuplicatesAndRestartsChangeNothing) {
  const int cases = case_count(60);
  Occurrences occurred;
  for (int i = 0; i < cases; ++i) {
    const std::uint64_t seed = 100'000 + first_seed() + static_cast<std::uint64_t>(i);
    const Trial trial = make_trial(seed - 100'000, {}, occurred);
    Dice dice(seed);
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

TEST(EngineProperties, WithdrawingEqualsNeverHavingReceived) {
  const int cases = case_count(50);
  Occurrences occurred;
  for (int i = 0; i < cases; ++i) {
    const Trial trial = make_trial(first_seed() + static_cast<std::uint64_t>(i), {}, occurred);
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

TEST(EngineProperties, RecordsOfARegionThatNoRuleReadsFoldNothing) {
  const int cases = case_count(30);
  Occurrences occurred;
  for (int i = 0; i < cases; ++i) {
    const Trial trial = make_trial(first_seed() + static_cast<std::uint64_t>(i), {}, occurred);
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

TEST(EngineProperties, ClockJumpsChangeNothingInTheEnd) {
  const int cases = case_count(50);
  Occurrences occurred;
  for (int i = 0; i < cases; ++i) {
    const Trial trial = make_trial(first_seed() + static_cast<std::uint64_t>(i), {}, occurred);
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
