#include "rules/dataset_parts.h"

// Events: where each is kept, and who reads it.
namespace tocsin {
namespace {

void change_list(RegionEvents& events, const Happened& happened, bool add) {
  auto& list = is_span(happened) ? events.spans : events.dated;
  if (add) {
    insert_sorted(list, happened);
  } else {
    erase_sorted(list, happened);
  }
}

}  // namespace

Happened happened_of(const LatestRevision& revision, const EventClaim& claim) {
  Happened happened;
  happened.start = claim.start;
  happened.end = claim.end;
  happened.tlp = revision.tlp;
  happened.identity = revision.identity.prefix();
  happened.source = claim.source;
  happened.kind = claim.kind;
  happened.vague_place = claim.vague_place;
  happened.status = claim.status;
  happened.deaths = claim.deaths;
  happened.displaced = claim.displaced;
  happened.actors = claim.actors;
  return happened;
}

bool is_span(const Happened& happened) { return happened.end - happened.start > 1; }

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

void Dataset::describe_event(const EventClaim& event, std::vector<Touched>& touched) const {
  const RegionTable& regions = catalogue_.regions;
  std::vector<RegionId> readers;
  if (is_unplaced(event)) {
    readers = readers_of_place(event.region);
  } else {
    readers = regions.ancestors(event.region);
    readers.push_back(event.region);
    for (const RegionId group : regions.groups_of(event.region)) readers.push_back(group);
  }
  touched.push_back(
      {Touched::Kind::kEvents, IndicatorId(), {readers.begin(), readers.end()}, event.start});
}

const RegionEvents& Dataset::events(RegionId region) const { return events_[region.number()]; }
const RegionEvents& Dataset::unplaced(RegionId region) const { return unplaced_[region.number()]; }
std::span<const RegionId> Dataset::may_hold(RegionId region) const {
  return may_hold_[region.number()];
}

}  // namespace tocsin
