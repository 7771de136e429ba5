#include "model/time.h"

#include <fmt/format.h>

#include <optional>

namespace tocsin {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;
constexpr std::int64_t kMillisecondsPerMinute = 60 * kMillisecondsPerSecond;
constexpr std::int64_t kMillisecondsPerHour = 60 * kMillisecondsPerMinute;

// Reads a text from left to right; every read either takes exactly what it names or nothing.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> take_digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<Day> take_day(Reader& reader) {
  const auto year = reader.take_digits(4);
  if (!year || !reader.take('-')) return std::nullopt;
  const auto month = reader.take_digits(2);
  if (!month || !reader.take('-')) return std::nullopt;
  const auto day = reader.take_digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{*year},
                                        std::chrono::month{static_cast<unsigned>(*month)},
                                        std::chrono::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok()) return std::nullopt;
  return to_day(ymd);
}

// Milliseconds of ".250", of nothing at all, and of up to nine digits (the rest is cut off).
std::optional<int> take_fraction(Reader& reader) {
  if (!reader.take('.') && !reader.take(',')) return 0;
  int milliseconds = 0;
  int digits = 0;
  for (; digits < 9; ++digits) {
    const auto digit = reader.take_digits(1);
    if (!digit) break;
    if (digits < 3) milliseconds = milliseconds * 10 + *digit;
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) milliseconds *= 10;
  return milliseconds;
}

// Milliseconds since midnight. A leap second (23:59:60 in UTC) is the first second of the next day.
std::optional<std::int64_t> take_clock(Reader& reader) {
  const auto hour = reader.take_digits(2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.take_digits(2);
  if (!minute || *minute > 59 || !reader.take(':')) return std::nullopt;
  const auto second = reader.take_digits(2);
  if (!second || *second > 60) return std::nullopt;
  const auto fraction = take_fraction(reader);
  if (!fraction || (*second == 60 && *minute != 59)) return std::nullopt;
  return *hour * kMillisecondsPerHour + *minute * kMillisecondsPerMinute +
         *second * kMillisecondsPerSecond + *fraction;
}

// How far local time is ahead of UTC.
std::optional<std::int64_t> take_offset(Reader& reader) {
  if (reader.take('Z') || reader.take('z')) return 0;
  int sign = 1;
  if (reader.take('-')) {
    sign = -1;
  } else if (!reader.take('+')) {
    return std::nullopt;
  }
  const auto hour = reader.take_digits(2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.take_digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  return sign * (*hour * kMillisecondsPerHour + *minute * kMillisecondsPerMinute);
}

// Shortened, so that a hostile input doesn't fill the log.
std::string_view shown(std::string_view text) { return text.substr(0, 40); }

bool in_range(Day day) { return kDayMin <= day && day <= kDayMax; }

}  // namespace

std::chrono::year_month_day to_ymd(Day day) {
  return std::chrono::sys_days(std::chrono::days(day.number()));
}

Day to_day(std::chrono::year_month_day ymd) {
  require(ymd.ok(), "to_day needs a date that exists");
  return Day(static_cast<std::int32_t>(std::chrono::sys_days(ymd).time_since_epoch().count()));
}

Day add_months(Day day, int months) {
  const auto ymd = to_ymd(day);
  const auto moved = ymd + std::chrono::months(months);
  if (moved.ok()) return to_day(moved);
  return to_day(moved.year() / moved.month() / std::chrono::last);
}

Day add_years(Day day, int years) { return add_months(day, 12 * years); }

Result<Day> parse_day(std::string_view text) {
  Reader reader(text);
  const auto day = take_day(reader);
  if (!day || !reader.at_end()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("\"{}\" is not a day; write YYYY-MM-DD", shown(text)));
  }
  if (!in_range(*day)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the day {} is out of range; allowed are {} to {}", shown(text),
                            format_day(kDayMin), format_day(kDayMax)));
  }
  return *day;
}

std::string format_day(Day day) {
  const auto ymd = to_ymd(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

Result<std::int64_t> parse_rfc3339_ms(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorCode::kInvalid,
                fmt::format("\"{}\" is not a time; write RFC 3339, like 2019-03-07T12:00:00Z",
                            shown(text)));
  };
  Reader reader(text);
  const auto day = take_day(reader);
  if (!day || (!reader.take('T') && !reader.take('t'))) return wrong();
  const auto clock = take_clock(reader);
  if (!clock) return wrong();
  const auto offset = take_offset(reader);
  if (!offset || !reader.at_end()) return wrong();
  const ProcessingTime time(start_of<ProcessingTime>(*day).milliseconds() + *clock - *offset);
  if (!in_range(day_of(time))) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the time {} is out of range; allowed are the days {} to {}",
                            shown(text), format_day(kDayMin), format_day(kDayMax)));
  }
  return time.milliseconds();
}

std::string format_rfc3339_ms(std::int64_t milliseconds) {
  const Day day = day_of(ProcessingTime(milliseconds));
  std::int64_t rest = milliseconds - start_of<ProcessingTime>(day).milliseconds();
  const auto hour = rest / kMillisecondsPerHour;
  rest %= kMillisecondsPerHour;
  const auto minute = rest / kMillisecondsPerMinute;
  rest %= kMillisecondsPerMinute;
  const auto second = rest / kMillisecondsPerSecond;
  rest %= kMillisecondsPerSecond;
  if (rest == 0) {
    return fmt::format("{}T{:02}:{:02}:{:02}Z", format_day(day), hour, minute, second);
  }
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", format_day(day), hour, minute, second, rest);
}

}  // namespace tocsin
