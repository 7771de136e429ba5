#include <algorithm>

#include "model/sorted.h"
#include "rules/evaluate_families.h"

// What holds in other regions.
namespace tocsin {

Quantity count_regions(const Scene& scene, Op op, const Subject& subject, Day tick,
                       Horizon& horizon) {
  std::vector<RegionId> regions;
  const Region& here = scene.catalogue.regions.at(scene.region);
  if (op == Op::kNeighbours) {
    regions = here.neighbours;
  } else if (!here.members.empty()) {
    regions = here.members;
  } else {
    for (const RegionId group : scene.catalogue.regions.groups_of(scene.region)) {
      const Region& basin = scene.catalogue.regions.at(group);
      if (basin.kind != RegionKind::kBasin) continue;
      for (const RegionId member : basin.members)
        if (member != scene.region) regions.push_back(member);
    }
    sort_unique(regions);
  }
  Quantity count{0, 0};
  for (const RegionId region : regions) {
    const Tri holds = subject_on(scene, region, subject, tick, horizon);
    if (holds == Tri::kTrue) count.low += 1;
    if (holds != Tri::kFalse) count.high += 1;
  }
  return count;
}

}  // namespace tocsin
