#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/alert.h"
#include "model/time.h"

namespace tocsin {

// CAP 1.2's words for what a revision says (docs/REFERENCES.md#oasis-cap, sections 3.2.1
// and 3.2.2). All are static strings of the schema's enumerations.

struct CapWeight {
  const char *urgency, *severity, *response;
};
// An open alert weighs as its level does; one that ended is past, and one of which nobody knows how
// it goes on is unknown.
CapWeight cap_weight(const AlertRevision& revision);

// "Actual", "Draft" (a proposal), "Exercise" (made from demonstration data).
const char* cap_status(const AlertRevision& revision);

const char* cap_message_type(RevisionKind kind);
const char* cap_certainty(const AlertRevision& revision);
// "Other" for a dimension that CAP has no category for.
const char* cap_category(std::string_view dimension);

// The form CAP wants: whole seconds, and an offset instead of the Z.
std::string cap_time(std::int64_t milliseconds);
std::string cap_time(Day day);

}  // namespace tocsin
