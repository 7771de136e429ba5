#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ingest/import/mapping.h"

namespace tocsin {

// Exact arithmetic on figures (whole millionths, see row.h).

// a / b * scale with `decimals` decimal digits, rounded half away from zero; nullopt when it
// doesn't fit in 63 bits. Requires b != 0.
std::optional<std::int64_t> scaled_ratio(std::int64_t a, std::int64_t b, Decimal scale,
                                         int decimals);

Decimal without_trailing_zeros(Decimal value);

// One figure for many; nullopt for none, or when a sum doesn't fit.
std::optional<std::int64_t> aggregate(RollupSpec::Take take, std::vector<std::int64_t> figures);

}  // namespace tocsin
