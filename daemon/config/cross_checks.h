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

// With curve a producer without a key could never connect.
void check_producer_keys(const YamlFile& sources, const Configuration& configuration,
                         Diagnostics& diagnostics);

// Without curve every client is one producer, which must be declared.
void check_plain_producer(const YamlFile& settings, const Configuration& configuration,
                          Diagnostics& diagnostics);

// A committee's address is of no use without its channel.
void check_channels(const YamlFile& settings, const Configuration& configuration,
                    Diagnostics& diagnostics);

}  // namespace tocsin
