#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "ingest/import/mapping.h"

namespace tocsin {

// A value read from a row, or why the row is refused.
template <class T>
using Read = tl::expected<T, std::string>;
inline tl::unexpected<std::string> refuse(std::string reason) {
  return tl::unexpected<std::string>(std::move(reason));
}

// The columns of a table and where they stand in a row.
class Columns {
 public:
  // Names are taken without white space around them.
  explicit Columns(const std::vector<std::string>& names);
  // Requires that there is such a column.
  std::size_t at(const std::string& name) const { return places_.at(name); }
  bool contains(const std::string& name) const { return places_.contains(name); }
  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> places_;
};

// A row of cells, without white space around them; missing values are empty.
struct Row {
  const Columns* columns = nullptr;
  std::vector<std::string> cells;
  const std::string& cell(const std::string& column) const { return cells[columns->at(column)]; }
};

// What a template may name besides columns: "@start" and so on.
using Known = std::map<std::string, std::string>;

// Figures are whole millionths, so that sums are exact.
inline constexpr int kFigureDecimals = 6;
inline constexpr std::int64_t kFigureUnit = 1'000'000;

// White space and control characters become single spaces.
std::string expand(const TextTemplate& parts, const Row& row, const Known& known);
Read<std::string> look_up(const TextSpec& spec, const Row& row, const Known& known);
// nullopt for an empty cell.
Read<std::optional<std::int64_t>> read_figure(std::string_view cell, std::string_view column);
Read<bool> holds(const Condition& condition, const Row& row);
// nullopt: nothing was observed.
Read<std::optional<Decimal>> read_number(const NumberSpec& spec, const Row& row);

Read<Day> read_date(const DateSpec& spec, const Row& row);

struct DaySpan {
  Day start, end;  // [start, end)
};
Read<DaySpan> read_period(const PeriodSpec& spec, const Mapping& mapping, const Row& row);
// `own` is the period of the record itself.
Read<Day> read_publication(const PublicationSpec& spec, DaySpan own, const Mapping& mapping,
                           const Row& row);
Read<Place> read_place(const std::vector<PlaceSpec>& places, const Row& row);

// The first day of the month that `day` lies in.
Day month_start(Day day);

}  // namespace tocsin
