#include "ingest/import/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>

#include "ingest/import/csv.h"
#include "ingest/import/record_maker.h"
#include "ingest/import/rollup.h"
#include "ingest/import/row.h"

namespace tocsin {

namespace {

struct Pending {
  Record record;
  std::size_t line = 0;  // of the row, or the first row of the group, that it comes from
};

// One import, from the first row to the last record.
class Import {
 public:
  explicit Import(const Mapping& mapping) : mapping_(mapping), maker_(mapping) {}

  Result<ImportReport> run(std::istream& csv, const ImportSinks& sinks,
                           std::optional<Against> against);

 private:
  Result<Columns> read_header(CsvReader& reader);
  void take_row(CsvRow&& csv_row, const Columns& columns, std::optional<Rollup>& rollup);
  // Sets the row aside under the name of the first filter that holds; a reason when one can't be
  // judged.
  Read<bool> filter(const Row& row);
  void make(const Row& row, const std::vector<std::size_t>& members);
  // Adds the records that aren't there yet; how many that were, or why the row is refused.
  Read<std::size_t> add(std::vector<Record>&& records, std::size_t line);
  void refuse_rows(const std::vector<std::size_t>& members, const std::string& reason);
  Result<void> add_coverage();
  void number_revisions();
  void write(std::vector<Record>&& records, const ImportSinks& sinks);

  const Mapping& mapping_;
  RecordMaker maker_;
  ImportReport report_;
  std::vector<RefusedRow> rows_;  // every row, by its number; `reason` is set when it is refused
  std::vector<Pending> pending_;
  std::map<std::string, std::vector<std::size_t>> ids_;  // id -> places in pending_
};

Result<Columns> Import::read_header(CsvReader& reader) {
  const auto header = reader.next();
  if (!header)
    return fail(ErrorCode::kInvalid, "the file is empty; a line of column names is needed");
  if (!header->error.empty()) {
    return fail(ErrorCode::kInvalid, fmt::format("line {}: {}", header->line, header->error));
  }
  Columns columns(header->cells);
  std::vector<std::string> missing;
  for (const auto& column : columns_of(mapping_)) {
    if (!columns.contains(column)) missing.push_back(column);
  }
  if (missing.empty()) return columns;
  return fail(ErrorCode::kInvalid,
              fmt::format("the file lacks the columns {}; it has {}", fmt::join(missing, ", "),
                          fmt::join(columns.names(), ", ")));
}

Read<bool> Import::filter(const Row& row) {
  for (const auto& candidate : mapping_.filters) {
    const auto applies = holds(candidate.when, row);
    if (!applies) return refuse(applies.error());
    if (!*applies) continue;
    ++report_.rows_filtered[candidate.name];
    return true;
  }
  return false;
}

void Import::take_row(CsvRow&& csv_row, const Columns& columns, std::optional<Rollup>& rollup) {
  ++report_.rows_read;
  const std::size_t number = rows_.size();
  rows_.push_back({csv_row.line, "", std::move(csv_row.raw)});
  if (!csv_row.error.empty()) return refuse_rows({number}, csv_row.error);
  if (csv_row.cells.size() != columns.size()) {
    return refuse_rows({number}, fmt::format("the row has {} cells, the header {}",
                                             csv_row.cells.size(), columns.size()));
  }
  Row row{&columns, std::move(csv_row.cells)};
  for (auto& cell : row.cells) {
    const auto first = cell.find_first_not_of(" \t");
    cell = first == std::string::npos
               ? ""
               : cell.substr(first, cell.find_last_not_of(" \t") - first + 1);
    const auto& missing = mapping_.missing_values;
    if (std::find(missing.begin(), missing.end(), cell) != missing.end()) cell.clear();
  }
  const auto set_aside = filter(row);
  if (!set_aside) return refuse_rows({number}, set_aside.error());
  if (*set_aside) return;
  if (!rollup) return make(row, {number});
  if (const auto added = rollup->add(row, number); !added) refuse_rows({number}, added.error());
}

void Import::make(const Row& row, const std::vector<std::size_t>& members) {
  auto made = maker_.make(row);
  if (!made) return refuse_rows(members, made.error());
  if (made->records.empty()) {
    report_.rows_filtered[made->applied ? "not-observed" : "no-record"] += members.size();
    return;
  }
  const auto added = add(std::move(made->records), rows_[members.front()].line);
  if (!added) return refuse_rows(members, added.error());
  if (*added == 0) {
    report_.rows_filtered["identical-repeat"] += members.size();
    return;
  }
  for (const auto& [member, count] : made->left_out) report_.left_out[member] += count;
  report_.rows_used += members.size();
}

Read<std::size_t> Import::add(std::vector<Record>&& records, std::size_t line) {
  std::set<std::string> own;
  std::vector<Record> fresh;
  for (auto& record : records) {
    if (!own.insert(record.id).second) {
      return refuse(fmt::format("two of its records have the id \"{}\"", record.id));
    }
    const auto earlier = ids_.find(record.id);
    if (earlier != ids_.end()) {
      const auto same = [&](std::size_t place) { return pending_[place].record == record; };
      if (std::any_of(earlier->second.begin(), earlier->second.end(), same)) continue;
      if (mapping_.repeats == Mapping::Repeats::kRefuse) {
        return refuse(fmt::format("the id \"{}\" was given by line {} with other content",
                                  record.id, pending_[earlier->second.front()].line));
      }
    }
    fresh.push_back(std::move(record));
  }
  for (auto& record : fresh) {
    ids_[record.id].push_back(pending_.size());
    pending_.push_back({std::move(record), line});
  }
  return fresh.size();
}

void Import::refuse_rows(const std::vector<std::size_t>& members, const std::string& reason) {
  for (const auto number : members) {
    rows_[number].reason = members.size() == 1
                               ? reason
                               : fmt::format("its group of {} rows: {}", members.size(), reason);
    ++report_.rows_refused;
  }
}

Result<void> Import::add_coverage() {
  Day first = kDayMax;
  Day last = kDayMin;
  for (const auto& [record, line] : pending_) {
    const auto widen = [&](Day start, Day end) {
      first = std::min(first, start);
      last = std::max(last, end - 1);
    };
    if (const auto* event = std::get_if<EventBody>(&record.body)) widen(event->start, event->end);
    if (const auto* seen = std::get_if<ObservationBody>(&record.body)) {
      widen(seen->start, seen->end);
    }
  }
  for (const auto& spec : mapping_.coverage) {
    const Day from = spec.from.value_or(month_start(first));
    const Day until = spec.until.value_or(last < first ? from : add_months(month_start(last), 1));
    for (Day month = month_start(from); month < until; month = add_months(month, 1)) {
      const Day end = std::min(add_months(month, 1), until);
      Record record;
      record.source = mapping_.source;
      record.id = fmt::format("coverage/{}/{}", spec.stream, format_day(month).substr(0, 7));
      record.tlp = mapping_.tlp;
      record.time = start_of<EventTime>(end);
      record.published = start_of<PublishedTime>(end + spec.days);
      record.body = CoverageBody{spec.stream, spec.regions, from, end};
      if (const auto parsed = parse_record(to_json(record)); !parsed) {
        return fail(ErrorCode::kInvalid,
                    fmt::format("coverage of {}: {}: {}", spec.stream, parsed.error().pointer,
                                parsed.error().message));
      }
      pending_.push_back({std::move(record), 0});
    }
  }
  return {};
}

void Import::number_revisions() {
  for (auto& [id, places] : ids_) {
    std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
      return pending_[a].record.published < pending_[b].record.published;
    });
    for (std::size_t i = 1; i < places.size(); ++i) {
      pending_[places[i]].record.revision = static_cast<std::uint32_t>(i + 1);
    }
  }
}

