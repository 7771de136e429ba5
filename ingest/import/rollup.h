#pragma once

#include <map>
#include <string>
#include <vector>

#include "ingest/import/mapping.h"
#include "ingest/import/row.h"

namespace tocsin {

// Gathers rows into groups by their key cells. Groups keep the order of their first rows.
class Rollup {
 public:
  explicit Rollup(const RollupSpec& spec);

  // Adds a row, named by the caller's number. A reason when a figure in it can't be read: then
  // nothing of it is taken.
  Read<void> add(const Row& row, std::size_t number);

  struct Group {
    Row row;  // the key cells and the figures; points into the roll-up
    std::vector<std::size_t> members;
  };
  // All groups. A column without a figure, or with a sum that does not fit, is empty.
  std::vector<Group> finish() const;

 private:
  struct Gathered {
    std::vector<std::string> key;
    std::vector<std::vector<std::int64_t>> figures;  // by column
    std::vector<std::size_t> members;
  };
  const RollupSpec& spec_;
  Columns columns_;
  std::map<std::vector<std::string>, std::size_t> places_;
  std::vector<Gathered> groups_;
};

}  // namespace tocsin
