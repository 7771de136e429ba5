#include "ingest/import/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "ingest/import/date_format.h"
#include "ingest/import/figure.h"
#include "model/period.h"

namespace tocsin {

namespace {

// Texts as they go into records: no control characters, single spaces.
std::string tidy(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20U && byte != 0x7FU) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// The text of a template without builtins.
std::string plain(const TextTemplate& parts, const Row& row) { return expand(parts, row, {}); }

Read<bool> test_holds(const CellTest& test, const Row& row) {
  const std::string& cell = row.cell(test.column);
  const bool listed = std::find(test.words.begin(), test.words.end(), cell) != test.words.end();
  switch (test.kind) {
    case CellTest::Kind::kIs:
      return listed;
    case CellTest::Kind::kIsNot:
      return !listed;
    case CellTest::Kind::kEmpty:
      return cell.empty();
    case CellTest::Kind::kFilled:
      return !cell.empty();
    default:
      break;
  }
  const auto left = read_figure(cell, test.column);
  if (!left) return refuse(left.error());
  const auto right = read_figure(plain(test.number, row), test.column);
  if (!right) return refuse(right.error());
  if (!*left || !*right) return false;
  switch (test.kind) {
    case CellTest::Kind::kAbove:
      return **left > **right;
    case CellTest::Kind::kBelow:
      return **left < **right;
    case CellTest::Kind::kAtLeast:
      return **left >= **right;
    default:
      return **left <= **right;
  }
}

Read<DaySpan> read_season(const PeriodSpec& spec, const Mapping& mapping, const Row& row) {
  const std::string name = plain(spec.season, row);
  const auto season = mapping.seasons.find(name);
  if (season == mapping.seasons.end()) {
    return refuse(fmt::format("\"{}\" is none of the mapping's seasons", name));
  }
  const std::string year_text = plain(spec.year, row);
  const auto year = parse_date(year_text, "YYYY");
  if (!year) return refuse(fmt::format("\"{}\" is no year", year_text));
  const auto [first, last] = season->second;
  // A season that ends before the month it begins in goes on into the next year.
  const int months = last - first + 1 + (last < first ? 12 : 0);
  const Day start = add_months(*year, first - 1);
  if (spec.kind == PeriodSpec::Kind::kSeasonStart) return DaySpan{start, start + 1};
  return DaySpan{start, add_months(start, months)};
}

Read<DaySpan> widen(DaySpan span, const PeriodSpec& spec, const Row& row) {
  if (spec.widen.empty()) return span;
  const std::string word = plain(spec.precision, row);
  const auto found = spec.widen.find(word);
  if (found == spec.widen.end()) {
    return refuse(fmt::format("\"{}\" is none of the mapping's date precisions", word));
  }
  Cadence unit = Cadence::kDay;
  switch (found->second) {
    case PeriodSpec::Unit::kAsGiven:
      return span;
    case PeriodSpec::Unit::kWeek:
      unit = Cadence::kWeek;
      break;
    case PeriodSpec::Unit::kMonth:
      unit = Cadence::kMonth;
      break;
    case PeriodSpec::Unit::kYear:
      unit = Cadence::kYear;
      break;
  }
  return DaySpan{period_start(unit, period_of(unit, span.start)),
                 period_start(unit, period_of(unit, span.end - 1) + 1)};
}

std::optional<double> read_degrees(const std::string& cell, double limit) {
  double value = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  const bool whole = error == std::errc() && stop == cell.data() + cell.size();
  return whole && value >= -limit && value <= limit ? std::optional(value) : std::nullopt;
}

}  // namespace

Columns::Columns(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    names_.push_back(trimmed(name));
    places_.emplace(names_.back(), names_.size() - 1);
  }
}

std::string expand(const TextTemplate& parts, const Row& row, const Known& known) {
  std::string text;
  for (const auto& part : parts) {
    if (part.column.empty()) {
      text += part.literal;
    } else if (const auto found = known.find(part.column); found != known.end()) {
      text += found->second;
    } else {
      text += row.cell(part.column);
    }
  }
  return tidy(text);
}

Read<std::string> look_up(const TextSpec& spec, const Row& row, const Known& known) {
  std::string text = expand(spec.from, row, known);
  if (spec.words.empty()) return text;
  const auto found = spec.words.find(text);
  if (found != spec.words.end()) return found->second;
  if (spec.keep_unknown) return text;
  return refuse(fmt::format("\"{}\" is none of the words that the mapping knows", text));
}

Read<std::optional<std::int64_t>> read_figure(std::string_view cell, std::string_view column) {
  if (cell.empty()) return std::nullopt;
  const auto decimal = parse_decimal(cell);
  const auto scaled = decimal ? to_scaled(*decimal, kFigureDecimals) : std::nullopt;
  if (!scaled) return refuse(fmt::format("{} is \"{}\", not a number", column, cell));
  return *scaled;
}

