// Reading the outbox: by id, and by when something is due (writing it: commit.cc).
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/store.h"

namespace tocsin {
namespace {

// The channel's rows of the index that are due at `now`, earliest first, at most `limit`.
Result<std::vector<Due>> due_rows(const StoreColumns& columns, Channel channel, ProcessingTime now,
                                  std::size_t limit) {
  std::vector<Due> rows;
  const std::string prefix = due_prefix(channel);
  const std::unique_ptr<rocksdb::Iterator> row(
      columns.db->NewIterator({}, columns[Column::kOutbox]));
  for (row->Seek(slice(prefix)); row->Valid() && rows.size() < limit; row->Next()) {
    const std::string_view key = view(row->key());
    if (!key.starts_with(prefix)) break;
    const auto due = parse_due_key(key);
    if (!due) return tl::unexpected(columns.at_row(Column::kOutbox, key, due.error()));
    if (due->next_attempt > now) break;
    rows.push_back(*due);
  }
  if (!row->status().ok()) return tl::unexpected(error_of(row->status(), columns.place));
  return rows;
}

}  // namespace

Result<Dispatch> Store::dispatch(const Hash128& id) const {
  const std::string key = dispatch_key(id);
  const auto bytes = columns_->get(Column::kOutbox, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) {
    return fail(ErrorCode::kNotFound,
                fmt::format("store {}: no dispatch {}", columns_->place, id.hex()));
  }
  return decode_dispatch(**bytes).map_error(
      [&](const Error& error) { return columns_->at_row(Column::kOutbox, key, error); });
}

Result<std::vector<Dispatch>> Store::due(Channel channel, ProcessingTime now,
                                         std::size_t limit) const {
  const auto rows = due_rows(*columns_, channel, now, limit);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Dispatch> dispatches;
  for (const Due& row : *rows) {
    auto stored = dispatch(row.id);
    if (!stored) return tl::unexpected(stored.error());
    // Another thread may have written its result since the index was read.
    if (stored->state == DispatchState::kIntended && stored->next_attempt <= now) {
      dispatches.push_back(*std::move(stored));
    }
  }
  return dispatches;
}

Result<std::optional<ProcessingTime>> Store::next_due(Channel channel) const {
  constexpr ProcessingTime kEver(std::numeric_limits<std::int64_t>::max());
  const auto rows = due_rows(*columns_, channel, kEver, 1);
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  return rows->front().next_attempt;
}

Result<std::vector<Dispatch>> Store::dispatches_of(const Hash128& alert) const {
  std::vector<Dispatch> found;
  const std::string prefix = alert_dispatch_prefix(alert);
  auto read = columns_->scan(
      Column::kOutbox, prefix, prefix, [&](std::string_view key, std::string_view) -> Result<void> {
        const auto row = parse_alert_dispatch_key(key);
        if (!row) return tl::unexpected(columns_->at_row(Column::kOutbox, key, row.error()));
        auto stored = dispatch(row->id);
        if (!stored) return tl::unexpected(stored.error());
        found.push_back(*std::move(stored));
        return {};
      });
  if (!read) return tl::unexpected(read.error());
  return found;
}

Result<void> Store::for_each_dispatch(const Visit<Dispatch>& visit) const {
  return columns_->scan(
      Column::kOutbox, kDispatchPrefix, kDispatchPrefix,
      [&](std::string_view key, std::string_view value) -> Result<void> {
        const auto dispatch = decode_dispatch(value);
        if (!dispatch) {
          return tl::unexpected(columns_->at_row(Column::kOutbox, key, dispatch.error()));
        }
        return visit(*dispatch);
      });
}

}  // namespace tocsin
