#pragma once

#include <chrono>
#include <stop_token>

#include "alerting/outbox.h"
#include "model/catalogue.h"
#include "model/dispatch.h"

namespace tocsin {

// How long an attempt may take. A stop request ends it early, with the outcome kTryAgain.
struct Deadline {
  std::chrono::milliseconds limit{30'000};
  std::stop_token stop;
};

// One way to reach committees. (The enum Channel in model/catalogue.h names the kinds.)
//
// attempt() renders and delivers one dispatch and says what came of it; it blocks for at most the
// deadline and about a second. It must be safe to call from several threads, and safe to repeat: a
// second attempt of a dispatch carries the same identifiers (Message-ID, CAP identifier), so that a
// receiver can tell it from a new one after an answer was lost. Never throws; every failure is an
// outcome: kRefused when the same attempt can never succeed, kTryAgain for all others, those of our
// own configuration (a wrong password, a full disk) included, since a person can mend them.
class DeliveryChannel {
 public:
  virtual ~DeliveryChannel() = default;
  virtual DeliveryResult attempt(const PendingDispatch& pending, const Catalogue& catalogue,
                                 const Deadline& deadline) = 0;
};

}  // namespace tocsin
