#include "storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <set>

#include "storage/codec.h"
#include "storage/handles.h"
#include "storage/keys.h"
#include "storage/recent.h"
#include "storage/space.h"
#include "storage/verify.h"
#include "tests/support/record_gen.h"
#include "tests/support/store_fixture.h"
#include "tests/support/store_gen.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testsupport::content_of;
using testsupport::StoreContent;
using testsupport::StoreGen;
using testsupport::StoreTest;

Dispatch dispatch_at(std::int64_t next_attempt, char id) {
  Dispatch dispatch;
  dispatch.id = hash128(std::string(1, id));
  dispatch.next_attempt = ProcessingTime(next_attempt);
  dispatch.committee = std::string(1, id);
  return dispatch;
}

Commit with_dispatch(const Dispatch& dispatch) {
  Commit commit;
  commit.dispatches.push_back(dispatch);
  return commit;
}

std::string due_committees(const Store& store, std::int64_t now, std::size_t limit = 99) {
  std::string committees;
  const auto due = store.due(Channel::kEmail, ProcessingTime(now), limit);
  for (const Dispatch& dispatch : due.value()) committees += dispatch.committee;
  return committees;
}

TEST_F(StoreTest, HoldsWhatWasCommittedOverReopening) {
  StoreGen gen(testsupport::test_seed());
  StoreContent twin;
  for (int i = testsupport::test_cases(120); i > 0; --i) {
    const Commit next = gen.commit(store_->next_sequence(), gen.below(20));
    commit(next);
    apply(next, twin);
    if (gen.below(20) == 0) open();
    if (gen.below(20) == 0) {
      ASSERT_EQ(content_of(*store_), twin);
    }
  }
  open();
  EXPECT_EQ(content_of(*store_), twin);
}

TEST_F(StoreTest, SequencesCountFromOneWithoutGaps) {
  Commit two_refused;
  two_refused.quarantine.resize(2);
  EXPECT_EQ(store_->next_sequence(), 1U);
  EXPECT_EQ(store_->commit(two_refused)->sequence, 1U);
  EXPECT_EQ(store_->next_sequence(), 2U);
  open();
  const auto receipt = store_->commit(two_refused);
  EXPECT_EQ(receipt->sequence, 2U);
  EXPECT_EQ(receipt->first_quarantine, 3U);
  EXPECT_TRUE(store_->quarantined(4));
}

TEST_F(StoreTest, LatestAnswersInTheOrderAsked) {
  StoreGen gen(1);
  const Commit known = gen.commit(1, 100);
  commit(known);
  std::vector<Identity> asked;
  for (const LatestRevision& revision : known.revisions) {
    asked.push_back({revision.source, revision.identity});
    asked.push_back({revision.source, gen.hash()});
  }
  const auto found = store_->latest(asked);
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(200));
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ((*found)[2 * i], content_of(*store_).latest[asked[2 * i]]);
    EXPECT_EQ((*found)[2 * i + 1], std::nullopt);
  }
}

TEST_F(StoreTest, DueIsOrderedByTimeAndLimited) {
  for (const auto& [time, id] : {std::pair{300, 'c'}, {100, 'a'}, {-5, 'z'}, {200, 'b'}}) {
    commit(with_dispatch(dispatch_at(time, id)));
  }
  EXPECT_EQ(due_committees(*store_, 200), "zab");
  EXPECT_EQ(due_committees(*store_, 200, 2), "za");
  EXPECT_EQ(store_->next_due(Channel::kEmail).value(), ProcessingTime(-5));
}

TEST_F(StoreTest, APostponedDispatchIsDueOnceAtItsNewTime) {
  commit(with_dispatch(dispatch_at(100, 'a')));
  Commit twice = with_dispatch(dispatch_at(150, 'a'));
  twice.dispatches.push_back(dispatch_at(500, 'a'));
  commit(twice);
  EXPECT_EQ(due_committees(*store_, 499), "");
  EXPECT_EQ(due_committees(*store_, 500), "a");
}

TEST_F(StoreTest, ChannelsWaitApart) {
  commit(with_dispatch(dispatch_at(100, 'a')));
  Dispatch file = dispatch_at(50, 'f');
  file.address.channel = Channel::kCap;
  commit(with_dispatch(file));
  EXPECT_EQ(due_committees(*store_, 1000), "a");
  EXPECT_EQ(store_->due(Channel::kCap, ProcessingTime(1000), 9), std::vector{file});
  EXPECT_EQ(store_->next_due(Channel::kCap).value(), ProcessingTime(50));
}

