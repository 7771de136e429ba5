#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "tests/config_fixture.h"
#include "tests/support/record_gen.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using testing::complaints;
using testing::good_files;

Configuration loaded(const ConfigurationFiles& files, Numbering& numbering) {
  auto result = load_configuration(files, numbering);
  EXPECT_TRUE(result) << render(result.error(), files);
  return result ? std::move(*result) : Configuration();
}

TEST(Configuration, ResolvesEveryReference) {
  Numbering numbering;
  const Configuration configuration = loaded(good_files(), numbering);
  const Catalogue& catalogue = configuration.catalogue;
  const Region* borno = catalogue.regions.find("NG-BO");
  const Indicator* price = catalogue.find_indicator("price");
  const Source* market = catalogue.find_source("market");
  ASSERT_TRUE(borno && price && market);
  EXPECT_EQ(catalogue.regions.at(borno->parent).code, "NG");
  EXPECT_EQ(catalogue.dimensions.at(price->dimension.number()).code, "food");
  EXPECT_THAT(price->sources, ElementsAre(market->id));
  EXPECT_THAT(market->indicators, ElementsAre(price->id));
  EXPECT_THAT(catalogue.find_producer("relay")->sources, ElementsAre(market->id));
  EXPECT_THAT(catalogue.committees.at(0).regions, ElementsAre(borno->parent));
  EXPECT_EQ(configuration.settings.history_begins, *parse_day("2009-01-01"));
  EXPECT_EQ(configuration.settings.smtp.domain, "b.example");
}

TEST(Configuration, ListedNeighboursAreCompletedOnBothSides) {
  Numbering numbering;
  const Configuration configuration = loaded(good_files(), numbering);
  const Region* borno = configuration.catalogue.regions.find("NG-BO");
  const Region* yobe = configuration.catalogue.regions.find("NG-YO");
  EXPECT_THAT(borno->neighbours, ElementsAre(yobe->id));
  EXPECT_THAT(yobe->neighbours, ElementsAre(borno->id));
}

TEST(Configuration, DistrictsOfTwoStatesMayShareAName) {
  auto files = good_files();
  testing::replace(files["regions.yaml"], "  basin",
                   "  D1: {kind: admin-2, parent: NG-BO, names: Bade}\n"
                   "  D2: {kind: admin-2, parent: NG-YO, names: Bade}\n  basin");
  EXPECT_EQ(complaints(files), "");
}

TEST(Configuration, NumbersStayWhenThingsAreAddedBefore) {
  Numbering numbering;
  const Configuration before = loaded(good_files(), numbering);
  auto files = good_files();
  testing::replace(files["regions.yaml"],
                   "  NG-BO:", "  NG-AD: {kind: admin-1, parent: NG, names: Adamawa}\n  NG-BO:");
  const Configuration after = loaded(files, numbering);
  EXPECT_EQ(after.catalogue.regions.find("NG-BO")->id, before.catalogue.regions.find("NG-BO")->id);
  EXPECT_GT(after.catalogue.regions.find("NG-AD")->id, before.catalogue.regions.find("NG-YO")->id);
}

TEST(Configuration, AFailedLoadGivesNoNumbers) {
  Numbering numbering;
  auto files = good_files();
  testing::replace(files["committees.yaml"], "regions: [NG]", "regions: [NGG]");
  EXPECT_FALSE(load_configuration(files, numbering));
  EXPECT_THAT(numbering.take_new(), IsEmpty());
}

TEST(Configuration, ReportsAllErrorsOfAllFilesSorted) {
  auto files = good_files();
  testing::replace(files["committees.yaml"], "regions: [NG]", "regions: [NGG]");
  testing::replace(files["indicators.yaml"], "cadence: month", "cadence: mnth");
  testing::replace(files["indicators.yaml"], "unit: NGN/kg", "unit: NGN//kg");
  testing::replace(files["sources.yaml"], "reliability: B", "reliability: G");
  files["tocsind.yaml"] = "";
  Numbering numbering;
  const auto result = load_configuration(files, numbering);
  ASSERT_FALSE(result);
  std::vector<std::string> places;
  for (const auto& d : result.error()) places.push_back(d.file + ":" + std::to_string(d.line));
  EXPECT_THAT(places, ElementsAre("committees.yaml:5", "indicators.yaml:7", "indicators.yaml:8",
                                  "sources.yaml:4", "tocsind.yaml:1"));
}

