#pragma once

#include <iosfwd>
#include <string>

#include "daemon/commands.h"

namespace tocsin {

// `tocsin new FILE`: asks the four questions on the terminal, or takes the answers from a file, and
// writes a commented pack that `tocsin check` accepts, and beside it scenarios that `tocsin test`
// plays. It checks both before it writes either.
struct NewOptions {
  std::string config_directory;
  std::string file;          // of the pack, "drought.yaml"; its scenarios go beside it
  std::string answers_file;  // YAML; "": asked
  bool force = false;        // write over files that are there
  OutputFormat format = OutputFormat::kText;
};
// What --help says beside the options.
std::string new_help();
// 0: written; 1: the answers do not do, or the files are there; 2: something can't be read or
// written, or the answers end too early.
int run_new(const NewOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace tocsin
