#pragma once

#include <string>

namespace tocsin {

// Where `tocsin` finds what it reads when neither an option nor the environment says so: in the
// source tree when the working directory is one (people who develop it), else where
// `cmake --install` and docs/OPERATIONS.md put it. The latter is also the answer when nothing is
// there, so that the complaint names it.

std::string default_config_directory();    // deploy/config/lake-chad, or /etc/tocsin
std::string default_mappings_directory();  // ingest/mappings, or PREFIX/share/tocsin/mappings; the
                                           // program lies in PREFIX/bin

}  // namespace tocsin
