#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "model/record.h"

namespace tocsin::testsupport {

// The seed of a random test: TOCSIN_SEED when set, else a fresh one. Prints it, so that a failure
// can be repeated.
std::uint64_t test_seed();

// How many cases a random test runs: TOCSIN_CASES when set.
int test_cases(int usual);

// Random records that keep every limit of the format: all types, all members, edge values more
// often than chance would have them.
class RecordGen {
 public:
  explicit RecordGen(std::uint64_t seed) : random_(seed) {}
  Record record();
  // 0 <= result < bound
  int below(int bound);

 private:
  bool often() { return below(4) != 0; }
  bool rarely() { return below(8) == 0; }
  std::int64_t between(std::int64_t least, std::int64_t greatest);
  std::string text(int most);
  Day day();
  Decimal decimal(std::int64_t greatest_whole);
  Place place();
  void period(Day& start, Day& end);
  EventBody event(Day day_of_record);
  ObservationBody observation();
  ForecastBody forecast();
  CoverageBody coverage();

  std::mt19937_64 random_;
};

}  // namespace tocsin::testsupport
