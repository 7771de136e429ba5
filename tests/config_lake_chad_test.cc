#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "model/geometry.h"
#include "tests/config_fixture.h"
#include "tests/support/temp_dir.h"

// The configuration that is shipped, and the real files that it has to fit. The polygons are made
// by deploy/regions/make-regions at set-up; what needs them is skipped when they are absent, as is
// what needs the real data beside the repository.
namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::filesystem::path kDirectory = TOCSIN_SOURCE_DIR "/deploy/config/lake-chad";
const std::filesystem::path kData = TOCSIN_SHARED_DIR "/data/lake-chad";

ConfigurationFiles shipped_files() {
  const auto files = read_directory(kDirectory);
  EXPECT_TRUE(files) << files.error().message;
  return files.value_or(ConfigurationFiles());
}

// Without the polygons when they have not been made: the rest must be right on its own.
Configuration shipped() {
  ConfigurationFiles files = shipped_files();
  if (!files.contains("regions.geojson")) {
    testing::replace(files.at("regions.yaml"), "geometry: required", "geometry: optional");
  }
  Numbering numbering;
  auto loaded = load_configuration(files, numbering);
  EXPECT_TRUE(loaded) << render(loaded.error(), files);
  return loaded ? std::move(*loaded) : Configuration();
}

bool has_polygons() { return std::filesystem::exists(kDirectory / "regions.geojson"); }

using Row = std::map<std::string, std::string>;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  return cells;
}

// Empty when there is no such file.
std::vector<Row> rows_of(const std::string& name) {
  std::ifstream stream(kData / name);
  std::string line;
  std::getline(stream, line);
  const auto header = cells_of(line);
  std::vector<Row> rows;
  while (std::getline(stream, line)) {
    const auto cells = cells_of(line);
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < std::min(header.size(), cells.size()); ++i) {
      row[header[i]] = cells[i];
    }
  }
  return rows;
}

std::set<std::pair<std::string, std::string>> neighbour_pairs(const RegionTable& regions,
                                                              RegionKind kind) {
  std::set<std::pair<std::string, std::string>> pairs;
  for (const Region& region : regions.all()) {
    if (region.kind != kind) continue;
    for (const RegionId id : region.neighbours) {
      pairs.insert(std::minmax(region.code, regions.at(id).code));
    }
  }
  return pairs;
}

TEST(LakeChad, LoadsWithoutComplaint) {
  const Configuration configuration = shipped();
  const RegionTable& regions = configuration.catalogue.regions;
  std::map<RegionKind, int> count;
  for (const Region& region : regions.all()) ++count[region.kind];
  EXPECT_EQ(count[RegionKind::kCountry], 4);
  EXPECT_EQ(count[RegionKind::kAdmin1], 37 + 8 + 23 + 10);
  EXPECT_EQ(count[RegionKind::kSet], 7);
  EXPECT_TRUE(configuration.settings.illustrative);
  EXPECT_EQ(configuration.settings.ingest.security, TransportSecurity::kPlainOnLoopback);
}

TEST(LakeChad, WithoutItsPolygonsSaysHowToMakeThem) {
  ConfigurationFiles files = shipped_files();
  files.erase("regions.geojson");
  EXPECT_THAT(testing::complaints(files), ::testing::HasSubstr("deploy/regions/make-regions"));
}

