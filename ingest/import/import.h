#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <string>

#include "ingest/import/mapping.h"
#include "ingest/import/release.h"
#include "model/record.h"
#include "model/result.h"

namespace tocsin {

struct RefusedRow {
  std::size_t line = 0;  // of its first character, from 1
  std::string reason;
  std::string raw;
};

// What became of every row: read = used + filtered + refused.
struct ImportReport {
  std::size_t rows_read = 0;
  std::size_t rows_used = 0;
  std::size_t rows_refused = 0;
  std::map<std::string, std::size_t> rows_filtered;  // by filter; and not-observed, no-record,
                                                     // identical-repeat
  std::size_t groups = 0;                            // made by a roll-up
  std::array<std::size_t, 5> written{};              // records by type
  std::size_t revisions = 0;                         // of them with a revision above 1
  std::map<std::string, std::size_t> left_out;       // members without a figure
  std::optional<PublishedTime> first_published, last_published;
  std::optional<ReleaseCounts> release;  // when it was compared with an import before

  std::size_t records() const;
  std::size_t filtered() const;
  bool balances() const { return rows_read == rows_used + filtered() + rows_refused; }
};

struct ImportSinks {
  std::function<void(const Record&)> record;       // in order of publication
  std::function<void(const RefusedRow&)> refused;  // in order of lines
};

inline constexpr std::size_t kImportRowsMax = 10'000'000;

// Turns a publisher's CSV into records. A bad row is refused and the rest goes on; every record
// given out is one that parse_record takes. With `against`, the records of the import before come
// first and the file adds what it changes (release.h); `written` and the days of publication are
// then of all of them. Fails only when nothing can be done: there is no header, columns that the
// mapping names are missing, the file has more than kImportRowsMax rows, or the release can't be
// made (then the refused rows are given out all the same). Holds all records and rows in memory, to
// bring them in order.
Result<ImportReport> import_rows(const Mapping& mapping, std::istream& csv,
                                 const ImportSinks& sinks,
                                 std::optional<Against> against = std::nullopt);

}  // namespace tocsin
