#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/recent.h"
#include "storage/retention.h"
#include "storage/store.h"

namespace tocsin {
namespace {

// Where a dispatch is counted and, while it is intended, stands in the index of what is due.
struct Standing {
  Due due;
  DispatchState state;
};

Standing standing_of(const Dispatch& dispatch) {
  return {{dispatch.address.channel, dispatch.next_attempt, dispatch.id}, dispatch.state};
}

}  // namespace

// One commit as rows, with the head and the counters as they will stand after it.
struct Store::Batch {
  explicit Batch(const StoreColumns& target) : columns(target) {}

  const StoreColumns& columns;
  StoreHead head;
  std::map<SourceId, FateTotals> fates;
  CommitReceipt receipt;
  std::string block;                 // of the commit's revisions
  std::optional<JournalMark> begin;  // where the journal is cut
  rocksdb::WriteBatch rows;
  rocksdb::Status status;  // of the first row that could not be added
  DispatchCounts counts;
  std::map<Hash128, std::optional<Standing>> standings;         // of the dispatches of this batch
  std::map<Hash128, std::optional<std::uint32_t>> open_alerts;  // that change; nullopt: closed

  void put(Column column, std::string_view key, std::string_view value) {
    if (status.ok()) status = rows.Put(columns[column], slice(key), slice(value));
  }
  void erase(Column column, std::string_view key) {
    if (status.ok()) status = rows.Delete(columns[column], slice(key));
  }
  void put_revisions(std::span<const LatestRevision> revisions);
  void trim_recent(std::uint64_t until);
  void put_quarantine(const Commit& commit);
  void append(const LedgerEntry& entry);
  Result<void> put_dispatch(const Dispatch& dispatch);
  void put_open_alerts(std::span<const AlertRevision> alerts);
  void replace_open_alerts(const std::map<Hash128, std::uint32_t>& open);
  void put_meta(const Commit& commit);
  void put_retention(const Commit& commit);
  void put_state(std::span<const StateRow> state, std::span<const std::string> deletes);
};

void Store::Batch::put_revisions(std::span<const LatestRevision> revisions) {
  if (revisions.empty()) return;
  for (const LatestRevision& revision : revisions)
    require(revision.journal_sequence <= head.sequence, "a revision lies in the journal's future");
  block = encode_block(revisions);
  put(Column::kRecent, sequence_key(head.sequence), block);
}

// Blocks that a table holds by now.
void Store::Batch::trim_recent(std::uint64_t until) {
  if (until == 0 || !status.ok()) return;
  const std::string end = sequence_key(until + 1);
  status = rows.DeleteRange(columns[Column::kRecent], "", slice(end));
}

void Store::Batch::put_quarantine(const Commit& commit) {
  for (const QuarantineRow& row : commit.quarantine) {
    put(Column::kQuarantine, sequence_key(++head.quarantine_sequence), encode(row));
  }
  for (const QuarantineRow& row : commit.quarantine_refused_again) {
    put(Column::kQuarantine, sequence_key(row.sequence), encode(row));
  }
  for (const std::uint64_t sequence : commit.quarantine_released) {
    erase(Column::kQuarantine, sequence_key(sequence));
  }
}

void Store::Batch::append(const LedgerEntry& entry) {
  ChainHead& chain = head.chains[static_cast<std::size_t>(entry.chain)];
  LedgerRow row{entry.chain, chain.count, chain.hash, chain_hash(chain.hash, entry.json),
                entry.json};
  put(Column::kLedger, ledger_key(entry.chain, chain.count), encode(row));
  ++chain.count;
  chain.hash = std::move(row.hash);
}

// Replaces the dispatch, counts it where it stands now and moves its row in the index of what is
// due.
Result<void> Store::Batch::put_dispatch(const Dispatch& dispatch) {
  const std::string key = dispatch_key(dispatch.id);
  const auto [known, is_first] = standings.try_emplace(dispatch.id);
  std::optional<Standing>& standing = known->second;
  if (is_first) {
    const auto stored = columns.get(Column::kOutbox, key);
    if (!stored) return tl::unexpected(stored.error());
    if (*stored) {
      const auto before = decode_dispatch(**stored);
      if (!before) {
        return tl::unexpected(columns.at_row(Column::kOutbox, key, before.error()));
      }
      standing = standing_of(*before);
    }
  }
  if (standing) {
    --counts.of(standing->due.channel, standing->state);
    if (standing->state == DispatchState::kIntended) erase(Column::kOutbox, due_key(standing->due));
  }
  if (!standing) put(Column::kOutbox, alert_dispatch_key({dispatch.alert, dispatch.id}), "");
  standing = standing_of(dispatch);
  ++counts.of(standing->due.channel, standing->state);
  if (standing->state == DispatchState::kIntended) put(Column::kOutbox, due_key(standing->due), "");
  put(Column::kOutbox, key, encode(dispatch));
  return {};
}

void Store::Batch::put_open_alerts(std::span<const AlertRevision> alerts) {
  std::map<Hash128, const AlertRevision*> last;
  for (const AlertRevision& revision : alerts) {
    const AlertRevision*& known = last[revision.alert];
    if (known == nullptr || known->number < revision.number) known = &revision;
  }
  for (const auto& [alert, revision] : last) {
    if (closes(revision->kind)) {
      open_alerts[alert].reset();
      erase(Column::kMeta, open_alert_key(alert));
    } else {
      open_alerts[alert] = revision->number;
      put(Column::kMeta, open_alert_key(alert), encode_number(revision->number));
    }
  }
}

// Whatever rows there are of open alerts, from now on there are these.
void Store::Batch::replace_open_alerts(const std::map<Hash128, std::uint32_t>& open) {
  const std::string end(1, static_cast<char>(kOpenAlertPrefix.front() + 1));
  if (status.ok())
    status = rows.DeleteRange(columns[Column::kMeta], slice(kOpenAlertPrefix), slice(end));
  for (const auto& [alert, number] : open)
    put(Column::kMeta, open_alert_key(alert), encode_number(number));
}

void Store::Batch::put_meta(const Commit& commit) {
  for (const Numbering::Entry& entry : commit.numbering) {
    put(Column::kMeta, numbering_key(entry.kind, entry.name), encode_number(entry.number));
  }
  for (const ProducerPosition& position : commit.positions) {
    put(Column::kMeta, producer_key(position.producer, position.epoch),
        encode_number(position.sequence));
  }
  for (const auto& [source, added] : commit.fates) {
    FateTotals& total = fates[source];
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += added[i];
    put(Column::kMeta, fate_key(source), encode(total));
  }
  for (const auto& [source, seen] : commit.seen) put(Column::kMeta, seen_key(source), encode(seen));
  if (commit.lateness_horizon)
    put(Column::kMeta, kLatenessHorizonKey, encode_horizon(*commit.lateness_horizon));
  put_retention(commit);
  put(Column::kMeta, kHeadKey, encode(head));
  put(Column::kMeta, kTallyKey, encode(Tally{head.sequence, counts}));
}

// The entry with the configuration in force stays behind the cut.
void Store::Batch::put_retention(const Commit& commit) {
  const bool configures = std::ranges::any_of(commit.entry.inputs, [](const Input& input) {
    return std::holds_alternative<ContentInput>(input);
  });
  if (configures) put(Column::kMeta, kConfigurationKey, encode_number(head.sequence));
  const auto erase_range = [&](Column column, const std::string& from, const std::string& until) {
    if (status.ok()) status = rows.DeleteRange(columns[column], slice(from), slice(until));
  };
  if (commit.begin) {
    for (const auto& [first, last] : journal_ranges(*commit.begin))
      erase_range(Column::kJournal, sequence_key(first), sequence_key(last + 1));
    erase_range(Column::kMeta, journal_mark_key(0), journal_mark_key(commit.begin->sequence + 1));
    put(Column::kMeta, kJournalBeginKey, encode(*commit.begin));
    begin = commit.begin;
  }
  if (commit.mark)
    put(Column::kMeta, journal_mark_key(commit.mark->sequence), encode(*commit.mark));
  if (commit.quarantine_until > 0)
    erase_range(Column::kQuarantine, sequence_key(0), sequence_key(commit.quarantine_until + 1));
  if (commit.quarantine_horizon)
    put(Column::kMeta, kQuarantineHorizonKey, encode_horizon(*commit.quarantine_horizon));
}

void Store::Batch::put_state(std::span<const StateRow> state,
                             std::span<const std::string> deletes) {
  for (const std::string& key : deletes) erase(Column::kState, key);
  for (const StateRow& row : state) put(Column::kState, row.key, row.value);
}

Store::Staged::Staged(std::unique_ptr<Batch> batch)
    : batch_(std::move(batch)), sequence_(batch_->head.sequence) {}

Result<CommitReceipt> Store::commit(const Commit& commit) {
  auto staged = stage(commit);
  if (!staged) return tl::unexpected(staged.error());
  return write(*std::move(staged));
}

Result<Store::Staged> Store::stage(const Commit& commit) {
  if (auto may = may_write(); !may) return tl::unexpected(may.error());
  auto made = std::make_unique<Batch>(*columns_);
  Batch& batch = *made;
  batch.head = staged_.head;
  batch.fates = staged_.fates;
  batch.counts = staged_.dispatches;
  batch.receipt = {batch.head.sequence + 1, batch.head.quarantine_sequence + 1};
  batch.head.sequence = batch.receipt.sequence;
  batch.head.now = commit.entry.now;

  batch.put(Column::kJournal, sequence_key(batch.head.sequence), encode(commit.entry));
  batch.put_revisions(commit.revisions);
  batch.put_quarantine(commit);
  for (const AlertRevision& revision : commit.alerts) {
    batch.put(Column::kAlert, alert_key(revision.alert, revision.number), to_json(revision));
  }
  for (const LedgerEntry& entry : commit.ledger) batch.append(entry);
  for (const Dispatch& dispatch : commit.dispatches) {
    if (auto put = batch.put_dispatch(dispatch); !put) return tl::unexpected(put.error());
  }
  if (!staged_.tally_is_stored) batch.replace_open_alerts(open_alerts());
  batch.put_open_alerts(commit.alerts);
  for (const Acknowledgement& row : commit.acknowledgements) {
    batch.put(Column::kMeta, acknowledgement_key(row.alert, row.revision, row.committee),
              encode(row));
  }
  batch.put_meta(commit);
  batch.put_state(commit.state, commit.state_deletes);

  std::unique_lock lock(mutex_);
  require(!closing_, "nothing is committed to a store that is being closed");
  changed_.wait(lock, [&] {  // the disk can't keep up with what comes in
    return !sealed_ || recent_->size() < 2 * options_.recent_records || !refused_because_.empty();
  });
  batch.trim_recent(std::exchange(trim_, 0));
  if (!batch.status.ok()) return tl::unexpected(error_of(batch.status, columns_->place));
  if (!batch.block.empty())
    if (auto added = recent_->add(std::move(batch.block), batch.head.sequence); !added)
      return tl::unexpected(added.error());
  staged_ = {batch.head, batch.fates, batch.counts, true};
  return Staged(std::move(made));
}

Result<CommitReceipt> Store::write(Staged staged) {
  Batch& batch = *staged.batch_;
  if (auto may = may_write(); !may) return tl::unexpected(may.error());
  if (auto written = write(batch.rows); !written) return tl::unexpected(written.error());
  if (batch.begin) release_journal(*batch.begin);
  std::unique_lock lock(mutex_);
  head_ = std::move(batch.head);
  fates_ = std::move(batch.fates);
  dispatch_counts_ = batch.counts;
  for (const auto& [alert, number] : batch.open_alerts) {
    if (number) {
      open_alerts_[alert] = *number;
    } else {
      open_alerts_.erase(alert);
    }
  }
  seal();
  changed_.notify_all();
  const bool move_here = sealed_ && !options_.overlap;
  lock.unlock();
  if (move_here) move_sealed();
  return batch.receipt;
}

Result<void> Store::put_state(std::span<const StateRow> rows,
                              std::span<const std::string> deletes) {
  if (auto may = may_write(); !may) return may;
  Batch batch(*columns_);
  batch.put_state(rows, deletes);
  if (!batch.status.ok()) return tl::unexpected(error_of(batch.status, columns_->place));
  return write(batch.rows);
}

Result<void> Store::drop_state() {
  if (auto may = may_write(); !may) return may;
  const std::unique_ptr<rocksdb::Iterator> row(
      columns_->db->NewIterator({}, (*columns_)[Column::kState]));
  row->SeekToLast();
  if (!row->status().ok()) return tl::unexpected(error_of(row->status(), columns_->place));
  Batch batch(*columns_);
  if (row->Valid()) {
    // The end of a range is not in it.
    const std::string end = row->key().ToString() + '\0';
    batch.status = batch.rows.DeleteRange((*columns_)[Column::kState], "", end);
  }
  if (!batch.status.ok()) return tl::unexpected(error_of(batch.status, columns_->place));
  return write(batch.rows);
}

Result<void> Store::flush() {
  if (auto may = may_write(); !may) return may;
  give_up_moving();
  rocksdb::FlushOptions options;
  options.allow_write_stall = true;  // nobody writes any more
  const rocksdb::Status status = columns_->db->Flush(options, columns_->opened);
  if (!status.ok()) return tl::unexpected(error_of(status, columns_->place));
  return {};
}

Result<void> Store::may_write() const {
  if (options_.access == Access::kReadOnly) {
    return fail(ErrorCode::kConflict,
                fmt::format("store {} is open for reading only", columns_->place));
  }
  const std::lock_guard lock(mutex_);
  if (refused_because_.empty()) return {};
  return fail(ErrorCode::kUnavailable,
              fmt::format("store {} refuses to write: an earlier write failed ({}). Restart",
                          columns_->place, refused_because_));
}

// The only place that writes. All writes are synced, state included: an unsynced one at the end of
// a log could be lost while a later log survives, and leave a gap.
Result<void> Store::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  options.disableWAL = false;
  const rocksdb::Status status = columns_->db->Write(options, &batch);
  if (status.ok()) return {};
  Error error = error_of(status, columns_->place);
  const std::lock_guard lock(mutex_);
  refused_because_ = error.message;
  changed_.notify_all();
  return tl::unexpected(std::move(error));
}

}  // namespace tocsin
