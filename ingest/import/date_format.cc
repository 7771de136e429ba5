#include "ingest/import/date_format.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace tocsin {

namespace {

bool is_field(char c) { return c == 'Y' || c == 'M' || c == 'D'; }

// The length of the run of one field letter at the start of `format`.
std::size_t run_of(std::string_view format) {
  std::size_t length = 1;
  while (length < format.size() && format[length] == format[0]) ++length;
  return length;
}

// Takes `most` digits at most from the start of `text`, at least `least`.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  int value = 0;
  while (digits < most && digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    value = value * 10 + (text[digits] - '0');
    ++digits;
  }
  if (digits < least) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

}  // namespace

bool is_date_format(std::string_view format) {
  std::string seen;
  while (!format.empty()) {
    if (!is_field(format[0])) {
      format.remove_prefix(1);
      continue;
    }
    const auto length = run_of(format);
    if (seen.find(format[0]) != std::string::npos) return false;
    if (format[0] == 'Y' ? length != 2 && length != 4 : length > 2) return false;
    seen += format[0];
    format.remove_prefix(length);
  }
  // A day needs a month, everything a year.
  const auto has = [&](char c) { return seen.find(c) != std::string::npos; };
  return has('Y') && (has('M') || !has('D'));
}

std::optional<Day> parse_date(std::string_view text, std::string_view format) {
  int year = 0;
  int month = 1;
  int day = 1;
  while (!format.empty()) {
    if (!is_field(format[0])) {
      if (text.empty() || text[0] != format[0]) return std::nullopt;
      text.remove_prefix(1);
      format.remove_prefix(1);
      continue;
    }
    const auto length = run_of(format);
    const auto number = take_number(text, length, std::max<std::size_t>(length, 2));
    if (!number) return std::nullopt;
    (format[0] == 'Y'   ? year
     : format[0] == 'M' ? month
                        : day) = format[0] == 'Y' && length == 2 ? *number + 2000 : *number;
    format.remove_prefix(length);
  }
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!text.empty() || !ymd.ok()) return std::nullopt;
  const Day result = to_day(ymd);
  return kDayMin <= result && result <= kDayMax ? std::optional(result) : std::nullopt;
}

}  // namespace tocsin
