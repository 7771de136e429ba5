#include "rules/regions_over.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "model/sorted.h"

namespace tocsin {
namespace {

bool contains(const std::vector<RegionId>& sorted, RegionId region) {
  return std::binary_search(sorted.begin(), sorted.end(), region);
}

// Of a basin or set its members.
std::vector<RegionId> below(const RegionTable& regions, const Region& region) {
  if (!region.members.empty()) return region.members;
  const auto children = regions.children(region.id);
  return {children.begin(), children.end()};
}

// The members of a basin; of another region the other members of its basins.
std::vector<RegionId> basin(const RegionTable& regions, const Region& here) {
  if (!here.members.empty()) return here.members;
  std::vector<RegionId> out;
  for (const RegionId group : regions.groups_of(here.id)) {
    const Region& basin = regions.at(group);
    if (basin.kind != RegionKind::kBasin) continue;
    for (const RegionId member : basin.members)
      if (member != here.id) out.push_back(member);
  }
  return out;
}

// Most lists come in order: that of a basin of thousands is not worth sorting anew for each of
// them.
void put_in_order(std::vector<RegionId>& list) {
  if (std::adjacent_find(list.begin(), list.end(), std::greater_equal<>()) != list.end())
    sort_unique(list);
}

// What is judged in the regions of `node`, which is an over of regions.
void each_inside(const RegionTable& regions, const Pack& pack, const Expression& expression,
                 const Node& node, RegionId here,
                 const std::function<void(RegionId, const Node&)>& fn);

void walk(const RegionTable& regions, const Pack& pack, const Expression& expression,
          std::int32_t index, RegionId there,
          const std::function<void(RegionId, const Node&)>& fn) {
  const Node& node = expression.node(index);
  fn(there, node);
  if (expression.is_over_regions(node)) {
    each_inside(regions, pack, expression, node, there, fn);
    return;
  }
  expression.each_part(
      node, [&](std::int32_t part) { walk(regions, pack, expression, part, there, fn); });
}

void each_inside(const RegionTable& regions, const Pack& pack, const Expression& expression,
                 const Node& node, RegionId here,
                 const std::function<void(RegionId, const Node&)>& fn) {
  const Over& over = expression.over_of(node);
  std::vector<RegionId> set = regions_over(regions, pack, over.set, here);
  if (over.how == Over::How::kRank && !contains(set, here)) set.push_back(here);
  for (const RegionId there : set)
    expression.each_part(
        node, [&](std::int32_t part) { walk(regions, pack, expression, part, there, fn); });
}

}  // namespace

std::vector<RegionId> regions_over(const RegionTable& regions, const Pack& pack, Over::Set set,
                                   RegionId here) {
  const Region& region = regions.at(here);
  std::vector<RegionId> out;
  switch (set) {
    case Over::Set::kParent:
      if (region.parent.number() != 0) out.push_back(region.parent);
      return out;
    case Over::Set::kChildren:
      out = below(regions, region);
      break;
    case Over::Set::kSiblings:
      if (region.parent.number() != 0)
        out = below(regions, regions.at(region.parent));
      else
        out.push_back(here);
      break;
    case Over::Set::kNeighbours:
      out = region.neighbours;
      break;
    case Over::Set::kBasin:
      out = basin(regions, region);
      break;
    default:
      return out;
  }
  std::erase_if(out, [&](RegionId id) { return !contains(pack.regions, id); });
  put_in_order(out);
  return out;
}

void each_elsewhere(const RegionTable& regions, const Pack& pack, const Expression& expression,
                    RegionId here, const std::function<void(RegionId, const Node&)>& fn) {
  for (const Node& node : expression.nodes)
    if (!node.elsewhere && expression.is_over_regions(node))
      each_inside(regions, pack, expression, node, here, fn);
}

bool stands(const RegionTable& regions, const Signal& signal, RegionId region) {
  return signal.at.empty() || signal.stands_in(regions.at(region).kind);
}

ReadsAround reads_around(const Pack& pack) {
  ReadsAround out;
  for (const Pattern& pattern : pack.patterns)
    for (const Expression& level : pattern.levels) {
      for (const Node& node : level.nodes) {
        out.neighbours = out.neighbours || node.op == Op::kNeighbours;
        out.basin = out.basin || node.op == Op::kBasin;
      }
      for (const Over& over : level.overs)
        if (is_of_regions(over.set)) out.sets.push_back(over.set);
    }
  sort_unique(out.sets);
  return out;
}

std::vector<RegionId> read_around(const RegionTable& regions, const Pack& pack,
                                  const ReadsAround& reads, RegionId region) {
  const Region& here = regions.at(region);
  std::vector<RegionId> around;
  if (reads.neighbours) around = here.neighbours;
  for (const Over::Set of : reads.sets) {
    const auto set = regions_over(regions, pack, of, region);
    around.insert(around.end(), set.begin(), set.end());
  }
  put_in_order(around);
  if (!reads.basin) return around;
  auto members = basin(regions, here);
  put_in_order(members);
  std::vector<RegionId> all;
  all.reserve(around.size() + members.size());
  std::ranges::set_union(around, members, std::back_inserter(all));
  return all;
}

namespace {

// What read_around() of any of the regions holds beside regions of the pack, and perhaps of these;
// a basin is looked at once, not by each of its members.
std::vector<RegionId> read_around_any(const RegionTable& regions, const ReadsAround& reads,
                                      const std::vector<RegionId>& judged) {
  const bool parents = std::ranges::find(reads.sets, Over::Set::kParent) != reads.sets.end();
  std::vector<RegionId> out, groups;
  for (const RegionId id : judged) {
    const Region& here = regions.at(id);
    if (reads.neighbours) out.insert(out.end(), here.neighbours.begin(), here.neighbours.end());
    if (parents && here.parent.number() != 0) out.push_back(here.parent);
    if (!reads.basin) continue;
    out.insert(out.end(), here.members.begin(), here.members.end());
    for (const RegionId group : regions.groups_of(id))
      if (regions.at(group).kind == RegionKind::kBasin) groups.push_back(group);
  }
  sort_unique(groups);
  for (const RegionId group : groups) {
    const auto& members = regions.at(group).members;
    out.insert(out.end(), members.begin(), members.end());
  }
  return out;
}

// Whether it reads signals of other regions.
bool asks_elsewhere(const Expression& condition) {
  return std::ranges::any_of(condition.nodes, [](const Node& node) {
    return node.elsewhere && (node.op == Op::kOn || node.op == Op::kActive);
  });
}

}  // namespace

std::vector<RegionId> folded_regions(const RegionTable& regions, const Pack& pack) {
  std::vector<RegionId> folded = pack.regions;
  bool around = false;
  for (const Pattern& pattern : pack.patterns) {
    folded.insert(folded.end(), pattern.at.begin(), pattern.at.end());
    around = around || pattern.reads_neighbours();
  }
  sort_unique(folded);
  if (around) {
    const auto read = read_around_any(regions, reads_around(pack), folded);
    folded.insert(folded.end(), read.begin(), read.end());
    sort_unique(folded);
  }
  // Whose signals are read by signals, and by theirs.
  std::vector<RegionId> open = folded;
  while (!open.empty()) {
    std::vector<RegionId> found;
    for (const Signal& signal : pack.signals)
      for (const Expression* condition : {&signal.when, &signal.clear}) {
        if (!asks_elsewhere(*condition)) continue;
        for (const RegionId here : open) {
          if (!stands(regions, signal, here)) continue;
          each_elsewhere(regions, pack, *condition, here, [&](RegionId there, const Node& node) {
            const bool reads = node.op == Op::kOn || node.op == Op::kActive;
            if (reads && !contains(folded, there)) found.push_back(there);
          });
        }
      }
    sort_unique(found);
    folded.insert(folded.end(), found.begin(), found.end());
    sort_unique(folded);
    open = std::move(found);
  }
  return folded;
}

}  // namespace tocsin
