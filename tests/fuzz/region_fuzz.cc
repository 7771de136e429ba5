// libFuzzer: any bytes as regions.yaml, the GeoJSON beside it and the file of neighbours, set apart
// by lines of "%%". What is accepted makes a table in which every region finds itself and every
// corner of a polygon lies in a region.
//
//   ./run fuzz region_fuzz 60
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/config/configuration.h"
#include "model/result.h"
#include "tests/fuzz/check_diagnostics.h"
#include "tests/fuzz/fuzz_input.h"

namespace tocsin {
namespace {

// Names no region, so that regions.yaml is all that can be wrong.
ConfigurationFiles other_files() {
  return {
      {"tocsind.yaml",
       "history_begins: 2009-01-01\n"
       "packs: [pack.yaml]\n"
       "store: {path: store}\n"
       "ingest: {endpoint: 'tcp://127.0.0.1:*', security: plain-on-loopback, plain_producer: r}\n"
       "smtp: {host: 127.0.0.1, security: plain-on-loopback, from: a@b.example}\n"},
      {"indicators.yaml",
       "dimensions: {food: {names: Food}}\n"
       "indicators:\n"
       "  price: {names: Price, dimension: food, unit: NGN/kg, cadence: month,\n"
       "          delay: {expected_days: 15, longest_days: 45}, sources: [market]}\n"},
      {"sources.yaml",
       "sources:\n"
       "  market: {names: Survey, reliability: B, citation: s, licence: none, indicators: "
       "[price]}\n"
       "producers: {r: {sources: [market]}}\n"},
      {"committees.yaml", "committees: {}\n"},
  };
}

void check_points(const RegionTable& table) {
  for (const Region& region : table.all()) {
    for (const Polygon& polygon : region.geometry.polygons) {
      require(!polygon.rings.empty(), "a polygon has an outside");
      for (const auto& ring : polygon.rings) {
        require(ring.size() >= 3, "a ring has corners");
        for (const Point& point : ring) {
          require(std::abs(point.longitude) <= 180 && std::abs(point.latitude) <= 90,
                  "a corner is on the globe");
          require(contains(region.geometry, point), "a corner lies on the border");
          require(distance_degrees(region.geometry, point) == 0, "and at no distance");
          const Region* found = table.locate(point.latitude, point.longitude);
          const bool in_tree = region.kind != RegionKind::kBasin && region.kind != RegionKind::kSet;
          require(!in_tree || (found != nullptr && contains(found->geometry, point)),
                  "a corner is found in a region that holds it");
        }
      }
    }
  }
  require(table.locate(std::nan(""), 0) == nullptr && table.locate(91, 0) == nullptr &&
              table.locate(0, 1e300) == nullptr,
          "nothing is found off the globe");
}

void check_table(const RegionTable& table) {
  for (const Region& region : table.all()) {
    require(table.find(region.code) == &region, "a region is found by its code");
    for (const RegionId above : table.ancestors(region.id))
      require(above != region.id && table.is_below(region.id, above), "the tree has no cycle");
    for (const RegionId neighbour : region.neighbours) {
      const auto& back = table.at(neighbour).neighbours;
      require(std::find(back.begin(), back.end(), region.id) != back.end(),
              "neighbours list each other");
    }
    (void)table.find_by_alias(region.name(), "");
    (void)table.groups_of(region.id);
    (void)table.set_of(region.id, region.scheme);
  }
  check_points(table);
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  fuzz::FuzzInput input(data, size);
  ConfigurationFiles files = other_files();
  files["regions.yaml"] = input.until("\n%%\n");
  files["r.geojson"] = input.until("\n%%\n");
  files["n.yaml"] = input.rest();
  Numbering numbering;
  const auto loaded = load_configuration(files, numbering);
  if (loaded) {
    check_table(loaded->catalogue.regions);
    Numbering again = numbering;
    require(load_configuration(files, again).has_value(), "what is accepted is accepted again");
  } else {
    fuzz::check_diagnostics(loaded.error(), files);
    require(numbering.take_new().empty(), "what is refused numbers nothing");
  }
  return 0;
}
