#include "daemon/config/regions_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "daemon/config/region_checks.h"
#include "model/sorted.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

constexpr std::int64_t kPopulationMax = 20'000'000'000;
constexpr std::int64_t kAreaMax = 600'000'000;  // km2: more than the globe has
constexpr std::int64_t kHectaresPerKm2 = 100;

bool is_group(RegionKind kind) { return kind == RegionKind::kBasin || kind == RegionKind::kSet; }

YamlMapping::Choices<RegionKind> kind_choices() {
  YamlMapping::Choices<RegionKind> choices;
  for (const RegionKind kind : {RegionKind::kWorld, RegionKind::kCountry, RegionKind::kAdmin1,
                                RegionKind::kAdmin2, RegionKind::kBasin, RegionKind::kSet}) {
    choices.emplace_back(name_of(kind), kind);
  }
  return choices;
}

YamlMapping top_of(YamlReader& reader) {
  return YamlMapping(reader, reader.file().root, "the file",
                     {"geometry", "geometry_file", "neighbours_file", "regions"});
}

// "basin:" and "set:" mark the codes of groups, so that a rule shows what it reads.
void check_code(YamlReader& reader, const YamlNode& code, RegionKind kind) {
  check_name(reader, code, "region");
  const std::string_view prefix = kind == RegionKind::kBasin ? "basin:"
                                  : kind == RegionKind::kSet ? "set:"
                                                             : "";
  const bool has_prefix = code.text.find(':') != std::string::npos;
  if (prefix.empty() ? !has_prefix : code.text.starts_with(prefix)) return;
  reader.report(
      code, fmt::format("'{}' is the code of a {}", code.text, name_of(kind)),
      prefix.empty() ? "a code without ':'" : fmt::format("a code that begins with '{}'", prefix));
}

void refuse(const YamlMapping& entry, std::string_view key, RegionKind kind) {
  if (!entry.has(key)) return;
  entry.reader().report(*entry.find(key), fmt::format("{} has '{}', and is of kind {}",
                                                      entry.what(), key, name_of(kind)));
}

void read_place_in_tree(const YamlMapping& entry, const Declarations& declared, Region& region,
                        RegionSpot& spot) {
  YamlReader& reader = entry.reader();
  if (is_group(region.kind)) {
    refuse(entry, "parent", region.kind);
    refuse(entry, "neighbours", region.kind);
    if (region.kind == RegionKind::kBasin) refuse(entry, "scheme", region.kind);
    if (region.kind == RegionKind::kSet) region.scheme = entry.text("scheme", "");
    region.members = declared.regions.resolve_sorted(reader, entry.need_words("members"));
    return;
  }
  if (spot.kind_known) {
    refuse(entry, "members", region.kind);
    refuse(entry, "scheme", region.kind);
  }
  const bool needs_parent =
      spot.kind_known && (region.kind == RegionKind::kAdmin1 || region.kind == RegionKind::kAdmin2);
  spot.parent = needs_parent ? entry.need("parent") : entry.find("parent");
  if (spot.parent != nullptr) {
    region.parent = declared.regions.resolve(reader, *spot.parent).value_or(RegionId());
  }
}

Region read_region(YamlReader& reader, const YamlEntry& source, const Declarations& declared,
                   RegionSpot& spot) {
  const YamlMapping entry(reader, source.value, fmt::format("region {}", source.key.text),
                          {"kind", "names", "parent", "aliases", "population", "area", "neighbours",
                           "members", "scheme"});
  Region region;
  region.id = declared.regions.find(source.key.text).value_or(RegionId());
  region.code = source.key.text;
  const std::size_t before = reader.diagnostics().size();
  entry.need("kind");
  region.kind = entry.choice("kind", RegionKind::kAdmin1, kind_choices());
  spot.kind_known = reader.diagnostics().size() == before;
  if (spot.kind_known) check_code(reader, source.key, region.kind);
  region.names = entry.names("names");
  region.population = entry.integer("population", 0, 0, kPopulationMax);
  region.area = entry.integer("area", 0, 0, kAreaMax) * kHectaresPerKm2;
  spot.code = &source.key;
  for (auto& alias : entry.words("aliases")) {
    region.aliases.push_back(std::move(alias.text));
    spot.aliases.push_back(alias.node);
  }
  read_place_in_tree(entry, declared, region, spot);
  return region;
}

