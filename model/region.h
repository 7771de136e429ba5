#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/geometry.h"
#include "model/id.h"
#include "model/string_map.h"

namespace tocsin {

// What a region is. The first four form a tree by `parent`; a basin and a set are named groups of
// regions that lie across the tree: a basin shares a fate, a set is what a coarse feed speaks about
// ("north-east", a climate zone).
enum class RegionKind : std::uint8_t { kWorld, kCountry, kAdmin1, kAdmin2, kBasin, kSet };
// "world", "country", "admin-1", "admin-2", "basin", "set"
std::string_view name_of(RegionKind kind);
std::optional<RegionKind> parse_region_kind(std::string_view name);

struct Region {
  RegionId id;
  std::string code;  // ISO 3166-2 or OCHA P-code; "basin:lake-chad"; "set:ng-north-east"
  RegionKind kind = RegionKind::kAdmin1;
  std::map<std::string, std::string> names;  // by language tag; "en" is always there
  RegionId parent;                           // number 0 when it has none
  std::vector<RegionId> neighbours;          // sorted, symmetric, same kind
  std::vector<RegionId> members;             // of a basin or set: sorted; of others: empty
  std::vector<std::string> aliases;  // other names and codes, unique within the parent country
  std::int64_t population = 0;       // people; 0 means not known
  std::int64_t area = 0;             // hectares; 0 means not known
  std::string scheme;  // of a set: which partition it belongs to ("rain_zone"); a region is in at
                       // most one set of a scheme
  Geometry geometry;   // empty when not known
  const std::string& name(std::string_view language = "en") const;
};

// All regions, immutable after construction. Ids are Numbering's, so the table may have holes.
class RegionTable {
 public:
  RegionTable() = default;
  // Requires ids unique and not 0, parents, neighbours and members that exist, and neither
  // parents nor members in a cycle.
  explicit RegionTable(std::vector<Region> regions);
  // Copying builds every look-up anew; moving is cheap and keeps references to regions valid.
  RegionTable(const RegionTable& other);
  RegionTable& operator=(const RegionTable& other);
  RegionTable(RegionTable&&) = default;
  RegionTable& operator=(RegionTable&&) = default;
  ~RegionTable() = default;

  std::span<const Region> all() const { return regions_; }
  // Highest id number + 1: the size of an array indexed by RegionId::number().
  std::size_t id_limit() const { return by_number_.size(); }
  bool contains(RegionId id) const;
  const Region& at(RegionId id) const;              // requires contains(id)
  const Region* find(std::string_view code) const;  // nullptr when there is none
  // By code, name in any language or alias, as fold_name compares them (model/fold.h), within
  // `country` (a country's code; "" for anywhere). A name that doesn't match loses a last word
  // "state", "region", "province" or "department" and may then only mean an admin-1 or admin-2
  // unit. nullptr when nothing matches or more than one thing does.
  const Region* find_by_alias(std::string_view name, std::string_view country) const;
  // The regions directly below `id` in the tree.
  std::span<const RegionId> children(RegionId id) const;
  // Parent, grandparent, ... nearest first, without `id` itself.
  std::vector<RegionId> ancestors(RegionId id) const;
  // Whether `id` is `ancestor` or lies below it in the tree.
  bool is_below(RegionId id, RegionId ancestor) const;
  // The basins and sets that `id` or one of its ancestors is a member of, nearest first.
  std::span<const RegionId> groups_of(RegionId id) const;
  // The set of scheme `scheme` that `id`, or else its nearest ancestor, is a member of; nullptr
  // when there is none.
  const Region* set_of(RegionId id, std::string_view scheme) const;
  // The lowest region of the tree whose geometry holds the point; nullptr when none does. A point
  // on a shared border goes to the region with the lower id.
  const Region* locate(double latitude, double longitude) const;
  std::vector<std::string> codes() const;

 private:
  void add(std::uint32_t index);
  void link();
  std::uint32_t index_of(RegionId id) const;
  bool in_country(std::uint32_t index, std::string_view country) const;

  std::vector<Region> regions_;
  std::vector<std::int32_t> by_number_;             // id number -> index in regions_, or -1
  StringMap<std::uint32_t> by_code_;                // -> index in regions_
  StringMap<std::vector<std::uint32_t>> by_alias_;  // folded name -> indices
  std::vector<std::vector<RegionId>> children_;     // by index in regions_
  std::vector<std::vector<RegionId>> groups_;       // by index in regions_
  PointIndex points_;
};

}  // namespace tocsin
