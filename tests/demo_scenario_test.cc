#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "daemon/scenario/playback.h"
#include "tests/support/shipped_pack.h"
#include "tests/support/temp_dir.h"

// The demonstration scenario, made by its generator for days in different seasons, leads phase by
// phase to the alerts that its documentation promises.
namespace tocsin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testsupport::kSource;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;
using testsupport::read_file;

class DemoScenario : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string command =
        "/usr/bin/python3 '" + (kSource / "deploy/demo/make-scenario").string() + "' --end " +
        GetParam() + " --out '" + directory_.path().string() + "' > /dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    PlaybackOptions options;
    options.producer = "demo";
    options.engine.history_begins = lake_chad().settings.history_begins;
    options.engine.ledger.illustrative = true;
    auto started = Playback::start(lake_chad().catalogue, {lake_chad_pack()}, std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    playback_.emplace(std::move(*started));
    minute_ = start_of<ProcessingTime>(*parse_day(GetParam())).milliseconds() + 9 * 3'600'000;
  }

  // What a phase says, as "NG-BO raised watch".
  std::vector<std::string> play(const std::string& phase) {
    minute_ += 60'000;
    said_ = playback_->commit(read_file(directory_.path() / (phase + ".ndjson")),
                              ProcessingTime(minute_));
    for (const PlaybackRefusal& refusal : playback_->refusals())
      ADD_FAILURE() << phase << " record " << refusal.index
                    << " refused: " << refusal.rejection.message << " ("
                    << refusal.rejection.allowed << ")";
    std::vector<std::string> told;
    for (const AlertRevision& revision : said_.revisions)
      told.push_back(revision.region + " " + std::string(name_of(revision.kind)) + " " +
                     std::string(name_of(revision.level)));
    return told;
  }

  testsupport::TempDir directory_;
  std::optional<Playback> playback_;
  Statements said_;
  std::int64_t minute_ = 0;
};

TEST_P(DemoScenario, EachPhaseSaysWhatItPromises) {
  EXPECT_THAT(play("01-history"), IsEmpty());
  EXPECT_THAT(play("02-watch"), ElementsAre("NE-2 raised watch", "NG-BO raised watch"));
  // The people displaced are counted for the whole north-east: in some seasons its other states
  // reach watch.
  EXPECT_THAT(play("03-warning"), Contains("NG-BO escalated warning"));
  EXPECT_THAT(play("04-emergency"), ElementsAre("NG-BO escalated emergency"));
  EXPECT_THAT(play("05-correction"), ElementsAre("NG-BO updated emergency"));
  EXPECT_THAT(play("06-retraction"), ElementsAre("NE-2 withdrawn none"));
  EXPECT_EQ(playback_->count(Fate::kQuarantined) + playback_->count(Fate::kArchivedLate) +
                playback_->count(Fate::kDuplicate) + playback_->count(Fate::kSuperseded),
            0u);
}

TEST_P(DemoScenario, MarksEveryAlertAsIllustrative) {
  for (const char* phase : {"01-history", "02-watch"}) play(phase);
  ASSERT_FALSE(said_.revisions.empty());
  for (const AlertRevision& revision : said_.revisions) {
    EXPECT_TRUE(revision.illustrative);
    EXPECT_THAT(revision.shared_with, ElementsAre("basin:lake-chad"));
    EXPECT_FALSE(revision.advice.empty());
  }
}

// A leap day, and every season: before, in and after the rains, at the turn of the year.
INSTANTIATE_TEST_SUITE_P(Seasons, DemoScenario,
                         testing::Values("2024-02-29", "2025-05-20", "2026-07-17", "2026-09-12",
                                         "2026-11-22", "2027-01-01"),
                         [](const auto& day) {
                           std::string name = day.param;
                           std::erase(name, '-');
                           return "on_" + name;
                         });

}  // namespace
}  // namespace tocsin
