#include "tests/support/alert_samples.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin {
namespace {

Region region(std::uint32_t number, std::string code, RegionKind kind, std::uint32_t parent,
              std::string name) {
  Region region;
  region.id = RegionId(number);
  region.code = std::move(code);
  region.kind = kind;
  region.parent = RegionId(parent);
  region.names["en"] = std::move(name);
  return region;
}

RegionTable sample_regions() {
  std::vector<Region> regions{
      region(1, "world", RegionKind::kWorld, 0, "World"),
      region(2, "NG", RegionKind::kCountry, 1, "Nigeria"),
      region(3, "NE", RegionKind::kCountry, 1, "Niger"),
      region(4, "TD", RegionKind::kCountry, 1, "Chad"),
      region(5, "CM", RegionKind::kCountry, 1, "Cameroon"),
      region(6, "KE", RegionKind::kCountry, 1, "Kenya"),
      region(7, "NG-BO", RegionKind::kAdmin1, 2, "Borno"),
      region(8, "NG-LA", RegionKind::kAdmin1, 2, "Lagos"),
      region(9, "NE-2", RegionKind::kAdmin1, 3, "Diffa"),
      region(10, "TD-LC", RegionKind::kAdmin1, 4, "Lac"),
      region(11, "CM-EN", RegionKind::kAdmin1, 5, "Extrême-Nord"),
      region(12, "basin:lake-chad", RegionKind::kBasin, 0, "Lake Chad basin"),
      region(13, "set:ng-coast", RegionKind::kSet, 0, "Nigerian coast"),
  };
  regions[11].members = {RegionId(7), RegionId(9), RegionId(10), RegionId(11)};
  regions[12].members = {RegionId(8)};
  regions[6].geometry.polygons = {{.rings = {{{11.8, 10.2}, {14.5, 11.4}, {13.0, 13.6}}}}};
  return RegionTable(std::move(regions));
}

Committee committee(std::string key, std::string name, std::uint32_t region, Level least) {
  Committee committee;
  committee.key = std::move(key);
  committee.name = std::move(name);
  committee.regions = {RegionId(region)};
  committee.least_level = least;
  committee.addresses = {{Channel::kEmail, committee.key + "@parliament.example"}};
  return committee;
}

std::vector<Committee> sample_committees() {
  std::vector<Committee> committees{
      committee(kNigeriaSenate, "Senate Committee on National Security", 2, Level::kWatch),
      committee(kBornoAssembly, "Borno State House of Assembly", 7, Level::kWarning),
      committee(kNigeriaHealth, "House Committee on Health", 2, Level::kWatch),
      committee(kLagosAssembly, "Lagos State House of Assembly", 8, Level::kWatch),
      committee(kChadDefence, "Commission de la défense", 4, Level::kEmergency),
      committee(kBasinCommission, "Parliamentary Committee of the Lake Chad Basin", 12,
                Level::kWatch),
      committee(kKenyaSecurity, "Committee on Defence and Foreign Relations", 6, Level::kWatch),
      committee(kWorldUnion, "Inter-Parliamentary Union", 1, Level::kEmergency),
  };
  committees[0].time_zone = "Africa/Lagos";
  committees[0].addresses.push_back({Channel::kCap, "ng/senate"});
  committees[2].dimensions = {DimensionId(2)};
  committees[4].time_zone = "Africa/Ndjamena";
  return committees;
}

Day day(int year, unsigned month, unsigned number) {
  return to_day(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(number));
}

ProcessingTime noon(Day day) {
  return ProcessingTime(start_of<ProcessingTime>(day).milliseconds() + kMillisecondsPerDay / 2);
}

EvidenceSource power() {
  return {"nasa-power", "NASA POWER",
          "NASA Prediction Of Worldwide Energy Resources, monthly PRECTOTCORR", 'A',
          day(2019, 3, 1)};
}

EvidenceSource ged() {
  return {"ucdp-ged", "UCDP Georeferenced Event Dataset",
          "Sundberg and Melander (2013), UCDP GED 22.1, CC BY 4.0", 'B', day(2019, 3, 1)};
}

Evidence rain() {
  return {.signal = "rain_deficit",
          .title = "Rain deficit",
          .dimension = "environmental",
          .state = "on",
          .since = day(2019, 2, 1),
          .evidence_day = day(2019, 2, 28),
          .sentence =
              "rain over 3 months is 41 mm, 62 % of its 10-year normal of 66 mm; "
              "the threshold is 75 %",
          .change = "clears above 59 mm",
          .reference = "WMO (2012), Standardized Precipitation Index User Guide",
          .sources = {power()}};
}

Evidence clashes() {
  return {.signal = "clashes",
          .title = "Communal clashes",
          .dimension = "community",
          .state = "on",
          .since = day(2019, 2, 17),
          .evidence_day = day(2019, 2, 28),
          .sentence =
              "7 events of communal violence in 60 days with 31 deaths; the threshold is 4, "
              "twice the 3-year normal of 2",
          .change = "clears at 2 events or fewer",
          .reference = "",
          .sources = {ged()}};
}

Evidence prices() {
  return {.signal = "price_spike",
          .title = "Millet price",
          .dimension = "food",
          .state = "off",
          .since = day(2018, 11, 1),
          .evidence_day = day(2019, 1, 31),
          .sentence =
              "the price of millet is 0.4 standard deviations above its seasonal trend; the "
              "threshold is 1",
          .change = "starts at 1 standard deviation in two consecutive months",
          .reference = "",
          .sources = {{"wb-rtfp", "World Bank Real-Time Food Prices",
                       "Andree (2021), World Bank, CC BY 4.0", 'C', day(2019, 2, 1)}}};
}

Evidence cholera() {
  return {.signal = "cholera",
          .title = "Cholera",
          .dimension = "health",
          .state = "unknown",
          .since = day(2018, 12, 20),
          .evidence_day = std::nullopt,
          .sentence = "no report covers the last 8 weeks; the longest expected delay is 21 days",
          .change = "",
          .reference = "",
          .sources = {{"cholera-reports", "Cholera outbreak reports", "Zheng et al. (2022)", 'C',
                       day(2018, 12, 20)}}};
}

}  // namespace

