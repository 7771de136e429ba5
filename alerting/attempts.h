#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "alerting/outbox.h"
#include "model/hash.h"

namespace tocsin {

// Which of the dispatches that the outbox shows as due a lane may attempt. No threads, no clock.
//
// The outbox shows a dispatch as due until the engine has committed the result of its attempt. So
// of each attempted dispatch its row is remembered as it was, and skipped until it counts more
// attempts. It is forgotten once a view of what is due no longer shows it though it reaches past
// its place: since a lane's time never goes back, a row leaves there only by the engine's hand.
class Attempts {
 public:
  using Rows = std::vector<PendingDispatch>;

  void begin(const Dispatch& dispatch) {
    attempted_[dispatch.id] = {dispatch.attempts, dispatch.next_attempt};
  }
  // Attempted, and the engine's row does not show it yet.
  std::size_t size() const { return attempted_.size(); }
  // The rows of a view that may be attempted, and what is learned from the view on the way.
  // `complete`: all that is due is in it.
  Rows choose(Rows due, bool complete);

 private:
  // The row of a dispatch when it was attempted.
  struct Attempted {
    std::uint32_t attempts;
    ProcessingTime next_attempt;
  };
  std::map<Hash128, Attempted> attempted_;
};

// Leaves in `rows` those that no earlier revision of the same alert to the same address holds up;
// the number of the others.
Result<std::size_t> drop_waiting(Outbox& outbox, Attempts::Rows& rows);

}  // namespace tocsin
