#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/alert.h"
#include "model/id.h"
#include "model/period.h"
#include "model/region.h"
#include "model/string_map.h"

namespace tocsin {

// One of the dimensions of human security. Data, not an enum: a ninth needs no recompile.
struct Dimension {
  DimensionId id;
  std::string code;  // "environmental"
  std::map<std::string, std::string> names;
};

enum class Worse : std::uint8_t { kHigher, kLower, kNeither };
enum class Stance : std::uint8_t { kThreat, kStrength };

// How forecasts of an indicator are issued. Fresh is one whose day of issue is at most the longest
// length of the cadence and `longest_delay` days ago.
struct ForecastIssues {
  Cadence cadence = Cadence::kMonth;
  std::int32_t every_days = 0;     // for kIrregular: the usual number of days between issues
  std::int32_t longest_delay = 0;  // days
  std::int32_t members = 0;        // of a whole ensemble; 0: not declared
  friend bool operator==(const ForecastIssues&, const ForecastIssues&) = default;
};

// A catalogue entry for a measured quantity, or for a judgement on an ordered scale.
struct Indicator {
  IndicatorId id;
  std::string code;  // "rainfall"
  std::map<std::string, std::string> names;
  DimensionId dimension;
  // "mm/day", "NGN/kg", "people", "%": see docs/RULES.md on units. Of a scale it is the indicator's
  // own code, so that nothing else compares with it.
  std::string unit;
  // The words of a judgement, from the least on; values are their places: 0, 1, ... Empty: a
  // number.
  std::vector<std::string> scale;
  bool note_required = false;  // an observation without a note is refused
  int precision = 2;           // decimal digits kept, 0 to 6: values are scaled integers
  Worse worse = Worse::kHigher;
  Stance stance = Stance::kThreat;
  Cadence cadence = Cadence::kMonth;
  std::int32_t every_days = 0;  // for kIrregular: the usual number of days between observations
  // Above 0: it is sampled so often, at these seconds from midnight on, and its cadence is a day.
  std::int32_t sample_seconds = 0;
  std::int32_t expected_delay = 0;  // days from the period's end to the usual publication
  std::int32_t longest_delay = 0;   // days after which the source counts as silent
  std::string sdg_target;           // "2.1", or empty
  // Which source to read, best first: a rule reads the first fresh one (docs/SEMANTICS.md section
  // 1).
  std::vector<SourceId> sources;
  std::optional<std::int64_t> least, greatest;  // plausible range, scaled; outside is quarantined
  std::optional<ForecastIssues> forecasts;      // none: nothing reads forecasts of it
  bool is_rate() const { return unit.ends_with("/day"); }
  bool is_sampled() const { return sample_seconds > 0; }
  // The place of a word in the scale; nullopt when it has no such word.
  std::optional<std::int64_t> place_of(std::string_view word) const;
};

// A kind of event ("communal_violence") and the dimension it speaks about.
struct EventKind {
  EventKindId id;
  std::string code;
  std::map<std::string, std::string> names;
  DimensionId dimension;
  std::vector<SourceId> sources;  // as for Indicator
};

// A part of the population that an observation may speak about ("women", "displaced").
struct Group {
  GroupId id;
  std::string code;
  std::map<std::string, std::string> names;
};

// Who says so. reliability is the Admiralty letter A (reliable) to F (cannot be judged).
struct Source {
  SourceId id;
  std::string key;  // "ucdp-ged"
  std::map<std::string, std::string> names;
  char reliability = 'F';
  std::string citation;  // shown wherever a figure of this source is shown
  std::string licence;
  std::string independence;       // sources of one independence group count once; default: the key
  std::vector<RegionId> regions;  // it may write these and what lies below them; empty: all
  std::vector<IndicatorId> indicators;  // it may write these; empty: none
  std::vector<EventKindId> event_kinds;
  std::int32_t event_cadence = 0;        // days between its releases of events
  std::int32_t event_longest_delay = 0;  // days after which its events count as silent
};

// Someone who may connect and write. The key is its identity, never the routing id.
struct Producer {
  std::string name;
  std::vector<std::string> public_keys;  // Z85, 40 characters each
  std::vector<SourceId> sources;         // whose records it may relay
};

enum class Channel : std::uint8_t { kEmail, kCap };
std::string_view name_of(Channel channel);  // "email", "cap"

// One way to reach a committee.
struct Address {
  Channel channel = Channel::kEmail;
  std::string target;  // a mail address; for kCap a directory below the configured CAP directory
  friend bool operator==(const Address&, const Address&) = default;
};

// A receiver of alerts.
struct Committee {
  std::string key;   // "ng-senate-security"
  std::string name;  // as it is addressed
  std::string language = "en";
  std::string time_zone = "UTC";        // IANA name; used in message text only
  std::vector<RegionId> regions;        // alerts in these and what lies below them
  std::vector<DimensionId> dimensions;  // at least one must be on; empty: all
  Level least_level = Level::kWatch;
  std::vector<Address> addresses;
  std::vector<std::string> duty_holders;  // roles, not people
};

// Everything the configuration directory declares, checked: every reference resolves, every list is
// sorted by id. Immutable; shared by reference between threads.
struct Catalogue {
  RegionTable regions;
  std::vector<Dimension> dimensions;  // by DimensionId
  std::vector<Indicator> indicators;
  std::vector<EventKind> event_kinds;
  std::vector<Group> groups;  // without the whole population
  std::vector<Source> sources;
  std::vector<Producer> producers;
  std::vector<Committee> committees;

  // nullptr when there is none.
  const Dimension* find_dimension(std::string_view code) const;
  const Indicator* find_indicator(std::string_view code) const;
  const EventKind* find_event_kind(std::string_view code) const;
  const Group* find_group(std::string_view code) const;
  const Source* find_source(std::string_view key) const;
  const Producer* find_producer(std::string_view name) const;
  const Producer* find_producer_by_key(std::string_view z85) const;
  const Indicator* find(IndicatorId id) const;
  const EventKind* find(EventKindId id) const;
  const Group* find(GroupId id) const;
  const Source* find(SourceId id) const;

  // Builds the look-ups above; call once after filling the lists.
  void index();

 private:
  StringMap<std::size_t> dimension_index_, indicator_index_, kind_index_, group_index_,
      source_index_, producer_index_, producer_key_index_;
  std::vector<std::int32_t> indicator_by_id_, kind_by_id_, group_by_id_, source_by_id_;
};

}  // namespace tocsin
