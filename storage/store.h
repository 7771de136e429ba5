#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "model/alert.h"
#include "model/claim.h"
#include "model/dispatch.h"
#include "model/journal.h"
#include "model/numbering.h"
#include "model/result.h"
#include "storage/rows.h"

namespace rocksdb {
class Env;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace tocsin {

enum class Access : std::uint8_t { kReadOnly, kReadWrite };
enum class IfMissing : std::uint8_t { kFail, kCreate };

struct StoreSchema;  // storage/migrate.h

struct StoreOptions {
  std::filesystem::path directory;
  Access access = Access::kReadWrite;
  IfMissing if_missing = IfMissing::kCreate;
  rocksdb::Env* env = nullptr;  // borrowed, outlives the store; nullptr: the real file system
  std::size_t block_cache_bytes = std::size_t{512} << 20;
  // So many recent revisions are kept in memory before they go into a table; up to twice as many
  // while that is written. About 130 bytes each.
  std::size_t recent_records = 200'000;
  bool overlap = true;  // such a table is written by a thread of its own, else by write()
  // Called with what an opening for writing does that a person should know: a migration.
  std::function<void(const std::string& message)> note{};
  const StoreSchema* schema = nullptr;  // borrowed; nullptr: our_schema(), for all but tests
  // Is told what RocksDB warns of, such as a failed compaction: storage/store_log.h.
  std::function<void(std::string_view)> say = {};
};

// An entry for one of the ledger's hash chains; the store computes the link.
struct LedgerEntry {
  Chain chain = Chain::kAlerts;
  std::string json;
};

// A row of derived state, which can be made again from the other rows: what it means is its
// writer's business.
struct StateRow {
  std::string key, value;
};

// Everything that one journal entry changes, written as one.
struct Commit {
  JournalEntry entry;
  std::vector<LatestRevision> revisions;  // replace what was there for the same identity
  std::vector<QuarantineRow> quarantine;  // their sequences are given by the store
  std::vector<QuarantineRow> quarantine_refused_again;  // replace the row of their sequence
  std::vector<std::uint64_t> quarantine_released;
  std::vector<AlertRevision> alerts;  // an alert is open until its last number closes it
  std::vector<LedgerEntry> ledger;    // appended in this order
  std::vector<Dispatch> dispatches;   // inserted, or replace the one with the same id
  std::vector<Acknowledgement> acknowledgements;
  std::vector<Numbering::Entry> numbering;
  std::vector<ProducerPosition> positions;
  std::map<SourceId, FateTotals> fates;   // added to the totals; source 0: source not known
  std::map<SourceId, SourceSeen> seen;    // replace what was there for the source
  std::optional<Day> lateness_horizon;    // moved to
  std::optional<JournalMark> mark;        // where the journal may be cut later: before this entry
  std::optional<JournalMark> begin;       // where it is cut now: an earlier commit's mark
  std::optional<Day> quarantine_horizon;  // moved to
  std::uint64_t quarantine_until = 0;     // rows up to this sequence are deleted; 0: none
  std::vector<StateRow> state;            // inserted or replaced, after the deletes
  std::vector<std::string> state_deletes;
};

struct CommitReceipt {
  std::uint64_t sequence = 0;          // of the journal entry
  std::uint64_t first_quarantine = 0;  // of the commit's first quarantine row; the others follow
};

struct StoreColumns;    // storage/handles.h: the open RocksDB
class RecentRevisions;  // storage/recent.h

// Figures for the metrics; all are estimates of RocksDB.
struct ColumnStatistics {
  std::string column;
  std::uint64_t rows = 0, live_bytes = 0, file_bytes = 0, memtable_bytes = 0, files_level0 = 0;
};
struct StoreStatistics {
  std::vector<ColumnStatistics> columns;
  std::uint64_t pending_compaction_bytes = 0;
  std::uint64_t delayed_write_bytes_per_second = 0;  // 0: writes are not slowed down
  std::uint64_t writes_stopped = 0;                  // 1 while compaction can't keep up at all
  std::uint64_t background_errors = 0;
  std::uint64_t block_cache_bytes = 0;
  std::uint64_t table_memory_bytes = 0;  // indexes and filters outside the block cache
};

struct BackupReceipt {
  std::uint32_t id = 0;
  std::uint64_t sequence = 0;  // last journal entry that is surely in it
  std::uint64_t bytes = 0;     // files it refers to, shared ones included
};

// The durable side of the engine: a RocksDB with the column families of storage/columns.h.
//
// 1. When commit() returns a receipt, all of the commit is on the disk; after a crash at any moment
//    the store holds a prefix of the commits, each whole.
// 2. Journal sequences are 1, 2, 3, ... without gaps, from where retention cut them; each chain's
//    indexes are 0, 1, 2, ...
// 3. After a write that failed, the store refuses every later one: what the disk holds is then not
//    known, and memory must not run ahead of it. The process stops and starts again.
// 4. A store that can't be opened is left as it was, byte for byte: nothing is created, repaired,
//    moved or deleted. So is one that a newer program wrote and we can't read.
// 5. Column families that this program doesn't know are kept.
// 6. A store of an earlier schema is migrated when it is opened for writing, after a checkpoint of
//    it as it was (storage/migrate.h); to read only, it is refused.
//
// Writing (stage; write, put_state, drop_state, flush) is for one thread each. Everything const may
// be called from any thread at any time and sees only whole commits; an iteration sees the store as
// it was at its start.
//
// Errors: kNotFound no store there; kForbidden another process has it open; kConflict written by a
// newer program, by an earlier one and to be read only, or a write to a read-only store; kCorrupt
// damaged: the message says what was found and what to do; kIo the disk failed; kUnavailable
// refused after an earlier failure.
//
// Reading only, a store that another process is writing can be opened too: it shows what was there
// at that moment. Files may vanish under it while it opens; a kCorrupt then means nothing.
class Store {
  struct Batch;

