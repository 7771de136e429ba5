#include <algorithm>

#include "model/sorted.h"
#include "rules/assessment.h"
#include "rules/regions_over.h"

// Who reads what: which folds a change can have touched.
namespace tocsin {
namespace {

bool reads_tracks(const Node& node) { return node.op == Op::kOn || node.op == Op::kActive; }

// Calls fn(signal) for each signal that the subjects of `node` mean.
void each_signal(const Pack& pack, const Expression& expression, const Node& node, auto fn) {
  for (const Subject& subject : expression.subjects_of(node)) {
    if (subject.kind == Subject::Kind::kSignal) fn(subject.index);
    if (subject.kind == Subject::Kind::kDimension)
      for (const std::uint32_t signal : pack.threats_of(subject.index)) fn(signal);
  }
}

}  // namespace

void Assessment::find_read_around() {
  signal_around_.resize(pack_.signals.size());
  for (const Pattern& pattern : pack_.patterns) policies_.push_back({pattern.linger_days, {}});
  const auto note = [&](const Subject& subject) {
    switch (subject.kind) {
      case Subject::Kind::kSignal:
        signal_around_[subject.index] = true;
        break;
      case Subject::Kind::kDimension:
        for (const std::uint32_t signal : pack_.threats_of(subject.index))
          signal_around_[signal] = true;
        break;
      case Subject::Kind::kPatternLevel:
        policies_[subject.index].read_around[static_cast<std::size_t>(subject.level)] = true;
    }
  };
  for (const Pattern& pattern : pack_.patterns)
    for (const Expression& level : pattern.levels)
      for (const Node& node : level.nodes)
        if (node.op == Op::kNeighbours || node.op == Op::kBasin ||
            (node.elsewhere && reads_tracks(node)))
          for (const Subject& subject : level.subjects_of(node)) note(subject);
}

void Assessment::find_levels_read() {
  levels_read_.resize(pack_.patterns.size());
  base_changed_.resize(pack_.patterns.size());
  for (std::size_t i = 0; i < pack_.patterns.size(); ++i) {
    for (const Expression& level : pack_.patterns[i].levels)
      for (const Node& node : level.nodes)
        if (reads_tracks(node) && !node.elsewhere)
          for (const Subject& subject : level.subjects_of(node))
            if (subject.kind == Subject::Kind::kPatternLevel)
              levels_read_[i].push_back(subject.index);
    sort_unique(levels_read_[i]);
  }
}

void Assessment::DataReaders::add(const Leaf& leaf, std::uint32_t signal) {
  if (leaf.reads_events) {
    events.push_back(signal);
    return;
  }
  auto& lists = leaf.forecast ? forecasts : observations;
  if (lists.size() <= leaf.indicator.number()) lists.resize(leaf.indicator.number() + 1);
  lists[leaf.indicator.number()].push_back(signal);
}

const std::vector<std::uint32_t>& Assessment::DataReaders::of(const Touched& touched) const {
  static const std::vector<std::uint32_t> kNone;
  if (touched.kind == Touched::Kind::kEvents) return events;
  const auto& lists = touched.kind == Touched::Kind::kForecasts ? forecasts : observations;
  const std::size_t indicator = touched.indicator.number();
  return indicator < lists.size() ? lists[indicator] : kNone;
}

void Assessment::find_readers() {
  read_by_.resize(pack_.signals.size());
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
    for (const Expression* expression : {&pack_.signals[i].when, &pack_.signals[i].clear})
      for (const Node& node : expression->nodes) {
        for (const std::int32_t leaf : {node.leaf, node.leaf_before})
          if (leaf >= 0) (node.elsewhere ? far_ : near_).add(expression->leaf(leaf), i);
        if (reads_tracks(node) && !node.elsewhere)
          each_signal(pack_, *expression, node,
                      [&](std::uint32_t read) { read_by_[read].push_back(i); });
      }
  for (auto& readers : read_by_) sort_unique(readers);
  for (DataReaders* readers : {&near_, &far_}) {
    sort_unique(readers->events);
    for (auto* lists : {&readers->observations, &readers->forecasts})
      for (auto& signals : *lists) sort_unique(signals);
  }
  set_readers_.resize(catalogue_.regions.id_limit());
  for (const RegionId region : judged_)
    for (const RegionId group : catalogue_.regions.groups_of(region)) {
      const std::string& scheme = catalogue_.regions.at(group).scheme;
      const Region* read = scheme.empty() ? nullptr : catalogue_.regions.set_of(region, scheme);
      if (read != nullptr && read->id == group) set_readers_[group.number()].push_back(region);
    }
}

// Of the packs that have an over of regions.
void Assessment::find_far_readers() {
  far_data_.resize(catalogue_.regions.id_limit());
  far_tracks_.resize(catalogue_.regions.id_limit());
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i) {
    const Signal& signal = pack_.signals[i];
    for (const Expression* expression : {&signal.when, &signal.clear}) {
      if (expression->overs.empty()) continue;
      for (const RegionId here : judged_) {
        if (!stands(here, signal)) continue;
        each_elsewhere(catalogue_.regions, pack_, *expression, here,
                       [&](RegionId there, const Node& node) {
                         if (node.leaf >= 0)
                           far_data_[data_region(there, signal).number()].push_back({here, i, 0});
                         if (reads_tracks(node))
                           each_signal(pack_, *expression, node, [&](std::uint32_t read) {
                             far_tracks_[there.number()].push_back({here, i, read});
                           });
                       });
      }
    }
  }
  for (auto* lists : {&far_data_, &far_tracks_})
    for (auto& readers : *lists) sort_unique(readers);
}

void Assessment::find_strata() {
  stratum_.resize(pack_.signals.size());
  for (std::uint32_t i = 0; i < pack_.signals.size(); ++i)
    for (const Expression* expression : {&pack_.signals[i].when, &pack_.signals[i].clear})
      for (const Node& node : expression->nodes)
        if (reads_tracks(node))
          each_signal(pack_, *expression, node, [&](std::uint32_t read) {
            stratum_[i] = std::max(stratum_[i], stratum_[read] + (node.elsewhere ? 1 : 0));
          });
  for (const std::uint32_t stratum : stratum_) strata_ = std::max(strata_, stratum + 1);
}

void Assessment::each_reader(const Touched& touched,
                             const std::function<void(RegionId, std::uint32_t)>& fn) const {
  const std::vector<std::uint32_t>&near = near_.of(touched), &far = far_.of(touched);
  for (const RegionId id : touched.regions) {
    const Region& region = catalogue_.regions.at(id);
    for (const std::uint32_t signal : near) {
      const std::string& from = pack_.signals[signal].from;
      if (from.empty()) {
        if (folds(id) && stands(id, pack_.signals[signal])) fn(id, signal);
      } else if (region.scheme == from) {
        for (const RegionId reader : set_readers_[id.number()])
          if (stands(reader, pack_.signals[signal])) fn(reader, signal);
      }
    }
    if (far.empty()) continue;
    for (const FarReader& reader : far_data_[id.number()])
      if (std::binary_search(far.begin(), far.end(), reader.signal))
        fn(reader.region, reader.signal);
  }
}

}  // namespace tocsin
