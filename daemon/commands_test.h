#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "daemon/commands.h"

namespace tocsin {

// `tocsin test PACK...`: plays the scenarios of each pack through wire format, gate and engine, on
// a clock of their own. They stand beside the pack (NAME.scenarios.yaml), or in it behind a line of
// three hyphens, or both.
struct TestOptions {
  std::string config_directory;    // whose regions, indicators and sources the packs speak about
  std::vector<std::string> packs;  // files
  std::vector<std::string> only;   // scenarios; empty: all
  bool coverage = false;           // tells which conditions came to true, false and unknown
  bool mutate = false;             // puts small mistakes in, one at a time: who notices?
  int least_coverage = 0;          // percent; below it the answer is "no"
  int least_killed = 0;            // percent of the mistakes; the same
  std::string junit_file;          // where the results go as JUnit XML; "": nowhere
  OutputFormat format = OutputFormat::kText;
};
// 0: all is as expected; 1: a scenario is not met, or a percentage is below what is asked; 2: a
// pack or its scenarios can't be read, or there are none.
int run_test(const TestOptions& options, std::ostream& out, std::ostream& err);

}  // namespace tocsin
