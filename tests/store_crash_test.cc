// The fsync proof: whatever moment the power fails at, a store that is opened again holds every
// commit whose commit() returned, whole, and of the one in flight all or nothing.
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <atomic>

#include "storage/store.h"
#include "storage/verify.h"
#include "tests/support/crash_fs.h"
#include "tests/support/record_gen.h"
#include "tests/support/store_gen.h"

namespace tocsin {
namespace {

using testsupport::content_of;
using testsupport::CrashDisk;
using testsupport::StoreContent;
using testsupport::StoreGen;

StoreOptions on(CrashDisk& disk) {
  // Small buffers: a short run then also flushes and compacts.
  return {.directory = CrashDisk::root() + "/store",
          .env = disk.env(),
          .block_cache_bytes = std::size_t{1} << 20,
          .recent_records = 60,
          .overlap = false};
}

std::unique_ptr<Store> open(CrashDisk& disk) {
  auto store = Store::open(on(disk));
  EXPECT_TRUE(store) << store.error().message;
  return store ? *std::move(store) : nullptr;
}

// What was promised, and what may be there besides: the commit in flight when the power failed.
struct Promise {
  StoreContent committed;
  StoreContent with_flight;
};

// Commits until the power fails or `commits` are done.
void commit_until_failure(Store& store, StoreGen& gen, int commits, Promise& promise) {
  for (; commits > 0; --commits) {
    const Commit next = gen.commit(store.next_sequence(), gen.below(30));
    apply(next, promise.with_flight);
    if (!store.commit(next)) return;
    promise.committed = promise.with_flight;
  }
}

void expect_kept(const Store& store, Promise& promise) {
  const StoreContent found = content_of(store);
  const bool flight_landed = found.head == promise.with_flight.head;
  EXPECT_TRUE(found == (flight_landed ? promise.with_flight : promise.committed))
      << "found " << found.head.sequence << ", promised " << promise.committed.head.sequence;
  const auto reports = verify_chains(store);
  for (const ChainReport& report : reports.value()) EXPECT_FALSE(report.broken);
  promise.committed = promise.with_flight = found;
}

enum class Loss : std::uint8_t { kAllUnsynced, kSomeUnsynced };

void crash(CrashDisk& disk, Loss loss, StoreGen& gen) {
  if (loss == Loss::kAllUnsynced) return disk.crash();
  disk.crash_torn(static_cast<std::uint64_t>(gen.below(1 << 30)));
}

class Crash : public testing::TestWithParam<Loss> {};
INSTANTIATE_TEST_SUITE_P(Loses, Crash, testing::Values(Loss::kAllUnsynced, Loss::kSomeUnsynced),
                         [](const auto& suite) {
                           return suite.param == Loss::kAllUnsynced ? "AllUnsynced"
                                                                    : "SomeUnsynced";
                         });

TEST_P(Crash, AtAnyChangeOfAShortRunLosesNothingCommitted) {
  StoreGen random(testsupport::test_seed());
  // The first changes make the store; by kChanges the short run is over. A usual run takes every
  // fourth or so, from a random one on; TOCSIN_CASES=220 takes them all.
  constexpr int kChanges = 220;
  const int stride = std::max(1, kChanges / testsupport::test_cases(50));
  for (int changes = random.below(stride); changes < kChanges; changes += stride) {
    SCOPED_TRACE("power fails after " + std::to_string(changes) + " changes");
    CrashDisk disk;
    StoreGen gen(7);
    Promise promise;
    disk.fail_after(static_cast<std::uint64_t>(changes));
    if (auto store = Store::open(on(disk))) {
      commit_until_failure(**store, gen, 20, promise);
      crash(disk, GetParam(), random);
    } else {
      crash(disk, GetParam(), random);
    }
    const auto store = open(disk);
    ASSERT_TRUE(store);
    expect_kept(*store, promise);
    if (testing::Test::HasFailure()) return;
  }
}

TEST_P(Crash, AfterCrashLosesNothingCommitted) {
  StoreGen gen(testsupport::test_seed());
  CrashDisk disk;
  Promise promise;
  for (int crashes = testsupport::test_cases(12); crashes > 0; --crashes) {
    auto store = open(disk);
    ASSERT_TRUE(store);
    expect_kept(*store, promise);
    disk.fail_after(static_cast<std::uint64_t>(gen.below(400)));
    commit_until_failure(*store, gen, 60, promise);
    crash(disk, GetParam(), gen);
    store.reset();  // the dead machine's process; what it does now must not matter
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Sync, EveryCommitIsSyncedBeforeItReturns) {
  CrashDisk disk;
  StoreGen gen(1);
  std::atomic<int> log_syncs = 0;
  disk.on_sync([&](const std::string& path) { log_syncs += path.ends_with(".log") ? 1 : 0; });
  const auto store = open(disk);
  for (int i = 0; i < 50; ++i) {
    const int before = log_syncs;
    ASSERT_TRUE(store->commit(gen.commit(store->next_sequence(), 5)));
    EXPECT_GT(log_syncs, before);
  }
}

TEST(Sync, AFailedOneFailsTheCommitAndEveryLaterWrite) {
  for (std::uint64_t n = 1; n <= 20; ++n) {
    SCOPED_TRACE("sync " + std::to_string(n) + " fails");
    CrashDisk disk;
    StoreGen gen(3);
    Promise promise;
    const auto store = open(disk);
    disk.fail_sync(n);
    commit_until_failure(*store, gen, 50, promise);
    ASSERT_LT(promise.committed.head.sequence, 50U);
    const auto refused = store->commit(gen.commit(store->next_sequence(), 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_FALSE(store->put_state({}, {}));
    EXPECT_EQ(store->head(), promise.committed.head);
    disk.crash();
    expect_kept(*open(disk), promise);
  }
}

TEST(CrashDisk, KeepsWhatWasSyncedAndNothingElse) {
  CrashDisk disk;
  const std::string path = CrashDisk::root() + "/file";
  std::unique_ptr<rocksdb::WritableFile> file;
  ASSERT_TRUE(disk.env()->NewWritableFile(path, &file, {}).ok());
  ASSERT_TRUE(file->Append("kept").ok());
  ASSERT_TRUE(file->Sync().ok());
  disk.crash();
  EXPECT_TRUE(disk.env()->FileExists(path).IsNotFound()) << "its name was not synced";

  ASSERT_TRUE(disk.env()->NewWritableFile(path, &file, {}).ok());
  ASSERT_TRUE(file->Append("kept").ok());
  ASSERT_TRUE(file->Sync().ok());
  std::unique_ptr<rocksdb::Directory> directory;
  ASSERT_TRUE(disk.env()->NewDirectory(CrashDisk::root(), &directory).ok());
  ASSERT_TRUE(directory->Fsync().ok());
  ASSERT_TRUE(file->Append(" lost").ok());
  disk.crash();
  std::string bytes;
  ASSERT_TRUE(rocksdb::ReadFileToString(disk.env(), path, &bytes).ok());
  EXPECT_EQ(bytes, "kept");
  EXPECT_FALSE(file->Append("from the dead machine").ok());
}

}  // namespace
}  // namespace tocsin
