#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"

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

class ExplainOver : public ExplainFixture {
 protected:
  ExplainOver() {
    begin(kPack, "2020-01-01");
    heat("2020-03-01", 310);
    heat("2020-03-01", 200, at::kXb);
    today("2020-03-01");
  }
};

TEST_F(ExplainOver, TheRegionsThatCountAreNamedAndThoseThatAreNotKnown) {
  EXPECT_EQ(signal("many", at::kX).evidence.sentence,
            "The number of the regions within it, counting those where \"Heat\" is on is 1 to 2 "
            "(counted: XX-A; not counted: XX-B; not known: XX-C); threshold: at least 2.");
}

TEST_F(ExplainOver, OfNumbersEachRegionsIsTold) {
  EXPECT_EQ(signal("total", at::kX).evidence.sentence,
            "The total over the regions within it of heat is not known (XX-A: 31 degC, XX-B: 20 "
            "degC; not known: XX-C); threshold: at least 200 degC.");
}

TEST_F(ExplainOver, WhatIsLeftOutIsSaid) {
  EXPECT_EQ(signal("everywhere", at::kX).evidence.sentence,
            "In one of the regions within it where the population is above 100,000 people heat is "
            "below 30 degC (counted: XX-A; not counted: XX-B; not known: XX-C).");
}

TEST_F(ExplainOver, TheTreeHasALineForEachRegion) {
  const std::string tree = render(signal("many", at::kX).when);
  EXPECT_THAT(tree, AllOf(HasSubstr("XX-A  =  true"), HasSubstr("XX-B  =  false"),
                          HasSubstr("XX-C  =  unknown")));
}

TEST_F(ExplainOver, TheRecordsAndSourcesOfOtherRegionsAreEvidence) {
  EXPECT_EQ(signal("total", at::kX).records.size(), 2u);
  ASSERT_EQ(signal("total", at::kX).evidence.sources.size(), 1u);
  EXPECT_EQ(signal("total", at::kX).evidence.sources[0].key, "first");
  const std::string before = signal("total", at::kX).reading;
  heat("2020-03-01", 210, at::kXb, 2);
  today("2020-03-01");
  EXPECT_NE(signal("total", at::kX).reading, before);
}

TEST_F(ExplainOver, ARankNamesTheFiguresItIsMadeOf) {
  EXPECT_THAT(signal("first").evidence.sentence,
              HasSubstr("(XX-A: 31 degC, XX-B: 20 degC; not known: XX-C)"));
}

TEST_F(ExplainOver, WhatALevelLacksIsSaidOfTheParent) {
  const auto outlook = pattern(0, at::kXb).outlook;
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
