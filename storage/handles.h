#pragma once

// Internal to storage: what store.cc, commit.cc, read.cc and backup.cc share.

#include <rocksdb/db.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/columns.h"
#include "storage/store.h"

namespace tocsin {

// An open RocksDB and its column families. Handles go before the database does.
struct StoreColumns {
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, kColumnCount> known{};  // nullptr: not in this store
  std::vector<rocksdb::ColumnFamilyHandle*> opened;                // all, unknown ones included
  std::shared_ptr<rocksdb::Cache> block_cache;
  std::string place;  // the directory, for messages

  StoreColumns() = default;
  StoreColumns(const StoreColumns&) = delete;
  StoreColumns& operator=(const StoreColumns&) = delete;
  ~StoreColumns();

  rocksdb::ColumnFamilyHandle* operator[](Column column) const {
    return known[static_cast<std::size_t>(column)];
  }
  // Calls visit(key, value) for the rows of `column` whose key begins with `prefix`, from `from`
  // on.
  using VisitRow = std::function<Result<void>(std::string_view key, std::string_view value)>;
  Result<void> scan(Column column, std::string_view prefix, std::string_view from,
                    const VisitRow& visit) const;
  // The row's value; nullopt when there is none.
  Result<std::optional<std::string>> get(Column column, std::string_view key) const;
  // The last key that begins with `prefix`; nullopt when there is none.
  Result<std::optional<std::string>> last_key(Column column, std::string_view prefix) const;
  // `error` with the row it came from and what a person can do about it.
  Error at_row(Column column, std::string_view key, const Error& error) const;
};

inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// What happened in the store at `place`; damage comes with the way out.
Error error_of(const rocksdb::Status& status, std::string_view place);
Error corrupt_store(std::string_view place, std::string_view found);

}  // namespace tocsin
