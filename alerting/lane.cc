#include "alerting/lane.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "model/result.h"

namespace tocsin {

Lane::Lane(LaneOptions lane, const DispatcherOptions& options, const DispatcherPorts& ports)
    : channel_(lane.channel),
      delivery_(std::move(lane.delivery)),
      deadline_(lane.deadline),
      poll_(options.poll),
      batch_max_(options.batch_max),
      unconfirmed_max_(options.unconfirmed_max),
      ports_(ports) {
  require(delivery_ != nullptr, "a lane has a delivery channel");
  require(lane.concurrency >= 1 && lane.concurrency <= 4, "a lane has 1 to 4 threads");
  require(batch_max_ >= 1 && unconfirmed_max_ >= 1, "a lane may take at least one dispatch");
  counts_.channel = channel_;
  for (std::size_t i = 0; i < lane.concurrency; ++i)
    threads_.emplace_back([this] {
      pthread_setname_np(pthread_self(), "dispatch");
      work();
    });
}

Lane::~Lane() {
  begin_stop();
  finish_stop(std::chrono::steady_clock::now());
}

void Lane::wake() {
  const Guard guard(mutex_);
  look_ = true;
  changed_.notify_all();
}

void Lane::begin_stop() {
  const Guard guard(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void Lane::finish_stop(std::chrono::steady_clock::time_point grace_end) {
  {
    Guard guard(mutex_);
    changed_.wait_until(guard, grace_end, [&] { return counts_.in_flight == 0; });
  }
  cut_off_.request_stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

LaneStatistics Lane::statistics() const {
  const Guard guard(mutex_);
  LaneStatistics statistics = counts_;
  statistics.unconfirmed = attempted_.size() - counts_.in_flight;
  return statistics;
}

bool Lane::can_go_on() const {
  return stopping_ || should_look() || (!ready_.empty() && has_room());
}

void Lane::work() {
  Guard guard(mutex_);
  while (true) {
    if (!changed_.wait_for(guard, poll_, [&] { return can_go_on(); })) look_ = true;
    if (stopping_) return;
    if (should_look()) look(guard);
    if (stopping_ || ready_.empty() || !has_room()) continue;
    const PendingDispatch pending = std::move(ready_.front());
    ready_.pop_front();
    attempted_.begin(pending.dispatch);
    attempt(pending, guard);
  }
}

void Lane::look(Guard& guard) {
  looking_ = true;
  look_ = false;
  ready_.clear();
  const std::size_t limit = batch_max_ + attempted_.size() + counts_.waiting;
  guard.unlock();
  latest_now_ = std::max(latest_now_, ports_.now());
  const ProcessingTime now = latest_now_;
  auto due = ports_.outbox.due(channel_, now, limit);
  guard.lock();
  if (!due) return trouble(due.error(), guard);

  const bool complete = due->size() < limit;
  Attempts::Rows rows = attempted_.choose(std::move(*due), complete);
  guard.unlock();
  const auto waiting = drop_waiting(ports_.outbox, rows);
  guard.lock();
  if (!waiting) return trouble(waiting.error(), guard);

  looking_ = false;
  counts_.waiting = *waiting;
  std::ranges::stable_sort(rows, std::greater(),
                           [](const PendingDispatch& row) { return row.revision.level; });
  ready_.assign(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  // A view that was cut short is taken up again when this batch is done. Without room there is
  // nothing to do until the engine confirms, and wake() or the poll will tell.
  if (!complete && has_room()) look_ = true;
  changed_.notify_all();
}

void Lane::attempt(const PendingDispatch& pending, Guard& guard) {
  ++counts_.attempts;
  ++counts_.in_flight;
  guard.unlock();
  const auto catalogue = ports_.catalogue();
  DeliveryResult result =
      delivery_->attempt(pending, *catalogue, {deadline_, cut_off_.get_token()});
  const bool cut_off = cut_off_.stop_requested() && result.outcome == Outcome::kTryAgain;
  const Outcome outcome = result.outcome;
  if (!cut_off) ports_.result(std::move(result));
  guard.lock();
  --counts_.in_flight;
  switch (outcome) {
    case Outcome::kAccepted:
      ++counts_.accepted;
      break;
    case Outcome::kTryAgain:
      ++counts_.try_again;
      break;
    case Outcome::kRefused:
      ++counts_.refused;
      break;
  }
  changed_.notify_all();
}

void Lane::trouble(const Error& error, Guard& guard) {
  ++counts_.outbox_errors;
  guard.unlock();
  ports_.trouble(error);
  guard.lock();
  looking_ = false;
}

}  // namespace tocsin
