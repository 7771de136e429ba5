// What is counted and listed so that nobody has to read all rows: how many dispatches are in which
// state, and which alerts are open (written with each commit: commit.cc).
#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/store.h"

namespace tocsin {

// Needs the head.
Result<void> Store::load_tally() {
  const auto bytes = columns_->get(Column::kMeta, kTallyKey);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return count_again();
  const auto tally = decode_tally(**bytes);
  if (!tally) return tl::unexpected(columns_->at_row(Column::kMeta, kTallyKey, tally.error()));
  if (tally->sequence != head().sequence) return count_again();
  std::map<Hash128, std::uint32_t> open;
  auto read = columns_->scan(Column::kMeta, kOpenAlertPrefix, kOpenAlertPrefix,
                             [&](std::string_view key, std::string_view value) -> Result<void> {
                               const auto alert = parse_open_alert_key(key);
                               const auto number = decode_number(value);
                               if (!alert || !number) {
                                 const Error& error = alert ? number.error() : alert.error();
                                 return tl::unexpected(columns_->at_row(Column::kMeta, key, error));
                               }
                               open[*alert] = static_cast<std::uint32_t>(*number);
                               return {};
                             });
  if (!read) return read;
  const std::lock_guard lock(mutex_);
  dispatch_counts_ = tally->dispatches;
  open_alerts_ = std::move(open);
  staged_.tally_is_stored = true;
  return {};
}

// For a store whose last commit is of a release that keeps no tally.
Result<void> Store::count_again() {
  DispatchCounts counts;
  auto counted = for_each_dispatch([&](const Dispatch& dispatch) -> Result<void> {
    ++counts.of(dispatch.address.channel, dispatch.state);
    return {};
  });
  if (!counted) return counted;
  std::map<Hash128, std::uint32_t> open;
  auto listed = for_each_last_revision([&](const AlertRevision& last) -> Result<void> {
    if (!closes(last.kind)) open[last.alert] = last.number;
    return {};
  });
  if (!listed) return listed;
  const std::lock_guard lock(mutex_);
  dispatch_counts_ = counts;
  open_alerts_ = std::move(open);
  staged_.tally_is_stored = false;
  return {};
}

DispatchCounts Store::dispatch_counts() const {
  const std::lock_guard lock(mutex_);
  return dispatch_counts_;
}

std::map<Hash128, std::uint32_t> Store::open_alerts() const {
  const std::lock_guard lock(mutex_);
  return open_alerts_;
}

}  // namespace tocsin
