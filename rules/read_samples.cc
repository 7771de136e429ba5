#include "rules/read_samples.h"

#include <algorithm>
#include <bit>

namespace tocsin {
namespace {

__extension__ typedef __int128 Wide;

std::int64_t moment_of(Day day, std::uint32_t second) {
  return std::int64_t{day.number()} * kSecondsPerDay + second;
}

std::size_t begin_of(const Series& series, Day day) {
  const auto at = std::partition_point(series.begin(), series.end(),
                                       [&](const Observed& o) { return o.end <= day; });
  return static_cast<std::size_t>(at - series.begin());
}

// Whether another observation of the same moment follows, which then is the one that counts.
bool is_replaced(const Series& series, std::size_t index, std::size_t visible) {
  return index + 1 < visible && series[index + 1].end == series[index].end &&
         series[index + 1].second == series[index].second;
}

bool is_of_grid(const Observed& o, const SampleGrid& grid) {
  return o.is_sample() && o.second % static_cast<std::uint32_t>(grid.step) == 0;
}

}  // namespace

std::optional<std::size_t> SampleGrid::index_of(Day day, std::uint32_t second) const {
  if (day < first || day > last || second % static_cast<std::uint32_t>(step) != 0)
    return std::nullopt;
  return static_cast<std::size_t>(day - first) * a_day() +
         second / static_cast<std::uint32_t>(step);
}

SampleChoice choose_samples(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  SampleChoice chosen;
  for (const SourceId source : scene.sources_of(leaf)) {
    const SeriesKey key{scene.data_region, leaf.indicator, source, leaf.group};
    const Series* series = scene.data.series(key);
    if (series == nullptr) continue;
    const std::size_t visible = begin_of(*series, tick + 1);
    if (visible < series->size()) horizon.limit((*series)[visible].end - 1);
    if (chosen.series != nullptr || visible == 0 || (*series)[visible - 1].end != tick + 1 ||
        !(*series)[visible - 1].is_sample())
      continue;
    chosen = {series, key, visible};
    horizon.limit(tick + 1);
  }
  return chosen;
}

Read read_samples(const Scene& scene, const Leaf& leaf, Day tick, Horizon& horizon) {
  Read read;
  const SampleChoice choice = choose_samples(scene, leaf, tick, horizon);
  if (choice.series != nullptr) {
    const Observed& last = (*choice.series)[choice.visible - 1];
    read.value = Quantity::exactly(static_cast<double>(last.value) /
                                   divisor_of(*scene.catalogue.find(leaf.indicator)));
    read.source = choice.key.source;
    read.window = DayRange{tick, tick + 1};
    read.covered_until = tick + 1;
    read.gap = Read::Gap::kNone;
    read.identities.push_back(last.identity);
    for (std::size_t i = begin_of(*choice.series, tick); i < choice.visible; ++i)
      read.tlp = std::max(read.tlp, (*choice.series)[i].tlp);
    return read;
  }
  read.gap = Read::Gap::kNeverSeen;
  for (const SourceId source : scene.sources_of(leaf)) {
    const Series* series =
        scene.data.series({scene.data_region, leaf.indicator, source, leaf.group});
    const std::size_t visible = series == nullptr ? 0 : begin_of(*series, tick + 1);
    if (visible == 0) continue;
    const Day until = (*series)[visible - 1].end;
    if (read.covered_until && until <= *read.covered_until) continue;
    read.source = source;
    read.covered_until = until;
    read.gap = Read::Gap::kStale;
  }
  return read;
}

std::vector<Quantity> sampled_values(const Scene& scene, const Leaf& leaf,
                                     const SampleChoice& choice, const SampleGrid& grid) {
  std::vector<Quantity> values(grid.size());
  if (choice.series == nullptr) return values;
  const double divisor = divisor_of(*scene.catalogue.find(leaf.indicator));
  for (std::size_t i = begin_of(*choice.series, grid.first); i < choice.visible; ++i) {
    const Observed& o = (*choice.series)[i];
    if (!is_of_grid(o, grid)) continue;
    // Of one moment the last counts, and it comes last.
    if (const auto at = grid.index_of(o.start, o.second))
      values[*at] = Quantity::exactly(static_cast<double>(o.value) / divisor);
  }
  return values;
}

void SampleWindow::expect(std::vector<std::int64_t> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (std::ranges::includes(values_, values)) return;
  std::vector<std::int64_t> all;
  std::ranges::set_union(values_, values, std::back_inserter(all));
  // Each count moves to the place of its value.
  std::vector<std::pair<std::int64_t, std::int32_t>> counts;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    std::int32_t before = 0, until = 0;
    for (std::size_t at = i; at > 0; at &= at - 1) before += tree_[at];
    for (std::size_t at = i + 1; at > 0; at &= at - 1) until += tree_[at];
    if (until > before) counts.emplace_back(values_[i], until - before);
  }
  values_ = std::move(all);
  tree_.assign(values_.size() + 1, 0);
  size_ = 0;
  for (const auto& [value, times] : counts) count(value, times);
}

