#include "storage/columns.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <memory>

#include "storage/background.h"

namespace tocsin {
namespace {

constexpr std::size_t kMebi = std::size_t{1} << 20;

// Ten bits a key: one look in a hundred for an unknown identity goes to the disk in vain, per file.
constexpr double kFilterBits = 10;

rocksdb::BlockBasedTableOptions table_options(const TuningOptions& tuning) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = tuning.block_cache;
  table.block_size = 16 * 1024;  // our rows are small: fewer index entries, better compression
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  // Indexes and filters stay in memory for as long as their file is open, outside the cache: a look
  // for an unknown identity then costs neither a cache lock nor a read. They take 11 bits or so a
  // record: 140 MB for 100 million. Beyond a few times that, partition and cache them.
  table.cache_index_and_filter_blocks = false;
  return table;
}

rocksdb::ColumnFamilyOptions small_column(const TuningOptions& tuning) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 8 * kMebi;
  options.compression = rocksdb::kLZ4Compression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(tuning)));
  // Never by the wall clock: retention is a journaled horizon (docs/SEMANTICS.md section 1).
  options.ttl = 0;
  options.periodic_compaction_seconds = 0;
  return options;
}

// Written in key order and read in key order, if at all: large blocks, strong compression.
rocksdb::ColumnFamilyOptions journal_column(const TuningOptions& tuning) {
  rocksdb::ColumnFamilyOptions options = small_column(tuning);
  auto table = table_options(tuning);
  table.block_size = 64 * 1024;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 32 * kMebi;
  options.target_file_size_base = 64 * kMebi;
  options.compression = rocksdb::kZSTD;
  options.compression_opts.level = 1;
  return options;
}

// Random keys, one look a record, most looks in vain. Written many at a time, in order
// (recent_move.cc).
rocksdb::ColumnFamilyOptions record_column(const TuningOptions& tuning) {
  rocksdb::ColumnFamilyOptions options = small_column(tuning);
  auto table = table_options(tuning);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBits));
  table.whole_key_filtering = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // One move's worth, with room; a flush may wait behind a compaction without a stall.
  options.write_buffer_size = 64 * kMebi;
  options.max_write_buffer_number = 3;
  // Random keys rewrite a whole level at every compaction: bigger levels, fewer rewrites.
  options.max_bytes_for_level_base = 128 * kMebi;
  options.target_file_size_base = 32 * kMebi;
  // The last level keeps its filters: asking for what isn't there is the common case.
  options.optimize_filters_for_hits = false;
  return options;
}

// Tables are written and merged behind the commits that wait for their sync.
class BehindCommits : public rocksdb::EventListener {
  void OnFlushBegin(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { give_way(); }
  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override { give_way(); }
};

}  // namespace

rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  // A batch that was being written when the power went is cut off; damage anywhere else refuses the
  // start. (PointInTime would start with acked commits missing.)
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.recycle_log_file_num = 0;  // old bytes behind the tail would look like damage
  options.paranoid_checks = true;
  // What was put into `record` without the log and not flushed lies in the blocks of `recent`.
  options.avoid_flush_during_shutdown = true;
  options.unordered_write = false;
  options.max_background_jobs = 2;
  options.max_open_files = -1;
  // Bounds what a restart replays, twice (Store::examine); without it the rarely written columns
  // keep old logs alive.
  options.max_total_wal_size = 128 * kMebi;
  options.bytes_per_sync = kMebi;  // table files go out steadily instead of in one burst
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;  // the daemon has its own metrics
  options.stats_persist_period_sec = 0;
  options.listeners.push_back(std::make_shared<BehindCommits>());
  return options;
}

rocksdb::ColumnFamilyOptions column_options(Column column, const TuningOptions& tuning) {
  switch (column) {
    case Column::kJournal:
      return journal_column(tuning);
    case Column::kRecord:
      return record_column(tuning);
    case Column::kRecent:
    case Column::kQuarantine:
    case Column::kAlert:
    case Column::kOutbox:
    case Column::kLedger:
    case Column::kMeta:
      return small_column(tuning);
    case Column::kState: {
      rocksdb::ColumnFamilyOptions options = small_column(tuning);
      options.write_buffer_size = 32 * kMebi;
      options.max_write_buffer_number = 4;  // a checkpoint is written faster than tables are
      return options;
    }
  }
  return small_column(tuning);
}

rocksdb::ColumnFamilyOptions unknown_column_options(const TuningOptions& tuning) {
  return small_column(tuning);
}

}  // namespace tocsin
