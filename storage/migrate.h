#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "storage/rows.h"

namespace rocksdb {
class ColumnFamilyHandle;
class WriteBatch;
}  // namespace rocksdb

namespace tocsin {

struct StoreColumns;

// How a store that an earlier release wrote becomes one of ours.
//
// 1. Before anything is changed, a checkpoint of the store (hard links) appears beside it, whole
//    and durable, under a name that says its schema and journal sequence: STORE.schema-1-at-4711.
//    The release before opens it. Nobody but a person deletes it.
// 2. Then a mark says that a migration is under way; from here on an older program refuses the
//    store. The steps run one after the other, each in batches of rows, and every batch is written
//    with the place that it reached. After a crash the next opening goes on from there.
// 3. With the last batch the mark goes and the version is ours.
//
// So whatever moment the power fails at, the store is the old one, or is marked and goes on, or is
// migrated.

// What a step works with: column families by name, and one batch of changes at a time. Everything
// is on the opening thread; nobody else has the store.
class Migration {
 public:
  // `columns` is borrowed; `mark` says where an earlier run was cut off.
  Migration(const StoreColumns& columns, MigrationMark mark);
  ~Migration();
  Migration(const Migration&) = delete;
  Migration& operator=(const Migration&) = delete;

  // What the step gave to its last save(); empty at its begin.
  const std::string& reached() const { return mark_.reached; }

  // Calls visit(key, value) for the rows whose key lies after `after`, in key order, as they were
  // when the scan began: changes made meanwhile are not seen. A column family that is not there has
  // no rows.
  using VisitRow = std::function<Result<void>(std::string_view key, std::string_view value)>;
  Result<void> scan(std::string_view column, std::string_view after, const VisitRow& visit) const;

  // Into the batch. The column family must be there: a step names those that it adds.
  void put(std::string_view column, std::string_view key, std::string_view value);
  void erase(std::string_view column, std::string_view key);
  // Of the batch, about: a step saves when it is at kBatchBytes or so.
  std::size_t bytes() const;
  static constexpr std::size_t kBatchBytes = std::size_t{4} << 20;

  // Writes the batch together with the place reached, synced. What it means is the step's business,
  // but it must be enough to go on: rows before it are not seen again.
  Result<void> save(std::string reached);

  // Drops the column family with all its rows, at once; nothing when it is not there. For the end
  // of a step, after its last save().
  Result<void> drop(std::string_view column);

  // For who runs the steps: the one that leads to `schema` is done.
  Result<void> done(std::uint32_t schema);
  std::uint32_t schema() const { return mark_.schema; }

 private:
  rocksdb::ColumnFamilyHandle* find(std::string_view column) const;

  const StoreColumns& columns_;
  MigrationMark mark_;
  std::unique_ptr<rocksdb::WriteBatch> batch_;
};

// From schema `from` to from + 1. A step that was ever released is never changed: stores that it
// was cut off in go on with the same one.
struct MigrationStep {
  std::uint32_t from = 0;
  std::string_view what;                // for the log: "records move to keys in order of arrival"
  std::vector<std::string_view> added;  // column families that schema `from` doesn't have
  std::function<Result<void>(Migration& migration)> run;
};

// Runs row(key, value) for each row of the column family that was not done before and saves in
// between: for a step that goes over one column family once. Rows that `row` puts into the same
// one must not lie after the row that it was called with.
Result<void> migrate_rows(Migration& migration, std::string_view column,
                          const Migration::VisitRow& row);

// What a program writes, and how it gets there from what earlier ones wrote.
struct StoreSchema {
  StoreVersion version;
  std::vector<MigrationStep> steps;  // from 1 on, without gaps, up to version.schema - 1
};

// This program's: storage/schema.cc has the table.
const StoreSchema& our_schema();
// Whether stores of `schema` don't have the column family yet.
bool came_after(std::uint32_t schema, std::string_view column);

}  // namespace tocsin