TEST(Configuration, ReferencesIntoAnUnreadableFileAreNotBlamed) {
  auto files = good_files();
  files["regions.yaml"] = "regions: [";
  EXPECT_THAT(complaints(files), HasSubstr("not YAML"));
  EXPECT_THAT(complaints(files), Not(HasSubstr("unknown region")));
}

TEST(Configuration, GeometryMayBeAbsentOnlyWhenItIsOptional) {
  auto files = good_files();
  files["regions.yaml"] += "geometry_file: shapes.geojson\n";
  EXPECT_THAT(complaints(files), HasSubstr("deploy/regions/make-regions"));
  files["regions.yaml"] += "geometry: optional\n";
  EXPECT_EQ(complaints(files), "");
}

TEST(Configuration, GeometryFindsItsRegion) {
  auto files = good_files();
  files["regions.yaml"] += "geometry_file: shapes.geojson\n";
  files["shapes.geojson"] =
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"NG-BO"},)"
      R"("geometry":{"type":"Polygon","coordinates":[[[13,11],[14,11],[14,12],[13,12],[13,11]]]}}]})";
  Numbering numbering;
  const Configuration configuration = loaded(files, numbering);
  const Region* found = configuration.catalogue.regions.locate(11.8, 13.2);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->code, "NG-BO");
}

// A degree by a degree at 11 degrees north.
TEST(Configuration, AnAreaIsWrittenOrElseThatOfTheGeometry) {
  auto files = good_files();
  files["regions.yaml"] += "geometry_file: shapes.geojson\n";
  files["shapes.geojson"] =
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"NG-BO"},)"
      R"("geometry":{"type":"Polygon","coordinates":[[[13,11],[14,11],[14,12],[13,12],[13,11]]]}}]})";
  const auto area = [&](std::string_view code) {
    Numbering numbering;
    return loaded(files, numbering).catalogue.regions.find(code)->area;
  };
  EXPECT_NEAR(static_cast<double>(area("NG-BO")), 1'207'000, 2'000);
  EXPECT_EQ(area("NG-YO"), 0);
  std::string& regions = files["regions.yaml"];
  regions.replace(regions.find("NG-BO: {"), 8, "NG-BO: {area: 12_345, ");
  EXPECT_EQ(area("NG-BO"), 1'234'500);
  regions.replace(regions.find("area: 12_345"), 12, "area: -1");
  EXPECT_THAT(complaints(files), HasSubstr("area of region NG-BO is -1, out of range"));
}

