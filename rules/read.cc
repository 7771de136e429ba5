#include "rules/read.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tocsin {
namespace {

__extension__ typedef __int128 Wide;  // sums are exact

constexpr std::array<std::int64_t, 7> kPowerOf10 = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};

// What divides a scaled value into the number that rules see ("%" is 0.01).
double divisor_of(const Indicator& indicator) {
  const auto power = static_cast<double>(kPowerOf10[static_cast<std::size_t>(indicator.precision)]);
  return indicator.unit == "%" ? power * 100 : power;
}

std::int32_t periods_a_year(Cadence cadence) {
  switch (cadence) {
    case Cadence::kDay:
      return 365;
    case Cadence::kWeek:
    case Cadence::kEpiweek:
      return 52;
    case Cadence::kDekad:
      return 36;
    case Cadence::kMonth:
      return 12;
    case Cadence::kQuarter:
      return 4;
    case Cadence::kYear:
    case Cadence::kIrregular:
      return 1;
  }
  return 1;
}

// How many observations of the series end by `day`.
std::size_t visible_by(const Series& series, Day day) {
  const auto after = std::upper_bound(series.begin(), series.end(), day,
                                      [](Day d, const Observed& o) { return d < o.end; });
  return static_cast<std::size_t>(after - series.begin());
}

// The series that a leaf reads at a tick, and how far it reaches.
struct Choice {
  const Series* series = nullptr;
  const Indicator* indicator = nullptr;
  SourceId source;
  Day covered;  // C
  Read::Gap gap = Read::Gap::kNeverSeen;
};

Choice choose(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  Choice best;
  best.indicator = scene.catalogue.find(leaf.indicator);
  const Day end = tick + 1;
  const std::int32_t allowed = longest_period(*best.indicator) + best.indicator->longest_delay;
  for (const SourceId source : leaf.sources) {
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
    best.gap = fresh ? Read::Gap::kNone : Read::Gap::kStale;
    if (!fresh) continue;
    horizon.limit(covered + allowed);
    return best;
  }
  return best;
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
  if (leaf.aggregate == Aggregate::kSum || leaf.aggregate == Aggregate::kLast)
    return observed == periods;
  return observed > 0 && 5 * observed >= 4 * periods;
}

