#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/property_run.h"

namespace tocsin {

// Plays the trial's records to an engine, day by day and now and then by leaps, and compares every
// tick of every track with the twin's: at the end, and in a share of the days and arrivals before.
// The first difference, in words; empty when there is none.
std::string run_against_twin(const Trial& trial, twin::Tally& tally, Occurrences& occurred);

// The rules that somebody wrote: bands of one signal are one. Each is compared over the whole of
// the trial's history, so it makes one pair of rule and data.
std::uint64_t rules_of(const Pack& pack);

// How often each operator had which outcome, a line each.
void print(const twin::Tally& tally);
// What a run of many trials must have met and has not: outcomes that an operator can have, and
// features of history.
std::vector<std::string> never_met(const twin::Tally& tally, const Occurrences& occurred);
// Which of the features never occurred.
std::vector<std::string> absent(const Occurrences& occurred,
                                std::initializer_list<const char*> features);

}  // namespace tocsin
