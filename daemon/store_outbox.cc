#include "daemon/store_outbox.h"

namespace tocsin {

Result<std::vector<PendingDispatch>> StoreOutbox::due(Channel channel, ProcessingTime now,
                                                      std::size_t limit) {
  auto rows = store_.due(channel, now, limit);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<PendingDispatch> pending;
  pending.reserve(rows->size());
  for (Dispatch& dispatch : *rows) {
    auto revision = store_.alert_revision(dispatch.alert, dispatch.revision);
    if (!revision) return tl::unexpected(revision.error());
    pending.push_back({std::move(dispatch), std::move(*revision)});
  }
  return pending;
}

Result<std::optional<DispatchState>> StoreOutbox::state(const Hash128& dispatch) {
  auto found = store_.dispatch(dispatch);
  if (found) return std::optional(found->state);
  if (found.error().code == ErrorCode::kNotFound) return std::optional<DispatchState>();
  return tl::unexpected(found.error());
}

}  // namespace tocsin
