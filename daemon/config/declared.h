#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/id.h"
#include "rules/yaml_reader.h"

namespace tocsin {

// The names of one kind that the configuration declares, so that references to them can be checked
// before (and whether or not) the things themselves were read without error.
template <class Id>
class Declared {
 public:
  // `what` is the word for messages: "region".
  explicit Declared(std::string what) : what_(std::move(what)) {}

  void declare(std::string name, Id id) { ids_.emplace(std::move(name), id); }
  // Their file could not be read at all: references can't be judged, and are not reported.
  void mark_unreadable() { readable_ = false; }

  std::optional<Id> find(const std::string& name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? std::nullopt : std::optional<Id>(found->second);
  }
  // The id that the text `node` names; nullopt, and reported, when there is none.
  std::optional<Id> resolve(YamlReader& reader, const YamlNode& node) const {
    const auto name = reader.text(node, what_);
    if (!name) return std::nullopt;
    if (const auto id = find(*name)) return id;
    if (readable_) reader.report_unknown(node, what_, names());
    return std::nullopt;
  }
  // Those of `words` that are declared, in the order of the list; the others are reported.
  std::vector<Id> resolve_all(YamlReader& reader,
                              const std::vector<YamlReader::Word>& words) const {
    std::vector<Id> ids;
    for (const auto& word : words) {
      if (const auto id = resolve(reader, *word.node)) ids.push_back(*id);
    }
    return ids;
  }
  std::vector<Id> resolve_sorted(YamlReader& reader,
                                 const std::vector<YamlReader::Word>& words) const {
    std::vector<Id> ids = resolve_all(reader, words);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& [name, id] : ids_) result.push_back(name);
    return result;
  }

 private:
  std::string what_;
  std::map<std::string, Id> ids_;
  bool readable_ = true;
};

struct Declarations {
  Declared<RegionId> regions{"region"};
  Declared<DimensionId> dimensions{"dimension"};
  Declared<IndicatorId> indicators{"indicator"};
  Declared<EventKindId> event_kinds{"event kind"};
  Declared<GroupId> groups{"group"};
  Declared<SourceId> sources{"source"};
};

// A name that rules and records use: letters, digits and "_-:.", at most 64, beginning with a
// letter or digit. Reports it when it is not one.
void check_name(YamlReader& reader, const YamlNode& key, std::string_view what);

}  // namespace tocsin
