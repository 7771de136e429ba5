// What keeps alerts back, through the whole daemon: journaled, chained, restarted and proved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/request.h"
#include "daemon/verify.h"
#include "tests/config_fixture.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testsupport::price;
using testsupport::small_contents;
using testsupport::SmallDaemon;

constexpr std::int64_t kHour = 3'600'000;

// The small contents with these keys for its pattern, and a signal for prices above 500.
Contents with(const std::string& keys) {
  Contents contents = small_contents();
  testing::replace(contents.packs.at("small.yaml"), "patterns:\n",
                   "  ruinous:\n"
                   "    dimension: food\n"
                   "    when: last(price) > 500 NGN/kg\n"
                   "patterns:\n");
  testing::replace(contents.packs.at("small.yaml"), "    window: 30d\n",
                   "    window: 30d\n" + keys);
  return contents;
}

std::string may_price(int value, int revision = 1) {
  return price("p1", "2019-05-01", "2019-06-01", value, revision);
}

std::vector<std::string> kinds(const CommitOutcome& outcome) {
  std::vector<std::string> out;
  for (const AlertRevision& revision : outcome.revisions) out.emplace_back(name_of(revision.kind));
  for (const HeldBack& held : outcome.held_back)
    out.push_back("held by " + std::string(name_of(held.why)));
  return out;
}

// A store that has run on `keys`, and is proved when the test ends: what it says is what its
// journal says.
class Restraints : public ::testing::Test {
 protected:
  void begin(const std::string& keys) {
    daemon_.begin();
    daemon_.reload(with(keys));
  }
  std::optional<ProcessingTime> due() const {
    return daemon_.pipeline().engine().ledger().next_due(daemon_.pipeline().now());
  }
  RequestOutcome mute(const std::string& until) {
    const auto time = parse_day(until);
    CommitOutcome outcome = daemon_.commit({MuteInput{"hunger", "NG-BO", "ada", "known already",
                                                      start_of<ProcessingTime>(time.value())}});
    EXPECT_EQ(outcome.requests.size(), 1u);
    return outcome.requests.at(0);
  }
  void TearDown() override {
    daemon_.close();
    auto store = Store::open({.directory = daemon_.directory() / "store",
                              .access = Access::kReadOnly,
                              .if_missing = IfMissing::kFail});
    ASSERT_TRUE(store) << store.error().message;
    const auto report = verify_store(**store, {Depth::kAll, {}});
    ASSERT_TRUE(report) << report.error().message;
    for (const RowFault& fault : report->faults)
      ADD_FAILURE() << fault.column << ", " << fault.row << ": " << fault.expected << "; "
                    << fault.found;
  }

  SmallDaemon daemon_;
};

TEST_F(Restraints, APersonsMuteIsChainedAndEnds) {
  begin("");
  const auto muted = mute("2019-06-20");
  ASSERT_TRUE(muted) << muted.error().message;
  EXPECT_EQ(std::get<Muted>(*muted).who, "ada");
  EXPECT_THAT(kinds(daemon_.send(may_price(400))), ElementsAre("held by person"));
  daemon_.restart();
  EXPECT_THAT(kinds(daemon_.pass(1)), IsEmpty());
  EXPECT_EQ(due(), start_of<ProcessingTime>(parse_day("2019-06-20").value()));
  EXPECT_THAT(kinds(daemon_.pass(10)), ElementsAre("raised"));
}

TEST_F(Restraints, APersonsMuteIsLiftedByOneThatIsOver) {
  begin("");
  ASSERT_TRUE(mute("2019-07-20"));
  EXPECT_THAT(kinds(daemon_.send(may_price(400))), ElementsAre("held by person"));
  ASSERT_TRUE(mute("2019-06-01"));
  daemon_.restart();
  EXPECT_EQ(daemon_.pipeline().engine().ledger().open_count(), 1u);
}

TEST_F(Restraints, AMuteIsOfOnePatternUnderWhicheverNameItIsSaid) {
  begin("");
  const auto said = [&](const std::string& pattern, const std::string& until) {
    return daemon_
        .commit({MuteInput{pattern, "NG-BO", "ada", "why",
                           start_of<ProcessingTime>(*parse_day(until))}})
        .requests.at(0);
  };
  const auto in_force = [&] {
    return daemon_.pipeline().engine().ledger().mutes(daemon_.pipeline().now()).size();
  };
  const std::string pack = daemon_.pipeline().engine().packs().front().name;
  const auto nothing = said("hunger", "2019-06-01");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(nothing.error().message, HasSubstr("there is nothing to lift"));
  const auto muted = said("hunger", "2019-07-20");
  ASSERT_TRUE(muted) << muted.error().message;
  EXPECT_EQ(std::get<Muted>(*muted).pattern, pack + "/hunger");
  EXPECT_EQ(in_force(), 1u);
  ASSERT_TRUE(said(pack + "/hunger", "2019-06-01"));
  EXPECT_EQ(in_force(), 0u);
  EXPECT_THAT(kinds(daemon_.send(may_price(400))), ElementsAre("raised"));
}

