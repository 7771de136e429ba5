#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alerting/channel.h"
#include "alerting/outbox.h"
#include "model/catalogue.h"
#include "model/dispatch.h"
#include "model/time.h"

namespace tocsin {

class Lane;

// One channel with the threads that work for it.
struct LaneOptions {
  Channel channel = Channel::kEmail;
  std::unique_ptr<DeliveryChannel> delivery;
  std::size_t concurrency = 2;  // threads, [1, 4]
  std::chrono::milliseconds deadline{30'000};
};

struct DispatcherOptions {
  std::vector<LaneOptions>
      lanes;  // at most one a channel; a channel without a lane stays in the outbox
  // How often a lane looks for retries that have become due; new dispatches are announced by
  // wake().
  std::chrono::milliseconds poll{1'000};
  std::size_t batch_max = 64;           // rows read from the outbox at once
  std::size_t unconfirmed_max = 1'024;  // attempts whose result the engine has not committed yet
};

// What the dispatcher asks of its surroundings. All are called from the lanes' threads, several at
// once and without a lock of the dispatcher's, and must outlive it.
struct DispatcherPorts {
  Outbox& outbox;
  // The configuration in force; shared because a reload may replace it during an attempt.
  std::function<std::shared_ptr<const Catalogue>()> catalogue;
  // Takes a result to the engine, which journals it and decides what follows (alerting/retry.h).
  // May block; must not lose the result while the process lives.
  std::function<void(DeliveryResult)> result;
  std::function<ProcessingTime()> now;
  // For the log: an outbox that can't be read. Called at most once a poll and lane.
  std::function<void(const Error&)> trouble;
};

// One lane, counted since the start.
struct LaneStatistics {
  Channel channel = Channel::kEmail;
  std::uint64_t attempts = 0, accepted = 0, try_again = 0, refused = 0;
  std::uint64_t outbox_errors = 0;
  std::size_t in_flight = 0;    // being attempted now
  std::size_t unconfirmed = 0;  // attempted, and the engine's row does not show it yet
  std::size_t waiting = 0;      // due, but an earlier revision must arrive first
};

// Drains the outbox: for each due dispatch one attempt, one result. Promises:
//
// 1. A dispatch is never attempted twice at once, and again only after the engine's row has counted
//    the attempt before. After a crash the row is still kIntended, so it is attempted at least
//    once.
// 2. Each channel has its own lane: one that hangs does not hold up another.
// 3. Of one alert to one address the revisions go out in order: a later one waits until the earlier
//    ones are accepted or dead. Nobody reads "withdrawn" before the alert it withdraws.
// 4. Of what is due, the higher level goes first.
//
// Starts its threads at once. wake() and statistics() may be called from any thread.
class Dispatcher {
 public:
  Dispatcher(DispatcherOptions options, const DispatcherPorts& ports);
  ~Dispatcher();  // stops without grace
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // The outbox has changed: call after every commit that wrote a dispatch. Never blocks for long.
  void wake();

  // Starts no new attempts, gives those in flight `grace` to end by themselves, then cuts them off.
  // The results of attempts that ended are delivered; one that was cut off has none, and its row
  // stays due. Returns when all threads have ended. Calling it again does nothing.
  void stop(std::chrono::milliseconds grace);

  std::vector<LaneStatistics> statistics() const;

 private:
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace tocsin
