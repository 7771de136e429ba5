#include "daemon/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "storage/codec.h"

namespace tocsin {

Checkpoint::Checkpoint(Engine& engine, Store& store, std::string fingerprint,
                       CheckpointOptions options)
    : engine_(engine),
      store_(store),
      fingerprint_(std::move(fingerprint)),
      options_(options),
      records_since_(std::numeric_limits<std::uint32_t>::max()) {
  const std::size_t regions = engine.catalogue().regions.id_limit();
  changed_.assign(regions, 0);
  pending_.assign(regions, 0);
  generation_of_.assign(regions, 0);
  past_.resize(regions);
  past_changed_.assign(regions, 0);
  past_due_.assign(regions, 0);
  rest_.resize(regions);
  since_.resize(regions);
  engine_.watch({[this](RegionId region) { before_change(region); },
                 [this](const SeriesKey& series, const Observed& observation, bool added) {
                   const std::size_t number = series.region.number();
                   if (RegionChanges* kept = changes_of(series.region))
                     kept->observations.push_back({series, observation, added});
                   else if (past_[number].holds(observation))
                     past_changed_[number] = 1;
                   changed(series.region);
                 },
                 [this](const SeriesKey& series, const Predicted& predicted, bool added) {
                   if (RegionChanges* kept = changes_of(series.region))
                     kept->forecasts.push_back({series, predicted, added});
                   changed(series.region);
                 }});
}

void Checkpoint::before_change(RegionId region) {
  const std::size_t number = region.number();
  changed_[number] = 1;
  if (pending_[number] != 0 && rest_[number].empty())
    rest_[number] = encode_region_rest(engine_, region);
}

RegionChanges* Checkpoint::changes_of(RegionId region) {
  return pending_[region.number()] != 0 ? &since_[region.number()] : nullptr;
}

void Checkpoint::changed(RegionId region) {
  const std::size_t number = region.number();
  changed_[number] = 1;
  if (pending_[number] != 0 && since_[number].size() >= kUndoneMax) save(region);
}

void Checkpoint::save(RegionId region) {
  const std::size_t number = region.number();
  const RegionChanges since = std::exchange(since_[number], {});
  const std::string rest = std::exchange(rest_[number], {});
  pending_[number] = 0;
  const std::uint32_t past_before = past_[number].generation;
  renew_past(region);
  const PastFigures& past = past_[number];
  const auto put = [&](std::string key, std::string value) {
    rows_bytes_ += value.size();
    rows_.push_back({std::move(key), std::move(value)});
  };
  // The region's row first: a start that finds it cut off looks for the other as well.
  put(region_row_key({region, head_.generation}),
      encode_region_series(engine_.data(), region, since, past) +
          (rest.empty() ? encode_region_rest(engine_, region) : rest));
  if (generation_of_[number] != 0)
    superseded_.push_back(region_row_key({region, generation_of_[number]}));
  generation_of_[number] = head_.generation;
  if (past.generation != past_before) {
    if (past_before != 0) superseded_.push_back(past_row_key({region, past_before}));
    if (past.generation != 0)
      put(past_row_key({region, past.generation}),
          encode_past(engine_.data(), region, since, past));
  }
  past_changed_[number] = std::ranges::any_of(
      since.observations, [&](const auto& change) { return past.holds(change.figure); });
  if (rows_bytes_ > options_.bytes_waiting) spill();
}

// Decides whether the region's past gets a new row, and until when it goes. An eighth of the
// observations stays out of it, which may become a quarter.
void Checkpoint::renew_past(RegionId region) {
  const std::size_t number = region.number();
  PastFigures& past = past_[number];
  const auto each_series = [&](const auto& fn) {
    engine_.data().for_each_series_of(region,
                                      [&](const SeriesKey&, const Series& series) { fn(series); });
  };
  std::size_t all = 0, newer = 0;
  each_series([&](const Series& series) {
    all += series.size();
    const auto first = past.generation == 0
                           ? series.begin()
                           : std::ranges::upper_bound(series, past.until, {}, &Observed::end);
    newer += static_cast<std::size_t>(series.end() - first);
  });
  const bool few = all < options_.past_least;
  const bool changed = std::exchange(past_due_[number], 0) != 0;
  if (!changed && (few ? past.generation == 0 : 4 * newer <= all)) return;
  past = {};
  if (few) return;
  std::vector<Day> ends;
  ends.reserve(all);
  each_series([&](const Series& series) {
    for (const Observed& observed : series) ends.push_back(observed.end);
  });
  const auto last = ends.begin() + static_cast<std::ptrdiff_t>(all - 1 - all / 8);
  std::ranges::nth_element(ends, last);
  past = {head_.generation, *last};
}

// Nearly everything changes at once (a new day, wide coverage): the rows don't wait in memory for
// commits to take them along. Until the head is written they are worth nothing, so they may lie in
// the store at any time.
void Checkpoint::spill() {
  std::vector<StateRow> rows(std::make_move_iterator(rows_.begin()),
                             std::make_move_iterator(rows_.end()));
  rows_.clear();
  rows_bytes_ = 0;
  // After a failure the store refuses the commit that is being made, and says why.
  (void)store_.put_state(rows, {});
}

void Checkpoint::begin(std::uint64_t sequence) {
  making_ = true;
  records_since_ = 0;
  head_.fingerprint = fingerprint_;
  head_.position = sequence;
  head_.generation = ++last_generation_;
  head_.today = engine_.today();
  head_.events = engine_.data().event_count();
  order_.clear();
  next_ = 0;
  for (std::size_t number = 0; number < changed_.size(); ++number) {
    if (changed_[number] == 0) continue;
    order_.emplace_back(static_cast<std::uint32_t>(number));
    pending_[number] = 1;
    changed_[number] = 0;
    past_due_[number] = std::exchange(past_changed_[number], 0);
  }
}

void Checkpoint::fill(std::size_t bytes, std::vector<StateRow>& rows,
                      std::vector<std::string>& deletes) {
  if (!making_) return;
  for (; rows_bytes_ < bytes && next_ < order_.size(); ++next_)
    if (pending_[order_[next_].number()] != 0) save(order_[next_]);
  std::size_t taken = 0;
  while (!rows_.empty() && taken < bytes) {
    const std::size_t size = rows_.front().value.size();
    taken += size;
    rows_bytes_ -= size;
    rows.push_back(std::move(rows_.front()));
    rows_.pop_front();
  }
  if (!rows_.empty() || next_ < order_.size()) return;
  rows.push_back({std::string(kCheckpointHeadKey), encode(head_)});
  deletes.insert(deletes.end(), std::make_move_iterator(superseded_.begin()),
                 std::make_move_iterator(superseded_.end()));
  superseded_.clear();
  for (; !kept_.empty() && kept_.front().needed_before <= head_.position; kept_.pop_front())
    deletes.push_back(std::move(kept_.front().key));
  complete_ = head_.position;
  making_ = false;
}

void Checkpoint::replaced(const LatestRevision& before, Commit& commit) {
  if (before.journal_sequence > newest()) return;  // in no checkpoint that a recovery may begin at
  const std::uint64_t sequence = store_.next_sequence();
  commit.state.push_back({replaced_key(before), encode(ReplacedRow{before, sequence})});
  kept_.push_back({commit.state.back().key, sequence});
}

void Checkpoint::fill(Commit& commit) {
  if (newest() > 0 && !commit.revisions.empty()) {
    const std::uint64_t sequence = store_.next_sequence();
    commit.state.push_back({changed_key(sequence), encode_changed(commit.revisions)});
    kept_.push_back({commit.state.back().key, sequence});
  }
  // A small commit that somebody waits for is not to be synced with a mebibyte beside it.
  constexpr std::size_t kLeastBytes = std::size_t{64} << 10, kBytesARecord = 128;
  const std::size_t bytes = std::max(kLeastBytes, kBytesARecord * commit.revisions.size());
  fill(std::min(options_.bytes_a_commit, bytes), commit.state, commit.state_deletes);
}

void Checkpoint::committed(std::uint64_t sequence, std::uint64_t records) {
  records_since_ += records;
  // A checkpoint costs as much as there is data: the more there is, the rarer it is made, and the
  // longer the tail that a recovery has to read.
  const Dataset& data = engine_.data();
  const std::uint64_t wanted = std::clamp((data.observation_count() + data.forecast_count()) / 10,
                                          options_.least_records, 2 * options_.least_records);
  if (!making_ && records_since_ >= wanted) begin(sequence);
}

Result<void> Checkpoint::prepare() {
  if (!drop_) return {};
  drop_ = false;
  return store_.drop_state();
}

Result<void> Checkpoint::finish(const std::function<bool()>& may_go_on) {
  constexpr std::size_t kBatch = std::size_t{8} << 20;
  if (auto prepared = prepare(); !prepared) return prepared;
  const auto complete = [&]() -> Result<void> {
    while (making_) {
      if (!may_go_on())
        return fail(ErrorCode::kLimit,
                    fmt::format("the time for it was over with {} of {} regions encoded; the one "
                                "at journal entry {} stands",
                                next_, order_.size(), complete_));
      std::vector<StateRow> rows;
      std::vector<std::string> deletes;
      fill(kBatch, rows, deletes);
      if (auto put = store_.put_state(rows, deletes); !put) return put;
    }
    return {};
  };
  if (auto done = complete(); !done) return done;
  if (store_.head().sequence == complete_) return {};
  begin(store_.head().sequence);
  return complete();
}

}  // namespace tocsin
