#include "model/result.h"

#include <gtest/gtest.h>

#include "model/journal.h"

namespace tocsin {
namespace {

TEST(Require, PassesOnTruthAndAbortsOtherwiseSayingWhere) {
  require(true, "fine");
  EXPECT_DEATH(require(false, "one is two"), "one is two.*result_test");
}

TEST(ErrorCode, HasANameForEachCode) {
  EXPECT_EQ(name_of(ErrorCode::kInvalid), "invalid");
  EXPECT_EQ(name_of(ErrorCode::kNotFound), "not-found");
  EXPECT_EQ(name_of(ErrorCode::kUnavailable), "unavailable");
  EXPECT_EQ(name_of(ErrorCode::kIo), "io");
  const Result<int> failed = fail(ErrorCode::kLimit, "too many");
  EXPECT_EQ(failed.error().code, ErrorCode::kLimit);
  EXPECT_EQ(failed.error().message, "too many");
}

TEST(Input, IsNamedByItsAlternative) {
  EXPECT_EQ(name_of(Input(RecordsInput{})), "records");
  EXPECT_EQ(name_of(Input(ClockInput{})), "clock");
  EXPECT_EQ(name_of(Input(ContentInput{})), "content");
  EXPECT_EQ(name_of(Input(EngineInput{})), "engine");
  EXPECT_EQ(name_of(Input(DeliveryInput{})), "delivery");
  EXPECT_EQ(name_of(Input(AcknowledgeInput{})), "acknowledge");
  EXPECT_EQ(name_of(Input(MuteInput{})), "mute");
  EXPECT_EQ(name_of(Input(QuarantineReleaseInput{})), "quarantine-release");
  EXPECT_EQ(name_of(Input(HorizonInput{})), "horizon");
  EXPECT_EQ(name_of(Input(ReloadInput{})), "reload");
}

}  // namespace
}  // namespace tocsin
