#include "daemon/store_outbox.h"

namespace tocsin {
namespace {

// Rows of one channel may stand behind many of another, so more are read than are asked for.
constexpr std::size_t kRowsRead = 4'096;

}  // namespace

Result<std::vector<PendingDispatch>> StoreOutbox::due(Channel channel, ProcessingTime now,
                                                      std::size_t limit) {
  auto rows = store_.due(now, std::max(limit, kRowsRead));
  if (!rows) return tl::unexpected(rows.error());
  std::vector<PendingDispatch> pending;
  for (Dispatch& dispatch : *rows) {
    if (dispatch.address.channel != channel) continue;
    if (pending.size() == limit) break;
    auto revisions = store_.alert(dispatch.alert);
    if (!revisions) return tl::unexpected(revisions.error());
    for (AlertRevision& revision : *revisions)
      if (revision.number == dispatch.revision) {
        pending.push_back({std::move(dispatch), std::move(revision)});
        break;
      }
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
