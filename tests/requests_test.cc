// What people ask of the pipeline: acknowledgements, and records judged again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/request.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

using testing::HasSubstr;
using testsupport::price;
using testsupport::SmallDaemon;

class Requests : public testing::Test {
 protected:
  AlertRevision raise() {
    return daemon_.send(price("p1", "2019-05-01", "2019-06-01", 400)).revisions.at(0);
  }
  static AcknowledgeInput acknowledge(const AlertRevision& revision, std::string who = "ada") {
    return {revision.alert.hex(), revision.number, "senate", std::move(who), "read"};
  }
  RequestOutcome ask(Input input) {
    CommitOutcome outcome = daemon_.commit({std::move(input)});
    EXPECT_EQ(outcome.requests.size(), 1u);
    return std::move(outcome.requests.front());
  }
  std::uint64_t chained() const {
    return daemon_.store().head().chains[static_cast<std::size_t>(Chain::kDispatches)].count;
  }
  std::vector<std::uint64_t> kept() const {
    std::vector<std::uint64_t> sequences;
    EXPECT_TRUE(daemon_.store().for_each_quarantined(0, [&](const QuarantineRow& row) {
      sequences.push_back(row.sequence);
      return Result<void>();
    }));
    return sequences;
  }
  std::map<SourceId, FateTotals> fates() const { return daemon_.store().fates(); }

  // A place that nobody knows, until the configuration is mended.
  static std::string price_of_nowhere(const std::string& id, int value, int revision = 1) {
    std::string record = price(id, "2019-05-01", "2019-06-01", value, revision);
    return record.replace(record.find("NG-BO"), 5, "NG-99");
  }
  void mend() {
    daemon_.restart_with("regions.yaml", "names: Borno}", "names: Borno, aliases: [NG-99]}");
  }

  SmallDaemon daemon_;
};

TEST_F(Requests, AnAcknowledgementIsKeptAndEntersTheLedger) {
  const AlertRevision raised = raise();
  const auto before = chained();
  const auto outcome = ask(acknowledge(raised));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(std::get<Acknowledged>(*outcome).is_new);
  EXPECT_EQ(chained(), before + 1);
  const auto stored = daemon_.store().acknowledgements(raised.alert);
  ASSERT_TRUE(stored);
  ASSERT_EQ(stored->size(), 1u);
  EXPECT_EQ(stored->front(), std::get<Acknowledged>(*outcome).acknowledgement);
  EXPECT_EQ(stored->front().note, "read");
}

TEST_F(Requests, TheFirstAcknowledgementHolds) {
  const AlertRevision raised = raise();
  const CommitOutcome both = daemon_.commit({acknowledge(raised), acknowledge(raised, "eve")});
  EXPECT_FALSE(std::get<Acknowledged>(*both.requests.at(1)).is_new);
  daemon_.restart();
  const auto chain = chained();
  const auto again = ask(acknowledge(raised, "eve"));
  EXPECT_FALSE(std::get<Acknowledged>(*again).is_new);
  EXPECT_EQ(std::get<Acknowledged>(*again).acknowledgement.who, "ada");
  EXPECT_EQ(chained(), chain);
}

TEST_F(Requests, OnlyWhatIsThereCanBeAcknowledged) {
  const AlertRevision raised = raise();
  AcknowledgeInput wrong = acknowledge(raised);
  wrong.revision = 2;
  EXPECT_EQ(ask(wrong).error().code, ErrorCode::kNotFound);
  wrong = acknowledge(raised);
  wrong.alert = std::string(32, '0');
  EXPECT_EQ(ask(wrong).error().code, ErrorCode::kNotFound);
  wrong = acknowledge(raised);
  wrong.committee = "other";
  const auto refused = ask(wrong);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("'other'; it was sent to: senate"));
}

TEST_F(Requests, AReleasedRecordIsJudgedByTodaysConfiguration) {
  daemon_.send(price_of_nowhere("p1", 400));
  ASSERT_EQ(kept().size(), 1u);
  const std::uint64_t sequence = kept().front();
  const auto counted = fates();

  const auto still = ask(QuarantineReleaseInput{sequence, "root"});
  ASSERT_TRUE(still) << still.error().message;
  EXPECT_EQ(std::get<Released>(*still).fate, Fate::kQuarantined);
  EXPECT_EQ(std::get<Released>(*still).rejection->code, "unknown-place");
  EXPECT_EQ(kept(), std::vector<std::uint64_t>{sequence});

  mend();
  const CommitOutcome released = daemon_.commit({QuarantineReleaseInput{sequence, "root"}});
  const auto& outcome = std::get<Released>(*released.requests.at(0));
  EXPECT_EQ(outcome.fate, Fate::kApplied);
  EXPECT_EQ(outcome.producer, "relay");
  EXPECT_EQ(released.revisions.size(), 1u) << "the alert is raised by the record";
  EXPECT_TRUE(kept().empty());
  EXPECT_EQ(fates(), counted) << "the record was counted when it came";
  EXPECT_FALSE(daemon_.store().seen()->empty());
  EXPECT_EQ(ask(QuarantineReleaseInput{sequence, "root"}).error().code, ErrorCode::kNotFound);
}

