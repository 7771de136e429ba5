#include "storage/store.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/log_tail.h"
#include "storage/migrate.h"
#include "storage/recent.h"
#include "storage/store_log.h"

namespace tocsin {
namespace {

// What lies in a directory before anything is opened.
enum class Found : std::uint8_t {
  kNothing,  // missing, empty, or a store whose making was cut off before it held anything
  kStore,
  kRemains,  // data files without the file CURRENT that says which of them count
};

Result<Found> look_into(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  const rocksdb::Status listed = env.GetChildren(directory, &names);
  if (listed.IsNotFound() || listed.IsPathNotFound()) return Found::kNothing;
  if (!listed.ok()) return tl::unexpected(error_of(listed, directory));
  if (std::ranges::find(names, "CURRENT") != names.end()) return Found::kStore;
  const bool has_data = std::ranges::any_of(names, [&](const std::string& name) {
    if (name.ends_with(".sst") || name.ends_with(".blob")) return true;
    // The first one is there before CURRENT is.
    if (name.starts_with("MANIFEST-") && name != "MANIFEST-000001") return true;
    std::uint64_t size = 0;
    return name.ends_with(".log") &&
           (!env.GetFileSize(directory + "/" + name, &size).ok() || size > 0);
  });
  return has_data ? Found::kRemains : Found::kNothing;
}

// Holds the lock of the store while it is looked at, so that no other process changes it meanwhile.
class LockHeld {
 public:
  LockHeld(rocksdb::Env& env, const std::string& directory) : env_(env) {
    const std::string path = directory + "/LOCK";
    // Without the file nobody can have the store open, and a look must not create it.
    if (env.FileExists(path).ok()) status_ = env.LockFile(path, &lock_);
  }
  ~LockHeld() {
    if (lock_ != nullptr) env_.UnlockFile(lock_).PermitUncheckedError();
  }
  LockHeld(const LockHeld&) = delete;
  LockHeld& operator=(const LockHeld&) = delete;
  const rocksdb::Status& status() const { return status_; }

 private:
  rocksdb::Env& env_;
  rocksdb::FileLock* lock_ = nullptr;
  rocksdb::Status status_;
};

Error locked(const rocksdb::Status& status, const std::string& directory) {
  return {ErrorCode::kForbidden,
          fmt::format("store {}: another process has it open ({})", directory, status.ToString())};
}

}  // namespace

Store::Store(StoreOptions options) : options_(std::move(options)) {
  if (options_.env == nullptr) options_.env = rocksdb::Env::Default();
  if (options_.schema == nullptr) options_.schema = &our_schema();
}

Store::~Store() { give_up_moving(); }

Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
  std::unique_ptr<Store> store(new Store(std::move(options)));
  const std::string directory = store->options_.directory.string();
  const auto found = look_into(*store->options_.env, directory);
  if (!found) return tl::unexpected(found.error());
  if (*found == Found::kRemains) {
    return tl::unexpected(
        corrupt_store(directory, "data files are there, the file CURRENT is not"));
  }
  Making making = Making::kCutOff;
  if (*found == Found::kStore) {
    const auto examined = store->examine();
    if (!examined) return tl::unexpected(examined.error());
    making = *examined;
  }
  const bool made = making != Making::kCutOff;
  if (made && store->options_.access == Access::kReadOnly) return store;
  if (!made && (store->options_.access == Access::kReadOnly ||
                store->options_.if_missing == IfMissing::kFail)) {
    return fail(ErrorCode::kNotFound, fmt::format("no store in {}", directory));
  }
  store->columns_.reset();
  if (making == Making::kEarlier) {
    if (auto migrated = store->migrate(); !migrated) return tl::unexpected(migrated.error());
  }
  // RocksDB makes it as well, but warns first.
  if (!made) store->options_.env->CreateDirIfMissing(directory).PermitUncheckedError();
  if (auto opened = store->open_columns(Access::kReadWrite); !opened) {
    return tl::unexpected(opened.error());
  }
  if (!made) {
    if (auto finished = store->finish_making(); !finished) return tl::unexpected(finished.error());
  }
  if (auto loaded = store->load(); !loaded) return tl::unexpected(loaded.error());
  return store;
}

