#pragma once

#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "rules/lexer.h"
#include "rules/pack.h"

namespace tocsin {

// What can be said of a condition without data: comparisons that always or never hold, given the
// ranges that its parts can have (a count is never negative, a percentile lies in [0 %, 100 %], an
// indicator within its plausible range).
std::vector<ExpressionError> check_statically(const Expression& expression,
                                              const Catalogue& catalogue, const Pack& pack);

// Between what the number of a node lies, whatever the data says.
Quantity static_range(const Expression& expression, std::int32_t node, const Catalogue& catalogue,
                      const Pack& pack);

// The coarsest cadence of the series that a signal reads: what cascades compare onsets by.
Cadence coarsest_cadence(const Signal& signal);

// A number that no data moves, in a region; nullopt for any other.
std::optional<double> constant_in(const Expression& expression, std::int32_t node, const Pack& pack,
                                  RegionId region);

// Indices of the signals that the conditions of `signal` read, sorted.
std::vector<std::uint32_t> signals_read(const Pack& pack, const Signal& signal);

// Indices of the signals that the pattern's conditions stand on, those that signals and other
// patterns read for it among them; sorted. The patterns above it have theirs in `told`.
std::vector<std::uint32_t> signals_told(const Pack& pack, const Pattern& pattern);

struct SignalCycle {
  std::size_t signal;
  std::string path;  // "a -> b -> a"
};
std::vector<SignalCycle> find_signal_cycles(const Pack& pack);

}  // namespace tocsin