TEST_F(StoreTest, AFinishedDispatchIsKeptButNotDue) {
  Dispatch dispatch = dispatch_at(100, 'a');
  commit(with_dispatch(dispatch));
  dispatch.state = DispatchState::kAccepted;
  commit(with_dispatch(dispatch));
  EXPECT_EQ(due_committees(*store_, 1000), "");
  EXPECT_EQ(store_->next_due(Channel::kEmail).value(), std::nullopt);
  EXPECT_EQ(store_->dispatch(dispatch.id), dispatch);
}

TEST_F(StoreTest, RevisionsOfAnAlertComeInOrder) {
  StoreGen gen(1);
  Commit commit_all = gen.commit(1, 0);
  AlertRevision revision = gen.alert();
  for (const std::uint32_t number : {3U, 1U, 2U}) {
    revision.number = number;
    commit_all.alerts.push_back(revision);
  }
  commit_all.alerts.push_back(gen.alert());
  commit(commit_all);
  const auto revisions = store_->alert(revision.alert);
  ASSERT_TRUE(revisions);
  ASSERT_THAT(*revisions, SizeIs(3));
  EXPECT_EQ((*revisions)[0].number, 1U);
  revision.number = 3;
  EXPECT_EQ((*revisions)[2], revision);
  EXPECT_THAT(store_->alert(gen.hash()).value(), IsEmpty());
  EXPECT_EQ(store_->alert_revision(revision.alert, 3), revision);
  EXPECT_EQ(store_->alert_revision(revision.alert, 4).error().code, ErrorCode::kNotFound);
}

TEST_F(StoreTest, StateRowsChangeWithACommitOrAlone) {
  Commit with_rows;
  with_rows.state = {{"a", "1"}, {"b", "2"}, {std::string(40, '\xff'), "3"}};
  commit(with_rows);
  Commit without;
  without.state_deletes = {"a"};
  commit(without);
  const std::vector<StateRow> more{{"b2", "4"}};
  ASSERT_TRUE(store_->put_state(more, {}));
  open();
  std::string seen;
  const auto see = [&](const StateRow& row) {
    seen += row.value;
    return Result<void>{};
  };
  ASSERT_TRUE(store_->for_each_state("", see));
  EXPECT_EQ(seen, "243");
  seen.clear();
  ASSERT_TRUE(store_->for_each_state("b", see));
  EXPECT_EQ(seen, "24");
  EXPECT_EQ(store_->state("b2").value().value_or(""), "4");
  EXPECT_FALSE(store_->state("a").value().has_value());

  ASSERT_TRUE(store_->drop_state());
  seen.clear();
  ASSERT_TRUE(store_->for_each_state("", see));
  EXPECT_EQ(seen, "");
  EXPECT_EQ(store_->head().sequence, 2U);
}

TEST_F(StoreTest, AVisitorsErrorEndsTheIteration) {
  commit({});
  commit({});
  int visits = 0;
  const auto result =
      store_->for_each_journal(1, [&](std::uint64_t, const JournalEntry&) -> Result<void> {
        ++visits;
        return fail(ErrorCode::kInvalid, "enough");
      });
  EXPECT_EQ(visits, 1);
  EXPECT_EQ(result.error().message, "enough");
}

