#include "model/region.h"

#include <algorithm>
#include <array>
#include <utility>

#include "model/fold.h"
#include "model/result.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 6> kKindNames = {"world",   "country", "admin-1",
                                                        "admin-2", "basin",   "set"};

// What people append to the name of a unit.
constexpr std::array<std::string_view, 4> kUnitWords = {" state", " region", " province",
                                                        " department"};

bool is_admin_unit(RegionKind kind) {
  return kind == RegionKind::kAdmin1 || kind == RegionKind::kAdmin2;
}

bool is_named_group(RegionKind kind) {
  return kind == RegionKind::kBasin || kind == RegionKind::kSet;
}

template <class T>
void add_unless_there(std::vector<T>& list, T value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

}  // namespace

std::string_view name_of(RegionKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<RegionKind> parse_region_kind(std::string_view name) {
  const auto found = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<RegionKind>(found - kKindNames.begin());
}

const std::string& Region::name(std::string_view language) const {
  if (const auto found = names.find(std::string(language)); found != names.end()) {
    return found->second;
  }
  const auto english = names.find("en");
  require(english != names.end(), "every region has an English name");
  return english->second;
}

RegionTable::RegionTable(std::vector<Region> regions) : regions_(std::move(regions)) {
  std::uint32_t highest = 0;
  for (const auto& region : regions_) highest = std::max(highest, region.id.number());
  by_number_.assign(std::size_t{highest} + 1, -1);
  for (std::uint32_t i = 0; i < regions_.size(); ++i) add(i);
  link();
}

RegionTable::RegionTable(const RegionTable& other) : RegionTable(other.regions_) {}

RegionTable& RegionTable::operator=(const RegionTable& other) {
  if (this != &other) *this = RegionTable(other);
  return *this;
}

void RegionTable::add(std::uint32_t index) {
  const Region& region = regions_[index];
  auto& place = by_number_[region.id.number()];
  require(region.id.number() != 0, "a region's number is not 0");
  require(place == -1, "a region's number is unique");
  place = static_cast<std::int32_t>(index);
  by_code_.emplace(region.code, index);
  add_unless_there(by_alias_[fold_name(region.code)], index);
  for (const auto& [language, name] : region.names) {
    add_unless_there(by_alias_[fold_name(name)], index);
  }
  for (const auto& alias : region.aliases) add_unless_there(by_alias_[fold_name(alias)], index);
  if (!is_named_group(region.kind)) points_.add(index, region.geometry);
}

// Needs every region to be added.
void RegionTable::link() {
  children_.resize(regions_.size());
  groups_.resize(regions_.size());
  std::vector<std::vector<RegionId>> own_groups(regions_.size());
  for (const auto& region : regions_) {
    if (region.parent.number() != 0) children_[index_of(region.parent)].push_back(region.id);
    for (const RegionId member : region.members) own_groups[index_of(member)].push_back(region.id);
    for (const RegionId neighbour : region.neighbours) index_of(neighbour);
  }
  for (auto& children : children_) std::sort(children.begin(), children.end());
  for (auto& groups : own_groups) std::sort(groups.begin(), groups.end());
  for (std::size_t i = 0; i < regions_.size(); ++i) {
    groups_[i] = own_groups[i];
    for (const RegionId ancestor : ancestors(regions_[i].id)) {
      for (const RegionId group : own_groups[index_of(ancestor)]) {
        add_unless_there(groups_[i], group);
      }
    }
  }
}

std::uint32_t RegionTable::index_of(RegionId id) const {
  require(contains(id), "a region that is referred to exists");
  return static_cast<std::uint32_t>(by_number_[id.number()]);
}

bool RegionTable::contains(RegionId id) const {
  return id.number() < by_number_.size() && by_number_[id.number()] >= 0;
}

const Region& RegionTable::at(RegionId id) const { return regions_[index_of(id)]; }

const Region* RegionTable::find(std::string_view code) const {
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : &regions_[found->second];
}

bool RegionTable::in_country(std::uint32_t index, std::string_view country) const {
  const Region& region = regions_[index];
  if (country.empty() || region.code == country) return true;
  for (RegionId id = region.parent; id.number() != 0; id = at(id).parent) {
    if (at(id).code == country) return true;
  }
  if (region.members.empty()) return false;
  return std::all_of(region.members.begin(), region.members.end(),
                     [&](RegionId member) { return in_country(index_of(member), country); });
}

const Region* RegionTable::find_by_alias(std::string_view name, std::string_view country) const {
  std::string folded = fold_name(name);
  auto found = by_alias_.find(folded);
  bool unit_named = false;
  for (const auto word : kUnitWords) {
    if (found != by_alias_.end()) break;
    if (!folded.ends_with(word)) continue;
    found = by_alias_.find(std::string_view(folded).substr(0, folded.size() - word.size()));
    unit_named = true;
  }
  if (found == by_alias_.end()) return nullptr;
  const Region* match = nullptr;
  for (const auto index : found->second) {
    const Region& region = regions_[index];
    if (!in_country(index, country)) continue;
    // "Niger state" is not the country Niger.
    if (unit_named && !is_admin_unit(region.kind)) continue;
    if (match) return nullptr;
    match = &region;
  }
  return match;
}

std::span<const RegionId> RegionTable::children(RegionId id) const {
  return children_[index_of(id)];
}

std::vector<RegionId> RegionTable::ancestors(RegionId id) const {
  std::vector<RegionId> list;
  for (RegionId up = at(id).parent; up.number() != 0; up = at(up).parent) {
    require(list.size() < regions_.size(), "a region is not its own ancestor");
    list.push_back(up);
  }
  return list;
}

std::span<const RegionId> RegionTable::groups_of(RegionId id) const {
  return groups_[index_of(id)];
}

const Region* RegionTable::set_of(RegionId id, std::string_view scheme) const {
  for (const RegionId group : groups_of(id)) {
    const Region& region = at(group);
    if (region.kind == RegionKind::kSet && region.scheme == scheme) return &region;
  }
  return nullptr;
}

const Region* RegionTable::locate(double latitude, double longitude) const {
  const Region* best = nullptr;
  points_.for_each_holding({.longitude = longitude, .latitude = latitude},
                           [&](std::uint32_t index) {
                             const Region& region = regions_[index];
                             // The kinds of the tree stand in order of size, largest first.
                             if (!best || region.kind > best->kind ||
                                 (region.kind == best->kind && region.id < best->id)) {
                               best = &region;
                             }
                           });
  return best;
}

bool RegionTable::is_below(RegionId id, RegionId ancestor) const {
  for (RegionId up = id; up.number() != 0; up = at(up).parent) {
    if (up == ancestor) return true;
  }
  return false;
}

std::vector<std::string> RegionTable::codes() const {
  std::vector<std::string> list;
  list.reserve(regions_.size());
  for (const auto& region : regions_) list.push_back(region.code);
  return list;
}

}  // namespace tocsin
