#pragma once

#include "ingest/gate.h"
#include "ingest/gate_refusal.h"

namespace tocsin {

// What `record`, which is `source`'s, claims as of `now`, or why it can't claim it.
Checked<Claim> make_claim(const Catalogue& catalogue, const GatePolicy& policy,
                          const Source& source, const Record& record, ProcessingTime now);

// The day by which a claim is late: the day after the last one that it speaks about, of a forecast
// the day after its issue; kDayNever for a retraction.
Day end_of(const Claim& claim);

}  // namespace tocsin
