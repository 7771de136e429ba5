#include <algorithm>

#include "tests/support/rule_builders_random_pack.h"

// Random conditions of patterns.
namespace tocsin {

// One that is judged everywhere: others may not be named, only counted among their dimension.
twin::Subject PackMaker::some_signal() {
  std::vector<std::uint32_t> list;
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
    if (pack_.signals[i].at.empty()) list.push_back(i);
  return {twin::Subject::Of::kSignal, dice_.pick(list), Level::kWatch};
}

twin::Subject PackMaker::subject() {
  if (dice_.chance(65)) return some_signal();
  std::vector<std::uint32_t> dimensions;
  for (const auto& signal : pack_.signals)
    if (signal.stance == Stance::kThreat) dimensions.push_back(signal.dimension.number());
  return {twin::Subject::Of::kDimension, dice_.pick(dimensions), Level::kWatch};
}

PackMaker::Expr PackMaker::over_subjects(Kind kind, bool several) {
  Expr e;
  e.kind = kind;
  e.subjects.push_back(subject());
  if (several && dice_.chance(25)) e.subjects.push_back(subject());
  if (kind == Kind::kActive && dice_.chance(35)) own_window(e);
  return e;
}

PackMaker::Expr PackMaker::count_dimensions() {
  std::vector<DimensionId> present;
  for (const auto& s : pack_.signals)
    if (s.stance == Stance::kThreat) present.push_back(s.dimension);
  std::sort(present.begin(), present.end());
  present.erase(std::unique(present.begin(), present.end()), present.end());
  Expr e = twin::dimensions();
  if (dice_.chance(25)) e.dimensions = present;
  const auto most = static_cast<std::int32_t>(present.size());
  return twin::op(Kind::kGreaterEqual, e, twin::number(dice_.between(1, most)));
}

PackMaker::Expr PackMaker::cascade() {
  Expr e;
  e.kind = Kind::kCascade;
  const int links = dice_.between(2, 3);
  std::int32_t least = 0;
  for (int i = 0; i < links; ++i) {
    twin::Link link;
    link.any.push_back(subject());
    if (dice_.chance(25)) link.any.push_back(subject());
    if (i > 0 && dice_.chance(40)) {
      link.least = dice_.between(0, 10);
      link.greatest = link.least + dice_.between(1, 30);
      least += link.least;
    }
    e.links.push_back(std::move(link));
  }
  e.span = {least + dice_.between(plan_.lively ? 1 : 5, plan_.lively ? 10 : 60), SpanUnit::kDays};
  return e;
}

// on() or active() of the level of an earlier pattern, which must have a base fold where this one
// is judged.
PackMaker::Expr PackMaker::over_levels(int pattern, const twin::Pattern& own) {
  std::vector<twin::Subject> levels;
  for (int p = 0; p < pattern; ++p) {
    const twin::Pattern& read = pack_.patterns[static_cast<std::size_t>(p)];
    for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
      const auto& at = read.levels[static_cast<std::size_t>(level)];
      if ((read.at.empty() || read.at == own.at) && at && !twin::reads_around(*at))
        levels.push_back({twin::Subject::Of::kLevel, static_cast<std::uint32_t>(p), level});
    }
  }
  const Kind kind = dice_.chance(50) ? Kind::kOn : Kind::kActive;
  Expr e = over_subjects(kind, false);
  if (levels.empty()) return e;
  if (dice_.chance(80)) e.subjects.clear();
  e.subjects.push_back(dice_.pick(levels));
  return e;
}

PackMaker::Expr PackMaker::around(int pattern, const twin::Pattern& own) {
  if (dice_.chance(40)) return over_tracks(pattern, own);
  Expr e;
  e.kind = dice_.chance(60) ? Kind::kNeighbours : Kind::kBasin;
  e.subjects.push_back(subject_elsewhere(pattern, own));
  return twin::op(Kind::kGreaterEqual, e, twin::number(dice_.between(1, 2)));
}

// A signal, a dimension, or a level that other regions may read.
twin::Subject PackMaker::subject_elsewhere(int pattern, const twin::Pattern& own) {
  std::vector<twin::Subject> levels;
  for (int p = 0; p <= pattern; ++p) {
    const twin::Pattern& read = p == pattern ? own : pack_.patterns[static_cast<std::size_t>(p)];
    for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
      const auto& at = read.levels[static_cast<std::size_t>(level)];
      if (read.at.empty() && at && !twin::reads_around(*at))
        levels.push_back({twin::Subject::Of::kLevel, static_cast<std::uint32_t>(p), level});
    }
  }
  return !levels.empty() && dice_.chance(55) ? dice_.pick(levels) : subject();
}

PackMaker::Expr PackMaker::pattern_condition(int pattern, const twin::Pattern& own, int depth) {
  if (plan_.lively && dice_.chance(40)) return over_subjects(Kind::kOn, false);
  const int form = dice_.between(0, 99);
  if (depth > 0 && form < 22) {
    Expr left = pattern_condition(pattern, own, depth - 1);
    return twin::op(form < 11 ? Kind::kAnd : Kind::kOr, std::move(left),
                    pattern_condition(pattern, own, depth - 1));
  }
  if (depth > 0 && form >= 95) {
    Expr count;
    count.kind = Kind::kCountTrue;
    const int several = dice_.between(2, 3);
    for (int i = 0; i < several; ++i) count.args.push_back(pattern_condition(pattern, own, 0));
    return twin::op(Kind::kGreaterEqual, std::move(count), twin::number(dice_.between(1, several)));
  }
  if (depth > 0 && form < 26) return twin::op(Kind::kNot, pattern_condition(pattern, own, 0));
  if (depth > 0 && form < 30) return in_season(pattern_condition(pattern, own, 0));
  if (depth > 0 && form < 33) {
    Expr judged = pattern_condition(pattern, own, 0);
    return twin::op(Kind::kGiven, std::move(judged), pattern_condition(pattern, own, 0));
  }
  if (pattern > 0 && dice_.chance(30)) return over_levels(pattern, own);
  if (form < 45 && plan_.around) return around(pattern, own);
  if (form < 50) return past_of(over_subjects(Kind::kOn, false));
  if (form < 62) return cascade();
  if (form < 72) return over_subjects(Kind::kActive, true);
  if (form < 86) return over_subjects(Kind::kOn, true);
  return count_dimensions();
}

}  // namespace tocsin
