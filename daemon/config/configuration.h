#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tl/expected.hpp>

#include "daemon/config/settings.h"
#include "model/catalogue.h"
#include "model/diagnostic.h"
#include "model/numbering.h"
#include "model/result.h"

namespace tocsin {

// A configuration directory, read and checked:
//
//   tocsind.yaml     how the daemon runs                          Settings
//   regions.yaml     regions, basins, sets                        Catalogue::regions
//                    and the files it names: geometry_file (GeoJSON), neighbours_file
//   indicators.yaml  dimensions, indicators, event kinds, groups
//   sources.yaml     sources and producers
//   committees.yaml  who receives what
//
// deploy/config/README.md describes each key.

// File name -> content.
using ConfigurationFiles = std::map<std::string, std::string>;

struct Configuration {
  Settings settings;
  Catalogue catalogue;
};

inline constexpr std::size_t kConfigurationFileBytesMax = 64u << 20;

// Reads every file of `directory` whose name ends in .yaml, .yml or .geojson. Subdirectories are
// not entered. Fails with kNotFound when there is no such directory, kIo when a file can't be read,
// kLimit when one is larger than kConfigurationFileBytesMax.
Result<ConfigurationFiles> read_directory(const std::filesystem::path& directory);

// Checks everything and numbers what is new. Pure. On failure all errors of all files are returned,
// sorted by file and place, and `numbering` is as before.
tl::expected<Configuration, Diagnostics> load_configuration(const ConfigurationFiles& files,
                                                            Numbering& numbering);

// Makes the relative paths in `settings` (store, keys, packs, mail, CAP) absolute, below
// `directory`.
void resolve_paths(Settings& settings, const std::filesystem::path& directory);

// The diagnostics as people read them, each with its line of `files` and a caret.
std::string render(const Diagnostics& diagnostics, const ConfigurationFiles& files);

}  // namespace tocsin