 public:
  static Result<std::unique_ptr<Store>> open(StoreOptions options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The journal sequence that the next commit will get: revisions carry it. For the thread that
  // stages.
  std::uint64_t next_sequence() const { return staged_.head.sequence + 1; }
  // Writes everything in one batch and waits until it is synced. Cost: one fsync. Is
  // write(stage(commit)).
  Result<CommitReceipt> commit(const Commit& commit);

  // A commit that has its sequence and is written down, but not on the disk.
  class Staged {
   public:
    std::uint64_t sequence() const { return sequence_; }

   private:
    friend class Store;
    explicit Staged(std::unique_ptr<Batch> batch);
    std::shared_ptr<Batch> batch_;
    std::uint64_t sequence_;
  };
  // Fails once a write failed, of a commit or of a table beside them: nothing is written any more.
  // Any thread; doesn't wait.
  Result<void> may_write() const;
  // The halves of commit(), so that one commit can be made while the one before goes to the disk.
  // What is staged is written in the same order, all of it; each half is for one thread. latest()
  // counts in what is staged, everything else only what is on the disk: requires that no dispatch
  // is staged again before its last commit is written.
  Result<Staged> stage(const Commit& commit);
  Result<CommitReceipt> write(Staged staged);

  // Where the store stands after the last commit.
  StoreHead head() const;
  std::map<SourceId, FateTotals> fates() const;
  // After the last one that was staged: for the thread that stages.
  const StoreHead& staged_head() const { return staged_.head; }
  const std::map<SourceId, FateTotals>& staged_fates() const { return staged_.fates; }

  // Calls back in key order. A visitor that fails stops the iteration, which returns its error.
  template <class... T>
  using Visit = std::function<Result<void>(const T&...)>;

  // kNotFound when there is no such entry.
  Result<JournalEntry> journal(std::uint64_t sequence) const;
  Result<void> for_each_journal(std::uint64_t from,
                                const Visit<std::uint64_t, JournalEntry>& visit) const;

  // The latest revision of each identity, in the order asked; nullopt for one never seen.
  // Identities that are not there cost a look into the filters and no disk access.
  Result<std::vector<std::optional<LatestRevision>>> latest(
      std::span<const Identity> identities) const;
  Result<void> for_each_latest(const Visit<LatestRevision>& visit) const;

  Result<QuarantineRow> quarantined(std::uint64_t sequence) const;  // kNotFound
  Result<void> for_each_quarantined(std::uint64_t from, const Visit<QuarantineRow>& visit) const;

  // The revisions of one alert, oldest first; empty when there is no such alert.
  Result<std::vector<AlertRevision>> alert(const Hash128& alert) const;
  // kNotFound when there is no such revision.
  Result<AlertRevision> alert_revision(const Hash128& alert, std::uint32_t number) const;
  Result<void> for_each_alert_revision(const Visit<AlertRevision>& visit) const;
  // The last revision of each alert, by the alert's id. Only these are decoded.
  Result<void> for_each_last_revision(const Visit<AlertRevision>& visit) const;
  // The alerts that are open, with the number of their last revision. Kept in memory.
  std::map<Hash128, std::uint32_t> open_alerts() const;

  // Of one alert, by revision and committee. Cost: what it returns.
  Result<std::vector<Acknowledgement>> acknowledgements(const Hash128& alert) const;

  Result<Dispatch> dispatch(const Hash128& id) const;  // kNotFound
  // The channel's dispatches in state kIntended with next_attempt <= now, ordered by (next_attempt,
  // id), the first `limit` of them. Cost: what it returns, however many dispatches there are.
  Result<std::vector<Dispatch>> due(Channel channel, ProcessingTime now, std::size_t limit) const;
  // When the channel's next one becomes due; nullopt when it has none.
  Result<std::optional<ProcessingTime>> next_due(Channel channel) const;
  // Of one alert, by id. Cost: what it returns.
  Result<std::vector<Dispatch>> dispatches_of(const Hash128& alert) const;
  Result<void> for_each_dispatch(const Visit<Dispatch>& visit) const;
  // Kept with each commit: nothing is read.
  DispatchCounts dispatch_counts() const;

  Result<void> for_each_ledger(Chain chain, std::uint64_t from,
                               const Visit<LedgerRow>& visit) const;

  // Last durable frame of the producer's epoch; 0 when there is none.
  Result<std::uint64_t> position(std::string_view producer, std::string_view epoch) const;
  Result<void> for_each_position(const Visit<ProducerPosition>& visit) const;
  Result<std::vector<Numbering::Entry>> numbering() const;
  Result<std::map<SourceId, SourceSeen>> seen() const;
  // kDayMin when it was never moved.
  Result<Day> lateness_horizon() const;
  Result<Day> quarantine_horizon() const;

  // Where retention cut the journal; nullopt while it is whole. Of the entries up to its sequence
  // only that of the configuration is left.
  Result<std::optional<JournalMark>> journal_begin() const;
  // The places where it may be cut, oldest first.
  Result<std::vector<JournalMark>> journal_marks() const;
  // The last entry that brought a configuration; 0 when none did.
  Result<std::uint64_t> configuration_sequence() const;

  // Changes state without a journal entry, as one and synced. Cost: one fsync.
  Result<void> put_state(std::span<const StateRow> rows, std::span<const std::string> deletes);
  // nullopt when there is no such row.
  Result<std::optional<std::string>> state(std::string_view key) const;
  // The rows whose key begins with `prefix`, in key order.
  Result<void> for_each_state(std::string_view prefix, const Visit<StateRow>& visit) const;
  Result<void> drop_state();

  // Writes what the log still holds into tables, so that the next opening has no log to replay:
  // for a clean stop, nothing is committed after it. Nothing depends on it. Takes up to a second or
  // so: it doesn't wait for compactions, and a move of recent revisions that is under way is given
  // up.
  Result<void> flush();

  // Adds a backup of the running store to `directory` (made when missing; files shared with earlier
  // backups are not copied again). May run in any thread while commits go on.
  Result<BackupReceipt> backup(const std::filesystem::path& directory) const;

  StoreStatistics statistics() const;

  // The rows as they are, for what compares stores: storage/handles.h.
  const StoreColumns& columns() const { return *columns_; }

 private:
  explicit Store(StoreOptions options);

  // Whether a store that was found is one, or was cut off while it was made and holds nothing yet;
  // or one of an earlier schema, or whose migration was cut off.
  enum class Making : std::uint8_t { kCutOff, kFinished, kEarlier };
  Result<Making> examine();
  Result<Making> examine_earlier(const StoreVersion& version);
  Result<void> migrate();
  Result<MigrationMark> begin_migration();
  Result<std::optional<MigrationMark>> migration_mark() const;
  Result<void> checkpoint_earlier(const MigrationMark& mark) const;
  Result<void> sync_name() const;
  void note(const std::string& message) const;
  enum class Missing : std::uint8_t { kMake, kLeaveOut };  // column families of ours
  Result<void> open_columns(Access access, Missing missing = Missing::kMake);
  Error opening_error(const rocksdb::Status& status) const;
  Result<void> load();
  Result<void> load_tally();
  Result<void> load_recent();
  Result<void> count_again();
  Result<std::uint64_t> number_at(std::string_view key) const;
  Result<void> finish_making();
  Result<Day> horizon_at(std::string_view key) const;
  void release_journal(const JournalMark& begin);
  Result<void> write(rocksdb::WriteBatch& batch);
  void seal();
  void move_sealed();
  void give_up_moving();
  bool is_closing() const;
  enum class Moved : std::uint8_t { kInTable, kGivenUp };  // the latter: the store is being closed
  Result<Moved> write_table(const RecentRevisions& revisions) const;

  // As the last commit that was staged leaves it: for the thread that stages.
  struct Reached {
    StoreHead head;
    std::map<SourceId, FateTotals> fates;
    DispatchCounts dispatches;
    // Whether the rows of the tally and of the open alerts are as here. If not, the next commit
    // writes them all.
    bool tally_is_stored = false;
  };

  StoreOptions options_;
  std::unique_ptr<StoreColumns> columns_;
  Reached staged_;
  std::thread mover_;         // writes what is sealed into a table
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  // Revisions that are in blocks and in no table: those that come in, and those that are moved.
  std::unique_ptr<RecentRevisions> recent_, sealed_;
  std::uint64_t trim_ = 0;  // blocks up to this sequence are in a table; 0: none to be deleted
  bool closing_ = false;
  StoreHead head_;
  std::map<SourceId, FateTotals> fates_;
  DispatchCounts dispatch_counts_;
  std::map<Hash128, std::uint32_t> open_alerts_;
  std::string refused_because_;  // not empty after a failed write
};

// Where a restored store comes from and goes to.
struct RestoreOptions {
  std::filesystem::path backup;  // directory that Store::backup() filled
  std::filesystem::path target;  // must be missing or empty
  rocksdb::Env* env = nullptr;   // as in StoreOptions
};

// Checks the newest backup against its checksums, then writes it to `target`, which appears whole
// or not at all. Offline: no store is open in `target`.
Result<BackupReceipt> restore(const RestoreOptions& options);

}  // namespace tocsin
