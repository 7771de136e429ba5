#include <fmt/format.h>

#include <bit>
#include <charconv>

#include "ingest/record_draft.h"

// The second half of RecordDraft: from members that are each right to a record that makes sense.

namespace tocsin {

namespace {

RecordType type_called(std::string_view name) {
  for (int i = 0; i < 5; ++i) {
    const auto type = static_cast<RecordType>(i);
    if (type_name(type) == name) return type;
  }
  return RecordType::kEvent;  // not reached: `type` was checked against the table's words
}

double to_double(std::string_view token) {
  double value = 0;
  std::from_chars(token.data(), token.data() + token.size(), value);
  return value;
}

struct TypeMasks {
  std::array<std::uint64_t, 5> required{}, allowed{};
};

constexpr std::uint64_t bit_of(FieldKey key) {
  return std::uint64_t{1} << static_cast<unsigned>(key);
}

TypeMasks make_masks() {
  TypeMasks masks;
  for (const Field& field : field_table()) {
    for (std::size_t i = 0; i < 5; ++i) {
      const TypeSet type = type_bit(static_cast<RecordType>(i));
      if ((field.required & type) != 0) masks.required[i] |= bit_of(field.key);
      if ((field.allowed() & type) != 0) masks.allowed[i] |= bit_of(field.key);
    }
  }
  return masks;
}

const Field& first_in(std::uint64_t set) {
  return field_table()[static_cast<std::size_t>(std::countr_zero(set))];
}

}  // namespace

bool RecordDraft::build(Record& record) {
  if (!has(FieldKey::kType)) {
    return reject("missing-member", "/type", "'type' is missing",
                  describe_allowed(field_table()[static_cast<std::size_t>(FieldKey::kType)]));
  }
  const RecordType type = type_called(cell(FieldKey::kType).text);
  if (!check_members(type)) return false;
  record.source = text(FieldKey::kSource);
  record.id = text(FieldKey::kId);
  record.time = EventTime(cell(FieldKey::kTime).number.digits);
  if (has(FieldKey::kRevision)) {
    record.revision = static_cast<std::uint32_t>(cell(FieldKey::kRevision).number.digits);
  }
  if (has(FieldKey::kPublished)) {
    record.published = PublishedTime(cell(FieldKey::kPublished).number.digits);
  }
  if (has(FieldKey::kTlp)) {
    record.tlp = parse_tlp(cell(FieldKey::kTlp).text).value_or(Tlp::kRed);
  }
  switch (type) {
    case RecordType::kEvent:
      return build_event(record, record.body.emplace<EventBody>());
    case RecordType::kObservation:
      return build_observation(record.body.emplace<ObservationBody>());
    case RecordType::kForecast:
      return build_forecast(record.body.emplace<ForecastBody>());
    case RecordType::kRetraction:
      record.body.emplace<RetractionBody>().reason = text(FieldKey::kReason);
      return true;
    case RecordType::kCoverage:
      return build_coverage(record.body.emplace<CoverageBody>());
  }
  return false;
}

bool RecordDraft::check_members(RecordType type) {
  static const TypeMasks kMasks = make_masks();
  const auto index = static_cast<std::size_t>(type);
  if (const auto strange = seen_ & ~kMasks.allowed[index]; strange != 0) {
    const Field& field = first_in(strange);
    return reject(
        "unknown-member", pointer_of(field),
        fmt::format("'{}' is no member of a record of type {}", field.name, name_of(type)),
        list_members(field.home, type_bit(type)));
  }
  auto missing = kMasks.required[index] & ~seen_;
  if (type == RecordType::kObservation && !has(FieldKey::kAt))
    missing |= bit_of(FieldKey::kPeriod) & ~seen_;
  // Where `period` itself is missing, its members aren't worth a word.
  if (!has(FieldKey::kPeriod)) {
    missing &= ~(bit_of(FieldKey::kPeriodStart) | bit_of(FieldKey::kPeriodEnd));
  }
  if (missing == 0) return true;
  const Field& field = first_in(missing);
  return reject("missing-member", pointer_of(field), fmt::format("'{}' is missing", field.name),
                describe_allowed(field));
}

bool RecordDraft::build_place(Place& place) {
  place.region = text(FieldKey::kSubject);
  place.country = text(FieldKey::kCountry);
  place.vague = has(FieldKey::kVague) && cell(FieldKey::kVague).number.digits != 0;
  if (has(FieldKey::kLatitude) != has(FieldKey::kLongitude)) {
    const bool latitude = has(FieldKey::kLatitude);
    return reject("missing-member", latitude ? "/data/longitude" : "/data/latitude",
                  latitude ? "'latitude' stands without 'longitude'"
                           : "'longitude' stands without 'latitude'",
                  "both or neither");
  }
  if (has(FieldKey::kLatitude)) {
    place.latitude = to_double(cell(FieldKey::kLatitude).text);
    place.longitude = to_double(cell(FieldKey::kLongitude).text);
  }
  if (has(FieldKey::kSubject)) return true;
  if (place.vague || !place.latitude) {
    return reject("missing-member", "/subject",
                  place.vague ? "a vague place needs 'subject'"
                              : "there is no 'subject' and no 'latitude' and 'longitude'",
                  "the code, name or alias of a region");
  }
  return true;
}

bool RecordDraft::build_period(Day& start, Day& end) {
  start = day(FieldKey::kPeriodStart);
  end = day(FieldKey::kPeriodEnd);
  if (start < end) return true;
  return reject("bad-value", "/data/period/end",
                fmt::format("the period ends on {}, not after its start {}", format_day(end),
                            format_day(start)),
                "the day after the period's last one");
}

bool RecordDraft::build_event(const Record& record, EventBody& body) {
  body.kind = text(FieldKey::kKind);
  if (!build_place(body.place)) return false;
  if (has(FieldKey::kEnd) && !has(FieldKey::kStart)) {
    return reject("missing-member", "/data/start", "'end' stands without 'start'",
                  "both, 'start' alone or neither");
  }
  body.start = has(FieldKey::kStart) ? day(FieldKey::kStart) : day_of(record.time);
  body.end = has(FieldKey::kEnd) ? day(FieldKey::kEnd) : body.start + 1;
  if (body.end <= body.start) {
    return reject("bad-value", "/data/end",
                  fmt::format("the event ends on {}, not after its start {}", format_day(body.end),
                              format_day(body.start)),
                  "the day after its last one");
  }
  body.deaths = integer(FieldKey::kDeaths);
  body.deaths_low = integer(FieldKey::kDeathsLow);
  body.deaths_high = integer(FieldKey::kDeathsHigh);
  if (body.deaths_low && body.deaths_high && *body.deaths_low > *body.deaths_high) {
    return reject(
        "bad-value", "/data/deaths_low",
        fmt::format("deaths_low {} is above deaths_high {}", *body.deaths_low, *body.deaths_high),
        "at most deaths_high");
  }
  body.displaced = integer(FieldKey::kDisplaced);
  if (has(FieldKey::kActors)) body.actors.assign(list_.begin(), list_.end());
  body.note = text(FieldKey::kNote);
  if (has(FieldKey::kStatus)) {
    body.status = parse_event_status(cell(FieldKey::kStatus).text).value_or(EventStatus::kReported);
  }
  return true;
}

bool RecordDraft::build_observation(ObservationBody& body) {
  body.indicator = text(FieldKey::kIndicator);
  body.group = text(FieldKey::kGroup);
  body.value = cell(FieldKey::kValue).number;
  body.word = word(FieldKey::kValue);
  body.note = text(FieldKey::kNote);
  if (!build_place(body.place)) return false;
  return has(FieldKey::kAt) ? build_moment(body) : build_period(body.start, body.end);
}

bool RecordDraft::build_moment(ObservationBody& body) {
  if (has(FieldKey::kPeriod)) {
    return reject("bad-value", "/data/at", "an observation has both 'at' and 'period'",
                  "'at' of an indicator that is sampled within the day, else 'period'");
  }
  body.at = EventTime(cell(FieldKey::kAt).number.digits);
  body.start = day_of(*body.at);
  body.end = body.start + 1;
  return true;
}

bool RecordDraft::build_forecast(ForecastBody& body) {
  body.indicator = text(FieldKey::kIndicator);
  body.group = text(FieldKey::kGroup);
  body.member = static_cast<std::int32_t>(integer(FieldKey::kMember).value_or(0));
  body.value = number(FieldKey::kValue);
  body.probability = number(FieldKey::kProbability);
  body.threshold = number(FieldKey::kThreshold);
  body.word = word(body.value ? FieldKey::kValue : FieldKey::kThreshold);
  const bool chance = body.probability.has_value();
  if (chance == body.value.has_value() || chance != body.threshold.has_value()) {
    return reject("bad-value", "/data", "a forecast says one thing",
                  "either 'value', or 'probability' and 'threshold'");
  }
  return build_place(body.place) && build_period(body.start, body.end);
}

bool RecordDraft::build_coverage(CoverageBody& body) {
  body.stream = text(FieldKey::kStream);
  body.regions.assign(list_.begin(), list_.end());
  body.from = day(FieldKey::kFrom);
  body.until = day(FieldKey::kUntil);
  if (body.from < body.until) return true;
  return reject(
      "bad-value", "/data/until",
      fmt::format("complete until {}, not after {}", format_day(body.until), format_day(body.from)),
      "the day after the last one that is complete");
}

}  // namespace tocsin