Catalogue sample_catalogue() {
  Catalogue catalogue;
  catalogue.regions = sample_regions();
  const std::vector<std::string> codes{"economic", "food",      "health",    "environmental",
                                       "personal", "community", "political", "technological"};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    catalogue.dimensions.push_back({DimensionId(static_cast<std::uint8_t>(i)), codes[i], {}});
  }
  catalogue.committees = sample_committees();
  catalogue.index();
  return catalogue;
}

AlertRevision sample_raised() {
  AlertRevision revision;
  revision.alert = hash128("convergence NG-BO 2019-03-06 1");
  revision.pack = "lake-chad";
  revision.pack_version = "4f6a91c2";
  revision.pattern = "convergence";
  revision.title = "Converging threats";
  revision.region = "NG-BO";
  revision.region_name = "Borno";
  revision.level = Level::kWatch;
  revision.issued = noon(day(2019, 3, 7));
  revision.tick = day(2019, 3, 6);
  revision.episode_start = day(2019, 2, 17);
  revision.dimensions_true = {"community", "environmental"};
  revision.dimensions_unknown = {"health"};
  revision.evidence = {rain(), prices(), cholera(), clashes()};
  revision.outlook = {"One more dimension would make this a warning.",
                      "It clears when fewer than two dimensions have been on for 60 days."};
  revision.certainty = "observed";
  revision.advice = {
      {"budget", "medium", "Review the allocation for drought relief in the north-east."},
      {"oversee", "short", "Ask the emergency agency what it has pre-positioned in the state."},
      {"oversee", "long", "Follow up the audit of earlier relief operations."},
      {"represent", "short", "Hear the members and local leaders of the districts named."},
      {"diplomacy", "short", "Compare notes with the committees of the neighbouring states."}};
  revision.sdg_targets = {"2.1", "16.1"};
  revision.skill =
      "In a back-test 2009 to 2018 this rule was followed by 25 or more deaths within 3 "
      "months in 14 of 31 cases; the base rate is 1 in 9.";
  return revision;
}

