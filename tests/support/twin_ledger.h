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

// A signal's ticks, as the pattern sees them.
struct NamedTicks {
  std::string name;
  std::vector<SignalTick> ticks;
};

class Ledger {
 public:
  Ledger(Day begin, Span window, std::int32_t lapse_days)
      : begin_(begin), window_(window), lapse_days_(lapse_days) {}

  struct Commit {
    std::vector<Said> said;
    std::vector<Noted> noted;
    std::size_t would_be_withdrawn = 0;
    std::size_t splits = 0;  // open alerts whose stated interval holds more than one episode
  };
  // `pattern` and the signals hold a tick for each day from `begin` to today, the last.
  Commit commit(const std::vector<PatternTick>& pattern, const std::vector<NamedTicks>& signals);

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
    bool open() const { return !closes(last); }
  };

  std::vector<Episode> episodes_of(const std::vector<PatternTick>& pattern) const;
  std::set<std::string> basis_of(const Episode& episode, const std::vector<NamedTicks>& signals,
                                 Day today) const;
  bool overlap(const Alert& alert, const Episode& episode, Day today) const;
  void say(std::size_t alert, RevisionKind kind, const Episode& episode, Day today, Commit& out);

  Day begin_;
  Span window_;
  std::int32_t lapse_days_;
  std::vector<Alert> alerts_;
  std::vector<Noted> noted_;
};

}  // namespace tocsin::twin
