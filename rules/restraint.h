#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/period.h"
#include "rules/expression.h"
#include "rules/season.h"

namespace tocsin {

// What keeps a new alert of a pattern from being raised at once (docs/SEMANTICS.md section 5). The
// ledger alone reads it; the assessment never does.

// Which regions an earlier alert may be in.
enum class Around : std::uint8_t {
  kSame,
  kParent,      // the parent and all that lies directly below it
  kChildren,    // what lies directly below; the members of a basin or set
  kNeighbours,  // not the region itself
  kBasin,       // the other members of its basins
  kCountry,     // the country and all that lies in it
  kPack,        // anywhere
};
std::string_view name_of(Around around);  // "same", ...
// Whether `there` is so around `here`.
bool lies(const RegionTable& regions, Around around, RegionId here, RegionId there);

// A cool-down: what was raised at this level or a higher one keeps another from being raised.
struct Mute {
  Span length;
  std::vector<Around> places;           // any of them
  std::vector<std::uint32_t> patterns;  // whose alerts count: indices in the pack, sorted
};

// At most so many alerts of the pattern in one occurrence of a season; off season any number.
struct Budget {
  std::int64_t at_most = 1;
  Season per;
  Around place = Around::kSame;
};

// What it means that nobody answered a proposal.
enum class Silence : std::uint8_t { kAgrees, kRefuses };
std::string_view name_of(Silence silence);  // "agrees", "refuses"

// A new alert is proposed first; people agree, veto, or are silent until the deadline.
struct Decision {
  std::int64_t within_ms = 0;
  Expression agree, veto;  // either may be empty
  Silence silence = Silence::kRefuses;
  std::vector<std::string> ask;  // keys of the committees that get the proposal, sorted
};

}  // namespace tocsin
