#pragma once

#include <string>
#include <tl/expected.hpp>

#include "model/diagnostic.h"

namespace tocsin {

// The canonical form of a rule pack or a file of scenarios: the sections and the keys of a rule in
// one order, two spaces a level, lines of at most 120 columns (rows of a table 180), one way to
// quote, at most one empty line. Says what `text` says, comments included; a second document is
// formatted like the first. Formatting what is canonical changes nothing.
//
// Fails with what is wrong when `text` is no YAML that a pack may be written in.
tl::expected<std::string, Diagnostics> format_pack(const std::string& file,
                                                   const std::string& text);

}  // namespace tocsin
