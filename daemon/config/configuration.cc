#include "daemon/config/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "daemon/config/catalogue_files.h"
#include "daemon/config/cross_checks.h"
#include "daemon/config/declared.h"
#include "daemon/config/regions_file.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

constexpr std::string_view kSettingsFile = "tocsind.yaml";
constexpr std::string_view kRegionsFile = "regions.yaml";
constexpr std::string_view kIndicatorsFile = "indicators.yaml";
constexpr std::string_view kSourcesFile = "sources.yaml";
constexpr std::string_view kCommitteesFile = "committees.yaml";

Diagnostic about_file(std::string_view file, std::string message, std::string allowed,
                      std::string suggestion = "") {
  return Diagnostic{.file = std::string(file),
                    .line = 0,
                    .column = 0,
                    .length = 1,
                    .message = std::move(message),
                    .allowed = std::move(allowed),
                    .suggestion = std::move(suggestion)};
}

// nullopt, and reported, when the file is missing or has no tree.
std::optional<YamlFile> parse(const ConfigurationFiles& files, std::string_view name,
                              Diagnostics& diagnostics) {
  const auto found = files.find(std::string(name));
  if (found == files.end()) {
    diagnostics.push_back(about_file(name, "the file is missing", "a readable file"));
    return std::nullopt;
  }
  return parse_yaml(found->first, found->second, diagnostics);
}

// The entries of the mapping at top-level key `key`; errors are left to the reader of the file.
const std::vector<YamlEntry>& entries_of(const YamlFile& file, std::string_view key) {
  static const std::vector<YamlEntry> kNone;
  for (const YamlEntry& entry : file.root.entries) {
    if (entry.key.text == key) return entry.value.entries;
  }
  return kNone;
}

// Numbers what the file declares at `key`.
template <class Id>
void declare(const std::optional<YamlFile>& file, std::string_view key, NumberedKind kind,
             Numbering& numbering, Declared<Id>& declared, Diagnostics& diagnostics) {
  if (!file) {
    declared.mark_unreadable();
    return;
  }
  constexpr auto kMax = std::numeric_limits<typename Id::number_type>::max();
  for (const YamlEntry& entry : entries_of(*file, key)) {
    const std::uint32_t number = numbering.number_of(kind, entry.key.text);
    if (number > kMax) {
      diagnostics.push_back(about_file(file->name, fmt::format("{} are too many {}", number, key),
                                       fmt::format("at most {} names over all time", kMax)));
      return;
    }
    declared.declare(entry.key.text, Id(static_cast<typename Id::number_type>(number)));
  }
}

void declare_dimensions(const std::optional<YamlFile>& file, Declarations& declared,
                        Diagnostics& diagnostics) {
  if (!file) {
    declared.dimensions.mark_unreadable();
    return;
  }
  constexpr std::size_t kDimensionsMax = 64;
  const auto& entries = entries_of(*file, "dimensions");
  if (entries.size() > kDimensionsMax) {
    diagnostics.push_back(about_file(file->name,
                                     fmt::format("{} are too many dimensions", entries.size()),
                                     fmt::format("at most {}", kDimensionsMax)));
  }
  for (std::size_t i = 0; i < std::min(entries.size(), kDimensionsMax); ++i) {
    declared.dimensions.declare(entries[i].key.text, DimensionId(static_cast<std::uint8_t>(i)));
  }
}

void report_unknown_files(const ConfigurationFiles& files, const RegionFiles& named,
                          Diagnostics& diagnostics) {
  std::vector<std::string> known = {std::string(kSettingsFile), std::string(kRegionsFile),
                                    std::string(kIndicatorsFile), std::string(kSourcesFile),
                                    std::string(kCommitteesFile)};
  if (!named.geometry.empty()) known.push_back(named.geometry);
  if (!named.neighbours.empty()) known.push_back(named.neighbours);
  for (const auto& [name, content] : files) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    diagnostics.push_back(about_file(name, "no other file names this one",
                                     list_words(known, known.size()), nearest(name, known)));
  }
}

