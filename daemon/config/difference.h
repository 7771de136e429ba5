#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/hash.h"
#include "rules/yaml_tree.h"

namespace tocsin {

// What two versions of a file say differently, whatever the lay-out, comments and quotes.

// An entry of a mapping.
struct Difference {
  enum class Kind : std::uint8_t { kAdded, kRemoved, kChanged };
  Kind kind = Kind::kChanged;
  std::vector<std::string> path;  // its keys: {"ingest", "limits", "sessions"}
  // In the later version; of what it was removed from. Borrowed from that tree, never nullptr.
  const YamlNode* at = nullptr;
};

// Mappings are entered to at most `depth` keys, also those that are on one side only. In the order
// of the later version, then what was removed.
std::vector<Difference> differences(const YamlNode& before, const YamlNode& after,
                                    std::size_t depth);

// Adds what the node says. Two nodes that say the same add the same.
void add_to(Hasher& hasher, const YamlNode& node);

}  // namespace tocsin
