#include <iterator>

#include "rules/dataset_parts.h"

// Coverage: for which days a source says that its events are complete.
namespace tocsin {
namespace {

std::vector<DayRange> merge_ranges(std::vector<DayRange> ranges) {
  std::sort(ranges.begin(), ranges.end());
  std::vector<DayRange> merged;
  for (const auto& range : ranges) {
    if (!merged.empty() && range.from <= merged.back().until) {
      merged.back().until = std::max(merged.back().until, range.until);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

std::vector<DayRange> intersect(const std::vector<DayRange>& a, const std::vector<DayRange>& b) {
  std::vector<DayRange> both;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const Day from = std::max(a[i].from, b[j].from);
    const Day until = std::min(a[i].until, b[j].until);
    if (from < until) both.push_back({from, until});
    if (a[i].until < b[j].until) {
      ++i;
    } else {
      ++j;
    }
  }
  return both;
}

// First day that lies in one of the range lists and not in the other; kDayNever when they are
// equal.
Day first_difference(const std::vector<DayRange>& a, const std::vector<DayRange>& b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (a[i].from != b[i].from) return std::min(a[i].from, b[i].from);
    if (a[i].until != b[i].until) return std::min(a[i].until, b[i].until);
  }
  if (a.size() > common) return a[common].from;
  if (b.size() > common) return b[common].from;
  return kDayNever;
}

}  // namespace

Dataset::CoverageStatement statement_of(const LatestRevision& revision,
                                        const CoverageClaim& claim) {
  return {claim.source, {claim.from, claim.until}, revision.identity.prefix()};
}

std::vector<RegionId> Dataset::below(RegionId region) const {
  std::vector<RegionId> found;
  std::vector<RegionId> open{region};
  while (!open.empty()) {
    const RegionId id = open.back();
    open.pop_back();
    for (const RegionId child : catalogue_.regions.children(id)) {
      found.push_back(child);
      open.push_back(child);
    }
    for (const RegionId member : catalogue_.regions.at(id).members) {
      found.push_back(member);
      open.push_back(member);
    }
  }
  sort_unique(found);
  return found;
}

std::vector<DayRange> Dataset::merge(SourceId source, RegionId region) const {
  const RegionTable& regions = catalogue_.regions;
  std::vector<RegionId> stating = regions.ancestors(region);
  stating.push_back(region);
  for (const RegionId group : regions.groups_of(region)) stating.push_back(group);
  std::vector<DayRange> ranges;
  for (const RegionId id : stating)
    for (const auto& statement : coverage_[id.number()].statements)
      if (statement.source == source) ranges.push_back(statement.range);
  const Region& place = regions.at(region);
  if (!place.members.empty()) {
    const auto of_members = merged_for_group(source, place);
    ranges.insert(ranges.end(), of_members.begin(), of_members.end());
  }
  return merge_ranges(std::move(ranges));
}

// What is covered for every member.
std::vector<DayRange> Dataset::merged_for_group(SourceId source, const Region& group) const {
  std::vector<DayRange> common{{kDayMin, kDayNever}};
  for (const RegionId member : group.members) {
    const auto* of_member = ranges(source, member);
    if (of_member == nullptr) return {};
    common = intersect(common, *of_member);
  }
  return common;
}

void Dataset::remerge(SourceId source, RegionId region, Day& first_change,
                      std::vector<RegionId>& changed) {
  auto merged = merge(source, region);
  const auto* known = ranges(source, region);
  const Day difference =
      first_difference(known == nullptr ? std::vector<DayRange>() : *known, merged);
  if (difference == kDayNever) return;
  changes(region);
  auto& all = coverage_[region.number()].merged;
  if (merged.empty()) {
    all.erase(source);
  } else {
    all.insert_or_assign(source, std::move(merged));
  }
  changed.push_back(region);
  first_change = std::min(first_change, difference);
}

void Dataset::change_coverage(const LatestRevision& revision, const CoverageClaim& claim, bool add,
                              std::vector<Touched>* touched) {
  // Only events are read through coverage statements: an observation carries its own.
  if (claim.indicator.number() != 0) return;
  const CoverageStatement statement = statement_of(revision, claim);
  std::vector<RegionId> affected;
  for (const RegionId region : claim.regions) {
    changes(region);
    auto& statements = coverage_[region.number()].statements;
    if (add) {
      insert_sorted(statements, statement);
    } else {
      erase_sorted(statements, statement);
    }
    affected.push_back(region);
    const auto inside = below(region);
    affected.insert(affected.end(), inside.begin(), inside.end());
  }
  sort_unique(affected);
  Day first_change = kDayNever;
  std::vector<RegionId> changed;
  // Members before the groups that read them.
  for (const RegionId id : affected)
    if (catalogue_.regions.at(id).members.empty()) remerge(claim.source, id, first_change, changed);
  for (const Region& group : catalogue_.regions.all())
    if (!group.members.empty()) remerge(claim.source, group.id, first_change, changed);
  if (touched != nullptr && !changed.empty())
    touched->push_back(
        {Touched::Kind::kEvents, IndicatorId(), {changed.begin(), changed.end()}, first_change});
}

const std::vector<DayRange>* Dataset::ranges(SourceId source, RegionId region) const {
  const auto& merged = coverage_[region.number()].merged;
  const auto found = merged.find(source);
  return found == merged.end() ? nullptr : &found->second;
}

bool Dataset::covered(SourceId source, RegionId region, DayRange range) const {
  return covered_until(source, region, range.from) >= range.until;
}

Day Dataset::covered_until(SourceId source, RegionId region, Day day) const {
  const auto* list = ranges(source, region);
  if (list == nullptr) return kDayMin;
  auto after = std::upper_bound(list->begin(), list->end(), day,
                                [](Day d, const DayRange& range) { return d < range.from; });
  if (after == list->begin()) return kDayMin;
  const DayRange& candidate = *std::prev(after);
  return candidate.until > day ? candidate.until : kDayMin;
}

Day Dataset::covered_at_most(SourceId source, RegionId region) const {
  const auto* list = ranges(source, region);
  return list == nullptr || list->empty() ? kDayMin : list->back().until;
}

Day Dataset::covered_before(SourceId source, RegionId region, Day end) const {
  const auto* list = ranges(source, region);
  if (list == nullptr) return kDayMin;
  const auto after = std::lower_bound(list->begin(), list->end(), end,
                                      [](const DayRange& range, Day d) { return range.from < d; });
  return after == list->begin() ? kDayMin : std::min(std::prev(after)->until, end);
}

Day Dataset::next_coverage_edge(SourceId source, RegionId region, Day day) const {
  const auto* list = ranges(source, region);
  if (list == nullptr) return kDayNever;
  for (const DayRange& range : *list) {
    if (range.from > day) return range.from;
    if (range.until > day) return range.until;
  }
  return kDayNever;
}

}  // namespace tocsin
