#pragma once

// Internal to storage: what is written when the journal is cut.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/time.h"
#include "storage/rows.h"

namespace tocsin {

// The entries that go when the journal begins there, as ranges [first, last]: all up to its
// sequence but that of its configuration.
std::vector<std::pair<std::uint64_t, std::uint64_t>> journal_ranges(const JournalMark& begin);

// A horizon as a row of meta holds it.
std::string encode_horizon(Day day);

}  // namespace tocsin
