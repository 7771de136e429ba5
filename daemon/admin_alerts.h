#pragma once

#include <cstddef>
#include <string>

#include "model/hash.h"
#include "storage/store.h"

namespace tocsin {

enum class AlertFilter { kOpen, kClosed, kAll };

struct AlertQuery {
  AlertFilter state = AlertFilter::kAll;
  std::string region;  // its code; "" for every one
  std::size_t limit = 500;
};

// {"total": N, "alerts": [...]}: the last revision of each alert in brief, open ones first, then by
// issue, newest first. total counts those that the limit cut off, too. Cost: the last
// revision of each open alert; for closed ones and all, of each alert ever made.
Result<std::string> list_alerts(const Store& store, const AlertQuery& query);

// {"alert": ID, "state": ..., "revisions": [...], "dispatches": [...], "acknowledgements": [...]};
// kNotFound. Cost: one look
// at every dispatch.
Result<std::string> show_alert(const Store& store, const Hash128& alert);

}  // namespace tocsin
