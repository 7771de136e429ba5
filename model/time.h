#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/result.h"

namespace tocsin {

// A point on the UTC time line, in milliseconds since 1970-01-01T00:00:00Z (leap seconds are not
// counted, as in POSIX). EventTime and ProcessingTime are different types, so that "when it
// happened" never mixes with "when this process learned it".
template <class Tag>
class TimePoint {
 public:
  constexpr TimePoint() = default;
  constexpr explicit TimePoint(std::int64_t milliseconds) : milliseconds_(milliseconds) {}
  constexpr std::int64_t milliseconds() const { return milliseconds_; }
  friend constexpr auto operator<=>(const TimePoint&, const TimePoint&) = default;

 private:
  std::int64_t milliseconds_ = 0;
};

using EventTime = TimePoint<struct EventTimeTag>;            // when it happened, as the source says
using ProcessingTime = TimePoint<struct ProcessingTimeTag>;  // when this process learned it
using PublishedTime = TimePoint<struct PublishedTimeTag>;    // when the source made it known

// A UTC calendar day, counted from 1970-01-01. Arithmetic is in whole days. A Day is also the tick
// of the assessment (docs/SEMANTICS.md section 4): tick d is closed once the clock has left day d.
class Day {
 public:
  constexpr Day() = default;
  constexpr explicit Day(std::int32_t number) : number_(number) {}
  constexpr std::int32_t number() const { return number_; }
  friend constexpr auto operator<=>(const Day&, const Day&) = default;
  friend constexpr Day operator+(Day day, std::int32_t days) { return Day(day.number_ + days); }
  friend constexpr Day operator-(Day day, std::int32_t days) { return Day(day.number_ - days); }
  friend constexpr std::int32_t operator-(Day a, Day b) { return a.number_ - b.number_; }

 private:
  std::int32_t number_ = 0;
};

// Days outside [kDayMin, kDayMax] (years 1800 to 2399) are refused at the edges; kDayNever stands
// for "no such day" in horizons and sorts after every real day.
inline constexpr Day kDayMin{-62091};
inline constexpr Day kDayMax{157053};
inline constexpr Day kDayNever{1'000'000};

inline constexpr std::int64_t kMillisecondsPerDay = 86'400'000;
inline constexpr std::int32_t kSecondsPerDay = 86'400;

template <class Tag>
constexpr Day day_of(TimePoint<Tag> time) {
  const std::int64_t ms = time.milliseconds();
  const std::int64_t floor =
      ms >= 0 ? ms / kMillisecondsPerDay : -((-ms + kMillisecondsPerDay - 1) / kMillisecondsPerDay);
  return Day(static_cast<std::int32_t>(floor));
}

// Whole seconds since midnight UTC of its day.
template <class Tag>
constexpr std::int32_t second_of_day(TimePoint<Tag> time) {
  return static_cast<std::int32_t>(
      (time.milliseconds() - std::int64_t{day_of(time).number()} * kMillisecondsPerDay) / 1000);
}

// Midnight UTC at the start of `day`.
template <class Time>
constexpr Time start_of(Day day) {
  return Time(std::int64_t{day.number()} * kMillisecondsPerDay);
}

std::chrono::year_month_day to_ymd(Day day);
// Requires ymd.ok().
Day to_day(std::chrono::year_month_day ymd);

// `day` moved by whole calendar months or years; a day that the target month lacks becomes its last
// day, so 29 February maps to the 28th.
Day add_months(Day day, int months);
Day add_years(Day day, int years);

// "2019-03-07". Fails on anything else, and on days outside [kDayMin, kDayMax].
Result<Day> parse_day(std::string_view text);
std::string format_day(Day day);

// RFC 3339 with any offset, to milliseconds: "2019-03-07T12:00:00Z",
// "2019-03-07T13:00:00.250+01:00". Returns milliseconds since the epoch.
Result<std::int64_t> parse_rfc3339_ms(std::string_view text);
// "2019-03-07T12:00:00Z"; milliseconds are written only when they are not zero.
std::string format_rfc3339_ms(std::int64_t milliseconds);

template <class Tag>
std::string format_rfc3339(TimePoint<Tag> time) {
  return format_rfc3339_ms(time.milliseconds());
}

}  // namespace tocsin
