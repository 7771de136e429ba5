#include "ingest/import/spec_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/import/date_format.h"

namespace tocsin {

namespace {

std::map<std::string, std::string> read_words(YamlReader& reader, const YamlNode& node) {
  std::map<std::string, std::string> words;
  for (const YamlEntry& entry : reader.named_entries(node, "map")) {
    if (const auto word = reader.text(entry.value, fmt::format("{} in map", entry.key.text))) {
      words.emplace(entry.key.text, *word);
    }
  }
  return words;
}

CellTest read_test(YamlReader& reader, const YamlNode& node, std::string_view what) {
  static constexpr std::pair<std::string_view, CellTest::Kind> kNumeric[] = {
      {"above", CellTest::Kind::kAbove},
      {"below", CellTest::Kind::kBelow},
      {"at_least", CellTest::Kind::kAtLeast},
      {"at_most", CellTest::Kind::kAtMost}};
  CellTest test;
  const YamlMapping mapping(
      reader, node, std::string(what),
      {"column", "is", "not", "empty", "above", "below", "at_least", "at_most"});
  test.column = mapping.need_text("column");
  int tests = 0;
  for (const auto key : {"is", "not"}) {
    const YamlNode* words = mapping.find(key);
    if (words == nullptr) continue;
    ++tests;
    test.kind = key == std::string_view("is") ? CellTest::Kind::kIs : CellTest::Kind::kIsNot;
    if (words->kind == YamlNode::Kind::kScalar) {
      test.words.push_back(mapping.text(key, ""));
      continue;
    }
    for (const auto& word : mapping.words(key)) test.words.push_back(word.text);
  }
  if (mapping.has("empty")) {
    ++tests;
    test.kind = mapping.truth("empty", true) ? CellTest::Kind::kEmpty : CellTest::Kind::kFilled;
  }
  for (const auto& [key, kind] : kNumeric) {
    const YamlNode* number = mapping.find(key);
    if (number == nullptr) continue;
    ++tests;
    test.kind = kind;
    test.number = read_template(reader, *number, key);
  }
  if (tests != 1) {
    reader.report(node, fmt::format("{} makes {} comparisons", what, tests),
                  "one of is, not, empty, above, below, at_least, at_most");
  }
  return test;
}

PlaceSpec read_place(YamlReader& reader, const YamlNode& node) {
  PlaceSpec place;
  const YamlMapping mapping(reader, node, "place",
                            {"when", "region", "country", "latitude", "longitude", "vague"});
  if (const auto* when = mapping.find("when")) place.when = read_condition(reader, *when, "when");
  if (const auto* region = mapping.find("region")) {
    place.region = read_text_spec(reader, *region, "region");
  }
  if (const auto* country = mapping.find("country")) {
    place.country = read_text_spec(reader, *country, "country");
  }
  place.latitude = mapping.text("latitude", "");
  place.longitude = mapping.text("longitude", "");
  place.vague = mapping.truth("vague", false);
  if (place.region.from.empty() && (place.latitude.empty() || place.longitude.empty())) {
    reader.report(node, "place says nothing", "region, or latitude and longitude");
  }
  return place;
}

void read_widening(YamlReader& reader, const YamlNode& node, PeriodSpec& period) {
  using Unit = PeriodSpec::Unit;
  const YamlMapping mapping(reader, node, "precision", {"from", "map"});
  if (const auto* from = mapping.need("from")) {
    period.precision = read_template(reader, *from, "from");
  }
  const YamlNode* words = mapping.need("map");
  if (words == nullptr) return;
  static const std::map<std::string, Unit> kUnits = {{"as-given", Unit::kAsGiven},
                                                     {"week", Unit::kWeek},
                                                     {"month", Unit::kMonth},
                                                     {"year", Unit::kYear}};
  for (const YamlEntry& entry : reader.named_entries(*words, "map")) {
    const auto unit = reader.text(entry.value, "precision");
    if (!unit) continue;
    const auto found = kUnits.find(*unit);
    if (found == kUnits.end()) {
      reader.report_unknown(entry.value, "precision", {"as-given", "week", "month", "year"});
    } else {
      period.widen.emplace(entry.key.text, found->second);
    }
  }
}

}  // namespace

DateSpec read_date(YamlReader& reader, const YamlNode& node, std::string_view what) {
  DateSpec date{{}, {"YYYY-MM-DD"}};
  if (node.kind != YamlNode::Kind::kMapping) {
    date.from = read_row_template(reader, node, what);
    return date;
  }
  const YamlMapping mapping(reader, node, std::string(what), {"from", "format"});
  if (const auto* from = mapping.need("from")) {
    date.from = read_row_template(reader, *from, "from");
  }
  const YamlNode* format = mapping.need("format");
  if (format == nullptr) return date;
  date.formats.clear();
  const auto add = [&](const YamlNode& at, const std::string& text) {
    if (is_date_format(text)) {
      date.formats.push_back(text);
    } else {
      reader.report(at, fmt::format("'{}' is no date format", text),
                    "YYYY or YY, MM or M, DD or D, and other characters that stand for themselves");
    }
  };
  if (format->kind == YamlNode::Kind::kSequence) {
    for (const auto& word : reader.words(*format, "format")) add(*word.node, word.text);
  } else if (const auto text = reader.text(*format, "format")) {
    add(*format, *text);
  }
  return date;
}

TextTemplate read_row_template(YamlReader& reader, const YamlNode& node, std::string_view what) {
  auto parts = read_template(reader, node, what);
  const bool names_column = std::any_of(parts.begin(), parts.end(),
                                        [](const TextPart& part) { return !part.column.empty(); });
  if (!parts.empty() && !names_column) {
    reader.report(node, fmt::format("{} is the same for every row: '{}'", what, node.text),
                  "a column in braces", "{" + node.text + "}");
  }
  return parts;
}

TextTemplate read_template(YamlReader& reader, const YamlNode& node, std::string_view what) {
  TextTemplate parts;
  const auto text = reader.text(node, what);
  if (!text) return parts;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto open = rest.find('{');
    if (open != 0) parts.push_back({std::string(rest.substr(0, open)), ""});
    if (open == std::string_view::npos) break;
    const auto close = rest.find('}', open);
    if (close == std::string_view::npos || close == open + 1) {
      reader.report_within(node, static_cast<std::size_t>(rest.data() - text->data()) + open, 1,
                           "this brace opens no column name", "{column}");
      break;
    }
    parts.push_back({"", std::string(rest.substr(open + 1, close - open - 1))});
    rest.remove_prefix(close + 1);
  }
  return parts;
}

