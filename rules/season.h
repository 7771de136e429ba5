#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/time.h"
#include "rules/lexer.h"

namespace tocsin {

// The days [start, until) of one occurrence of a season.
struct Occurrence {
  Day start, until;
};

// A part of the year that comes back: "1 June .. 30 September", "November .. February", "dekads 21
// .. 26", "epiweeks 40 .. 20". It has one occurrence a year, named by the year it begins in.
class Season {
 public:
  // What an author writes. Where it is wrong: bytes of `text`.
  static tl::expected<Season, ExpressionError> parse(std::string name, std::string_view text);
  static Season whole_year();  // "year": January .. December

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }  // as the author wrote it

  // The occurrence that begins in `year`.
  Occurrence of(std::int32_t year) const;
  // The occurrence that holds the day; nullopt off season.
  std::optional<Occurrence> holding(Day day) const;
  // The first day of the last occurrence that begins by then.
  Day latest_start(Day day) const;
  // The first later day on which an occurrence begins, or on which one is over.
  Day next_edge(Day day) const;
  // The most whole periods of `cadence` that lie in one occurrence. Requires a grid.
  std::int32_t most_periods(Cadence cadence) const;

  friend bool operator==(const Season& a, const Season& b) { return a.name_ == b.name_; }

 private:
  enum class Grid : std::uint8_t { kDates, kDekads, kWeeks, kEpiweeks };
  Day edge(std::int32_t year, std::int32_t number, std::int32_t day, bool end) const;

  std::string name_, text_;
  Grid grid_ = Grid::kDates;
  // Months, dekads or weeks of the year, from 1; of dates also the days of these months.
  std::int32_t from_ = 1, to_ = 12;
  std::int32_t from_day_ = 1, to_day_ = 31;
};

// How long a signal that has come on stays on, whatever its condition says.
struct Latch {
  std::optional<Season> season;  // until the occurrence that held the onset is over
  std::int32_t days = 0;         // without one: so many ticks
  bool released = false;         // the signal has a `clear` of its own, which ends a season's latch
  // The first tick at which it no longer holds; kDayMin: it never did.
  Day until(Day onset) const;
};

// Whether every day of [from, until) lies in one of the seasons.
bool lies_in(const std::vector<Season>& seasons, Day from, Day until);
// The first later day at which any of them begins or is over.
Day next_edge(const std::vector<Season>& seasons, Day day);
// "rains", "rains or lean".
std::string names_of_seasons(const std::vector<Season>& seasons);

}  // namespace tocsin
