#pragma once

#include <functional>
#include <optional>
#include <string_view>

namespace tocsin {

// Cuts the payload of a frame into the bytes of its records, without reading them: NDJSON at the
// line ends, a JSON array at the commas of its outermost level. Calls `slice` for each in order.
// Returns the rest of a payload that goes wrong as an array (no closing bracket, something after
// it); nullopt when all of it was cut. O(bytes), no allocation.
std::optional<std::string_view> cut_frame(std::string_view payload,
                                          const std::function<void(std::string_view)>& slice);

}  // namespace tocsin
