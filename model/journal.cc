#include "model/journal.h"

#include <array>

namespace tocsin {

std::string_view name_of(const Input& input) {
  // In the order of the alternatives.
  static constexpr std::array<std::string_view, 10> kNames = {
      "records",  "clock",       "content", "engine",
      "delivery", "acknowledge", "mute",    "quarantine-release",
      "horizon",  "reload"};
  static_assert(kNames.size() == std::variant_size_v<Input>);
  return kNames[input.index()];
}

}  // namespace tocsin
