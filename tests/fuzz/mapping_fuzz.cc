// libFuzzer: any bytes as a mapping and as a publisher's table, set apart by a line of "%%". What
// is imported counts every row once, is records that the daemon's parser takes, and changes nothing
// when it is imported again against itself.
//
//   ./run fuzz mapping_fuzz 60
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/import/import.h"
#include "ingest/wire.h"
#include "model/result.h"
#include "tests/fuzz/check_diagnostics.h"
#include "tests/fuzz/fuzz_input.h"

namespace tocsin {
namespace {

struct Imported {
  Result<ImportReport> report;
  std::vector<Record> records;
  std::vector<RefusedRow> refused;
};

Imported import(const Mapping& mapping, const std::string& csv,
                std::optional<Against> against = std::nullopt) {
  std::vector<Record> records;
  std::vector<RefusedRow> refused;
  std::istringstream in(csv);
  auto report = import_rows(mapping, in,
                            {.record = [&](const Record& r) { records.push_back(r); },
                             .refused = [&](const RefusedRow& r) { refused.push_back(r); }},
                            std::move(against));
  return {std::move(report), std::move(records), std::move(refused)};
}

void check(const Imported& imported, const std::string& csv) {
  const ImportReport& report = *imported.report;
  require(report.balances(), "every row has one end");
  require(report.rows_refused == imported.refused.size(), "a refused row is told");
  require(report.records() == imported.records.size(), "a record is counted");
  const std::size_t lines = static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) + 1;
  std::size_t line = 0;
  for (const RefusedRow& row : imported.refused) {
    require(!row.reason.empty(), "a refusal has a reason");
    require(row.line > line && row.line <= lines, "rows are refused in the order of the file");
    line = row.line;
  }
  WireParser parser;
  std::int64_t published = INT64_MIN;
  for (const Record& record : imported.records) {
    const auto again = parser.parse(to_json(record));
    require(again && *again == record, "a record made is one that the parser takes");
    require(record.published && record.published->milliseconds() >= published,
            "records come in the order of publication");
    published = record.published->milliseconds();
  }
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  fuzz::FuzzInput input(data, size);
  const std::string yaml(input.until("\n%%\n"));
  const std::string csv(input.rest());
  const auto mapping = parse_mapping("m.yaml", yaml);
  if (!mapping) {
    fuzz::check_diagnostics(mapping.error(), {{"m.yaml", yaml}});
    return 0;
  }
  const Imported first = import(*mapping, csv);
  if (!first.report) {
    require(!first.report.error().message.empty(), "a failure says why");
    return 0;
  }
  check(first, csv);
  if (mapping->repeats == Mapping::Repeats::kRevise) return 0;
  const Imported second =
      import(*mapping, csv,
             Against{.earlier = first.records, .released = kDayMax, .absent = Absent::kRetract});
  require(second.report.has_value(), "a release is compared with itself");
  require(second.records == first.records, "and changes nothing");
  return 0;
}
