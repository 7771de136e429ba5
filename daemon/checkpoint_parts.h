#pragma once

#include <cstdint>
#include <string>

#include "daemon/checkpoint_rows.h"
#include "rules/dataset.h"
#include "storage/bytes.h"

// Shared by the files of checkpoint_*.cc that write and read rows.
namespace tocsin {

// Days that follow each other, each as the step from the one before.
class DayWriter {
 public:
  explicit DayWriter(ByteWriter& out) : out_(out) {}
  void put(Day day) {
    out_.zigzag(std::int64_t{day.number()} - last_);
    last_ = day.number();
  }

 private:
  ByteWriter& out_;
  std::int64_t last_ = 0;
};

class DayReader {
 public:
  explicit DayReader(ByteReader& in) : in_(in) {}
  Day get() {
    last_ += in_.number<std::int32_t>();  // never far enough to overflow
    if (last_ < kDayMin.number() || last_ > kDayNever.number()) {
      in_.fault("day " + std::to_string(last_));
      last_ = 0;
    }
    return Day(static_cast<std::int32_t>(last_));
  }

 private:
  ByteReader& in_;
  std::int64_t last_ = 0;
};

// ---- checkpoint_content.cc
// Which observations are written, by the day on which their period ends: (after, until].
struct EndsWithin {
  Day after = kDayMin, until = kDayMax;
};
// Observations and forecasts as they were before the changes `since`; then notes, events, coverage.
void write_observations(const Dataset& data, RegionId region, const RegionChanges& since,
                        EndsWithin ends, ByteWriter& out);
void write_forecasts(const Dataset& data, RegionId region, const RegionChanges& since,
                     ByteWriter& out);
using SeriesList = std::vector<std::pair<SeriesKey, Series>>;
SeriesList read_observations(RegionId region, ByteReader& in);
void write_places(const Dataset& data, RegionId region, ByteWriter& out);
Dataset::RegionContent read_content(RegionId region, ByteReader& in);

}  // namespace tocsin
