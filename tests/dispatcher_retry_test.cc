#include <gtest/gtest.h>

#include <set>

#include "alerting/retry.h"

namespace tocsin {
namespace {

using std::chrono::milliseconds;

constexpr RetryPolicy kPolicy{.first = milliseconds(1'000),
                              .longest = milliseconds(10'000),
                              .jitter_percent = 0,
                              .attempts_max = 4};
constexpr ProcessingTime kNow{1'000'000};

Dispatch intended(std::uint32_t attempts) {
  Dispatch dispatch;
  dispatch.id = hash128("a dispatch");
  dispatch.attempts = attempts;
  return dispatch;
}

struct AfterCase {
  std::string name;
  DispatchState before;
  std::uint32_t attempts;
  Outcome outcome;
  DispatchState want;
  std::uint32_t want_attempts;
  std::int64_t want_wait;  // milliseconds to next_attempt; -1: unchanged
};

class After : public testing::TestWithParam<AfterCase> {};

TEST_P(After, FollowsTable) {
  const auto& c = GetParam();
  Dispatch before = intended(c.attempts);
  before.state = c.before;
  const Dispatch next = after(before, {before.id, c.outcome, "an answer"}, kNow, kPolicy);
  EXPECT_EQ(next.state, c.want);
  EXPECT_EQ(next.attempts, c.want_attempts);
  const std::int64_t want =
      c.want_wait < 0 ? before.next_attempt.milliseconds() : kNow.milliseconds() + c.want_wait;
  EXPECT_EQ(next.next_attempt.milliseconds(), want);
}

constexpr auto kIntended = DispatchState::kIntended;
constexpr auto kAccepted = DispatchState::kAccepted;
constexpr auto kDead = DispatchState::kDead;

INSTANTIATE_TEST_SUITE_P(
    Retry, After,
    testing::ValuesIn<AfterCase>({
        {"AcceptedAtOnce", kIntended, 0, Outcome::kAccepted, kAccepted, 1, -1},
        {"AcceptedLater", kIntended, 3, Outcome::kAccepted, kAccepted, 4, -1},
        {"RefusedIsDeadAtOnce", kIntended, 0, Outcome::kRefused, kDead, 1, -1},
        {"FirstFailureWaits", kIntended, 0, Outcome::kTryAgain, kIntended, 1, 1'000},
        {"SecondFailureWaitsTwice", kIntended, 1, Outcome::kTryAgain, kIntended, 2, 2'000},
        {"ThirdFailureWaitsFourTimes", kIntended, 2, Outcome::kTryAgain, kIntended, 3, 4'000},
        {"LastFailureIsDead", kIntended, 3, Outcome::kTryAgain, kDead, 4, -1},
        {"LateResultOfAnAcceptedOne", kAccepted, 1, Outcome::kTryAgain, kAccepted, 1, -1},
        {"LateAcceptanceOfADeadOne", kDead, 4, Outcome::kAccepted, kDead, 4, -1},
    }),
    [](const auto& tested) { return tested.param.name; });

TEST(Retry, WaitNeverExceedsTheLongest) {
  for (std::uint32_t attempt = 1; attempt < 200; ++attempt) {
    EXPECT_LE(retry_wait(hash128("d"), attempt, kPolicy), kPolicy.longest);
  }
  EXPECT_EQ(retry_wait(hash128("d"), 200, kPolicy), kPolicy.longest);
}

TEST(Retry, JitterSpreadsWhatFailedTogetherWithinItsShare) {
  RetryPolicy policy = kPolicy;
  policy.jitter_percent = 20;
  std::set<std::int64_t> waits;
  for (int i = 0; i < 100; ++i) {
    const auto wait = retry_wait(hash128(std::to_string(i)), 3, policy);
    EXPECT_LE(wait, milliseconds(4'000));
    EXPECT_GE(wait, milliseconds(3'200));
    waits.insert(wait.count());
  }
  EXPECT_GT(waits.size(), 80U);
}

TEST(Retry, SameDispatchAndAttemptWaitTheSame) {
  RetryPolicy policy;
  EXPECT_EQ(retry_wait(hash128("d"), 5, policy), retry_wait(hash128("d"), 5, policy));
}

TEST(Retry, DefaultsGiveUpAfterSomeDays) {
  const RetryPolicy policy;
  std::int64_t total = 0;
  for (std::uint32_t attempt = 1; attempt < policy.attempts_max; ++attempt) {
    total += retry_wait(hash128("d"), attempt, policy).count();
  }
  EXPECT_GT(total, 2 * kMillisecondsPerDay);
  EXPECT_LT(total, 3 * kMillisecondsPerDay);
}

TEST(Retry, AnswerIsKeptOnOneShortLine) {
  const Dispatch before = intended(0);
  const DeliveryResult result{before.id, Outcome::kTryAgain,
                              "451 busy\r\nforged: line" + std::string(2'000, 'x')};
  const Dispatch next = after(before, result, kNow, kPolicy);
  EXPECT_EQ(next.last_answer.substr(0, 22), "451 busy forged: linex");
  EXPECT_EQ(next.last_answer.size(), 500U);
}

}  // namespace
}  // namespace tocsin
