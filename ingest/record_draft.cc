#include "ingest/record_draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tocsin {

namespace {

namespace ondemand = simdjson::ondemand;
__extension__ using Wide = __int128;

constexpr std::array<std::string_view, 3> kHomePointer{"", "/data", "/data/period"};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string pointer_to(FieldHome home, std::string_view name) {
  std::string pointer(kHomePointer[static_cast<std::size_t>(home)]);
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

// Writes an exponent out: 3e2 becomes 300. False when that takes more than 18 digits.
bool without_exponent(Decimal& number) {
  constexpr std::int64_t kLimit = 100'000'000'000'000'000;  // ten times this still fits
  if (number.digits == 0) number.scale = std::clamp(number.scale, 0, kNumberDecimals);
  for (; number.scale < 0; ++number.scale, number.digits *= 10) {
    if (number.digits >= kLimit || number.digits <= -kLimit) return false;
  }
  return true;
}

// Strips zeros after the decimal point; false when something other than zeros stands there.
bool make_whole(Decimal& number) {
  for (; number.scale > 0; --number.scale, number.digits /= 10) {
    if (number.digits % 10 != 0) return false;
  }
  return true;
}

// Requires 0 <= scale <= kNumberDecimals.
bool in_range(Decimal number, std::int64_t least, std::int64_t greatest) {
  Wide unit = 1;
  for (int i = 0; i < number.scale; ++i) unit *= 10;
  return number.digits >= unit * least && number.digits <= unit * greatest;
}

bool is_word(std::string_view words, std::string_view text) {
  while (true) {
    const auto bar = words.find('|');
    if (words.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    words.remove_prefix(bar + 1);
  }
}

}  // namespace

std::string pointer_of(const Field& field) { return pointer_to(field.home, field.name); }

std::string shorten(std::string_view text, std::size_t limit) {
  std::size_t end = std::min(limit, text.size());
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  std::string shown(text.substr(0, end));
  for (char& c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20U || byte == 0x7FU) c = ' ';
  }
  if (end < text.size()) shown += "...";
  return shown;
}

bool RecordDraft::read(ondemand::document& document) {
  seen_ = words_ = 0;
  list_.clear();
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) {
    if (error != simdjson::INCORRECT_TYPE) return reject_json(error, "");
    return reject("wrong-type", "", "the record is not a JSON object", "an object");
  }
  if (!read_object(object, FieldHome::kTop)) return false;
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  if (!at_end) {
    return reject("malformed-json", "", "there is more after the record's last brace", "nothing");
  }
  return true;
}

bool RecordDraft::read_object(ondemand::object object, FieldHome home) {
  const auto pointer = kHomePointer[static_cast<std::size_t>(home)];
  for (auto item : object) {
    ondemand::field member;
    if (const auto error = std::move(item).get(member)) return reject_json(error, pointer);
    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) return reject_json(error, pointer);
    const Field* field = find_field(home, name);
    if (field == nullptr) {
      const auto shown = shorten(name);
      return reject("unknown-member", pointer_to(home, shown),
                    fmt::format("'{}' is no member of {}", shown,
                                home == FieldHome::kTop ? "a record" : pointer.substr(1)),
                    list_members(home, kAnyType));
    }
    if (has(field->key)) {
      return reject("duplicate-member", pointer_of(*field),
                    fmt::format("'{}' stands here twice", name));
    }
    seen_ |= std::uint64_t{1} << static_cast<unsigned>(field->key);
    if (!read_member(member.value(), *field)) return false;
  }
  return true;
}

bool RecordDraft::read_member(ondemand::value value, const Field& field) {
  switch (field.type) {
    case FieldType::kText:
    case FieldType::kWord:
    case FieldType::kInstant:
    case FieldType::kDay:
      return read_text(value, field);
    case FieldType::kInteger:
    case FieldType::kNumber:
      return read_number(value, field);
    case FieldType::kFigure:
      return read_figure(value, field);
    case FieldType::kTruth:
      return read_truth(value, field);
    case FieldType::kTextList:
      return read_list(value, field);
    case FieldType::kObject:
      break;
  }
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) {
    if (error != simdjson::INCORRECT_TYPE) return reject_json(error, pointer_of(field));
    return reject_type(value, field);
  }
  return read_object(object,
                     field.key == FieldKey::kData ? FieldHome::kInData : FieldHome::kInPeriod);
}

bool RecordDraft::read_text(ondemand::value value, const Field& field) {
  std::string_view text;
  if (const auto error = value.get_string().get(text)) {
    if (error != simdjson::INCORRECT_TYPE) return reject_json(error, pointer_of(field));
    return reject_type(value, field);
  }
  Cell& target = cell(field.key);
  target.text = text;
  const auto wrong = [&](std::string_view why) {
    return reject("bad-value", pointer_of(field),
                  fmt::format("{} \"{}\" {}", field.name, shorten(text), why),
                  describe_allowed(field));
  };
  switch (field.type) {
    case FieldType::kWord:
      return is_word(field.words, text) || wrong("is not known here");
    case FieldType::kInstant: {
      const auto instant = parse_rfc3339_ms(text);
      if (!instant) return wrong("is no such time");
      target.number = {*instant, 0};
      return true;
    }
    case FieldType::kDay: {
      const auto parsed = parse_day(text);
      if (!parsed) return wrong("is no such day");
      target.number = {parsed->number(), 0};
      return true;
    }
    default:
      return check_text(text, field, "", {field.least, field.greatest});
  }
}

