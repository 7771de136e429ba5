// Damage on the disk is refused or reported, and never repaired, moved or overwritten.
#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "storage/store.h"
#include "tests/support/store_gen.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

using testing::HasSubstr;
using testsupport::StoreGen;

class CorruptionTest : public testing::Test {
 protected:
  // 60 commits; with `files` the first 30 are in table files, the rest in the log.
  enum class Where : std::uint8_t { kLog, kTables };
  void fill(Where where) {
    StoreGen gen(1);
    auto store = open();
    for (int i = 0; i < 60; ++i) {
      if (i == 30 && where == Where::kTables) {
        store.reset();  // the next opening writes tables out of the log
        store = open();
      }
      ASSERT_TRUE(store->commit(gen.commit(store->next_sequence(), 20)));
    }
  }
  std::unique_ptr<Store> open() {
    auto store = Store::open({.directory = store_dir()});
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  std::filesystem::path store_dir() const { return dir_.path() / "store"; }

  // The largest file whose name has `part` in it.
  std::filesystem::path file(std::string_view part) const {
    std::vector<std::filesystem::directory_entry> files;
    for (const auto& entry : std::filesystem::directory_iterator(store_dir())) {
      if (entry.path().filename().string().find(part) != std::string::npos) files.push_back(entry);
    }
    return std::ranges::max(files, {}, [](const auto& entry) { return entry.file_size(); }).path();
  }
  // Inverts the byte at `share` (0 to 1) of the file's length.
  static void flip(const std::filesystem::path& path, double share) {
    std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(
        share * static_cast<double>(std::filesystem::file_size(path) - 1));
    const int byte = bytes.seekg(at).get();
    bytes.seekp(at).put(static_cast<char>(~byte));
  }
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(store_dir())) {
      std::ifstream bytes(entry.path(), std::ios::binary);
      all[entry.path().filename().string()] = {std::istreambuf_iterator<char>(bytes), {}};
    }
    return all;
  }
  // Opening says kCorrupt and what to do, and the directory stays as it is.
  void expect_refused() {
    const auto before = contents();
    const auto store = Store::open({.directory = store_dir()});
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kCorrupt) << store.error().message;
    EXPECT_THAT(store.error().message, HasSubstr("tocsin restore"));
    EXPECT_TRUE(contents() == before);
  }

  testsupport::TempDir dir_;
};

TEST_F(CorruptionTest, AFlippedByteInTheLog) {
  fill(Where::kLog);
  flip(file(".log"), 0.5);
  expect_refused();
}

TEST_F(CorruptionTest, AFlippedByteInTheLogBehindTables) {
  fill(Where::kTables);
  flip(file(".log"), 0.3);
  expect_refused();
}

TEST_F(CorruptionTest, AFlippedByteInTheManifest) {
  fill(Where::kTables);
  flip(file("MANIFEST"), 0.5);
  expect_refused();
}

TEST_F(CorruptionTest, AMissingManifest) {
  fill(Where::kTables);
  std::filesystem::remove(file("MANIFEST"));
  expect_refused();
}

TEST_F(CorruptionTest, AMissingCurrent) {
  fill(Where::kTables);
  std::filesystem::remove(store_dir() / "CURRENT");
  expect_refused();
}

TEST_F(CorruptionTest, AMissingTable) {
  fill(Where::kTables);
  std::filesystem::remove(file(".sst"));
  expect_refused();
}

TEST_F(CorruptionTest, ATruncatedTable) {
  fill(Where::kTables);
  std::filesystem::resize_file(file(".sst"), std::filesystem::file_size(file(".sst")) / 2);
  expect_refused();
}

TEST_F(CorruptionTest, AFlippedByteInATableIsFoundByReading) {
  fill(Where::kTables);
  flip(file(".sst"), 0.2);
  const auto before = contents();
  const auto read_all = [&]() -> Result<void> {
    const auto store = Store::open({.directory = store_dir(), .access = Access::kReadOnly});
    if (!store) return tl::unexpected(store.error());
    const auto none = [](const auto&...) { return Result<void>{}; };
    if (auto journal = (*store)->for_each_journal(1, none); !journal) return journal;
    return (*store)->for_each_latest(none);
  };
  const auto read = read_all();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(contents() == before);
}

TEST_F(CorruptionTest, ATornTailLosesOnlyTheCommitInFlight) {
  fill(Where::kLog);
  const auto log = file(".log");
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 7);
  EXPECT_EQ(open()->head().sequence, 59U);
}

TEST_F(CorruptionTest, ALostLogEndIsLeftToTheProducersToNotice) {
  // Whoever cuts a log between two records takes commits away without a trace on this disk. That is
  // why HELLO compares a producer's last ACK with its durable sequence (docs/SEMANTICS.md 6).
  fill(Where::kLog);
  std::filesystem::resize_file(file(".log"), 0);
  EXPECT_EQ(open()->head().sequence, 0U);
}

}  // namespace
}  // namespace tocsin
