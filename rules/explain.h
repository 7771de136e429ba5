#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/alert.h"
#include "model/tri.h"
#include "rules/assessment.h"

namespace tocsin {

// Why a rule says what it says, from the expression and its values: nothing is written by hand.

// One part of a condition with what it came to, as a tree.
struct Explained {
  std::string text;    // as the author wrote it
  std::string value;   // "41 mm", "true", "at least 3 events", "not known"
  std::string detail;  // what was looked at, from whom, and why it is not known
  std::vector<Explained> parts;
};

// A signal in a region at a tick, in words.
struct SignalExplained {
  Evidence evidence;
  Tlp tlp = Tlp::kClear;  // strictest label of the records it stands on
  std::string reading;    // numbers its conditions saw, for comparing two tellings
  // Empty in a Telling::kStatement:
  Explained when;
  std::optional<Explained> clear;
  std::vector<std::uint64_t> records;  // identity prefixes of what it stands on, sorted
};
// Everything, or what an alert states. A statement costs a third.
enum class Telling : std::uint8_t { kWhole, kStatement };
// Requires that the region is folded (Assessment::folds()).
SignalExplained explain_signal(const Assessment& assessment, RegionId region, std::uint32_t signal,
                               Day tick, Telling telling = Telling::kWhole);
// The numbers only: what `reading` above holds. Cheaper.
std::string signal_reading(const Assessment& assessment, RegionId region, std::uint32_t signal,
                           Day tick);

// A pattern in a region at a tick.
struct PatternExplained {
  Level level = Level::kNone, possible = Level::kNone;
  std::vector<std::pair<Level, Explained>> levels;               // empty in a Telling::kStatement
  std::vector<std::string> dimensions_true, dimensions_unknown;  // codes, sorted
  // Sentences: one for each level above this one, with all that it lacks, and when this one falls.
  std::vector<std::string> outlook;
  std::string certainty;  // "observed", "likely", "possible"
};
// Requires that the pattern is judged in the region (Assessment::judges()).
PatternExplained explain_pattern(const Assessment& assessment, RegionId region,
                                 std::uint32_t pattern, Day tick,
                                 Telling telling = Telling::kWhole);

// The tree as indented lines.
std::string render(const Explained& explained, int indent = 0);

}  // namespace tocsin
