// A source gone mad is noticed; an honest one isn't.
#include "daemon/source_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr SourceId kSource(3);
constexpr IndicatorId kIndicator(2);
constexpr std::int64_t kHour = 3'600'000;

class SourceWatchTest : public testing::Test {
 protected:
  SourceWatchTest() {
    Indicator indicator;
    indicator.id = kIndicator;
    indicator.code = "price";
    indicator.least = 0;
    indicator.greatest = 1'000;
    catalogue_.indicators = {indicator};
    Source source;
    source.id = kSource;
    source.key = "market";
    catalogue_.sources = {source};
    catalogue_.index();
  }
  // What changes in an hour with so many records.
  std::vector<std::string> hour(std::uint64_t records) {
    for (std::uint64_t i = 0; i < records; ++i) watch_.arrived(kSource, now_);
    auto said = take();
    now_ = ProcessingTime(now_.milliseconds() + kHour);
    return said;
  }
  std::vector<std::string> take() {
    std::vector<std::string> said;
    for (const SuspicionChange& change : watch_.take_changes(now_, catalogue_))
      said.push_back(describe(change));
    return said;
  }
  void say(std::int64_t value) {
    LatestRevision revision;
    revision.source = kSource;
    ObservationClaim claim;
    claim.series.indicator = kIndicator;
    claim.series.source = kSource;
    claim.value = value;
    revision.claim = claim;
    watch_.applied(revision, catalogue_);
  }

  Catalogue catalogue_;
  SourceWatch watch_;
  ProcessingTime now_{1'790'000'000'000};
};

TEST_F(SourceWatchTest, AThousandTimesTheUsualIsNoticedWithinTheHourAndEndsWithIt) {
  for (int i = 0; i < 10; ++i) EXPECT_THAT(hour(20), IsEmpty());
  EXPECT_THAT(hour(20'000),
              ElementsAre("source market: sends a hundred times as many records an hour as usual"));
  EXPECT_TRUE(watch_.suspects(kSource, Suspicion::kRate));
  EXPECT_THAT(hour(20),
              ElementsAre("source market: no longer sends a hundred times as many records "
                          "an hour as usual"));
}

TEST_F(SourceWatchTest, MadnessDoesNotBecomeUsual) {
  for (int i = 0; i < 10; ++i) hour(20);
  EXPECT_THAT(hour(20'000), testing::SizeIs(1));
  for (int i = 0; i < 50; ++i) EXPECT_THAT(hour(20'000), IsEmpty());
  EXPECT_TRUE(watch_.suspects(kSource, Suspicion::kRate));
}

TEST_F(SourceWatchTest, WhoComesInLargeReleasesIsNotSuspected) {
  for (int i = 0; i < 30; ++i) {
    EXPECT_THAT(hour(50'000), IsEmpty());
    for (int quiet = 0; quiet < 100; ++quiet) EXPECT_THAT(hour(0), IsEmpty());
  }
}

TEST_F(SourceWatchTest, TheFirstHoursAndFewRecordsSayNothing) {
  EXPECT_THAT(hour(1), IsEmpty());
  EXPECT_THAT(hour(200'000), IsEmpty());
  for (int i = 0; i < 40; ++i) hour(1);
  EXPECT_THAT(hour(SourceWatch::kLeastRecords - 1), IsEmpty());
}

TEST_F(SourceWatchTest, ValuesThatAllStandAtTheBoundAreNoticed) {
  for (int i = 0; i < 100; ++i) say(i % 20 == 0 ? 7 : 1'000);
  EXPECT_THAT(take(), ElementsAre("source market: has nine in ten values at the end of what is "
                                  "plausible"));
  for (int i = 0; i < 100; ++i) say(i + 1);
  EXPECT_FALSE(watch_.suspects(kSource, Suspicion::kBound));
}

TEST_F(SourceWatchTest, OneValueAHundredTimesIsNoticedButNotZero) {
  for (int i = 0; i < 500; ++i) say(0);
  EXPECT_THAT(take(), IsEmpty());
  for (int i = 0; i < 100; ++i) say(12);
  EXPECT_TRUE(watch_.suspects(kSource, Suspicion::kSame));
  EXPECT_FALSE(watch_.suspects(kSource, Suspicion::kBound));
}

}  // namespace
}  // namespace tocsin
