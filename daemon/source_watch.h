#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"
#include "model/claim.h"
#include "model/time.h"

namespace tocsin {

// Notices a source that has gone mad, for a person to look at. It refuses nothing and decides
// nothing: what a record may say is the gate's business, how much a producer may send the credit's.
// Depends on the records and their processing time alone, so it says the same at a replay.
//
//   rate   in the present hour more than 100 times as many records as in the hours in which it
//          usually speaks (the geometric mean of those, newer ones counting more), and at least
//          1000
//   bound  of an indicator's last 100 values nine in ten stand at the end of its plausible range
//   same   of an indicator's last 100 values all are one and the same
//
// Zero is what most quiet indicators say, so it counts for neither of the latter. The first
// kHoursLearned hours teach it what is usual. What it has learned is gone after a start.
enum class Suspicion : std::uint8_t { kRate, kBound, kSame };
inline constexpr std::size_t kSuspicionCount = 3;
std::string_view name_of(Suspicion suspicion);  // "rate", "bound", "same"

// One that began or ended.
struct SuspicionChange {
  SourceId source;
  Suspicion suspicion = Suspicion::kRate;
  enum class Kind : std::uint8_t { kBegan, kEnded };
  Kind kind = Kind::kBegan;
  std::string key = {};  // of the source
};
// For the log: "source ucdp-ged: sends a hundred times as many ...".
std::string describe(const SuspicionChange& change);

class SourceWatch {
 public:
  static constexpr std::uint32_t kHoursLearned = 8;
  static constexpr double kTimesUsual = 100;
  static constexpr std::uint64_t kLeastRecords = 1'000;
  static constexpr std::uint32_t kBlock = 100;  // values looked at together

  // A record of a known source came, whatever became of it.
  void arrived(SourceId source, ProcessingTime now);
  // It was applied. `catalogue` has the indicators' ranges.
  void applied(const LatestRevision& revision, const Catalogue& catalogue);
  // What began or ended since the last call, in the order of it. Call once a commit.
  std::vector<SuspicionChange> take_changes(ProcessingTime now, const Catalogue& catalogue);

  bool suspects(SourceId source, Suspicion suspicion) const;

 private:
  struct Values {  // of one indicator, in the block that is being filled
    std::uint32_t count = 0, at_bound = 0, same = 0;
    std::int64_t first = 0;
    bool bound_found = false, same_found = false;  // of the last full block
  };
  struct Watched {
    std::int64_t hour = 0;
    std::uint64_t records = 0;  // in it
    double usual = 0;           // logarithm of the usual number
    std::uint32_t hours = 0;    // learned from
    std::array<bool, kSuspicionCount> suspected{};
    std::vector<Values> values;  // by indicator number
  };

  Watched& at(SourceId source);
  void close_hour(Watched& watched, std::int64_t hour);
  static bool is_fast(const Watched& watched);
  void set(SourceId source, Suspicion suspicion, bool found);

  std::vector<Watched> sources_;  // by number
  std::vector<SuspicionChange> changes_;
  std::int64_t hour_ = 0;  // of the last take_changes()
};

}  // namespace tocsin
