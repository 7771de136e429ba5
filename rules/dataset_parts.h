#pragma once

#include <algorithm>
#include <vector>

#include "model/result.h"
#include "model/sorted.h"
#include "rules/dataset.h"

// Shared by the files of dataset*.cc: the sorted lists that the data is kept in.
namespace tocsin {

// Room in small steps: there are many such lists, and all grow in the same month. Doubled, they
// would hold up to twice the memory that they need, and take it all at once.
template <class T>
void make_room(std::vector<T>& list) {
  if (list.size() < list.capacity()) return;
  const std::size_t step = std::clamp<std::size_t>(list.size() / 2, 4, 12);
  list.reserve(list.size() + std::max(step, list.size() / 8));
}

template <class T>
void insert_sorted(std::vector<T>& list, const T& item) {
  make_room(list);
  // Most of what arrives is newer than all there is.
  if (list.empty() || list.back() < item) {
    list.push_back(item);
    return;
  }
  list.insert(std::upper_bound(list.begin(), list.end(), item), item);
}

template <class T>
void erase_sorted(std::vector<T>& list, const T& item) {
  const auto found = std::lower_bound(list.begin(), list.end(), item);
  require(found != list.end() && *found == item, "a claim that is taken out was put in before");
  list.erase(found);
}

template <class T>
bool has_sorted(const std::vector<T>& list, const T& item) {
  return std::binary_search(list.begin(), list.end(), item);
}

// Where the series `key` stands, or belongs, in a list that is sorted by key.
template <class List>
auto find_key(List& list, const SeriesKey& key) {
  return std::lower_bound(list.begin(), list.end(), key,
                          [](const auto& entry, const SeriesKey& k) { return entry.first < k; });
}

// ---- dataset.cc
Observed observed_of(const LatestRevision& revision, const ObservationClaim& claim);

// ---- dataset_events.cc
Happened happened_of(const LatestRevision& revision, const EventClaim& claim);
bool is_span(const Happened& happened);

// ---- dataset_forecasts.cc
Predicted predicted_of(const LatestRevision& revision, const ForecastClaim& claim);

// ---- dataset_coverage.cc
Dataset::CoverageStatement statement_of(const LatestRevision& revision, const CoverageClaim& claim);

}  // namespace tocsin
