// A byte of a file that lay still on the disk is another one: the store refuses to open or to be
// read and says kCorrupt, or holds exactly what it held. It is never an empty or a shorter one, and
// a store that is refused stays as it was.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/daemon.h"
#include "tests/sim/violation.h"
#include "tests/support/record_gen.h"
#include "tests/support/store_gen.h"

namespace tocsin::sim {
namespace {

using testsupport::content_of;
using testsupport::StoreContent;

class FlippedByte : public testing::TestWithParam<Where> {
 protected:
  Result<std::unique_ptr<Store>> open(SimDisk& disk) const {
    return Store::open({.directory = CrashDisk::root() + "/store",
                        .if_missing = IfMissing::kFail,
                        .env = disk.env(),
                        .block_cache_bytes = std::size_t{1} << 20});
  }

  void flip(const std::string& path, std::size_t at, unsigned char mask) {
    SCOPED_TRACE(fmt::format("byte {} of {} xor {:#x}", at, path, mask));
    CrashDisk::Image damaged = image_;
    char& byte = damaged.at(path)[at];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ mask);
    SimDisk disk(damaged);
    std::unique_ptr<Store> store;
    auto opened = open(disk);
    if (!opened) {
      EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().message;
      EXPECT_NE(opened.error().message.find("tocsin restore"), std::string::npos)
          << opened.error().message;
      EXPECT_TRUE(disk.under().image() == damaged) << "a store that is refused was changed";
      ++refused_;
      return;
    }
    store = *std::move(opened);
    if (const auto read = read_all(*store); !read) {
      EXPECT_EQ(read.error().code, ErrorCode::kCorrupt) << read.error().message;
      ++found_by_reading_;
    } else {
      EXPECT_TRUE(content_of(*store) == content_) << "nobody noticed";
      ++harmless_;
    }
    disk.with_background([&] { store.reset(); });
  }

  void SetUp() override {
    SimDisk disk(image_);
    auto store = must(open(disk), "open");
    content_ = content_of(*store);
    disk.with_background([&] { store.reset(); });
  }

  const CrashDisk::Image image_ = lived_in(GetParam());
  StoreContent content_;
  int refused_ = 0, found_by_reading_ = 0, harmless_ = 0;
};

// A usual run takes some bytes of each file, the last ones of what is a log among them;
// TOCSIN_CASES=100000 takes them all.
TEST_P(FlippedByte, IsFoundOrHarmless) {
  testsupport::RecordGen random(testsupport::test_seed());
  const auto cases = static_cast<std::size_t>(testsupport::test_cases(12));
  for (const auto& [path, bytes] : image_) {
    if (bytes.empty()) continue;
    const std::size_t stride = std::max<std::size_t>(1, bytes.size() / cases);
    for (std::size_t at = static_cast<std::size_t>(random.below(static_cast<int>(stride)));
         at < bytes.size(); at += stride) {
      flip(path, at,
           static_cast<unsigned char>(random.below(2) == 0 ? 0xff : 1 << random.below(8)));
      if (HasFailure()) return;
    }
  }
  fmt::print("{} refused at the opening, {} found by reading, {} harmless\n", refused_,
             found_by_reading_, harmless_);
  EXPECT_GT(refused_, 0);
}

// The length of a record in a log (WAL or manifest), made longer than the file, looks like a batch
// that was being written when the power failed; its type, made that of a recycled log, like what
// was left of an older one.
TEST_P(FlippedByte, InTheHeaderOfALogsRecordIsNoEndOfIt) {
  for (const auto& [path, bytes] : image_) {
    const bool is_log = path.ends_with(".log") || path.find("MANIFEST") != std::string::npos;
    if (!is_log) continue;
    // A record's header: checksum (4), length (2), type (1).
    constexpr std::size_t kHeader = 7, kBlock = 32'768;
    std::size_t records = 0;
    for (std::size_t at = 0; at + kHeader <= bytes.size() && records < 60; ++records) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
      const std::size_t length = byte(4) + 256U * byte(5);
      flip(path, at + 5, 0x40);
      flip(path, at + 4, 0x80);
      constexpr unsigned kRecyclable = 4;  // more than the type of the same record without
      flip(path, at + 6, static_cast<unsigned char>(byte(6) ^ (byte(6) + kRecyclable)));
      if (HasFailure()) return;
      at += kHeader + length;
      if (kBlock - at % kBlock < kHeader) at += kBlock - at % kBlock;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, FlippedByte, testing::Values(Where::kLog, Where::kTables),
                         [](const auto& tested) {
                           return tested.param == Where::kLog ? "Logs" : "LogsAndTables";
                         });

}  // namespace
}  // namespace tocsin::sim
