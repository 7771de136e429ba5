#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/store.h"

namespace tocsin {

// What is in the quarantine, for people: the admin listener and `tocsin quarantine` show the same.

struct QuarantineQuery {
  std::string producer, source, code;  // "" for every one
  std::uint64_t after = 0;             // only rows of higher sequences
  std::size_t limit = 100;             // rows of one page
  std::size_t look_at = 20'000;        // rows looked at for one page, so that a page costs a bound
};

struct QuarantinePage {
  std::vector<QuarantineRow> rows;
  // Where the next page begins (its `after`); nullopt when all was looked at. A page may have fewer
  // rows than its limit, and still a next one.
  std::optional<std::uint64_t> next;
};

Result<QuarantinePage> list_quarantined(const Store& store, const QuarantineQuery& query);

// The source that the record names; "" when it is no JSON object with one.
std::string source_of(const QuarantineRow& row);

// sequence, received, producer, source, journal_sequence, code, pointer, message, allowed.
boost::json::object brief(const QuarantineRow& row);
// The same with the record as received: `record`, or `record_base64` when it is not UTF-8.
boost::json::object full(const QuarantineRow& row);

}  // namespace tocsin
