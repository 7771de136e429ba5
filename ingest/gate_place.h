#pragma once

#include <string>
#include <string_view>

#include "ingest/gate.h"
#include "ingest/gate_refusal.h"
#include "model/region.h"

namespace tocsin {

using ResolvedPlace = Checked<const Region*>;

// The region that `place` names: by code, else by alias within its country, else by its point. A
// named region is taken exactly, never a finer one; a point beside it must not contradict it,
// unless the place is vague. A place that can't be resolved is refused, never guessed.
ResolvedPlace resolve_place(const RegionTable& regions, const GatePolicy& policy,
                            const Place& place);

// The region of a code, or else of an alias anywhere. `pointer` says where the name stands.
ResolvedPlace resolve_region(const RegionTable& regions, std::string_view name,
                             std::string_view pointer);

}  // namespace tocsin
