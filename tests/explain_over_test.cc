#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/explain.h"
#include "tests/support/rule_builders.h"

// How conditions over regions are told: which regions count, which do not, which are not known.
namespace tocsin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kPack = R"(
pack: told
regions: [XX]
signals:
  hot: {title: Heat, dimension: environmental, when: last(heat) >= 30 degC}
  many:
    title: Heat in two states
    dimension: environmental
    at: country
    when: count(on(hot) over children) >= 2
  total:
    title: Together
    dimension: environmental
    at: country
    when: sum(last(heat) over children) >= 200 degC
  everywhere:
    title: Everywhere
    dimension: environmental
    at: country
    when: all(last(heat) >= 30 degC over children where population() > 100_000 people)
  first:
    title: The hottest
    dimension: environmental
    at: admin-1
    when: rank(last(heat) over siblings) <= 1
patterns:
  heat: {title: Heat, watch: on(hot), warning: parent(many)}
)";

Pack parsed(const std::string& yaml, const Catalogue& catalogue) {
  auto pack = parse_pack("told.yaml", yaml, catalogue);
  if (pack) return std::move(*pack);
  for (const Diagnostic& diagnostic : pack.error()) ADD_FAILURE() << render(diagnostic, yaml);
  return {};
}

class ExplainOver : public testing::Test {
 protected:
  ExplainOver() {
    const auto heat = [&](RegionId region, std::int64_t tenths) {
      run_.receive(revision_of(catalogue_, of::kFirst, "heat" + std::to_string(region.number()),
                               observation(region, of::kHeat, of::kFirst, day("2020-03-01"),
                                           day("2020-03-02"), tenths)));
    };
    heat(at::kXa, 310);
    heat(at::kXb, 200);
    run_.advance(day("2020-03-01"));
  }
  SignalExplained told(std::uint32_t signal, RegionId region = at::kX) const {
    return explain_signal(run_.assessment(), region, signal, day("2020-03-01"));
  }

  Catalogue catalogue_ = small_world();
  Pack pack_ = parsed(std::string(kPack), catalogue_);
  EngineRun run_{catalogue_, pack_, day("2020-01-01")};
};

TEST_F(ExplainOver, TheRegionsThatCountAreNamedAndThoseThatAreNotKnown) {
  EXPECT_EQ(told(1).evidence.sentence,
            "The number of the regions within it, counting those where \"Heat\" is on is 1 to 2 "
            "(counted: XX-A; not counted: XX-B; not known: XX-C); threshold: at least 2.");
}

TEST_F(ExplainOver, OfNumbersEachRegionsIsTold) {
  EXPECT_EQ(told(2).evidence.sentence,
            "The total over the regions within it of heat is not known (XX-A: 31 degC, XX-B: 20 "
            "degC; not known: XX-C); threshold: at least 200 degC.");
}

TEST_F(ExplainOver, WhatIsLeftOutIsSaid) {
  EXPECT_EQ(told(3).evidence.sentence,
            "In one of the regions within it where the population is above 100,000 people heat is "
            "below 30 degC (counted: XX-A; not counted: XX-B; not known: XX-C).");
}

TEST_F(ExplainOver, TheTreeHasALineForEachRegion) {
  const std::string tree = render(told(1).when);
  EXPECT_THAT(tree, AllOf(HasSubstr("XX-A  =  true"), HasSubstr("XX-B  =  false"),
                          HasSubstr("XX-C  =  unknown")));
}

TEST_F(ExplainOver, TheRecordsAndSourcesOfOtherRegionsAreEvidence) {
  EXPECT_EQ(told(2).records.size(), 2u);
  ASSERT_EQ(told(2).evidence.sources.size(), 1u);
  EXPECT_EQ(told(2).evidence.sources[0].key, "first");
  const std::string before = told(2).reading;
  run_.receive(revision_of(
      catalogue_, of::kFirst, "heat3",
      observation(at::kXb, of::kHeat, of::kFirst, day("2020-03-01"), day("2020-03-02"), 210), 2));
  run_.advance(day("2020-03-01"));
  EXPECT_NE(told(2).reading, before);
}

TEST_F(ExplainOver, ARankNamesTheFiguresItIsMadeOf) {
  EXPECT_THAT(told(4, at::kXa).evidence.sentence,
              HasSubstr("(XX-A: 31 degC, XX-B: 20 degC; not known: XX-C)"));
}

TEST_F(ExplainOver, WhatALevelLacksIsSaidOfTheParent) {
  const auto outlook = explain_pattern(run_.assessment(), at::kXb, 0, day("2020-03-01")).outlook;
  ASSERT_EQ(outlook.size(), 2u);
  EXPECT_THAT(outlook[1], HasSubstr("in one of the region above it \"Heat in two states\" is on"));
}

// ---- what check refuses

std::string refused(const std::string& signals, const std::string& patterns) {
  const Catalogue catalogue = small_world();
  const auto pack = parse_pack(
      "wrong.yaml", "pack: wrong\nregions: [XX]\nsignals:\n" + signals + "patterns:\n" + patterns,
      catalogue);
  if (pack) return "";
  std::string all;
  for (const Diagnostic& d : pack.error()) all += d.message + " | " + d.allowed + "\n";
  return all;
}

constexpr const char* kPattern = "  p: {watch: on(a)}\n";

