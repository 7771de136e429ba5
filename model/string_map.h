#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tocsin {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

// A hash map by name that is searched with a string_view, without making a string.
template <class Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

}  // namespace tocsin