TextSpec read_text_spec(YamlReader& reader, const YamlNode& node, std::string_view what) {
  TextSpec spec;
  if (node.kind != YamlNode::Kind::kMapping) {
    spec.from = read_template(reader, node, what);
    return spec;
  }
  const YamlMapping mapping(reader, node, std::string(what), {"from", "map", "otherwise"});
  if (const auto* from = mapping.need("from")) spec.from = read_template(reader, *from, "from");
  if (const auto* words = mapping.need("map")) spec.words = read_words(reader, *words);
  spec.keep_unknown = mapping.choice<bool>("otherwise", false, {{"refuse", false}, {"keep", true}});
  return spec;
}

Condition read_condition(YamlReader& reader, const YamlNode& node, std::string_view what) {
  Condition condition;
  if (node.kind == YamlNode::Kind::kMapping) {
    condition.push_back(read_test(reader, node, what));
    return condition;
  }
  for (const YamlNode& item : reader.items(node, what)) {
    condition.push_back(read_test(reader, item, what));
  }
  return condition;
}

Missing read_missing(const YamlMapping& mapping) {
  return mapping.choice<Missing>("missing", Missing::kNotObserved,
                                 {{"not-observed", Missing::kNotObserved},
                                  {"zero", Missing::kZero},
                                  {"refuse", Missing::kRefuse}});
}

