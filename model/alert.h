#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/hash.h"
#include "model/id.h"
#include "model/record.h"
#include "model/time.h"

namespace tocsin {

enum class Level : std::uint8_t { kNone, kWatch, kWarning, kEmergency };
inline constexpr int kLevelCount = 4;
std::string_view name_of(Level level);  // "none", "watch", "warning", "emergency"
std::optional<Level> parse_level(std::string_view name);
// With what a publisher calls it, if anything: "warning (action)".
std::string level_text(Level level, std::string_view called);
inline constexpr std::size_t kLevelNameBytesMax = 60;  // of what a publisher calls a level

// What a revision of an alert says (docs/SEMANTICS.md section 5).
enum class RevisionKind : std::uint8_t {
  kRaised,
  kEscalated,
  kEased,
  kUpdated,  // the level stands, what it stands on changed
  kCleared,
  kWithdrawn,  // corrected evidence means it would not have been raised
  kMerged,     // another, older alert speaks of the same episode
  kRetired,    // its pattern is gone from the rules
  kLapsed,     // the evidence it stands on has been unknown for too long
};
std::string_view name_of(RevisionKind kind);  // "raised", ...
std::optional<RevisionKind> parse_revision_kind(std::string_view name);
// Whether the alert is over with this revision.
bool closes(RevisionKind kind);

// One source behind a statement, with how to cite it and how far it reaches.
struct EvidenceSource {
  std::string key, name, citation;
  char reliability = 'F';
  std::optional<Day> covered_until;  // exclusive
  friend bool operator==(const EvidenceSource&, const EvidenceSource&) = default;
};

// One signal's part in an alert, in words and in numbers.
struct Evidence {
  std::string signal;               // its name in the pack
  std::string title;                // the same for people
  std::string dimension;            // code
  std::string state;                // "on", "off", "unknown"
  std::optional<Day> since;         // of that state
  std::optional<Day> evidence_day;  // last day that the figures speak about
  std::string sentence;   // "rain over 3 months is 41 mm, 62 % of its 10-year normal of 66 mm; ..."
  std::string change;     // what would change it: "clears above 59 mm"; empty if nothing is known
  std::string reference;  // where the threshold comes from
  std::vector<EvidenceSource> sources;
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// What a parliament can do: one of legislate, oversee, budget, represent, diplomacy; by when.
struct Advice {
  std::string function, horizon, text;
  friend bool operator==(const Advice&, const Advice&) = default;
};

// One revision of one alert, complete: a message is rendered from it and nothing else. It is what
// the ledger chains, so every field is deterministic in the journal.
struct AlertRevision {
  Hash128 alert;             // identity: hash of (pattern, region, tick of issue, ordinal)
  std::uint32_t number = 1;  // 1 is the raise
  RevisionKind kind = RevisionKind::kRaised;
  std::string pack, pack_version, pattern, title;
  std::string region;  // code
  std::string region_name;
  std::vector<std::string> shared_with;  // codes of the basins it concerns
  Level level = Level::kNone;
  Level previous_level = Level::kNone;
  std::string level_name, previous_level_name;  // what the publisher calls them; empty: nothing
  ProcessingTime issued;
  std::vector<ProcessingTime> earlier;  // when revisions 1 .. number-1 were issued, in order
  Day tick;                             // the tick it speaks about
  Day episode_start;
  std::optional<Day> episode_end;                                // exclusive; unset while it lasts
  std::vector<std::string> dimensions_true, dimensions_unknown;  // codes, sorted
  std::vector<Evidence> evidence;                                // in pack order
  std::vector<std::string> changes;  // sentences: what changed since the revision before
  std::vector<std::string> outlook;  // sentences: what would raise, ease or clear it
  std::string certainty;             // "observed", "likely", "possible"
  std::vector<Advice> advice;
  std::vector<std::string> sdg_targets;
  std::string skill;  // the record of this rule in back-tests, or that there is none yet
  Tlp tlp = Tlp::kClear;
  bool evidence_withheld = false;
  bool illustrative = false;  // made from demonstration data: every message says so
  std::string merged_into;    // hex id, for kMerged
  // What the statement stands on, in the ledger's terms (rules/ledger.h), sorted: when it changes
  // while the level stands, an `updated` revision says so.
  std::vector<std::string> basis;
  friend bool operator==(const AlertRevision&, const AlertRevision&) = default;
};

// Canonical JSON (fixed member order, one line): the bytes the ledger hashes. Requires UTF-8 texts.
std::string to_json(const AlertRevision& revision);
// Reads what to_json writes; a missing, unknown or misfit member is kInvalid, with its JSON
// pointer.
Result<AlertRevision> parse_alert_revision(std::string_view json);

}  // namespace tocsin
