#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "alerting/attempts.h"
#include "alerting/dispatcher.h"

namespace tocsin {

// One channel's threads and what they share. Each thread takes the next dispatch, attempts it and
// gives the result away, both without the lock; one thread at a time reads the outbox, without the
// lock, too.
class Lane {
 public:
  Lane(LaneOptions lane, const DispatcherOptions& options, const DispatcherPorts& ports);
  ~Lane();  // cuts off what is in flight
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void wake();
  // The two halves of a stop, so that several lanes share one grace: begin_stop() on all of them,
  // then finish_stop() on each.
  void begin_stop();
  void finish_stop(std::chrono::steady_clock::time_point grace_end);
  LaneStatistics statistics() const;

 private:
  using Guard = std::unique_lock<std::mutex>;

  void work();
  bool has_room() const { return attempted_.size() < unconfirmed_max_; }
  bool should_look() const { return look_ && !looking_ && (ready_.empty() || !has_room()); }
  bool can_go_on() const;
  void look(Guard& guard);
  void attempt(const PendingDispatch& pending, Guard& guard);
  void trouble(const Error& error, Guard& guard);

  const Channel channel_;
  const std::unique_ptr<DeliveryChannel> delivery_;
  const std::chrono::milliseconds deadline_, poll_;
  const std::size_t batch_max_, unconfirmed_max_;
  const DispatcherPorts ports_;
  std::stop_source cut_off_;

  ProcessingTime latest_now_;  // of the thread that is looking

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<PendingDispatch> ready_;
  Attempts attempted_;
  bool look_ = true;      // the outbox may hold something new
  bool looking_ = false;  // a thread is reading it
  bool stopping_ = false;
  LaneStatistics counts_;

  std::vector<std::thread> threads_;
};

}  // namespace tocsin
