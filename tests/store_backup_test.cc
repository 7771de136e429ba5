#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "storage/store.h"
#include "storage/verify.h"
#include "tests/support/store_gen.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

using testing::HasSubstr;
using testsupport::content_of;
using testsupport::StoreContent;
using testsupport::StoreGen;

class BackupTest : public testing::Test {
 protected:
  std::filesystem::path at(const std::string& name) const { return dir_.path() / name; }
  std::unique_ptr<Store> open(const std::string& name) const {
    auto store = Store::open({.directory = at(name)});
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  void commit(Store& store, int commits) {
    for (; commits > 0; --commits) {
      const Commit next = gen_.commit(store.next_sequence(), 20);
      ASSERT_TRUE(store.commit(next));
      apply(next, twin_);
    }
  }

  testsupport::TempDir dir_;
  StoreGen gen_{1};
  StoreContent twin_;
};

TEST_F(BackupTest, RestoresWhatWasThereWhenItWasMade) {
  const auto store = open("store");
  commit(*store, 10);
  const StoreContent then = twin_;
  const auto backup = store->backup(at("backup"));
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(backup->sequence, 10U);
  commit(*store, 5);

  const auto restored = restore({.backup = at("backup"), .target = at("restored")});
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->sequence, 10U);
  EXPECT_EQ(content_of(*open("restored")), then);
  EXPECT_EQ(content_of(*store), twin_);
}

TEST_F(BackupTest, TheNewestOfSeveralIsRestored) {
  const auto store = open("store");
  commit(*store, 3);
  ASSERT_TRUE(store->backup(at("backup")));
  commit(*store, 3);
  ASSERT_TRUE(store->backup(at("backup")));
  std::filesystem::create_directory(at("empty"));
  ASSERT_TRUE(restore({.backup = at("backup"), .target = at("empty") / ""}));
  EXPECT_EQ(content_of(*open("empty")), twin_);
}

TEST_F(BackupTest, CommitsGoOnMeanwhileAndABackupHoldsWholeOnes) {
  const auto store = open("store");
  commit(*store, 5);
  Result<BackupReceipt> backup = fail(ErrorCode::kInvalid, "not made");
  std::thread other([&] { backup = store->backup(at("backup")); });
  commit(*store, 50);
  other.join();
  ASSERT_TRUE(backup) << backup.error().message;
  ASSERT_TRUE(restore({.backup = at("backup"), .target = at("restored")}));
  const auto restored = open("restored");  // checks the head against journal and chains
  EXPECT_GE(restored->head().sequence, backup->sequence);
  const auto reports = verify_chains(*restored);
  for (const ChainReport& report : reports.value()) EXPECT_FALSE(report.broken);
}

TEST_F(BackupTest, NeverRestoresOverAnything) {
  const auto store = open("store");
  commit(*store, 1);
  ASSERT_TRUE(store->backup(at("backup")));
  std::filesystem::create_directory(at("full"));
  std::ofstream(at("full") / "letter") << "dear";
  const auto restored = restore({.backup = at("backup"), .target = at("full")});
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::kConflict);
  EXPECT_THAT(restored.error().message, HasSubstr("letter"));
  EXPECT_TRUE(std::filesystem::exists(at("full") / "letter"));
}

TEST_F(BackupTest, ADamagedBackupIsNotRestored) {
  const auto store = open("store");
  commit(*store, 20);
  ASSERT_TRUE(store->backup(at("backup")));
  for (const auto& file : std::filesystem::recursive_directory_iterator(at("backup"))) {
    if (!file.path().string().ends_with(".log") || file.file_size() == 0) continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(file.file_size() / 2)).put('!');
  }
  const auto restored = restore({.backup = at("backup"), .target = at("restored")});
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(at("restored")));
}

TEST_F(BackupTest, WhatIsNoBackupIsNotFound) {
  EXPECT_EQ(restore({.backup = at("nothing"), .target = at("restored")}).error().code,
            ErrorCode::kNotFound);
  std::filesystem::create_directory(at("empty"));
  EXPECT_EQ(restore({.backup = at("empty"), .target = at("restored")}).error().code,
            ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(at("restored")));
}

TEST_F(BackupTest, IsNotPutIntoTheStoreItself) {
  const auto store = open("store");
  EXPECT_EQ(store->backup(at("store") / "backup").error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tocsin
