#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

#include "model/diagnostic.h"
#include "model/result.h"

namespace tocsin::fuzz {

// A refusal says at least one thing, and each thing has words and a place within its file.
inline void check_diagnostics(const Diagnostics& diagnostics,
                              const std::map<std::string, std::string>& files) {
  require(!diagnostics.empty(), "a refusal says what is wrong");
  for (const Diagnostic& diagnostic : diagnostics) {
    require(!diagnostic.message.empty(), "a diagnostic has a message");
    const auto file = files.find(diagnostic.file);
    const std::string text = file == files.end() ? std::string() : file->second;
    const auto lines =
        std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r') + 1;
    require(diagnostic.line >= 0 && diagnostic.line <= lines, "a diagnostic's line is in the file");
    require(
        diagnostic.column >= 0 && static_cast<std::size_t>(diagnostic.column) <= text.size() + 1,
        "a diagnostic's column is in the file");
    require(diagnostic.length >= 0, "what is underlined has a length");
    require(!render(diagnostic, text).empty(), "a diagnostic is shown");
  }
}

}  // namespace tocsin::fuzz
