#include <algorithm>

#include "model/sorted.h"
#include "rules/pack_reader.h"
#include "rules/regions_over.h"

// What the regions must be like that an over of regions means: with a weight, with the signals that
// are asked for, and some at all.
namespace tocsin {

std::string PackReader::some_codes(const std::vector<RegionId>& regions) const {
  constexpr std::size_t kShown = 5;
  std::string out;
  for (std::size_t i = 0; i < regions.size() && i < kShown; ++i)
    out += (i == 0 ? "" : ", ") + catalogue_.regions.at(regions[i]).code;
  if (regions.size() > kShown) out += " and " + std::to_string(regions.size() - kShown) + " more";
  return out;
}

// Of a pack in which everything else is right.
void PackReader::check_over_regions() {
  const std::vector<RegionId> folded = folded_regions(catalogue_.regions, pack_);
  for (std::size_t i = 0; i < pack_.signals.size(); ++i) {
    const Signal& signal = pack_.signals[i];
    if (signal.when.overs.empty() && signal.clear.overs.empty()) continue;
    Reader reader{*signal_nodes_[i], "signal " + signal.name, folded};
    std::erase_if(reader.where,
                  [&](RegionId region) { return !stands(catalogue_.regions, signal, region); });
    check_overs(reader, signal.when);
    check_overs(reader, signal.clear);
  }
  for (std::size_t i = 0; i < pack_.patterns.size(); ++i) {
    const Pattern& pattern = pack_.patterns[i];
    const Reader reader{*pattern_nodes_[i], "pattern " + pattern.name,
                        pattern.at.empty() ? pack_.regions : pattern.at};
    for (const Expression& level : pattern.levels) check_overs(reader, level);
  }
}

void PackReader::check_overs(const Reader& reader, const Expression& condition) {
  for (const Node& node : condition.nodes)
    if (!node.elsewhere && condition.is_over_regions(node))
      check_over(reader, condition, node, reader.where);
}

void PackReader::check_over(const Reader& reader, const Expression& condition, const Node& node,
                            const std::vector<RegionId>& where) {
  const Over& over = condition.over_of(node);
  std::vector<RegionId> set;
  for (const RegionId here : where) {
    const auto found = regions_over(catalogue_.regions, pack_, over.set, here);
    set.insert(set.end(), found.begin(), found.end());
    if (over.how == Over::How::kRank) set.push_back(here);
  }
  sort_unique(set);
  const std::string text = condition.text.substr(node.begin, node.end - node.begin);
  if (set.empty()) {
    reader_.report(
        reader.node,
        reader.name + " reads '" + text + "', and the set is empty wherever it is judged",
        "'at' of the reader, and 'regions' of the pack, with such regions");
    return;
  }
  std::vector<RegionId> lacking;
  for (const RegionId region : set) {
    const Region& of = catalogue_.regions.at(region);
    if ((over.weight == Over::Weight::kArea && of.area == 0) ||
        (over.weight == Over::Weight::kPeople && of.population == 0))
      lacking.push_back(region);
  }
  if (!lacking.empty()) {
    const std::string key = over.weight == Over::Weight::kArea ? "area" : "population";
    reader_.report(reader.node,
                   some_codes(lacking) + (lacking.size() == 1 ? " has no " : " have no ") + key +
                       "; needed by '" + text + "' of " + reader.name,
                   "'" + key + "' of the region in regions.yaml");
  }
  condition.each_part(node, [&](std::int32_t part) { check_inside(reader, condition, part, set); });
}

void PackReader::check_inside(const Reader& reader, const Expression& condition, std::int32_t part,
                              const std::vector<RegionId>& where) {
  const Node& node = condition.node(part);
  if (node.op == Op::kOn || node.op == Op::kActive)
    for (const Subject& subject : condition.subjects_of(node))
      check_subject_there(reader, subject, where);
  if (condition.is_over_regions(node)) return check_over(reader, condition, node, where);
  condition.each_part(node,
                      [&](std::int32_t inner) { check_inside(reader, condition, inner, where); });
}

// Where it is not judged it would be false for ever, and nobody would be missed.
void PackReader::check_subject_there(const Reader& reader, const Subject& subject,
                                     const std::vector<RegionId>& where) {
  std::vector<RegionId> missing;
  std::string name;
  if (subject.kind == Subject::Kind::kSignal) {
    const Signal& read = pack_.signals[subject.index];
    name = "signal " + read.name;
    for (const RegionId region : where)
      if (!stands(catalogue_.regions, read, region)) missing.push_back(region);
  } else if (subject.kind == Subject::Kind::kPatternLevel) {
    const Pattern& read = pack_.patterns[subject.index];
    name = "pattern " + read.name;
    for (const RegionId region : where)
      if (!read.at.empty() && !std::binary_search(read.at.begin(), read.at.end(), region))
        missing.push_back(region);
  }
  if (missing.empty()) return;
  reader_.report(
      reader.node,
      reader.name + " reads " + name + " in " + some_codes(missing) + ", where it is not judged",
      "'at' of " + name + " with the regions that are asked");
}

}  // namespace tocsin
