#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "daemon/commands.h"

namespace tocsin {

// `tocsin check PACK...`: every error of the configuration and of the packs, and what is no error
// and still seldom wanted, with the line and a caret; of packs without one, what they hold and how
// much memory a region takes at most.
struct CheckOptions {
  std::string config_directory;
  std::vector<std::string> packs;  // files; empty: those of the configuration
  OutputFormat format = OutputFormat::kText;
  Day today;  // calibrations are looked at as of this day
};
// 0: no errors, perhaps warnings; 1: there are; 2: a file can't be read.
int run_check(const CheckOptions& options, std::ostream& out, std::ostream& err);

}  // namespace tocsin