TEST(Configuration, ThousandsOfRegionsLoad) {
  auto files = good_files();
  std::string& regions = files["regions.yaml"];
  for (int i = 0; i < 5'000; ++i) {
    const std::string number = std::to_string(i);
    regions += "  R" + number + ": {kind: admin-2, parent: NG-BO, names: Place " + number + "}\n";
  }
  Numbering numbering;
  EXPECT_THAT(loaded(files, numbering).catalogue.regions.all(), SizeIs(5'004));
}

TEST(Configuration, RelativePathsCountFromTheDirectory) {
  Numbering numbering;
  Settings settings = loaded(good_files(), numbering).settings;
  settings.cap.directory = "/srv/cap";
  resolve_paths(settings, "/etc/tocsin");
  EXPECT_EQ(settings.store.path, "/etc/tocsin/store");
  EXPECT_THAT(settings.packs, ElementsAre("/etc/tocsin/pack.yaml"));
  EXPECT_EQ(settings.cap.directory, "/srv/cap");
  EXPECT_EQ(settings.ingest.secret_key_file, "");
}

// Puts an unknown key into every mapping and collects what the complaints say is allowed there.
std::set<std::string> every_key() {
  auto files = good_files();
  testing::replace(files["regions.yaml"], "", "neighbours_file: near.yaml\n");
  files["near.yaml"] = "neighbours: {}\n";
  testing::replace(files["tocsind.yaml"], "plain_producer: relay}",
                   "plain_producer: relay, credit: {x: 1}, limits: {x: 1}}");
  files["tocsind.yaml"] += "admin: {x: 1}\nhorizons: {x: 1}\ncap: {x: 1}\ndelivery: {x: 1}\n";
  testing::replace(files["indicators.yaml"], "    sources:", "    range: {x: 1}\n    sources:");
  files["indicators.yaml"] += "event_kinds: {e: {x: 1}}\ngroups: {g: {x: 1}}\n";
  testing::replace(files["sources.yaml"], "[price]", "[price]\n    events: {x: 1}");
  std::set<std::string> keys;
  for (auto& [name, content] : files) {
    for (const std::string& mark : {std::string("{"), std::string("    name")}) {
      for (std::size_t at = content.find(mark); at != std::string::npos;) {
        const std::string unknown = mark == "{" ? "{x: 1, " : "    x: 1\n    name";
        content.replace(at, mark.size(), unknown);
        at = content.find(mark, at + unknown.size());
      }
    }
    content = "x: 1\n" + content;
  }
  Numbering numbering;
  const auto loaded = load_configuration(files, numbering);
  if (loaded) return keys;
  for (const Diagnostic& diagnostic : loaded.error()) {
    if (!diagnostic.message.starts_with("unknown key 'x'")) continue;
    std::stringstream allowed(diagnostic.allowed);
    for (std::string word;
         std::getline(allowed, word, '\'') && std::getline(allowed, word, '\'');) {
      keys.insert(word);
    }
  }
  return keys;
}

TEST(Configuration, EveryKeyIsExplainedToPeople) {
  std::ifstream stream(TOCSIN_SOURCE_DIR "/deploy/config/README.md");
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const auto keys = every_key();
  EXPECT_GT(keys.size(), 80u);
  for (const auto& key : keys) EXPECT_THAT(text, HasSubstr("`" + key + "`"));
}

class ConfigurationDirectory : public ::testing::Test {
 protected:
  testsupport::TempDir directory_;
  const std::filesystem::path& path_ = directory_.path();
};

TEST_F(ConfigurationDirectory, ReadsItsYamlAndGeojsonFiles) {
  for (const char* name : {"a.yaml", "b.geojson", "README.md", ".c.yaml"}) {
    std::ofstream(path_ / name) << name;
  }
  std::filesystem::create_directory(path_ / "d.yaml");
  const auto files = read_directory(path_);
  ASSERT_TRUE(files);
  EXPECT_THAT(*files, ElementsAre(::testing::Pair("a.yaml", "a.yaml"),
                                  ::testing::Pair("b.geojson", "b.geojson")));
}

TEST_F(ConfigurationDirectory, MissingIsAnError) {
  const auto files = read_directory(path_ / "absent");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(files.error().message, HasSubstr("absent"));
}

// Whatever is cut out of or pushed into a file, loading ends with a result or with complaints.
TEST(Configuration, SurvivesDamagedFiles) {
  std::mt19937_64 random(testsupport::test_seed());
  const std::string alphabet = "{}[]:,-&*!|>'\"#%@ \n\t\xC3\xFF~x0";
  for (int round = 0; round < 500; ++round) {
    auto files = good_files();
    auto file = std::next(files.begin(), static_cast<std::ptrdiff_t>(random() % files.size()));
    for (unsigned cut = random() % 4; cut < 4; ++cut) {
      const std::size_t at = random() % (file->second.size() + 1);
      const char c = alphabet[random() % alphabet.size()];
      if (random() % 2 == 0)
        file->second.insert(at, 1, c);
      else
        file->second.erase(at, random() % 6);
    }
    Numbering numbering;
    const auto result = load_configuration(files, numbering);
    if (result) continue;
    ASSERT_FALSE(result.error().empty());
    for (const auto& diagnostic : result.error()) EXPECT_NE(diagnostic.message, "");
  }
}

}  // namespace
}  // namespace tocsin
