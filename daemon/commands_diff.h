#pragma once

#include <iosfwd>
#include <string>

#include "daemon/commands.h"

namespace tocsin {

// `tocsin diff OLD NEW`: what differs in meaning between two versions of a rule pack, and which
// alerts the new one gains, loses and moves over the stored journal.
struct DiffOptions {
  std::string config_directory;
  std::string before, after;  // pack files
  bool history = true;        // false: the store is not asked for
  OutputFormat format = OutputFormat::kText;
};
// 0: nothing differs in meaning or in what committees are told to do, and no alert; 1: something
// does; 2: a pack has errors, or the history can't be told.
int run_diff(const DiffOptions& options, std::ostream& out, std::ostream& err);

}  // namespace tocsin
