#include "alerting/retry.h"

#include <algorithm>
#include <array>

#include "alerting/clean_text.h"
#include "model/result.h"

namespace tocsin {
namespace {

constexpr std::size_t kAnswerBytesMax = 500;

// A share in [0, 1) in parts of a million, drawn from the dispatch and the attempt.
std::int64_t drawn_share(const Hash128& dispatch, std::uint32_t attempt) {
  const Hash128 drawn = hash128_parts({"retry", dispatch.hex(), std::to_string(attempt)});
  return static_cast<std::int64_t>(drawn.prefix() % 1'000'000);
}

}  // namespace

std::chrono::milliseconds retry_wait(const Hash128& dispatch, std::uint32_t attempt,
                                     const RetryPolicy& policy) {
  require(attempt >= 1, "attempts count from 1");
  std::int64_t wait = policy.first.count();
  for (std::uint32_t i = 1; i < attempt && wait < policy.longest.count(); ++i) wait *= 2;
  wait = std::min<std::int64_t>(wait, policy.longest.count());
  const std::int64_t jitter = wait / 100 * policy.jitter_percent;
  return std::chrono::milliseconds(wait - jitter * drawn_share(dispatch, attempt) / 1'000'000);
}

Dispatch after(const Dispatch& dispatch, const DeliveryResult& result, ProcessingTime now,
               const RetryPolicy& policy) {
  require(result.dispatch == dispatch.id, "a delivery result belongs to its dispatch");
  Dispatch next = dispatch;
  if (dispatch.state != DispatchState::kIntended) return next;
  next.attempts += 1;
  next.last_answer = one_line(result.answer, kAnswerBytesMax);
  switch (result.outcome) {
    case Outcome::kAccepted:
      next.state = DispatchState::kAccepted;
      break;
    case Outcome::kRefused:
      next.state = DispatchState::kDead;
      break;
    case Outcome::kTryAgain:
      if (next.attempts >= policy.attempts_max) {
        next.state = DispatchState::kDead;
      } else {
        next.next_attempt = ProcessingTime(now.milliseconds() +
                                           retry_wait(dispatch.id, next.attempts, policy).count());
      }
      break;
  }
  return next;
}

}  // namespace tocsin
