#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

namespace tocsin {

// The calendar grid that the periods of an indicator lie on. ISO weeks begin on Monday,
// epidemiological weeks on Sunday (docs/REFERENCES.md#cdc-epiweek). A dekad is days 1-10, 11-20 or
// 21-end of a month. kIrregular has no grid: each observation carries its own first and last day.
enum class Cadence : std::uint8_t {
  kDay,
  kWeek,
  kEpiweek,
  kDekad,
  kMonth,
  kQuarter,
  kYear,
  kIrregular,
};

std::string_view name_of(Cadence cadence);  // "day", "week", "epiweek", ...
std::optional<Cadence> parse_cadence(std::string_view name);

// The number of the period of `cadence` that `day` lies in. Consecutive periods have consecutive
// numbers. Requires cadence != kIrregular.
std::int32_t period_of(Cadence cadence, Day day);
// First day of period `index`; the period is [period_start(i), period_start(i + 1)).
Day period_start(Cadence cadence, std::int32_t index);
// The one with the longer periods, the first when they are equal. Irregular counts as a day.
Cadence coarser(Cadence a, Cadence b);
// The same calendar period `years` later (negative: earlier). Week 53 of a year maps to week 52 of
// a year without one; a day that the target month lacks becomes its last.
std::int32_t shift_years(Cadence cadence, std::int32_t index, int years);
// "2019-03", "2019-W10", "2019-03 dekad 2", ...: for people.
std::string format_period(Cadence cadence, std::int32_t index);

// A length of calendar time as rules write it: "90d", "3 months", "1y".
enum class SpanUnit : std::uint8_t {
  kDays,
  kWeeks,
  kEpiweeks,
  kDekads,
  kMonths,
  kQuarters,
  kYears
};
struct Span {
  std::int32_t count = 0;
  SpanUnit unit = SpanUnit::kDays;
  friend bool operator==(const Span&, const Span&) = default;
};
// The unit of one period of the cadence. Requires cadence != kIrregular.
SpanUnit unit_of(Cadence cadence);
// The grid on which whole units of the calendar lie.
Cadence grid_of(SpanUnit unit);
// "90 days", "1 month".
std::string to_string(Span span);

// The day `span` before `day`, by the calendar: 3 months before 31 May is 28 or 29 February.
Day minus(Day day, Span span);
// The longest the span can be, in days (a month is 31, a year 366).
std::int32_t longest_days(Span span);
// How many periods of `cadence` make up `span`, if it is a whole number of them on any calendar
// (3 months are 9 dekads; 90 days are no number of months). nullopt otherwise and for kIrregular.
std::optional<std::int32_t> whole_periods(Span span, Cadence cadence);

}  // namespace tocsin
