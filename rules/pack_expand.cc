#include <algorithm>

#include "rules/pack_reader.h"

// What the short forms of a pack stand for.
namespace tocsin {

void PackReader::read_regions(const YamlMapping& top) {
  for (const auto& word : top.need_words("regions"))
    if (const Region* found = region(*word.node, word.text)) add_units(*found);
  std::sort(pack_.regions.begin(), pack_.regions.end());
  pack_.regions.erase(std::unique(pack_.regions.begin(), pack_.regions.end()), pack_.regions.end());
}

// A basin or set stands for its members, a country or the world for the admin-1 units below it.
void PackReader::add_units(const Region& region) {
  if (!region.members.empty()) {
    for (const RegionId member : region.members) add_units(catalogue_.regions.at(member));
    return;
  }
  const bool above = region.kind == RegionKind::kWorld || region.kind == RegionKind::kCountry;
  const auto children = catalogue_.regions.children(region.id);
  if (above && !children.empty()) {
    for (const RegionId child : children) add_units(catalogue_.regions.at(child));
    return;
  }
  pack_.regions.push_back(region.id);
}

}  // namespace tocsin
