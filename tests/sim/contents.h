#pragma once

#include "daemon/contents.h"
#include "tests/support/twin_pack.h"

namespace tocsin::sim {

// What the simulated daemon is configured with: two states with a shared lake, monthly prices, two
// kinds of events, three producers, three committees by mail and CAP, and a pack whose alerts come
// and go within weeks. Small limits, so that a short run meets each of them.

// History begins here; the simulation a year later.
inline constexpr Day kHistoryBegins{19'723};  // 2024-01-01
inline constexpr Day kBegin{20'089};          // 2025-01-01

inline constexpr std::int32_t kLatenessDays = 300;
inline constexpr std::int64_t kQuarantineMax = 40;  // kept for each producer

const Contents& contents();
// The pack, as the naive twin evaluates it. Numbers are those of a new store.
const twin::Pack& twin_pack();

}  // namespace tocsin::sim