// Adds each listed pair to both sides.
void read_neighbours(YamlReader& reader, const YamlNode& list, Region& region,
                     const Declarations& declared, RegionDraft& draft) {
  for (const auto& word : reader.words(list, fmt::format("neighbours of {}", region.code))) {
    const auto id = declared.regions.resolve(reader, *word.node);
    Region* other = id ? draft.find(*id) : nullptr;
    if (other == nullptr) continue;
    if (other == &region) {
      reader.report(*word.node, fmt::format("{} is its own neighbour", region.code),
                    "other regions");
    } else if (other->kind != region.kind && draft.spot(other->id).kind_known &&
               draft.spot(region.id).kind_known) {
      reader.report(*word.node,
                    fmt::format("{} ({}) has the neighbour {} ({})", region.code,
                                name_of(region.kind), other->code, name_of(other->kind)),
                    "a neighbour of the same kind");
    } else {
      region.neighbours.push_back(other->id);
      other->neighbours.push_back(region.id);
    }
  }
}

void read_neighbours_file(const YamlFile& file, const Declarations& declared, RegionDraft& draft,
                          Diagnostics& diagnostics) {
  YamlReader reader(file, diagnostics);
  const YamlMapping top(reader, file.root, "the file", {"neighbours"});
  const YamlNode* all = top.need("neighbours");
  if (all == nullptr) return;
  for (const YamlEntry& entry : reader.named_entries(*all, "neighbours")) {
    const auto id = declared.regions.resolve(reader, entry.key);
    if (Region* region = id ? draft.find(*id) : nullptr) {
      read_neighbours(reader, entry.value, *region, declared, draft);
    }
  }
}

void check_members(const RegionDraft& draft, const std::vector<YamlEntry>& entries,
                   YamlReader& reader) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Region& group = draft.regions()[i];
    if (is_group(group.kind) && group.members.empty()) {
      const bool has_list = std::any_of(
          entries[i].value.entries.begin(), entries[i].value.entries.end(),
          [](const YamlEntry& e) { return e.key.text == "members" && e.value.items.empty(); });
      if (has_list) reader.report(entries[i].key, fmt::format("{} has no members", group.code));
    }
    for (const RegionId id : group.members) {
      const Region* member = draft.find(id);
      if (member == nullptr || !is_group(member->kind)) continue;
      reader.report(entries[i].key,
                    fmt::format("{} has the member {}, of kind {}", group.code, member->code,
                                name_of(member->kind)),
                    "regions of the tree");
    }
  }
}

void report_geometry(const std::string& file, std::string message, std::string allowed,
                     std::string suggestion, Diagnostics& diagnostics) {
  diagnostics.push_back(Diagnostic{.file = file,
                                   .line = 0,
                                   .column = 0,
                                   .length = 1,
                                   .message = std::move(message),
                                   .allowed = std::move(allowed),
                                   .suggestion = std::move(suggestion)});
}

std::int64_t hectares_of(const Geometry& geometry) {
  return std::llround(area_km2(geometry) * static_cast<double>(kHectaresPerKm2));
}

}  // namespace

RegionFiles read_region_files(const YamlFile& regions, Diagnostics& diagnostics) {
  // Unknown keys and the like are reported by read_regions.
  Diagnostics unused;
  YamlReader quiet(regions, unused);
  const YamlMapping all = top_of(quiet);
  RegionFiles files;
  files.geometry = all.text("geometry_file", "");
  files.neighbours = all.text("neighbours_file", "");
  YamlReader reader(regions, diagnostics);
  if (const YamlNode* node = all.find("geometry")) {
    const std::vector<std::string> words = {"required", "optional"};
    if (std::find(words.begin(), words.end(), node->text) == words.end()) {
      reader.report_unknown(*node, "geometry", words);
    }
    files.geometry_needed = node->text != "optional";
  }
  return files;
}

