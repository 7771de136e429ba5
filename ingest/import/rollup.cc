#include "ingest/import/rollup.h"

#include <fmt/format.h>

#include "ingest/import/figure.h"

namespace tocsin {

namespace {

std::vector<std::string> column_names(const RollupSpec& spec) {
  auto names = spec.by;
  for (const auto& column : spec.columns) names.push_back(column.name);
  return names;
}

std::string figure_text(std::int64_t figure) {
  const Decimal value = without_trailing_zeros({figure, kFigureDecimals});
  return format_scaled(value.digits, value.scale);
}

}  // namespace

Rollup::Rollup(const RollupSpec& spec) : spec_(spec), columns_(column_names(spec)) {}

Read<void> Rollup::add(const Row& row, std::size_t number) {
  std::vector<std::optional<std::int64_t>> figures;
  for (const auto& column : spec_.columns) {
    auto figure = read_figure(row.cell(column.name), column.name);
    if (!figure) return refuse(figure.error());
    if (!*figure && column.missing == Missing::kRefuse) {
      return refuse(fmt::format("{} is empty", column.name));
    }
    if (!*figure && column.missing == Missing::kZero) figure = 0;
    figures.push_back(*figure);
  }
  std::vector<std::string> key;
  for (const auto& column : spec_.by) key.push_back(row.cell(column));
  const auto [place, is_new] = places_.try_emplace(key, groups_.size());
  if (is_new) {
    groups_.push_back({std::move(key), {}, {}});
    groups_.back().figures.resize(figures.size());
  }
  Gathered& group = groups_[place->second];
  group.members.push_back(number);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (figures[i]) group.figures[i].push_back(*figures[i]);
  }
  return {};
}

std::vector<Rollup::Group> Rollup::finish() const {
  std::vector<Group> groups;
  for (const auto& gathered : groups_) {
    Group& group = groups.emplace_back();
    group.members = gathered.members;
    group.row.columns = &columns_;
    group.row.cells = gathered.key;
    for (std::size_t i = 0; i < spec_.columns.size(); ++i) {
      const auto figure = aggregate(spec_.columns[i].take, gathered.figures[i]);
      group.row.cells.push_back(figure ? figure_text(*figure) : "");
    }
  }
  return groups;
}

}  // namespace tocsin
