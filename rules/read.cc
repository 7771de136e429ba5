#include "rules/read.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "rules/read_memo.h"
#include "rules/read_samples.h"

namespace tocsin {
namespace {

__extension__ typedef __int128 Wide;  // sums are exact

constexpr std::array<std::int64_t, 7> kPowerOf10 = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};

// How many observations of the series end by `day`.
std::size_t visible_by(const Series& series, Day day) {
  const auto after = std::upper_bound(series.begin(), series.end(), day,
                                      [](Day d, const Observed& o) { return d < o.end; });
  return static_cast<std::size_t>(after - series.begin());
}

// The same, looked for near `guess` first: a walk of periods seldom goes far.
std::size_t visible_by(const Series& series, Day day, std::size_t guess) {
  constexpr std::size_t kNear = 8;
  if (guess < series.size() && series[guess].end <= day) return visible_by(series, day);
  for (std::size_t steps = 0; steps < kNear; ++steps, --guess)
    if (guess == 0 || series[guess - 1].end <= day) return guess;
  return visible_by(series, day);
}

// Exact sums over the observations of a window.
struct Sums {
  std::int32_t observed = 0;
  Wide total = 0;  // of the values; of a rate: times the days of its period
  Wide plain = 0;  // of the values
  Wide squares = 0;
  std::int64_t least = 0, greatest = 0;
  std::vector<std::int64_t> values;  // only where a median needs them

