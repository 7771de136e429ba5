#include "storage/migrate.h"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"

namespace tocsin {
namespace {

Result<void> write_synced(const StoreColumns& columns, rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = columns.db->Write(options, &batch);
  if (!status.ok()) return tl::unexpected(error_of(status, columns.place));
  return {};
}

// The step from `schema`. There is one for every schema below the program's own.
const MigrationStep& step_from(const StoreSchema& schema, std::uint32_t from) {
  const auto step = std::ranges::find(schema.steps, from, &MigrationStep::from);
  require(step != schema.steps.end(), "every earlier schema has a step to the next");
  return *step;
}

}  // namespace

Migration::Migration(const StoreColumns& columns, MigrationMark mark)
    : columns_(columns), mark_(std::move(mark)), batch_(std::make_unique<rocksdb::WriteBatch>()) {}

Migration::~Migration() = default;

rocksdb::ColumnFamilyHandle* Migration::find(std::string_view column) const {
  const auto found = std::ranges::find_if(
      columns_.opened,
      [&](rocksdb::ColumnFamilyHandle* handle) { return handle->GetName() == column; });
  return found == columns_.opened.end() ? nullptr : *found;
}

Result<void> Migration::scan(std::string_view column, std::string_view after,
                             const VisitRow& visit) const {
  rocksdb::ColumnFamilyHandle* handle = find(column);
  if (handle == nullptr) return {};
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = std::size_t{2} << 20;
  const std::unique_ptr<rocksdb::Iterator> row(columns_.db->NewIterator(options, handle));
  for (row->Seek(slice(after)); row->Valid(); row->Next()) {
    const std::string_view key = view(row->key());
    if (key == after) continue;
    if (auto visited = visit(key, view(row->value())); !visited) return visited;
  }
  if (!row->status().ok()) return tl::unexpected(error_of(row->status(), columns_.place));
  return {};
}

void Migration::put(std::string_view column, std::string_view key, std::string_view value) {
  rocksdb::ColumnFamilyHandle* handle = find(column);
  require(handle != nullptr, "a migration writes only where there is a column family");
  // A batch in memory without a limit takes every row.
  batch_->Put(handle, slice(key), slice(value)).PermitUncheckedError();
}

void Migration::erase(std::string_view column, std::string_view key) {
  rocksdb::ColumnFamilyHandle* handle = find(column);
  require(handle != nullptr, "a migration writes only where there is a column family");
  batch_->Delete(handle, slice(key)).PermitUncheckedError();
}

std::size_t Migration::bytes() const { return batch_->GetDataSize(); }

Result<void> Migration::save(std::string reached) {
  mark_.reached = std::move(reached);
  put(kColumnNames[static_cast<std::size_t>(Column::kMeta)], kMigrationKey, encode(mark_));
  auto written = write_synced(columns_, *batch_);
  batch_->Clear();
  return written;
}

Result<void> Migration::drop(std::string_view column) {
  rocksdb::ColumnFamilyHandle* handle = find(column);
  if (handle == nullptr) return {};
  const rocksdb::Status status = columns_.db->DropColumnFamily(handle);
  if (!status.ok()) return tl::unexpected(error_of(status, columns_.place));
  return {};
}

Result<void> Migration::done(std::uint32_t schema) {
  mark_.schema = schema;
  return save("");
}

Result<void> migrate_rows(Migration& migration, std::string_view column,
                          const Migration::VisitRow& row) {
  std::string last = migration.reached();
  auto scanned = migration.scan(column, last,
                                [&](std::string_view key, std::string_view value) -> Result<void> {
                                  if (auto done = row(key, value); !done) return done;
                                  last = key;
                                  if (migration.bytes() < Migration::kBatchBytes) return {};
                                  return migration.save(last);
                                });
  if (!scanned) return scanned;
  return migration.save(last);
}

void Store::note(const std::string& message) const {
  if (options_.note) options_.note(message);
}

Result<std::optional<MigrationMark>> Store::migration_mark() const {
  const auto bytes = columns_->get(Column::kMeta, kMigrationKey);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return std::nullopt;
  auto mark = decode_migration_mark(**bytes);
  if (!mark) return tl::unexpected(columns_->at_row(Column::kMeta, kMigrationKey, mark.error()));
  return *std::move(mark);
}

// A store of an earlier schema, opened to be read: what can be checked before it is touched.
Result<Store::Making> Store::examine_earlier(const StoreVersion& version) {
  const std::string directory = options_.directory.string();
  const std::uint32_t ours = options_.schema->version.schema;
  const auto mark = migration_mark();
  if (!mark) return tl::unexpected(mark.error());
  if (options_.access == Access::kReadOnly) {
    return fail(
        ErrorCode::kConflict,
        fmt::format(
            "store {} {}, this program has schema {}. Nothing was changed. It is migrated "
            "when tocsind starts on it, or by: tocsin migrate {}",
            directory,
            *mark ? fmt::format("is on its way from schema {} to {}", (*mark)->from, version.schema)
                  : fmt::format("has schema {}", version.schema),
            ours, directory));
  }
  if (*mark) return Making::kEarlier;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (columns_->known[i] != nullptr || came_after(version.schema, kColumnNames[i])) continue;
    return tl::unexpected(
        corrupt_store(directory, fmt::format("the column family {} is missing", kColumnNames[i])));
  }
  if (auto loaded = load(); !loaded) return tl::unexpected(loaded.error());
  return Making::kEarlier;
}