// Opens the store without a single write and checks what can be checked cheaply. RocksDB's own
// opening begins to write (tables, a new manifest) before it has read everything, so damage found
// half-way would leave a changed directory behind. Costs a second replay of at most
// max_total_wal_size bytes of log.
Result<Store::Making> Store::examine() {
  const std::string directory = options_.directory.string();
  std::optional<LockHeld> lock;
  if (options_.access == Access::kReadWrite) {
    lock.emplace(*options_.env, directory);
    if (!lock->status().ok()) return tl::unexpected(locked(lock->status(), directory));
  }
  if (auto tails = check_log_tails(*options_.env, directory); !tails) {
    return tl::unexpected(tails.error());
  }
  if (auto opened = open_columns(Access::kReadOnly); !opened) {
    return tl::unexpected(opened.error());
  }
  const bool has_meta = (*columns_)[Column::kMeta] != nullptr;
  auto version = has_meta ? columns_->get(Column::kMeta, kVersionKey) : std::nullopt;
  if (!version) return tl::unexpected(version.error());
  if (!*version) {
    // The version is the first thing that is ever written.
    if (columns_->db->GetLatestSequenceNumber() == 0) return Making::kCutOff;
    return tl::unexpected(corrupt_store(directory, "it holds data but no version"));
  }
  const auto decoded = decode_version(**version);
  if (!decoded) {
    return tl::unexpected(columns_->at_row(Column::kMeta, kVersionKey, decoded.error()));
  }
  const std::uint32_t ours = options_.schema->version.schema;
  if (decoded->readable_from > ours) {
    return fail(
        ErrorCode::kConflict,
        fmt::format("store {} was written by a newer tocsin: it can be read from schema {} "
                    "on, this program has schema {}. Nothing was changed. Install the newer "
                    "release again, or put back the checkpoint that it made beside the store "
                    "({}.schema-*), or restore a backup made before it",
                    directory, decoded->readable_from, ours, directory));
  }
  const auto mark = migration_mark();
  if (!mark) return tl::unexpected(mark.error());
  if (*mark || decoded->schema < ours) return examine_earlier(*decoded);
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (columns_->known[i] != nullptr || came_after(decoded->schema, kColumnNames[i])) continue;
    return tl::unexpected(
        corrupt_store(directory, fmt::format("the column family {} is missing", kColumnNames[i])));
  }
  if (auto loaded = load(); !loaded) return tl::unexpected(loaded.error());
  return Making::kFinished;
}

Result<void> Store::open_columns(Access access, Missing missing) {
  const std::string directory = options_.directory.string();
  auto columns = std::make_unique<StoreColumns>();
  columns->place = directory;
  columns->block_cache = rocksdb::NewLRUCache(options_.block_cache_bytes);
  const TuningOptions tuning{columns->block_cache};

  rocksdb::DBOptions options = database_options(options_.env);
  options.create_if_missing = access == Access::kReadWrite;
  options.create_missing_column_families = access == Access::kReadWrite;
  options.info_log =
      std::make_shared<StoreLog>(access == Access::kReadWrite ? options_.say : StoreLog::Say());

  // What is there, and for writing what ought to be.
  std::vector<std::string> names;
  if (options_.env->FileExists(directory + "/CURRENT").ok()) {
    const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(options, directory, &names);
    if (!listed.ok()) return tl::unexpected(opening_error(listed));
  } else {
    names.push_back(rocksdb::kDefaultColumnFamilyName);
  }
  const auto listed = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  if (access == Access::kReadWrite && missing == Missing::kMake) {
    for (const std::string_view name : kColumnNames) {
      if (!listed(name)) names.emplace_back(name);
    }
  }

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) {
    const auto* known = std::ranges::find(kColumnNames, name);
    const bool is_known = known != kColumnNames.end();
    const auto column = static_cast<Column>(known - kColumnNames.begin());
    descriptors.emplace_back(
        name, is_known ? column_options(column, tuning) : unknown_column_options(tuning));
  }
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      access == Access::kReadWrite
          ? rocksdb::DB::Open(options, directory, descriptors, &columns->opened, &db)
          : rocksdb::DB::OpenForReadOnly(options, directory, descriptors, &columns->opened, &db);
  if (!opened.ok()) return tl::unexpected(opening_error(opened));
  columns->db.reset(db);
  for (rocksdb::ColumnFamilyHandle* handle : columns->opened) {
    const auto* known = std::ranges::find(kColumnNames, handle->GetName());
    if (known == kColumnNames.end()) continue;
    columns->known[static_cast<std::size_t>(known - kColumnNames.begin())] = handle;
  }
  columns_ = std::move(columns);
  return {};
}

