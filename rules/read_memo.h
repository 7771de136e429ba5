#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "rules/read.h"

namespace tocsin {

// What one fold of a signal has read. An over into the past reads the same windows at tick after
// tick; with this each is read once. Of data that stay as they are while it lives.
class ReadMemo {
 public:
  // Values by a number that grows with time: a day, a period.
  template <class T>
  class ByNumber {
   public:
    std::optional<T>& at(std::int32_t number) {
      if (items_.empty()) first_ = number;
      if (number < first_) {
        const std::size_t more = static_cast<std::size_t>(first_ - number) + items_.size();
        items_.insert(items_.begin(), more, std::nullopt);
        first_ -= static_cast<std::int32_t>(more);
      }
      const auto index = static_cast<std::size_t>(number - first_);
      if (index >= items_.size()) items_.resize(index + 1);
      return items_[index];
    }
    void clear() { items_.clear(); }

   private:
    std::int32_t first_ = 0;
    std::vector<std::optional<T>> items_;
  };

  struct OfLeaf {
    const Leaf* leaf = nullptr;
    RegionId region;  // whose data is read
    // What was chosen at the tick asked last, and until when that holds.
    Day tick = kDayNever, until;
    Choice choice;          // of a series
    SourceId event_source;  // of events
    // What was read of one source: by the day on which a window of events ends, and by the period
    // with which the window of a series ends; inner nullopt: not known.
    SourceId source;
    ByNumber<EventWindow> windows;
    ByNumber<std::optional<double>> periods;

    OfLeaf& from(SourceId read) {
      if (source != read) {
        windows.clear();
        periods.clear();
        source = read;
      }
      return *this;
    }
  };

  // Valid until the next call.
  OfLeaf& of(const Leaf& leaf, RegionId region) {
    const auto is = [&](const OfLeaf& kept) { return kept.leaf == &leaf && kept.region == region; };
    if (last_ < leaves_.size() && is(leaves_[last_])) return leaves_[last_];
    const auto found = std::ranges::find_if(leaves_, is);
    last_ = static_cast<std::size_t>(found - leaves_.begin());
    if (found != leaves_.end()) return *found;
    leaves_.emplace_back();
    leaves_.back().leaf = &leaf;
    leaves_.back().region = region;
    return leaves_.back();
  }

  // Chooses once a tick what a leaf reads. `choice`: the member of OfLeaf that keeps it; `find`
  // finds it and limits a horizon.
  template <class T, class Find>
  const T& chosen(const Leaf& leaf, RegionId region, Day tick, T OfLeaf::*choice, Horizon& horizon,
                  Find find) {
    OfLeaf& kept = of(leaf, region);
    if (kept.tick != tick) {
      Horizon own;
      kept.*choice = find(own);
      kept.tick = tick;
      kept.until = own.until;
    }
    horizon.limit(kept.until);
    return kept.*choice;
  }

  // What a node was as of a day; only its last such day is kept.
  std::optional<Quantity> frozen(const Node& node, RegionId region, Day day) const {
    for (const Frozen& kept : frozen_)
      if (kept.node == &node && kept.region == region && kept.day == day) return kept.value;
    return std::nullopt;
  }
  void keep_frozen(const Node& node, RegionId region, Day day, const Quantity& value) {
    std::erase_if(frozen_,
                  [&](const Frozen& kept) { return kept.node == &node && kept.region == region; });
    frozen_.push_back({&node, region, day, value});
  }

 private:
  struct Frozen {
    const Node* node;
    RegionId region;
    Day day;
    Quantity value;
  };
  std::vector<Frozen> frozen_;
  std::vector<OfLeaf> leaves_;
  std::size_t last_ = 0;
};

}  // namespace tocsin