TEST_F(Restraints, NoPersonMutesWhatOverrides) {
  begin("    mute: {for: 90d, overrides: on(ruinous)}\n");
  ASSERT_TRUE(mute("2019-07-20"));
  // On its day it goes through the mute, and until it is over it can't be muted.
  EXPECT_THAT(kinds(daemon_.send(may_price(600))), ElementsAre("raised"));
  const auto refused = mute("2019-08-20");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("on(ruinous)"));
}

TEST_F(Restraints, AMuteOfAPlaceThatIsNotJudgedIsRefused) {
  begin("");
  CommitOutcome outcome = daemon_.commit({MuteInput{"hunger", "NG", "ada", "why", {}},
                                          MuteInput{"thirst", "NG-BO", "ada", "why", {}}});
  for (const RequestOutcome& request : outcome.requests) {
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().code, ErrorCode::kNotFound);
  }
}

TEST_F(Restraints, AProposalGoesToThoseAskedAndIsRaisedAtItsDeadline) {
  begin("    decision: {within: 48h, veto: on(ruinous), silence: agrees, ask: [senate]}\n");
  const CommitOutcome proposed = daemon_.send(may_price(400));
  ASSERT_THAT(kinds(proposed), ElementsAre("proposed"));
  EXPECT_EQ(proposed.dispatches, 1u);
  const ProcessingTime at = proposed.revisions[0].issued;
  EXPECT_EQ(due(), ProcessingTime(at.milliseconds() + 48 * kHour));
  daemon_.restart();
  EXPECT_EQ(due(), ProcessingTime(at.milliseconds() + 48 * kHour));
  EXPECT_THAT(kinds(daemon_.pass(1)), IsEmpty());
  EXPECT_THAT(kinds(daemon_.pass(1)), ElementsAre("raised"));
  EXPECT_EQ(due(), std::nullopt);
  EXPECT_THAT(kinds(daemon_.pass(1)), IsEmpty());
}

TEST_F(Restraints, AVetoEndsAProposalForItsEpisode) {
  begin("    decision: {within: 48h, veto: on(ruinous), silence: agrees, ask: [senate]}\n");
  ASSERT_THAT(kinds(daemon_.send(may_price(400))), ElementsAre("proposed"));
  EXPECT_THAT(kinds(daemon_.send(may_price(600, 2))), ElementsAre("vetoed"));
  EXPECT_THAT(kinds(daemon_.send(may_price(400, 3))), IsEmpty());
  daemon_.restart();
  EXPECT_THAT(kinds(daemon_.pass(3)), IsEmpty());
}

TEST_F(Restraints, WhatNobodyAgreesToIsRefused) {
  begin("    decision: {within: 5d, agree: on(ruinous), silence: refuses, ask: [senate]}\n");
  ASSERT_THAT(kinds(daemon_.send(may_price(400))), ElementsAre("proposed"));
  EXPECT_THAT(kinds(daemon_.pass(4)), IsEmpty());
  EXPECT_THAT(kinds(daemon_.pass(1)), ElementsAre("refused"));
}

TEST_F(Restraints, ACoolDownIsFoundAgainAfterARestart) {
  begin("    mute: {for: 90d}\n");
  ASSERT_THAT(kinds(daemon_.send(may_price(400))), ElementsAre("raised"));
  EXPECT_THAT(kinds(daemon_.send(may_price(200, 2))), ElementsAre("withdrawn"));
  daemon_.pass(2);
  daemon_.restart();
  // June's own price: another episode.
  EXPECT_THAT(kinds(daemon_.pass(20)), IsEmpty());
  EXPECT_THAT(kinds(daemon_.send(price("p2", "2019-06-01", "2019-07-01", 400))),
              ElementsAre("held by mute"));
  daemon_.restart();
  EXPECT_THAT(kinds(daemon_.pass(1)), IsEmpty());
}

}  // namespace
}  // namespace tocsin