// While a store is being opened, a file that isn't there is damage.
Error Store::opening_error(const rocksdb::Status& status) const {
  const std::string directory = options_.directory.string();
  std::string text = status.ToString();
  // RocksDB names the file, but for a log; and by a name of old for a table that is missing.
  if (status.IsCorruption() && text.find(directory) == std::string::npos &&
      text.find("CURRENT") == std::string::npos)
    text += " in one of the logs (" + directory + "/*.log)";
  if (const auto at = text.find(".ldb"); at != std::string::npos) text.replace(at, 4, ".sst");
  if (status.IsNotFound() || status.IsPathNotFound() ||
      text.find("No such file") != std::string::npos) {
    return corrupt_store(directory, text);
  }
  if (status.IsIOError() && text.find("lock") != std::string::npos) {
    return locked(status, directory);
  }
  return status.IsCorruption() ? corrupt_store(directory, text) : error_of(status, directory);
}

// Makes the names of what lies in the directory above durable.
Result<void> Store::sync_name() const {
  const std::filesystem::path above = std::filesystem::absolute(options_.directory).parent_path();
  std::unique_ptr<rocksdb::Directory> parent;
  rocksdb::Status synced = options_.env->NewDirectory(above.string(), &parent);
  if (synced.ok()) synced = parent->Fsync();
  if (!synced.ok()) return tl::unexpected(error_of(synced, options_.directory.string()));
  return {};
}

// The directory's own name first: nobody else makes it durable.
Result<void> Store::finish_making() {
  if (auto synced = sync_name(); !synced) return synced;
  rocksdb::WriteBatch batch;
  const rocksdb::Status put = batch.Put((*columns_)[Column::kMeta], slice(kVersionKey),
                                        slice(encode(options_.schema->version)));
  if (!put.ok()) return tl::unexpected(error_of(put, columns_->place));
  return write(batch);
}

// Reads what is kept in memory, and checks that the head and the rows it speaks of agree.
Result<void> Store::load() {
  const auto bytes = columns_->get(Column::kMeta, kHeadKey);
  if (!bytes) return tl::unexpected(bytes.error());
  StoreHead head;
  if (*bytes) {
    auto decoded = decode_head(**bytes);
    if (!decoded) {
      return tl::unexpected(columns_->at_row(Column::kMeta, kHeadKey, decoded.error()));
    }
    head = *std::move(decoded);
  }

  const auto last = columns_->last_key(Column::kJournal, "");
  if (!last) return tl::unexpected(last.error());
  const std::uint64_t journal_end = *last ? parse_sequence_key(**last).value_or(0) : 0;
  if (journal_end != head.sequence) {
    return tl::unexpected(corrupt_store(
        columns_->place,
        fmt::format("the journal ends at {}, the head says {}", journal_end, head.sequence)));
  }
  for (const Chain chain : {Chain::kAlerts, Chain::kDispatches}) {
    const auto link = columns_->last_key(Column::kLedger, ledger_prefix(chain));
    if (!link) return tl::unexpected(link.error());
    const std::uint64_t rows = *link ? parse_ledger_index(**link).value_or(0) + 1 : 0;
    const std::uint64_t count = head.chains[static_cast<std::size_t>(chain)].count;
    if (rows == count) continue;
    return tl::unexpected(corrupt_store(
        columns_->place, fmt::format("the chain {} ends after {} entries, the head says {}",
                                     name_of(chain), rows, count)));
  }

  std::map<SourceId, FateTotals> fates;
  auto read = columns_->scan(Column::kMeta, kFatePrefix, kFatePrefix,
                             [&](std::string_view key, std::string_view value) -> Result<void> {
                               const auto source = parse_fate_key(key);
                               const auto counts = decode_fates(value);
                               if (!source || !counts) {
                                 const Error& error = source ? counts.error() : source.error();
                                 return tl::unexpected(columns_->at_row(Column::kMeta, key, error));
                               }
                               fates[*source] = *counts;
                               return {};
                             });
  if (!read) return read;
  {
    const std::lock_guard lock(mutex_);
    head_ = std::move(head);
    fates_ = std::move(fates);
  }
  if (auto recent = load_recent(); !recent) return recent;
  if (auto tally = load_tally(); !tally) return tally;
  staged_.head = head_;
  staged_.fates = fates_;
  staged_.dispatches = dispatch_counts_;
  return {};
}

StoreHead Store::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::map<SourceId, FateTotals> Store::fates() const {
  const std::lock_guard lock(mutex_);
  return fates_;
}

}  // namespace tocsin
