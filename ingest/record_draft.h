#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ingest/schema.h"
#include "ingest/wire.h"

namespace tocsin {

// The members of one JSON record, read by the table in ingest/schema.h and not yet put together.
// `type` and `data` come in any order, so what is allowed in `data` is judged at the end.
//
// Texts point into the document's parser and live as long as its current document.
class RecordDraft {
 public:
  // Walks the whole document: simdjson checks only what is walked. False: rejection() says why.
  bool read(simdjson::ondemand::document& document);
  // Requires a read() that succeeded. The draft's rejection() says why a record can't be made.
  bool build(Record& record);
  Rejection&& take_rejection() { return std::move(rejection_); }

 private:
  // What a member holds: `text` of a text or word, also in place of a figure; `number` of a number,
  // with digits alone for an integer, the milliseconds of an instant, the number of a day, 0 or 1
  // for a truth value.
  struct Cell {
    std::string_view text;
    Decimal number;
  };

  bool read_object(simdjson::ondemand::object object, FieldHome home);
  bool read_member(simdjson::ondemand::value value, const Field& field);
  bool read_text(simdjson::ondemand::value value, const Field& field);
  bool read_figure(simdjson::ondemand::value value, const Field& field);
  bool read_number(simdjson::ondemand::value value, const Field& field);
  bool read_truth(simdjson::ondemand::value value, const Field& field);
  bool read_list(simdjson::ondemand::value value, const Field& field);
  struct TextLimits {
    std::int64_t least, greatest;  // characters
  };
  bool check_text(std::string_view text, const Field& field, std::string_view pointer,
                  TextLimits limits);
  bool check_members(RecordType type);

  bool build_event(const Record& record, EventBody& body);
  bool build_observation(ObservationBody& body);
  bool build_forecast(ForecastBody& body);
  bool build_coverage(CoverageBody& body);
  bool build_place(Place& place);
  bool build_period(Day& start, Day& end);
  bool build_moment(ObservationBody& body);

  bool has(FieldKey key) const { return (seen_ >> static_cast<unsigned>(key) & 1U) != 0; }
  Cell& cell(FieldKey key) { return cells_[static_cast<std::size_t>(key)]; }
  Day day(FieldKey key) { return Day(static_cast<std::int32_t>(cell(key).number.digits)); }
  std::optional<std::int64_t> integer(FieldKey key) {
    return has(key) ? std::optional(cell(key).number.digits) : std::nullopt;
  }
  std::optional<Decimal> number(FieldKey key) {
    return has(key) ? std::optional(cell(key).number) : std::nullopt;
  }
  // The word that stands in place of a figure; "" when it is a number.
  std::string word(FieldKey key) {
    return (words_ >> static_cast<unsigned>(key) & 1U) != 0 ? text(key) : std::string();
  }
  std::string text(FieldKey key) { return has(key) ? std::string(cell(key).text) : std::string(); }

  bool reject(std::string_view code, std::string_view pointer, std::string message,
              std::string allowed = "");
  bool reject_json(simdjson::error_code error, std::string_view pointer);
  bool reject_type(simdjson::ondemand::value value, const Field& field);

  static_assert(kFieldCount <= 64);
  std::uint64_t seen_ = 0;
  std::uint64_t words_ = 0;  // figures that are words
  std::array<Cell, kFieldCount> cells_;
  std::vector<std::string_view> list_;  // of the one list that a record can have
  Rejection rejection_;
};

// The JSON pointer of a member: "/data/period/start".
std::string pointer_of(const Field& field);

// At most `limit` bytes of `text` for a message: cut between characters, with dots where something
// was cut, and with spaces for control characters.
std::string shorten(std::string_view text, std::size_t limit = 60);

}  // namespace tocsin