Read<bool> holds(const Condition& condition, const Row& row) {
  for (const auto& test : condition) {
    auto result = test_holds(test, row);
    if (!result || !*result) return result;
  }
  return true;
}

Read<std::optional<Decimal>> read_number(const NumberSpec& spec, const Row& row) {
  const auto applies = holds(spec.when, row);
  if (!applies) return refuse(applies.error());
  auto figure = *applies ? read_figure(row.cell(spec.column), spec.column) : std::nullopt;
  if (!figure) return refuse(figure.error());
  if (!*figure) {
    switch (spec.missing) {
      case Missing::kNotObserved:
        return std::nullopt;
      case Missing::kZero:
        figure = 0;
        break;
      case Missing::kRefuse:
        return refuse(fmt::format("{} is empty", spec.column));
    }
  }
  std::optional<std::int64_t> divisor = kFigureUnit;
  if (!spec.per.empty()) {
    const auto per = read_figure(row.cell(spec.per), spec.per);
    if (!per) return refuse(per.error());
    divisor = *per;
  }
  // A share of nothing isn't observed.
  if (!divisor || *divisor == 0) return std::nullopt;
  const auto value = scaled_ratio(**figure, *divisor, spec.scale, spec.decimals);
  if (!value) return refuse(fmt::format("{} is out of range", spec.column));
  return without_trailing_zeros({*value, spec.decimals});
}

Read<Day> read_date(const DateSpec& spec, const Row& row) {
  const std::string text = plain(spec.from, row);
  for (const auto& format : spec.formats) {
    if (const auto day = parse_date(text, format)) return *day;
  }
  return refuse(
      fmt::format("the date \"{}\" is not written as {}", text, fmt::join(spec.formats, " or ")));
}

Read<DaySpan> read_period(const PeriodSpec& spec, const Mapping& mapping, const Row& row) {
  if (spec.kind == PeriodSpec::Kind::kSeason || spec.kind == PeriodSpec::Kind::kSeasonStart)
    return read_season(spec, mapping, row);
  const auto date = read_date(spec.date, row);
  if (!date) return refuse(date.error());
  DaySpan span{*date, *date + 1};
  switch (spec.kind) {
    case PeriodSpec::Kind::kDay:
    case PeriodSpec::Kind::kSeason:
    case PeriodSpec::Kind::kSeasonStart:
      break;
    case PeriodSpec::Kind::kMonth:
      span = {month_start(*date), add_months(month_start(*date), 1)};
      break;
    case PeriodSpec::Kind::kYear: {
      const auto year = period_of(Cadence::kYear, *date);
      span = {period_start(Cadence::kYear, year), period_start(Cadence::kYear, year + 1)};
      break;
    }
    case PeriodSpec::Kind::kSpan: {
      const auto last = read_date(*spec.last, row);
      if (!last) return refuse(last.error());
      span.end = *last + 1;
      if (span.end > span.start) break;
      return refuse(fmt::format("it ends on {}, before it starts on {}", format_day(*last),
                                format_day(*date)));
    }
  }
  return widen(span, spec, row);
}

Read<Day> read_publication(const PublicationSpec& spec, DaySpan own, const Mapping& mapping,
                           const Row& row) {
  if (spec.of) {
    const auto other = read_period(*spec.of, mapping, row);
    if (!other) return refuse(other.error());
    own = *other;
  }
  switch (spec.edge) {
    case PublicationSpec::Edge::kStart:
      return own.start + spec.days;
    case PublicationSpec::Edge::kEnd:
      return own.end + spec.days;
    case PublicationSpec::Edge::kMonthEnd:
      return add_months(month_start(own.end - 1), 1) + spec.days;
  }
  return own.end;
}

Read<Place> read_place(const std::vector<PlaceSpec>& places, const Row& row) {
  for (const auto& spec : places) {
    const auto applies = holds(spec.when, row);
    if (!applies) return refuse(applies.error());
    if (!*applies) continue;
    Place place;
    place.vague = spec.vague;
    const auto region = look_up(spec.region, row, {});
    if (!region) return refuse("place: " + region.error());
    place.region = *region;
    const auto country = look_up(spec.country, row, {});
    if (!country) return refuse("country: " + country.error());
    place.country = *country;
    if (!spec.latitude.empty() && !spec.longitude.empty() && !row.cell(spec.latitude).empty()) {
      place.latitude = read_degrees(row.cell(spec.latitude), 90);
      place.longitude = read_degrees(row.cell(spec.longitude), 180);
      if (!place.latitude || !place.longitude) {
        return refuse(fmt::format("\"{}\", \"{}\" is no point", row.cell(spec.latitude),
                                  row.cell(spec.longitude)));
      }
    }
    if (!place.region.empty() || place.latitude) return place;
  }
  return refuse("none of the mapping's places fits the row");
}

Day month_start(Day day) { return period_start(Cadence::kMonth, period_of(Cadence::kMonth, day)); }

}  // namespace tocsin