std::vector<Region> load_regions(const ConfigurationFiles& files, const YamlFile& file,
                                 const RegionFiles& named, const Declarations& declared,
                                 Diagnostics& diagnostics) {
  std::optional<YamlFile> neighbours;
  if (!named.neighbours.empty()) neighbours = parse(files, named.neighbours, diagnostics);
  std::vector<Region> regions =
      read_regions(RegionInput{file, neighbours ? &*neighbours : nullptr, declared}, diagnostics);
  if (named.geometry.empty()) return regions;
  if (const auto geojson = files.find(named.geometry); geojson != files.end()) {
    add_geometry(geojson->first, geojson->second, declared, regions, diagnostics);
  } else if (named.geometry_needed) {
    diagnostics.push_back(about_file(
        named.geometry, "the file is missing, and regions.yaml says 'geometry: required'",
        "make it with deploy/regions/make-regions, or say 'geometry: optional': records with "
        "nothing but a latitude and longitude are then refused"));
  }
  return regions;
}

template <class Thing>
void sort_by_id(std::vector<Thing>& things) {
  std::sort(things.begin(), things.end(),
            [](const Thing& a, const Thing& b) { return a.id < b.id; });
}

}  // namespace

tl::expected<Configuration, Diagnostics> load_configuration(const ConfigurationFiles& files,
                                                            Numbering& numbering) {
  Diagnostics diagnostics;
  Numbering numbers = numbering;
  const auto settings_file = parse(files, kSettingsFile, diagnostics);
  const auto regions_file = parse(files, kRegionsFile, diagnostics);
  const auto indicators_file = parse(files, kIndicatorsFile, diagnostics);
  const auto sources_file = parse(files, kSourcesFile, diagnostics);
  const auto committees_file = parse(files, kCommitteesFile, diagnostics);

  Declarations declared;
  declare_dimensions(indicators_file, declared, diagnostics);
  declare(regions_file, "regions", NumberedKind::kRegion, numbers, declared.regions, diagnostics);
  declare(indicators_file, "indicators", NumberedKind::kIndicator, numbers, declared.indicators,
          diagnostics);
  declare(indicators_file, "event_kinds", NumberedKind::kEventKind, numbers, declared.event_kinds,
          diagnostics);
  declare(indicators_file, "groups", NumberedKind::kGroup, numbers, declared.groups, diagnostics);
  declare(sources_file, "sources", NumberedKind::kSource, numbers, declared.sources, diagnostics);

  Configuration result;
  std::vector<Region> regions;
  if (settings_file) result.settings = read_settings(*settings_file, diagnostics);
  if (regions_file) {
    const RegionFiles named = read_region_files(*regions_file, diagnostics);
    regions = load_regions(files, *regions_file, named, declared, diagnostics);
    report_unknown_files(files, named, diagnostics);
  }
  if (indicators_file) {
    IndicatorsFile read = read_indicators(*indicators_file, declared, diagnostics);
    result.catalogue.dimensions = std::move(read.dimensions);
    result.catalogue.indicators = std::move(read.indicators);
    result.catalogue.event_kinds = std::move(read.event_kinds);
    result.catalogue.groups = std::move(read.groups);
  }
  if (sources_file) {
    SourcesFile read = read_sources(*sources_file, declared, diagnostics);
    result.catalogue.sources = std::move(read.sources);
    result.catalogue.producers = std::move(read.producers);
  }
  if (committees_file) {
    result.catalogue.committees = read_committees(*committees_file, declared, diagnostics);
  }
  if (indicators_file && sources_file) {
    check_writers(*indicators_file, result.catalogue, diagnostics);
  }
  if (settings_file && sources_file) {
    check_producer_keys(*sources_file, result, diagnostics);
    check_named_producers(*settings_file, result, diagnostics);
  }
  if (settings_file && committees_file) {
    check_channels(*settings_file, result, diagnostics);
  }
  if (!diagnostics.empty()) {
    std::stable_sort(diagnostics.begin(), diagnostics.end());
    return tl::unexpected(std::move(diagnostics));
  }

  sort_by_id(result.catalogue.indicators);
  sort_by_id(result.catalogue.event_kinds);
  sort_by_id(result.catalogue.groups);
  sort_by_id(result.catalogue.sources);
  result.catalogue.regions = RegionTable(std::move(regions));
  result.catalogue.index();
  numbering = std::move(numbers);
  return result;
}

}  // namespace tocsin
