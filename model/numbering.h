#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

enum class NumberedKind : std::uint8_t { kRegion = 1, kIndicator, kSource, kEventKind, kGroup };

// Gives each named thing a number once and for all: a name keeps its number over restarts and
// changes of the configuration, and the number of a removed name is never used again. The store
// keeps it (column family meta); tests start from an empty one.
class Numbering {
 public:
  struct Entry {
    NumberedKind kind;
    std::string name;
    std::uint32_t number;
  };

  // The number of `name`, given now if it has none. Numbers of a kind start at 1.
  std::uint32_t number_of(NumberedKind kind, std::string_view name);
  // Takes over an entry that was stored earlier. Requires that neither name nor number is taken.
  void restore(const Entry& entry);
  // Entries given since the last call, to be stored before anything that uses them.
  std::vector<Entry> take_new();

 private:
  std::map<std::pair<NumberedKind, std::string>, std::uint32_t> numbers_;
  std::set<std::pair<NumberedKind, std::uint32_t>> taken_;
  std::map<NumberedKind, std::uint32_t> next_;
  std::vector<Entry> new_;
};

}  // namespace tocsin