std::vector<Region> read_regions(const RegionInput& input, Diagnostics& diagnostics) {
  YamlReader reader(input.regions, diagnostics);
  const YamlMapping top = top_of(reader);
  for (const std::string_view key : {"geometry", "geometry_file", "neighbours_file"}) {
    top.text(key, "");
  }
  const YamlNode* all = top.need("regions");
  if (all == nullptr) return {};
  const auto& entries = reader.named_entries(*all, "regions");

  std::vector<Region> regions;
  std::vector<RegionSpot> spots;
  regions.reserve(entries.size());
  for (const YamlEntry& entry : entries) {
    regions.push_back(read_region(reader, entry, input.declared, spots.emplace_back()));
  }
  RegionDraft draft(regions);
  for (std::size_t i = 0; i < regions.size(); ++i) draft.spot(regions[i].id) = spots[i];
  for (std::size_t i = 0; i < regions.size(); ++i) {
    for (const YamlEntry& member : entries[i].value.entries) {
      if (member.key.text != "neighbours" || is_group(regions[i].kind)) continue;
      read_neighbours(reader, member.value, regions[i], input.declared, draft);
    }
  }
  if (input.neighbours != nullptr) {
    read_neighbours_file(*input.neighbours, input.declared, draft, diagnostics);
  }
  for (Region& region : regions) {
    auto& list = region.neighbours;
    sort_unique(list);
  }
  check_parents(draft, reader);
  check_members(draft, entries, reader);
  check_schemes(draft, reader);
  check_aliases(draft, reader);
  check_sibling_names(draft, reader);
  return regions;
}

void add_geometry(const std::string& file, const std::string& geojson, const Declarations& declared,
                  std::vector<Region>& regions, Diagnostics& diagnostics) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(geojson, error);
  const auto* collection = error ? nullptr : parsed.if_object();
  const auto* features = collection == nullptr ? nullptr : collection->if_contains("features");
  if (features == nullptr || !features->is_array()) {
    report_geometry(file, error ? "not JSON: " + error.message() : "no list of features",
                    "a GeoJSON FeatureCollection", "", diagnostics);
    return;
  }
  std::map<RegionId, Region*> by_id;
  for (Region& region : regions) by_id.emplace(region.id, &region);
  std::size_t number = 0;
  for (const auto& feature : features->get_array()) {
    ++number;
    const auto report = [&](std::string message, std::string allowed, std::string suggestion) {
      report_geometry(file, fmt::format("feature {}: {}", number, message), std::move(allowed),
                      std::move(suggestion), diagnostics);
    };
    boost::system::error_code missing;
    const auto* code = feature.find_pointer("/properties/code", missing);
    const auto* shape = feature.find_pointer("/geometry", missing);
    if (code == nullptr || !code->is_string() || shape == nullptr) {
      report("no property 'code' or no geometry", "a region's code and its polygons", "");
      continue;
    }
    const std::string name(code->get_string());
    const auto id = declared.regions.find(name);
    if (!id || !by_id.contains(*id)) {
      report(fmt::format("unknown region '{}'", name), "a code of regions.yaml",
             nearest(name, declared.regions.names()));
      continue;
    }
    auto geometry = parse_geojson_geometry(boost::json::serialize(*shape));
    if (!geometry) {
      report(fmt::format("{}: {}", name, geometry.error().message), "", "");
    } else if (!by_id[*id]->geometry.empty()) {
      report(fmt::format("a second geometry of {}", name), "one feature for each region", "");
    } else {
      Region& region = *by_id[*id];
      region.geometry = std::move(*geometry);
      if (region.area == 0) region.area = hectares_of(region.geometry);
    }
  }
}

}  // namespace tocsin
