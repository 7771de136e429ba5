#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/alert.h"
#include "model/journal.h"
#include "rules/assessment.h"

namespace tocsin {

// Why a new alert is not raised yet.
enum class HoldReason : std::uint8_t {
  kPerson,  // somebody muted the pattern there
  kMute,    // the pattern's own cool-down
  kBudget,  // as many were raised as may be
  kVeto,    // it would be proposed, and what vetoes it holds already
};
inline constexpr int kHoldReasonCount = 4;
std::string_view name_of(HoldReason reason);  // "person", "mute", "budget", "veto"
std::optional<HoldReason> parse_hold_reason(std::string_view name);

// An episode that would be an alert, and is held back. It is told once a spell, and again when its
// level rises or the reason changes.
struct HeldBack {
  HoldReason why = HoldReason::kMute;
  Level level = Level::kNone;
  std::string pack, pattern, region;
  Day start;          // of the episode
  std::string by;     // the alert (hex) that mutes it or spent the last; the person; of kVeto ""
  std::string until;  // day or time at which this reason ends; "" when that is not known
  bool override_unknown = false;               // whether what would override it holds is not known
  std::string note(ProcessingTime now) const;  // as it enters the chain
};

// What one commit says: revisions of alerts, in the order in which they enter the chain, and notes
// (JSON objects) that enter it too and are never dispatched.
struct Statements {
  std::vector<AlertRevision> revisions;
  std::vector<std::string> notes;
  std::vector<HeldBack> held_back;  // those of the notes that say so
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
  // A person keeps new alerts of a pattern in a region from being raised until `input.until`; a
  // time that is over lifts it. Refused (kConflict) while the pattern's `overrides` holds there,
  // and where patterns of several packs have the name; kNotFound where no pattern of the name is
  // judged and where there is nothing to lift.
  struct MuteSaid {
    std::string pattern;  // PACK/PATTERN
    std::string note;     // to chain
  };
  Result<MuteSaid> mute(std::span<const Assessment> assessments, const MuteInput& input,
                        ProcessingTime now);
  // The mutes of persons that hold.
  struct MuteInForce {
    std::string pattern, region, who;
    ProcessingTime until;
  };
  std::vector<MuteInForce> mutes(ProcessingTime now) const;

  // Closes the alerts of patterns that are in none of the packs.
  void retire_missing(std::span<const Pack> packs, ProcessingTime now, Statements& out);

  // Places of the pack with an open alert, sorted.
  std::vector<Assessment::Moved> open_places(const Assessment& assessment) const;
  bool has_open(const Assessment& assessment, const Assessment::Moved& place) const;
  // Places of the pack where something is held back or proposed: to be compared at each commit,
  // whether or not they moved.
  std::vector<Assessment::Moved> waiting_places(const Assessment& assessment) const;
  // The first time after `now` at which a proposal is due or a person's mute ends; nullopt: none.
  std::optional<ProcessingTime> next_due(ProcessingTime now) const;
  // The last revision of each open alert.
  std::vector<AlertRevision> open() const;
  std::size_t open_count() const { return open_count_; }

  struct Statement;  // one revision being made

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
    bool raised = false;               // ever: what was only proposed never was
    Level turned_down = Level::kNone;  // the level of the proposal that was vetoed or refused
    bool open() const { return !closes(last.kind); }
    bool pending() const { return last.kind == RevisionKind::kProposed; }
    void take(const AlertRevision& revision);
  };
  struct Turn;  // one place at one commit
  // (pack, pattern, region code)
  using PlaceKey = std::tuple<std::string, std::string, std::string>;
  struct Place {
    std::vector<Alert> alerts;               // oldest first
    std::vector<std::pair<Day, Day>> noted;  // episodes found over, [start, end)
    std::set<Hash128> noted_alerts;          // old ones that would be withdrawn
    struct Held {
      Day start, tick;  // of the episode; of the note
      Level level;
      HoldReason why;
    };
    std::optional<Held> held;  // the spell that was told last, unless it was raised since
  };
  // What may keep others from being raised: one for each raise, escalation and open proposal.
  struct Loud {
    RegionId region;
    Hash128 alert;
    Day day;
    Level level = Level::kNone;
    RevisionKind kind = RevisionKind::kRaised;  // kRaised, kEscalated or kProposed
  };
  struct PersonsMute {
    std::string who;
    ProcessingTime until;
  };

  void count_open(std::string_view region_code, int change);
  PlaceKey key_of(const Assessment& assessment, const Assessment::Moved& place) const;
  // Nullopt where the pack judges no such pattern.
  std::optional<Assessment::Moved> place_of(const Assessment& assessment,
                                            const PlaceKey& key) const;
  void follow_place(const Assessment& assessment, const Assessment::Moved& at,
                    const std::set<std::string>& corrected, ProcessingTime now,
                    std::vector<Turn>& turns);
  void follow(Turn& turn, Alert& alert, const std::set<std::string>& corrected);

  // ---- ledger_holds.cc
  // The one door to a new alert: every reason to hold one back is asked here and nowhere else.
  // Nullopt: it may be raised.
  std::optional<HeldBack> may_raise(const Statement& statement) const;
  std::optional<HeldBack> muted_by_person(const Statement& statement) const;
  std::optional<HeldBack> muted(const Statement& statement) const;
  std::optional<HeldBack> spent(const Statement& statement) const;
  static std::optional<HeldBack> vetoed(const Statement& statement);
  static bool is_named_before(const Loud& loud, const Loud* other);
  // Walks what was said of the pattern, newest first; false from `fn` ends it.
  void each_loud(const std::string& pack, const std::string& pattern,
                 const std::function<bool(const Loud&)>& fn) const;
  void hear(const AlertRevision& revision, bool was_pending);
  void hold_back(const Statement& statement, Place& place, HeldBack held, Statements& out);
  const PersonsMute* mute_in_force(const std::string& pattern, const std::string& region,
                                   ProcessingTime now) const;
  void note_mute(const std::string& pattern, const std::string& region, PersonsMute mute,
                 ProcessingTime now);

  // ---- ledger_decision.cc
  void decide(const Statement& statement, Alert& alert, const std::set<std::string>& corrected,
              Statements& out);
  AlertRevision proposal(const Statement& statement, const Alert* again) const;

  // Raises, proposes or holds back.
  void begin(Turn& turn);
  // By episode: who follows it.
  using Followers = std::vector<const Alert*>;
  void follow_latest(Turn& turn, Alert& alert, const std::vector<Episode>& episodes,
                     Followers& followers, const std::set<std::string>& corrected);
  void add_corrections(const Statement& statement, const std::set<std::string>& corrected,
                       AlertRevision& revision) const;
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
  // By (pack, pattern), in the order in which it was said.
  std::map<std::pair<std::string, std::string>, std::vector<Loud>> loud_;
  std::map<std::pair<std::string, std::string>, PersonsMute> persons_mutes_;  // pattern, region
  std::set<PlaceKey> waiting_;
  std::size_t open_count_ = 0;
  std::vector<std::uint32_t> open_in_;  // by region number: how many of them
};

}  // namespace tocsin
