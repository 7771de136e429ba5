#include "rules/dataset.h"

#include <algorithm>
#include <iterator>

#include "model/result.h"

namespace tocsin {
namespace {

template <class T>
void insert_sorted(std::vector<T>& list, const T& item) {
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

Observed observed_of(const LatestRevision& revision, const ObservationClaim& claim) {
  Observed observed;
  observed.end = claim.end;
  observed.start = claim.start;
  observed.published_minute = static_cast<std::int32_t>(revision.published.milliseconds() / 60'000);
  observed.tlp = revision.tlp;
  observed.identity = revision.identity.prefix();
  observed.value = claim.value;
  return observed;
}

Happened happened_of(const LatestRevision& revision, const EventClaim& claim) {
  Happened happened;
  happened.start = claim.start;
  happened.end = claim.end;
  happened.tlp = revision.tlp;
  happened.identity = revision.identity.prefix();
  happened.source = claim.source;
  happened.kind = claim.kind;
  happened.vague_place = claim.vague_place;
  happened.deaths = claim.deaths;
  happened.displaced = claim.displaced;
  happened.actors = claim.actors;
  return happened;
}

Dataset::CoverageStatement statement_of(const LatestRevision& revision,
                                        const CoverageClaim& claim) {
  return {claim.source, {claim.from, claim.until}, revision.identity.prefix()};
}

bool is_span(const Happened& happened) { return happened.end - happened.start > 1; }

void change_list(RegionEvents& events, const Happened& happened, bool add) {
  auto& list = is_span(happened) ? events.spans : events.dated;
  if (add) {
    insert_sorted(list, happened);
  } else {
    erase_sorted(list, happened);
  }
}

void sort_unique(std::vector<RegionId>& regions) {
  std::sort(regions.begin(), regions.end());
  regions.erase(std::unique(regions.begin(), regions.end()), regions.end());
}

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

Dataset::Dataset(const Catalogue& catalogue)
    : catalogue_(catalogue),
      by_region_(catalogue.regions.id_limit()),
      events_(catalogue.regions.id_limit()),
      unplaced_(catalogue.regions.id_limit()),
      may_hold_(catalogue.regions.id_limit()),
      coverage_(catalogue.regions.id_limit()) {
  const RegionTable& regions = catalogue.regions;
  for (const Region& region : regions.all()) {
    auto& above = may_hold_[region.id.number()];
    std::vector<RegionId> inside = region.members;
    if (inside.empty()) inside.push_back(region.id);
    for (const RegionId id : inside) {
      for (const RegionId ancestor : regions.ancestors(id)) above.push_back(ancestor);
      for (const RegionId group : regions.groups_of(id))
        if (group != region.id) above.push_back(group);
    }
    // What is known as far as a group may lie in whatever is above one of its members.
    for (const RegionId member : region.members) {
      for (const RegionId ancestor : regions.ancestors(member))
        may_hold_[ancestor.number()].push_back(region.id);
      for (const RegionId group : regions.groups_of(member))
        if (group != region.id) may_hold_[group.number()].push_back(region.id);
    }
  }
  for (const Region& region : regions.all()) {
    auto& above = may_hold_[region.id.number()];
    sort_unique(above);
    // An event known as far as X surely lies in every group that X belongs to.
    std::erase_if(above, [&](RegionId id) {
      const auto groups = regions.groups_of(id);
      return regions.is_below(id, region.id) ||
             std::find(groups.begin(), groups.end(), region.id) != groups.end();
    });
  }
}

void Dataset::apply(const Change& change, std::vector<Touched>& touched) {
  if (change.before) remove(*change.before, &touched);
  add(change.after, &touched);
}

bool Dataset::holds(const LatestRevision& revision) const {
  const RegionTable& regions = catalogue_.regions;
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    const Series* of = regions.contains(claim->series.region) ? series(claim->series) : nullptr;
    return of != nullptr && has_sorted(*of, observed_of(revision, *claim));
  }
  if (const auto* event = std::get_if<EventClaim>(&revision.claim)) {
    if (!regions.contains(event->region)) return false;
    const Happened happened = happened_of(revision, *event);
    const auto in = [&](const RegionEvents& events) {
      return has_sorted(is_span(happened) ? events.spans : events.dated, happened);
    };
    const auto there = [&](RegionId id) { return in(events(id)); };
    return there(event->region) && std::ranges::all_of(regions.ancestors(event->region), there) &&
           std::ranges::all_of(regions.groups_of(event->region), there) &&
           (!is_unplaced(*event) || in(unplaced(event->region)));
  }
  if (const auto* coverage = std::get_if<CoverageClaim>(&revision.claim)) {
    if (coverage->indicator.number() != 0) return true;  // is not kept
    return std::ranges::all_of(coverage->regions, [&](RegionId id) {
      return regions.contains(id) &&
             has_sorted(this->coverage(id).statements, statement_of(revision, *coverage));
    });
  }
  return true;  // forecasts and retractions are not kept
}

void Dataset::restore(const LatestRevision& revision) { add(revision, nullptr); }

void Dataset::restore_region(RegionId region, RegionContent content) {
  auto& of_region = by_region_[region.number()];
  require(of_region.empty(), "a region is restored once, into an empty data set");
  of_region.reserve(content.series.size());
  for (auto& [key, series] : content.series) {
    of_region.emplace_back(key, static_cast<std::uint32_t>(series_.size()));
    observation_count_ += series.size();
    series_.push_back(std::move(series));
  }
  events_[region.number()] = std::move(content.events);
  unplaced_[region.number()] = std::move(content.unplaced);
  coverage_[region.number()] = std::move(content.coverage);
}

void Dataset::add(const LatestRevision& revision, std::vector<Touched>* touched) {
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    change_observation(revision, *claim, true, touched);
  } else if (const auto* event = std::get_if<EventClaim>(&revision.claim)) {
    change_event(revision, *event, true, touched);
  } else if (const auto* coverage = std::get_if<CoverageClaim>(&revision.claim)) {
    change_coverage(revision, *coverage, true, touched);
  }
}

void Dataset::remove(const LatestRevision& revision, std::vector<Touched>* touched) {
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    change_observation(revision, *claim, false, touched);
  } else if (const auto* event = std::get_if<EventClaim>(&revision.claim)) {
    change_event(revision, *event, false, touched);
  } else if (const auto* coverage = std::get_if<CoverageClaim>(&revision.claim)) {
    change_coverage(revision, *coverage, false, touched);
  }
}

std::uint32_t Dataset::series_index(const SeriesKey& key) {
  auto& of_region = by_region_[key.region.number()];
  const auto at =
      std::lower_bound(of_region.begin(), of_region.end(), key,
                       [](const auto& entry, const SeriesKey& k) { return entry.first < k; });
  if (at != of_region.end() && at->first == key) return at->second;
  const auto index = static_cast<std::uint32_t>(series_.size());
  series_.emplace_back();
  of_region.insert(at, {key, index});
  return index;
}

const Series* Dataset::series(const SeriesKey& key) const {
  const auto& of_region = by_region_[key.region.number()];
  const auto at =
      std::lower_bound(of_region.begin(), of_region.end(), key,
                       [](const auto& entry, const SeriesKey& k) { return entry.first < k; });
  if (at == of_region.end() || at->first != key) return nullptr;
  return &series_[at->second];
}

void Dataset::change_observation(const LatestRevision& revision, const ObservationClaim& claim,
                                 bool add, std::vector<Touched>* touched) {
  changes(claim.series.region);
  Series& series = series_[series_index(claim.series)];
  const Observed observed = observed_of(revision, claim);
  if (add) {
    insert_sorted(series, observed);
    ++observation_count_;
  } else {
    erase_sorted(series, observed);
    --observation_count_;
  }
  if (touched != nullptr) describe(revision, *touched);
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

// Every region whose events, sure or possible, change with an event placed at `region`.
std::vector<RegionId> Dataset::readers_of_place(RegionId region) const {
  std::vector<RegionId> readers = catalogue_.regions.ancestors(region);
  readers.push_back(region);
  for (const RegionId group : catalogue_.regions.groups_of(region)) readers.push_back(group);
  for (const Region& other : catalogue_.regions.all()) {
    const auto& above = may_hold_[other.id.number()];
    if (std::binary_search(above.begin(), above.end(), region)) readers.push_back(other.id);
  }
  sort_unique(readers);
  return readers;
}

// Known only as far as the region, which has others in it.
bool Dataset::is_unplaced(const EventClaim& claim) const {
  const RegionTable& regions = catalogue_.regions;
  return claim.vague_place || !regions.children(claim.region).empty() ||
         !regions.at(claim.region).members.empty();
}

void Dataset::change_event(const LatestRevision& revision, const EventClaim& claim, bool add,
                           std::vector<Touched>* touched) {
  const Happened happened = happened_of(revision, claim);
  const RegionTable& regions = catalogue_.regions;
  const auto change = [&](RegionId id) {
    changes(id);
    change_list(events_[id.number()], happened, add);
  };
  change(claim.region);
  for (const RegionId id : regions.ancestors(claim.region)) change(id);
  for (const RegionId id : regions.groups_of(claim.region)) change(id);
  if (is_unplaced(claim)) change_list(unplaced_[claim.region.number()], happened, add);
  event_count_ = add ? event_count_ + 1 : event_count_ - 1;
  if (touched != nullptr) describe(revision, *touched);
}

void Dataset::describe(const LatestRevision& revision, std::vector<Touched>& touched) const {
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    touched.push_back({Touched::Kind::kObservations,
                       claim->series.indicator,
                       {claim->series.region},
                       claim->end - 1});
    return;
  }
  const auto* event = std::get_if<EventClaim>(&revision.claim);
  if (event == nullptr) return;
  const RegionTable& regions = catalogue_.regions;
  const bool unplaced = event->vague_place || !regions.children(event->region).empty() ||
                        !regions.at(event->region).members.empty();
  std::vector<RegionId> readers;
  if (unplaced) {
    readers = readers_of_place(event->region);
  } else {
    readers = regions.ancestors(event->region);
    readers.push_back(event->region);
    for (const RegionId group : regions.groups_of(event->region)) readers.push_back(group);
  }
  touched.push_back({Touched::Kind::kEvents, IndicatorId(), std::move(readers), event->start});
}

const RegionEvents& Dataset::events(RegionId region) const { return events_[region.number()]; }
const RegionEvents& Dataset::unplaced(RegionId region) const { return unplaced_[region.number()]; }
std::span<const RegionId> Dataset::may_hold(RegionId region) const {
  return may_hold_[region.number()];
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
    touched->push_back({Touched::Kind::kEvents, IndicatorId(), std::move(changed), first_change});
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
