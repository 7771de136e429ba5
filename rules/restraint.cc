#include "rules/restraint.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 7> kAroundNames = {
    "same", "parent", "children", "neighbours", "basin", "country", "pack"};

RegionId country_of(const RegionTable& regions, RegionId id) {
  if (regions.at(id).kind == RegionKind::kCountry) return id;
  for (const RegionId above : regions.ancestors(id))
    if (regions.at(above).kind == RegionKind::kCountry) return above;
  return {};
}

bool holds(const std::vector<RegionId>& sorted, RegionId id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

bool shares_basin(const RegionTable& regions, RegionId here, RegionId there) {
  if (here == there) return false;
  if (!regions.at(here).members.empty()) return holds(regions.at(here).members, there);
  const auto groups = regions.groups_of(here);
  return std::any_of(groups.begin(), groups.end(), [&](RegionId group) {
    const Region& basin = regions.at(group);
    return basin.kind == RegionKind::kBasin && holds(basin.members, there);
  });
}

}  // namespace

std::string_view name_of(Around around) { return kAroundNames[static_cast<std::size_t>(around)]; }

std::string_view name_of(Silence silence) {
  return silence == Silence::kAgrees ? "agrees" : "refuses";
}

bool lies(const RegionTable& regions, Around around, RegionId here, RegionId there) {
  const Region& region = regions.at(here);
  const Region& other = regions.at(there);
  switch (around) {
    case Around::kSame:
      return here == there;
    case Around::kParent:
      return region.parent != RegionId() &&
             (there == region.parent || other.parent == region.parent);
    case Around::kChildren:
      return other.parent == here || holds(region.members, there);
    case Around::kNeighbours:
      return holds(region.neighbours, there);
    case Around::kBasin:
      return shares_basin(regions, here, there);
    case Around::kCountry: {
      const RegionId country = country_of(regions, here);
      return country == RegionId() ? here == there : regions.is_below(there, country);
    }
    case Around::kPack:
      return true;
  }
  return false;
}

}  // namespace tocsin
