#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/record.h"

namespace tocsin {

// The one table of what a record may hold. The parser, the writer, the JSON Schemas
// (deploy/schemas) and the table in docs/FORMATS.md all come from it; docs/FORMATS.md says what the
// rows mean to a sender.

// Where a member stands.
enum class FieldHome : std::uint8_t { kTop, kInData, kInPeriod };

enum class FieldType : std::uint8_t {
  kText,      // a string of least..greatest characters (code points), none of them a control
  kWord,      // one of `words`
  kInstant,   // an RFC 3339 time
  kDay,       // a date, "2019-03-07"
  kInteger,   // a whole number in [least, greatest]
  kNumber,    // a number in [least, greatest], read digit by digit
  kFigure,    // as kNumber, or a word of at most kScaleWordMax characters: the gate knows the scale
  kTruth,     // true or false
  kTextList,  // at most `items` texts, as kText
  kObject,    // the members of another home
};

// One for each row of the table, in its order.
enum class FieldKey : std::uint8_t {
  kSpecversion,
  kId,
  kSource,
  kType,
  kTime,
  kSubject,
  kRevision,
  kPublished,
  kTlp,
  kDatacontenttype,
  kDataschema,
  kData,
  kKind,
  kIndicator,
  kStream,
  kPeriod,
  kAt,
  kStart,
  kEnd,
  kFrom,
  kUntil,
  kCountry,
  kLatitude,
  kLongitude,
  kVague,
  kGroup,
  kValue,
  kProbability,
  kThreshold,
  kMember,
  kDeaths,
  kDeathsLow,
  kDeathsHigh,
  kDisplaced,
  kActors,
  kRegions,
  kNote,
  kStatus,
  kReason,
  kPeriodStart,
  kPeriodEnd,
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(FieldKey::kPeriodEnd) + 1;

// A set of record types, one bit each.
using TypeSet = std::uint8_t;
constexpr TypeSet type_bit(RecordType type) {
  return static_cast<TypeSet>(1U << static_cast<unsigned>(type));
}
inline constexpr TypeSet kAnyType = 0x1F;

struct Field {
  FieldKey key;
  FieldHome home;
  std::string_view name;
  FieldType type;
  TypeSet required;  // record types that must have it
  TypeSet optional;  // record types that may have it
  std::int64_t least = 0;
  std::int64_t greatest = 0;
  std::uint32_t items = 0;      // of a list: the most; a list has at least one
  std::string_view words = {};  // for kWord: the words, separated by '|'
  std::string_view meaning = {};
  constexpr TypeSet allowed() const { return required | optional; }
};

// All rows, by FieldKey.
const std::array<Field, kFieldCount>& field_table();
// The rows of one home, in the order in which they are written.
std::span<const Field> fields_of(FieldHome home);
// The row called `name` in `home`; nullptr when there is none.
const Field* find_field(FieldHome home, std::string_view name);

// "org.tocsin.event.v1" and so on.
std::string_view type_name(RecordType type);

// A number never has more significant digits or decimals than these.
inline constexpr int kNumberDigits = 18;
inline constexpr int kNumberDecimals = 12;

// What may stand in the field, for people: "a whole number from 0 to 100".
std::string describe_allowed(const Field& field);
// The names of the members of `home` that a record of one of `types` may have: "kind, start, end".
std::string list_members(FieldHome home, TypeSet types);

// The JSON Schema (draft 2020-12) of one record type, indented, with a final newline. It can't say
// everything the parser checks: docs/FORMATS.md lists the rest.
std::string json_schema(RecordType type);
// The table of members for docs/FORMATS.md, in Markdown.
std::string fields_markdown();

}  // namespace tocsin
