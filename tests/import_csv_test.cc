#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sstream>

#include "ingest/import/csv.h"

namespace tocsin {
namespace {

struct CsvCase {
  std::string name, text;
  std::vector<std::string> rows;  // "line: cell|cell" or "line! error"
};

class Csv : public testing::TestWithParam<CsvCase> {};

TEST_P(Csv, IsReadAsRfc4180HasIt) {
  std::istringstream in(GetParam().text);
  CsvReader reader(in);
  std::vector<std::string> rows;
  while (const auto row = reader.next()) {
    rows.push_back(row->error.empty() ? fmt::format("{}: {}", row->line, fmt::join(row->cells, "|"))
                                      : fmt::format("{}! {}", row->line, row->error));
  }
  EXPECT_THAT(rows, testing::ElementsAreArray(GetParam().rows));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Csv,
    testing::ValuesIn<CsvCase>({
        {"nothing", "", {}},
        {"no_last_line_end", "a,b\n1,2", {"1: a|b", "2: 1|2"}},
        {"empty_cells", ",\n,,x\n", {"1: |", "2: ||x"}},
        {"windows_lines_and_byte_order_mark",
         "\xef\xbb\xbf"
         "a,b\r\n1,2\r\n",
         {"1: a|b", "2: 1|2"}},
        {"quotes", "\"a,b\",\"say \"\"hi\"\"\",\"\"\n", {"1: a,b|say \"hi\"|"}},
        {"line_end_in_quotes", "\"a\nb\",2\r\n3,4\n", {"1: a\nb|2", "3: 3|4"}},
        {"empty_lines_are_no_rows", "\na\n\r\n\nb\n", {"2: a", "5: b"}},
        {"quote_inside_a_cell",
         "a\"b,1\nc,2\n",
         {"1! a double quote stands inside cell 1", "2: c|2"}},
        {"text_after_a_quote",
         "\"a\"b,1\nc,2\n",
         {"1! a double quote stands inside cell 1", "2: c|2"}},
        {"open_quote_costs_one_line",
         "x\n1,\"a\nb,2\nc,3\n",
         {"1: x", "2! the double quote that opens cell 2 is never closed", "3: b|2", "4: c|3"}},
    }),
    [](const auto& tc) { return tc.param.name; });

TEST(CsvReader, AQuoteThatNeverClosesIsGivenUpAfterALimit) {
  std::string text = "\"open\n";
  while (text.size() < 3 * CsvReader::kRowBytesMax) text += "a row of some length, another cell\n";
  std::istringstream in(text);
  CsvReader reader(in);
  EXPECT_FALSE(reader.next()->error.empty());
  const auto second = reader.next();
  EXPECT_EQ(second->line, 2U);
  EXPECT_EQ(second->cells.size(), 2U);
}

TEST(CsvReader, KeepsTheRowAsItStands) {
  std::istringstream in("\"a\nb\",2\n");
  EXPECT_EQ(CsvReader(in).next()->raw, "\"a\nb\",2");
}

}  // namespace
}  // namespace tocsin
