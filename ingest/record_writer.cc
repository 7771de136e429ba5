#include <fmt/format.h>

#include <iterator>

#include "ingest/schema.h"
#include "ingest/wire.h"

namespace tocsin {

namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20U) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

// Writes the members of one object; names come from the table.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }

  std::string& start(FieldKey key) {
    if (!first_) out_ += ',';
    first_ = false;
    append_quoted(out_, field_table()[static_cast<std::size_t>(key)].name);
    out_ += ':';
    return out_;
  }
  void text(FieldKey key, std::string_view value) {
    if (!value.empty()) append_quoted(start(key), value);
  }
  void raw(FieldKey key, std::string_view value) { start(key) += value; }
  void day(FieldKey key, Day value) { append_quoted(start(key), format_day(value)); }
  void integer(FieldKey key, std::optional<std::int64_t> value) {
    if (value) raw(key, std::to_string(*value));
  }
  void number(FieldKey key, std::optional<Decimal> value) {
    if (value) raw(key, format_scaled(value->digits, value->scale));
  }
  // The word where there is one, else the number.
  void figure(FieldKey key, const std::optional<Decimal>& value, std::string_view word) {
    if (!value) return;
    word.empty() ? number(key, value) : text(key, word);
  }
  void list(FieldKey key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    char before = '[';
    start(key);
    for (const auto& value : values) {
      out_ += before;
      append_quoted(out_, value);
      before = ',';
    }
    out_ += ']';
  }
  void place(const Place& place) {
    text(FieldKey::kCountry, place.country);
    if (place.latitude && place.longitude) {
      raw(FieldKey::kLatitude, fmt::format("{}", *place.latitude));
      raw(FieldKey::kLongitude, fmt::format("{}", *place.longitude));
    }
    if (place.vague) raw(FieldKey::kVague, "true");
  }
  void period(Day first, Day end) {
    start(FieldKey::kPeriod);
    ObjectWriter period(out_);
    period.day(FieldKey::kPeriodStart, first);
    period.day(FieldKey::kPeriodEnd, end);
    period.close();
  }

 private:
  std::string& out_;
  bool first_ = true;
};

// Members stand in the order of the table (ingest/schema.cc).
struct BodyWriter {
  ObjectWriter& out;
  Day day_of_record;

  void operator()(const EventBody& body) {
    out.text(FieldKey::kKind, body.kind);
    const bool one_day = body.end == body.start + 1;
    if (body.start != day_of_record || !one_day) out.day(FieldKey::kStart, body.start);
    if (!one_day) out.day(FieldKey::kEnd, body.end);
    out.place(body.place);
    out.integer(FieldKey::kDeaths, body.deaths);
    out.integer(FieldKey::kDeathsLow, body.deaths_low);
    out.integer(FieldKey::kDeathsHigh, body.deaths_high);
    out.integer(FieldKey::kDisplaced, body.displaced);
    out.list(FieldKey::kActors, body.actors);
    out.text(FieldKey::kNote, body.note);
    if (body.status != EventStatus::kReported) out.text(FieldKey::kStatus, name_of(body.status));
  }
  void operator()(const ObservationBody& body) {
    out.text(FieldKey::kIndicator, body.indicator);
    if (body.at) {
      out.text(FieldKey::kAt, format_rfc3339(*body.at));
    } else {
      out.period(body.start, body.end);
    }
    out.place(body.place);
    out.text(FieldKey::kGroup, body.group);
    out.figure(FieldKey::kValue, body.value, body.word);
    out.text(FieldKey::kNote, body.note);
  }
  void operator()(const ForecastBody& body) {
    out.text(FieldKey::kIndicator, body.indicator);
    out.period(body.start, body.end);
    out.place(body.place);
    out.text(FieldKey::kGroup, body.group);
    out.figure(FieldKey::kValue, body.value, body.word);
    out.number(FieldKey::kProbability, body.probability);
    out.figure(FieldKey::kThreshold, body.threshold, body.word);
    if (body.member != 0) out.integer(FieldKey::kMember, body.member);
  }
  void operator()(const RetractionBody& body) { out.text(FieldKey::kReason, body.reason); }
  void operator()(const CoverageBody& body) {
    out.text(FieldKey::kStream, body.stream);
    out.day(FieldKey::kFrom, body.from);
    out.day(FieldKey::kUntil, body.until);
    out.list(FieldKey::kRegions, body.regions);
  }
};

struct SubjectOf {
  template <class Body>
  std::string_view operator()(const Body& body) const {
    if constexpr (requires { body.place; }) {
      return body.place.region;
    } else {
      return {};
    }
  }
};

}  // namespace

std::string to_json(const Record& record) {
  std::string json;
  json.reserve(320);
  ObjectWriter out(json);
  out.text(FieldKey::kSpecversion, "1.0");
  out.text(FieldKey::kId, record.id);
  out.text(FieldKey::kSource, record.source);
  out.text(FieldKey::kType, type_name(record.type()));
  out.text(FieldKey::kTime, format_rfc3339(record.time));
  out.text(FieldKey::kSubject, std::visit(SubjectOf{}, record.body));
  if (record.revision != 1) out.integer(FieldKey::kRevision, record.revision);
  if (record.published) out.text(FieldKey::kPublished, format_rfc3339(*record.published));
  if (record.tlp != Tlp::kClear) out.text(FieldKey::kTlp, name_of(record.tlp));
  out.start(FieldKey::kData);
  ObjectWriter data(json);
  std::visit(BodyWriter{data, day_of(record.time)}, record.body);
  data.close();
  out.close();
  return json;
}

}  // namespace tocsin
