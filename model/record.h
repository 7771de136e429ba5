#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/time.h"

namespace tocsin {

// A record is a CloudEvents 1.0 JSON object (docs/FORMATS.md). Here it is parsed and well-formed,
// but its names are not resolved yet: that is the gate's work (ingest/gate.h).

// Traffic Light Protocol 2.0, from open to closed (docs/REFERENCES.md#first-tlp).
enum class Tlp : std::uint8_t { kClear, kGreen, kAmber, kAmberStrict, kRed };
std::string_view name_of(Tlp tlp);  // "clear", "green", "amber", "amber+strict", "red"
std::optional<Tlp> parse_tlp(std::string_view name);

// Where: a region's code or alias, or a point. At least one of `region` and `point` is given.
struct Place {
  std::string region;   // code or alias; "" when only the point is known
  std::string country;  // helps to resolve an alias; "" when not given
  std::optional<double> latitude, longitude;
  // The place is known only as far as `region` (a country, say): it never counts for a child.
  bool vague = false;
  friend bool operator==(const Place&, const Place&) = default;
};

// How sure the source is that an event happened. A later revision changes it.
enum class EventStatus : std::uint8_t { kReported, kConfirmed, kRefuted };
std::string_view name_of(EventStatus status);  // "reported", "confirmed", "refuted"
std::optional<EventStatus> parse_event_status(std::string_view name);

// Something that happened in the days [start, end). end = start + 1 for a dated event; longer when
// the source gives a span or a vague date.
struct EventBody {
  std::string kind;
  Place place;
  Day start, end;
  std::optional<std::int64_t> deaths, deaths_low, deaths_high;  // people
  std::optional<std::int64_t> displaced;                        // people
  std::vector<std::string> actors;
  std::string note;
  EventStatus status = EventStatus::kReported;
  friend bool operator==(const EventBody&, const EventBody&) = default;
};

// A number exactly as the sender wrote it: digits * 10^-scale (scale is negative in "3e2"). The
// gate brings it to the indicator's precision, rounding half away from zero.
struct Decimal {
  std::int64_t digits = 0;
  int scale = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
// Scales to `precision` decimal digits; nullopt when it does not fit in 63 bits.
std::optional<std::int64_t> to_scaled(Decimal value, int precision);
// Reads a JSON number token ("-12.50", "3e2"); nullopt when it isn't one, has over 18 digits
// (leading zeros not counted) or an exponent beyond +-999.
std::optional<Decimal> parse_decimal(std::string_view token);
// The scaled value as text: (1250, 2) is "12.50".
std::string format_scaled(std::int64_t value, int precision);

// A word of a scale (Indicator::scale) has at most this many characters.
inline constexpr std::int64_t kScaleWordMax = 32;

// A value of an indicator for a region and the days [start, end), perhaps for a group. A sample
// speaks about one moment of the one day that it names.
struct ObservationBody {
  std::string indicator;
  Place place;
  std::string group;  // "" is the whole population
  Day start, end;
  std::optional<EventTime> at{};  // of a sample, on the day `start`
  Decimal value;
  std::string word;  // of an indicator with a scale: its word, and `value` is 0; else ""
  std::string note;  // why, where the value is somebody's judgement
  friend bool operator==(const ObservationBody&, const ObservationBody&) = default;
};

// A forecast of an indicator for the days [start, end), issued at the record's time. Either a value
// (with the ensemble member it belongs to, 0 if there is only one) or the probability that
// `threshold` is passed in the direction that is worse.
struct ForecastBody {
  std::string indicator;
  Place place;
  std::string group;
  Day start, end;
  std::int32_t member = 0;
  std::optional<Decimal> value;
  std::optional<Decimal> probability;  // [0, 1]
  std::optional<Decimal> threshold;
  std::string word;  // of a scale, for `value` or `threshold`, which then is 0; else ""
  friend bool operator==(const ForecastBody&, const ForecastBody&) = default;
};

// "The record (source, id) is not true": a tombstone, even for an identity not seen yet.
struct RetractionBody {
  std::string reason;
  friend bool operator==(const RetractionBody&, const RetractionBody&) = default;
};

// "What I say of `stream` in these regions is complete for the days [from, until)": this is what
// makes "no events" differ from "no data". stream is "events" or an indicator's code.
struct CoverageBody {
  std::string stream;
  std::vector<std::string> regions;  // codes or aliases; each covers what lies below it
  Day from, until;
  friend bool operator==(const CoverageBody&, const CoverageBody&) = default;
};

enum class RecordType : std::uint8_t { kEvent, kObservation, kForecast, kRetraction, kCoverage };
std::string_view name_of(RecordType type);  // "event", "observation", ...

// Body alternatives stand in the order of RecordType.
using RecordBody =
    std::variant<EventBody, ObservationBody, ForecastBody, RetractionBody, CoverageBody>;

struct Record {
  std::string source;
  std::string id;  // of a retraction: the id of the record that it retracts
  std::uint32_t revision = 1;
  EventTime time;
  std::optional<PublishedTime> published;
  Tlp tlp = Tlp::kClear;
  RecordBody body;
  RecordType type() const { return static_cast<RecordType>(body.index()); }
  friend bool operator==(const Record&, const Record&) = default;
};

// Why a record was not taken: told to its sender and kept with it in quarantine.
struct Rejection {
  std::string code;     // stable, for programs: "unknown-indicator"
  std::string pointer;  // JSON pointer to the offending member: "/data/indicator"
  std::string message;  // says the offending value
  std::string allowed;  // what may stand there
  friend bool operator==(const Rejection&, const Rejection&) = default;
};

// The one counted end of every record received.
enum class Fate : std::uint8_t {
  kApplied,
  kDuplicate,     // same identity, revision and content
  kSuperseded,    // a higher revision is already there
  kQuarantined,   // refused, kept with its reason
  kArchivedLate,  // older than the lateness horizon: journaled, not applied
};
inline constexpr int kFateCount = 5;
std::string_view name_of(Fate fate);  // "applied", "duplicate", ...

}  // namespace tocsin
