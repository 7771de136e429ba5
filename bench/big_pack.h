#pragma once

#include <cstdint>
#include <string>

namespace tocsin::bench {

// The text of a pack with so many signals and patterns, for the indicators of make_config.py: all
// families of operators by turns, each time with other indicators, windows and thresholds, and some
// parameters of every kind.
std::string big_pack(std::uint32_t signals, std::uint32_t patterns);

}  // namespace tocsin::bench
