#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <charconv>

#include "storage/handles.h"
#include "storage/store.h"

namespace tocsin {
namespace {

rocksdb::BackupEngineOptions backup_options(const std::filesystem::path& directory) {
  rocksdb::BackupEngineOptions options(directory.string());
  options.share_table_files = true;
  options.share_files_with_checksum = true;
  options.sync = true;
  options.backup_log_files = true;
  options.max_background_operations = 1;  // leaves the other core to the engine
  return options;
}

// The last journal sequence is kept with the backup, so that it can be told without restoring it.
constexpr std::string_view kSequenceLabel = "sequence=";

BackupReceipt receipt_of(const rocksdb::BackupInfo& info) {
  BackupReceipt receipt{.id = info.backup_id, .sequence = 0, .bytes = info.size};
  const std::string_view text = info.app_metadata;
  if (text.starts_with(kSequenceLabel)) {
    const std::string_view digits = text.substr(kSequenceLabel.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), receipt.sequence);
  }
  return receipt;
}

Error backup_error(const rocksdb::Status& status, const std::filesystem::path& directory) {
  const ErrorCode code = status.IsCorruption() ? ErrorCode::kCorrupt : ErrorCode::kIo;
  return {code, fmt::format("backup {}: {}", directory.string(), status.ToString())};
}

bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  std::error_code ignored;  // of a path that isn't there: then its text is compared
  const auto a = std::filesystem::weakly_canonical(inner, ignored);
  const auto b = std::filesystem::weakly_canonical(outer, ignored);
  return std::ranges::mismatch(b, a).in1 == b.end();
}

Result<void> expect_empty(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  const rocksdb::Status listed = env.GetChildren(directory, &names);
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  if (!listed.ok() && !listed.IsNotFound() && !listed.IsPathNotFound()) {
    return fail(ErrorCode::kIo, fmt::format("restore to {}: {}", directory, listed.ToString()));
  }
  if (names.empty()) return {};
  return fail(ErrorCode::kConflict,
              fmt::format("restore to {}: it holds {} files ({}, ...). Only a missing or an empty "
                          "directory is restored into",
                          directory, names.size(), names.front()));
}

// The newest backup in the directory, its files checked against their checksums.
Result<BackupReceipt> newest_sound(rocksdb::BackupEngineReadOnly& engine,
                                   const std::filesystem::path& directory) {
  std::vector<rocksdb::BackupInfo> backups;
  engine.GetBackupInfo(&backups);
  std::vector<rocksdb::BackupID> damaged;
  engine.GetCorruptedBackups(&damaged);
  if (!damaged.empty() && (backups.empty() || damaged.back() > backups.back().backup_id)) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("backup {}: number {}, the newest, is damaged. Older ones: {}. Move it "
                            "away to restore an older one",
                            directory.string(), damaged.back(), backups.size()));
  }
  if (backups.empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("no backup in {}", directory.string()));
  }
  const rocksdb::BackupInfo& newest = backups.back();
  const rocksdb::Status verified = engine.VerifyBackup(newest.backup_id, true);
  if (!verified.ok()) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("backup {}: number {} is damaged: {}. Nothing was restored",
                            directory.string(), newest.backup_id, verified.ToString()));
  }
  return receipt_of(newest);
}

// Makes the finished directory appear under its name, for good.
rocksdb::Status publish(rocksdb::Env& env, const std::string& partial, const std::string& target) {
  rocksdb::Status status = env.RenameFile(partial, target);
  std::unique_ptr<rocksdb::Directory> parent;
  const std::string above = std::filesystem::absolute(target).parent_path().string();
  if (status.ok()) status = env.NewDirectory(above, &parent);
  if (status.ok()) status = parent->Fsync();
  return status;
}

}  // namespace

Result<BackupReceipt> Store::backup(const std::filesystem::path& directory) const {
  if (lies_in(directory, options_.directory)) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("backup {}: it lies in the store {} itself; choose a directory outside, "
                    "best on another volume",
                    directory.string(), columns_->place));
  }
  rocksdb::BackupEngine* raw = nullptr;
  rocksdb::Status status =
      rocksdb::BackupEngine::Open(options_.env, backup_options(directory), &raw);
  const std::unique_ptr<rocksdb::BackupEngine> engine(raw);
  if (!status.ok()) return tl::unexpected(backup_error(status, directory));

  rocksdb::CreateBackupOptions options;
  options.flush_before_backup =
      false;  // the log is copied too; a flush would make many small files
  rocksdb::BackupID id = 0;
  status = engine->CreateNewBackupWithMetadata(
      options, columns_->db.get(), fmt::format("{}{}", kSequenceLabel, head().sequence), &id);
  if (!status.ok()) return tl::unexpected(backup_error(status, directory));
  rocksdb::BackupInfo info;
  status = engine->GetBackupInfo(id, &info);
  if (!status.ok()) return tl::unexpected(backup_error(status, directory));
  return receipt_of(info);
}

Result<BackupReceipt> restore(const RestoreOptions& options) {
  rocksdb::Env& env = options.env != nullptr ? *options.env : *rocksdb::Env::Default();
  // Without a slash at its end, which would put the partial directory inside.
  const std::string target = (options.target / "").parent_path().string();
  if (auto empty = expect_empty(env, target); !empty) return tl::unexpected(empty.error());
  // RocksDB keeps the list of its backups there.
  if (!env.FileExists((options.backup / "meta").string()).ok()) {
    return fail(ErrorCode::kNotFound, fmt::format("no backup in {}", options.backup.string()));
  }
  rocksdb::BackupEngineReadOnly* raw = nullptr;
  rocksdb::Status status =
      rocksdb::BackupEngineReadOnly::Open(&env, backup_options(options.backup), &raw);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(raw);
  if (!status.ok()) return tl::unexpected(backup_error(status, options.backup));
  auto receipt = newest_sound(*engine, options.backup);
  if (!receipt) return receipt;

  const std::string partial = target + ".partial";
  status = engine->RestoreDBFromBackup(receipt->id, partial, partial);
  if (status.ok()) status = publish(env, partial, target);
  if (!status.ok()) {
    return fail(ErrorCode::kIo, fmt::format("restore to {}: {}. {} may be deleted", target,
                                            status.ToString(), partial));
  }
  return receipt;
}

}  // namespace tocsin
