#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/support/property_run.h"

// The promises of the engine, each on random packs and histories: thousands of small cases, and a
// few long ones. Seeds and counts: property_run.h.
namespace tocsin {
namespace {

using twin::Kind;

// A difference, and whether the engine itself finds it when it is told everything at once.
std::string compare_with_twin(const Trial& trial, const EngineRun& engine, twin::Tally* tally) {
  const Day today = engine.assessment().today();
  twin::Assessment twin(trial.c.catalogue, trial.c.pack, engine.latest().all(), trial.c.begin,
                        today, tally);
  std::string found = difference(engine.assessment(), twin);
  if (found.empty()) return found;
  EngineRun fresh(trial.c.catalogue, trial.pack, trial.c.begin);
  for (const LatestRevision& revision : engine.latest().all()) fresh.receive(revision);
  fresh.advance(today);
  const bool agrees = difference(fresh.assessment(), twin).empty();
  return found + (agrees ? "An engine told everything at once agrees with the twin.\n"
                         : "An engine told everything at once differs from the twin, too.\n");
}

// What the last assessment says, so that it shows when cases say nothing.
void count_ticks(const Assessment& engine, Occurrences& occurred) {
  for (const auto& place : engine.places())
    for (const auto& tick : pattern_ticks(engine, place.region, place.pattern)) {
      ++occurred[fmt::format("tick: {}", name_of(tick.level))];
      if (tick.possible > tick.level) ++occurred["tick: perhaps a higher level"];
    }
}

// Over which sets something is judged.
void count_sets(const Trial& trial, Occurrences& occurred) {
  for (const char* set : {"children", "siblings", "neighbours", "basin", "parent", "next"})
    if (trial.yaml.find(std::string(" over ") + set) != std::string::npos)
      ++occurred[std::string("over ") + set];
}

// How often engine and twin are compared, in percent of the days and of the arrivals.
struct Often {
  std::int32_t days, arrivals;
};

Often often(const Trial& trial) {
  if (is_long(trial.seed)) return {std::max(1, 400 / (trial.c.end - trial.c.begin)), 0};
  // Samples are many, and the twin walks all of them each time.
  if (trial.yaml.find("longest(") != std::string::npos) return {25, 1};
  if (trial.seed % 25 == 1) return {100, 50};
  return {10, 1};
}

std::string run_against_twin(const Trial& trial, twin::Tally& tally, Occurrences& occurred) {
  Dice dice(trial.seed);
  EngineRun engine(trial.c.catalogue, trial.pack, trial.c.begin);
  const Often compared = often(trial);
  std::size_t next = 0;
  for (Day today = trial.c.begin; today <= trial.c.end;) {
    for (; next < trial.c.arrivals.size() && trial.c.arrivals[next].day <= today; ++next) {
      engine.receive(trial.c.arrivals[next].record);
      if (today == trial.c.begin || !dice.chance(compared.arrivals)) continue;
      engine.advance(today);
      ++occurred["judged after an arrival"];
      if (auto found = compare_with_twin(trial, engine, &tally); !found.empty())
        return "after an arrival on " + format_day(today) + ": " + found;
    }
    engine.advance(today);
    if (today == trial.c.end || dice.chance(compared.days)) {
      ++occurred["judged after a day"];
      if (auto found = compare_with_twin(trial, engine, &tally); !found.empty())
        return "on " + format_day(today) + ": " + found;
    }
    if (today == trial.c.end) break;
    const bool jump = compared.days < 100 && dice.chance(4);
    if (jump) ++occurred["clock jumped"];
    today = std::min(trial.c.end, today + (jump ? dice.between(2, 30) : 1));
  }
  count_ticks(engine.assessment(), occurred);
  return "";
}

// Prints how often each operator had which outcome; all expected: each that it can have.
void report(const twin::Tally& tally, bool all_expected) {
  static const std::array<const char*, 3> kTruth = {"false", "unknown", "true"};
  static const std::array<const char*, 3> kNumber = {"not known", "between bounds", "exact"};
  // What reads no events has no bounds; what counts regions or sources and an absolute are never
  // wholly unknown.
  static const std::set<Kind> kNoBounds = {
      Kind::kNumber,       Kind::kWord,          Kind::kParameter,      Kind::kPopulation,
      Kind::kPercentile,   Kind::kZscore,        Kind::kResidual,       Kind::kAge,
      Kind::kSourcesMean,  Kind::kSourcesMedian, Kind::kDated,          Kind::kPastStddev,
      Kind::kSample,       Kind::kUsual,         Kind::kPastPercentile, Kind::kPastZscore,
      Kind::kPastExpected, Kind::kPastResidual};
  static const std::set<Kind> kSomeBound = {
      Kind::kNumber,    Kind::kWord,       Kind::kParameter,    Kind::kDimensions,
      Kind::kAbsolute,  Kind::kNeighbours, Kind::kBasin,        Kind::kCountTrue,
      Kind::kOverCount, Kind::kRank,       Kind::kSourcesCount, Kind::kPastCount};
  for (int i = 0; i < twin::kKindCount; ++i) {
    const auto kind = static_cast<Kind>(i);
    const auto& outcomes = tally.outcomes[static_cast<std::size_t>(i)];
    const auto& names = twin::is_truth(kind) ? kTruth : kNumber;
    std::string line = fmt::format("  {:<14}", twin::name_of(kind));
    for (std::size_t o = 0; o < 3; ++o) {
      line += fmt::format(" {} {}", names[o], outcomes[o]);
      const bool needed = twin::is_truth(kind) || (o == 0 && !kSomeBound.contains(kind)) ||
                          (o == 1 && !kNoBounds.contains(kind)) || o == 2;
      if (!needed || !all_expected) continue;
      EXPECT_GT(outcomes[o], 0U) << twin::name_of(kind) << " was never " << names[o];
    }
    fmt::print("{}\n", line);
  }
}

class EngineProperties : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Shard, EngineProperties, testing::Range(0, 4));

TEST_P(EngineProperties, IncrementalEqualsTheTwinAtEveryTick) {
  const Cases cases = cases_of(75, GetParam());
  // So many meet every outcome of every operator: TOCSIN_CASES=500 asks for it.
  constexpr int kEveryOutcome = 500;
  const bool all_expected = cases.count >= kEveryOutcome;
  Occurrences occurred;
  twin::Tally tally;
  for (int i = 0; i < cases.count; ++i) {
    const Trial trial = make_trial(cases.first + static_cast<std::uint64_t>(i), occurred);
    count_sets(trial, occurred);
    const std::string found = run_against_twin(trial, tally, occurred);
    ASSERT_EQ(found, "") << trial.told();
  }
  print(occurred, "occurred");
  report(tally, all_expected);
  if (!all_expected) return;
  expect_all(occurred, {"late",
                        "revised",
                        "retracted",
                        "retracted before arrival",
                        "revived",
                        "duplicate",
                        "same revision, other content",
                        "two identities for one period",
                        "gap",
                        "vague date",
                        "unplaced event",
                        "hole in coverage",
                        "before its period is over",
                        "clock jumped",
                        "tick: none",
                        "tick: watch",
                        "tick: warning",
                        "tick: emergency",
                        "tick: perhaps a higher level",
                        "refuted event",
                        "over children",
                        "over siblings",
                        "over neighbours",
                        "over basin",
                        "over parent",
                        "over next",
                        "events by their status",
                        "forecast",
                        "ensemble",
                        "published chance",
                        "forecast of two periods in one",
                        "two runs of one day of issue",
                        "sample"});
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
