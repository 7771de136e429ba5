#include <boost/json.hpp>

#include "ingest/schema.h"

// The JSON Schemas of records, from the table of members.

namespace tocsin {

namespace {

namespace json = boost::json;

// `$` alone would let a newline through in some dialects of regular expressions.
constexpr std::string_view kNoControls = "^(?![\\s\\S]*[\\u0000-\\u001f\\u007f])";
constexpr std::string_view kDate =
    "^(1[89]|2[0-3])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$(?!\\n)";
constexpr std::string_view kInstant =
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:"
    "([0-5][0-9]|60)([.,][0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$(?!\\n)";

json::object object_schema(FieldHome home, RecordType type);

json::object text_schema(const Field& field) {
  return {{"type", "string"},
          {"minLength", field.least},
          {"maxLength", field.greatest},
          {"pattern", kNoControls}};
}

json::object word_schema(const Field& field, RecordType type) {
  if (field.key == FieldKey::kType) return {{"const", type_name(type)}};
  json::array words;
  auto rest = field.words;
  while (true) {
    const auto bar = rest.find('|');
    words.emplace_back(rest.substr(0, bar));
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  if (words.size() == 1) return {{"const", words.front()}};
  return {{"enum", words}};
}

json::object field_schema(const Field& field, RecordType type) {
  switch (field.type) {
    case FieldType::kText:
      return text_schema(field);
    case FieldType::kWord:
      return word_schema(field, type);
    case FieldType::kInstant:
      return {{"type", "string"}, {"pattern", kInstant}};
    case FieldType::kDay:
      return {{"type", "string"}, {"format", "date"}, {"pattern", kDate}};
    case FieldType::kInteger:
    case FieldType::kNumber:
      return {{"type", field.type == FieldType::kInteger ? "integer" : "number"},
              {"minimum", field.least},
              {"maximum", field.greatest}};
    case FieldType::kFigure:
      return {{"type", json::array{"number", "string"}},
              {"minimum", field.least},
              {"maximum", field.greatest},
              {"minLength", 1},
              {"maxLength", kScaleWordMax},
              {"pattern", kNoControls}};
    case FieldType::kTruth:
      return {{"type", "boolean"}};
    case FieldType::kTextList:
      return {{"type", "array"},
              {"minItems", 1},
              {"maxItems", field.items},
              {"items", text_schema(field)}};
    case FieldType::kObject:
      break;
  }
  return object_schema(field.key == FieldKey::kData ? FieldHome::kInData : FieldHome::kInPeriod,
                       type);
}

// Rules between the members of `data`.
void add_data_rules(json::object& schema, RecordType type) {
  json::object together;
  const auto depends = [&](const char* member, const char* needs) {
    together[member] = json::array{needs};
  };
  if (type == RecordType::kEvent) depends("end", "start");
  if (type == RecordType::kObservation)
    schema["oneOf"] =
        json::array{json::object{{"required", {"period"}}}, json::object{{"required", {"at"}}}};
  if (type == RecordType::kForecast) {
    depends("probability", "threshold");
    depends("threshold", "probability");
    schema["oneOf"] = json::array{json::object{{"required", {"value"}}},
                                  json::object{{"required", {"probability"}}}};
  }
  if (type != RecordType::kRetraction && type != RecordType::kCoverage) {
    depends("latitude", "longitude");
    depends("longitude", "latitude");
  }
  if (!together.empty()) schema["dependentRequired"] = together;
}

// A place is a subject or a point; a vague place is a subject.
void add_place_rules(json::object& schema) {
  const auto data_with = [](json::object data) {
    return json::object{{"properties", {{"data", std::move(data)}}}};
  };
  schema["anyOf"] = json::array{json::object{{"required", {"subject"}}},
                                data_with({{"required", {"latitude", "longitude"}}})};
  schema["if"] =
      data_with({{"properties", {{"vague", {{"const", true}}}}}, {"required", {"vague"}}});
  schema["then"] = json::object{{"required", {"subject"}}};
}

json::object object_schema(FieldHome home, RecordType type) {
  json::object properties;
  json::array required;
  for (const Field& field : fields_of(home)) {
    if ((field.allowed() & type_bit(type)) == 0) continue;
    json::object schema = field_schema(field, type);
    schema["description"] = field.meaning;
    properties[field.name] = std::move(schema);
    if ((field.required & type_bit(type)) != 0) required.emplace_back(field.name);
  }
  json::object schema{{"type", "object"}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  schema["additionalProperties"] = false;
  if (home == FieldHome::kInData) add_data_rules(schema, type);
  return schema;
}

void print(std::string& out, const json::value& value, const std::string& indent) {
  const auto* object = value.if_object();
  if (object == nullptr || object->empty()) {
    out += json::serialize(value);
    return;
  }
  const std::string inner = indent + "  ";
  char before = '{';
  for (const auto& member : *object) {
    out += before;
    out += '\n' + inner + json::serialize(json::value(member.key())) + ": ";
    print(out, member.value(), inner);
    before = ',';
  }
  out += '\n' + indent + '}';
}

}  // namespace

std::string json_schema(RecordType type) {
  json::object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"$id", std::string("urn:") + std::string(type_name(type))},
                      {"title", std::string("tocsin record: ") + std::string(name_of(type))}};
  for (const auto& member : object_schema(FieldHome::kTop, type)) schema.insert(member);
  const bool placed = type != RecordType::kRetraction && type != RecordType::kCoverage;
  if (placed) add_place_rules(schema);
  std::string text;
  print(text, schema, "");
  return text + "\n";
}

}  // namespace tocsin
