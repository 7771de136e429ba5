#pragma once

#include <rocksdb/options.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin {

// The column families of the store. The order is ours alone: the names are what is stored.
enum class Column : std::uint8_t {
  kJournal,     // sequence -> JournalEntry
  kRecord,      // (source, identity hash) -> LatestRevision
  kRecent,      // sequence -> block of LatestRevisions, newer than those of `record`
  kQuarantine,  // sequence -> QuarantineRow
  kAlert,       // (alert, revision) -> AlertRevision as JSON
  kOutbox,      // dispatch id -> Dispatch; (next attempt, dispatch id) -> nothing
  kLedger,      // (chain, index) -> LedgerRow
  kState,       // rows of derived state, disposable
  kMeta,        // version, head, tally, numbering, ...: storage/keys.h
};
inline constexpr std::array<std::string_view, 9> kColumnNames = {
    "journal", "record", "recent", "quarantine", "alert", "outbox", "ledger", "state", "meta"};
inline constexpr std::size_t kColumnCount = kColumnNames.size();

struct TuningOptions {
  std::shared_ptr<rocksdb::Cache> block_cache;  // shared by all columns
};

rocksdb::DBOptions database_options(rocksdb::Env* env);
rocksdb::ColumnFamilyOptions column_options(Column column, const TuningOptions& tuning);
// For a column family that this program doesn't know.
rocksdb::ColumnFamilyOptions unknown_column_options(const TuningOptions& tuning);

}  // namespace tocsin