TEST(CheckOver, ARegionMustHaveTheWeight) {
  EXPECT_EQ(refused("  a: {dimension: economic, at: country, when: share(last(heat) > 5 degC over "
                    "children by people) > 10 %}\n",
                    "  p: {at: country, watch: on(a)}\n"),
            "XX-C has no population; needed by 'share(last(heat) > 5 degC over children by "
            "people)' of signal a | 'population' of the region in regions.yaml\n");
}

TEST(CheckOver, ASetMustHoldSomething) {
  EXPECT_EQ(refused("  a: {dimension: economic, when: any(last(heat) > 5 degC over children)}\n",
                    kPattern),
            "signal a reads 'any(last(heat) > 5 degC over children)', and the set is empty "
            "wherever it is judged | 'at' of the reader, and 'regions' of the pack, with such "
            "regions\n");
}

TEST(CheckOver, ASignalIsAskedWhereItIsJudged) {
  EXPECT_EQ(refused("  a: {dimension: economic, at: country, when: last(heat) > 5 degC}\n"
                    "  b: {dimension: economic, when: any(on(a) over siblings)}\n",
                    "  p: {watch: on(b)}\n"),
            "signal b reads signal a in XX-A, XX-B, XX-C, where it is not judged | 'at' of signal "
            "a with the regions that are asked\n");
}

TEST(CheckOver, TheLanguageSaysWhatMayStandThere) {
  const auto of = [](const std::string& when) {
    return refused("  a: {dimension: economic, when: \"" + when + "\"}\n", kPattern);
  };
  EXPECT_THAT(of("count(last(heat) > 5 degC over childs) >= 1"),
              HasSubstr("'childs' is no set of regions | children, siblings, neighbours"));
  EXPECT_THAT(of("sum(last(heat) over children by area) > 5 degC"),
              HasSubstr("sum() is not weighed | share("));
  EXPECT_THAT(of("share(last(heat) > 5 degC over children by size) > 5 %"),
              HasSubstr("'size' is no weight of regions | number, people, area"));
  EXPECT_THAT(of("sum(last(heat) > 5 degC over children) > 5"),
              HasSubstr("what sum() is made of must be a number"));
  EXPECT_THAT(of("count(last(heat) over children) > 5"),
              HasSubstr("what count() is made of must be true or false"));
  EXPECT_THAT(of("rank(last(heat)) > 5"),
              HasSubstr("'over' and a set or a span: rank(... over children)"));
  EXPECT_THAT(of("stddev(last(heat) over children) > 5 degC"),
              HasSubstr("stddev() is not made of regions"));
  EXPECT_THAT(refused("  a: {dimension: economic, when: last(heat) > 5 degC}\n",
                      "  p: {watch: count(dimensions() >= 1 over siblings) >= 1}\n"),
              HasSubstr("'dimensions()' is asked in the region of a pattern alone"));
}

TEST(CheckOver, TheDaysAheadAreAskedOfForecasts) {
  const auto of = [](const std::string& when) {
    Catalogue catalogue = small_world();
    for (Indicator& i : catalogue.indicators)
      if (i.id == of::kHeat) i.forecasts = ForecastIssues{Cadence::kDay, 0, 1, 0};
    const auto pack = parse_pack("wrong.yaml",
                                 "pack: wrong\nregions: [XX]\nsignals:\n  a: {dimension: "
                                 "economic, when: \"" +
                                     when + "\"}\npatterns:\n" + kPattern,
                                 catalogue);
    return pack ? "" : pack.error().front().message + " | " + pack.error().front().allowed;
  };
  EXPECT_EQ(of("any(last(forecast(heat)) > 5 degC over next 13d)"), "");
  EXPECT_THAT(of("any(last(heat) > 5 degC over next 13d)"), HasSubstr("nothing in it is foretold"));
  EXPECT_THAT(of("any(max(forecast(heat), 3d) > 5 degC over next 13d)"),
              HasSubstr("'max(forecast(heat), 3d)' has days of its own"));
  EXPECT_THAT(of("any(last(forecast(heat)) > 5 degC over next 2 months)"),
              HasSubstr("'2 months' is no number of days ahead"));
  EXPECT_THAT(of("share(last(forecast(heat)) > 5 degC over next 13d) > 5 %"),
              HasSubstr("share() is not made of days ahead"));
}

TEST(CheckOver, RegionsOfAKindAreNamedTogether) {
  const Catalogue catalogue = small_world();
  const auto of = [&](const std::string& regions) {
    return parse_pack("kinds.yaml",
                      "pack: kinds\nregions: [" + regions +
                          "]\nsignals:\n  a: {dimension: economic, when: last(heat) > 5 degC}\n"
                          "patterns:\n  p: {watch: on(a)}\n",
                      catalogue);
  };
  ASSERT_TRUE(of("admin-2 of XX"));
  EXPECT_THAT(of("admin-2 of XX")->regions, ElementsAre(at::kXa1, at::kXa2));
  EXPECT_THAT(of("\"admin-1 of basin:lake\"")->regions, ElementsAre(at::kXa, at::kXb, at::kYd));
  EXPECT_EQ(of("admin-2 of ZZ").error().front().message,
            "there is no region of the kind 'admin-2' in ZZ");
  EXPECT_EQ(of("admin-2 of ZQ").error().front().message, "unknown region 'ZQ' in 'admin-2 of ZQ'");
}

}  // namespace
}  // namespace tocsin
