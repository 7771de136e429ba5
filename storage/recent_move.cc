// Moving recent revisions into the tables of `record`, many at a time and in order.
#include <pthread.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "storage/background.h"
#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/recent.h"
#include "storage/store.h"

namespace tocsin {

// Begins to move what was taken in so far, when there is enough of it. Requires the mutex.
void Store::seal() {
  if (sealed_ || recent_->size() < options_.recent_records) return;
  sealed_ = std::exchange(recent_, std::make_unique<RecentRevisions>());
  if (mover_.joinable()) mover_.join();  // has ended: nothing was sealed
  if (options_.overlap)
    mover_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "mover");
      give_way();
      move_sealed();
    });
}

// The mover's thread.
void Store::move_sealed() {
  {
    std::unique_lock lock(mutex_);
    // A table must never hold what the log doesn't.
    changed_.wait(lock, [&] {
      return closing_ || !refused_because_.empty() || head_.sequence >= sealed_->last_sequence();
    });
    if (head_.sequence < sealed_->last_sequence()) return;
  }
  const auto moved = write_table(*sealed_);
  const std::lock_guard lock(mutex_);
  if (moved && *moved == Moved::kGivenUp) return;
  if (moved) {
    trim_ = sealed_->last_sequence();
    sealed_.reset();
  } else if (refused_because_.empty()) {
    refused_because_ = moved.error().message;
  }
  changed_.notify_all();
}

// What a table holds without having been flushed counts for nothing: the blocks are there.
void Store::give_up_moving() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (mover_.joinable()) mover_.join();
}

bool Store::is_closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

// Without the log, which has them in the blocks: until the flush returns nothing of this counts.
// (RocksDB would take in a finished table faster, but 7.8 takes one in with wrong bounds when a
// read of it fails.)
Result<Store::Moved> Store::write_table(const RecentRevisions& revisions) const {
  constexpr int kTogether = 100;  // so that a commit never waits long behind them
  rocksdb::ColumnFamilyHandle* column = (*columns_)[Column::kRecord];
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  rocksdb::WriteBatch rows;
  rocksdb::Status status;
  for (const auto& [key, value] : revisions.sorted()) {
    status = rows.Put(column, slice({key.data(), key.size()}), slice(value));
    if (status.ok() && rows.Count() >= kTogether) {
      if (is_closing()) return Moved::kGivenUp;
      status = columns_->db->Write(options, &rows);
      rows.Clear();
    }
    if (!status.ok()) return tl::unexpected(error_of(status, columns_->place));
  }
  status = columns_->db->Write(options, &rows);
  if (status.ok()) status = columns_->db->Flush({}, column);
  if (!status.ok()) return tl::unexpected(error_of(status, columns_->place));
  return Moved::kInTable;
}

// Reads the blocks that no table holds yet.
Result<void> Store::load_recent() {
  auto recent = std::make_unique<RecentRevisions>();
  if ((*columns_)[Column::kRecent] != nullptr) {
    auto read = columns_->scan(
        Column::kRecent, "", "", [&](std::string_view key, std::string_view value) -> Result<void> {
          const auto sequence = parse_sequence_key(key);
          const auto added = sequence ? recent->add(std::string(value), *sequence)
                                      : Result<void>(tl::unexpected(sequence.error()));
          if (!added) return tl::unexpected(columns_->at_row(Column::kRecent, key, added.error()));
          return {};
        });
    if (!read) return read;
  }
  const std::lock_guard lock(mutex_);
  recent_ = std::move(recent);
  return {};
}

Result<std::vector<std::optional<LatestRevision>>> Store::latest(
    std::span<const Identity> identities) const {
  const std::size_t count = identities.size();
  std::vector<std::optional<LatestRevision>> found(count);
  std::vector<std::size_t> asked;  // of the tables
  asked.reserve(count);
  {
    const std::lock_guard lock(mutex_);
    for (const Identity& identity : identities) recent_->expect(identity);
    for (std::size_t i = 0; i < count; ++i) {
      auto value = recent_->find(identities[i]);
      if (!value && sealed_) value = sealed_->find(identities[i]);
      if (!value) {
        asked.push_back(i);
        continue;
      }
      auto revision = decode_latest_revision(identities[i], *value);
      if (!revision) {
        const RecordKey key = record_key(identities[i]);
        return tl::unexpected(
            columns_->at_row(Column::kRecent, {key.data(), key.size()}, revision.error()));
      }
      found[i] = *std::move(revision);
    }
  }
  std::vector<RecordKey> keys(asked.size());
  std::vector<rocksdb::Slice> slices(asked.size());
  std::vector<rocksdb::PinnableSlice> values(asked.size());
  std::vector<rocksdb::Status> statuses(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    keys[i] = record_key(identities[asked[i]]);
    slices[i] = {keys[i].data(), keys[i].size()};
  }
  columns_->db->MultiGet({}, (*columns_)[Column::kRecord], asked.size(), slices.data(),
                         values.data(), statuses.data());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return tl::unexpected(error_of(statuses[i], columns_->place));
    auto revision = decode_latest_revision(identities[asked[i]], view(values[i]));
    if (!revision) {
      return tl::unexpected(columns_->at_row(Column::kRecord, view(slices[i]), revision.error()));
    }
    found[asked[i]] = *std::move(revision);
  }
  return found;
}

Result<void> Store::for_each_latest(const Visit<LatestRevision>& visit) const {
  const auto pass_on = [&](Column column, std::string_view key,
                           std::string_view value) -> Result<void> {
    const auto revision = parse_record_key(key).and_then(
        [&](const Identity& identity) { return decode_latest_revision(identity, value); });
    if (!revision) return tl::unexpected(columns_->at_row(column, key, revision.error()));
    return visit(*revision);
  };
  // What is recent, copied, and the tables as they are at the same moment.
  std::map<std::string, std::string> recent;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = std::size_t{2} << 20;
  std::unique_ptr<rocksdb::Iterator> row;
  {
    const std::lock_guard lock(mutex_);
    for (const RecentRevisions* revisions : {recent_.get(), sealed_.get()})
      if (revisions != nullptr)
        for (const auto& [key, value] : revisions->sorted())
          recent.emplace(std::string(key.data(), key.size()), value);
    row.reset(columns_->db->NewIterator(options, (*columns_)[Column::kRecord]));
  }
  auto newer = recent.begin();
  for (row->SeekToFirst(); row->Valid(); row->Next()) {
    const std::string_view key = view(row->key());
    for (; newer != recent.end() && newer->first < key; ++newer)
      if (auto passed = pass_on(Column::kRecent, newer->first, newer->second); !passed)
        return passed;
    if (newer != recent.end() && newer->first == key) continue;  // comes in the next turn
    if (auto passed = pass_on(Column::kRecord, key, view(row->value())); !passed) return passed;
  }
  if (!row->status().ok()) return tl::unexpected(error_of(row->status(), columns_->place));
  for (; newer != recent.end(); ++newer)
    if (auto passed = pass_on(Column::kRecent, newer->first, newer->second); !passed) return passed;
  return {};
}

}  // namespace tocsin
