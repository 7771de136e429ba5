#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/alert.h"
#include "rules/assessment.h"

namespace tocsin {

// What one commit says: revisions of alerts, in the order in which they enter the chain, and notes
// (JSON objects) that enter it too and are never dispatched.
struct Statements {
  std::vector<AlertRevision> revisions;
  std::vector<std::string> notes;
};

struct LedgerOptions {
  bool illustrative = false;      // every alert is marked as made from demonstration data
  std::int32_t closed_days = 90;  // how long a closed alert is still corrected
};

// A stretch of ticks at watch or above.
struct Episode {
  Day start;
  Day end;      // exclusive; kDayNever while it lasts
  Level level;  // its last; none once it is over
  bool lasts() const { return end == kDayNever; }
};
std::vector<Episode> episodes_of(const PatternTrack& track);

// The alerts that were stated and how they follow the assessment (docs/SEMANTICS.md section 5).
// What it says depends on the assessments at the commits and on nothing else, so a replay of the
// journal says the same.
class Ledger {
 public:
  Ledger(const Catalogue& catalogue, LedgerOptions options);

  // Takes over what was said before, in the order of the chain. The revision of an alert with the
  // highest number is where it stands.
  void restore(const AlertRevision& revision);
  Result<void> restore_note(std::string_view json);

  // Figures behind a statement were corrected in this commit: these places get an `updated` even if
  // nothing else changed. By place: names of the signals.
  using Corrected = std::map<Assessment::Moved, std::set<std::string>>;

  // Compares the alerts of the places with the assessment and appends what is to be said.
  void reconcile(const Assessment& assessment, std::span<const Assessment::Moved> places,
                 const Corrected& corrected, ProcessingTime now, Statements& out);
  // Closes the alerts of patterns that are in none of the packs.
  void retire_missing(std::span<const Pack> packs, ProcessingTime now, Statements& out);

  // Places of the pack with an open alert, sorted.
  std::vector<Assessment::Moved> open_places(const Assessment& assessment) const;
  bool has_open(const Assessment& assessment, const Assessment::Moved& place) const;
  // The last revision of each open alert.
  std::vector<AlertRevision> open() const;
  std::size_t open_count() const { return open_count_; }

  // First tick of the episode's evidence at which a signal was on: where its figures are compared.
  static std::optional<Day> first_on(const Assessment& assessment, const Assessment::Moved& place,
                                     std::uint32_t signal, Day episode_start);
  // Start of the episode that the open alert of the place states; nullopt when none is open.
  std::optional<Day> stated_start(const Assessment& assessment,
                                  const Assessment::Moved& place) const;

 private:
  struct Alert {
    AlertRevision last;
    Day first_tick;
    bool open() const { return !closes(last.kind); }
  };
  // (pack, pattern, region code)
  using PlaceKey = std::tuple<std::string, std::string, std::string>;
  struct Place {
    std::vector<Alert> alerts;               // oldest first
    std::vector<std::pair<Day, Day>> noted;  // episodes found over, [start, end)
    std::set<Hash128> noted_alerts;          // old ones that would be withdrawn
  };
  struct Statement;  // one revision being made

  void count_open(std::string_view region_code, int change);
  PlaceKey key_of(const Assessment& assessment, const Assessment::Moved& place) const;
  void reconcile_place(const Assessment& assessment, const Assessment::Moved& at,
                       const std::set<std::string>& corrected, ProcessingTime now, Statements& out);
  void follow(const Statement& statement, Alert& alert, const std::set<std::string>& corrected,
              Statements& out);
  // The one door to a new alert: every reason to hold one back is asked here and nowhere else.
  static bool may_raise(const Statement& statement);
  void raise(const Statement& statement, Place& place, Statements& out);
  void close(const Statement& statement, Alert& alert, RevisionKind kind,
             const std::string& merged_into, Statements& out);
  void note_past(const Statement& statement, Place& place, Statements& out);
  void say(const Statement& statement, Alert& alert, AlertRevision revision, Statements& out);
  AlertRevision compose(const Statement& statement, RevisionKind kind, Level level) const;
  std::vector<std::string> basis_of(const Statement& statement) const;
  std::vector<std::string> changes_of(const Statement& statement, const AlertRevision& before,
                                      const AlertRevision& after) const;

  const Catalogue& catalogue_;
  LedgerOptions options_;
  std::map<PlaceKey, Place> places_;
  std::size_t open_count_ = 0;
  std::vector<std::uint32_t> open_in_;  // by region number: how many of them
};

}  // namespace tocsin
