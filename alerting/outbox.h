#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "model/alert.h"
#include "model/catalogue.h"
#include "model/dispatch.h"
#include "model/result.h"
#include "model/time.h"

namespace tocsin {

// A dispatch with the revision that it carries.
struct PendingDispatch {
  Dispatch dispatch;
  AlertRevision revision;
};

// The stored dispatches, as the dispatcher sees them: read-only, since the engine is their only
// writer. Called from the dispatcher's threads, several at once; must see every commit that
// returned before the call.
class Outbox {
 public:
  virtual ~Outbox() = default;

  // Dispatches of `channel` in state kIntended whose next_attempt <= now, ordered by (next_attempt,
  // id), the first `limit` of them. Rows that the dispatcher has attempted already stay due until
  // the engine has committed the result: that is expected, the dispatcher knows them.
  virtual Result<std::vector<PendingDispatch>> due(Channel channel, ProcessingTime now,
                                                   std::size_t limit) = 0;

  // The state of one dispatch; nullopt when there is no such row (never intended, or long
  // finished).
  virtual Result<std::optional<DispatchState>> state(const Hash128& dispatch) = 0;
};

}  // namespace tocsin
