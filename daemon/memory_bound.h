#pragma once

#include <cstdint>

#include "rules/pack.h"

namespace tocsin {

// What a pack makes the engine keep of one region at most, in bytes, over `days` days of history.
// Grids bound how many figures there can be; events and irregular figures are counted, each at its
// price, since nothing but their sources bounds how many come.
struct MemoryBound {
  std::uint64_t figures = 0;         // of all series that the pack reads, from every source
  std::uint64_t figure_bytes = 0;    // of these
  std::uint64_t track_bytes = 0;     // of signals and patterns, were each day to say something else
  std::uint64_t bytes_an_event = 0;  // 0: it reads none
  std::uint64_t bytes_an_irregular_figure = 0;  // the same
  std::uint64_t total() const { return figure_bytes + track_bytes; }
};
MemoryBound memory_bound(const Catalogue& catalogue, const Pack& pack, std::int32_t days);

}  // namespace tocsin
