#pragma once

#include <vector>

#include "daemon/config/declared.h"
#include "model/catalogue.h"
#include "model/diagnostic.h"
#include "rules/yaml_tree.h"

namespace tocsin {

// Each reads one file of the catalogue, in file order, and adds to `diagnostics` what is wrong with
// it. Everything they refer to is declared already.

struct IndicatorsFile {
  std::vector<Dimension> dimensions;
  std::vector<Indicator> indicators;
  std::vector<EventKind> event_kinds;
  std::vector<Group> groups;
};
IndicatorsFile read_indicators(const YamlFile& file, const Declarations& declared,
                               Diagnostics& diagnostics);

struct SourcesFile {
  std::vector<Source> sources;
  std::vector<Producer> producers;
};
SourcesFile read_sources(const YamlFile& file, const Declarations& declared,
                         Diagnostics& diagnostics);

std::vector<Committee> read_committees(const YamlFile& file, const Declarations& declared,
                                       Diagnostics& diagnostics);

}  // namespace tocsin