  void add(const Observed& o, const Leaf& leaf, bool rate) {
    const Wide value = o.value;
    if (observed == 0 || o.value < least) least = o.value;
    if (observed == 0 || o.value > greatest) greatest = o.value;
    ++observed;
    plain += value;
    total += rate ? value * (o.end - o.start) : value;
    squares += value * value;
    if (leaf.aggregate == Aggregate::kMedian) values.push_back(o.value);
  }
};

double median_of(std::vector<std::int64_t>& values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return static_cast<double>(values[middle]);
  return static_cast<double>(Wide{values[middle - 1]} + values[middle]) / 2;
}

std::optional<double> finish(Sums& sums, const Leaf& leaf, double divisor) {
  const auto n = static_cast<double>(sums.observed);
  switch (leaf.aggregate) {
    case Aggregate::kLast:
      return static_cast<double>(sums.plain) / divisor;
    case Aggregate::kSum:
      return static_cast<double>(sums.total) / divisor;
    case Aggregate::kMean:
      return static_cast<double>(sums.plain) / (n * divisor);
    case Aggregate::kLeast:
      return static_cast<double>(sums.least) / divisor;
    case Aggregate::kGreatest:
      return static_cast<double>(sums.greatest) / divisor;
    case Aggregate::kMedian:
      return median_of(sums.values) / divisor;
    case Aggregate::kStddev: {
      if (sums.observed < 2) return std::nullopt;
      const Wide spread = sums.observed * sums.squares - sums.plain * sums.plain;
      return std::sqrt(static_cast<double>(spread) / (n * (n - 1))) / divisor;
    }
    case Aggregate::kCount:
      return n;
  }
  return std::nullopt;
}

bool enough(const Leaf& leaf, std::int32_t observed, std::int32_t periods) {
  if (leaf.aggregate == Aggregate::kCount) return true;
  if (leaf.aggregate == Aggregate::kSum || leaf.aggregate == Aggregate::kLast)
    return observed == periods;
  return observed > 0 && 5 * observed >= 4 * periods;
}

// Calls fn for the observation that counts of each period that ends after `from`, of the first
// `visible` observations, latest first.
template <class Fn>
void each_observed(const Series& series, Day from, std::size_t visible, Fn fn) {
  Day last_end = kDayNever, last_start = kDayNever;
  for (std::size_t i = visible; i > 0; --i) {
    const Observed& o = series[i - 1];
    if (o.end <= from) return;
    if (o.end == last_end && o.start == last_start) continue;
    last_end = o.end;
    last_start = o.start;
    fn(o);
  }
}

void note(Read& read, const Observed& o) {
  read.identities.push_back(o.identity);
  read.tlp = std::max(read.tlp, o.tlp);
}

// What a window without an observation says: how many there are is known.
std::optional<double> nothing_in_window(const Leaf& leaf) {
  if (leaf.aggregate == Aggregate::kCount) return 0;
  return std::nullopt;
}

// The figure `leaf.lag_observations` before the one whose period is [start, end).
std::optional<double> observations_before(const Choice& choice, const Leaf& leaf, Day start,
                                          Day end, Read* read) {
  const Series& series = *choice.series;
  std::int32_t left = leaf.lag_observations;
  for (std::size_t i = visible_by(series, end); i > 0; --i) {
    const Observed& o = series[i - 1];
    if (o.end >= end || o.start >= start) continue;
    end = o.end;
    start = o.start;
    if (--left > 0) continue;
    if (read != nullptr) {
      read->window = DayRange{o.start, o.end};
      note(*read, o);
    }
    return static_cast<double>(o.value) / divisor_of(*choice.indicator);
  }
  return std::nullopt;
}

// The same for a series without a grid, standing at `end`.
std::optional<double> at_day(const Choice& choice, const Leaf& leaf, Day end, Read* read) {
  const Indicator& indicator = *choice.indicator;
  if (leaf.aggregate == Aggregate::kLast) {
    const std::size_t visible = visible_by(*choice.series, end);
    if (visible == 0) return std::nullopt;
    const Observed& o = (*choice.series)[visible - 1];
    if (read != nullptr) {
      read->window = DayRange{o.start, o.end};
      note(*read, o);
    }
    if (end - o.end > longest_period(indicator) + indicator.longest_delay) return std::nullopt;
    return static_cast<double>(o.value) / divisor_of(indicator);
  }
  Sums sums;
  const auto range = days_of_window(leaf, end);
  if (!range) return nothing_in_window(leaf);
  each_observed(*choice.series, range->from, visible_by(*choice.series, range->until),
                [&](const Observed& o) {
                  sums.add(o, leaf, indicator.is_rate());
                  if (read != nullptr) note(*read, o);
                });
  if (read != nullptr) read->window = range;
  if (sums.observed == 0) return nothing_in_window(leaf);
  return finish(sums, leaf, divisor_of(indicator));
}

// As at_period(), read once a fold.
std::optional<double> kept_period(const Scene& scene, const Choice& choice, const Leaf& leaf,
                                  std::int32_t period) {
  auto& kept = scene.reads->of(leaf, scene.data_region).from(choice.source).periods.at(period);
  if (!kept) kept = at_period(choice, leaf, period);
  return *kept;
}

// `earlier` periods before the stand; of a series without a grid: at the stand.
Read read_observations(const Scene& scene, const Leaf& leaf, std::int32_t earlier,
                       const Stand& stand, Horizon& horizon, Detail detail) {
  Read read;
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  read.source = choice.source;
  read.gap = choice.gap;
  if (leaf.aggregate == Aggregate::kCount) read.gap = Read::Gap::kNone;
  if (choice.series == nullptr) {
    if (leaf.aggregate == Aggregate::kCount) read.value = Quantity::exactly(0);
    return read;
  }
  read.covered_until = choice.covered;
  if (read.gap != Read::Gap::kNone) return read;
  Read* records = detail == Detail::kRecords ? &read : nullptr;
  std::optional<double> value;
  const bool reached = reaches_season(leaf, choice, stand.tick, horizon);
  if (!reached) {
    value = nothing_in_window(leaf);
  } else if (leaf.cadence == Cadence::kIrregular) {
    const Day end = leaf.lag.count == 0 ? choice.covered : minus(choice.covered, leaf.lag);
    value = leaf.lag_observations > 0
                ? observations_before(choice, leaf, choice.last().start, end, records)
                : at_day(choice, leaf, end, records);
  } else {
    const std::int32_t period = period_read(leaf, choice.latest(leaf), stand) - earlier;
    value = leaf.lag_observations > 0
                ? observations_before(choice, leaf, period_start(leaf.cadence, period),
                                      period_start(leaf.cadence, period + 1), records)
            : records != nullptr || scene.reads == nullptr
                ? at_period(choice, leaf, period, records)
                : kept_period(scene, choice, leaf, period);
  }
  if (!value) {
    read.gap = reached ? Read::Gap::kMissing : Read::Gap::kOffSeason;
    return read;
  }
  horizon.limit_evidence(choice.covered - 1);
  read.value = Quantity::exactly(*value);
  return read;
}

}  // namespace

