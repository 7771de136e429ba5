#pragma once

#include <string>

#include "model/time.h"
#include "tests/sim/random.h"

namespace tocsin::sim {

// Records of one producer of contents.h as NDJSON: new ones, revisions, duplicates, conflicts,
// retractions, coverage, late ones, ones it may not write, and lines that are no records. Ids come
// from a small pool that the producers share, so that all of that meets.
class Records {
 public:
  explicit Records(std::string producer) : producer_(std::move(producer)) {}

  struct Frame {
    std::string payload;
    std::uint64_t records = 0;
  };
  Frame frame(Random& random, Day today) const;

 private:
  std::string record(Random& random, Day today) const;
  std::string observation(Random& random, Day today, const std::string& source) const;
  std::string event(Random& random, Day today) const;

  std::string producer_;
};

}  // namespace tocsin::sim
