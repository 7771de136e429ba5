#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/teller.h"

namespace tocsin {

// What would have to happen for a condition to hold, or to be false: its parts that are not so yet,
// with `and` and `or` as the condition has them. With every part that was left out as it is now,
// the condition comes out as wanted exactly when this is so: no single part of a kAll is enough.
struct Wanted {
  enum class Kind : std::uint8_t {
    kMet,   // nothing: it is so already
    kPart,  // `text`
    kAll,   // every one of `parts`
    kAny,   // one of `parts`
  };
  Kind kind = Kind::kMet;
  std::string text;           // "the number of ... is at least 4 (now 3)"
  std::int32_t node = -1;     // of kPart: what it speaks about in the expression,
  bool holds = true;          // and whether that is to hold or not to hold
  std::vector<Wanted> parts;  // two at least, none of them met
  bool rest_is_so = false;    // something that is so already was left out, here or below
};
// `numbers`: also what a comparison's number is now.
enum class Now : std::uint8_t { kLeftOut, kTold };
Wanted wanted(const Teller& teller, std::int32_t node, bool holds, Now now);

// As a clause without a full stop, in plain English; empty when it is met.
std::string say(const Wanted& wanted);

}  // namespace tocsin
