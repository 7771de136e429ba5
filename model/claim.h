#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/hash.h"
#include "model/id.h"
#include "model/record.h"
#include "model/time.h"

namespace tocsin {

// The name of a record: of the source's key and the id that the source gave it.
Hash128 identity_hash(std::string_view source, std::string_view id);
// Of all that the record says, `published` excepted: two records of one revision that differ in
// nothing else are duplicates. 12.5 and 12.50 are the same number. Doesn't allocate.
Hash128 content_hash(const Record& record);
// An actor as claims and rules compare it: the hash prefix of its folded name (model/fold.h), so
// that "Boko Haram" and "boko haram" are one.
std::uint64_t actor_number(std::string_view name);

// A claim is what one admitted record adds to the data set: resolved, numbered, comparable. The
// gate makes claims, the store keeps the latest one of each identity, the engine folds over them.

// (region, indicator, source, group): two sources never overwrite each other.
struct SeriesKey {
  RegionId region;
  IndicatorId indicator;
  SourceId source;
  GroupId group;
  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

// What stands in place of the second of the day where a value is no sample.
inline constexpr std::int32_t kNoSecond = -1;

struct ObservationClaim {
  SeriesKey series;
  Day start, end;          // [start, end)
  std::int64_t value = 0;  // scaled by the indicator's precision; of a scale the place of its word
  std::string note{};      // only of indicators that must have one
  std::int32_t second = kNoSecond;  // of a sample: of the day `start`, 0 to 86,399
  bool is_sample() const { return second != kNoSecond; }
  friend auto operator<=>(const ObservationClaim&, const ObservationClaim&) = default;
};

struct EventClaim {
  RegionId region;  // the finest region that is known
  SourceId source;
  EventKindId kind;
  bool vague_place = false;  // known only as far as `region`
  Day start, end;            // [start, end); more than one day: somewhere in it
  std::int64_t deaths = 0, displaced = 0;
  std::vector<std::uint64_t> actors;  // actor_number() of each, sorted, unique
  EventStatus status = EventStatus::kReported;
  friend auto operator<=>(const EventClaim&, const EventClaim&) = default;
};

// Either a value, or the probability that `threshold` is passed in the direction that is worse.
struct ForecastClaim {
  SeriesKey series;
  Day issued;      // a forecast is read, and may be late, by this day
  Day start, end;  // [start, end): the days it speaks about; end > issued
  std::int32_t member = 0;
  std::optional<std::int64_t> value, threshold;  // scaled
  std::optional<std::int64_t> probability;       // millionths
  friend auto operator<=>(const ForecastClaim&, const ForecastClaim&) = default;
};

struct CoverageClaim {
  SourceId source;
  IndicatorId indicator;          // number 0: events
  std::vector<RegionId> regions;  // sorted; each stands for itself and what lies below it
  Day from, until;                // [from, until)
  friend auto operator<=>(const CoverageClaim&, const CoverageClaim&) = default;
};

// monostate: the identity is retracted and claims nothing.
using Claim =
    std::variant<std::monostate, ObservationClaim, EventClaim, ForecastClaim, CoverageClaim>;

// An identity's latest revision, as the store keeps it.
struct LatestRevision {
  Hash128 identity;  // of (source key, record id)
  SourceId source;
  std::uint32_t revision = 0;
  Hash128 content;          // of the canonical record
  PublishedTime published;  // processing time of arrival where the sender gave none
  Tlp tlp = Tlp::kClear;
  std::uint64_t journal_sequence = 0;  // where the record itself can be read again
  std::uint32_t journal_index = 0;     // its place in that journal entry
  Claim claim;
  friend bool operator==(const LatestRevision&, const LatestRevision&) = default;
};

// What an admitted record changes: `before` (if the identity was known) gives way to `after`.
struct Change {
  std::optional<LatestRevision> before;
  LatestRevision after;
};

// The same of revisions that stand elsewhere; `before` is null if the identity was not known.
struct ChangeView {
  const LatestRevision* before;
  const LatestRevision* after;
  static ChangeView of(const Change& change) {
    return {change.before ? &*change.before : nullptr, &change.after};
  }
};

}  // namespace tocsin
