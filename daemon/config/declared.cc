#include "daemon/config/declared.h"

#include <fmt/format.h>

namespace tocsin {

void check_name(YamlReader& reader, const YamlNode& key, std::string_view what) {
  constexpr std::size_t kNameMax = 64;
  const auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const std::string& name = key.text;
  const bool fits =
      !name.empty() && name.size() <= kNameMax && is_letter_or_digit(name.front()) &&
      std::all_of(name.begin(), name.end(), [&](char c) {
        return is_letter_or_digit(c) || std::string_view("_-:.").find(c) != std::string_view::npos;
      });
  if (fits) return;
  reader.report(
      key,
      fmt::format(
          "'{}' can't be the name of {} {}", name,
          std::string_view("aeiou").find(what.front()) == std::string_view::npos ? "a" : "an",
          what),
      fmt::format("at most {} letters, digits and any of _ - : . after the first letter or "
                  "digit",
                  kNameMax));
}

}  // namespace tocsin
