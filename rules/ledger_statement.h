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

// What of `a` is not in `b`. Both are sorted.
std::set<std::string> difference(const std::vector<std::string>& a,
                                 const std::vector<std::string>& b);

}  // namespace tocsin
