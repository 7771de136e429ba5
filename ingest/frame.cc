#include "ingest/frame.h"

namespace tocsin {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

void cut_lines(std::string_view payload, const std::function<void(std::string_view)>& slice) {
  while (!payload.empty()) {
    const auto end = payload.find('\n');
    if (const auto line = trim(payload.substr(0, end)); !line.empty()) slice(line);
    if (end == std::string_view::npos) return;
    payload.remove_prefix(end + 1);
  }
}

// The end of the element that starts `text`: the place of the comma or bracket that closes it, or
// npos. Brackets are only counted; whether they match is found when the element is parsed.
std::size_t element_end(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
      continue;
    }
    if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == ',' && depth == 0) {
      return i;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;
      --depth;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::string_view> cut_frame(std::string_view payload,
                                          const std::function<void(std::string_view)>& slice) {
  const auto text = trim(payload);
  if (!text.starts_with('[')) {
    cut_lines(payload, slice);
    return std::nullopt;
  }
  auto rest = trim(text.substr(1));
  if (rest == "]") return std::nullopt;
  while (true) {
    const auto end = element_end(rest);
    if (end == std::string_view::npos || rest[end] == '}') return rest;
    slice(trim(rest.substr(0, end)));
    const bool last = rest[end] == ']';
    rest = trim(rest.substr(end + 1));
    if (last) return rest.empty() ? std::nullopt : std::optional(rest);
  }
}

}  // namespace tocsin
