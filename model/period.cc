#include "model/period.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 8> kCadenceNames = {
    "day", "week", "epiweek", "dekad", "month", "quarter", "year", "irregular"};

// 1970-01-01 was a Thursday: the week around it began on Monday, day -3, or on Sunday, day -4.
constexpr std::int32_t kMondayOfEpoch = -3;
constexpr std::int32_t kSundayOfEpoch = -4;
constexpr std::int32_t kEpochYear = 1970;

constexpr std::int32_t floor_div(std::int32_t a, std::int32_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
constexpr std::int32_t floor_mod(std::int32_t a, std::int32_t b) { return a - floor_div(a, b) * b; }

std::int32_t year_of(Day day) { return static_cast<int>(to_ymd(day).year()); }

std::int32_t month_of(Day day) {
  const auto ymd = to_ymd(day);
  return (static_cast<int>(ymd.year()) - kEpochYear) * 12 +
         static_cast<std::int32_t>(static_cast<unsigned>(ymd.month())) - 1;
}

Day compute_first_of_month(std::int32_t month) {
  const std::chrono::year year{kEpochYear + floor_div(month, 12)};
  const std::chrono::month name{static_cast<unsigned>(floor_mod(month, 12) + 1)};
  return to_day(year / name / std::chrono::day{1});
}

// Rules ask for months over and over: 1900 to 2199 is looked up.
constexpr std::int32_t kFirstTabled = (1900 - kEpochYear) * 12;
constexpr std::int32_t kTabled = 300 * 12;

Day first_of_month(std::int32_t month) {
  static const std::vector<Day> kStarts = [] {
    std::vector<Day> starts;
    for (std::int32_t i = 0; i < kTabled; ++i)
      starts.push_back(compute_first_of_month(kFirstTabled + i));
    return starts;
  }();
  const std::int64_t at = std::int64_t{month} - kFirstTabled;
  return at >= 0 && at < kTabled ? kStarts[static_cast<std::size_t>(at)]
                                 : compute_first_of_month(month);
}

std::int32_t dekad_of(Day day) {
  const auto in_month = static_cast<std::int32_t>(static_cast<unsigned>(to_ymd(day).day()));
  return month_of(day) * 3 + std::min((in_month - 1) / 10, 2);
}

// A week belongs to the year that holds its fourth day: Thursday of an ISO week (ISO 8601),
// Wednesday of an epidemiological week (docs/REFERENCES.md#cdc-epiweek).
struct WeekOfYear {
  std::int32_t year;
  std::int32_t week;  // from 1
};

std::int32_t first_week_of(Cadence cadence, std::int32_t year) {
  // 4 January is always in week 1.
  return period_of(cadence, to_day(std::chrono::year{year} / 1 / 4));
}

WeekOfYear week_of_year(Cadence cadence, std::int32_t index) {
  const std::int32_t year = year_of(period_start(cadence, index) + 3);
  return {year, index - first_week_of(cadence, year) + 1};
}

std::int32_t shift_week(Cadence cadence, std::int32_t index, int years) {
  const WeekOfYear week = week_of_year(cadence, index);
  const std::int32_t first = first_week_of(cadence, week.year + years);
  const std::int32_t last = first_week_of(cadence, week.year + years + 1) - 1;
  return std::min(first + week.week - 1, last);
}

// Same place in the dekad `dekads` earlier, or that dekad's last day.
Day minus_dekads(Day day, std::int32_t dekads) {
  const std::int32_t from = dekad_of(day);
  const std::int32_t offset = day - period_start(Cadence::kDekad, from);
  const Day start = period_start(Cadence::kDekad, from - dekads);
  const Day next = period_start(Cadence::kDekad, from - dekads + 1);
  return std::min(start + offset, next - 1);
}

// Days, roughly: enough to compare them.
std::int32_t size_of(Cadence cadence) {
  switch (cadence) {
    case Cadence::kDay:
    case Cadence::kIrregular:
      return 1;
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return 7;
    case Cadence::kDekad:
      return 10;
    case Cadence::kMonth:
      return 31;
    case Cadence::kQuarter:
      return 90;
    case Cadence::kYear:
      return 365;
  }
  return 1;
}

std::string_view name_of(SpanUnit unit) {
  switch (unit) {
    case SpanUnit::kDays:
      return "day";
    case SpanUnit::kWeeks:
      return "week";
    case SpanUnit::kEpiweeks:
      return "epiweek";
    case SpanUnit::kDekads:
      return "dekad";
    case SpanUnit::kMonths:
      return "month";
    case SpanUnit::kQuarters:
      return "quarter";
    case SpanUnit::kYears:
      return "year";
  }
  return "day";
}

// Lengths that never vary against each other: days build weeks, dekads build months and years.
struct Length {
  std::int32_t count;
  bool in_dekads;  // else in days
};

Length length_of(Span span) {
  switch (span.unit) {
    case SpanUnit::kDays:
      return {span.count, false};
    case SpanUnit::kWeeks:
    case SpanUnit::kEpiweeks:
      return {span.count * 7, false};
    case SpanUnit::kDekads:
      return {span.count, true};
    case SpanUnit::kMonths:
      return {span.count * 3, true};
    case SpanUnit::kQuarters:
      return {span.count * 9, true};
    case SpanUnit::kYears:
      return {span.count * 36, true};
  }
  return {span.count, false};
}

std::optional<Length> length_of(Cadence cadence) {
  switch (cadence) {
    case Cadence::kDay:
      return Length{1, false};
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return Length{7, false};
    case Cadence::kDekad:
      return Length{1, true};
    case Cadence::kMonth:
      return Length{3, true};
    case Cadence::kQuarter:
      return Length{9, true};
    case Cadence::kYear:
      return Length{36, true};
    case Cadence::kIrregular:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Cadence coarser(Cadence a, Cadence b) { return size_of(a) >= size_of(b) ? a : b; }

std::string_view name_of(Cadence cadence) {
  return kCadenceNames[static_cast<std::size_t>(cadence)];
}

std::optional<Cadence> parse_cadence(std::string_view name) {
  const auto found = std::find(kCadenceNames.begin(), kCadenceNames.end(), name);
  if (found == kCadenceNames.end()) return std::nullopt;
  return static_cast<Cadence>(found - kCadenceNames.begin());
}

std::int32_t period_of(Cadence cadence, Day day) {
  switch (cadence) {
    case Cadence::kDay:
      return day.number();
    case Cadence::kWeek:
      return floor_div(day.number() - kMondayOfEpoch, 7);
    case Cadence::kEpiweek:
      return floor_div(day.number() - kSundayOfEpoch, 7);
    case Cadence::kDekad:
      return dekad_of(day);
    case Cadence::kMonth:
      return month_of(day);
    case Cadence::kQuarter:
      return floor_div(month_of(day), 3);
    case Cadence::kYear:
      return year_of(day) - kEpochYear;
    case Cadence::kIrregular:
      break;
  }
  require(false, "an irregular cadence has no periods");
  return 0;
}

Day period_start(Cadence cadence, std::int32_t index) {
  switch (cadence) {
    case Cadence::kDay:
      return Day(index);
    case Cadence::kWeek:
      return Day(index * 7 + kMondayOfEpoch);
    case Cadence::kEpiweek:
      return Day(index * 7 + kSundayOfEpoch);
    case Cadence::kDekad:
      return first_of_month(floor_div(index, 3)) + floor_mod(index, 3) * 10;
    case Cadence::kMonth:
      return first_of_month(index);
    case Cadence::kQuarter:
      return first_of_month(index * 3);
    case Cadence::kYear:
      return first_of_month(index * 12);
    case Cadence::kIrregular:
      break;
  }
  require(false, "an irregular cadence has no periods");
  return Day();
}

std::int32_t shift_years(Cadence cadence, std::int32_t index, int years) {
  switch (cadence) {
    case Cadence::kDay:
      return add_years(Day(index), years).number();
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return shift_week(cadence, index, years);
    case Cadence::kDekad:
      return index + 36 * years;
    case Cadence::kMonth:
      return index + 12 * years;
    case Cadence::kQuarter:
      return index + 4 * years;
    case Cadence::kYear:
      return index + years;
    case Cadence::kIrregular:
      break;
  }
  require(false, "an irregular cadence has no periods");
  return 0;
}

std::string format_period(Cadence cadence, std::int32_t index) {
  const Day start = period_start(cadence, index);
  std::string day = format_day(start);
  switch (cadence) {
    case Cadence::kDay:
      return day;
    case Cadence::kWeek: {
      const auto week = week_of_year(cadence, index);
      return fmt::format("{:04}-W{:02}", week.year, week.week);
    }
    case Cadence::kEpiweek: {
      const auto week = week_of_year(cadence, index);
      return fmt::format("{:04} epiweek {}", week.year, week.week);
    }
    case Cadence::kDekad:
      return fmt::format("{} dekad {}", day.substr(0, 7), index - month_of(start) * 3 + 1);
    case Cadence::kMonth:
      return day.substr(0, 7);
    case Cadence::kQuarter:
      return fmt::format("{}-Q{}", day.substr(0, 4), floor_mod(index, 4) + 1);
    case Cadence::kYear:
      return day.substr(0, 4);
    case Cadence::kIrregular:
      break;
  }
  return day;
}

std::string to_string(Span span) {
  return fmt::format("{} {}{}", span.count, name_of(span.unit), span.count == 1 ? "" : "s");
}

Day minus(Day day, Span span) {
  switch (span.unit) {
    case SpanUnit::kDays:
      return day - span.count;
    case SpanUnit::kWeeks:
    case SpanUnit::kEpiweeks:
      return day - span.count * 7;
    case SpanUnit::kDekads:
      return minus_dekads(day, span.count);
    case SpanUnit::kMonths:
      return add_months(day, -span.count);
    case SpanUnit::kQuarters:
      return add_months(day, -3 * span.count);
    case SpanUnit::kYears:
      return add_years(day, -span.count);
  }
  return day;
}

std::int32_t longest_days(Span span) {
  const Length length = length_of(span);
  if (!length.in_dekads) return length.count;
  // Leap years repeat every four years between 1904 and 2096: one such cycle of starts shows all.
  const Cadence grid = span.unit == SpanUnit::kDekads ? Cadence::kDekad : Cadence::kMonth;
  const std::int32_t steps = grid == Cadence::kDekad ? length.count : length.count / 3;
  const std::int32_t first = period_of(grid, to_day(std::chrono::year{1904} / 1 / 1));
  const std::int32_t last = period_of(grid, to_day(std::chrono::year{1908} / 1 / 1));
  std::int32_t longest = 0;
  for (std::int32_t start = first; start < last; ++start) {
    longest = std::max(longest, period_start(grid, start + steps) - period_start(grid, start));
  }
  return longest;
}

SpanUnit unit_of(Cadence cadence) {
  switch (cadence) {
    case Cadence::kDay:
      return SpanUnit::kDays;
    case Cadence::kWeek:
      return SpanUnit::kWeeks;
    case Cadence::kEpiweek:
      return SpanUnit::kEpiweeks;
    case Cadence::kDekad:
      return SpanUnit::kDekads;
    case Cadence::kMonth:
      return SpanUnit::kMonths;
    case Cadence::kQuarter:
      return SpanUnit::kQuarters;
    case Cadence::kYear:
      return SpanUnit::kYears;
    case Cadence::kIrregular:
      break;
  }
  require(false, "an irregular cadence has no periods");
  return SpanUnit::kDays;
}

Cadence grid_of(SpanUnit unit) {
  switch (unit) {
    case SpanUnit::kDays:
      return Cadence::kDay;
    case SpanUnit::kWeeks:
      return Cadence::kWeek;
    case SpanUnit::kEpiweeks:
      return Cadence::kEpiweek;
    case SpanUnit::kDekads:
      return Cadence::kDekad;
    case SpanUnit::kMonths:
      return Cadence::kMonth;
    case SpanUnit::kQuarters:
      return Cadence::kQuarter;
    case SpanUnit::kYears:
      return Cadence::kYear;
  }
  return Cadence::kDay;
}

std::optional<std::int32_t> whole_periods(Span span, Cadence cadence) {
  const Length whole = length_of(span);
  const auto part = length_of(cadence);
  if (!part || part->in_dekads != whole.in_dekads || whole.count % part->count != 0) {
    return std::nullopt;
  }
  return whole.count / part->count;
}

}  // namespace tocsin
