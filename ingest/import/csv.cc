#include "ingest/import/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tocsin {

namespace {

enum class Split { kDone, kOpenQuote, kStrayQuote };

// Splits the text of a row into cells. kOpenQuote: a quoted cell goes on in the next line.
Split split_cells(std::string_view text, std::vector<std::string>& cells) {
  cells.clear();
  std::size_t i = 0;
  while (true) {
    std::string& cell = cells.emplace_back();
    if (i < text.size() && text[i] == '"') {
      for (++i; true; ++i) {
        if (i == text.size()) return Split::kOpenQuote;
        if (text[i] == '"') {
          if (i + 1 == text.size() || text[i + 1] != '"') break;
          ++i;
        }
        cell += text[i];
      }
      ++i;
      if (i < text.size() && text[i] != ',') return Split::kStrayQuote;
    } else {
      const auto end = std::min(text.find(',', i), text.size());
      cell = text.substr(i, end - i);
      if (cell.find('"') != std::string::npos) return Split::kStrayQuote;
      i = end;
    }
    if (i == text.size()) return Split::kDone;
    ++i;
  }
}

}  // namespace

std::optional<std::string> CsvReader::take_line() {
  std::string line;
  if (!put_back_.empty()) {
    line = std::move(put_back_.front());
    put_back_.pop_front();
  } else if (!std::getline(in_, line)) {
    return std::nullopt;
  }
  if (++line_ == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
  return line;
}

bool CsvReader::take_until_quote(std::string& raw, std::vector<std::string>& taken) {
  // Every quote opens or closes; two in a row, for one in the text, change nothing.
  bool open = true;
  while (open) {
    auto line = raw.size() < kRowBytesMax ? take_line() : std::nullopt;
    if (!line) return false;
    taken.push_back(*line);
    if (line->ends_with('\r')) line->pop_back();
    open = std::count(line->begin(), line->end(), '"') % 2 == 0;
    raw += '\n' + *line;
  }
  return true;
}

std::optional<CsvRow> CsvReader::next() {
  CsvRow row;
  do {
    auto line = take_line();
    if (!line) return std::nullopt;
    if (line->ends_with('\r')) line->pop_back();
    row.raw = std::move(*line);
  } while (row.raw.empty());
  row.line = line_;
  const std::string first = row.raw;
  std::vector<std::string> ahead;
  while (true) {
    const Split split = split_cells(row.raw, row.cells);
    if (split == Split::kDone) return row;
    if (split == Split::kStrayQuote) {
      row.error = fmt::format("a double quote stands inside cell {}", row.cells.size());
      break;
    }
    if (!take_until_quote(row.raw, ahead)) {
      row.error =
          fmt::format("the double quote that opens cell {} is never closed", row.cells.size());
      break;
    }
  }
  // Only the first line is given up; what was read ahead is read again as rows of its own.
  line_ -= ahead.size();
  put_back_.insert(put_back_.begin(), ahead.begin(), ahead.end());
  row.raw = first;
  row.cells.clear();
  return row;
}

}  // namespace tocsin
