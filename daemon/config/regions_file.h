#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/config/declared.h"
#include "model/diagnostic.h"
#include "model/region.h"
#include "rules/yaml_tree.h"

namespace tocsin {

// What regions.yaml says about the files beside it.
struct RegionFiles {
  std::string geometry;         // GeoJSON; empty: no polygons
  bool geometry_needed = true;  // `geometry: required`; else the file may be absent
  std::string neighbours;       // empty: only those that regions.yaml lists
};
RegionFiles read_region_files(const YamlFile& regions, Diagnostics& diagnostics);

struct RegionInput {
  const YamlFile& regions;
  const YamlFile* neighbours;  // nullptr when there is none
  const Declarations& declared;
};

// The regions in file order, without geometry. Checks codes, kinds, parents (existing, wider,
// without cycles), neighbours (existing, same kind, not itself; each side then lists the other),
// members, schemes, and that an alias finds one region within its country.
std::vector<Region> read_regions(const RegionInput& input, Diagnostics& diagnostics);

// Sets the geometry of each region that `geojson` has a feature for: a FeatureCollection whose
// features carry the region's code as property `code`.
void add_geometry(const std::string& file, const std::string& geojson, const Declarations& declared,
                  std::vector<Region>& regions, Diagnostics& diagnostics);

}  // namespace tocsin
