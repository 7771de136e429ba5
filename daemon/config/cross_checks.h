#pragma once

#include "daemon/config/configuration.h"
#include "model/catalogue.h"
#include "model/diagnostic.h"
#include "rules/yaml_tree.h"

namespace tocsin {

// What only two files together can get wrong. Each adds to `diagnostics`, with the place in the
// file that it is given. They need every source, committee and so on to have been read.

// What is read from a source that may not write it would be blind for ever.
void check_writers(const YamlFile& indicators, const Catalogue& catalogue,
                   Diagnostics& diagnostics);

// With curve a producer without a key could never connect. One that the daemon connects to is known
// by another key.
void check_producer_keys(const YamlFile& sources, const Configuration& configuration,
                         Diagnostics& diagnostics);

// Producers that the settings name must be declared: without curve every client is one, and each
// feed speaks as one.
void check_named_producers(const YamlFile& settings, const Configuration& configuration,
                           Diagnostics& diagnostics);

// A committee's address is of no use without its channel.
void check_channels(const YamlFile& settings, const Configuration& configuration,
                    Diagnostics& diagnostics);

}  // namespace tocsin