// Calls fn for the observation that counts of each period that ends in (from, until], latest first.
template <class Fn>
void each_observed(const Series& series, Day from, Day until, Fn fn) {
  Day last_end = kDayNever, last_start = kDayNever;
  for (std::size_t i = visible_by(series, until); i > 0; --i) {
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

// The aggregate over the window of whole periods that ends with period `last`.
std::optional<double> at_period(const Choice& choice, const Leaf& leaf, std::int32_t last,
                                Read* read = nullptr) {
  const std::int32_t periods = leaf.aggregate == Aggregate::kLast ? 1 : leaf.periods;
  const DayRange range{period_start(leaf.cadence, last - periods + 1),
                       period_start(leaf.cadence, last + 1)};
  Sums sums;
  const bool rate = choice.indicator->is_rate();
  each_observed(*choice.series, range.from, range.until, [&](const Observed& o) {
    sums.add(o, leaf, rate);
    if (read != nullptr) note(*read, o);
  });
  if (read != nullptr) read->window = range;
  if (!enough(leaf, sums.observed, periods)) return std::nullopt;
  return finish(sums, leaf, divisor_of(*choice.indicator));
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
  const DayRange range{minus(end, leaf.window), end};
  each_observed(*choice.series, range.from, range.until, [&](const Observed& o) {
    sums.add(o, leaf, indicator.is_rate());
    if (read != nullptr) note(*read, o);
  });
  if (read != nullptr) read->window = range;
  if (sums.observed == 0) return std::nullopt;
  return finish(sums, leaf, divisor_of(indicator));
}

std::int32_t last_period(const Choice& choice, const Leaf& leaf, std::int32_t back) {
  return period_of(leaf.cadence, choice.covered - 1) - leaf.lag_periods - back;
}

Read read_observations(const Scene& scene, const Leaf& leaf, Stand stand, Horizon& horizon,
                       Detail detail) {
  Read read;
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  read.source = choice.source;
  read.gap = choice.gap;
  if (choice.series == nullptr) return read;
  read.covered_until = choice.covered;
  if (choice.gap != Read::Gap::kNone) return read;
  Read* records = detail == Detail::kRecords ? &read : nullptr;
  std::optional<double> value;
  if (leaf.cadence == Cadence::kIrregular) {
    const Day end = leaf.lag.count == 0 ? choice.covered : minus(choice.covered, leaf.lag);
    value = at_day(choice, leaf, end, records);
  } else {
    value = at_period(choice, leaf, last_period(choice, leaf, stand.back), records);
  }
  if (!value) {
    read.gap = Read::Gap::kMissing;
    return read;
  }
  horizon.limit_evidence(choice.covered - 1);
  read.value = Quantity::exactly(*value);
  return read;
}

double middle_of(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// The same window in each of the years before (normal, percentile), or the windows of the same
// length one after the other before (zscore).
enum class Steps : std::uint8_t { kYears, kWindows };
struct History {
  std::vector<double> lows, highs;
  std::int32_t wanted = 0;
  Quantity current;
  bool enough() const { return 10 * static_cast<std::int32_t>(lows.size()) >= 7 * wanted; }
};

History event_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                      Stand stand, Horizon& horizon) {
  History history;
  const SourceId source = choose_event_source(scene, leaf, stand.tick, horizon);
  const Day end = event_window_end(leaf, stand, horizon);
  const EventWindow now = read_event_window(scene, leaf, source, end, Detail::kValue);
  limit_by_events(leaf, now, stand, Shift::kEven, horizon);
  history.current = now.value;
  history.wanted = steps == Steps::kYears ? years : years * 365 / longest_days(leaf.window);
  Day earlier = end;
  for (std::int32_t i = 1; i <= history.wanted; ++i) {
    earlier = steps == Steps::kYears ? add_years(end, -i) : minus(earlier, leaf.window);
    const EventWindow then = read_event_window(scene, leaf, source, earlier, Detail::kValue);
    limit_by_events(leaf, then, stand, Shift::kUneven, horizon);
    if (!then.covered) continue;
    history.lows.push_back(then.value.low);
    history.highs.push_back(then.value.high);
  }
  return history;
}

History observed_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                         Stand stand, Horizon& horizon) {
  History history;
  const std::int32_t length = leaf.aggregate == Aggregate::kLast ? 1 : leaf.periods;
  history.wanted = steps == Steps::kYears ? years : years * periods_a_year(leaf.cadence) / length;
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  if (choice.series == nullptr || choice.gap != Read::Gap::kNone) return history;
  horizon.limit_evidence(choice.covered - 1);
  const std::int32_t last = last_period(choice, leaf, stand.back);
  if (const auto value = at_period(choice, leaf, last)) history.current = Quantity::exactly(*value);
  for (std::int32_t i = 1; i <= history.wanted; ++i) {
    const std::int32_t then =
        steps == Steps::kYears ? shift_years(leaf.cadence, last, -i) : last - i * length;
    if (const auto value = at_period(choice, leaf, then)) {
      history.lows.push_back(*value);
      history.highs.push_back(*value);
    }
  }
  return history;
}

History read_history(const Scene& scene, const Leaf& leaf, std::int32_t years, Steps steps,
                     Stand stand, Horizon& horizon) {
  return leaf.reads_events ? event_history(scene, leaf, years, steps, stand, horizon)
                           : observed_history(scene, leaf, years, steps, stand, horizon);
}

}  // namespace

std::int32_t longest_period(const Indicator& indicator) {
  switch (indicator.cadence) {
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
      return indicator.every_days;
  }
  return 31;
}

Read read_leaf(const Scene& scene, const Leaf& leaf, Stand stand, Horizon& horizon, Detail detail) {
  if (!leaf.reads_events) return read_observations(scene, leaf, stand, horizon, detail);
  Read read;
  read.source = choose_event_source(scene, leaf, stand.tick, horizon);
  const Day end = event_window_end(leaf, stand, horizon);
  EventWindow window = read_event_window(scene, leaf, read.source, end, detail);
  limit_by_events(leaf, window, stand, Shift::kEven, horizon);
  read.value = window.value;
  read.window = window.range;
  read.identities = std::move(window.identities);
  read.tlp = window.tlp;
  const Day reach = scene.data.covered_before(read.source, scene.data_region, stand.tick + 1);
  if (reach != kDayMin) read.covered_until = reach;
  if (!window.covered) read.gap = Read::Gap::kNotCovered;
  return read;
}

Quantity read_normal(const Scene& scene, const Leaf& leaf, std::int32_t years, bool use_mean,
                     Stand stand, Horizon& horizon) {
  History history = read_history(scene, leaf, years, Steps::kYears, stand, horizon);
  if (history.lows.empty() || !history.enough()) return Quantity::unknown();
  if (use_mean) return {mean_of(history.lows), mean_of(history.highs)};
  return {middle_of(history.lows), middle_of(history.highs)};
}

