#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/pack.h"

namespace tocsin {

// Small mistakes put into a pack, one at a time: a scenario must notice each. One that none notices
// shows what the scenarios don't try.
struct Mutation {
  enum class Kind : std::uint8_t {
    kOperation,
    kNumber,
    kParameter,
    kCount,
    kFor,
    kLinger,
    kLatchDays,
    kLatchYear,
    kNoLatch,
    kOverHow,
    kOverSpan,
    kOverShare,
    kOverBefore
  };
  Kind kind = Kind::kNumber;
  std::string rule;    // "signal dry, when", "parameter rain_share"
  std::string change;  // "last(spi) < -1: '<=' for '<'"
  // Where: the condition by its place among conditions_of(), its node; or the rule's index.
  std::size_t condition = 0;
  std::int32_t node = -1;
  bool of_pattern = false;
  Op operation = Op::kLess;           // what takes its place
  Over::How how = Over::How::kCount;  // the same
  double value = 0;                   // the same
};

// Of every condition: each comparison strict for not strict and turned round, `and` for `or`, each
// number and each length of `consecutive` and `rising` a step up and a step down; of every
// parameter the same; of every rule `for`, `linger` and `latch` a day shorter and longer, a latch
// also left out, and until the year is over instead of the season. Of every `over` any for all, min
// for max and mean for median, and the other way round; of one of the past or of the days ahead a
// step less and more, and of the past this one in or out; of a quantile its share.
std::vector<Mutation> mutations_of(const Pack& pack);
// A copy of the pack with the mistake in it.
Pack mutated(const Pack& pack, const Mutation& mutation);

}  // namespace tocsin
