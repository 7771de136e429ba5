#pragma once

#include <chrono>
#include <cstdint>

#include "model/dispatch.h"
#include "model/time.h"

namespace tocsin {

// When a failed dispatch is attempted again. The wait doubles with each attempt up to `longest`;
// the defaults give up after about two and a half days, as mail servers do after some days.
struct RetryPolicy {
  std::chrono::milliseconds first{30'000};
  std::chrono::milliseconds longest{3'600'000};
  // The wait is shortened by up to this share, so that what failed together does not come back
  // together. [0, 100]
  int jitter_percent = 20;
  std::uint32_t attempts_max = 64;
};

// The wait after attempt number `attempt` (from 1) of `dispatch` failed. The jitter is derived from
// the dispatch and the attempt: a replay of the journal computes the same waits. Pure.
std::chrono::milliseconds retry_wait(const Hash128& dispatch, std::uint32_t attempt,
                                     const RetryPolicy& policy);

// The dispatch after the engine has journaled `result` at `now`:
//
//   kAccepted                          -> kAccepted
//   kRefused                           -> kDead
//   kTryAgain, attempts < attempts_max -> kIntended, next_attempt = now + retry_wait
//   kTryAgain, attempts = attempts_max -> kDead
//
// with attempts counted and the answer kept (cleaned, at most 500 bytes). A result for a dispatch
// that is no longer kIntended (a late or repeated one) changes nothing.
// Requires result.dispatch == dispatch.id. Pure.
Dispatch after(const Dispatch& dispatch, const DeliveryResult& result, ProcessingTime now,
               const RetryPolicy& policy);

}  // namespace tocsin
