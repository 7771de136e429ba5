#pragma once

#include <vector>

#include "daemon/config/settings.h"
#include "rules/yaml_reader.h"

namespace tocsin {

// `feeds` of the ingest section: publishers that the daemon subscribes to.
std::vector<FeedOptions> read_feeds(const YamlMapping& ingest, TransportSecurity security);

}  // namespace tocsin
