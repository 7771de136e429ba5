#include "alerting/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tocsin {
namespace {

// The country of the region tree that `id` is or lies in; nullopt for what lies across countries.
std::optional<RegionId> country_of(const RegionTable& regions, RegionId id) {
  if (regions.at(id).kind == RegionKind::kCountry) return id;
  for (const RegionId above : regions.ancestors(id)) {
    if (regions.at(above).kind == RegionKind::kCountry) return above;
  }
  return std::nullopt;
}

// Whether `inner` is `outer` or lies below it.
bool holds(const RegionTable& regions, RegionId outer, RegionId inner) {
  if (outer == inner) return true;
  const Region& group = regions.at(outer);
  if (!group.members.empty()) {
    return std::ranges::any_of(group.members,
                               [&](RegionId member) { return holds(regions, member, inner); });
  }
  const std::vector<RegionId> above = regions.ancestors(inner);
  return std::ranges::find(above, outer) != above.end();
}

// Where an alert is: its region, or the members of a basin or set.
std::vector<RegionId> places(const Region& region) {
  if (region.members.empty()) return {region.id};
  return region.members;
}

struct SharedBasins {
  std::string names;          // codes, for the reason
  std::set<RegionId> states;  // countries of the basins' members
};

SharedBasins shared_basins(const AlertRevision& revision, const RegionTable& regions) {
  SharedBasins shared;
  for (const std::string& code : revision.shared_with) {
    shared.names += (shared.names.empty() ? "" : ", ") + code;
    const Region* basin = regions.find(code);
    if (basin == nullptr) continue;
    for (const RegionId member : basin->members) {
      if (const auto country = country_of(regions, member)) shared.states.insert(*country);
    }
  }
  return shared;
}

// The state among `states` that the committee's region `id` is, lies in or holds.
std::optional<RegionId> state_of(RegionId id, const std::set<RegionId>& states,
                                 const RegionTable& regions) {
  for (const RegionId place : places(regions.at(id))) {
    for (const RegionId state : states) {
      if (holds(regions, place, state) || holds(regions, state, place)) return state;
    }
  }
  return std::nullopt;
}

RoutingDecision decide_shared(const Committee& committee, const SharedBasins& shared,
                              const RegionTable& regions) {
  for (const RegionId id : committee.regions) {
    if (const auto state = state_of(id, shared.states, regions)) {
      return {committee.key, true,
              fmt::format("shared basin {}: every committee of {} gets the same alert",
                          shared.names, regions.at(*state).code)};
    }
  }
  return {committee.key, false,
          fmt::format("none of its regions is in a state of the shared basin {}", shared.names)};
}

const Region* matching_region(const Committee& committee, const Region& region,
                              const RegionTable& regions) {
  for (const RegionId outer : committee.regions) {
    if (outer == region.id) return &regions.at(outer);
    for (const RegionId inner : places(region)) {
      if (holds(regions, outer, inner)) return &regions.at(outer);
    }
  }
  return nullptr;
}

bool speaks_of(const AlertRevision& revision, const Committee& committee,
               const Catalogue& catalogue) {
  if (committee.dimensions.empty()) return true;
  return std::ranges::any_of(revision.dimensions_true, [&](const std::string& code) {
    const Dimension* dimension = catalogue.find_dimension(code);
    return dimension != nullptr &&
           std::ranges::find(committee.dimensions, dimension->id) != committee.dimensions.end();
  });
}

RoutingDecision decide_by_rules(const AlertRevision& revision, const Committee& committee,
                                const Catalogue& catalogue) {
  const Region* region = catalogue.regions.find(revision.region);
  if (region == nullptr) {
    return {committee.key, false,
            fmt::format("region {} is not in the configuration", revision.region)};
  }
  const Region* held = matching_region(committee, *region, catalogue.regions);
  if (held == nullptr) {
    return {committee.key, false, fmt::format("region {} is not one of its regions", region->code)};
  }
  if (!speaks_of(revision, committee, catalogue)) {
    return {committee.key, false,
            fmt::format("none of its dimensions is on (on: {})",
                        fmt::join(revision.dimensions_true, ", "))};
  }
  if (revision.level < committee.least_level) {
    return {committee.key, false,
            fmt::format("level {} < {}", name_of(revision.level), name_of(committee.least_level))};
  }
  const std::string within = held->code == region->code ? "" : fmt::format(" (in {})", held->code);
  return {committee.key, true,
          fmt::format("region {}{}, level {} >= {}", region->code, within, name_of(revision.level),
                      name_of(committee.least_level))};
}

std::vector<RoutingDecision> decide_proposal(const AlertRevision& revision,
                                             const Catalogue& catalogue) {
  std::vector<RoutingDecision> decisions;
  for (const Committee& committee : catalogue.committees) {
    const bool asked = std::ranges::find(revision.asked, committee.key) != revision.asked.end();
    decisions.push_back({committee.key, asked,
                         asked ? "it is asked to decide" : "a proposal, and it is not asked"});
  }
  return decisions;
}

}  // namespace

std::vector<RoutingDecision> decide(const AlertRevision& revision, const Catalogue& catalogue,
                                    const std::set<std::string>& told) {
  if (revision.kind == RevisionKind::kProposed) return decide_proposal(revision, catalogue);
  const SharedBasins shared = shared_basins(revision, catalogue.regions);
  std::vector<RoutingDecision> decisions;
  for (const Committee& committee : catalogue.committees) {
    if (told.contains(committee.key)) {
      decisions.push_back({committee.key, true, "it was sent an earlier revision of this alert"});
    } else if (closes(revision.kind)) {
      decisions.push_back({committee.key, false, "the alert is over and it was never sent it"});
    } else if (!shared.states.empty()) {
      decisions.push_back(decide_shared(committee, shared, catalogue.regions));
    } else {
      decisions.push_back(decide_by_rules(revision, committee, catalogue));
    }
  }
  return decisions;
}

std::vector<Dispatch> dispatches(const AlertRevision& revision, const Catalogue& catalogue,
                                 const std::vector<RoutingDecision>& decisions,
                                 ProcessingTime now) {
  std::vector<Dispatch> dispatches;
  std::set<Hash128> seen;
  for (const RoutingDecision& decision : decisions) {
    const auto committee =
        std::ranges::find(catalogue.committees, decision.committee, &Committee::key);
    if (!decision.send || committee == catalogue.committees.end()) continue;
    for (const Address& address : committee->addresses) {
      const Hash128 id = dispatch_id(revision.alert, revision.number, committee->key, address);
      if (!seen.insert(id).second) continue;
      Dispatch dispatch;
      dispatch.id = id;
      dispatch.alert = revision.alert;
      dispatch.revision = revision.number;
      dispatch.committee = committee->key;
      dispatch.address = address;
      dispatch.reason = decision.reason;
      dispatch.intended = now;
      dispatch.next_attempt = now;
      dispatches.push_back(std::move(dispatch));
    }
  }
  return dispatches;
}

std::vector<Dispatch> route(const AlertRevision& revision, const Catalogue& catalogue,
                            const std::set<std::string>& told, ProcessingTime now) {
  return dispatches(revision, catalogue, decide(revision, catalogue, told), now);
}

}  // namespace tocsin
