#pragma once

#include "alerting/outbox.h"
#include "storage/store.h"

namespace tocsin {

// The store's dispatches as the dispatcher sees them. Any thread.
class StoreOutbox : public Outbox {
 public:
  explicit StoreOutbox(const Store& store) : store_(store) {}
  Result<std::vector<PendingDispatch>> due(Channel channel, ProcessingTime now,
                                           std::size_t limit) override;
  Result<std::optional<DispatchState>> state(const Hash128& dispatch) override;

 private:
  const Store& store_;
};

}  // namespace tocsin
