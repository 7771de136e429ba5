#include "alerting/attempts.h"

#include <optional>
#include <set>
#include <utility>

namespace tocsin {
namespace {

// The nearest earlier revision that has a row decides: that one was itself attempted only after
// those before it had been settled.
Result<bool> must_wait(Outbox& outbox, const Dispatch& dispatch) {
  for (std::uint32_t number = dispatch.revision; number-- > 1;) {
    const auto state =
        outbox.state(dispatch_id(dispatch.alert, number, dispatch.committee, dispatch.address));
    if (!state) return tl::unexpected(state.error());
    if (*state) return **state == DispatchState::kIntended;
  }
  return false;
}

}  // namespace

Attempts::Rows Attempts::choose(Rows due, bool complete) {
  const auto place = [](ProcessingTime time, const Hash128& id) { return std::pair(time, id); };
  std::optional<std::pair<ProcessingTime, Hash128>> end;  // of the view; unset when it has none
  if (!complete) end = place(due.back().dispatch.next_attempt, due.back().dispatch.id);
  std::set<Hash128> seen;
  Rows rows;
  for (PendingDispatch& row : due) {
    const Dispatch& dispatch = row.dispatch;
    seen.insert(dispatch.id);
    const auto before = attempted_.find(dispatch.id);
    if (before != attempted_.end() && dispatch.attempts <= before->second.attempts) continue;
    rows.push_back(std::move(row));
  }
  std::erase_if(attempted_, [&](const auto& one) {
    const auto& [id, row] = one;
    return !seen.contains(id) && (!end || place(row.next_attempt, id) <= *end);
  });
  return rows;
}

Result<std::size_t> drop_waiting(Outbox& outbox, Attempts::Rows& rows) {
  Attempts::Rows free;
  std::size_t waiting = 0;
  for (PendingDispatch& row : rows) {
    const auto waits = must_wait(outbox, row.dispatch);
    if (!waits) return tl::unexpected(waits.error());
    if (*waits) {
      ++waiting;
    } else {
      free.push_back(std::move(row));
    }
  }
  rows = std::move(free);
  return waiting;
}

}  // namespace tocsin