TEST_F(StoreTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(store_->journal(1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->quarantined(1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->dispatch({}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->position("nobody", "e1"), 0U);
}

TEST_F(StoreTest, AFlushChangesNothing) {
  StoreGen gen(1);
  commit(gen.commit(1, 100));
  const StoreContent before = content_of(*store_);
  ASSERT_TRUE(store_->flush());
  EXPECT_EQ(content_of(*store_), before);
  open();
  EXPECT_EQ(content_of(*store_), before);
}

TEST_F(StoreTest, ASecondWriterIsTurnedAway) {
  const auto second = Store::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kForbidden);
  commit({});
}

TEST_F(StoreTest, AReadOnlyStoreRefusesWrites) {
  commit({});
  store_.reset();
  StoreOptions reading = options();
  reading.access = Access::kReadOnly;
  const auto store = Store::open(reading);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->head().sequence, 1U);
  EXPECT_EQ((*store)->commit({}).error().code, ErrorCode::kConflict);
  EXPECT_EQ((*store)->drop_state().error().code, ErrorCode::kConflict);
}

TEST_F(StoreTest, UnknownColumnFamiliesAreKept) {
  store_.reset();
  {
    rocksdb::DBOptions db_options;
    db_options.env = env_.get();
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(db_options, "/store", &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : names) descriptors.emplace_back(name, rocksdb::Options());
    descriptors.emplace_back("from_the_future", rocksdb::Options());
    db_options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(db_options, "/store", descriptors, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    for (auto* handle : handles) ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
  open();
  commit({});
  tamper("from_the_future", "k", "v");  // finds it, or fails
  open();
  EXPECT_EQ(store_->head().sequence, 1U);
  std::vector<std::string> names;
  rocksdb::DBOptions db_options;
  db_options.env = env_.get();
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(db_options, "/store", &names).ok());
  EXPECT_THAT(names, testing::Contains("from_the_future"));
}

TEST_F(StoreTest, ANewerStoreIsRefusedByName) {
  tamper("meta", std::string(kVersionKey), encode(StoreVersion{.schema = 5, .readable_from = 4}));
  const auto opened = Store::open(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kConflict);
  EXPECT_THAT(opened.error().message, HasSubstr("can be read from schema 4 on, this program has "
                                                "schema 3"));
}

TEST_F(StoreTest, ANewerStoreThatWeCanReadIsOpenedAndKeepsItsVersion) {
  tamper("meta", std::string(kVersionKey), encode(StoreVersion{.schema = 5, .readable_from = 3}));
  open();
  commit({});
  tamper("meta", std::string(kVersionKey), encode(StoreVersion{.schema = 5, .readable_from = 4}));
  EXPECT_FALSE(Store::open(options()));
}

TEST_F(StoreTest, AHeadThatDisagreesWithTheJournalIsCorrupt) {
  commit({});
  StoreHead head;
  head.sequence = 2;
  tamper("meta", std::string(kHeadKey), encode(head));
  const auto opened = Store::open(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("the journal ends at 1, the head says 2"));
  EXPECT_THAT(opened.error().message, HasSubstr("tocsin restore"));
}

TEST_F(StoreTest, ChainsLinkEveryEntryToTheOneBefore) {
  Commit three;
  three.ledger = {{Chain::kAlerts, "one"}, {Chain::kDispatches, "sent"}, {Chain::kAlerts, "two"}};
  commit(three);
  std::string previous(kChainGenesis);
  ASSERT_TRUE(store_->for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) {
    EXPECT_EQ(row.previous, previous);
    EXPECT_EQ(row.hash, chain_hash(previous, row.json));
    previous = row.hash;
    return Result<void>{};
  }));
  EXPECT_EQ(store_->head().chains[0], (ChainHead{2, previous}));
  const auto reports = verify_chains(*store_);
  for (const ChainReport& report : reports.value()) EXPECT_FALSE(report.broken);
}

TEST_F(StoreTest, VerifyFindsTheFirstChangedEntry) {
  Commit entries;
  for (int i = 0; i < 10; ++i) entries.ledger.push_back({Chain::kAlerts, std::to_string(i)});
  commit(entries);
  LedgerRow changed;
  ASSERT_TRUE(store_->for_each_ledger(Chain::kAlerts, 4, [&](const LedgerRow& row) {
    if (row.index == 4) changed = row;
    return Result<void>{};
  }));
  changed.json = "never said";
  tamper("ledger", ledger_key(Chain::kAlerts, 4), encode(changed));
  open();
  const auto reports = verify_chains(*store_).value();
  ASSERT_TRUE(reports[0].broken);
  EXPECT_EQ(reports[0].broken->index, 4U);
  EXPECT_EQ(reports[0].entries, 4U);
  EXPECT_THAT(reports[0].broken->reason, HasSubstr("its content gives"));
  EXPECT_FALSE(reports[1].broken);
}

TEST_F(StoreTest, VerifyFindsAChainRewrittenToItsEnd) {
  Commit entry;
  entry.ledger = {{Chain::kAlerts, "said"}};
  commit(entry);
  const std::string genesis(kChainGenesis);
  const LedgerRow forged{Chain::kAlerts, 0, genesis, chain_hash(genesis, "unsaid"), "unsaid"};
  tamper("ledger", ledger_key(Chain::kAlerts, 0), encode(forged));
  open();
  const auto reports = verify_chains(*store_).value();
  ASSERT_TRUE(reports[0].broken);
  EXPECT_THAT(reports[0].broken->reason, HasSubstr("the store's head says"));
}

TEST_F(StoreTest, StatisticsSpeakOfEveryColumn) {
  StoreGen gen(1);
  commit(gen.commit(1, 100));
  const StoreStatistics statistics = store_->statistics();
  ASSERT_THAT(statistics.columns, SizeIs(9));
  EXPECT_EQ(statistics.columns[0].column, "journal");
  EXPECT_EQ(statistics.columns[0].rows, 1U);
  EXPECT_GT(statistics.columns[0].memtable_bytes, 0U);
  EXPECT_EQ(statistics.writes_stopped, 0U);
}

