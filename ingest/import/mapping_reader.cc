#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "ingest/import/mapping.h"
#include "ingest/import/spec_reader.h"
#include "rules/yaml_reader.h"

namespace tocsin {

namespace {

// The parts that all records of a mapping share unless they say otherwise.
struct Shared {
  std::optional<PeriodSpec> period;
  std::optional<PublicationSpec> published;
  std::vector<PlaceSpec> place;
};

std::optional<NumberSpec> read_count(YamlReader& reader, const YamlMapping& mapping,
                                     std::string_view key) {
  const YamlNode* node = mapping.find(key);
  if (node == nullptr) return std::nullopt;
  NumberSpec spec = read_number(reader, *node, key);
  spec.decimals = 0;
  return spec;
}

EventSpec read_event(YamlReader& reader, const YamlMapping& mapping) {
  EventSpec event;
  if (const auto* kind = mapping.need("kind")) event.kind = read_text_spec(reader, *kind, "kind");
  event.deaths = read_count(reader, mapping, "deaths");
  event.deaths_low = read_count(reader, mapping, "deaths_low");
  event.deaths_high = read_count(reader, mapping, "deaths_high");
  event.displaced = read_count(reader, mapping, "displaced");
  if (const auto* actors = mapping.find("actors")) {
    for (const auto& item : reader.items(*actors, "actors")) {
      event.actors.push_back(read_template(reader, item, "an actor"));
    }
  }
  for (const auto& word : mapping.words("actors_except")) event.actors_except.push_back(word.text);
  if (const auto* status = mapping.find("status")) {
    event.status = read_text_spec(reader, *status, "status");
  }
  return event;
}

// Takes the record's own part, else the shared one, else reports that there is none.
template <class Part, class Read>
Part own_or_shared(YamlReader& reader, const YamlMapping& mapping, std::string_view key,
                   const std::optional<Part>& shared, Read read) {
  if (const auto* node = mapping.find(key)) return read(reader, *node);
  if (shared) return *shared;
  reader.report(mapping.node(), fmt::format("{} lacks the key '{}'", mapping.what(), key),
                "here, or once for all records at the top of the file");
  return Part{};
}

// A key that this type of record doesn't have would be a wish that is silently not met.
void check_keys(const YamlMapping& mapping, RecordType type) {
  static constexpr std::tuple<std::string_view, RecordType, std::string_view> kRefused[] = {
      {"status", RecordType::kObservation, "only of events"},
      {"status", RecordType::kForecast, "only of events"},
      {"note", RecordType::kForecast, "only of events and observations"},
      {"issued", RecordType::kEvent, "only of forecasts"},
      {"issued", RecordType::kObservation, "only of forecasts"},
      {"member", RecordType::kEvent, "only of forecasts"},
      {"member", RecordType::kObservation, "only of forecasts"}};
  for (const auto& [key, of, allowed] : kRefused)
    if (const YamlNode* node = type == of ? mapping.find(key) : nullptr)
      mapping.reader().report(*node,
                              fmt::format("a record of type {} has a {}", name_of(type), key),
                              std::string(allowed));
}

RecordSpec read_record(YamlReader& reader, const YamlNode& node, const Shared& shared) {
  RecordSpec record;
  const YamlMapping mapping(reader, node, "record",
                            {"type", "when", "id", "group", "period", "published", "place",
                             "values", "kind", "deaths", "deaths_low", "deaths_high", "displaced",
                             "actors", "actors_except", "note", "status", "issued", "member"});
  record.type = mapping.choice<RecordType>("type", RecordType::kObservation,
                                           {{"event", RecordType::kEvent},
                                            {"observation", RecordType::kObservation},
                                            {"forecast", RecordType::kForecast}});
  if (const auto* when = mapping.find("when")) record.when = read_condition(reader, *when, "when");
  if (const auto* id = mapping.need("id")) record.id = read_row_template(reader, *id, "id");
  if (const auto* group = mapping.find("group")) {
    record.group = read_template(reader, *group, "group");
  }
  record.period = own_or_shared(reader, mapping, "period", shared.period, read_period);
  record.published =
      own_or_shared(reader, mapping, "published", shared.published, read_publication);
  record.place =
      own_or_shared(reader, mapping, "place",
                    shared.place.empty() ? std::nullopt : std::optional(shared.place), read_places);
  check_keys(mapping, record.type);
  if (const auto* note = mapping.find("note")) record.note = read_template(reader, *note, "note");
  if (const auto* issued = mapping.find("issued")) {
    record.issued = read_date(reader, *issued, "issued");
  }
  record.member = read_count(reader, mapping, "member");
  if (record.type == RecordType::kEvent) {
    record.event = read_event(reader, mapping);
    return record;
  }
  if (const auto* values = mapping.need("values")) {
    for (const YamlEntry& entry : reader.named_entries(*values, "values")) {
      NumberSpec number = read_number(reader, entry.value, entry.key.text);
      if (number.threshold && record.type != RecordType::kForecast)
        reader.report(entry.value,
                      fmt::format("{} of an observation has a threshold", entry.key.text),
                      "a threshold only of forecasts");
      record.values.emplace_back(entry.key.text, std::move(number));
    }
  }
  return record;
}

RollupSpec read_rollup(YamlReader& reader, const YamlNode& node) {
  using Take = RollupSpec::Take;
  static const YamlMapping::Choices<Take> kTakes = {{"sum", Take::kSum},
                                                    {"mean", Take::kMean},
                                                    {"median", Take::kMedian},
                                                    {"least", Take::kLeast},
                                                    {"greatest", Take::kGreatest}};
  RollupSpec rollup;
  const YamlMapping mapping(reader, node, "rollup", {"by", "columns"});
  for (const auto& word : mapping.need_words("by")) rollup.by.push_back(word.text);
  const YamlNode* columns = mapping.need("columns");
  if (columns == nullptr) return rollup;
  for (const YamlEntry& entry : reader.named_entries(*columns, "columns")) {
    RollupSpec::Column column{.name = entry.key.text};
    if (entry.value.kind == YamlNode::Kind::kScalar) {
      const auto take = std::find_if(kTakes.begin(), kTakes.end(), [&](const auto& choice) {
        return choice.first == entry.value.text;
      });
      if (take != kTakes.end()) {
        column.take = take->second;
      } else {
        reader.report_unknown(entry.value, "aggregate",
                              {"sum", "mean", "median", "least", "greatest"});
      }
    } else {
      const YamlMapping spec(reader, entry.value, entry.key.text, {"take", "missing"});
      column.take = spec.choice<Take>("take", Take::kSum, kTakes);
      column.missing = read_missing(spec);
    }
    rollup.columns.push_back(std::move(column));
  }
  return rollup;
}

CoverageSpec read_coverage(YamlReader& reader, const YamlNode& node) {
  CoverageSpec coverage;
  const YamlMapping mapping(reader, node, "coverage",
                            {"stream", "regions", "days", "from", "until"});
  coverage.stream = mapping.need_text("stream");
  for (const auto& word : mapping.need_words("regions")) coverage.regions.push_back(word.text);
  coverage.days = static_cast<int>(mapping.need_integer("days", 0, 3660));
  coverage.from = mapping.day("from");
  coverage.until = mapping.day("until");
  return coverage;
}

void read_seasons(YamlReader& reader, const YamlNode& node, Mapping& mapping) {
  for (const YamlEntry& entry : reader.named_entries(node, "seasons")) {
    const auto& months = reader.items(entry.value, entry.key.text);
    if (months.size() != 2) {
      reader.report(entry.value, fmt::format("{} has {} months", entry.key.text, months.size()),
                    "its first and its last month: [6, 8]");
      continue;
    }
    const auto first = reader.integer(months[0], "the first month", 1, 12);
    const auto last = reader.integer(months[1], "the last month", 1, 12);
    if (first && last) {
      mapping.seasons[entry.key.text] = {static_cast<int>(*first), static_cast<int>(*last)};
    }
  }
}

void read_lists(YamlReader& reader, const YamlMapping& top, Mapping& mapping) {
  if (const auto* filters = top.find("filters")) {
    for (const YamlEntry& entry : reader.named_entries(*filters, "filters")) {
      mapping.filters.push_back(
          {entry.key.text, read_condition(reader, entry.value, entry.key.text)});
    }
  }
  if (const auto* rollup = top.find("rollup")) mapping.rollup = read_rollup(reader, *rollup);
  if (const auto* coverage = top.find("coverage")) {
    for (const auto& item : reader.items(*coverage, "coverage")) {
      mapping.coverage.push_back(read_coverage(reader, item));
    }
  }
  Shared shared;
  if (const auto* period = top.find("period")) shared.period = read_period(reader, *period);
  if (const auto* published = top.find("published")) {
    shared.published = read_publication(reader, *published);
  }
  if (const auto* place = top.find("place")) shared.place = read_places(reader, *place);
  const YamlNode* records = top.need("records");
  if (records == nullptr) return;
  for (const auto& item : reader.items(*records, "records")) {
    mapping.records.push_back(read_record(reader, item, shared));
  }
  if (mapping.records.empty()) reader.report(*records, "records is empty", "at least one record");
}

// After a roll-up only its own columns are left.
void check_rollup_columns(YamlReader& reader, const YamlNode& root, const Mapping& mapping) {
  if (!mapping.rollup) return;
  std::set<std::string> left(mapping.rollup->by.begin(), mapping.rollup->by.end());
  for (const auto& column : mapping.rollup->columns) left.insert(column.name);
  Mapping after = mapping;
  after.filters.clear();
  after.rollup.reset();
  for (const auto& column : columns_of(after)) {
    if (left.contains(column)) continue;
    reader.report(root, fmt::format("the column '{}' is used but not kept by the rollup", column),
                  list_words({left.begin(), left.end()}, left.size()));
  }
}

}  // namespace

tl::expected<Mapping, Diagnostics> parse_mapping(std::string file, std::string_view text) {
  Diagnostics diagnostics;
  const auto yaml = parse_yaml(std::move(file), text, diagnostics);
  if (!yaml) return tl::unexpected<Diagnostics>(std::move(diagnostics));
  YamlReader reader(*yaml, diagnostics);
  Mapping mapping;
  const YamlMapping top(
      reader, yaml->root, "mapping",
      {"feed", "source", "publisher", "notes", "tlp", "missing_values", "seasons", "filters",
       "rollup", "period", "published", "place", "records", "coverage", "repeats"});
  mapping.feed = top.need_text("feed");
  mapping.source = top.need_text("source");
  mapping.publisher = top.text("publisher", "");
  mapping.notes = top.text("notes", "");
  mapping.tlp = top.choice<Tlp>("tlp", Tlp::kClear,
                                {{"clear", Tlp::kClear},
                                 {"green", Tlp::kGreen},
                                 {"amber", Tlp::kAmber},
                                 {"amber+strict", Tlp::kAmberStrict},
                                 {"red", Tlp::kRed}});
  mapping.repeats = top.choice<Mapping::Repeats>(
      "repeats", Mapping::Repeats::kRefuse,
      {{"refuse", Mapping::Repeats::kRefuse}, {"revise", Mapping::Repeats::kRevise}});
  for (const auto& word : top.words("missing_values")) mapping.missing_values.push_back(word.text);
  if (const auto* seasons = top.find("seasons")) read_seasons(reader, *seasons, mapping);
  read_lists(reader, top, mapping);
  check_rollup_columns(reader, yaml->root, mapping);
  if (!diagnostics.empty()) return tl::unexpected<Diagnostics>(std::move(diagnostics));
  return mapping;
}

}  // namespace tocsin
