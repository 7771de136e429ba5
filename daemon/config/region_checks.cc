#include "daemon/config/region_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "model/fold.h"

namespace tocsin {
namespace {

bool is_group(RegionKind kind) { return kind == RegionKind::kBasin || kind == RegionKind::kSet; }

// The kinds that may stand above `kind`, for messages.
std::string kinds_above(RegionKind kind) {
  std::vector<std::string> kinds;
  kinds.reserve(static_cast<std::size_t>(kind));
  for (int i = 0; i < static_cast<int>(kind); ++i) {
    kinds.emplace_back(name_of(static_cast<RegionKind>(i)));
  }
  return kinds.empty() ? "no parent" : "a region of kind " + list_words(kinds);
}

// The regions of the cycle that `region` is part of; empty when it is in none.
std::vector<const Region*> cycle_of(const RegionDraft& draft, const Region& region) {
  std::vector<const Region*> lineage = draft.lineage(region);
  return lineage.back()->parent == region.id ? lineage : std::vector<const Region*>();
}

void report_cycle(const RegionDraft& draft, const std::vector<const Region*>& cycle,
                  YamlReader& reader) {
  const Region* first = *std::min_element(
      cycle.begin(), cycle.end(), [](const Region* a, const Region* b) { return a->id < b->id; });
  if (cycle.front() != first) return;  // told once, at the first of them
  std::string path;
  for (const Region* region : cycle) path += region->code + " -> ";
  reader.report(*draft.spot(first->id).parent,
                fmt::format("the parents form a cycle: {}{}", path, first->code),
                "parents that lead to a region without one");
}

// The country that `region` lies in; of a basin or set, the one that all its members lie in. 0 when
// there is none.
RegionId country_in(const RegionDraft& draft, const Region& region) {
  if (is_group(region.kind)) {
    std::set<RegionId> countries;
    for (const RegionId id : region.members) {
      const Region* member = draft.find(id);
      countries.insert(member == nullptr || is_group(member->kind) ? RegionId()
                                                                   : country_in(draft, *member));
    }
    return countries.size() == 1 ? *countries.begin() : RegionId();
  }
  for (const Region* above : draft.lineage(region)) {
    if (above->kind == RegionKind::kCountry) return above->id;
  }
  return RegionId();
}

}  // namespace

RegionDraft::RegionDraft(std::vector<Region>& regions) : regions_(regions) {
  for (std::size_t i = 0; i < regions.size(); ++i) index_.emplace(regions[i].id, i);
}

Region* RegionDraft::find(RegionId id) {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &regions_[found->second];
}

const Region* RegionDraft::find(RegionId id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &regions_[found->second];
}

std::vector<const Region*> RegionDraft::lineage(const Region& region) const {
  std::vector<const Region*> result;
  for (const Region* at = &region; at != nullptr; at = find(at->parent)) {
    if (std::find(result.begin(), result.end(), at) != result.end()) break;
    result.push_back(at);
  }
  return result;
}

void check_parents(const RegionDraft& draft, YamlReader& reader) {
  for (const Region& region : draft.regions()) {
    const Region* parent = draft.find(region.parent);
    if (parent == nullptr || !draft.spot(region.id).kind_known) continue;
    if (!draft.spot(parent->id).kind_known) continue;
    if (const auto cycle = cycle_of(draft, region); !cycle.empty()) {
      report_cycle(draft, cycle, reader);
    } else if (is_group(parent->kind) || parent->kind >= region.kind) {
      reader.report(*draft.spot(region.id).parent,
                    fmt::format("the parent of {} ({}) is {}, of kind {}", region.code,
                                name_of(region.kind), parent->code, name_of(parent->kind)),
                    kinds_above(region.kind));
    }
  }
}

void check_schemes(const RegionDraft& draft, YamlReader& reader) {
  // (scheme, member) -> the set that claims it.
  std::map<std::pair<std::string, RegionId>, const Region*> taken;
  for (const Region& set : draft.regions()) {
    if (set.kind != RegionKind::kSet || set.scheme.empty()) continue;
    for (const RegionId member : set.members) taken.emplace(std::pair(set.scheme, member), &set);
  }
  for (const Region& set : draft.regions()) {
    if (set.kind != RegionKind::kSet || set.scheme.empty()) continue;
    for (const RegionId member : set.members) {
      const Region* region = draft.find(member);
      if (region == nullptr) continue;
      for (const Region* above : draft.lineage(*region)) {
        const auto claim = taken.find({set.scheme, above->id});
        if (claim == taken.end() || claim->second == &set) continue;
        reader.report(*draft.spot(set.id).code,
                      fmt::format("{} is in two sets of the scheme '{}': {} and {}", region->code,
                                  set.scheme, claim->second->code, set.code),
                      "each region in at most one set of a scheme");
        break;
      }
    }
  }
}

void check_aliases(const RegionDraft& draft, YamlReader& reader) {
  // (country or 0, folded code, name or alias) -> whom it finds.
  std::map<std::pair<RegionId, std::string>, std::set<const Region*>> found_by;
  for (const Region& region : draft.regions()) {
    const RegionId country = country_in(draft, region);
    found_by[{country, fold_name(region.code)}].insert(&region);
    for (const auto& [language, name] : region.names) {
      found_by[{country, fold_name(name)}].insert(&region);
    }
    for (const auto& alias : region.aliases) found_by[{country, fold_name(alias)}].insert(&region);
  }
  for (const Region& region : draft.regions()) {
    const RegionId country = country_in(draft, region);
    for (std::size_t i = 0; i < region.aliases.size(); ++i) {
      const std::string& alias = region.aliases[i];
      for (const Region* other : found_by[{country, fold_name(alias)}]) {
        if (other == &region) continue;
        reader.report(*draft.spot(region.id).aliases[i],
                      fmt::format("'{}' is {} as well as {}", alias, other->code, region.code),
                      "aliases that find one region within its country (case, accents and dashes "
                      "don't count)");
        break;
      }
    }
  }
}

void check_sibling_names(const RegionDraft& draft, YamlReader& reader) {
  // (parent, kind, language, folded name) -> the first region of that name.
  std::map<std::tuple<RegionId, RegionKind, std::string, std::string>, const Region*> first;
  for (const Region& region : draft.regions()) {
    for (const auto& [language, name] : region.names) {
      const auto [taken, is_new] =
          first.emplace(std::tuple(region.parent, region.kind, language, fold_name(name)), &region);
      if (is_new) continue;
      reader.report(
          *draft.spot(region.id).code,
          fmt::format("{} and {} are both called '{}'", taken->second->code, region.code, name),
          "different names for the regions below one parent");
      break;
    }
  }
}

}  // namespace tocsin