double divisor_of(const Indicator& indicator) {
  const auto power = static_cast<double>(kPowerOf10[static_cast<std::size_t>(indicator.precision)]);
  return indicator.unit == "%" ? power * 100 : power;
}

namespace {

Choice find_choice(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  Choice best;
  best.indicator = scene.catalogue.find(leaf.indicator);
  const Day end = tick + 1;
  const std::int32_t allowed = longest_period(*best.indicator) + best.indicator->longest_delay;
  for (const SourceId source : scene.sources_of(leaf)) {
    const Series* series =
        scene.data.series({scene.data_region, leaf.indicator, source, leaf.group});
    if (series == nullptr || series->empty()) continue;
    const std::size_t visible = visible_by(*series, end);
    if (visible < series->size()) horizon.limit((*series)[visible].end - 1);
    if (visible == 0) continue;
    const Day covered = (*series)[visible - 1].end;
    const bool fresh = end - covered <= allowed;
    if (!fresh && best.series != nullptr) continue;
    best.series = series;
    best.source = source;
    best.covered = covered;
    best.visible = visible;
    best.gap = fresh ? Read::Gap::kNone : Read::Gap::kStale;
    if (!fresh) continue;
    horizon.limit(covered + allowed);
    return best;
  }
  return best;
}

}  // namespace

Choice choose(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  const auto find = [&](Horizon& own) { return find_choice(scene, leaf, tick, own); };
  Choice choice = scene.reads == nullptr
                      ? find(horizon)
                      : scene.reads->chosen(leaf, scene.data_region, tick,
                                            &ReadMemo::OfLeaf::choice, horizon, find);
  if (scene.aligned != nullptr && choice.gap == Read::Gap::kNone)
    choice.covered = scene.aligned->covered(leaf, choice.covered);
  return choice;
}

PeriodWalk::PeriodWalk(const Choice& choice, const Leaf& leaf)
    : series_(*choice.series),
      leaf_(leaf),
      rate_(choice.indicator->is_rate()),
      divisor_(divisor_of(*choice.indicator)),
      visible_(choice.series->size()) {}

std::optional<double> PeriodWalk::at(std::int32_t last, Read* read) {
  const std::int32_t periods = periods_of_window(leaf_, last);
  if (periods == 0) return nothing_in_window(leaf_);
  const DayRange range{period_start(leaf_.cadence, last - periods + 1),
                       period_start(leaf_.cadence, last + 1)};
  visible_ = visible_by(series_, range.until, visible_);
  if (read != nullptr) read->window = range;
  if (leaf_.aggregate == Aggregate::kLast && read == nullptr) {
    if (visible_ == 0 || series_[visible_ - 1].end <= range.from) return std::nullopt;
    return static_cast<double>(series_[visible_ - 1].value) / divisor_;
  }
  Sums sums;
  each_observed(series_, range.from, visible_, [&](const Observed& o) {
    sums.add(o, leaf_, rate_);
    if (read != nullptr) note(*read, o);
  });
  if (!enough(leaf_, sums.observed, periods)) return std::nullopt;
  return finish(sums, leaf_, divisor_);
}

bool reaches_season(const Leaf& leaf, const Choice& choice, Day tick, Horizon& horizon) {
  if (!leaf.since) return true;
  horizon.limit(leaf.since->next_edge(tick));
  const auto occurrence = leaf.since->holding(tick);
  return occurrence && occurrence->start < choice.covered;
}