// Requires that examine() said kEarlier; leaves the store closed and of our schema.
Result<void> Store::migrate() {
  const StoreSchema& schema = *options_.schema;
  const auto mark = begin_migration();
  if (!mark) return tl::unexpected(mark.error());
  // Opened again: now with the column families that the steps add.
  columns_.reset();
  if (auto opened = open_columns(Access::kReadWrite); !opened) return opened;
  Migration migration(*columns_, *mark);
  while (migration.schema() < schema.version.schema) {
    const MigrationStep& step = step_from(schema, migration.schema());
    note(fmt::format("store {}: from schema {} to {}: {}", columns_->place, step.from,
                     step.from + 1, step.what));
    if (auto ran = step.run(migration); !ran) return ran;
    if (auto done = migration.done(step.from + 1); !done) return done;
  }
  rocksdb::WriteBatch last;
  rocksdb::ColumnFamilyHandle* meta = (*columns_)[Column::kMeta];
  rocksdb::Status status = last.Put(meta, slice(kVersionKey), slice(encode(schema.version)));
  if (status.ok()) status = last.Delete(meta, slice(kMigrationKey));
  if (!status.ok()) return tl::unexpected(error_of(status, columns_->place));
  if (auto written = write_synced(*columns_, last); !written) return written;
  const std::string checkpoint = (options_.directory.parent_path() / mark->checkpoint).string();
  note(fmt::format(
      "store {0}: it has schema {1} now. The way back: stop tocsind, mv {0} {0}.schema-{1}, "
      "mv {2} {0}, install the release before. When nobody will go back, delete {2}: "
      "it keeps the disk space of what was replaced since",
      columns_->place, schema.version.schema, checkpoint));
  columns_.reset();
  return {};
}

// Makes the checkpoint and marks the store, unless an earlier run did.
Result<MigrationMark> Store::begin_migration() {
  if (auto opened = open_columns(Access::kReadWrite, Missing::kLeaveOut); !opened) {
    return tl::unexpected(opened.error());
  }
  const auto known = migration_mark();
  if (!known) return tl::unexpected(known.error());
  const std::uint32_t ours = options_.schema->version.schema;
  if (*known) {
    note(fmt::format("store {}: its migration from schema {} to {} was cut off and goes on",
                     columns_->place, (*known)->from, ours));
    return **known;
  }
  const auto bytes = columns_->get(Column::kMeta, kVersionKey);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto version = decode_version(bytes->value_or(""));
  if (!version)
    return tl::unexpected(columns_->at_row(Column::kMeta, kVersionKey, version.error()));
  MigrationMark mark{
      .from = version->schema, .schema = version->schema, .reached = "", .checkpoint = ""};
  const std::filesystem::path directory = (options_.directory / "").parent_path();
  mark.checkpoint =
      fmt::format("{}.schema-{}-at-{}", directory.filename().string(), mark.from, head().sequence);
  if (auto made = checkpoint_earlier(mark); !made) return tl::unexpected(made.error());
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* meta = (*columns_)[Column::kMeta];
  // No earlier program may write between two steps.
  const StoreVersion under_way{.schema = ours, .readable_from = ours};
  rocksdb::Status status = batch.Put(meta, slice(kVersionKey), slice(encode(under_way)));
  if (status.ok()) status = batch.Put(meta, slice(kMigrationKey), slice(encode(mark)));
  if (!status.ok()) return tl::unexpected(error_of(status, columns_->place));
  if (auto written = write_synced(*columns_, batch); !written)
    return tl::unexpected(written.error());
  return mark;
}

// The store as it is, beside it. One that an earlier run made before it was cut off serves as well:
// nothing was changed since.
Result<void> Store::checkpoint_earlier(const MigrationMark& mark) const {
  const std::filesystem::path directory =
      std::filesystem::absolute(options_.directory / "").parent_path();
  const std::string target = (directory.parent_path() / mark.checkpoint).string();
  if (options_.env->FileExists(target).ok()) {
    const StoreSchema earlier{.version = {.schema = mark.from, .readable_from = mark.from},
                              .steps = {}};
    StoreOptions options = options_;
    options.directory = target;
    options.access = Access::kReadOnly;
    options.if_missing = IfMissing::kFail;
    options.schema = &earlier;
    const auto there = Store::open(std::move(options));
    if (there && (*there)->head() == head()) return {};
    return fail(
        ErrorCode::kConflict,
        fmt::format("store {}: the checkpoint before its migration goes to {}, and there is "
                    "something else: {}. Move it away. Nothing was changed",
                    columns_->place, target, there ? "another store" : there.error().message));
  }
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(columns_->db.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(target);
  if (!status.ok()) {
    return fail(ErrorCode::kIo, fmt::format("store {}: no checkpoint before its migration could be "
                                            "made in {}: {}. Nothing was changed",
                                            columns_->place, target, status.ToString()));
  }
  note(fmt::format("store {}: a checkpoint of it with schema {} is in {}", columns_->place,
                   mark.from, target));
  return sync_name();
}

}  // namespace tocsin
