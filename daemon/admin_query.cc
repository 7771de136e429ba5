#include "daemon/admin_query.h"

#include <algorithm>
#include <charconv>

namespace tocsin {
namespace {

enum class Plus { kIsSpace, kIsPlus };

bool is_printable(unsigned byte) { return byte >= 0x20 && byte <= 0x7e; }

Result<std::string> decode(std::string_view text, Plus plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kIsSpace) {
      decoded += ' ';
      continue;
    }
    if (text[i] != '%') {
      if (!is_printable(static_cast<unsigned char>(text[i])))
        return fail(ErrorCode::kInvalid, "the request target holds more than printable ASCII");
      decoded += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || read.ptr != digits.data() + 2 || !is_printable(value))
      return fail(ErrorCode::kInvalid, "a % must be followed by 20 to 7E: printable ASCII");
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  if (!target.starts_with('/'))
    return fail(ErrorCode::kInvalid, "the request target must be a path that begins with /");
  const std::size_t mark = std::min(target.find('?'), target.size());
  auto path = decode(target.substr(0, mark), Plus::kIsPlus);
  if (!path) return tl::unexpected(path.error());
  Target parsed{std::move(*path), {}};
  std::string_view query = target.substr(std::min(mark + 1, target.size()));
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), Plus::kIsSpace);
    if (!name) return tl::unexpected(name.error());
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), Plus::kIsSpace);
    if (!value) return tl::unexpected(value.error());
    if (!parsed.query.emplace(*name, *value).second)
      return fail(ErrorCode::kInvalid, "'" + *name + "' stands twice in the query");
  }
  return parsed;
}

}  // namespace tocsin
