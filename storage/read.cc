#include <fmt/format.h>
#include <rocksdb/cache.h>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/store.h"

namespace tocsin {
namespace {

Error not_found(std::string_view place, std::string_view what) {
  return {ErrorCode::kNotFound, fmt::format("store {}: no {}", place, what)};
}

Result<AlertRevision> stored_revision(const StoreColumns& columns, std::string_view key,
                                      std::string_view json) {
  return parse_alert_revision(json).map_error([&](const Error& error) {
    return columns.at_row(Column::kAlert, key, {ErrorCode::kCorrupt, error.message});
  });
}

}  // namespace

Result<JournalEntry> Store::journal(std::uint64_t sequence) const {
  const std::string key = sequence_key(sequence);
  const auto bytes = columns_->get(Column::kJournal, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) {
    return tl::unexpected(not_found(columns_->place, fmt::format("journal entry {}", sequence)));
  }
  return decode_journal_entry(**bytes).map_error(
      [&](const Error& error) { return columns_->at_row(Column::kJournal, key, error); });
}

Result<void> Store::for_each_journal(std::uint64_t from,
                                     const Visit<std::uint64_t, JournalEntry>& visit) const {
  return columns_->scan(Column::kJournal, "", sequence_key(from),
                        [&](std::string_view key, std::string_view value) -> Result<void> {
                          const auto sequence = parse_sequence_key(key);
                          const auto entry = decode_journal_entry(value);
                          if (!sequence || !entry) {
                            const Error& error = sequence ? entry.error() : sequence.error();
                            return tl::unexpected(columns_->at_row(Column::kJournal, key, error));
                          }
                          return visit(*sequence, *entry);
                        });
}

Result<QuarantineRow> Store::quarantined(std::uint64_t sequence) const {
  const std::string key = sequence_key(sequence);
  const auto bytes = columns_->get(Column::kQuarantine, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) {
    return tl::unexpected(not_found(columns_->place, fmt::format("quarantine row {}", sequence)));
  }
  return decode_quarantine(sequence, **bytes).map_error([&](const Error& error) {
    return columns_->at_row(Column::kQuarantine, key, error);
  });
}

Result<void> Store::for_each_quarantined(std::uint64_t from,
                                         const Visit<QuarantineRow>& visit) const {
  return columns_->scan(
      Column::kQuarantine, "", sequence_key(from),
      [&](std::string_view key, std::string_view value) -> Result<void> {
        const auto row = parse_sequence_key(key).and_then(
            [&](std::uint64_t sequence) { return decode_quarantine(sequence, value); });
        if (!row) return tl::unexpected(columns_->at_row(Column::kQuarantine, key, row.error()));
        return visit(*row);
      });
}

Result<std::vector<AlertRevision>> Store::alert(const Hash128& alert) const {
  std::vector<AlertRevision> revisions;
  std::string prefix = alert_key(alert, 0);
  prefix.resize(alert.bytes.size());
  auto read = columns_->scan(Column::kAlert, prefix, prefix,
                             [&](std::string_view key, std::string_view value) -> Result<void> {
                               auto revision = stored_revision(*columns_, key, value);
                               if (!revision) return tl::unexpected(revision.error());
                               revisions.push_back(*std::move(revision));
                               return {};
                             });
  if (!read) return tl::unexpected(read.error());
  return revisions;
}

Result<AlertRevision> Store::alert_revision(const Hash128& alert, std::uint32_t number) const {
  const std::string key = alert_key(alert, number);
  const auto bytes = columns_->get(Column::kAlert, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) {
    return tl::unexpected(
        not_found(columns_->place, fmt::format("revision {} of alert {}", number, alert.hex())));
  }
  return stored_revision(*columns_, key, **bytes);
}

Result<std::vector<Acknowledgement>> Store::acknowledgements(const Hash128& alert) const {
  std::vector<Acknowledgement> found;
  const std::string prefix = acknowledgement_prefix(alert);
  auto read = columns_->scan(
      Column::kMeta, prefix, prefix,
      [&](std::string_view key, std::string_view value) -> Result<void> {
        auto row = parse_acknowledgement_key(key).and_then(
            [&](const Acknowledgement& of_key) { return decode_acknowledgement(of_key, value); });
        if (!row) return tl::unexpected(columns_->at_row(Column::kMeta, key, row.error()));
        found.push_back(*std::move(row));
        return {};
      });
  if (!read) return tl::unexpected(read.error());
  return found;
}

Result<void> Store::for_each_alert_revision(const Visit<AlertRevision>& visit) const {
  return columns_->scan(Column::kAlert, "", "",
                        [&](std::string_view key, std::string_view value) -> Result<void> {
                          const auto revision = stored_revision(*columns_, key, value);
                          if (!revision) return tl::unexpected(revision.error());
                          return visit(*revision);
                        });
}

Result<void> Store::for_each_last_revision(const Visit<AlertRevision>& visit) const {
  std::string last_key, last_value;  // a key is the alert's id and the number
  const auto pass_on = [&]() -> Result<void> {
    if (last_key.empty()) return {};
    const auto revision = stored_revision(*columns_, last_key, last_value);
    if (!revision) return tl::unexpected(revision.error());
    return visit(*revision);
  };
  auto read = columns_->scan(Column::kAlert, "", "",
                             [&](std::string_view key, std::string_view value) -> Result<void> {
                               const std::string_view alert = key.substr(0, sizeof(Hash128::bytes));
                               if (!last_key.starts_with(alert)) {
                                 if (auto passed = pass_on(); !passed) return passed;
                               }
                               last_key = key;
                               last_value = value;
                               return {};
                             });
  if (!read) return read;
  return pass_on();
}

Result<void> Store::for_each_ledger(Chain chain, std::uint64_t from,
                                    const Visit<LedgerRow>& visit) const {
  return columns_->scan(
      Column::kLedger, ledger_prefix(chain), ledger_key(chain, from),
      [&](std::string_view key, std::string_view value) -> Result<void> {
        const auto row = parse_ledger_index(key).and_then(
            [&](std::uint64_t index) { return decode_ledger(chain, index, value); });
        if (!row) return tl::unexpected(columns_->at_row(Column::kLedger, key, row.error()));
        return visit(*row);
      });
}

Result<std::uint64_t> Store::position(std::string_view producer, std::string_view epoch) const {
  const std::string key = producer_key(producer, epoch);
  return number_at(key);
}

Result<std::map<SourceId, SourceSeen>> Store::seen() const {
  std::map<SourceId, SourceSeen> all;
  auto read = columns_->scan(Column::kMeta, kSeenPrefix, kSeenPrefix,
                             [&](std::string_view key, std::string_view value) -> Result<void> {
                               const auto source = parse_seen_key(key);
                               const auto seen = decode_seen(value);
                               if (!source || !seen) {
                                 const Error& error = source ? seen.error() : source.error();
                                 return tl::unexpected(columns_->at_row(Column::kMeta, key, error));
                               }
                               all[*source] = *seen;
                               return {};
                             });
  if (!read) return tl::unexpected(read.error());
  return all;
}

Result<Day> Store::lateness_horizon() const {
  const auto days = number_at(kLatenessHorizonKey);
  if (!days) return tl::unexpected(days.error());
  return kDayMin + static_cast<std::int32_t>(std::min<std::uint64_t>(*days, 1'000'000));
}

Result<std::optional<std::string>> Store::state(std::string_view key) const {
  return columns_->get(Column::kState, key);
}

// A number in meta; 0 when it isn't there.
Result<std::uint64_t> Store::number_at(std::string_view key) const {
  const auto bytes = columns_->get(Column::kMeta, key);
  if (!bytes) return tl::unexpected(bytes.error());
  if (!*bytes) return std::uint64_t{0};
  return decode_number(**bytes).map_error(
      [&](const Error& error) { return columns_->at_row(Column::kMeta, key, error); });
}

Result<void> Store::for_each_position(const Visit<ProducerPosition>& visit) const {
  return columns_->scan(Column::kMeta, kProducerPrefix, kProducerPrefix,
                        [&](std::string_view key, std::string_view value) -> Result<void> {
                          auto position = parse_producer_key(key);
                          const auto sequence = decode_number(value);
                          if (!position || !sequence) {
                            const Error& error = position ? sequence.error() : position.error();
                            return tl::unexpected(columns_->at_row(Column::kMeta, key, error));
                          }
                          position->sequence = *sequence;
                          return visit(*position);
                        });
}

Result<std::vector<Numbering::Entry>> Store::numbering() const {
  std::vector<Numbering::Entry> entries;
  auto read = columns_->scan(Column::kMeta, kNumberingPrefix, kNumberingPrefix,
                             [&](std::string_view key, std::string_view value) -> Result<void> {
                               auto entry = parse_numbering_key(key);
                               const auto number = decode_number(value);
                               if (!entry || !number) {
                                 const Error& error = entry ? number.error() : entry.error();
                                 return tl::unexpected(columns_->at_row(Column::kMeta, key, error));
                               }
                               entry->number = static_cast<std::uint32_t>(*number);
                               entries.push_back(*std::move(entry));
                               return {};
                             });
  if (!read) return tl::unexpected(read.error());
  return entries;
}

Result<void> Store::for_each_state(std::string_view prefix, const Visit<StateRow>& visit) const {
  return columns_->scan(Column::kState, prefix, prefix,
                        [&](std::string_view key, std::string_view value) {
                          return visit({std::string(key), std::string(value)});
                        });
}

StoreStatistics Store::statistics() const {
  using Properties = rocksdb::DB::Properties;
  rocksdb::DB& db = *columns_->db;
  const auto figure = [&](rocksdb::ColumnFamilyHandle* column, const std::string& property) {
    std::uint64_t value = 0;
    return db.GetIntProperty(column, property, &value) ? value : 0;
  };
  StoreStatistics all;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    rocksdb::ColumnFamilyHandle* column = columns_->known[i];
    std::string files;
    db.GetProperty(column, Properties::kNumFilesAtLevelPrefix + "0", &files);
    all.columns.push_back({
        .column = std::string(kColumnNames[i]),
        .rows = figure(column, Properties::kEstimateNumKeys),
        .live_bytes = figure(column, Properties::kEstimateLiveDataSize),
        .file_bytes = figure(column, Properties::kTotalSstFilesSize),
        .memtable_bytes = figure(column, Properties::kCurSizeAllMemTables),
        .files_level0 = std::strtoull(files.c_str(), nullptr, 10),
    });
    all.pending_compaction_bytes += figure(column, Properties::kEstimatePendingCompactionBytes);
    all.table_memory_bytes += figure(column, Properties::kEstimateTableReadersMem);
  }
  rocksdb::ColumnFamilyHandle* any = columns_->known.front();
  all.delayed_write_bytes_per_second = figure(any, Properties::kActualDelayedWriteRate);
  all.writes_stopped = figure(any, Properties::kIsWriteStopped);
  all.background_errors = figure(any, Properties::kBackgroundErrors);
  all.block_cache_bytes = columns_->block_cache->GetUsage();
  return all;
}

}  // namespace tocsin
