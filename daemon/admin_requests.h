#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/admin_routes.h"

namespace tocsin {

// The requests that change something, from HTTP to inputs of the journal and back.

// `body`: {"committee": NAME, "revision": N, "note": TEXT}; without a revision the alert's last
// one.
AdminAction acknowledge_alert(const Store& store, const std::string& alert, const std::string& body,
                              const std::string& who);
// `body`: {"pattern": NAME, "region": CODE, "until": DAY or TIME, "reason": TEXT}; a time that is
// over lifts a mute.
AdminAction mute_pattern(const std::string& body, const std::string& who);
AdminAction release_one(const std::string& sequence, const std::string& body,
                        const std::string& who);
// `body`: {"sequences": [N, ...]}, at most kRequestInputsMax.
AdminAction release_many(const std::string& body, const std::string& who);

// A row's number as it stands in a path: 1 to 18 digits.
Result<std::uint64_t> parse_row_number(const std::string& text);

}  // namespace tocsin
