#pragma once

#include <cstdint>
#include <optional>

#include "model/catalogue.h"
#include "model/claim.h"
#include "model/hash.h"
#include "model/record.h"
#include "model/time.h"

namespace tocsin {

// The gate decides what one record does to the data set (docs/SEMANTICS.md section 1). It is pure:
// the same arguments, the same answer. It runs on the engine thread, so that a duplicate can't race
// a record in flight.
//
// 1. Who speaks: the source is in the catalogue, and the producer may relay it.
// 2. Which revision holds, by (revision, content hash): a higher one replaces, an equal one is a
//    duplicate, a lower revision is superseded. Of two contents of one revision the greater hash
//    holds and the other is a conflict. So the order of arrival makes no difference to what holds.
//    A retraction is a revision like another and claims nothing; it needs no earlier revision.
// 3. What it claims: every name resolves, the source may write it, place and point agree, the
//    period lies on the indicator's grid, the value is plausible, the days are not in the future.
// 4. A claim whose last day (of a forecast: its day of issue) lies before the lateness horizon is
//    archived. Of revision 1 it changes nothing. A higher revision takes the place of what it
//    replaces like any other, or bars a lower one that is still to come, but claims nothing: it is
//    a tombstone with its own content.
//
// Codes of rejections: unknown-source, source-not-allowed, unknown-indicator,
// indicator-not-allowed, unknown-event-kind, event-kind-not-allowed, stream-not-allowed,
// unknown-group, unknown-place, place-mismatch, region-not-allowed, bad-period, period-off-grid,
// period-too-long, period-before-issue, future-day, future-published, implausible-value,
// no-such-member, missing-member (the note that an indicator asks for), negative-magnitude,
// conflict. Pointers are those of docs/FORMATS.md.

struct GatePolicy {
  // Claims whose last day lies before it are archived. Moves forward only, by a journaled input.
  Day lateness_horizon = kDayMin;
  // How many days after today the last day of an observation, the first day of an event or of an
  // observation without a grid (an analysis of a season may begin before the season ends), the day
  // a forecast was issued, the day of publication and the end of a coverage statement may lie.
  std::int32_t days_ahead = 1;
  // How far a sample may lie ahead of the clock, in seconds: clocks differ by that much.
  std::int32_t seconds_ahead = 60;
  // How far outside the polygon of its named region a point may lie, in degrees: polygons are
  // simplified, and towns lie on borders. Of the 5,037 events of UCDP GED in Nigeria with a state
  // and a point (where_prec 1 to 4), 208 lie outside the state's polygon, the farthest by 0.126.
  double border_tolerance = 0.15;
  // The longest interval of an event, an observation without a grid, or a forecast, in days.
  std::int32_t days_max = 3660;
};

// Who brings the record, when, and where it stands in the journal.
struct Arrival {
  const Producer& producer;
  ProcessingTime now;
  std::uint64_t journal_sequence = 0;
  std::uint32_t journal_index = 0;
  // The record's identity_hash() and content_hash(), where they are known already.
  std::optional<Hash128> identity{}, content{};
};

struct Admission {
  Fate fate = Fate::kQuarantined;
  std::optional<Rejection> rejection;  // exactly when quarantined
  // When applied; and when archived with a revision above 1: its `after` then claims nothing.
  std::optional<Change> change;
  // The record won over another content of its revision: the content hash of the loser, which the
  // caller quarantines as "conflict".
  std::optional<Hash128> displaced_content;
};

// `current` is the latest revision known of the record's identity, or nullptr. Requires an indexed
// catalogue and producer.sources that it holds. Allocates for what it returns only: the actors and
// regions of a claim, and the texts of a rejection.
Admission admit(const Catalogue& catalogue, const GatePolicy& policy, const Arrival& arrival,
                const Record& record, const LatestRevision* current);

// The rejection of the loser of a conflict, for displaced_content.
Rejection conflict_rejection(std::uint32_t revision, const Hash128& winner);

}  // namespace tocsin
