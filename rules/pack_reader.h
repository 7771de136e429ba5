#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pack.h"
#include "rules/parser.h"
#include "rules/yaml_reader.h"

namespace tocsin {

// Reads a pack in two passes: first the names, so that conditions may speak of each other in any
// order, then the conditions. Shared by the files of pack*.cc.
class PackReader {
 public:
  // Both are borrowed. What is wrong is reported to `reader`.
  PackReader(YamlReader& reader, const Catalogue& catalogue)
      : reader_(reader), catalogue_(catalogue) {}

  Pack read(const YamlNode& root);

 private:
  // ---- pack.cc: what every part needs
  void read_references(const YamlNode& node);
  const Region* region(const YamlNode& node, const std::string& code);
  void check_name(const YamlNode& key);
  // A condition that is left out is empty.
  Expression condition(const YamlMapping& item, std::string_view key, Scope scope);
  std::int32_t days(const YamlMapping& item, std::string_view key);

  // ---- pack_expand.cc: what short forms stand for
  void read_regions(const YamlMapping& top);
  void add_units(const Region& region);

  // ---- pack_seasons.cc: seasons, and the keys of signals that read them
  void read_seasons(const YamlMapping& top);
  std::vector<std::string> season_names(const YamlMapping& item, std::string_view key);
  void read_guards(const YamlMapping& item, Signal& signal);
  void read_latch(const YamlMapping& item, Signal& signal);

  // ---- pack_parameters.cc
  void read_parameters(const YamlNode& node);
  std::optional<Token> quantity(const YamlNode& node, std::string_view what);

  // ---- pack_signals.cc
  void name_signals(const YamlNode& node);
  void read_signals();
  void read_signal(const YamlMapping& item, Signal& signal);
  void read_from(const YamlMapping& item, Signal& signal);
  void list_threats();
  void sort_signals();

  // ---- pack_patterns.cc
  void name_patterns(const YamlNode& node);
  void read_patterns();
  void read_pattern(const YamlMapping& item, const YamlNode& node, Pattern& pattern);
  void read_levels(const YamlMapping& item, const YamlNode& node, Pattern& pattern);
  void read_window(const YamlMapping& item, Pattern& pattern);
  void read_advice(const YamlNode& node, Pattern& pattern);
  void check_neighbour_levels();

  YamlReader& reader_;
  const Catalogue& catalogue_;
  Pack pack_;
  // By index of the signal and of the pattern.
  std::vector<const YamlNode*> signal_nodes_, pattern_nodes_;
};

}  // namespace tocsin
