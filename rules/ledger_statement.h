#pragma once

#include <set>
#include <string>
#include <vector>

#include "rules/ledger.h"

// Shared by the files of ledger*.cc.
namespace tocsin {

// What every revision of one place at one commit is made from.
struct Ledger::Statement {
  const Assessment& assessment;
  const Pattern& pattern;
  const Region& region;
  Assessment::Moved place;
  ProcessingTime now;
  Episode episode{};  // the one it speaks about
  Day tick() const { return assessment.today(); }
};

// What one place says at one commit, and what is left for when all places were followed.
struct Ledger::Turn {
  Statement statement;
  Place& place;
  Statements said{};
  std::optional<Episode> begins{};     // nobody follows it, and it goes on
  std::optional<std::size_t> again{};  // by an alert that was never raised; else a new one
};

// Whether the pattern's condition holds at the open tick; an empty one doesn't.
Tri ask_now(const Ledger::Statement& statement, const Expression& condition);

// What of `a` is not in `b`. Both are sorted.
std::set<std::string> difference(const std::vector<std::string>& a,
                                 const std::vector<std::string>& b);

}  // namespace tocsin
