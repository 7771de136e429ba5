#include "model/region.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

Geometry box(double west, double south, double east, double north) {
  return {{Polygon{{{{west, south}, {east, south}, {east, north}, {west, north}}}}}};
}

Region make(std::uint32_t number, std::string code, RegionKind kind, std::string name,
            std::uint32_t parent, Geometry geometry = {}) {
  Region region;
  region.id = RegionId(number);
  region.code = std::move(code);
  region.kind = kind;
  region.names["en"] = std::move(name);
  region.parent = RegionId(parent);
  region.geometry = std::move(geometry);
  return region;
}

// Two countries side by side; the western one has the state Niger, the eastern one is called Niger.
RegionTable table() {
  std::vector<Region> regions;
  regions.push_back(make(1, "world", RegionKind::kWorld, "World", 0));
  regions.push_back(make(2, "NG", RegionKind::kCountry, "Nigeria", 1, box(0, 0, 10, 10)));
  regions.push_back(make(3, "NE", RegionKind::kCountry, "Niger", 1, box(10, 0, 20, 10)));
  regions.push_back(make(11, "NG-BO", RegionKind::kAdmin1, "Borno", 2, box(5, 0, 10, 10)));
  regions.push_back(make(12, "NG-NI", RegionKind::kAdmin1, "Niger", 2, box(0, 0, 5, 10)));
  regions.push_back(make(13, "NE-1", RegionKind::kAdmin1, "Far North", 3, box(10, 0, 20, 9)));
  regions.push_back(make(14, "NG-BO-A", RegionKind::kAdmin2, "Abadam", 11, box(8, 8, 10, 10)));
  regions.push_back(make(21, "basin:lake", RegionKind::kBasin, "Lake", 0));
  regions.push_back(make(22, "set:zone", RegionKind::kSet, "Zone", 0));
  regions[3].aliases = {"Borno State of Nigeria", "NG008"};
  regions[5].names["fr"] = "Extrême-Nord";
  regions[3].neighbours = {RegionId(12)};
  regions[4].neighbours = {RegionId(11)};
  regions[7].members = {RegionId(3), RegionId(11)};
  regions[8].members = {RegionId(11), RegionId(12)};
  regions[8].scheme = "rain_zone";
  return RegionTable(std::move(regions));
}

std::string code_of(const Region* region) { return region ? region->code : "none"; }

TEST(RegionTable, FindsByCodeExactly) {
  const auto regions = table();
  EXPECT_EQ(code_of(regions.find("NG-BO")), "NG-BO");
  EXPECT_EQ(code_of(regions.find("ng-bo")), "none");
  EXPECT_EQ(regions.at(RegionId(11)).code, "NG-BO");
  EXPECT_EQ(regions.id_limit(), 23u);
  EXPECT_TRUE(regions.contains(RegionId(22)));
  EXPECT_FALSE(regions.contains(RegionId(4)));
  EXPECT_FALSE(regions.contains(RegionId(0)));
  EXPECT_FALSE(regions.contains(RegionId(99)));
}

