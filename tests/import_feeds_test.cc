// The shipped mappings on the publishers' real files, and what the gate says of their records under
// the configuration for the Lake Chad basin.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include "daemon/config/configuration.h"
#include "ingest/gate.h"
#include "ingest/import/import.h"
#include "ingest/wire.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = TOCSIN_SOURCE_DIR;
const fs::path kHistory = fs::path(TOCSIN_SHARED_DIR) / "data/lake-chad";

struct Feed {
  std::string name, file;
  std::size_t rows, used, refused;
  std::map<std::string, std::size_t> filtered;
  std::size_t groups;
  std::array<std::size_t, 5> written;  // event, observation, forecast, retraction, coverage
  std::string first_published, last_published;
};

// The files don't change, so neither do the counts.
const std::vector<Feed> kFeeds = {
    {"ucdp-ged",
     "ucdp_ged_nigeria_2005_2021.csv",
     5328,
     5328,
     0,
     {},
     0,
     {5328, 0, 0, 0, 204},
     "2005-02-21",
     "2022-01-21"},
    {"wb-rtfp",
     "rtfp_prices_nigeria_2014_2025.csv",
     2754,
     2754,
     0,
     {},
     916,
     {0, 4580, 0, 0, 0},
     "2014-06-16",
     "2025-07-16"},
    {"nasa-power",
     "nasa_power_nigeria_zones_1990_2023.csv",
     2448,
     2448,
     0,
     {},
     0,
     {0, 2448, 0, 0, 0},
     "1990-02-06",
     "2024-01-06"},
    {"cadre-harmonise",
     "cadre_harmonise_2014_2020.csv",
     6654,
     6578,
     0,
     {{"not-assessed", 76}},
     1089,
     {0, 1644, 1082, 0, 0},
     "2014-02-15",
     "2020-07-16"},
    {"iom-dtm",
     "iom_dtm_ne_nigeria_2015_2021.csv",
     37,
     37,
     0,
     {},
     0,
     {0, 37, 0, 0, 0},
     "2015-03-31",
     "2021-03-31"},
    {"faostat-cpi",
     "faostat_cpi_nigeria_2000_2021.csv",
     762,
     258,
     0,
     {{"other-item", 504}},
     0,
     {0, 258, 0, 0, 0},
     "2000-02-21",
     "2021-07-21"},
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Imported {
  ImportReport report;
  std::vector<Record> records;
};

Imported import_feed(const Feed& feed) {
  Imported imported;
  const auto path = kRoot / "ingest/mappings" / (feed.name + ".yaml");
  const auto mapping = parse_mapping(path.string(), read_file(path));
  if (!mapping) {
    ADD_FAILURE() << mapping.error().front().message;
    return imported;
  }
  std::ifstream csv(kHistory / feed.file, std::ios::binary);
  const auto report =
      import_rows(*mapping, csv,
                  {.record = [&](const Record& r) { imported.records.push_back(r); },
                   .refused =
                       [](const RefusedRow& row) {
                         ADD_FAILURE() << "line " << row.line << ": " << row.reason;
                       }});
  if (report) {
    imported.report = *report;
  } else {
    ADD_FAILURE() << report.error().message;
  }
  return imported;
}

class RealFeed : public testing::TestWithParam<Feed> {
 protected:
  void SetUp() override {
    if (!fs::exists(kHistory / GetParam().file)) {
      GTEST_SKIP() << kHistory / GetParam().file << " is not here";
    }
  }
};

TEST_P(RealFeed, EveryRowAndRecordIsCounted) {
  const Feed& want = GetParam();
  const auto imported = import_feed(want);
  const auto& report = imported.report;
  EXPECT_EQ(report.rows_read, want.rows);
  EXPECT_EQ(report.rows_used, want.used);
  EXPECT_EQ(report.rows_refused, want.refused);
  EXPECT_EQ(report.rows_filtered, want.filtered);
  EXPECT_EQ(report.groups, want.groups);
  EXPECT_EQ(report.written, want.written);
  EXPECT_EQ(report.revisions, 0U);
  ASSERT_TRUE(report.first_published && report.last_published);
  EXPECT_EQ(format_day(day_of(*report.first_published)), want.first_published);
  EXPECT_EQ(format_day(day_of(*report.last_published)), want.last_published);
  EXPECT_EQ(imported.records.size(), report.records());
}

TEST_P(RealFeed, RecordsAreUniqueInOrderAndReadBackTheSame) {
  WireParser parser;
  std::set<std::string> ids;
  std::optional<PublishedTime> before;
  for (const auto& record : import_feed(GetParam()).records) {
    const auto parsed = parser.parse(to_json(record));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(*parsed, record);
    EXPECT_TRUE(ids.insert(record.id).second) << record.id;
    ASSERT_TRUE(record.published);
    EXPECT_TRUE(!before || *before <= *record.published);
    before = record.published;
  }
}

// The shipped configuration; nullopt when the map hasn't been made (deploy/regions/make-regions).
std::optional<Configuration> lake_chad() {
  const auto files = read_directory(kRoot / "deploy/config/lake-chad");
  if (!files || !files->contains("regions.geojson")) return std::nullopt;
  Numbering numbering;
  auto configuration = load_configuration(*files, numbering);
  if (configuration) return std::move(*configuration);
  ADD_FAILURE() << render(configuration.error(), *files);
  return std::nullopt;
}

Day first_day(const Record& record) {
  return std::visit(
      [&](const auto& body) {
        if constexpr (requires { body.start; }) {
          return body.start;
        } else if constexpr (requires { body.until; }) {
          return body.until - 1;
        } else {
          return day_of(record.time);
        }
      },
      record.body);
}

TEST_P(RealFeed, TheGateAdmitsItsRecords) {
  const auto configuration = lake_chad();
  if (!configuration) GTEST_SKIP() << "regions.geojson is not made yet";
  const Catalogue& catalogue = configuration->catalogue;
  const Producer* producer = catalogue.find_producer("history");
  ASSERT_NE(producer, nullptr);
  std::map<std::string, std::map<std::string, int>> fates;  // year -> fate or code -> count
  int vague = 0;
  for (const auto& record : import_feed(GetParam()).records) {
    const Arrival arrival{.producer = *producer,
                          .now = ProcessingTime(record.published->milliseconds())};
    const auto admission = admit(catalogue, GatePolicy{}, arrival, record, nullptr);
    const auto year = format_day(first_day(record)).substr(0, 4);
    if (admission.fate == Fate::kApplied) {
      ++fates[year]["applied"];
      const auto* event = std::get_if<EventBody>(&record.body);
      vague += event != nullptr && event->place.vague ? 1 : 0;
      continue;
    }
    ASSERT_TRUE(admission.rejection) << name_of(admission.fate) << ' ' << to_json(record);
    ++fates[year][admission.rejection->code];
    ADD_FAILURE() << admission.rejection->pointer << ": " << admission.rejection->message << " ["
                  << admission.rejection->allowed << "]\n"
                  << to_json(record);
  }
  for (const auto& [year, counts] : fates) {
    for (const auto& [fate, count] : counts) {
      std::cout << fmt::format("{} {} {}: {}\n", GetParam().name, year, fate, count);
    }
  }
  std::cout << fmt::format("{}: {} events known only as far as the country\n", GetParam().name,
                           vague);
}

INSTANTIATE_TEST_SUITE_P(LakeChad, RealFeed, testing::ValuesIn(kFeeds), [](const auto& tc) {
  std::string name = tc.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// Worked by hand from the file: Borno, September to December 2019, with the people in camps.
TEST(CadreHarmonise, CampsAndDistrictsAddUpToTheState) {
  const Feed& feed = kFeeds[3];
  if (!fs::exists(kHistory / feed.file)) GTEST_SKIP() << "the file is not here";
  std::map<std::string, Decimal> values;
  for (const auto& record : import_feed(feed).records) {
    if (const auto* body = std::get_if<ObservationBody>(&record.body)) {
      values[record.id] = body->value;
    }
  }
  EXPECT_EQ(values.at("NG/Borno/2019-09-01/ipc_analysed_people"), (Decimal{5'537'001, 0}));
  EXPECT_EQ(values.at("NG/Borno/2019-09-01/ipc3_people"), (Decimal{1'378'806, 0}));
  EXPECT_EQ(values.at("NG/Borno/2019-09-01/ipc3_share"), (Decimal{249, 1}));
}

}  // namespace
}  // namespace tocsin
