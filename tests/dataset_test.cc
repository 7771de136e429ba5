#include "rules/dataset.h"

#include <gmock/gmock.h>

#include "tests/support/rule_builders.h"

// What the data set keeps of judgements, forecasts and the status of events, and what a change of
// them touches.
namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Kept : public testing::Test {
 protected:
  Kept() {
    for (Indicator& indicator : catalogue_.indicators)
      if (indicator.id == of::kRain) indicator.forecasts = ForecastIssues{};
    catalogue_.index();
  }

  LatestRevision say(const std::string& id, Claim claim, std::uint32_t revision = 1,
                     Day published = Day(0)) {
    return revision_of(catalogue_, of::kFirst, id, std::move(claim), revision, published);
  }
  void restore(const LatestRevision& revision) { Dataset::Loading(data_).put(revision); }
  std::vector<Touched> apply(const Change& change) {
    std::vector<Touched> touched;
    data_.apply(change, touched);
    return touched;
  }

  Catalogue catalogue_ = small_world();
  Dataset data_{catalogue_};
};

const SeriesKey kRainInXa{at::kXa, of::kRain, of::kFirst, GroupId()};

ForecastClaim forecast(std::string_view issued, std::string_view start, std::int64_t value,
                       std::int32_t member = 0) {
  ForecastClaim claim;
  claim.series = kRainInXa;
  claim.issued = day(issued);
  claim.start = day(start);
  claim.end = add_months(claim.start, 1);
  claim.member = member;
  claim.value = value;
  return claim;
}

// "issued start member value" of each figure, in order; of a chance "issued start chance over
// threshold".
std::vector<std::string> shown(const Forecasts* forecasts) {
  std::vector<std::string> out;
  if (forecasts == nullptr) return out;
  for (const Predicted& p : *forecasts) {
    const std::string days = format_day(p.issued) + " " + format_day(p.start) + " ";
    out.push_back(days + (p.is_chance()
                              ? std::to_string(p.chance) + " over " + std::to_string(p.value)
                              : std::to_string(p.member) + " " + std::to_string(p.value)));
  }
  return out;
}

TEST_F(Kept, ForecastsStandByIssueAndTheLaterRunOfADayLast) {
  ForecastClaim chance = forecast("2020-03-05", "2020-07-01", 0);
  chance.value.reset();
  chance.threshold = 40;
  chance.probability = 350'000;
  restore(say("d", chance));
  restore(say("c", forecast("2020-03-05", "2020-07-01", 60), 1, Day(2)));
  restore(say("b", forecast("2020-03-05", "2020-07-01", 90), 1, Day(1)));
  restore(say("e", forecast("2020-03-05", "2020-07-01", 50, 1)));
  restore(say("a", forecast("1993-03-05", "1993-07-01", 70)));
  EXPECT_THAT(shown(data_.forecasts(kRainInXa)),
              ElementsAre("1993-03-05 1993-07-01 0 70", "2020-03-05 2020-07-01 0 90",
                          "2020-03-05 2020-07-01 0 60", "2020-03-05 2020-07-01 1 50",
                          "2020-03-05 2020-07-01 350000 over 40"));
  EXPECT_EQ(data_.forecast_count(), 5u);
  EXPECT_EQ(data_.series(kRainInXa), nullptr) << "what will be was not observed";
}

TEST_F(Kept, AForecastTouchesItsSeriesFromItsIssueOn) {
  const LatestRevision first = say("a", forecast("2020-03-05", "2020-07-01", 60));
  const auto touched = apply({std::nullopt, first});
  ASSERT_EQ(touched.size(), 1u);
  EXPECT_EQ(touched[0].kind, Touched::Kind::kForecasts);
  EXPECT_EQ(touched[0].indicator, of::kRain);
  EXPECT_THAT(touched[0].regions, ElementsAre(at::kXa));
  EXPECT_EQ(touched[0].first_tick, day("2020-03-05"));
  EXPECT_TRUE(data_.holds(first));
  // A revision that moves it to another issue touches both.
  const LatestRevision second = say("a", forecast("2020-03-02", "2020-07-01", 60), 2);
  EXPECT_FALSE(data_.holds(second));
  const auto moved = apply({first, second});
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(moved[1].first_tick, day("2020-03-02"));
  EXPECT_FALSE(data_.holds(first));
  // A retraction takes it out.
  apply({second, say("a", Claim(), 3)});
  EXPECT_THAT(shown(data_.forecasts(kRainInXa)), IsEmpty());
  EXPECT_EQ(data_.forecast_count(), 0u);
}

TEST_F(Kept, ForecastsThatNobodyDeclaredAreNot) {
  ForecastClaim of_price = forecast("2020-03-05", "2020-07-01", 60);
  of_price.series.indicator = of::kPrice;
  const LatestRevision said = say("a", of_price);
  EXPECT_THAT(apply({std::nullopt, said}), IsEmpty());
  EXPECT_EQ(data_.forecasts(of_price.series), nullptr);
  EXPECT_EQ(data_.forecast_count(), 0u);
  EXPECT_TRUE(data_.holds(said)) << "there is nothing to take out";
  apply({said, say("a", Claim(), 2)});
}

TEST_F(Kept, ANoteGoesWithItsObservation) {
  auto judged =
      observation(at::kXa, of::kFood, of::kFirst, day("2020-03-01"), day("2020-03-02"), 1);
  judged.note = "two clinics";
  const LatestRevision first = say("a", judged);
  restore(first);
  const std::uint64_t identity = first.identity.prefix();
  EXPECT_EQ(data_.note(at::kXa, identity), "two clinics");
  EXPECT_EQ(data_.note(at::kXb, identity), "");
  EXPECT_TRUE(data_.holds(first));
  judged.note = "laboratory";
  const LatestRevision second = say("a", judged, 2);
  EXPECT_FALSE(data_.holds(second)) << "the value is the same, the reasons aren't";
  apply({first, second});
  EXPECT_EQ(data_.note(at::kXa, identity), "laboratory");
  apply({second, say("a", Claim(), 3)});
  EXPECT_EQ(data_.note(at::kXa, identity), "");
  EXPECT_THAT(data_.notes_of(at::kXa), IsEmpty());
}

TEST_F(Kept, AnEventHasItsStatus) {
  EventClaim claim = event(at::kXa, of::kClash, day("2020-03-01"), 3);
  const LatestRevision reported = say("a", claim);
  restore(reported);
  claim.status = EventStatus::kConfirmed;
  const LatestRevision confirmed = say("a", claim, 2);
  EXPECT_FALSE(data_.holds(confirmed));
  EXPECT_EQ(apply({reported, confirmed}).size(), 2u);
  ASSERT_EQ(data_.events(at::kXa).dated.size(), 1u);
  EXPECT_EQ(data_.events(at::kXa).dated[0].status, EventStatus::kConfirmed);
}

TEST_F(Kept, ARegionsContentIsPutBackAsItWas) {
  Dataset::RegionContent content;
  const Predicted predicted{.issued = day("2020-03-05"),
                            .start = day("2020-07-01"),
                            .end = day("2020-08-01"),
                            .value = 60};
  content.forecasts = {{kRainInXa, {predicted, predicted}}};
  content.notes = {{7, "two clinics"}};
  data_.restore_region(at::kXa, content);
  EXPECT_EQ(data_.forecast_count(), 2u);
  EXPECT_EQ(data_.forecasts_of(at::kXa), content.forecasts);
  EXPECT_EQ(data_.note(at::kXa, 7), "two clinics");
}

}  // namespace
}  // namespace tocsin
