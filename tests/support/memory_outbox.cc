#include "tests/support/memory_outbox.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin {

void MemoryOutbox::add(const PendingDispatch& pending) {
  const std::lock_guard guard(mutex_);
  rows_[pending.dispatch.id] = pending;
  changed_.notify_all();
}

Result<std::vector<PendingDispatch>> MemoryOutbox::due(Channel channel, ProcessingTime now,
                                                       std::size_t limit) {
  const std::lock_guard guard(mutex_);
  if (broken_reads_ > 0) {
    --broken_reads_;
    return fail(ErrorCode::kIo, "the outbox cannot be read");
  }
  std::vector<PendingDispatch> due;
  for (const auto& [id, pending] : rows_) {
    const Dispatch& dispatch = pending.dispatch;
    if (dispatch.address.channel == channel && dispatch.state == DispatchState::kIntended &&
        dispatch.next_attempt <= now) {
      due.push_back(pending);
    }
  }
  std::ranges::stable_sort(due, {},
                           [](const PendingDispatch& p) { return p.dispatch.next_attempt; });
  if (due.size() > limit) due.resize(limit);
  return due;
}

Result<std::optional<DispatchState>> MemoryOutbox::state(const Hash128& dispatch) {
  const std::lock_guard guard(mutex_);
  const auto row = rows_.find(dispatch);
  if (row == rows_.end()) return std::optional<DispatchState>();
  return std::optional(row->second.dispatch.state);
}

void MemoryOutbox::apply_locked(const DeliveryResult& result) {
  results_.push_back(result);
  Dispatch& row = rows_.at(result.dispatch).dispatch;
  row = after(row, result, now_, policy_);
  if (row.state == DispatchState::kIntended) now_ = std::max(now_, row.next_attempt);
}

void MemoryOutbox::apply(const DeliveryResult& result) {
  const std::lock_guard guard(mutex_);
  if (holding_) {
    held_.push_back(result);
  } else {
    apply_locked(result);
    if (dispatcher_ != nullptr) dispatcher_->wake();
  }
  changed_.notify_all();
}

void MemoryOutbox::hold() {
  const std::lock_guard guard(mutex_);
  holding_ = true;
}

void MemoryOutbox::release() {
  const std::lock_guard guard(mutex_);
  holding_ = false;
  for (const DeliveryResult& result : std::exchange(held_, {})) apply_locked(result);
  if (dispatcher_ != nullptr) dispatcher_->wake();
  changed_.notify_all();
}

void MemoryOutbox::break_reads(int times) {
  const std::lock_guard guard(mutex_);
  broken_reads_ = times;
}

ProcessingTime MemoryOutbox::now() {
  const std::lock_guard guard(mutex_);
  return now_;
}

DispatcherPorts MemoryOutbox::ports(const Catalogue& catalogue) {
  auto shared = std::make_shared<const Catalogue>(catalogue);
  return {.outbox = *this,
          .catalogue = [shared] { return shared; },
          .result = [this](const DeliveryResult& result) { apply(result); },
          .now = [this] { return now(); },
          .trouble =
              [this](const Error&) {
                const std::lock_guard guard(mutex_);
                ++troubles_;
                changed_.notify_all();
              }};
}

void MemoryOutbox::wake_after_commit(Dispatcher* dispatcher) {
  const std::lock_guard guard(mutex_);
  dispatcher_ = dispatcher;
  dispatcher_->wake();  // for what was applied before
}

void MemoryOutbox::wait(const std::function<bool(const MemoryOutbox&)>& condition) {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&] { return condition(*this); });
}

void MemoryOutbox::wait_until_settled() {
  wait([](const MemoryOutbox& outbox) {
    return std::ranges::none_of(outbox.rows_, [](const auto& row) {
      return row.second.dispatch.state == DispatchState::kIntended;
    });
  });
}

}  // namespace tocsin
