#include "alerting/clean_text.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "model/result.h"

namespace tocsin {
namespace {

enum class Fate { kKeep, kSpace, kDrop };

Fate fate_of(UChar32 c) {
  if (c == 0x200C || c == 0x200D) return Fate::kKeep;  // joiners that some scripts are spelt with
  if (c == 0x2028 || c == 0x2029 || u_isUWhiteSpace(c) || u_charType(c) == U_CONTROL_CHAR)
    return Fate::kSpace;
  if (U_IS_UNICODE_NONCHAR(c)) return Fate::kDrop;
  // Format characters: bidirectional controls, zero-width marks, tags.
  return u_charType(c) == U_FORMAT_CHAR ? Fate::kDrop : Fate::kKeep;
}

}  // namespace

std::string one_line(std::string_view text) {
  // The conversion puts U+FFFD where the UTF-8 is broken.
  const auto wide = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  icu::UnicodeString line;
  bool space = false;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const UChar32 c = wide.char32At(i);
    const Fate fate = fate_of(c);
    if (fate == Fate::kSpace) space = true;
    if (fate != Fate::kKeep) continue;
    if (space && !line.isEmpty()) line.append(u' ');
    space = false;
    line.append(c);
  }
  std::string utf8;
  return line.toUTF8String(utf8);
}

std::string one_line(std::string_view text, std::size_t bytes) {
  require(bytes >= 3, "a cut line needs room for its mark");
  std::string line = one_line(text);
  if (line.size() <= bytes) return line;
  std::size_t end = bytes - 3;
  while (end > 0 && U8_IS_TRAIL(line[end])) --end;
  line.resize(end);
  while (line.ends_with(' ')) line.pop_back();
  return line + "...";
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (c == '\'') {
      escaped += "&#39;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace tocsin