void Import::write(std::vector<Record>&& records, const ImportSinks& sinks) {
  std::stable_sort(records.begin(), records.end(),
                   [](const Record& a, const Record& b) { return a.published < b.published; });
  for (const auto& record : records) {
    ++report_.written[static_cast<std::size_t>(record.type())];
    if (record.revision > 1) ++report_.revisions;
    if (!report_.first_published) report_.first_published = record.published;
    report_.last_published = record.published;
    sinks.record(record);
  }
}

Result<ImportReport> Import::run(std::istream& csv, const ImportSinks& sinks,
                                 std::optional<Against> against) {
  CsvReader reader(csv);
  const auto columns = read_header(reader);
  if (!columns) return tl::unexpected<Error>(columns.error());
  std::optional<Rollup> rollup;
  if (mapping_.rollup) rollup.emplace(*mapping_.rollup);
  while (auto row = reader.next()) {
    if (report_.rows_read == kImportRowsMax) {
      return fail(ErrorCode::kLimit,
                  fmt::format("the file has more than {} rows at line {}; split it", kImportRowsMax,
                              row->line));
    }
    take_row(std::move(*row), *columns, rollup);
  }
  if (rollup) {
    for (const auto& group : rollup->finish()) {
      ++report_.groups;
      make(group.row, group.members);
    }
  }
  number_revisions();
  if (auto added = add_coverage(); !added) return tl::unexpected<Error>(added.error());
  for (const auto& row : rows_) {
    if (!row.reason.empty()) sinks.refused(row);
  }
  std::vector<Record> records;
  records.reserve(pending_.size());
  for (auto& made : pending_) records.push_back(std::move(made.record));
  if (against) {
    auto release =
        make_release(mapping_, std::move(*against), {std::move(records), report_.rows_refused});
    if (!release) return tl::unexpected<Error>(release.error());
    records = std::move(release->records);
    report_.release = release->counts;
  }
  write(std::move(records), sinks);
  require(report_.balances(), "every row of an import has one fate");
  return report_;
}

}  // namespace

std::size_t ImportReport::records() const {
  return std::accumulate(written.begin(), written.end(), std::size_t{0});
}

std::size_t ImportReport::filtered() const {
  std::size_t sum = 0;
  for (const auto& [name, count] : rows_filtered) sum += count;
  return sum;
}

Result<ImportReport> import_rows(const Mapping& mapping, std::istream& csv,
                                 const ImportSinks& sinks, std::optional<Against> against) {
  return Import(mapping).run(csv, sinks, std::move(against));
}

}  // namespace tocsin
