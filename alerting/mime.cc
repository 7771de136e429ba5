#include "alerting/mime.h"

#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "model/result.h"
#include "model/time.h"

namespace tocsin {
namespace {

constexpr std::size_t kHeaderLineMax = 78;
// Bytes of text in one encoded-word: 39 bytes are 52 in base64, 64 with "=?UTF-8?B?" and "?=",
// which leaves room for the name of a header: RFC 2047 wants such lines within 76.
constexpr std::size_t kEncodedTextMax = 39;
constexpr std::size_t kBodyLineMax = 76;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void require_one_line(std::string_view value) {
  require(value.find_first_of("\r\n") == std::string_view::npos,
          "a header value with a line break must be refused before it gets here");
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < n ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= n ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

// Encoded-words, separated by spaces (which RFC 2047 readers drop between two of them).
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min(kEncodedTextMax, text.size());
    while (end < text.size() && end > 0 && U8_IS_TRAIL(text[end])) --end;
    if (!out.empty()) out += ' ';
    out += "=?UTF-8?B?" + base64(text.substr(0, end)) + "?=";
    text.remove_prefix(end);
  }
  return out;
}

void append_byte(std::string& line, std::uint8_t byte) { line += fmt::format("={:02X}", byte); }

}  // namespace

std::string unstructured_header(std::string_view name, std::string_view value) {
  require_one_line(value);
  // "=?" in plain text would be read as the start of an encoded-word.
  const bool plain = is_plain(value) && value.find("=?") == std::string_view::npos;
  std::string words = plain ? std::string(value) : encoded_words(value);
  std::string out;
  std::string line = std::string(name) + ":";
  bool fresh = true;
  for (std::string_view rest = words; !rest.empty();) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, space);
    rest.remove_prefix(std::min(space + 1, rest.size()));
    if (word.empty()) continue;
    if (!fresh && line.size() + 1 + word.size() > kHeaderLineMax) {
      out += line + "\r\n";
      line.clear();
    }
    line.append(" ").append(word);
    fresh = false;
  }
  return out + line + "\r\n";
}

std::string display_name(std::string_view name) {
  require_one_line(name);
  if (!is_plain(name) || name.find("=?") != std::string_view::npos) return encoded_words(name);
  constexpr std::string_view kSpecials = "()<>[]:;@\\,.\"";
  if (name.find_first_of(kSpecials) == std::string_view::npos) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::string line;
  const auto soft_break = [&](std::size_t needed) {
    if (line.size() + needed <= kBodyLineMax - 1) return;
    out += line + "=\r\n";
    line.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte == '\n') {
      out += line + "\r\n";
      line.clear();
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = byte >= ' ' && byte <= '~' && byte != '=' && !(byte == ' ' && ends_line);
    soft_break(plain ? 1 : 3);
    // A dot at the start of a line is SMTP's, "From " is the mailbox's.
    const bool taken = line.empty() && (byte == '.' || text.substr(i).starts_with("From "));
    if (plain && !taken) {
      line += static_cast<char>(byte);
    } else {
      append_byte(line, byte);
    }
  }
  return line.empty() ? out : out + line + "\r\n";
}

std::string mail_date(std::int64_t milliseconds) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Day day = day_of(EventTime(milliseconds));
  const auto date = to_ymd(day);
  const std::int64_t second = (milliseconds - start_of<EventTime>(day).milliseconds()) / 1'000;
  const std::chrono::weekday weekday{std::chrono::sys_days{date}};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[weekday.c_encoding()],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), second / 3'600, second / 60 % 60, second % 60);
}

}  // namespace tocsin
