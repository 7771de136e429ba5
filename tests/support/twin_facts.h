#pragma once

#include <map>
#include <optional>
#include <vector>

#include "model/catalogue.h"
#include "model/claim.h"

namespace tocsin::twin {

// docs/SEMANTICS.md section 1, the plain way: the latest revisions as lists, looked through each
// time. Built anew for every recomputation.
class Facts {
 public:
  struct Seen {
    Day start, end;
    std::int64_t value = 0;  // scaled
  };

  // `from` is the first day that any window looks at; `latest` holds one revision an identity and
  // is borrowed.
  Facts(const Catalogue& catalogue, const std::vector<LatestRevision>& latest, Day from, Day until);

  // The observations that count, one a period, by (end, start).
  const std::vector<Seen>& series(const SeriesKey& key) const;

  // The samples that count, one a moment, by the second since 1970.
  using Samples = std::map<std::int64_t, std::int64_t>;
  const Samples& samples(const SeriesKey& key) const;

  // What was foretold, by day of issue: of each figure what was published last.
  struct Foretold {
    Day start, end;
    std::int32_t member = 0;
    std::int64_t value = 0;              // scaled; with a chance: the threshold
    std::optional<std::int64_t> chance;  // millionths
  };
  using Issues = std::map<Day, std::vector<Foretold>>;
  const Issues& issues(const SeriesKey& key) const;

  struct Placed {
    const EventClaim* event;
    bool surely;  // in the region, as against perhaps
  };
  // Of number 0, no region: none, like its coverage.
  const std::vector<Placed>& events(RegionId region) const;

  // Whether each day of [from, until) is covered.
  bool covered(SourceId source, RegionId region, Day from, Day until) const;
  // The end of the last covered day before `end`; nullopt when there is none.
  std::optional<Day> reach(SourceId source, RegionId region, Day end) const;

 private:
  struct Days {
    std::vector<std::int32_t> count_before;  // covered days before day i
    std::vector<std::int32_t> last_before;   // index of the last covered day before day i, or -1
  };
  std::vector<bool> stated(SourceId source, RegionId region) const;
  const Days& days(SourceId source, RegionId region) const;
  std::vector<RegionId> ground(RegionId region) const;
  bool holds(RegionId outer, RegionId inner) const;
  bool may_hold(RegionId region, const EventClaim& event) const;

  const Catalogue& catalogue_;
  Day from_, until_;
  std::map<SeriesKey, std::vector<Seen>> series_;
  std::map<SeriesKey, Samples> samples_;
  std::map<SeriesKey, Issues> issues_;
  std::vector<const EventClaim*> events_;
  std::vector<const CoverageClaim*> coverage_;
  mutable std::map<RegionId, std::vector<Placed>> placed_;
  mutable std::map<std::pair<SourceId, RegionId>, Days> days_;
};

}  // namespace tocsin::twin
