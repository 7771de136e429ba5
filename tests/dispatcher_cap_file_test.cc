#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "alerting/cap_file_channel.h"
#include "alerting/policy.h"
#include "tests/support/alert_samples.h"
#include "tests/support/smtp_server.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CapFile : public testing::Test {
 protected:
  void SetUp() override { root_ = make_temporary_directory(); }
  void TearDown() override { fs::remove_all(root_); }

  PendingDispatch pending(const std::string& target = "ng/senate") const {
    const AlertRevision revision = sample_raised();
    PendingDispatch pending{.dispatch = {}, .revision = revision};
    pending.dispatch.alert = revision.alert;
    pending.dispatch.revision = revision.number;
    pending.dispatch.committee = kNigeriaSenate;
    pending.dispatch.address = {Channel::kCap, target};
    pending.dispatch.id = dispatch_id(revision.alert, 1, kNigeriaSenate, pending.dispatch.address);
    return pending;
  }
  DeliveryResult attempt(const PendingDispatch& pending) const {
    CapFileChannel channel(root_, {});
    return channel.attempt(pending, sample_catalogue(), {});
  }
  fs::path published() const {
    return root_ / "ng/senate" / (cap_identifier(sample_raised().alert, 1) + ".xml");
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::size_t files_in(const fs::path& directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
  }
  fs::path root_;
};

TEST_F(CapFile, IsPublishedWholeUnderItsIdentifier) {
  const DeliveryResult result = attempt(pending());
  EXPECT_EQ(result.outcome, Outcome::kAccepted) << result.answer;
  EXPECT_EQ(result.dispatch, pending().dispatch.id);
  EXPECT_EQ(content(published()), *render_cap(sample_raised(), "en", sample_catalogue(), {}));
  EXPECT_EQ(files_in(root_ / "ng/senate"), 1U);
}

TEST_F(CapFile, RepeatedAttemptFindsItsFile) {
  attempt(pending());
  const auto written = fs::last_write_time(published());
  const DeliveryResult again = attempt(pending());
  EXPECT_EQ(again.outcome, Outcome::kAccepted);
  EXPECT_THAT(again.answer, HasSubstr("was already there"));
  EXPECT_EQ(fs::last_write_time(published()), written);
}

// A crash between the rename and the result, then a restart with another configuration.
TEST_F(CapFile, ARetryAfterAChangeOfConfigurationFindsWhatWasPublished) {
  attempt(pending());
  const std::string before = content(published());
  CapOptions changed;
  changed.message.contact = "early-warning@parliament.example";
  ASSERT_NE(*render_cap(sample_raised(), "en", sample_catalogue(), changed), before);
  CapFileChannel channel(root_, changed);
  const DeliveryResult again = channel.attempt(pending(), sample_catalogue(), {});
  EXPECT_EQ(again.outcome, Outcome::kAccepted);
  EXPECT_THAT(again.answer, HasSubstr("what was published stands"));
  EXPECT_EQ(content(published()), before);
}

TEST_F(CapFile, AnotherMomentUnderTheIdentifierIsNotOurs) {
  AlertRevision later = sample_raised();
  later.issued = ProcessingTime(later.issued.milliseconds() + 60'000);
  fs::create_directories(published().parent_path());
  std::ofstream(published()) << *render_cap(later, "en", sample_catalogue(), {});
  EXPECT_EQ(attempt(pending()).outcome, Outcome::kRefused);
}

TEST_F(CapFile, WhatWasPublishedIsNeverReplaced) {
  fs::create_directories(published().parent_path());
  std::ofstream(published()) << "other";
  const DeliveryResult result = attempt(pending());
  EXPECT_EQ(result.outcome, Outcome::kRefused);
  EXPECT_THAT(result.answer, HasSubstr("already published with other content"));
  EXPECT_EQ(content(published()), "other");
}

TEST_F(CapFile, LeftoverOfACrashIsOverwritten) {
  fs::create_directories(published().parent_path());
  std::ofstream(published().parent_path() / ("." + pending().dispatch.id.hex() + ".partial"))
      << "half a fi";
  EXPECT_EQ(attempt(pending()).outcome, Outcome::kAccepted);
  EXPECT_EQ(files_in(published().parent_path()), 1U);
}

TEST_F(CapFile, DirectoryOutsideTheRootIsRefused) {
  for (const char* target : {"../elsewhere", "/etc", "", "a/../../b"}) {
    const DeliveryResult result = attempt(pending(target));
    EXPECT_EQ(result.outcome, Outcome::kRefused) << target;
    EXPECT_THAT(result.answer, HasSubstr("CAP directory"));
  }
  EXPECT_EQ(files_in(root_), 0U);
}

TEST_F(CapFile, DirectoryThatCannotBeMadeIsTriedAgain) {
  std::ofstream(root_ / "ng") << "a file where a directory belongs";
  const DeliveryResult result = attempt(pending());
  EXPECT_EQ(result.outcome, Outcome::kTryAgain);
  EXPECT_THAT(result.answer, HasSubstr("cannot make directory"));
}

TEST_F(CapFile, TwoCommitteesInOneDirectoryShareTheFile) {
  PendingDispatch other = pending();
  other.dispatch.committee = kBornoAssembly;
  other.dispatch.id = dispatch_id(other.dispatch.alert, 1, kBornoAssembly, other.dispatch.address);
  DeliveryResult first, second;
  std::thread one([&] { first = attempt(pending()); });
  std::thread two([&] { second = attempt(other); });
  one.join();
  two.join();
  // Who meets the other in the middle comes again and finds the file.
  EXPECT_TRUE(first.outcome == Outcome::kAccepted ||
              attempt(pending()).outcome == Outcome::kAccepted);
  EXPECT_TRUE(second.outcome == Outcome::kAccepted || attempt(other).outcome == Outcome::kAccepted);
  EXPECT_EQ(content(published()), *render_cap(sample_raised(), "en", sample_catalogue(), {}));
}

}  // namespace
}  // namespace tocsin
