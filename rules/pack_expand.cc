#include <algorithm>

#include "model/sorted.h"
#include "rules/pack_reader.h"

// What the short forms of a pack stand for.
namespace tocsin {

void PackReader::read_regions(const YamlMapping& top) {
  for (const auto& word : top.need_words("regions"))
    if (!add_kind_of(word))
      if (const Region* found = region(*word.node, word.text)) add_units(*found);
  sort_unique(pack_.regions);
}

// "admin-2 of MZ": the regions of that kind below it, of a basin or set below its members. Returns
// whether the word has this form.
bool PackReader::add_kind_of(const YamlReader::Word& word) {
  const std::size_t of = word.text.find(" of ");
  const auto kind =
      of == std::string::npos ? std::nullopt : parse_region_kind(word.text.substr(0, of));
  if (!kind) return false;
  const std::string code = word.text.substr(of + 4);
  const Region* above = catalogue_.regions.find(code);
  if (above == nullptr) {
    reader_.report(*word.node, "unknown region '" + code + "' in '" + word.text + "'",
                   "a kind and the code of a region: admin-2 of MZ",
                   nearest(code, catalogue_.regions.codes()));
    return true;
  }
  const std::size_t before = pack_.regions.size();
  for (const Region& region : catalogue_.regions.all()) {
    const auto groups = catalogue_.regions.groups_of(region.id);
    if (region.kind == *kind &&
        (catalogue_.regions.is_below(region.id, above->id) ||
         std::find(groups.begin(), groups.end(), above->id) != groups.end()))
      pack_.regions.push_back(region.id);
  }
  if (pack_.regions.size() == before)
    reader_.report(
        *word.node,
        "there is no region of the kind '" + std::string(name_of(*kind)) + "' in " + code,
        "a kind of regions that the configuration has there");
  return true;
}

// A basin or set stands for its members, a country or the world for the admin-1 units below it.
void PackReader::add_units(const Region& region) {
  if (!region.members.empty()) {
    for (const RegionId member : region.members) add_units(catalogue_.regions.at(member));
    return;
  }
  const bool above = region.kind == RegionKind::kWorld || region.kind == RegionKind::kCountry;
  const auto children = catalogue_.regions.children(region.id);
  if (above && !children.empty()) {
    for (const RegionId child : children) add_units(catalogue_.regions.at(child));
    return;
  }
  pack_.regions.push_back(region.id);
}

std::vector<YamlReader::Word> PackReader::one_or_more(const YamlNode& node,
                                                      const std::string& what) {
  if (node.kind == YamlNode::Kind::kSequence) return reader_.words(node, what);
  const auto word = reader_.text(node, what);
  return word ? std::vector<YamlReader::Word>{{*word, &node}} : std::vector<YamlReader::Word>();
}

// `at` of a pattern: regions, or a kind of regions.
std::vector<RegionId> PackReader::places(const YamlNode& node, const std::string& what) {
  std::vector<RegionId> out;
  for (const auto& word : one_or_more(node, what)) {
    const auto kind = parse_region_kind(word.text);
    if (!kind) {
      if (const Region* found = region(*word.node, word.text)) out.push_back(found->id);
      continue;
    }
    const auto of_kind = places_of(*kind);
    if (of_kind.empty())
      reader_.report(*word.node,
                     "no region of the kind '" + word.text +
                         "' is among the regions of the pack, above or below them",
                     "regions, or one of country, admin-1, admin-2, basin");
    out.insert(out.end(), of_kind.begin(), of_kind.end());
  }
  sort_unique(out);
  return out;
}

// Of the regions of the pack, what is above them and what is below them; of basins and sets, those
// that hold one of them.
std::vector<RegionId> PackReader::places_of(RegionKind kind) const {
  std::vector<RegionId> out;
  for (const Region& region : catalogue_.regions.all()) {
    if (region.kind != kind) continue;
    const auto near = [&](RegionId own) {
      const auto groups = catalogue_.regions.groups_of(own);
      return catalogue_.regions.is_below(own, region.id) ||
             catalogue_.regions.is_below(region.id, own) ||
             std::find(groups.begin(), groups.end(), region.id) != groups.end();
    };
    if (std::any_of(pack_.regions.begin(), pack_.regions.end(), near)) out.push_back(region.id);
  }
  return out;
}

// `at` of a signal.
std::vector<RegionKind> PackReader::kinds(const YamlNode& node, const std::string& what) {
  std::vector<RegionKind> out;
  for (const auto& word : one_or_more(node, what)) {
    if (const auto kind = parse_region_kind(word.text)) {
      out.push_back(*kind);
    } else {
      reader_.report_unknown(*word.node, "kind of region",
                             {"country", "admin-1", "admin-2", "basin", "set", "world"});
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

// A signal that is named is judged wherever that is judged which names it: elsewhere it would be
// false for ever.
void PackReader::check_places() {
  for (std::size_t i = 0; i < pack_.signals.size(); ++i)
    for (const Expression* expression : {&pack_.signals[i].when, &pack_.signals[i].clear})
      for (const Node& node : expression->nodes)
        if ((node.op == Op::kOn || node.op == Op::kActive) && !node.elsewhere)
          for (const Subject& subject : expression->subjects_of(node))
            check_place(*signal_nodes_[i], "signal " + pack_.signals[i].name, pack_.signals[i].at,
                        subject);
  for (std::size_t i = 0; i < pack_.patterns.size(); ++i) {
    const Pattern& pattern = pack_.patterns[i];
    std::vector<RegionKind> where;
    for (const RegionId id : pattern.at.empty() ? pack_.regions : pattern.at)
      where.push_back(catalogue_.regions.at(id).kind);
    sort_unique(where);
    for (const Expression& level : pattern.levels) {
      for (const Node& node : level.nodes)
        if ((node.op == Op::kOn || node.op == Op::kActive) && !node.elsewhere)
          for (const Subject& subject : level.subjects_of(node))
            check_place(*pattern_nodes_[i], "pattern " + pattern.name, where, subject);
      for (const Cascade& cascade : level.cascades)
        for (const Link& link : cascade.links)
          for (const Subject& subject : link.subjects)
            check_place(*pattern_nodes_[i], "pattern " + pattern.name, where, subject);
    }
  }
}

// `where`: kinds in which the reader is judged; none: in every kind.
void PackReader::check_place(const YamlNode& node, const std::string& reader,
                             const std::vector<RegionKind>& where, const Subject& subject) {
  if (subject.kind != Subject::Kind::kSignal) return;
  const Signal& read = pack_.signals[subject.index];
  if (read.at.empty()) return;
  const bool everywhere =
      !where.empty() && std::all_of(where.begin(), where.end(),
                                    [&](RegionKind kind) { return read.stands_in(kind); });
  if (everywhere) return;
  std::string kinds;
  for (const RegionKind kind : read.at)
    kinds += (kinds.empty() ? "" : " and ") + std::string(name_of(kind));
  reader_.report(node,
                 reader + " reads signal " + read.name + ", which is judged at " + kinds + " only",
                 "'at' of the reader with nothing but " + kinds);
}

}  // namespace tocsin
