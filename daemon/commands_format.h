#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tocsin {

// `tocsin fmt`: the canonical form of packs and scenarios (daemon/pack_format.h).
struct FormatOptions {
  std::vector<std::string> files;
  bool write = false;  // into the files; else it is printed
  bool check = false;  // only say which files differ from it
};
// 0: done, or nothing differs; 1: a file differs from its form (check); 2: one can't be read,
// formatted or written, which leaves it as it is.
int run_format(const FormatOptions& options, std::ostream& out, std::ostream& err);

}  // namespace tocsin
