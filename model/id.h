#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace tocsin {

// A number that names one thing of kind Tag. Explicit both ways, so that ids of two kinds don't
// mix.
template <class Tag, class Number = std::uint32_t>
class Id {
 public:
  using number_type = Number;
  constexpr Id() = default;
  constexpr explicit Id(Number number) : number_(number) {}
  constexpr Number number() const { return number_; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Number number_ = 0;
};

// Numbers are given once by the Numbering (model/numbering.h) and stay valid over restarts.
using RegionId = Id<struct RegionTag, std::uint32_t>;        // 0 is never a region
using IndicatorId = Id<struct IndicatorTag, std::uint16_t>;  // 0 is never an indicator
using SourceId = Id<struct SourceTag, std::uint16_t>;        // 0 is never a source
using EventKindId = Id<struct EventKindTag, std::uint16_t>;  // 0 is never an event kind
using GroupId = Id<struct GroupTag, std::uint16_t>;          // 0 is the whole population
using DimensionId = Id<struct DimensionTag, std::uint8_t>;   // index into Catalogue::dimensions

}  // namespace tocsin

template <class Tag, class Number>
struct std::hash<tocsin::Id<Tag, Number>> {
  std::size_t operator()(const tocsin::Id<Tag, Number>& id) const noexcept {
    return std::hash<Number>()(id.number());
  }
};
