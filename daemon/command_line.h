#pragma once

#include <CLI/CLI.hpp>
#include <optional>

namespace tocsin {

// Parses a program's command line. Returns the exit code when nothing is left to do: 0 after --help
// and --version, 2 after a mistake, of which the library has said on standard error what it is; its
// own exit codes are 100 and more, and no page tells them.
inline std::optional<int> ended_by_command_line(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

}  // namespace tocsin
