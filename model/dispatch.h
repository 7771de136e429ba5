#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/alert.h"
#include "model/catalogue.h"
#include "model/hash.h"
#include "model/time.h"

namespace tocsin {

// Where one dispatch stands. kIntended -> (attempts) -> kAccepted or kDead.
enum class DispatchState : std::uint8_t {
  kIntended,  // in the outbox, due at next_attempt
  kAccepted,  // the channel took responsibility (SMTP 250, file renamed into place)
  kDead,      // given up after a permanent refusal or too many attempts: shown to the operator
};
std::string_view name_of(DispatchState state);

// One revision of one alert to one committee by one channel.
struct Dispatch {
  Hash128 id;  // of (alert, revision number, committee, channel, target): stable over replays
  Hash128 alert;
  std::uint32_t revision = 0;
  std::string committee;
  Address address;
  std::string reason;  // why this committee gets it: "region NG-BO, level warning >= watch"
  DispatchState state = DispatchState::kIntended;
  std::uint32_t attempts = 0;
  ProcessingTime intended, next_attempt;
  std::string last_answer;  // of the channel, for people
  friend bool operator==(const Dispatch&, const Dispatch&) = default;
};

Hash128 dispatch_id(const Hash128& alert, std::uint32_t revision, std::string_view committee,
                    const Address& address);

// What a channel says of one attempt.
enum class Outcome : std::uint8_t { kAccepted, kTryAgain, kRefused };
std::string_view name_of(Outcome outcome);  // "accepted", "try-again", "refused"

struct DeliveryResult {
  Hash128 dispatch;
  Outcome outcome = Outcome::kTryAgain;
  std::string answer;  // "250 2.0.0 Ok: queued as 4F2", "connection refused"
  friend bool operator==(const DeliveryResult&, const DeliveryResult&) = default;
};

}  // namespace tocsin
