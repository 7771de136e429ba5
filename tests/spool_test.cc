#include "ingest/spool.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ingest/spool_file.h"

namespace tocsin::test {
namespace {

namespace fs = std::filesystem;
constexpr ProcessingTime kNow{1'600'000'000'000};
constexpr std::int64_t kHour = 3'600'000;

ProcessingTime after(std::int64_t milliseconds) {
  return ProcessingTime(kNow.milliseconds() + milliseconds);
}

StoredFrame frame_of(std::uint64_t number, const std::string& payload) {
  return {.sequence = 0,
          .records = 1,
          .first_line = number,
          .end = {number * 10, number, number * 7},
          .payload = payload};
}

class SpoolTest : public testing::Test {
 protected:
  SpoolTest() {
    std::string name = testing::TempDir() + "tocsin-spool-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~SpoolTest() override { fs::remove_all(directory_); }

  std::unique_ptr<Spool> open(std::uint64_t segment_bytes = 1 << 20) {
    auto spool = Spool::open(directory_, kNow, {.segment_bytes = segment_bytes});
    EXPECT_TRUE(spool) << (spool ? "" : spool.error().message);
    return spool ? std::move(*spool) : nullptr;
  }
  // The error of a spool that must not open.
  Error refused() {
    auto spool = Spool::open(directory_, kNow);
    EXPECT_FALSE(spool);
    return spool ? Error{} : spool.error();
  }
  void add(Spool& spool, int frames) {
    for (int i = 0; i < frames; ++i)
      ASSERT_TRUE(
          spool.append(frame_of(spool.last_sequence() + 1, "{\"n\":" + std::to_string(i) + "}\n")));
    ASSERT_TRUE(spool.sync());
  }
  std::vector<fs::path> segments() const {
    std::vector<fs::path> paths;
    for (const auto& item : fs::directory_iterator(directory_))
      if (item.path().filename().string().starts_with("frames-")) paths.push_back(item.path());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  static void flip(const fs::path& path, std::size_t at) {
    std::string content = *read_whole(path.string());
    content[at] = static_cast<char>(content[at] ^ 0x40);
    std::ofstream(path, std::ios::binary) << content;
  }
  std::string directory_;
};

TEST_F(SpoolTest, KeepsFramesAndEpochOverRestarts) {
  std::string epoch;
  {
    const auto spool = open();
    epoch = spool->epoch();
    add(*spool, 3);
  }
  const auto spool = open();
  EXPECT_EQ(spool->epoch(), epoch);
  EXPECT_EQ(epoch.size(), 32U);
  EXPECT_EQ(spool->last_sequence(), 3U);
  EXPECT_EQ(spool->read(2)->payload, "{\"n\":1}\n");
  EXPECT_EQ(spool->read(2)->first_line, 2U);
  EXPECT_EQ(spool->interrupted_input(), (InputPosition{30, 3, 21}));
  EXPECT_EQ(spool->read(4).error().code, ErrorCode::kNotFound);
}

TEST_F(SpoolTest, CountsHowOftenItWasOpened) {
  EXPECT_EQ(open()->run(), 1U);
  EXPECT_EQ(open()->run(), 2U);
  std::ofstream(fs::path(directory_) / "runs") << "many\n";
  const Error error = refused();
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.message.find("/runs: it holds \"many\n\", not a number from 0 to 33554430"),
            std::string::npos)
      << error.message;
}

TEST_F(SpoolTest, CutsOffATornLastFrameAtEveryByte) {
  std::size_t whole = 0, first = 0;
  {
    const auto spool = open();
    add(*spool, 1);
    first = fs::file_size(segments()[0]);
    add(*spool, 1);
    whole = fs::file_size(segments()[0]);
  }
  const std::string content = *read_whole(segments()[0].string());
  for (std::size_t bytes = first; bytes < whole; ++bytes) {
    std::ofstream(segments()[0], std::ios::binary) << content.substr(0, bytes);
    const auto spool = open();
    ASSERT_TRUE(spool) << bytes;
    EXPECT_EQ(spool->last_sequence(), 1U) << bytes;
    EXPECT_EQ(spool->torn_bytes(), bytes - first);
    add(*spool, 1);  // and it goes on
    EXPECT_EQ(spool->read(2)->payload, "{\"n\":0}\n");
  }
}

TEST_F(SpoolTest, RefusesAFlippedByteAnywhereBeforeTheLastWrites) {
  {
    const auto spool = open();
    for (int i = 0; i < 3; ++i) add(*spool, 1);
  }
  const std::size_t frame = fs::file_size(segments()[0]) / 3;
  for (std::size_t at = 0; at < 2 * frame; ++at) {
    flip(segments()[0], at);
    const std::string before = *read_whole(segments()[0].string());
    EXPECT_EQ(refused().code, ErrorCode::kCorrupt) << at;
    EXPECT_EQ(*read_whole(segments()[0].string()), before);
    flip(segments()[0], at);
  }
  EXPECT_EQ(open()->last_sequence(), 3U);
}

// Pages of an unsynced group reach the disk in any order: damage before a whole frame is no
// corruption then.
TEST_F(SpoolTest, CutsOffAnUnsyncedGroupWithAHoleInIt) {
  std::size_t synced = 0;
  {
    const auto spool = open();
    add(*spool, 1);
    synced = fs::file_size(segments()[0]);
    add(*spool, 3);  // one sync for three
  }
  flip(segments()[0], synced + 3);
  const auto spool = open();
  EXPECT_EQ(spool->last_sequence(), 1U);
}

TEST_F(SpoolTest, RefusesToOpenWhenAnAcknowledgedFrameIsMissing) {
  std::size_t first = 0;
  {
    const auto spool = open();
    add(*spool, 1);
    first = fs::file_size(segments()[0]);
    add(*spool, 1);
    ASSERT_TRUE(spool->acknowledge(2, kNow));
  }
  fs::resize_file(segments()[0], first + 5);
  EXPECT_EQ(refused().code, ErrorCode::kCorrupt);
  EXPECT_EQ(fs::file_size(segments()[0]), first + 5);  // left as it was found
}

TEST_F(SpoolTest, RemembersAcksAndSurvivesATornOneAtEveryByte) {
  {
    const auto spool = open();
    add(*spool, 3);
    ASSERT_TRUE(spool->acknowledge(1, kNow));
    ASSERT_TRUE(spool->acknowledge(2, after(5)));
  }
  const std::string path = directory_ + "/acks.log";
  const std::string content = *read_whole(path);
  ASSERT_EQ(content.size(), 2 * kAckEntryBytes);
  for (std::size_t bytes = kAckEntryBytes; bytes <= content.size(); ++bytes) {
    std::ofstream(path, std::ios::binary) << content.substr(0, bytes);
    EXPECT_EQ(open()->last_ack(), bytes == content.size() ? 2U : 1U);
  }
}

TEST_F(SpoolTest, KeepsAcknowledgedFramesForAnHour) {
  const auto spool = open(1);  // a segment for each frame
  add(*spool, 3);
  ASSERT_TRUE(spool->acknowledge(2, kNow));
  ASSERT_TRUE(spool->trim(after(kHour - 1)));
  EXPECT_EQ(spool->first_sequence(), 1U);
  ASSERT_TRUE(spool->trim(after(kHour)));
  EXPECT_EQ(spool->first_sequence(), 3U);
  EXPECT_TRUE(spool->read(3));
}

TEST_F(SpoolTest, NeverTrimsTheNewestSegmentSoNumbersGoOn) {
  {
    const auto spool = open(1);
    add(*spool, 3);
    ASSERT_TRUE(spool->acknowledge(3, kNow));
    ASSERT_TRUE(spool->trim(after(2 * kHour)));
    EXPECT_EQ(segments().size(), 1U);
  }
  const auto spool = open(1);
  EXPECT_EQ(spool->last_ack(), 3U);
  EXPECT_EQ(*spool->append(frame_of(4, "{}\n")), 4U);
}

TEST_F(SpoolTest, ASegmentThatGrewAfterItsAckIsKept) {
  const auto spool = open(200);
  add(*spool, 1);
  ASSERT_TRUE(spool->acknowledge(1, kNow));
  add(*spool, 4);  // the first of them joins the acknowledged one
  ASSERT_GT(segments().size(), 1U);
  ASSERT_TRUE(spool->trim(after(2 * kHour)));
  EXPECT_EQ(spool->first_sequence(), 1U);
}

TEST_F(SpoolTest, IsUsedByOneProcessAtATime) {
  const auto spool = open();
  EXPECT_EQ(refused().code, ErrorCode::kConflict);
}

TEST_F(SpoolTest, ForgetsTheInputOnceItIsFinished) {
  {
    const auto spool = open();
    add(*spool, 2);
    ASSERT_TRUE(spool->finish_input(kNow));
    EXPECT_FALSE(spool->interrupted_input());
  }
  EXPECT_FALSE(open()->interrupted_input());
}

TEST_F(SpoolTest, RefusesADirectoryThatIsNoSpool) {
  std::ofstream(directory_ + "/spool") << "something else\n";
  EXPECT_EQ(refused().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace tocsin::test