Quantity read_percentile(const Scene& scene, const Leaf& leaf, std::int32_t years, Stand stand,
                         Horizon& horizon) {
  const History history = read_history(scene, leaf, years, Steps::kYears, stand, horizon);
  if (history.lows.empty() || !history.enough() || !history.current.exact() ||
      history.lows != history.highs)
    return Quantity::unknown();
  double below = 0;
  for (const double value : history.lows) {
    if (value < history.current.low) below += 1;
    if (value == history.current.low) below += 0.5;
  }
  return Quantity::exactly(below / static_cast<double>(history.lows.size()));
}

Quantity read_zscore(const Scene& scene, const Leaf& leaf, std::int32_t years, Stand stand,
                     Horizon& horizon) {
  const History history = read_history(scene, leaf, years, Steps::kWindows, stand, horizon);
  if (history.lows.size() < 3 || !history.enough() || !history.current.exact() ||
      history.lows != history.highs)
    return Quantity::unknown();
  const double mean = mean_of(history.lows);
  double squares = 0;
  for (const double value : history.lows) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(history.lows.size() - 1));
  if (deviation < 1e-9) return Quantity::unknown();
  return Quantity::exactly((history.current.low - mean) / deviation);
}

Quantity read_residual(const Scene& scene, const Leaf& leaf, const Node& node, Stand stand,
                       Horizon& horizon) {
  const Choice choice = choose(scene, leaf, stand.tick, horizon);
  if (choice.series == nullptr || choice.gap != Read::Gap::kNone) return Quantity::unknown();
  horizon.limit_evidence(choice.covered - 1);
  const std::int32_t a_year = periods_a_year(leaf.cadence);
  const std::int32_t wanted = node.count * a_year;
  const std::int32_t last = last_period(choice, leaf, stand.back);
  const auto current = at_period(choice, leaf, last);
  struct Sample {
    double x, y;
    std::size_t season;
  };
  const auto season_of = [&](std::int32_t period) {
    return static_cast<std::size_t>(((period % a_year) + a_year) % a_year);
  };
  std::vector<Sample> samples;
  for (std::int32_t i = wanted; i >= 1; --i)
    if (const auto value = at_period(choice, leaf, last - i))
      samples.push_back({static_cast<double>(-i), *value, season_of(last - i)});
  const auto n = static_cast<double>(samples.size());
  if (!current || samples.size() < 3 || 10 * static_cast<std::int32_t>(samples.size()) < 7 * wanted)
    return Quantity::unknown();
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (const Sample& s : samples) {
    sum_x += s.x;
    sum_y += s.y;
    sum_xx += s.x * s.x;
    sum_xy += s.x * s.y;
  }
  const double slope = node.trend ? (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x) : 0;
  const double level = (sum_y - slope * sum_x) / n;
  std::vector<double> season_sum(static_cast<std::size_t>(a_year), 0), season_count(season_sum);
  for (Sample& s : samples) {
    s.y -= level + slope * s.x;
    season_sum[s.season] += s.y;
    season_count[s.season] += 1;
  }
  const auto seasonal = [&](std::size_t season) {
    return node.seasonal && season_count[season] > 0 ? season_sum[season] / season_count[season]
                                                     : 0.0;
  };
  double squares = 0;
  for (const Sample& s : samples) {
    const double rest = s.y - seasonal(s.season);
    squares += rest * rest;
  }
  const double deviation = std::sqrt(squares / (n - 1));
  const std::size_t season = season_of(last);
  if ((node.seasonal && season_count[season] == 0) || deviation < 1e-9) return Quantity::unknown();
  return Quantity::exactly((*current - level - seasonal(season)) / deviation);
}

Quantity read_before(const Scene& scene, const Leaf& leaf, std::int32_t back, Stand stand,
                     Horizon& horizon) {
  if (!leaf.reads_events) {
    stand.back += back;
    return read_observations(scene, leaf, stand, horizon, Detail::kValue).value;
  }
  const SourceId source = choose_event_source(scene, leaf, stand.tick, horizon);
  const Day end = event_window_end(leaf, stand, horizon) - back;
  const EventWindow window = read_event_window(scene, leaf, source, end, Detail::kValue);
  limit_by_events(leaf, window, stand, Shift::kUneven, horizon);
  return window.value;
}

}  // namespace tocsin
