#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin {

// Kleene's three truth values. The order is chosen so that `and` is min and `or` is max.
enum class Tri : std::uint8_t { kFalse = 0, kUnknown = 1, kTrue = 2 };

constexpr Tri tri(bool value) { return value ? Tri::kTrue : Tri::kFalse; }
constexpr Tri operator&&(Tri a, Tri b) { return a < b ? a : b; }
constexpr Tri operator||(Tri a, Tri b) { return a < b ? b : a; }
constexpr Tri operator!(Tri a) { return static_cast<Tri>(2 - static_cast<std::uint8_t>(a)); }
constexpr std::string_view name_of(Tri value) {
  switch (value) {
    case Tri::kFalse:
      return "false";
    case Tri::kUnknown:
      return "unknown";
    case Tri::kTrue:
      return "true";
  }
  return "unknown";
}

}  // namespace tocsin
