#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "rules/yaml_tree.h"

namespace tocsin {

// What differs between two versions of a rule pack, key by key: whatever lay-out, comments, quotes
// and line breaks within a condition are left out.
struct PackChange {
  enum class Kind : std::uint8_t { kAdded, kRemoved, kChanged };
  Kind kind = Kind::kChanged;
  std::string where;          // "signals.dry.when"
  std::string before, after;  // as the author wrote them, on one line
  // What it touches: when and where it is said; what committees are told to do (`advise`); or
  // titles, reasons, references: words, which decide nothing.
  enum class Touches : std::uint8_t { kMeaning, kAdvice, kWords };
  Touches touches = Touches::kMeaning;
};

// In the order of the later version, then what was removed.
std::vector<PackChange> pack_changes(const YamlNode& before, const YamlNode& after);

}  // namespace tocsin
