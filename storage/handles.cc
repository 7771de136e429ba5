#include "storage/handles.h"

#include <fmt/format.h>

namespace tocsin {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  return text;
}

}  // namespace

StoreColumns::~StoreColumns() {
  if (!db) return;
  // Their statuses say only that a handle was no handle of this database.
  for (rocksdb::ColumnFamilyHandle* handle : opened) {
    db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  db->Close().PermitUncheckedError();
}

Result<void> StoreColumns::scan(Column column, std::string_view prefix, std::string_view from,
                                const VisitRow& visit) const {
  rocksdb::ReadOptions options;
  // A scan reads everything once: it must not push the working set out of the cache.
  options.fill_cache = false;
  options.readahead_size = std::size_t{2} << 20;
  const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator(options, (*this)[column]));
  for (row->Seek(slice(from)); row->Valid(); row->Next()) {
    const std::string_view key = view(row->key());
    if (!key.starts_with(prefix)) break;
    if (auto visited = visit(key, view(row->value())); !visited) return visited;
  }
  if (!row->status().ok()) return tl::unexpected(error_of(row->status(), place));
  return {};
}

Result<std::optional<std::string>> StoreColumns::get(Column column, std::string_view key) const {
  std::string value;
  rocksdb::ReadOptions options;
  options.fill_cache = column != Column::kState;  // large rows, read once, at the start
  const rocksdb::Status status = db->Get(options, (*this)[column], slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected(error_of(status, place));
  return value;
}

Result<std::optional<std::string>> StoreColumns::last_key(Column column,
                                                          std::string_view prefix) const {
  const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator({}, (*this)[column]));
  // Beyond every key with this prefix: our keys after it are at most 20 bytes.
  row->SeekForPrev(std::string(prefix) + std::string(32, '\xff'));
  if (!row->status().ok()) return tl::unexpected(error_of(row->status(), place));
  if (!row->Valid() || !view(row->key()).starts_with(prefix)) return std::nullopt;
  return row->key().ToString();
}

Error StoreColumns::at_row(Column column, std::string_view key, const Error& error) const {
  if (error.code != ErrorCode::kCorrupt) return error;
  return corrupt_store(
      place, fmt::format("column family {}, key {}: {}",
                         kColumnNames[static_cast<std::size_t>(column)], hex(key), error.message));
}

Error corrupt_store(std::string_view place, std::string_view found) {
  return {
      ErrorCode::kCorrupt,
      fmt::format("the store in {0} is damaged: {1}. Nothing was changed or moved. Stop tocsind, "
                  "copy {0} to a safe place, then restore the newest backup into an empty "
                  "directory: tocsin restore BACKUP EMPTY_DIRECTORY. Producers send again what "
                  "their spools still hold",
                  place, found)};
}

Error error_of(const rocksdb::Status& status, std::string_view place) {
  const std::string text = status.ToString();
  if (status.IsCorruption()) return corrupt_store(place, text);
  const auto code = [&] {
    if (status.IsNotFound()) return ErrorCode::kNotFound;
    if (status.IsInvalidArgument() || status.IsNotSupported()) return ErrorCode::kConflict;
    if (status.IsBusy() || status.IsTryAgain() || status.IsShutdownInProgress()) {
      return ErrorCode::kUnavailable;
    }
    return ErrorCode::kIo;
  }();
  return {code, fmt::format("store {}: {}", place, text)};
}

}  // namespace tocsin
