#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/catalogue.h"
#include "model/claim.h"
#include "rules/assessment.h"
#include "tests/support/twin.h"

namespace tocsin {

// ---- a small world: the names that tests of the rules speak about

namespace at {
inline constexpr RegionId kX{1}, kXa{2}, kXb{3}, kXc{4};  // a country and its states
inline constexpr RegionId kY{5}, kYd{6};
inline constexpr RegionId kBasin{7};             // Xa, Xb, Yd
inline constexpr RegionId kNorth{8}, kSouth{9};  // sets of scheme "zone": Xa and Xc; Xb
inline constexpr RegionId kZ{10}, kZe{11};       // touches nobody
inline constexpr RegionId kXa1{12}, kXa2{13};    // districts of Xa
}  // namespace at

namespace of {
inline constexpr IndicatorId kRain{1}, kPrice{2}, kFood{3}, kHeat{4}, kShare{5}, kStock{6},
    kDebt{7}, kHarvest{8}, kPhase{9}, kVisible{10};
inline constexpr EventKindId kClash{1}, kRaid{2};
inline constexpr GroupId kWomen{1};
inline constexpr SourceId kFirst{1}, kSecond{2}, kThird{3};
inline constexpr DimensionId kEnvironmental{0}, kEconomic{1}, kCommunity{2}, kPersonal{3};
}  // namespace of

// rain mm/day monthly, price NGN/kg monthly, food people irregular (every 60 days), heat degC
// daily, share % weekly, stock t by dekad, debt NGN quarterly, harvest kg yearly, phase a scale of
// four words, weekly, with notes, visible networks sampled every hour. Longest delays:
// 30 days (heat: 5). Sources first and second write everything, third, which depends on second,
// heat, share and phase; events every 7 days and 14 late at
// most. Neighbours: Xa-Xb, Xb-Xc, Xb-Yd.
Catalogue small_world();

Day day(std::string_view text);  // "2020-01-31"; requires a valid day

// A revision of what `source` says under `id`. The content hash follows from the claim.
LatestRevision revision_of(const Catalogue& catalogue, SourceId source, const std::string& id,
                           Claim claim, std::uint32_t revision = 1, Day published = Day(0));
std::string text_of(const Claim& claim);
ObservationClaim observation(RegionId region, IndicatorId indicator, SourceId source, Day start,
                             Day end, std::int64_t scaled);
EventClaim event(RegionId region, EventKindId kind, Day start, std::int64_t deaths = 0);
CoverageClaim events_covered(SourceId source, std::vector<RegionId> regions, Day from, Day until);

// ---- the latest revision of each identity (docs/SEMANTICS.md section 1)

class LatestRevisions {
 public:
  // The change that an arrival makes; nullopt for a duplicate or a superseded revision.
  std::optional<Change> admit(const LatestRevision& arrival);
  std::vector<LatestRevision> all() const;

 private:
  std::map<Hash128, LatestRevision> latest_;
};

// ---- the engine, as the pipeline drives it

class EngineRun {
 public:
  // `catalogue` and `pack` are borrowed.
  EngineRun(const Catalogue& catalogue, const Pack& pack, Day begin);
  void receive(const LatestRevision& arrival);
  Assessment::Report advance(Day today) { return assessment_.advance(today); }
  const Assessment& assessment() const { return assessment_; }
  const LatestRevisions& latest() const { return latest_; }

 private:
  LatestRevisions latest_;
  Dataset data_;
  Assessment assessment_;
};

// ---- ticks, from the beginning of history to today, as text: "?31 .28 #3" is 31 ticks off and
// unknown, 28 off, 3 on; '!' is on and unknown. Of a pattern: "0x3 1x4 1/2x2": none, watch, watch
// and possibly a warning.

std::vector<twin::SignalTick> signal_ticks(const Assessment& engine, RegionId region,
                                           std::uint32_t signal);
std::vector<twin::PatternTick> pattern_ticks(const Assessment& engine, RegionId region,
                                             std::uint32_t pattern);
std::string to_text(const std::vector<twin::SignalTick>& ticks);
std::string to_text(const std::vector<twin::PatternTick>& ticks);

// Where the engine differs from the twin, in words; empty when nowhere.
std::string difference(const Assessment& engine, twin::Assessment& twin);
// Where two engines differ.
std::string difference(const Assessment& a, const Assessment& b);

}  // namespace tocsin
