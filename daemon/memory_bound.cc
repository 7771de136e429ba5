#include "daemon/memory_bound.h"

#include <set>

#include "daemon/scenario/conditions.h"
#include "model/period.h"
#include "rules/dataset.h"
#include "rules/read.h"
#include "rules/track.h"

namespace tocsin {

MemoryBound memory_bound(const Catalogue& catalogue, const Pack& pack, std::int32_t days) {
  MemoryBound out;
  const auto span = static_cast<std::uint64_t>(days);
  std::set<SeriesKey> series;  // the region left out
  for (const auto& condition : conditions_of(pack))
    for (const Leaf& leaf : condition.expression->leaves) {
      if (leaf.reads_events) {
        out.bytes_an_event = sizeof(Happened);
      } else if (leaf.cadence == Cadence::kIrregular) {
        out.bytes_an_irregular_figure = sizeof(Observed);
      } else {
        for (const SourceId source : leaf.sources)
          series.insert({RegionId(), leaf.indicator, source, leaf.group});
      }
    }
  for (const SeriesKey& key : series) {
    const Indicator& indicator = *catalogue.find(key.indicator);
    if (indicator.is_sampled()) {
      out.figures += span * static_cast<std::uint64_t>(kSecondsPerDay / indicator.sample_seconds);
      continue;
    }
    // The shortest period of the cadence: a month of 28 days.
    const std::int32_t longest = longest_period(indicator);
    const std::uint64_t shortest = longest > 28 ? static_cast<std::uint64_t>(longest) * 10 / 11
                                                : static_cast<std::uint64_t>(std::max(1, longest));
    out.figures += span / shortest + 1;
  }
  out.figure_bytes = out.figures * sizeof(Observed);
  out.track_bytes = span * (pack.signals.size() * sizeof(SignalRun) +
                            2 * pack.patterns.size() * sizeof(PatternRun));
  return out;
}

}  // namespace tocsin
