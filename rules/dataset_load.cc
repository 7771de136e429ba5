#include <algorithm>

#include "rules/dataset_parts.h"

// Stored claims come in the order of their identities, which is none of place or time.
namespace tocsin {
namespace {

constexpr std::size_t kTogether = 1'024;

}  // namespace

Dataset::Loading::Loading(Dataset& data) : data_(data) { waiting_.reserve(kTogether); }

// Observations were put behind each other: each series is sorted once.
Dataset::Loading::~Loading() {
  put_in();
  for (Series& series : data_.series_)
    if (!std::ranges::is_sorted(series)) std::ranges::sort(series);
}

void Dataset::Loading::put(const LatestRevision& revision) {
  const auto* claim = std::get_if<ObservationClaim>(&revision.claim);
  if (claim == nullptr) return data_.add(revision, nullptr);
  data_.change_note(revision, *claim, true);
  waiting_.push_back({claim->series, observed_of(revision, *claim)});
  if (waiting_.size() == kTogether) put_in();
}

// As expect(): each step needs what the one before fetches.
void Dataset::Loading::put_in() {
  for (const Waiting& waiting : waiting_)
    __builtin_prefetch(&data_.by_region_[waiting.key.region.number()]);
  for (const Waiting& waiting : waiting_) {
    const auto& of_region = data_.by_region_[waiting.key.region.number()];
    __builtin_prefetch(of_region.data() + of_region.size() / 2);
  }
  for (Waiting& waiting : waiting_) waiting.series = data_.series_index(waiting.key);
  for (const Waiting& waiting : waiting_) __builtin_prefetch(&data_.series_[waiting.series], 1);
  for (const Waiting& waiting : waiting_) {
    const Series& series = data_.series_[waiting.series];
    __builtin_prefetch(series.data() + series.size(), 1);
  }
  for (const auto& [key, observed, index] : waiting_) {
    Series& series = data_.series_[index];
    make_room(series);
    series.push_back(observed);
    if (data_.watch_.observed) data_.watch_.observed(key, observed, true);
  }
  data_.observation_count_ += waiting_.size();
  waiting_.clear();
}

}  // namespace tocsin