AlertRevision sample_escalated() {
  AlertRevision revision = sample_raised();
  revision.number = 2;
  revision.kind = RevisionKind::kEscalated;
  revision.earlier = {revision.issued};
  revision.issued = noon(day(2019, 3, 21));
  revision.tick = day(2019, 3, 20);
  revision.level = Level::kWarning;
  revision.previous_level = Level::kWatch;
  revision.dimensions_true = {"community", "environmental", "food"};
  revision.evidence[1].state = "on";
  revision.evidence[1].since = day(2019, 3, 1);
  revision.evidence[1].evidence_day = day(2019, 2, 28);
  revision.evidence[1].sentence =
      "the price of millet is 1.6 standard deviations above its seasonal trend, for the second "
      "month; "
      "the threshold is 1";
  revision.changes = {"A third dimension, food, shows a threat: the price of millet."};
  revision.outlook = {"One more dimension would make this an emergency."};
  return revision;
}

AlertRevision sample_updated() {
  AlertRevision revision = sample_escalated();
  revision.number = 3;
  revision.kind = RevisionKind::kUpdated;
  revision.earlier.push_back(revision.issued);
  revision.issued = ProcessingTime(noon(day(2019, 4, 2)).milliseconds() + 41'400'000);
  revision.tick = day(2019, 4, 2);
  revision.previous_level = Level::kWarning;
  revision.certainty = "possible";
  revision.changes = {
      "UCDP corrected its figures: 5 events of communal violence instead of 7, 19 deaths instead "
      "of "
      "31."};
  revision.evidence[3].sentence =
      "5 events of communal violence in 60 days with 19 deaths; the threshold is 4, twice the "
      "3-year "
      "normal of 2";
  return revision;
}

AlertRevision sample_following(RevisionKind kind) {
  AlertRevision revision = sample_updated();
  revision.number = 4;
  revision.kind = kind;
  revision.earlier.push_back(revision.issued);
  revision.issued = noon(day(2019, 6, 11));
  revision.tick = day(2019, 6, 10);
  revision.previous_level = revision.level;
  revision.certainty = "observed";
  revision.changes.clear();
  if (kind == RevisionKind::kMerged) revision.merged_into = hash128("an older alert").hex();
  if (kind == RevisionKind::kProposed) {
    revision.decide_by = noon(day(2019, 6, 13));
    revision.silence = "agrees";
    revision.asked = {"ng-senate"};
  }
  if (!closes(kind)) return revision;
  revision.level = Level::kNone;
  revision.dimensions_true.clear();
  revision.episode_end = day(2019, 6, 1);
  revision.outlook = {"A new alert would be raised when two dimensions show threats again."};
  revision.evidence[0].sentence =
      "rain over 3 months is 70 mm, 106 % of its 10-year normal of 66 mm; the threshold is 75 %";
  revision.evidence[1].sentence =
      "the price of millet is 0.2 standard deviations above its seasonal trend; the threshold is 1";
  revision.evidence[3].sentence =
      "1 event of communal violence in 60 days without deaths; the threshold is 4, twice the "
      "3-year "
      "normal of 2";
  for (Evidence& evidence : revision.evidence) {
    evidence.change.clear();
    if (evidence.state != "on") continue;
    evidence.state = "off";
    evidence.since = day(2019, 5, 20);
    evidence.evidence_day = day(2019, 5, 31);
  }
  return revision;
}

AlertRevision sample_withdrawn() {
  AlertRevision revision = sample_following(RevisionKind::kWithdrawn);
  revision.changes = {"UCDP retracted 6 of the 7 events on which the alert stood."};
  return revision;
}

AlertRevision hostile_revision() {
  const std::string poison =
      "</title><script>alert(1)</script>\r\nBcc: victim@example.org\n\x01\x1b[31m\xff\xfe ]]> &lt; "
      "{level} ' \" \xE2\x80\xAEgnp.exe \xEF\xBF\xBF";
  AlertRevision revision = sample_updated();
  revision.pack = revision.pack_version = revision.pattern = revision.title = poison;
  revision.region = revision.region_name = poison;
  revision.shared_with = {poison};
  revision.dimensions_true = revision.dimensions_unknown = {poison};
  revision.changes = revision.outlook = revision.sdg_targets = {poison};
  revision.certainty = revision.skill = poison;
  revision.merged_into = poison;
  revision.advice = {{poison, poison, poison}};
  for (Evidence& evidence : revision.evidence) {
    evidence.title = evidence.dimension = evidence.sentence = poison;
    evidence.change = evidence.reference = poison;
    evidence.sources = {{poison, poison, poison, '\x02', evidence.since}};
  }
  return revision;
}

}  // namespace tocsin