void SampleWindow::count(std::int64_t value, std::int32_t by) {
  const auto at = std::ranges::lower_bound(values_, value);
  require(at != values_.end() && *at == value, "a value is expected before it is counted");
  for (auto i = static_cast<std::size_t>(at - values_.begin()) + 1; i < tree_.size(); i += i & -i)
    tree_[i] += by;
  size_ = static_cast<std::size_t>(static_cast<std::int64_t>(size_) + by);
}

void SampleWindow::add(std::int64_t value) { count(value, 1); }
void SampleWindow::remove(std::int64_t value) { count(value, -1); }

std::int64_t SampleWindow::at(std::size_t index) const {
  auto left = static_cast<std::int32_t>(index) + 1;
  std::size_t found = 0;
  for (std::size_t step = std::bit_floor(tree_.size() - 1); step > 0; step /= 2) {
    if (found + step >= tree_.size() || tree_[found + step] >= left) continue;
    found += step;
    left -= tree_[found];
  }
  return values_[found];
}

double SampleWindow::median() const {
  const std::size_t middle = size_ / 2;
  if (size_ % 2 == 1) return static_cast<double>(at(middle));
  return static_cast<double>(Wide{at(middle - 1)} + at(middle)) / 2;
}

const std::vector<Quantity>& UsualWalk::along(const Dataset& data, const Indicator& indicator,
                                              const SampleChoice& choice, const Usual& usual,
                                              const SampleGrid& grid) {
  const Series& series = *choice.series;
  const std::uint64_t rewrites = data.rewrites(choice.key);
  if (last_ != grid.last || rewrites_ != rewrites || next_ > choice.visible) {
    *this = UsualWalk();
    last_ = grid.last;
    rewrites_ = rewrites;
    next_ = begin_of(series, grid.first - 2 * usual.days);
    divisor_ = divisor_of(indicator);
    along_.resize(grid.size());
  }
  std::vector<std::int64_t> values;
  for (std::size_t i = next_; i < choice.visible; ++i)
    if (is_of_grid(series[i], grid)) values.push_back(series[i].value);
  window_.expect(std::move(values));
  for (; next_ < choice.visible; ++next_)
    if (is_of_grid(series[next_], grid) && !is_replaced(series, next_, choice.visible))
      take(usual, grid, series[next_].start, series[next_].second, series[next_].value);
  return along_;
}

// One sample, the next in time: the moments up to it get their usual, then it is learned, or not.
void UsualWalk::take(const Usual& usual, const SampleGrid& grid, Day day, std::uint32_t second,
                     std::int64_t value) {
  const std::int64_t length = std::int64_t{usual.days} * kSecondsPerDay;
  if (const auto until = grid.index_of(day, second)) {
    for (; filled_ <= *until; ++filled_) {
      let_go(moment_of(grid.day_at(filled_), 0) + grid.second_at(filled_) - length);
      if (const auto is = now(usual, grid.step)) along_[filled_] = Quantity::exactly(*is);
    }
  }
  const std::int64_t moment = moment_of(day, second);
  let_go(moment - length);
  if (const auto is = now(usual, grid.step); is && *is != 0) {
    const Quantity ratio = Quantity::exactly(static_cast<double>(value) / divisor_ / *is);
    const bool learns =
        compare(Op::kGreaterEqual, ratio, Quantity::exactly(usual.least)) == Tri::kTrue &&
        compare(Op::kLessEqual, ratio, Quantity::exactly(usual.greatest)) == Tri::kTrue;
    if (!learns) return;
  }
  learned_.emplace_back(moment, value);
  window_.add(value);
}

// Of what was learned before `until`.
void UsualWalk::let_go(std::int64_t until) {
  for (; !learned_.empty() && learned_.front().first < until; learned_.pop_front())
    window_.remove(learned_.front().second);
}

std::optional<double> UsualWalk::now(const Usual& usual, std::int32_t step) const {
  const auto learned = static_cast<std::int64_t>(window_.size());
  if (learned == 0 || learned * step < usual.warm_up) return std::nullopt;
  return window_.median() / divisor_;
}

}  // namespace tocsin