bool RecordDraft::check_text(std::string_view text, const Field& field, std::string_view pointer,
                             TextLimits limits) {
  std::int64_t characters = 0;
  unsigned controls = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    characters += (byte & 0xC0U) != 0x80U ? 1 : 0;
    controls |= (byte < 0x20U || byte == 0x7FU) ? 1U : 0U;
  }
  const auto where = [&] { return pointer.empty() ? pointer_of(field) : std::string(pointer); };
  if (controls != 0) {
    return reject("bad-value", where(), fmt::format("{} holds a control character", field.name),
                  "text without control characters");
  }
  if (characters < limits.least || characters > limits.greatest) {
    return reject(
        "out-of-range", where(),
        fmt::format("{} has {} characters: \"{}\"", field.name, characters, shorten(text)),
        fmt::format("{} to {} characters", limits.least, limits.greatest));
  }
  return true;
}

bool RecordDraft::read_figure(ondemand::value value, const Field& field) {
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return reject_json(error, pointer_of(field));
  if (type != ondemand::json_type::string) return read_number(value, field);
  std::string_view text;
  if (const auto error = value.get_string().get(text)) return reject_json(error, pointer_of(field));
  words_ |= std::uint64_t{1} << static_cast<unsigned>(field.key);
  cell(field.key) = {text, {}};
  return check_text(text, field, "", {1, kScaleWordMax});
}

bool RecordDraft::read_number(ondemand::value value, const Field& field) {
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return reject_json(error, pointer_of(field));
  if (type != ondemand::json_type::number) return reject_type(value, field);
  const auto token = trim(value.raw_json_token());
  auto number = parse_decimal(token);
  const bool whole = field.type == FieldType::kInteger;
  const auto wrong = [&](std::string_view code) {
    return reject(code, pointer_of(field), fmt::format("{} is {}", field.name, shorten(token)),
                  describe_allowed(field));
  };
  if (!number) {
    // parse_decimal refuses both what is no JSON number and what has too many digits.
    const bool digits_only = token.find_first_not_of("-+.eE0123456789") == std::string_view::npos;
    return wrong(digits_only ? "out-of-range" : "malformed-json");
  }
  if (!without_exponent(*number)) return wrong("out-of-range");
  if (whole && !make_whole(*number)) return wrong("wrong-type");
  if (number->scale > kNumberDecimals || !in_range(*number, field.least, field.greatest)) {
    return wrong("out-of-range");
  }
  Cell& target = cell(field.key);
  target.text = token;
  target.number = *number;
  return true;
}

bool RecordDraft::read_truth(ondemand::value value, const Field& field) {
  bool truth = false;
  if (value.get_bool().get(truth)) return reject_type(value, field);
  cell(field.key).number = {truth ? 1 : 0, 0};
  return true;
}

bool RecordDraft::read_list(ondemand::value value, const Field& field) {
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) {
    if (error != simdjson::INCORRECT_TYPE) return reject_json(error, pointer_of(field));
    return reject_type(value, field);
  }
  // A record has at most one kind of list; a second one in it is refused by check_members().
  list_.clear();
  for (auto item : array) {
    ondemand::value element;
    // NOLINTNEXTLINE(performance-move-const-arg): this get() is for rvalues only
    if (const auto error = std::move(item).get(element)) {
      return reject_json(error, pointer_of(field));
    }
    const auto pointer = fmt::format("{}/{}", pointer_of(field), list_.size());
    if (list_.size() == field.items) {
      return reject("out-of-range", pointer, fmt::format("{} has too many items", field.name),
                    describe_allowed(field));
    }
    std::string_view text;
    if (const auto error = element.get_string().get(text)) {
      if (error != simdjson::INCORRECT_TYPE) return reject_json(error, pointer);
      return reject("wrong-type", pointer, fmt::format("an item of {} is no text", field.name),
                    describe_allowed(field));
    }
    if (!check_text(text, field, pointer, {field.least, field.greatest})) return false;
    list_.push_back(text);
  }
  if (!list_.empty()) return true;
  return reject("out-of-range", pointer_of(field), fmt::format("{} is empty", field.name),
                describe_allowed(field));
}

bool RecordDraft::reject(std::string_view code, std::string_view pointer, std::string message,
                         std::string allowed) {
  rejection_ = {std::string(code), std::string(pointer), std::move(message), std::move(allowed)};
  return false;
}

bool RecordDraft::reject_json(simdjson::error_code error, std::string_view pointer) {
  return reject("malformed-json", pointer,
                fmt::format("this is not JSON: {}", simdjson::error_message(error)),
                "one JSON object (RFC 8259) in UTF-8");
}

bool RecordDraft::reject_type(ondemand::value value, const Field& field) {
  return reject("wrong-type", pointer_of(field),
                fmt::format("{} is {}", field.name, shorten(trim(value.raw_json_token()))),
                describe_allowed(field));
}

}  // namespace tocsin
