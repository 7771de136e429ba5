#include "ingest/schema.h"

#include <fmt/format.h>

#include <limits>

namespace tocsin {

namespace {

using enum FieldKey;
using enum FieldHome;
using enum FieldType;

constexpr TypeSet kNone = 0;
constexpr TypeSet kEvent = type_bit(RecordType::kEvent);
constexpr TypeSet kObservation = type_bit(RecordType::kObservation);
constexpr TypeSet kForecast = type_bit(RecordType::kForecast);
constexpr TypeSet kRetraction = type_bit(RecordType::kRetraction);
constexpr TypeSet kCoverage = type_bit(RecordType::kCoverage);
constexpr TypeSet kMeasured = kObservation | kForecast;
constexpr TypeSet kPlaced = kEvent | kMeasured;
constexpr TypeSet kEvery = kAnyType;
static_assert(kEvery == (kPlaced | kRetraction | kCoverage));

constexpr std::int64_t kPeople = 10'000'000'000;
constexpr std::int64_t kMagnitude = 1'000'000'000'000'000;

constexpr std::array<Field, kFieldCount> kTable{{
    {kSpecversion, kTop, "specversion", kWord, kEvery, kNone, 0, 0, 0, "1.0",
     "version of CloudEvents"},
    {kId, kTop, "id", kText, kEvery, kNone, 1, 256, 0, "",
     "with `source` the identity of the record; a retraction carries the id of what it retracts"},
    {kSource, kTop, "source", kText, kEvery, kNone, 1, 64, 0, "",
     "key of the source, as the configuration declares it"},
    {kType, kTop, "type", kWord, kEvery, kNone, 0, 0, 0,
     "org.tocsin.event.v1|org.tocsin.observation.v1|org.tocsin.forecast.v1|"
     "org.tocsin.retraction.v1|org.tocsin.coverage.v1",
     "what kind of record this is"},
    {kTime, kTop, "time", kInstant, kEvery, kNone, 0, 0, 0, "",
     "when it happened; of an observation the start of its period; of a forecast when it was "
     "issued; of a coverage statement or retraction when it was made"},
    {kSubject, kTop, "subject", kText, kNone, kPlaced, 1, 128, 0, "",
     "the region's code, name or alias; may be left out when `latitude` and `longitude` are given"},
    {kRevision, kTop, "revision", kInteger, kNone, kEvery, 1, 2'147'483'647, 0, "",
     "a higher one replaces a lower one; 1 when left out"},
    {kPublished, kTop, "published", kInstant, kNone, kEvery, 0, 0, 0, "",
     "when the source made it known; the time of arrival when left out"},
    {kTlp, kTop, "tlp", kWord, kNone, kEvery, 0, 0, 0, "clear|green|amber|amber+strict|red",
     "Traffic Light Protocol 2.0: who may see it; clear when left out"},
    {kDatacontenttype, kTop, "datacontenttype", kWord, kNone, kEvery, 0, 0, 0, "application/json",
     "accepted because CloudEvents libraries write it; not kept"},
    {kDataschema, kTop, "dataschema", kText, kNone, kEvery, 1, 256, 0, "",
     "accepted because CloudEvents libraries write it; not kept"},
    {kData, kTop, "data", kObject, kEvery, kNone, 0, 0, 0, "", "the members of `data` below"},

    {kKind, kInData, "kind", kText, kEvent, kNone, 1, 64, 0, "", "code of the event kind"},
    {kIndicator, kInData, "indicator", kText, kMeasured, kNone, 1, 64, 0, "",
     "code of the indicator"},
    {kStream, kInData, "stream", kText, kCoverage, kNone, 1, 64, 0, "",
     "`events`, or the code of the indicator that the statement speaks about"},
    {kPeriod, kInData, "period", kObject, kForecast, kObservation, 0, 0, 0, "",
     "the days that the value speaks about: the members of `period` below; of an observation this "
     "or `at`"},
    {kAt, kInData, "at", kInstant, kNone, kObservation, 0, 0, 0, "",
     "of an indicator that is sampled within the day, in place of `period`: when, on its grid"},
    {kStart, kInData, "start", kDay, kNone, kEvent, 0, 0, 0, "",
     "first day on which it may have happened; the day of `time` when left out"},
    {kEnd, kInData, "end", kDay, kNone, kEvent, 0, 0, 0, "",
     "the day after the last one; the day after `start` when left out"},
    {kFrom, kInData, "from", kDay, kCoverage, kNone, 0, 0, 0, "", "first day that is complete"},
    {kUntil, kInData, "until", kDay, kCoverage, kNone, 0, 0, 0, "",
     "the day after the last one that is complete"},
    {kCountry, kInData, "country", kText, kNone, kPlaced, 1, 64, 0, "",
     "code of the country in which `subject` is looked up, where names repeat across borders"},
    {kLatitude, kInData, "latitude", kNumber, kNone, kPlaced, -90, 90, 0, "",
     "degrees north (WGS 84), together with `longitude`"},
    {kLongitude, kInData, "longitude", kNumber, kNone, kPlaced, -180, 180, 0, "",
     "degrees east (WGS 84), together with `latitude`"},
    {kVague, kInData, "vague", kTruth, kNone, kPlaced, 0, 0, 0, "",
     "true: the place is known only as far as `subject` and never counts for a region below it"},
    {kGroup, kInData, "group", kText, kNone, kMeasured, 1, 64, 0, "",
     "code of the part of the population; everybody when left out"},
    {kValue, kInData, "value", kFigure, kObservation, kForecast, -kMagnitude, kMagnitude, 0, "",
     "the value in the indicator's unit; of an indicator with a scale one of its words"},
    {kProbability, kInData, "probability", kNumber, kNone, kForecast, 0, 1, 0, "",
     "chance that `threshold` is passed in the direction that is worse"},
    {kThreshold, kInData, "threshold", kFigure, kNone, kForecast, -kMagnitude, kMagnitude, 0, "",
     "as `value`; together with `probability`, instead of `value`"},
    {kMember, kInData, "member", kInteger, kNone, kForecast, 0, 100'000, 0, "",
     "member of an ensemble; 0 when left out"},
    {kDeaths, kInData, "deaths", kInteger, kNone, kEvent, 0, kPeople, 0, "",
     "people killed, best estimate"},
    {kDeathsLow, kInData, "deaths_low", kInteger, kNone, kEvent, 0, kPeople, 0, "", "low estimate"},
    {kDeathsHigh, kInData, "deaths_high", kInteger, kNone, kEvent, 0, kPeople, 0, "",
     "high estimate"},
    {kDisplaced, kInData, "displaced", kInteger, kNone, kEvent, 0, kPeople, 0, "",
     "people who had to flee"},
    {kActors, kInData, "actors", kTextList, kNone, kEvent, 1, 128, 32, "",
     "who took part, as the source names them"},
    {kRegions, kInData, "regions", kTextList, kCoverage, kNone, 1, 128, 5000, "",
     "codes, names or aliases; each covers what lies below it"},
    {kNote, kInData, "note", kText, kNone, kEvent | kObservation, 1, 1000, 0, "",
     "free text; no personal data. Of an observation the reasons for it, which some indicators ask "
     "for"},
    {kStatus, kInData, "status", kWord, kNone, kEvent, 0, 0, 0, "reported|confirmed|refuted",
     "how sure it is; reported when left out. A higher revision changes it"},
    {kReason, kInData, "reason", kText, kNone, kRetraction, 1, 500, 0, "",
     "why the record is not true"},

    {kPeriodStart, kInPeriod, "start", kDay, kMeasured, kNone, 0, 0, 0, "", "first day"},
    {kPeriodEnd, kInPeriod, "end", kDay, kMeasured, kNone, 0, 0, 0, "", "the day after the last"},
}};

constexpr bool rows_follow_keys() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].key) != i) return false;
    if (i > 0 && kTable[i].home < kTable[i - 1].home) return false;
  }
  return true;
}
static_assert(rows_follow_keys(), "rows stand in the order of FieldKey, homes one after another");

