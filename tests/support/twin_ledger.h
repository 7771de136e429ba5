#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/twin.h"

// docs/SEMANTICS.md section 5, the plain way: what is said of one pattern in one region, commit
// after commit, from the ticks of the assessment alone.
namespace tocsin::twin {

// What one commit says of one alert.
struct Said {
  std::size_t alert = 0;  // counted from 0 in the order of issue
  RevisionKind kind = RevisionKind::kRaised;
  Level level = Level::kNone;
  Day start;               // of the episode
  std::optional<Day> end;  // exclusive; unset while it lasts
  std::size_t into = 0;    // kMerged: the older alert
  friend bool operator==(const Said&, const Said&) = default;
};

struct Noted {
  Day start, end;  // an episode found over
  friend bool operator==(const Noted&, const Noted&) = default;
};

// An episode that is held back, and by what: "mute", "budget", "veto".
struct Kept {
  std::string why;
  Level level = Level::kNone;
  Day start;
};

// A signal's ticks, as the pattern sees them.
struct NamedTicks {
  std::string name;
  std::vector<SignalTick> ticks;
  bool absent = false;  // not judged in the region: known to be off, before history too
  bool told = true;     // the pattern stands on it
};

// What was said of all places of a pack that may keep others from being raised.
struct Heard {
  std::uint32_t pattern = 0;
  RegionId region;
  std::size_t alert = 0;  // of its place
  RevisionKind kind = RevisionKind::kRaised;
  Level level = Level::kNone;
  Day day;
};
using Board = std::vector<Heard>;

class Ledger {
 public:
  // All but the number and region are borrowed; the board is that of all places of the pack.
  Ledger(Day begin, const Catalogue& catalogue, const Pack& pack, std::uint32_t pattern,
         RegionId region, Board& board)
      : begin_(begin),
        catalogue_(catalogue),
        pack_(pack),
        pattern_(pack.patterns[pattern]),
        number_(pattern),
        region_(region),
        board_(board) {}

  struct Commit {
    std::vector<Said> said;
    std::vector<Noted> noted;
    std::vector<Kept> kept;
    std::size_t would_be_withdrawn = 0;
    std::size_t splits = 0;  // open alerts whose stated interval holds more than one episode
  };
  // In two steps: all places first follow the alerts that there are, then each begins what is new.
  // `pattern` and the signals hold a tick for each day from `begin` to today, the last.
  Commit follow_all(const std::vector<PatternTick>& pattern, const std::vector<NamedTicks>& signals,
                    ProcessingTime now);
  void begin_new(const std::vector<NamedTicks>& signals, ProcessingTime now, Commit& out);
  // When its open proposals are due.
  std::vector<ProcessingTime> dues() const;

 private:
  struct Episode {
    Day start;
    std::optional<Day> end;
    Level level;
  };
  struct Alert {
    RevisionKind last = RevisionKind::kRaised;
    Level level = Level::kNone;
    Day start, issued;
    std::optional<Day> end;
    std::set<std::string> basis;
    bool noted = false;
    bool raised = false;                // ever
    Level refused = Level::kNone;       // the level of a proposal that was turned down
    std::optional<ProcessingTime> due;  // of its open proposal
    bool open() const { return !closes(last); }
  };

  std::vector<Episode> episodes_of(const std::vector<PatternTick>& pattern) const;
  std::set<std::string> basis_of(const Episode& episode, const std::vector<NamedTicks>& signals,
                                 Day today) const;
  bool overlap(const Alert& alert, const Episode& episode, Day today) const;
  void say(std::size_t alert, RevisionKind kind, const Episode& episode, Day today, Commit& out);
  void follow(std::size_t alert, const Episode& episode, const std::vector<NamedTicks>& signals,
              ProcessingTime now, Commit& out);

  // twin_ledger_holds.cc
  Tri holds(std::optional<std::uint32_t> signal, const std::vector<NamedTicks>& signals) const;
  bool around(const std::string& place, RegionId other) const;
  std::optional<std::string> held_by(Level level, const std::vector<NamedTicks>& signals,
                                     Day today) const;
  void begin(std::optional<std::size_t> again, const Episode& episode,
             const std::vector<NamedTicks>& signals, ProcessingTime now, Commit& out);
  ProcessingTime deadline(ProcessingTime now) const;
  void decide(std::size_t alert, const Episode& episode, const std::vector<NamedTicks>& signals,
              ProcessingTime now, Commit& out);

  Day begin_;
  const Catalogue& catalogue_;
  const Pack& pack_;
  const Pattern& pattern_;
  std::uint32_t number_;
  RegionId region_;
  Board& board_;
  std::vector<Alert> alerts_;
  std::vector<Noted> noted_;
  // What the second step begins, and for which alert that was never raised.
  std::optional<std::pair<Episode, std::optional<std::size_t>>> new_;
  // The spell of being held back that was told last.
  struct Spell {
    Day start, told;
    Level level;
    std::string why;
  };
  std::optional<Spell> spell_;
};

}  // namespace tocsin::twin
