#include <set>
#include <string_view>

#include "ingest/import/mapping.h"

namespace tocsin {

namespace {

// What a template of a record may name besides columns (record_maker.cc gives it).
bool is_known(std::string_view name, RecordType type) {
  return name == "@start" || name == "@end" || name == "@published" ||
         (name == "@indicator" && type != RecordType::kEvent);
}

// Walks everything that can name a column.
class ColumnCollector {
 public:
  void add(const std::string& column) {
    if (!column.empty()) columns_.insert(column);
  }
  void add(const TextTemplate& parts) {
    for (const auto& part : parts) add(part.column);
  }
  void add(const TextTemplate& parts, RecordType type) {
    for (const auto& part : parts)
      if (!is_known(part.column, type)) add(part.column);
  }
  void add(const TextSpec& spec) { add(spec.from); }
  void add(const Condition& condition) {
    for (const auto& test : condition) {
      add(test.column);
      add(test.number);
    }
  }
  void add(const NumberSpec& spec) {
    add(spec.column);
    add(spec.per);
    add(spec.when);
    if (spec.word) add(*spec.word);
  }
  void add(const std::optional<NumberSpec>& spec) {
    if (spec) add(*spec);
  }
  void add(const PeriodSpec& period) {
    add(period.date.from);
    if (period.last) add(period.last->from);
    add(period.season);
    add(period.year);
    add(period.precision);
  }
  void add(const PlaceSpec& place) {
    add(place.when);
    add(place.region);
    add(place.country);
    add(place.latitude);
    add(place.longitude);
  }
  void add(const RecordSpec& record) {
    add(record.when);
    add(record.id, record.type);
    add(record.group, record.type);
    add(record.period);
    if (record.published.of) add(*record.published.of);
    for (const auto& place : record.place) add(place);
    add(record.event.kind.from, record.type);
    add(record.event.deaths);
    add(record.event.deaths_low);
    add(record.event.deaths_high);
    add(record.event.displaced);
    for (const auto& actor : record.event.actors) add(actor, record.type);
    add(record.event.status.from, record.type);
    add(record.note, record.type);
    if (record.issued) add(record.issued->from);
    add(record.member);
    for (const auto& [indicator, number] : record.values) add(number);
  }
  std::vector<std::string> take() { return {columns_.begin(), columns_.end()}; }

 private:
  std::set<std::string> columns_;
};

}  // namespace

std::vector<std::string> columns_of(const Mapping& mapping) {
  ColumnCollector collector;
  for (const auto& filter : mapping.filters) collector.add(filter.when);
  if (mapping.rollup) {
    for (const auto& column : mapping.rollup->by) collector.add(column);
    for (const auto& column : mapping.rollup->columns) collector.add(column.name);
  }
  for (const auto& record : mapping.records) collector.add(record);
  return collector.take();
}

}  // namespace tocsin