constexpr std::size_t first_of(FieldHome home) {
  std::size_t i = 0;
  while (i < kTable.size() && kTable[i].home < home) ++i;
  return i;
}
constexpr std::array<std::size_t, 4> kHomeStart{first_of(kTop), first_of(kInData),
                                                first_of(kInPeriod), kTable.size()};

std::string quoted_words(std::string_view words) {
  std::string text;
  while (!words.empty()) {
    const auto bar = words.find('|');
    if (!text.empty()) text += ", ";
    text += words.substr(0, bar);
    words = bar == std::string_view::npos ? std::string_view{} : words.substr(bar + 1);
  }
  return text;
}

}  // namespace

const std::array<Field, kFieldCount>& field_table() { return kTable; }

std::span<const Field> fields_of(FieldHome home) {
  const auto index = static_cast<std::size_t>(home);
  return std::span(kTable).subspan(kHomeStart[index], kHomeStart[index + 1] - kHomeStart[index]);
}

const Field* find_field(FieldHome home, std::string_view name) {
  for (const Field& field : fields_of(home)) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string_view type_name(RecordType type) {
  switch (type) {
    case RecordType::kEvent:
      return "org.tocsin.event.v1";
    case RecordType::kObservation:
      return "org.tocsin.observation.v1";
    case RecordType::kForecast:
      return "org.tocsin.forecast.v1";
    case RecordType::kRetraction:
      return "org.tocsin.retraction.v1";
    case RecordType::kCoverage:
      return "org.tocsin.coverage.v1";
  }
  return "";
}

std::string describe_allowed(const Field& field) {
  switch (field.type) {
    case kText:
      return fmt::format("text of {} to {} characters", field.least, field.greatest);
    case kWord:
      return quoted_words(field.words);
    case kInstant:
      return "an RFC 3339 time, 2019-03-07T12:00:00Z, in the years 1800 to 2399";
    case kDay:
      return "a date, 2019-03-07, in the years 1800 to 2399";
    case kInteger:
      return fmt::format("a whole number from {} to {}", field.least, field.greatest);
    case kNumber:
      return fmt::format("a number from {} to {} with at most {} digits, {} of them decimals",
                         field.least, field.greatest, kNumberDigits, kNumberDecimals);
    case kFigure:
      return fmt::format(
          "a number from {} to {} with at most {} digits, {} of them decimals, or a word of 1 to "
          "{} "
          "characters",
          field.least, field.greatest, kNumberDigits, kNumberDecimals, kScaleWordMax);
    case kTruth:
      return "true or false";
    case kTextList:
      return fmt::format("a list of 1 to {} texts of {} to {} characters", field.items, field.least,
                         field.greatest);
    case kObject:
      return "an object";
  }
  return "";
}

std::string list_members(FieldHome home, TypeSet types) {
  std::string names;
  for (const Field& field : fields_of(home)) {
    if ((field.allowed() & types) == 0) continue;
    if (!names.empty()) names += ", ";
    names += field.name;
  }
  return names;
}

std::string fields_markdown() {
  static constexpr std::string_view kHomes[] = {"", "data.", "data.period."};
  std::string text =
      "| member | E | O | F | R | C | holds | meaning |\n|---|---|---|---|---|---|---|---|\n";
  for (const Field& field : kTable) {
    text += fmt::format("| `{}{}` |", kHomes[static_cast<std::size_t>(field.home)], field.name);
    for (int type = 0; type < 5; ++type) {
      const TypeSet bit = type_bit(static_cast<RecordType>(type));
      text += (field.required & bit) != 0 ? " ! |" : (field.optional & bit) != 0 ? " o |" : "  |";
    }
    text += fmt::format(" {} | {} |\n", describe_allowed(field), field.meaning);
  }
  return text;
}

}  // namespace tocsin
