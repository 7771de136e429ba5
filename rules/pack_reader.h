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

  // `retention_days`: how long records are kept; 0: nothing is said of it.
  Pack read(const YamlNode& root, std::int32_t retention_days);

 private:
  // ---- pack.cc: what every part needs
  void read_references(const YamlNode& node);
  const Region* region(const YamlNode& node, const std::string& code);
  void check_name(const YamlNode& key);
  // A condition that is left out is empty.
  Expression condition(const YamlMapping& item, std::string_view key, Scope scope);
  // `node` holds `text` from byte `before` on: what stands before it is taken from elsewhere.
  Expression parsed(const YamlNode& node, const std::string& text, std::size_t before, Scope scope);
  std::int32_t days(const YamlMapping& item, std::string_view key);

  // ---- pack_expand.cc: what short forms stand for
  void read_regions(const YamlMapping& top);
  void add_units(const Region& region);
  bool add_kind_of(const YamlReader::Word& word);
  std::vector<YamlReader::Word> one_or_more(const YamlNode& node, const std::string& what);
  std::vector<RegionId> places(const YamlNode& node, const std::string& what);
  std::vector<RegionId> places_of(RegionKind kind) const;
  std::vector<RegionKind> kinds(const YamlNode& node, const std::string& what);
  void check_places();
  void check_place(const YamlNode& node, const std::string& reader,
                   const std::vector<RegionKind>& where, const Subject& subject);

  // ---- pack_over_regions.cc: what other regions must be like
  struct Reader {
    const YamlNode& node;
    std::string name;             // "signal a"
    std::vector<RegionId> where;  // it is judged
  };
  void check_over_regions();
  void check_overs(const Reader& reader, const Expression& condition);
  void check_over(const Reader& reader, const Expression& condition, const Node& over,
                  const std::vector<RegionId>& where);
  void check_inside(const Reader& reader, const Expression& condition, std::int32_t part,
                    const std::vector<RegionId>& where);
  void check_subject_there(const Reader& reader, const Subject& subject,
                           const std::vector<RegionId>& where);
  std::string some_codes(const std::vector<RegionId>& regions) const;

  // ---- pack_bands.cc
  bool name_bands(const YamlEntry& entry, const Signal& of);
  void read_band(const YamlMapping& item, Signal& signal);
  Expression band_condition(const YamlNode* reads, const YamlNode& node, const std::string& what,
                            bool must_compare);
  void check_bands();
  void check_band(const Signal& low, const Signal& high, std::uint32_t index);
  void read_levels_of(const YamlNode& node, Pattern& pattern);
  void read_level_names(const YamlNode& node, Pattern& pattern);

  // ---- pack_seasons.cc: seasons, and the keys of signals that read them
  void read_seasons(const YamlMapping& top);
  std::vector<std::string> season_names(const YamlMapping& item, std::string_view key);
  void read_guards(const YamlMapping& item, Signal& signal);
  void read_latch(const YamlMapping& item, Signal& signal);

  // ---- pack_parameters.cc
  void read_parameters(const YamlNode& node);
  bool read_value(const YamlMapping& item, const std::string& what, Parameter& parameter);
  static void take_unit(const Token& token, Parameter& parameter);
  std::map<RegionId, double> regional(const YamlMapping& item, const Token& own);
  void check_unit(const YamlNode& node, const Token& number, const Token& own);
  bool read_versions(const YamlMapping& item, Parameter& parameter);
  void read_recalibration(const YamlNode& node, Parameter& parameter);
  bool read_table(const YamlMapping& item, std::string_view key, Parameter& parameter);
  bool read_compute(const YamlMapping& item, Parameter& parameter);
  std::optional<Token> quantity(const YamlNode& node, std::string_view what);

  // ---- pack_signals.cc
  void name_signals(const YamlNode& node);
  void read_signals();
  void check_either(const YamlMapping& item, const std::string& what, bool banded);
  void read_signal(const YamlMapping& item, Signal& signal);
  void read_from(const YamlMapping& item, Signal& signal);
  void list_threats();
  void sort_signals();

  // ---- pack_warnings.cc
  struct Warned {
    const YamlNode& signal;
    std::string_view key;
    const Expression& condition;
  };
  void warn(std::int32_t retention_days);
  void warn_at(const Warned& place, const std::string& text, std::string message,
               std::string allowed);
  void warn_of_season(const Warned& place, const Node& node);
  void warn_of_window(const Warned& place, const Leaf& leaf, bool latched);
  void warn_of_sources(const Warned& place, const Leaf& leaf, bool own_regions);
  void warn_of_reach(const Warned& place, std::int32_t retention_days);

  // ---- pack_patterns.cc
  void name_patterns(const YamlNode& node);
  void read_patterns();
  void read_pattern(const YamlMapping& item, const YamlNode& node, Pattern& pattern);
  void read_levels(const YamlMapping& item, const YamlNode& node, Pattern& pattern);
  void read_window(const YamlMapping& item, Pattern& pattern);
  void read_advice(const YamlNode& node, Pattern& pattern);
  void check_levels_read();
  enum class Asker : std::uint8_t { kFold, kLedger };
  void check_levels_in(std::uint32_t reader, const Expression& condition, Asker asker);
  void check_level_read(std::uint32_t reader, const Subject& subject, bool around, Asker asker);

  // ---- pack_restraints.cc: what the ledger reads
  void read_restraints(const YamlMapping& item, Pattern& pattern);
  std::optional<Around> around(const YamlReader::Word& word, std::initializer_list<Around> allowed);
  void read_mute(const YamlNode& node, Pattern& pattern);
  void read_budget(const YamlNode& node, Pattern& pattern);
  void read_overrides(const YamlMapping& item, Pattern& pattern);
  Expression ledger_condition(const YamlMapping& item, std::string_view key);
  void read_decision(const YamlNode& node, Pattern& pattern);
  std::int64_t within(const YamlMapping& item);

  YamlReader& reader_;
  const Catalogue& catalogue_;
  Pack pack_;
  // By index of the signal and of the pattern.
  std::vector<const YamlNode*> signal_nodes_, pattern_nodes_;
};

}  // namespace tocsin
