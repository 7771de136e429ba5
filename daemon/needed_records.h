#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/claim.h"
#include "rules/assessment.h"

namespace tocsin {

// A record without which something would not be said: found by leaving it out and judging again.
struct NeededRecord {
  LatestRevision revision;
  std::vector<std::string> signals;   // that would not be on, by name
  std::vector<std::string> patterns;  // whose level would be lower, by name
};

// What the signals of the region that are on at `tick` stand on: the beginnings of the identities.
// Requires that the region is folded.
std::vector<std::uint64_t> records_below(const Assessment& assessment, RegionId region, Day tick);

// Leaves out each of `records` in turn. `data` is a copy for this: it is changed and put back.
std::vector<NeededRecord> needed_records(const Catalogue& catalogue, const Pack& pack, Dataset data,
                                         Day history_begins, Day today, RegionId region, Day tick,
                                         const std::vector<LatestRevision>& records);

}  // namespace tocsin
