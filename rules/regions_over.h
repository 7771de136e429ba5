#pragma once

#include <functional>
#include <span>
#include <vector>

#include "rules/pack.h"

namespace tocsin {

// Which regions an `over` of regions means (docs/SEMANTICS.md section 2.7), and what follows from
// it for the regions that a pack judges.

// The set as seen from `here`, sorted: of the children, siblings, neighbours and members of basins
// those of the pack.
std::vector<RegionId> regions_over(const RegionTable& regions, const Pack& pack, Over::Set set,
                                   RegionId here);

// Calls fn(region, node) for each node of `expression` that is judged in other regions when the
// condition is judged in `here`, and for which of them.
void each_elsewhere(const RegionTable& regions, const Pack& pack, const Expression& expression,
                    RegionId here, const std::function<void(RegionId, const Node&)>& fn);

// Whether the signal is judged in the region.
bool stands(const RegionTable& regions, const Signal& signal, RegionId region);

// How the levels of a pack's patterns read other regions: by neighbours(), by basin(), over sets.
struct ReadsAround {
  bool neighbours = false, basin = false;
  std::vector<Over::Set> sets;  // each once
};
ReadsAround reads_around(const Pack& pack);
// The regions that they read from `region`. Sorted; `region` itself only where it is its own
// sibling.
std::vector<RegionId> read_around(const RegionTable& regions, const Pack& pack,
                                  const ReadsAround& reads, RegionId region);

// Every region in which signals are folded, sorted: where patterns are judged, and whose signals or
// levels are read from there.
std::vector<RegionId> folded_regions(const RegionTable& regions, const Pack& pack);

}  // namespace tocsin
