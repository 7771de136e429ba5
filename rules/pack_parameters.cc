#include <array>
#include <charconv>

#include "rules/pack_reader.h"

// The parameters of a pack.
namespace tocsin {

void PackReader::read_parameters(const YamlNode& node) {
  for (const YamlEntry& entry : reader_.named_entries(node, "parameters")) {
    const std::string what = "parameter " + entry.key.text;
    const YamlMapping item(reader_, entry.value, what,
                           {"value", "versions", "by_dekad", "by_month", "compute", "as_of",
                            "by_region", "recalibrate", "why", "reference"});
    Parameter parameter;
    parameter.name = entry.key.text;
    parameter.why = item.need_text("why");
    parameter.reference = item.text("reference", "");
    if (read_value(item, what, parameter)) pack_.parameters.push_back(std::move(parameter));
  }
}

// One of the keys that say what it is, and those that go with it.
bool PackReader::read_value(const YamlMapping& item, const std::string& what,
                            Parameter& parameter) {
  static constexpr std::array<std::string_view, 5> kForms = {"value", "versions", "by_dekad",
                                                             "by_month", "compute"};
  std::string_view form;
  for (const std::string_view key : kForms) {
    const YamlNode* node = item.find(key);
    if (node == nullptr) continue;
    if (!form.empty()) {
      reader_.report(*node,
                     what + " has '" + std::string(form) + "' and '" + std::string(key) + "'",
                     "one of value, versions, by_dekad, by_month, compute");
      return false;
    }
    form = key;
  }
  for (const auto& [key, of] : {std::pair("by_region", "value"), std::pair("as_of", "compute"),
                                std::pair("recalibrate", "versions")})
    if (const YamlNode* node = item.find(key); node != nullptr && !form.empty() && form != of)
      reader_.report(
          *node,
          "'" + std::string(key) + "' goes with '" + of + "', not with '" + std::string(form) + "'",
          std::string(of) + ", or no " + key);
  if (form == "versions") return read_versions(item, parameter);
  if (form == "by_dekad" || form == "by_month") return read_table(item, form, parameter);
  if (form == "compute") return read_compute(item, parameter);
  const YamlNode* value = item.find("value");
  if (value == nullptr) {
    reader_.report(item.node(), what + " has no value",
                   "value, versions, by_dekad, by_month or compute");
    return false;
  }
  const auto token = quantity(*value, "the value");
  if (!token) return false;
  take_unit(*token, parameter);
  parameter.value = token->number;
  parameter.by_region = regional(item, *token);
  return true;
}

void PackReader::take_unit(const Token& token, Parameter& parameter) {
  parameter.unit = unit_of_literal(token.text).value_or(Unit());
  parameter.style = style_of(token.text);
}

// The values of single regions, in the unit of `own`.
std::map<RegionId, double> PackReader::regional(const YamlMapping& item, const Token& own) {
  std::map<RegionId, double> values;
  const YamlNode* node = item.find("by_region");
  if (node == nullptr) return values;
  for (const YamlEntry& entry : reader_.named_entries(*node, "by_region")) {
    const Region* found = region(entry.key, entry.key.text);
    const auto number = quantity(entry.value, "the value");
    if (found == nullptr || !number) continue;
    check_unit(entry.value, *number, own);
    values[found->id] = number->number;
  }
  return values;
}

void PackReader::check_unit(const YamlNode& node, const Token& number, const Token& own) {
  if (number.text != own.text)
    reader_.report(node, "the unit differs from that of the value above",
                   own.text.empty() ? "no unit" : own.text);
}

bool PackReader::read_versions(const YamlMapping& item, Parameter& parameter) {
  const YamlNode& list = *item.find("versions");
  std::optional<Token> first;
  for (const YamlNode& node : reader_.items(list, "versions")) {
    const YamlMapping version(reader_, node, "a version", {"from", "value", "by_region", "note"});
    Parameter::Version out;
    out.note = version.need_text("note");
    const YamlNode* from = version.need("from");
    const YamlNode* value = version.need("value");
    if (from == nullptr || value == nullptr) continue;
    const auto day = parse_day(from->text);
    if (!day) {
      reader_.report(*from, "'" + from->text + "' is no day", "2025-01-31");
      continue;
    }
    if (!parameter.versions.empty() && *day <= parameter.versions.back().from)
      reader_.report(*from, "versions are listed from the first to the last",
                     "a day after " + format_day(parameter.versions.back().from));
    const auto number = quantity(*value, "the value");
    if (!number) continue;
    if (!first) first = number;
    check_unit(*value, *number, *first);
    out.from = *day;
    out.value = number->number;
    out.by_region = regional(version, *number);
    parameter.versions.push_back(std::move(out));
  }
  if (parameter.versions.empty()) {
    if (list.items.empty())
      reader_.report(list, "there is no version", "- {from: 2025-01-01, value: ..., note: ...}");
    return false;
  }
  take_unit(*first, parameter);
  parameter.value = parameter.versions.back().value;
  if (const YamlNode* node = item.find("recalibrate")) read_recalibration(*node, parameter);
  return true;
}

void PackReader::read_recalibration(const YamlNode& node, Parameter& parameter) {
  const auto tokens = tokenize(node.text);
  if (!tokens || tokens->size() != 2 || tokens->front().kind != TokenKind::kSpan ||
      tokens->front().span.count <= 0)
    return reader_.report(node, "'" + node.text + "' is no span of time", "1y, 6 months");
  const Span every = tokens->front().span;
  Diagnostics overdue;
  YamlReader(reader_.file(), overdue)
      .report(node,
              "the last version of " + parameter.name + " holds since " +
                  format_day(parameter.versions.back().from) + ", more than " + to_string(every) +
                  " ago: it is to be calibrated anew",
              "a version from a later day, also where its value stays the same");
  parameter.recalibrate = {every, std::move(overdue.front())};
}

bool PackReader::read_table(const YamlMapping& item, std::string_view key, Parameter& parameter) {
  const bool dekads = key == "by_dekad";
  const std::int32_t most = dekads ? 36 : 12;
  parameter.table_by = dekads ? Cadence::kDekad : Cadence::kMonth;
  std::optional<Token> first;
  const YamlNode& node = *item.find(key);
  for (const YamlEntry& entry : reader_.named_entries(node, key)) {
    std::int32_t cell = 0;
    const char* const end = entry.key.text.data() + entry.key.text.size();
    const auto [last, error] = std::from_chars(entry.key.text.data(), end, cell);
    if (error != std::errc() || last != end || cell < 1 || cell > most) {
      reader_.report(
          entry.key,
          "'" + entry.key.text + "' is no " + (dekads ? "dekad" : "month") + " of the year",
          "1 to " + std::to_string(most));
      continue;
    }
    const auto number = quantity(entry.value, "the value");
    if (!number) continue;
    if (!first) first = number;
    check_unit(entry.value, *number, *first);
    parameter.table[cell] = number->number;
  }
  if (!first) {
    if (node.entries.empty()) reader_.report(node, "the table is empty", "19: 6.6 mm");
    return false;
  }
  take_unit(*first, parameter);
  parameter.value = first->number;
  return true;
}

bool PackReader::read_compute(const YamlMapping& item, Parameter& parameter) {
  const YamlNode& node = *item.find("compute");
  const auto text = reader_.text(node, "compute");
  if (!text) return false;
  auto compute = parse_number(*text, catalogue_, pack_, Scope::kSignal);
  if (!compute) {
    const ExpressionError& error = compute.error();
    reader_.report_within(node, error.begin, error.length, error.message, error.allowed,
                          error.suggestion);
    return false;
  }
  parameter.compute = std::move(*compute);
  const Node& root = parameter.compute.node(parameter.compute.root);
  parameter.unit = root.unit;
  parameter.style = root.style;
  for (const std::string& name : season_names(item, "as_of"))
    for (const Season& season : pack_.seasons)
      if (season.name() == name) parameter.as_of = season;
  return true;
}

// A number with its unit, "75 %": a literal and nothing else.
std::optional<Token> PackReader::quantity(const YamlNode& node, std::string_view what) {
  const auto text = reader_.text(node, what);
  if (!text) return std::nullopt;
  const bool negative = text->starts_with('-');
  auto tokens = tokenize(std::string_view(*text).substr(negative ? 1 : 0));
  if (tokens && tokens->size() == 2 && tokens->front().kind == TokenKind::kSpan &&
      is_number_of_days(tokens->front().span)) {
    Token& span = tokens->front();
    span.kind = TokenKind::kNumber;
    span.number = longest_days(span.span);
    span.text = "days";
  }
  if (!tokens || tokens->size() != 2 || tokens->front().kind != TokenKind::kNumber ||
      (!tokens->front().text.empty() && !unit_of_literal(tokens->front().text))) {
    reader_.report(node, std::string(what) + " '" + *text + "' is no number with a unit",
                   "75 %, 3 events, 500 NGN/kg");
    return std::nullopt;
  }
  Token token = tokens->front();
  token.number *= scale_of(token.text) * (negative ? -1 : 1);
  return token;
}

}  // namespace tocsin
