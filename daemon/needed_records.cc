#include "daemon/needed_records.h"

#include <algorithm>

#include "model/sorted.h"
#include "rules/explain.h"

namespace tocsin {
namespace {

struct Standing {
  std::vector<bool> on;       // by signal
  std::vector<Level> levels;  // by pattern; kNone where it is not judged
};

Standing standing(const Assessment& assessment, RegionId region, Day tick) {
  Standing out;
  for (std::uint32_t i = 0; i < assessment.pack().signals.size(); ++i) {
    const SignalRun* run = assessment.signal_track(region, i).at(tick);
    out.on.push_back(run != nullptr && run->on);
  }
  for (std::uint32_t i = 0; i < assessment.pack().patterns.size(); ++i) {
    const PatternRun* run =
        assessment.judges(region, i) ? assessment.pattern_track(region, i).at(tick) : nullptr;
    out.levels.push_back(run == nullptr ? Level::kNone : run->level);
  }
  return out;
}

}  // namespace

std::vector<std::uint64_t> records_below(const Assessment& assessment, RegionId region, Day tick) {
  std::vector<std::uint64_t> out;
  const Standing now = standing(assessment, region, tick);
  for (std::uint32_t i = 0; i < now.on.size(); ++i) {
    if (!now.on[i]) continue;
    const auto records = explain_signal(assessment, region, i, tick).records;
    out.insert(out.end(), records.begin(), records.end());
  }
  sort_unique(out);
  return out;
}

std::vector<NeededRecord> needed_records(const Catalogue& catalogue, const Pack& pack, Dataset data,
                                         Day history_begins, Day today, RegionId region, Day tick,
                                         const std::vector<LatestRevision>& records) {
  data.watch({});
  Assessment assessment(catalogue, pack, data, history_begins);
  assessment.advance(today);
  const Standing with = standing(assessment, region, tick);
  std::vector<NeededRecord> out;
  std::vector<Touched> touched;
  const auto replace = [&](const LatestRevision& before, const LatestRevision& after) {
    touched.clear();
    data.apply({before, after}, touched);
    for (const Touched& what : touched) assessment.touch(what);
  };
  for (const LatestRevision& revision : records) {
    LatestRevision nothing = revision;
    nothing.claim = std::monostate();
    replace(revision, nothing);
    assessment.advance(today);
    const Standing without = standing(assessment, region, tick);
    replace(nothing, revision);
    NeededRecord needed{revision, {}, {}};
    for (std::size_t i = 0; i < with.on.size(); ++i)
      if (with.on[i] && !without.on[i]) needed.signals.push_back(pack.signals[i].name);
    for (std::size_t i = 0; i < with.levels.size(); ++i)
      if (without.levels[i] < with.levels[i]) needed.patterns.push_back(pack.patterns[i].name);
    if (!needed.signals.empty() || !needed.patterns.empty()) out.push_back(std::move(needed));
  }
  return out;
}

}  // namespace tocsin
