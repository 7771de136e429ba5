#include <algorithm>

#include "tests/support/twin.h"

// docs/SEMANTICS.md section 4: what holds in other regions.
namespace tocsin::twin {

Interval Assessment::count_around(const Expr& e, const Place& place) {
  std::vector<RegionId> around;
  const Region& here = catalogue_.regions.at(place.region);
  if (e.kind == Kind::kNeighbours) {
    around = here.neighbours;
  } else if (!here.members.empty()) {
    around = here.members;
  } else {
    for (const Region& basin : catalogue_.regions.all()) {
      if (basin.kind != RegionKind::kBasin) continue;
      const bool inside = std::any_of(basin.members.begin(), basin.members.end(), [&](RegionId m) {
        return catalogue_.regions.is_below(place.region, m);
      });
      if (!inside) continue;
      for (const RegionId member : basin.members)
        if (member != place.region &&
            std::find(around.begin(), around.end(), member) == around.end())
          around.push_back(member);
    }
  }
  Interval count{0, 0};
  for (const RegionId region : around) {
    const Tri verdict = is_on(region, e.subjects.front(), place.tick);
    if (verdict == Tri::kTrue) count.low += 1;
    if (verdict != Tri::kFalse) count.high += 1;
  }
  return count;
}

}  // namespace tocsin::twin
