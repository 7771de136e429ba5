#include "tests/support/twin_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

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

}  // namespace

std::string run_against_twin(const Trial& trial, twin::Tally& tally, Occurrences& occurred) {
  count_sets(trial, occurred);
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

std::uint64_t rules_of(const Pack& pack) {
  std::set<std::string> signals;
  for (const Signal& s : pack.signals) signals.insert(s.band_of.empty() ? s.name : s.band_of);
  return signals.size() + pack.patterns.size();
}

namespace {

using Outcomes = std::array<const char*, 3>;
const Outcomes& outcomes_of(Kind kind) {
  static const Outcomes kTruth = {"false", "unknown", "true"};
  static const Outcomes kNumber = {"not known", "between bounds", "exact"};
  return twin::is_truth(kind) ? kTruth : kNumber;
}

// What reads no events has no bounds; what counts regions or sources and an absolute are never
// wholly unknown.
const std::set<Kind> kNoBounds = {Kind::kNumber,        Kind::kWord,         Kind::kParameter,
                                  Kind::kPopulation,    Kind::kPercentile,   Kind::kZscore,
                                  Kind::kResidual,      Kind::kAge,          Kind::kSourcesMean,
                                  Kind::kSourcesMedian, Kind::kDated,        Kind::kPastStddev,
                                  Kind::kSample,        Kind::kUsual,        Kind::kPastPercentile,
                                  Kind::kPastZscore,    Kind::kPastExpected, Kind::kPastResidual};
const std::set<Kind> kSomeBound = {Kind::kNumber,     Kind::kWord,         Kind::kParameter,
                                   Kind::kDimensions, Kind::kAbsolute,     Kind::kNeighbours,
                                   Kind::kBasin,      Kind::kCountTrue,    Kind::kOverCount,
                                   Kind::kRank,       Kind::kSourcesCount, Kind::kPastCount};

// Whether it can have the outcome at all.
bool can_be(Kind kind, std::size_t outcome) {
  if (twin::is_truth(kind) || outcome == 2) return true;
  return outcome == 0 ? !kSomeBound.contains(kind) : !kNoBounds.contains(kind);
}

}  // namespace

void print(const twin::Tally& tally) {
  for (std::size_t i = 0; i < tally.outcomes.size(); ++i) {
    const auto kind = static_cast<Kind>(i);
    std::string line = fmt::format("  {:<14}", twin::name_of(kind));
    for (std::size_t o = 0; o < 3; ++o)
      line += fmt::format(" {} {}", outcomes_of(kind)[o], tally.outcomes[i][o]);
    fmt::print("{}\n", line);
  }
}

std::vector<std::string> absent(const Occurrences& occurred,
                                std::initializer_list<const char*> features) {
  std::vector<std::string> out;
  for (const char* feature : features)
    if (!occurred.contains(feature)) out.emplace_back(feature);
  return out;
}

std::vector<std::string> never_met(const twin::Tally& tally, const Occurrences& occurred) {
  std::vector<std::string> out = absent(occurred, {"late",
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
  for (std::size_t i = 0; i < tally.outcomes.size(); ++i) {
    const auto kind = static_cast<Kind>(i);
    for (std::size_t o = 0; o < 3; ++o)
      if (can_be(kind, o) && tally.outcomes[i][o] == 0)
        out.push_back(fmt::format("{}: {}", twin::name_of(kind), outcomes_of(kind)[o]));
  }
  return out;
}

}  // namespace tocsin
