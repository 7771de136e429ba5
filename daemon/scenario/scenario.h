#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/catalogue.h"
#include "model/diagnostic.h"
#include "model/record.h"
#include "rules/assessment.h"
#include "rules/ledger.h"
#include "rules/pack.h"

namespace tocsin {

// A scenario tells what a rule pack must say when certain records come in. It stands in a YAML file
// beside the pack (rules/packs/NAME.scenarios.yaml; docs/RULES.md describes the keys), and its
// records take the way that real ones take.

// What must be so on a day, told in the evening of a later one: figures come late.
struct Expectation {
  Day day;
  Day seen;                    // when it is told; at least `day`
  std::string region;          // code
  std::optional<Level> level;  // of the scenario's pattern
  std::optional<Level> possible;
  // Signals by state: held is on, but not known any more; unknown is off and not known.
  std::vector<std::string> on, off, held, unknown;
  std::optional<std::vector<std::string>> blind;  // dimensions not known, sorted
  int line = 0;                                   // of the scenario file
};

// One revision of an alert that must come, in order.
struct ExpectedRevision {
  Day day;  // on which it is issued
  std::string region;
  RevisionKind kind = RevisionKind::kRaised;
  Level level = Level::kNone;
  int line = 0;
};

// An alert that must be held back, in order of the notes.
struct ExpectedHold {
  Day day;  // of the note
  std::string region;
  HoldReason why = HoldReason::kMute;
  Level level = Level::kNone;
  int line = 0;
};

// A record that the gate must refuse.
struct ExpectedRefusal {
  std::string record;  // its id
  std::string why;     // code of the rejection, "missing-member"
  int line = 0;
};

struct Scenario {
  std::string name;      // unique in its file
  std::string producer;  // who brings the records
  std::string pattern;
  Day begins;                     // history begins; records known earlier come in at once
  std::vector<Record> records;    // by time of publication, which all have
  std::vector<Expectation> days;  // by the day on which they are told
  std::optional<std::vector<ExpectedRevision>> alerts;  // all of the expected regions, if given
  std::optional<std::vector<ExpectedHold>> held_back;   // the same of what is held back
  std::vector<ExpectedRefusal> refused;                 // every other record must be applied
  int line = 0;
};

// Reads a scenario file. All errors at once.
tl::expected<std::vector<Scenario>, Diagnostics> parse_scenarios(const std::string& file,
                                                                 const std::string& text,
                                                                 const Catalogue& catalogue,
                                                                 const Pack& pack);

// What did not come as expected: "line 41: on 2019-04-20 NG-BO is at watch, not warning".
struct Mismatch {
  int line = 0;
  std::string message;
};
// Is shown what the rules say after each commit, and for each day about which something is
// expected.
using ScenarioObserver = std::function<void(const Assessment&, Day tick)>;
// Plays the scenario day by day, one commit for each day on which something became known or is
// expected. Empty when all is as expected. Records that are not applied are mismatches, too,
// but for those that must be refused.
std::vector<Mismatch> run_scenario(const Scenario& scenario, const Catalogue& catalogue,
                                   const Pack& pack, const ScenarioObserver& observe = {});

}  // namespace tocsin
