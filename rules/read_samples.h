#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "rules/read.h"

namespace tocsin {

// Samples within the day (docs/SEMANTICS.md section 2.12): the grid of moments that a longest()
// looks at, what is read there, and the usual of a sampled series.

// The moments of the days [first, last], from midnight of the first on, in equal steps.
struct SampleGrid {
  Day first, last;
  std::int32_t step = 1;  // seconds
  std::size_t a_day() const { return static_cast<std::size_t>(kSecondsPerDay / step); }
  std::size_t size() const { return static_cast<std::size_t>(last - first + 1) * a_day(); }
  // Where a moment of `day` stands; nullopt: outside of the days, or off the grid.
  std::optional<std::size_t> index_of(Day day, std::uint32_t second) const;
  Day day_at(std::size_t index) const { return first + static_cast<std::int32_t>(index / a_day()); }
  std::int32_t second_at(std::size_t index) const {
    return static_cast<std::int32_t>(index % a_day()) * step;
  }
};

// The source of a sampled series that is read at a tick: the first that has a sample of that day.
struct SampleChoice {
  const Series* series = nullptr;  // null: none has
  SeriesKey key;
  std::size_t visible = 0;  // observations of days up to the tick
};
SampleChoice choose_samples(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon);

// The latest sample of the day, as an explanation tells it, with the strictest label of the day's.
Read read_samples(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon);

// The value at each moment of the grid; unknown where there is no sample.
std::vector<Quantity> sampled_values(const Scene& scene, const Leaf& leaf,
                                     const SampleChoice& choice, const SampleGrid& grid);

// The values of a window in order, of which the one in the middle is asked for again and again:
// counts by rank in a Fenwick tree.
class SampleWindow {
 public:
  // Makes it ready for these values, beside those that it knows.
  void expect(std::vector<std::int64_t> values);
  // Of values that were expected.
  void add(std::int64_t value);
  void remove(std::int64_t value);
  std::size_t size() const { return size_; }
  // Of an even number the mean of the two in the middle. Requires size() > 0.
  double median() const;

 private:
  void count(std::int64_t value, std::int32_t by);
  std::int64_t at(std::size_t index) const;  // in order, from 0

  std::vector<std::int64_t> values_;  // sorted, each once
  std::vector<std::int32_t> tree_;
  std::size_t size_ = 0;
};

// The usual of one series along the samples of a grid. Goes on where it stopped when samples were
// only put in behind, else begins anew: what it says depends on the samples alone.
class UsualWalk {
 public:
  // The usual at each moment of the grid up to the last sample of its days; unknown where there is
  // none, and behind that sample.
  const std::vector<Quantity>& along(const Dataset& data, const Indicator& indicator,
                                     const SampleChoice& choice, const Usual& usual,
                                     const SampleGrid& grid);

 private:
  void take(const Usual& usual, const SampleGrid& grid, Day day, std::uint32_t second,
            std::int64_t value);
  void let_go(std::int64_t until);
  std::optional<double> now(const Usual& usual, std::int32_t step) const;

  Day last_ = kDayNever;  // of the grid
  std::uint64_t rewrites_ = 0;
  std::size_t next_ = 0;    // the first observation of the series that was not taken
  std::size_t filled_ = 0;  // moments of the grid
  SampleWindow window_;
  std::deque<std::pair<std::int64_t, std::int64_t>> learned_;  // second since 1970, value
  double divisor_ = 1;
  std::vector<Quantity> along_;
};

// The walks of an assessment, so that a sample that comes in order costs no more than itself. One
// of each usual of a series is kept, for the tick that was asked last.
class SampleMemo {
 public:
  UsualWalk& walk(const SeriesKey& key, const Usual& usual) { return walks_[{key, usual}]; }

 private:
  std::map<std::pair<SeriesKey, Usual>, UsualWalk> walks_;
};

}  // namespace tocsin
