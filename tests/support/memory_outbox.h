#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "alerting/dispatcher.h"
#include "alerting/outbox.h"
#include "alerting/retry.h"

namespace tocsin {

// The engine and the store, as far as the dispatcher sees them: rows in memory, results applied
// with the real state transition, and a clock of its own. Where a retry is due later, time passes
// at once.
class MemoryOutbox : public Outbox {
 public:
  explicit MemoryOutbox(RetryPolicy policy = {}) : policy_(policy) {}

  void add(const PendingDispatch& pending);
  Result<std::vector<PendingDispatch>> due(Channel channel, ProcessingTime now,
                                           std::size_t limit) override;
  Result<std::optional<DispatchState>> state(const Hash128& dispatch) override;

  // What the engine does with a result. With `hold()` in force results wait for `release()`, as
  // they would for a slow commit.
  void apply(const DeliveryResult& result);
  void hold();
  void release();
  // Makes the next reads of the outbox fail.
  void break_reads(int times);

  ProcessingTime now();
  // Ports that lead back here; `dispatcher` is woken after each applied result once it is set.
  DispatcherPorts ports(const Catalogue& catalogue);
  void wake_after_commit(Dispatcher* dispatcher);

  // Blocks until `condition` of the rows holds. The test's time limit is the only one.
  void wait(const std::function<bool(const MemoryOutbox&)>& condition);
  void wait_until_settled();  // no row is kIntended

  // These are for conditions given to wait(), which holds the lock, and for after stop().
  const Dispatch& row(const Hash128& id) const { return rows_.at(id).dispatch; }
  const std::vector<DeliveryResult>& results() const { return results_; }
  std::size_t held() const { return held_.size(); }
  int troubles() const { return troubles_; }

 private:
  void apply_locked(const DeliveryResult& result);

  RetryPolicy policy_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Hash128, PendingDispatch> rows_;
  std::vector<DeliveryResult> results_, held_;
  bool holding_ = false;
  int broken_reads_ = 0;
  int troubles_ = 0;
  ProcessingTime now_{1'551'960'000'000};
  Dispatcher* dispatcher_ = nullptr;
};

}  // namespace tocsin