TEST(FindByAlias, FoldsAndNeverGuesses) {
  const auto regions = table();
  const struct {
    std::string_view name, country, want;
  } cases[] = {
      {"Borno", "", "NG-BO"},
      {"BORNO", "NG", "NG-BO"},
      {"Borno state", "", "NG-BO"},
      {"Borno State", "NG", "NG-BO"},
      {"borno state of nigeria", "", "NG-BO"},
      {"ng008", "", "NG-BO"},
      {"ng-bo", "", "NG-BO"},
      {"Extreme-Nord", "", "NE-1"},
      {"extrême nord", "NE", "NE-1"},
      {"Far North Region", "", "NE-1"},
      {"Abadam department", "", "NG-BO-A"},
      {"Abadam", "NG", "NG-BO-A"},
      {"Borno", "NE", "none"},
      // One name for a country and a state: only what surrounds it tells them apart.
      {"Niger", "", "none"},
      {"Niger", "NG", "NG-NI"},
      {"Niger", "NE", "NE"},
      {"Niger state", "", "NG-NI"},
      {"Niger state", "NE", "none"},
      {"Nigeria state", "", "none"},
      {"Zone", "NG", "set:zone"},
      {"Zone", "NE", "none"},
      {"Lake", "NG", "none"},
      {"Lake", "", "basin:lake"},
      {"Borno province state", "", "none"},
      {"state", "", "none"},
      {" state", "", "none"},
      {"", "", "none"},
      {"Bornu", "", "none"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(code_of(regions.find_by_alias(c.name, c.country)), c.want)
        << c.name << " in " << c.country;
  }
}

TEST(RegionTable, WalksTheTree) {
  const auto regions = table();
  EXPECT_EQ(regions.ancestors(RegionId(14)),
            (std::vector<RegionId>{RegionId(11), RegionId(2), RegionId(1)}));
  EXPECT_TRUE(regions.ancestors(RegionId(1)).empty());
  ASSERT_EQ(regions.children(RegionId(2)).size(), 2u);
  EXPECT_EQ(regions.children(RegionId(2))[0], RegionId(11));
  EXPECT_TRUE(regions.children(RegionId(14)).empty());
  EXPECT_TRUE(regions.is_below(RegionId(14), RegionId(2)));
  EXPECT_TRUE(regions.is_below(RegionId(14), RegionId(14)));
  EXPECT_FALSE(regions.is_below(RegionId(2), RegionId(14)));
  EXPECT_FALSE(regions.is_below(RegionId(14), RegionId(3)));
}

TEST(RegionTable, KnowsGroupsThroughAncestorsNearestFirst) {
  const auto regions = table();
  ASSERT_EQ(regions.groups_of(RegionId(14)).size(), 2u);
  EXPECT_EQ(regions.groups_of(RegionId(14))[0], RegionId(21));
  ASSERT_EQ(regions.groups_of(RegionId(13)).size(), 1u);
  EXPECT_EQ(regions.groups_of(RegionId(13))[0], RegionId(21)) << "by its country";
  EXPECT_TRUE(regions.groups_of(RegionId(1)).empty());
  EXPECT_EQ(code_of(regions.set_of(RegionId(12), "rain_zone")), "set:zone");
  EXPECT_EQ(code_of(regions.set_of(RegionId(14), "rain_zone")), "set:zone");
  EXPECT_EQ(code_of(regions.set_of(RegionId(13), "rain_zone")), "none");
  EXPECT_EQ(code_of(regions.set_of(RegionId(12), "other")), "none");
}

TEST(Locate, TakesTheLowestRegionAndTheLowerIdOnABorder) {
  const auto regions = table();
  const struct {
    double latitude, longitude;
    std::string_view want;
  } cases[] = {
      {9, 9, "NG-BO-A"}, {1, 9, "NG-BO"}, {1, 1, "NG-NI"}, {1, 5, "NG-BO"},   {1, 10, "NG-BO"},
      {9.5, 15, "NE"},   {1, 15, "NE-1"}, {-1, 5, "none"}, {90, 180, "none"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(code_of(regions.locate(c.latitude, c.longitude)), c.want)
        << c.latitude << " " << c.longitude;
  }
}

TEST(RegionTable, CopiesStandOnTheirOwnFeet) {
  auto original = std::make_unique<RegionTable>(table());
  const RegionTable copy = *original;
  RegionTable assigned;
  assigned = *original;
  original.reset();
  EXPECT_EQ(code_of(copy.locate(1, 9)), "NG-BO");
  EXPECT_EQ(code_of(assigned.locate(1, 9)), "NG-BO");
  const RegionTable moved = std::move(assigned);
  EXPECT_EQ(code_of(moved.locate(1, 9)), "NG-BO");
  EXPECT_EQ(moved.codes().size(), 9u);
}

TEST(Region, SpeaksEnglishWhereItLacksTheLanguage) {
  const auto regions = table();
  const Region& region = regions.at(RegionId(13));
  EXPECT_EQ(region.name("fr"), "Extrême-Nord");
  EXPECT_EQ(region.name("ha"), "Far North");
  EXPECT_EQ(region.name(), "Far North");
}

TEST(RegionKind, NamesComeBack) {
  for (int i = 0; i <= static_cast<int>(RegionKind::kSet); ++i) {
    const auto kind = static_cast<RegionKind>(i);
    EXPECT_EQ(parse_region_kind(name_of(kind)), kind);
  }
  EXPECT_EQ(parse_region_kind("admin1"), std::nullopt);
}

TEST(RegionTableDeathTest, RefusesBrokenReferences) {
  const auto one = [](std::uint32_t number, std::uint32_t parent) {
    std::vector<Region> regions;
    regions.push_back(make(number, "A", RegionKind::kCountry, "A", parent));
    regions.push_back(make(2, "B", RegionKind::kCountry, "B", 0));
    return regions;
  };
  EXPECT_DEATH(RegionTable{one(0, 0)}, "not 0");
  EXPECT_DEATH(RegionTable{one(2, 0)}, "unique");
  EXPECT_DEATH(RegionTable{one(1, 9)}, "exists");
  EXPECT_DEATH(RegionTable{one(1, 1)}, "own ancestor");
}

}  // namespace
}  // namespace tocsin
