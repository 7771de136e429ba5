#pragma once

#include <map>
#include <string>
#include <vector>

#include "ingest/import/mapping.h"
#include "ingest/import/row.h"
#include "ingest/wire.h"
#include "model/record.h"

namespace tocsin {

// Makes the records that a mapping wants from a row.
class RecordMaker {
 public:
  explicit RecordMaker(const Mapping& mapping) : mapping_(mapping) {}

  struct Made {
    std::vector<Record> records;
    bool applied = false;  // some record of the mapping was meant for the row
    std::map<std::string, std::size_t> left_out;  // members without a figure
  };
  // All records or none: a reason when any of them can't be made or isn't one that parse_record
  // takes.
  Read<Made> make(const Row& row);

 private:
  Read<void> add_event(const RecordSpec& spec, const Row& row, const Record& base, DaySpan days,
                       Made& made);
  Read<void> add_values(const RecordSpec& spec, const Row& row, const Record& base, DaySpan days,
                        Made& made);
  Read<void> add(const Record& record, Made& made);

  const Mapping& mapping_;
  WireParser parser_;
};

}  // namespace tocsin