NumberSpec read_number(YamlReader& reader, const YamlNode& node, std::string_view what) {
  NumberSpec spec;
  if (node.kind != YamlNode::Kind::kMapping) {
    spec.column = reader.text(node, what).value_or("");
    return spec;
  }
  const YamlMapping mapping(
      reader, node, std::string(what),
      {"column", "per", "scale", "decimals", "missing", "when", "word", "threshold"});
  if (const auto* when = mapping.find("when")) spec.when = read_condition(reader, *when, "when");
  if (const auto* word = mapping.find("word")) {
    spec.word = read_text_spec(reader, *word, "word");
    for (const std::string_view key :
         {"column", "per", "scale", "decimals", "missing", "threshold"})
      if (const auto* other = mapping.find(key))
        reader.report(*other, fmt::format("{} has a word and a {}", what, key), "one of them");
    return spec;
  }
  spec.column = mapping.need_text("column");
  if (const auto* threshold = mapping.find("threshold"))
    spec.threshold = reader.decimal(*threshold, "threshold");
  spec.per = mapping.text("per", "");
  if (const auto* scale = mapping.find("scale")) {
    spec.scale = reader.decimal(*scale, "scale").value_or(spec.scale);
    if (spec.scale.scale < 0 || spec.scale.scale > 9 ||
        std::abs(spec.scale.digits) > 1'000'000'000) {
      reader.report(*scale, fmt::format("scale is {}", scale->text),
                    "a number of at most 9 digits and 9 decimals, without an exponent");
      spec.scale = {1, 0};
    }
  }
  spec.decimals = static_cast<int>(mapping.integer("decimals", 6, 0, 6));
  spec.missing = read_missing(mapping);
  return spec;
}

PeriodSpec read_period(YamlReader& reader, const YamlNode& node) {
  using Kind = PeriodSpec::Kind;
  PeriodSpec period;
  const YamlMapping mapping(reader, node, "period",
                            {"day", "month", "year", "first", "last", "season", "season_start",
                             "season_year", "precision"});
  static constexpr std::pair<std::string_view, Kind> kStarts[] = {
      {"day", Kind::kDay}, {"month", Kind::kMonth}, {"year", Kind::kYear}, {"first", Kind::kSpan}};
  int starts = 0;
  for (const auto& [key, kind] : kStarts) {
    const YamlNode* date = mapping.find(key);
    if (date == nullptr) continue;
    ++starts;
    period.kind = kind;
    period.date = read_date(reader, *date, key);
  }
  for (const auto& [key, kind] :
       {std::pair{"season", Kind::kSeason}, std::pair{"season_start", Kind::kSeasonStart}}) {
    const auto* season = mapping.find(key);
    if (season == nullptr) continue;
    ++starts;
    period.kind = kind;
    period.season = read_template(reader, *season, key);
    if (const auto* year = mapping.need("season_year")) {
      period.year = read_template(reader, *year, "season_year");
    }
  }
  if (starts != 1) {
    reader.report(node, fmt::format("period begins in {} ways", starts),
                  "one of day, month, year, first, season, season_start");
  }
  if (period.kind == Kind::kSpan) {
    if (const auto* last = mapping.need("last")) period.last = read_date(reader, *last, "last");
  }
  if (const auto* precision = mapping.find("precision")) read_widening(reader, *precision, period);
  return period;
}

PublicationSpec read_publication(YamlReader& reader, const YamlNode& node) {
  using Edge = PublicationSpec::Edge;
  PublicationSpec spec;
  const YamlMapping mapping(reader, node, "published", {"days", "after", "of"});
  spec.days = static_cast<int>(mapping.need_integer("days", 0, 3660));
  spec.edge = mapping.choice<Edge>(
      "after", Edge::kEnd,
      {{"start", Edge::kStart}, {"end", Edge::kEnd}, {"month-end", Edge::kMonthEnd}});
  if (const auto* of = mapping.find("of")) spec.of = read_period(reader, *of);
  return spec;
}

std::vector<PlaceSpec> read_places(YamlReader& reader, const YamlNode& node) {
  std::vector<PlaceSpec> places;
  if (node.kind == YamlNode::Kind::kMapping) return {read_place(reader, node)};
  for (const YamlNode& item : reader.items(node, "place")) {
    places.push_back(read_place(reader, item));
  }
  return places;
}

}  // namespace tocsin
