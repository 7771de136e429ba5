#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/pack.h"
#include "tests/support/published_packs.h"

// What `tocsin check` says of conditions that are no mistake and still seldom wanted.
namespace tocsin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;
using testsupport::published;
using testsupport::published_names;
using testsupport::published_pack;

// A signal with this condition, and further keys.
std::string pack_with(const std::string& condition, const std::string& keys = "") {
  return "pack: doubtful\nregions: [BF]\nseasons: {short: dekads 24 .. 24, long: June .. "
         "December}\nsignals:\n  doubt:\n    dimension: food\n    when: >-\n      " +
         condition + "\n" + keys + "patterns:\n  any: {watch: on(doubt)}\n";
}

std::string warnings(const std::string& text, std::int32_t retention_days = 7'320,
                     const Catalogue& catalogue = published().catalogue) {
  const auto pack = parse_pack("doubtful.yaml", text, catalogue, retention_days);
  if (!pack) return "refused: " + render(pack.error().front(), text);
  std::string out;
  for (const Diagnostic& warning : pack->warnings) out += render(warning, text);
  return out;
}

TEST(PackWarnings, ASeasonThatIsOverBeforeItsFiguresCome) {
  const std::string condition = "last(biomass) < 100 kg/ha during short";
  EXPECT_THAT(warnings(pack_with(condition)),
              AllOf(HasSubstr("doubtful.yaml:8:7: figures of biomass come 5 days late, and the "
                              "season short (dekads 24 .. 24) has 11 days"),
                    HasSubstr("allowed: latch: short, or a longer season")));
  EXPECT_EQ(warnings(pack_with(condition, "    latch: short\n")), "");
  EXPECT_EQ(warnings(pack_with("last(biomass) < 100 kg/ha during long")), "");
  EXPECT_THAT(warnings(pack_with("last(biomass) < 100 kg/ha", "    during: short\n")),
              HasSubstr("has 11 days"));
}

TEST(PackWarnings, AWindowThatNothingFallsInto) {
  EXPECT_THAT(warnings(pack_with("mean(ipc3_share, 60d) > 20 %")),
              AllOf(HasSubstr("8:7: ipc3_share is observed about every 182 days: a window of 60 "
                              "days often holds nothing"),
                    HasSubstr("allowed: 182d or more, or last(ipc3_share)")));
  EXPECT_EQ(warnings(pack_with("mean(ipc3_share, 200d) > 20 %")), "");
  EXPECT_EQ(warnings(pack_with("count(ipc3_share, 60d) >= 1 observation")), "");
}

TEST(PackWarnings, EventsThatAreKnownOnlyWhenTheirWindowIsOver) {
  EXPECT_THAT(warnings(pack_with("count(events(kind: coup), 5d) >= 1")),
              AllOf(HasSubstr("the events come every 7 days: a window of 5 days is over before it "
                              "is known"),
                    HasSubstr("allowed: 7d or more, or a latch")));
  EXPECT_EQ(warnings(pack_with("count(events(kind: coup), 5d) >= 1", "    latch: 30d\n")), "");
  EXPECT_EQ(warnings(pack_with("count(events(kind: coup), 7d) >= 1")), "");
}

TEST(PackWarnings, DataThatNobodyBrings) {
  Catalogue catalogue = published().catalogue;
  std::erase_if(catalogue.producers, [](const Producer&) { return true; });
  catalogue.index();
  EXPECT_THAT(warnings(pack_with("last(biomass) < 100 kg/ha"), 0, catalogue),
              HasSubstr("nobody brings this about the regions of the pack: it is read from "
                        "earth-observation"));
  catalogue = published().catalogue;
  for (Source& source : catalogue.sources) source.regions = {catalogue.regions.find("KE")->id};
  EXPECT_THAT(warnings(pack_with("last(biomass) < 100 kg/ha"), 0, catalogue),
              HasSubstr("nobody brings this"));
}

TEST(PackWarnings, ALookBackBeyondWhatIsKept) {
  EXPECT_THAT(
      warnings(
          pack_with("last(fews_risk) > 0.5 and percentile(sum(rainfall, 3 months), 25y) < 10 %")),
      AllOf(HasSubstr("8:33: this looks back over 9242 days, and records are kept for 7320"),
            HasSubstr("retention_days in tocsind.yaml")));
  EXPECT_EQ(warnings(pack_with("percentile(sum(rainfall, 3 months), 10y) < 10 %")), "");
  EXPECT_EQ(warnings(pack_with("percentile(sum(rainfall, 3 months), 25y) < 10 %"), 0), "");
  EXPECT_THAT(warnings(pack_with("sum(rainfall, 36 months) < 100 mm"), 1000),
              HasSubstr("records are kept for 1000"));
}

TEST(PackWarnings, HowManyDaysAreKeptCountsTheStepsOfWhatLooksBack) {
  EXPECT_THAT(
      warnings(pack_with("max(sum(rainfall, 3 months) over 60 months before) > 10 mm"), 1500),
      HasSubstr("this looks back over 1919 days, and records are kept for 1500"));
}

TEST(PackWarnings, ACalibrationThatIsDueAnew) {
  std::string text = pack_with("last(biomass) < least");
  text.insert(text.find("signals:"),
              "parameters:\n  least:\n    versions:\n"
              "      - {from: 2023-01-01, value: 90 kg/ha, note: on 2018 to 2022}\n"
              "      - {from: 2024-01-01, value: 100 kg/ha, note: on 2019 to 2023}\n"
              "    recalibrate: 1y\n    why: made up\n");
  const auto pack = parse_pack("doubtful.yaml", text, published().catalogue);
  ASSERT_TRUE(pack) << render(pack.error().front(), text);
  EXPECT_THAT(overdue_calibrations(*pack, *parse_day("2025-01-01")), IsEmpty());
  const Diagnostics due = overdue_calibrations(*pack, *parse_day("2025-01-02"));
  ASSERT_EQ(due.size(), 1u);
  EXPECT_THAT(render(due.front(), text),
              AllOf(HasSubstr("doubtful.yaml:9:18: the last version of least holds since "
                              "2024-01-01, more than 1 year ago: it is to be calibrated anew"),
                    HasSubstr("    recalibrate: 1y\n"), HasSubstr("allowed: a version from")));
}

TEST(PackWarnings, ThePacksOfThisTreeHaveNone) {
  EXPECT_THAT(lake_chad_pack().warnings, IsEmpty());
  for (const std::string& name : published_names())
    for (const Diagnostic& warning : published_pack(name).warnings)
      ADD_FAILURE() << name << ":" << warning.line << ": " << warning.message;
}

}  // namespace
}  // namespace tocsin
