#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "model/result.h"

namespace tocsin::testsupport {

struct ProgramOutput {
  int status = -1;  // exit status; -1 when a signal ended it
  std::string output;
};

// Runs a shell command to its end; what it writes to standard output comes back.
inline ProgramOutput run_program(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  require(pipe != nullptr, "a shell can be started");
  ProgramOutput result;
  char part[4096];
  for (std::size_t read = 0; (read = std::fread(part, 1, sizeof part, pipe)) > 0;)
    result.output.append(part, read);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  return result;
}

}  // namespace tocsin::testsupport
