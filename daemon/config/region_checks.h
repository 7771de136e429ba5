#pragma once

#include <map>
#include <vector>

#include "model/region.h"
#include "rules/yaml_reader.h"

namespace tocsin {

// Where regions.yaml speaks of a region: for messages.
struct RegionSpot {
  const YamlNode* code = nullptr;
  bool kind_known = true;                // else it was reported, and the kind means nothing
  const YamlNode* parent = nullptr;      // nullptr when it names none
  std::vector<const YamlNode*> aliases;  // in the order of Region::aliases
};

// The regions being read, found by id. `regions` keeps its order while this lives.
class RegionDraft {
 public:
  explicit RegionDraft(std::vector<Region>& regions);
  Region* find(RegionId id);
  const Region* find(RegionId id) const;
  std::vector<Region>& regions() { return regions_; }
  const std::vector<Region>& regions() const { return regions_; }
  RegionSpot& spot(RegionId id) { return spots_[id]; }
  const RegionSpot& spot(RegionId id) const { return spots_.at(id); }
  // `region` and what is above it, up to the first cycle.
  std::vector<const Region*> lineage(const Region& region) const;

 private:
  std::vector<Region>& regions_;
  std::map<RegionId, std::size_t> index_;
  std::map<RegionId, RegionSpot> spots_;
};

// Each adds to the reader's diagnostics what is wrong.
void check_parents(const RegionDraft& draft, YamlReader& reader);
void check_schemes(const RegionDraft& draft, YamlReader& reader);
// An alias finds one region of its country; names may repeat there (two districts called Obi), but
// not below one parent.
void check_aliases(const RegionDraft& draft, YamlReader& reader);
void check_sibling_names(const RegionDraft& draft, YamlReader& reader);

}  // namespace tocsin
