#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "ingest/import/release.h"
#include "model/time.h"

namespace tocsin {

enum class ReportFormat { kText, kJson };

struct ImportOptions {
  std::string mapping_path;
  std::string input_path;         // the publisher's CSV; "-" is standard input
  std::string output_path = "-";  // NDJSON, in order of publication; "-" is `out`
  std::string refused_path;       // CSV of line, reason, row; "" keeps none
  ReportFormat report = ReportFormat::kText;
  // NDJSON that the import before wrote (may be output_path: it is read first); "": the first one.
  std::string against_path;
  std::optional<Day> released;  // with against_path: see Against; default: today
  Absent absent = Absent::kRetractIfSure;
};

// `tocsin import`: records go to the output, the report and complaints to `err`. Returns the exit
// code: 0 when the file was imported, also with rows refused (the report counts them and shows the
// first twenty); 2 when it couldn't be: a file can't be read or written, the mapping is wrong or
// doesn't fit the file, or the import before doesn't. With an error the output file isn't there: it
// is written beside its place and renamed.
int run_import(const ImportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace tocsin