TEST(LakeChad, EveryAdmin1UnitIsPeopledAndInACountry) {
  const Configuration configuration = shipped();
  const RegionTable& regions = configuration.catalogue.regions;
  for (const Region& region : regions.all()) {
    if (region.kind != RegionKind::kAdmin1) continue;
    EXPECT_GT(region.population, 30'000) << region.code;
    EXPECT_EQ(regions.at(region.parent).kind, RegionKind::kCountry) << region.code;
    EXPECT_THAT(region.neighbours, Not(IsEmpty())) << region.code;
  }
}

TEST(LakeChad, EveryNigerianStateIsInOneRainZone) {
  const Configuration configuration = shipped();
  const RegionTable& regions = configuration.catalogue.regions;
  ASSERT_NE(regions.find("NG"), nullptr);
  for (const RegionId id : regions.children(regions.find("NG")->id)) {
    EXPECT_NE(regions.set_of(id, "rain_zone"), nullptr) << regions.at(id).code;
  }
  EXPECT_EQ(regions.set_of(regions.find("NG-BO")->id, "rain_zone")->code, "set:ng-north-east");
}

TEST(LakeChad, EveryIndicatorAndEventKindHasAnIllustrativeOrRealWriter) {
  const Configuration configuration = shipped();
  const Catalogue& catalogue = configuration.catalogue;
  for (const auto& indicator : catalogue.indicators) {
    EXPECT_THAT(indicator.sources, Not(IsEmpty())) << indicator.code;
  }
  for (const auto& kind : catalogue.event_kinds) {
    EXPECT_THAT(kind.sources, Not(IsEmpty())) << kind.code;
  }
}

struct NamedPlace {
  std::string file, column, country;
  std::vector<std::string> unresolved;  // and why, beside it
};
class SharedNames : public ::testing::TestWithParam<NamedPlace> {};

TEST_P(SharedNames, ResolveButForTheOnesListed) {
  const auto rows = rows_of(GetParam().file);
  if (rows.empty()) GTEST_SKIP() << GetParam().file << " is not beside the repository";
  const Configuration configuration = shipped();
  const RegionTable& regions = configuration.catalogue.regions;
  std::set<std::string> unresolved;
  for (const Row& row : rows) {
    const std::string& name = row.at(GetParam().column);
    std::string country = GetParam().country;
    if (country.starts_with('@')) {
      const Region* found = regions.find_by_alias(row.at(country.substr(1)), "");
      if (found == nullptr) continue;  // of another country
      country = found->code;
    }
    if (regions.find_by_alias(name, country) == nullptr) unresolved.insert(name);
  }
  EXPECT_EQ(std::vector<std::string>(unresolved.begin(), unresolved.end()), GetParam().unresolved);
}
INSTANTIATE_TEST_SUITE_P(
    LakeChad, SharedNames,
    ::testing::ValuesIn<NamedPlace>({
        {"ucdp_ged_nigeria_2005_2021.csv", "adm_1", "NG", {""}},  // known as far as the country
                                                                  // only
        {"rtfp_prices_nigeria_2014_2025.csv", "adm1_name", "@ISO3", {}},
        {"cadre_harmonise_2014_2020.csv", "adm1_name", "@adm0_pcod3", {}},
        {"cadre_harmonise_2014_2020.csv", "adm1_pcod2", "", {}},
        {"ocha_adm1_pcodes.csv", "adm1_pcode", "", {}},
        {"ocha_adm1_pcodes.csv", "adm1_name", "@iso3", {}},
        {"nasa_power_nigeria_zones_1990_2023.csv", "Region", "NG", {}},
        {"lassa_nigeria_2020_2026.csv",
         "states",
         "NG",
         // Another country, a town, and the sum of all states.
         {"Cameroon", "Jos", "Total"}},
        {"ucdp_country_month_2010_2024.csv", "iso3", "", {}},
        {"elections_reign.csv", "country", "", {"Niger"}},  // also a state of Nigeria
    }),
    [](const auto& tc) {
      return std::to_string(tc.index) + "_" + tc.param.file.substr(0, tc.param.file.find('_')) +
             "_" + tc.param.column;
    });

TEST(LakeChad, NeighboursAreThoseComputedElsewhere) {
  const auto rows = rows_of("admin1_adjacency.csv");
  if (rows.empty()) GTEST_SKIP() << "admin1_adjacency.csv is not beside the repository";
  std::set<std::pair<std::string, std::string>> wanted;
  for (const Row& row : rows) {
    // Ennedi in one piece; ISO 3166-2 has it in two, whose neighbours regions.yaml lists.
    if (row.at("a") == "TD-X01~" || row.at("b") == "TD-X01~") continue;
    wanted.insert(std::minmax(row.at("a"), row.at("b")));
  }
  auto pairs = neighbour_pairs(shipped().catalogue.regions, RegionKind::kAdmin1);
  for (const auto& ennedi : {std::pair<std::string, std::string>("TD-EE", "TD-EO"),
                             {"TD-EE", "TD-WF"},
                             {"TD-BO", "TD-EO"},
                             {"TD-EO", "TD-WF"}}) {
    EXPECT_EQ(pairs.erase(ennedi), 1u) << ennedi.first << " " << ennedi.second;
  }
  EXPECT_EQ(pairs, wanted);
}

TEST(LakeChad, CountriesNeighbourAsTheirStatesDo) {
  EXPECT_THAT(neighbour_pairs(shipped().catalogue.regions, RegionKind::kCountry),
              ElementsAre(std::pair("CM", "NG"), std::pair("CM", "TD"), std::pair("NE", "NG"),
                          std::pair("NE", "TD"), std::pair("NG", "TD")));
}

struct City {
  std::string name;
  double latitude, longitude;
  std::string region;  // "" when no region holds it
};
class Cities : public ::testing::TestWithParam<City> {};

TEST_P(Cities, AreFoundByTheirCoordinates) {
  if (!has_polygons()) GTEST_SKIP() << "run deploy/regions/make-regions first";
  const Configuration configuration = shipped();
  const City& city = GetParam();
  const Region* found = configuration.catalogue.regions.locate(city.latitude, city.longitude);
  EXPECT_EQ(found == nullptr ? "" : found->code, city.region);
}
INSTANTIATE_TEST_SUITE_P(LakeChad, Cities,
                         ::testing::ValuesIn<City>({
                             {"Maiduguri", 11.83, 13.15, "NG-BO"},
                             {"Damaturu", 11.75, 11.96, "NG-YO"},
                             {"Yola", 9.20, 12.48, "NG-AD"},
                             {"Jos", 9.92, 8.89, "NG-PL"},
                             {"Kano", 12.00, 8.52, "NG-KN"},
                             {"Abuja", 9.06, 7.49, "NG-FC"},
                             {"Diffa", 13.32, 12.61, "NE-2"},
                             {"Zinder", 13.80, 8.99, "NE-7"},
                             {"Niamey", 13.51, 2.11, "NE-8"},
                             {"Maroua", 10.59, 14.32, "CM-EN"},
                             {"Garoua", 9.30, 13.40, "CM-NO"},
                             {"Bamenda", 5.96, 10.15, "CM-NW"},
                             {"Bol", 13.46, 14.71, "TD-LC"},
                             {"NDjamena", 12.11, 15.05, "TD-ND"},
                             {"Mao", 14.12, 15.31, "TD-KA"},
                             // In Ennedi, which has no polygon of its own.
                             {"Fada", 17.18, 21.58, "TD"},
                             {"Paris", 48.86, 2.35, ""},
                         }),
                         [](const auto& tc) { return tc.param.name; });

// How the polygons agree with what people wrote. They are coarse at the coast of Lagos and along
// the border with Cameroon, where many events were.
TEST(LakeChad, EventCoordinatesAgreeWithTheStateTheyName) {
  const auto rows = rows_of("ucdp_ged_nigeria_2005_2021.csv");
  if (rows.empty()) GTEST_SKIP() << "ucdp_ged_nigeria_2005_2021.csv is not beside the repository";
  if (!has_polygons()) GTEST_SKIP() << "run deploy/regions/make-regions first";
  const Configuration configuration = shipped();
  const RegionTable& regions = configuration.catalogue.regions;
  constexpr double kNear = 0.05;  // degrees
  int all = 0, inside = 0, near = 0;
  for (const Row& row : rows) {
    const Region* named = regions.find_by_alias(row.at("adm_1"), "NG");
    if (named == nullptr) continue;
    const Point point{std::stod(row.at("longitude")), std::stod(row.at("latitude"))};
    const Region* found = regions.locate(point.latitude, point.longitude);
    ++all;
    inside += found == named ? 1 : 0;
    near += distance_degrees(named->geometry, point) <= kNear ? 1 : 0;
  }
  std::printf("%d events: %.2f %% inside the state they name, %.2f %% within %.2f degrees of it\n",
              all, 100.0 * inside / all, 100.0 * near / all, kNear);
  EXPECT_GT(inside, all * 96 / 100);
  EXPECT_GT(near, all * 97 / 100);
}

TEST(LakeChad, NeighboursFileIsWhatTheScriptMakes) {
  const std::filesystem::path cache = TOCSIN_SOURCE_DIR "/build/cache";
  if (!std::filesystem::exists(cache / "superset-ui-legacy-plugin-chart-country-map-0.20.3.tgz")) {
    GTEST_SKIP() << "run deploy/regions/make-regions first";
  }
  const testsupport::TempDir directory;
  const std::filesystem::path& out = directory.path();
  const std::string command = TOCSIN_SOURCE_DIR "/deploy/regions/make-regions --cache " +
                              cache.string() + " --out " + out.string() + " > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  const auto read = [](const std::filesystem::path& path) {
    std::ifstream stream(path);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  EXPECT_EQ(read(out / "neighbours.yaml"), read(kDirectory / "neighbours.yaml"));
  if (has_polygons()) {
    EXPECT_TRUE(read(out / "regions.geojson") == read(kDirectory / "regions.geojson"));
  }
}

}  // namespace
}  // namespace tocsin