TEST(StoreDirectory, AMissingStoreIsNotMadeByALook) {
  const testsupport::TempDir dir;
  for (const Access access : {Access::kReadOnly, Access::kReadWrite}) {
    const auto opened = Store::open(
        {.directory = dir.path() / "store", .access = access, .if_missing = IfMissing::kFail});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
    EXPECT_FALSE(std::filesystem::exists(dir.path() / "store"));
  }
}

TEST(Space, MarksAreLowerBounds) {
  constexpr SpaceMarks kMarks{.low = 100, .critical = 10};
  EXPECT_EQ(mark_of(100, kMarks), SpaceMark::kEnough);
  EXPECT_EQ(mark_of(99, kMarks), SpaceMark::kLow);
  EXPECT_EQ(mark_of(10, kMarks), SpaceMark::kLow);
  EXPECT_EQ(mark_of(9, kMarks), SpaceMark::kCritical);
}

TEST(Space, IsAskedOfTheVolume) {
  const testsupport::TempDir dir;
  const auto space = space_at(dir.path(), {.low = 1, .critical = 1});
  ASSERT_TRUE(space);
  EXPECT_GT(space->total_bytes, space->free_bytes);
  EXPECT_EQ(space_at(dir.path() / "missing", {}).error().code, ErrorCode::kIo);
}

// No compaction gets a turn as long as it lives.
class NoCompactions {
 public:
  NoCompactions() { env_->SetBackgroundThreads(0, rocksdb::Env::LOW); }
  ~NoCompactions() { env_->SetBackgroundThreads(threads_, rocksdb::Env::LOW); }
  NoCompactions(const NoCompactions&) = delete;
  NoCompactions& operator=(const NoCompactions&) = delete;

 private:
  rocksdb::Env* env_ = rocksdb::Env::Default();
  int threads_ = env_->GetBackgroundThreads(rocksdb::Env::LOW);
};

// A flush that is asked for waits, as RocksDB has it, until compactions have made room.
TEST_F(StoreTest, AFlushAtAStopWaitsForNoCompaction) {
  StoreGen gen(testsupport::test_seed());
  const NoCompactions none;
  rocksdb::DB& db = *store_->columns().db;
  rocksdb::ColumnFamilyHandle* meta = store_->columns()[Column::kMeta];
  ASSERT_TRUE(db.SetOptions(meta, {{"level0_file_num_compaction_trigger", "2"},
                                   {"level0_slowdown_writes_trigger", "2"}})
                  .ok());
  rocksdb::FlushOptions at_once;
  at_once.allow_write_stall = true;
  for (int i = 0; i < 2; ++i) {
    commit(gen.commit(store_->next_sequence(), 1));
    ASSERT_TRUE(db.Flush(at_once, meta).ok());
  }
  commit(gen.commit(store_->next_sequence(), 1));
  ASSERT_TRUE(store_->flush());
  std::string files;
  ASSERT_TRUE(db.GetProperty(meta, "rocksdb.num-files-at-level0", &files));
  EXPECT_EQ(files, "3");
  store_.reset();
}

// At whatever byte it is cut, but between two revisions, where the rest is a block of fewer.
TEST(RecentRevisionsTest, TakesNothingFromADamagedBlock) {
  StoreGen gen(testsupport::test_seed());
  const auto before = gen.commit(1, 5).revisions, after = gen.commit(2, 5).revisions;
  ASSERT_GE(after.size(), 2U);
  std::set<std::size_t> blocks;
  for (std::size_t count = 0; count <= after.size(); ++count)
    blocks.insert(encode_block(std::span(after).first(count)).size());
  RecentRevisions recent;
  ASSERT_TRUE(recent.add(encode_block(before), 1));
  const auto stood = recent.sorted();
  const std::string whole = encode_block(after);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (blocks.contains(size)) continue;
    const auto added = recent.add(whole.substr(0, size), 2);
    ASSERT_FALSE(added) << size;
    EXPECT_EQ(added.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(recent.last_sequence(), 1U);
    EXPECT_EQ(recent.sorted(), stood) << size;
  }
  ASSERT_TRUE(recent.add(whole, 2));
  for (const LatestRevision& revision : after)
    EXPECT_TRUE(recent.find({revision.source, revision.identity}));
}

}  // namespace
}  // namespace tocsin