std::optional<DayRange> days_of_window(const Leaf& leaf, Day end) {
  if (!leaf.since) return DayRange{minus(end, leaf.window), end};
  const auto occurrence = leaf.since->holding(end - 1);
  if (!occurrence) return std::nullopt;
  return DayRange{occurrence->start, end};
}

std::int32_t periods_of_window(const Leaf& leaf, std::int32_t last) {
  if (leaf.aggregate == Aggregate::kLast) return 1;
  if (!leaf.since) return leaf.periods;
  const auto occurrence = leaf.since->holding(period_start(leaf.cadence, last + 1) - 1);
  if (!occurrence) return 0;
  std::int32_t first = period_of(leaf.cadence, occurrence->start);
  if (period_start(leaf.cadence, first) < occurrence->start) ++first;
  return last - first + 1;
}

std::int32_t period_read(const Leaf& leaf, std::int32_t latest, const Stand& stand) {
  std::int32_t period = latest - leaf.lag_periods;
  for (const Step& step : stand.path()) {
    if (step.back == 0) continue;
    if (step.unit == SpanUnit::kYears) {
      period = shift_years(leaf.cadence, period, -step.back);
      continue;
    }
    const auto periods = whole_periods({step.back, step.unit}, leaf.cadence);
    require(periods.has_value(), "a stand goes back by whole periods of what is read there");
    period -= *periods;
  }
  return period;
}

std::int32_t longest_period(const Indicator& indicator) {
  return longest_period(indicator.cadence, indicator.every_days);
}

std::int32_t longest_period(Cadence cadence, std::int32_t every_days) {
  switch (cadence) {
    case Cadence::kDay:
      return 1;
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return 7;
    case Cadence::kDekad:
      return 11;
    case Cadence::kMonth:
      return 31;
    case Cadence::kQuarter:
      return 92;
    case Cadence::kYear:
      return 366;
    case Cadence::kIrregular:
      return every_days;
  }
  return 31;
}

Read read_leaf(const Scene& scene, const Leaf& leaf, const Stand& stand, Horizon& horizon,
               Detail detail) {
  if (leaf.forecast) return read_forecast(scene, leaf, 0, stand, horizon, detail);
  if (leaf.sample_seconds > 0) return read_samples(scene, leaf, stand.tick, horizon);
  if (!leaf.reads_events) return read_observations(scene, leaf, 0, stand, horizon, detail);
  Read read;
  read.source = choose_event_source(scene, leaf, stand.tick, horizon);
  const EventEnd end = event_window_end(leaf, stand, horizon);
  EventWindow window = read_event_window(scene, leaf, read.source, end.day, detail);
  limit_by_events(leaf, window, stand.tick, end.moves, horizon);
  read.value = window.value;
  read.window = window.range;
  read.identities = std::move(window.identities);
  read.tlp = window.tlp;
  const Day reach = scene.data.covered_before(read.source, scene.data_region, stand.tick + 1);
  if (reach != kDayMin) read.covered_until = reach;
  if (!window.covered)
    read.gap =
        window.range.from == window.range.until ? Read::Gap::kOffSeason : Read::Gap::kNotCovered;
  return read;
}

Quantity read_before(const Scene& scene, const Leaf& leaf, std::int32_t earlier, const Stand& stand,
                     Horizon& horizon) {
  if (leaf.forecast)
    return read_forecast(scene, leaf, earlier, stand, horizon, Detail::kValue).value;
  if (!leaf.reads_events)
    return read_observations(scene, leaf, earlier, stand, horizon, Detail::kValue).value;
  const SourceId source = choose_event_source(scene, leaf, stand.tick, horizon);
  const EventEnd end = event_window_end(leaf, stand, horizon);
  const EventWindow window =
      read_event_window(scene, leaf, source, end.day - earlier, Detail::kValue);
  limit_by_events(leaf, window, stand.tick, end.moves, horizon);
  return window.value;
}

}  // namespace tocsin
