#include "ingest/import/command.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "ingest/import/import.h"
#include "ingest/wire.h"
#include "model/clock.h"

namespace tocsin {

namespace {

constexpr int kCannot = 2;

std::string reason() { return std::strerror(errno); }

std::string quoted_cell(std::string_view text) {
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + '"';
}

std::string time_or_dash(const std::optional<PublishedTime>& time) {
  return time ? format_rfc3339(*time) : "-";
}

// The refused rows as a CSV file, and the first of them as lines for the report.
class RefusedRows {
 public:
  void add(const RefusedRow& row) {
    csv_ += fmt::format("{},{},{}\n", row.line, quoted_cell(row.reason), quoted_cell(row.raw));
    if (++count_ <= kShown) shown_ += fmt::format("  line {}: {}\n", row.line, row.reason);
  }
  const std::string& csv() const { return csv_; }
  std::string shown() const {
    return count_ <= kShown ? shown_ : shown_ + fmt::format("  and {} more\n", count_ - kShown);
  }

 private:
  static constexpr std::size_t kShown = 20;
  std::size_t count_ = 0;
  std::string csv_ = "line,reason,row\n";
  std::string shown_;
};

std::string release_text(const ReleaseCounts& counts) {
  std::string text =
      fmt::format("against the import before: {} unchanged, {} changed, {} retracted, {} new\n",
                  counts.unchanged, counts.changed, counts.retracted, counts.added);
  if (counts.returned > 0) text += fmt::format("  there again: {}\n", counts.returned);
  if (counts.kept > 0) text += fmt::format("  not in the file and kept: {}\n", counts.kept);
  if (counts.added_late > 0) {
    text += fmt::format("  new of days before, dated with the release: {}\n", counts.added_late);
  }
  return text;
}

std::string report_text(const Mapping& mapping, const ImportReport& report) {
  std::string text =
      fmt::format("{}: {} rows read = {} used + {} filtered + {} refused\n", mapping.feed,
                  report.rows_read, report.rows_used, report.filtered(), report.rows_refused);
  for (const auto& [name, count] : report.rows_filtered) {
    text += fmt::format("  filtered as {}: {}\n", name, count);
  }
  if (report.groups > 0) text += fmt::format("  rolled up into {} groups\n", report.groups);
  text += fmt::format("{} records written, published {} to {}\n", report.records(),
                      time_or_dash(report.first_published), time_or_dash(report.last_published));
  for (std::size_t i = 0; i < report.written.size(); ++i) {
    if (report.written[i] == 0) continue;
    text += fmt::format("  {}: {}\n", name_of(static_cast<RecordType>(i)), report.written[i]);
  }
  if (report.revisions > 0) text += fmt::format("  later revisions: {}\n", report.revisions);
  if (report.release) text += release_text(*report.release);
  for (const auto& [name, count] : report.left_out) {
    text += fmt::format("  without a figure for {}: {}\n", name, count);
  }
  return text;
}

std::string report_json(const Mapping& mapping, const ImportReport& report) {
  boost::json::object filtered, written, left_out;
  for (const auto& [name, count] : report.rows_filtered) filtered[name] = count;
  for (const auto& [name, count] : report.left_out) left_out[name] = count;
  for (std::size_t i = 0; i < report.written.size(); ++i) {
    written[name_of(static_cast<RecordType>(i))] = report.written[i];
  }
  boost::json::value release = nullptr;
  if (report.release) {
    const ReleaseCounts& counts = *report.release;
    release = boost::json::object{{"unchanged", counts.unchanged}, {"changed", counts.changed},
                                  {"returned", counts.returned},   {"retracted", counts.retracted},
                                  {"kept", counts.kept},           {"new", counts.added},
                                  {"new_late", counts.added_late}};
  }
  return boost::json::serialize(
             boost::json::object{{"feed", mapping.feed},
                                 {"rows_read", report.rows_read},
                                 {"rows_used", report.rows_used},
                                 {"rows_filtered", filtered},
                                 {"rows_refused", report.rows_refused},
                                 {"groups", report.groups},
                                 {"records", written},
                                 {"revisions", report.revisions},
                                 {"release", release},
                                 {"left_out", left_out},
                                 {"first_published", time_or_dash(report.first_published)},
                                 {"last_published", time_or_dash(report.last_published)}}) +
         "\n";
}

// A file that takes its name only once it is whole; without a name, `fallback`.
class Output {
 public:
  Output(std::string path, std::ostream& fallback) : path_(std::move(path)), fallback_(fallback) {
    if (!path_.empty()) file_.open(path_ + ".part", std::ios::binary);
  }
  ~Output() {
    if (path_.empty() || finished_) return;
    std::error_code ignored;
    std::filesystem::remove(path_ + ".part", ignored);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::ostream& stream() { return path_.empty() ? fallback_ : file_; }
  bool ok() { return static_cast<bool>(stream()); }
  bool finish() {
    stream().flush();
    if (!ok()) return false;
    if (path_.empty()) return true;
    file_.close();
    std::error_code error;
    std::filesystem::rename(path_ + ".part", path_, error);
    finished_ = !error;
    return finished_;
  }

 private:
  std::string path_;
  std::ostream& fallback_;
  std::ofstream file_;
  bool finished_ = false;
};

std::optional<Mapping> read_mapping(const std::string& path, std::ostream& err, int& code) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    err << fmt::format("cannot read the mapping {}: {}\n", path, reason());
    code = kCannot;
    return std::nullopt;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto mapping = parse_mapping(path, text);
  if (mapping) return std::move(*mapping);
  for (const auto& diagnostic : mapping.error()) err << render(diagnostic, text) << '\n';
  code = kCannot;
  return std::nullopt;
}

}  // namespace

int run_import(const ImportOptions& options, std::ostream& out, std::ostream& err) {
  int code = 0;
  const auto mapping = read_mapping(options.mapping_path, err, code);
  if (!mapping) return code;
  const auto cannot = [&](std::string_view what, const std::string& path) {
    err << fmt::format("cannot {} {}: {}\n", what, path, reason());
    return kCannot;
  };
  std::ifstream file;
  if (options.input_path != "-") {
    file.open(options.input_path, std::ios::binary);
    if (!file) return cannot("read", options.input_path);
  }
  std::istream& csv = options.input_path == "-" ? std::cin : file;
  std::optional<Against> against;
  if (!options.against_path.empty()) {
    std::ifstream before(options.against_path, std::ios::binary);
    if (!before) return cannot("read", options.against_path);
    auto earlier = read_records(before, options.against_path);
    if (before.bad()) return cannot("read", options.against_path);
    if (!earlier) {
      err << earlier.error().message << '\n';
      return kCannot;
    }
    against = Against{.earlier = std::move(*earlier),
                      .released = options.released.value_or(day_of(SystemClock().now())),
                      .absent = options.absent};
  }
  Output records(options.output_path == "-" ? "" : options.output_path, out);
  if (!records.ok()) return cannot("write", options.output_path);
  RefusedRows refused;
  const auto report = import_rows(
      *mapping, csv,
      {.record = [&](const Record& record) { records.stream() << to_json(record) << '\n'; },
       .refused = [&](const RefusedRow& row) { refused.add(row); }},
      std::move(against));
  if (!report) {
    err << fmt::format("{}: {}\n", options.input_path, report.error().message) << refused.shown();
    return kCannot;
  }
  if (csv.bad()) return cannot("read", options.input_path);
  if (!records.finish()) return cannot("write", options.output_path);
  if (!options.refused_path.empty()) {
    Output refused_file(options.refused_path, out);
    refused_file.stream() << refused.csv();
    if (!refused_file.finish()) return cannot("write", options.refused_path);
  }
  err << (options.report == ReportFormat::kJson ? report_json(*mapping, *report)
                                                : report_text(*mapping, *report) + refused.shown());
  return 0;
}

}  // namespace tocsin
