#pragma once

#include "daemon/new_pack.h"
#include "model/time.h"

namespace tocsin {

// What the answers come to before they are written down: for new_pack.cc.

// The day about which the scenarios speak, whatever the cadences.
inline const Day kScenarioDay = *parse_day("2019-07-01");

// A threat as a signal, and the lines of records that put it at its threshold and a step below.
struct PlannedSignal {
  std::string name, title, dimension, when, why;
  std::string advice;  // what to look at, as a comment above it
  std::vector<std::string> fires, quiet;
};
struct PackPlan {
  std::vector<PlannedSignal> signals;
  std::string producer;  // who may bring all the records
  std::string region;    // about which they are
};
tl::expected<PackPlan, std::vector<AnswerError>> plan_pack(const Catalogue& catalogue,
                                                           const NewPackAnswers& answers);

}  // namespace tocsin