TEST_F(Requests, ARecordRefusedAgainIsKeptWithTheNewReason) {
  daemon_.send(price_of_nowhere("p1", 400));
  const std::uint64_t sequence = kept().at(0);
  const auto before = daemon_.store().quarantined(sequence);
  daemon_.restart_with("regions.yaml", "regions:\n",
                       "regions:\n  NG-99: {kind: country, names: X}\n");
  ASSERT_TRUE(ask(QuarantineReleaseInput{sequence, "root"}));
  auto after = daemon_.store().quarantined(sequence);
  EXPECT_EQ(after->rejection.code, "region-not-allowed");
  after->rejection = before->rejection;
  EXPECT_EQ(*after, *before) << "only the reason is another";
}

TEST_F(Requests, ReleasesOfOneCommitSeeEachOther) {
  daemon_.send(price_of_nowhere("p1", 400) + price_of_nowhere("p1", 400) +
               price_of_nowhere("p1", 90, 2) + "{broken\n");
  mend();
  std::vector<Input> inputs;
  for (const std::uint64_t sequence : kept())
    inputs.emplace_back(QuarantineReleaseInput{sequence, "root"});
  inputs.push_back(inputs.front());
  const CommitOutcome outcome = daemon_.commit(std::move(inputs));
  ASSERT_EQ(outcome.requests.size(), 5u);
  EXPECT_EQ(std::get<Released>(*outcome.requests[0]).fate, Fate::kApplied);
  EXPECT_EQ(std::get<Released>(*outcome.requests[1]).fate, Fate::kDuplicate);
  EXPECT_EQ(std::get<Released>(*outcome.requests[2]).fate, Fate::kApplied);
  EXPECT_EQ(std::get<Released>(*outcome.requests[3]).rejection->code, "malformed-json");
  EXPECT_EQ(outcome.requests[4].error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(outcome.revisions.empty()) << "revision 2 took the price back";
  EXPECT_EQ(kept().size(), 1u);
}

TEST_F(Requests, AReleaseMakesRoomInTheProducersQuota) {
  daemon_.restart_with("tocsind.yaml", "plain_producer: relay",
                       "plain_producer: relay, limits: {quarantine_records: 1}");
  daemon_.send(price_of_nowhere("p1", 90) + price_of_nowhere("p2", 90));
  ASSERT_EQ(kept().size(), 1u);
  mend();
  ASSERT_TRUE(ask(QuarantineReleaseInput{kept().front(), "root"}));
  daemon_.send("{broken\n");
  EXPECT_EQ(kept().size(), 1u);
}

// A released record is a record like any other to whoever starts again.
TEST_F(Requests, WhatWasReleasedIsThereAfterARestart) {
  daemon_.send(price_of_nowhere("p1", 400));
  mend();
  ASSERT_TRUE(ask(QuarantineReleaseInput{kept().front(), "root"}));
  daemon_.restart();
  EXPECT_EQ(daemon_.pipeline().engine().data().observation_count(), 1u);
  EXPECT_EQ(daemon_.store().open_alerts().size(), 1u);
}

TEST_F(Requests, WhatLostAConflictIsNotJudgedAgain) {
  const std::string one = price("p1", "2019-05-01", "2019-06-01", 90);
  const std::string other = price("p1", "2019-05-01", "2019-06-01", 91);
  daemon_.send(one);
  daemon_.send(other);  // one of the two won: if the newcomer, the row holds no record
  daemon_.send(price("p2", "2019-04-01", "2019-05-01", 91));
  daemon_.send(price("p2", "2019-04-01", "2019-05-01", 90));
  for (const std::uint64_t sequence : kept()) {
    const auto row = daemon_.store().quarantined(sequence);
    const auto outcome = ask(QuarantineReleaseInput{sequence, "root"});
    if (row->record.empty()) {
      EXPECT_EQ(outcome.error().code, ErrorCode::kConflict);
    } else {
      EXPECT_EQ(std::get<Released>(*outcome).rejection->code, "conflict");
    }
    EXPECT_EQ(daemon_.store().quarantined(sequence)->rejection.code, "conflict");
  }
  EXPECT_EQ(kept().size(), 2u);
}

TEST_F(Requests, OfAProducerThatIsGoneNothingIsReleased) {
  daemon_.send("{broken\n");
  daemon_.restart_with("sources.yaml", "  relay:", "  other: {sources: [market]}\n  relay:");
  daemon_.restart_with("tocsind.yaml", "plain_producer: relay", "plain_producer: other");
  daemon_.restart_with("sources.yaml", "  relay: {sources: [market, monitor]}\n", "");
  const auto outcome = ask(QuarantineReleaseInput{kept().at(0), "root"});
  EXPECT_EQ(outcome.error().code, ErrorCode::kConflict);
  EXPECT_THAT(outcome.error().message, HasSubstr("'relay', which is no producer any more"));
}

}  // namespace
}  // namespace tocsin
