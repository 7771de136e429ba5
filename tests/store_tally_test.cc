// What the store counts and lists so that nobody reads all rows. That it equals a full scan after
// any history, restart and crash: content_of() compares it in store_test.cc and
// store_crash_test.cc.
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/codec.h"
#include "storage/keys.h"
#include "tests/support/record_gen.h"
#include "tests/support/store_fixture.h"
#include "tests/support/store_gen.h"

namespace tocsin {
namespace {

using testsupport::content_of;
using testsupport::StoreContent;
using testsupport::StoreGen;

using StoreTally = testsupport::StoreTest;

Dispatch dispatch_in(DispatchState state, Channel channel, const std::string& id) {
  Dispatch dispatch;
  dispatch.id = hash128(id);
  dispatch.address.channel = channel;
  dispatch.state = state;
  return dispatch;
}

TEST_F(StoreTally, CountsADispatchWhereItStands) {
  Commit first;
  first.dispatches = {dispatch_in(DispatchState::kIntended, Channel::kEmail, "a"),
                      dispatch_in(DispatchState::kIntended, Channel::kCap, "b"),
                      dispatch_in(DispatchState::kDead, Channel::kCap, "b")};
  commit(first);
  DispatchCounts want;
  want.of(Channel::kEmail, DispatchState::kIntended) = 1;
  want.of(Channel::kCap, DispatchState::kDead) = 1;
  EXPECT_EQ(store_->dispatch_counts(), want);
  Commit second;
  second.dispatches = {dispatch_in(DispatchState::kAccepted, Channel::kEmail, "a")};
  commit(second);
  open();
  EXPECT_EQ(store_->dispatch_counts().in(DispatchState::kIntended), 0U);
  EXPECT_EQ(store_->dispatch_counts().in(DispatchState::kAccepted), 1U);
  EXPECT_EQ(store_->dispatch_counts().in(DispatchState::kDead), 1U);
}

// A row of another alert that can't be read is in nobody's way: it isn't looked at.
TEST_F(StoreTally, TheDispatchesOfAnAlertAreFoundWithoutTheOthers) {
  Commit commit_of_two;
  for (const char* id : {"a", "b", "c"}) {
    Dispatch dispatch = dispatch_in(DispatchState::kIntended, Channel::kEmail, id);
    dispatch.alert = hash128(*id == 'c' ? "other" : "one");
    commit_of_two.dispatches.push_back(dispatch);
  }
  commit(commit_of_two);
  Commit sent;
  sent.dispatches = {commit_of_two.dispatches.front()};
  sent.dispatches.front().state = DispatchState::kAccepted;
  commit(sent);
  tamper("outbox", dispatch_key(hash128("c")), "damage");
  open();
  const auto found = store_->dispatches_of(hash128("one"));
  ASSERT_TRUE(found) << found.error().message;
  std::vector<Dispatch> want{sent.dispatches.front(), commit_of_two.dispatches[1]};
  std::ranges::sort(want, {}, &Dispatch::id);
  EXPECT_EQ(*found, want);
  EXPECT_TRUE(store_->dispatches_of(hash128("nobody")).value().empty());
  EXPECT_EQ(store_->dispatches_of(hash128("other")).error().code, ErrorCode::kCorrupt);
}

TEST_F(StoreTally, LastRevisionOfEachAlertIsVisitedOnce) {
  StoreGen gen(testsupport::test_seed());
  for (int i = 0; i < 40; ++i) commit(gen.commit(store_->next_sequence(), 0));
  std::map<Hash128, AlertRevision> want, got;
  for (const auto& [key, revision] : content_of(*store_).alerts) want[revision.alert] = revision;
  ASSERT_TRUE(store_->for_each_last_revision([&](const AlertRevision& last) {
    EXPECT_TRUE(got.emplace(last.alert, last).second);
    return Result<void>{};
  }));
  EXPECT_FALSE(want.empty());
  EXPECT_EQ(got, want);
}

// A release that keeps no tally leaves a store without one, or an old one behind.
TEST_F(StoreTally, WhatAnOlderReleaseWroteIsCountedAgain) {
  StoreGen gen(testsupport::test_seed());
  for (int i = 0; i < 40 || store_->open_alerts().empty(); ++i)
    commit(gen.commit(store_->next_sequence(), 0));
  const StoreContent before = content_of(*store_);
  ASSERT_NE(before.dispatch_counts, DispatchCounts());
  ASSERT_FALSE(before.open_alerts.empty());
  const std::string key(kTallyKey), strange = open_alert_key(gen.hash());
  for (const auto& row : {std::optional<std::string>(), std::optional(encode(Tally{3, {}}))}) {
    tamper("meta", key, row);
    tamper("meta", strange, encode_number(1));
    tamper("meta", open_alert_key(before.open_alerts.begin()->first), std::nullopt);
    open();
    EXPECT_EQ(content_of(*store_), before);
    open();
    EXPECT_EQ(content_of(*store_), before) << "nothing was committed: counted once more";
  }
  StoreContent after = before;
  const Commit next = gen.commit(store_->next_sequence(), 0);
  commit(next);
  apply(next, after);
  EXPECT_EQ(content_of(*store_), after);
  open();
  EXPECT_EQ(content_of(*store_), after);
}

}  // namespace
}  // namespace tocsin
