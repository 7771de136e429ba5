#pragma once

#include <cstddef>
#include <deque>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace tocsin {

// One row of a CSV file. `line` is that of its first character, from 1; `raw` is its text as it
// stands there. When `error` is not empty the row can't be read and `cells` is empty.
struct CsvRow {
  std::size_t line = 0;
  std::string raw;
  std::vector<std::string> cells;
  std::string error;
};

// Reads CSV as RFC 4180 has it, strictly: cells separated by commas; a cell in double quotes may
// hold commas, line ends and doubled quotes; a quote elsewhere is an error. Line ends are LF or
// CRLF, a byte order mark is skipped, empty lines are no rows. A row that can't be read costs only
// itself: reading goes on at the next line.
class CsvReader {
 public:
  static constexpr std::size_t kRowBytesMax = 256 * 1024;  // a quote that never closes ends here

  // `in` must outlive the reader.
  explicit CsvReader(std::istream& in) : in_(in) {}

  // nullopt at the end.
  std::optional<CsvRow> next();

 private:
  std::optional<std::string> take_line();
  // Appends lines to `raw`, whose last cell is open, until a line may close it; false at the end of
  // the file or of what a row may hold. `taken` gets the lines as they were.
  bool take_until_quote(std::string& raw, std::vector<std::string>& taken);

  std::istream& in_;
  std::size_t line_ = 0;              // that take_line() gave last
  std::deque<std::string> put_back_;  // lines read ahead and not used
};

}  // namespace tocsin
