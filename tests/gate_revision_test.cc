#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "ingest/gate.h"
#include "tests/support/gate_world.h"
#include "tests/support/record_gen.h"

// Which of several revisions of one identity holds (docs/SEMANTICS.md section 1).

namespace tocsin {
namespace {

using testsupport::GateWorld;
using testsupport::in;

Record revision(std::uint32_t number, std::int64_t value) {
  auto record = testsupport::observation("rainfall", in("NG-BO"), "2019-02-01", "2019-03-01",
                                         Decimal{value, 0});
  record.revision = number;
  return record;
}

Record retraction(std::uint32_t number, std::string reason = "") {
  Record record;
  record.source = "figures";
  record.id = "o1";
  record.revision = number;
  record.body = RetractionBody{std::move(reason)};
  return record;
}

// The gate and what it has admitted of one identity.
class Identity {
 public:
  explicit Identity(const GateWorld& world) : world_(world) {}

  Admission take(const Record& record) {
    auto admission = world_.admit(record, latest_ ? &*latest_ : nullptr);
    if (admission.change) {
      EXPECT_EQ(admission.change->before, latest_);
      latest_ = admission.change->after;
    }
    return admission;
  }
  const std::optional<LatestRevision>& latest() const { return latest_; }
  std::optional<std::int64_t> value() const {
    const auto* claim = latest_ ? std::get_if<ObservationClaim>(&latest_->claim) : nullptr;
    return claim ? std::optional(claim->value) : std::nullopt;
  }

 private:
  const GateWorld& world_;
  std::optional<LatestRevision> latest_;
};

TEST(GateRevision, HigherReplacesLowerIsSuperseded) {
  const GateWorld world;
  Identity identity(world);
  EXPECT_EQ(identity.take(revision(2, 20)).fate, Fate::kApplied);
  EXPECT_EQ(identity.take(revision(1, 10)).fate, Fate::kSuperseded);
  EXPECT_EQ(identity.value(), 200);
  EXPECT_EQ(identity.take(revision(5, 50)).fate, Fate::kApplied);
  EXPECT_EQ(identity.value(), 500);
}

TEST(GateRevision, SameContentIsADuplicateWhateverItsPublication) {
  const GateWorld world;
  Identity identity(world);
  identity.take(revision(1, 10));
  Record again = revision(1, 10);
  again.published = PublishedTime(1);
  EXPECT_EQ(identity.take(again).fate, Fate::kDuplicate);
  std::get<ObservationBody>(again.body).value = Decimal{100, 1};
  EXPECT_EQ(identity.take(again).fate, Fate::kDuplicate) << "10 and 10.0 are one number";
}

TEST(GateRevision, TheGreaterContentHashWinsAConflict) {
  const GateWorld world;
  Record low = revision(1, 10);
  Record high = revision(1, 11);
  if (content_hash(high) < content_hash(low)) std::swap(low, high);
  const auto value_of = [](const Record& record) {
    return std::get<ObservationBody>(record.body).value.digits * 10;
  };

  Identity first_low(world);
  first_low.take(low);
  const auto won = first_low.take(high);
  EXPECT_EQ(won.fate, Fate::kApplied);
  EXPECT_EQ(won.displaced_content, content_hash(low));
  EXPECT_EQ(first_low.value(), value_of(high));

  Identity first_high(world);
  first_high.take(high);
  const auto lost = first_high.take(low);
  EXPECT_EQ(lost.fate, Fate::kQuarantined);
  ASSERT_TRUE(lost.rejection);
  EXPECT_EQ(lost.rejection->code, "conflict");
  EXPECT_EQ(*lost.rejection, conflict_rejection(1, content_hash(high)));
  EXPECT_FALSE(lost.displaced_content);
  EXPECT_EQ(first_high.value(), value_of(high));
}

TEST(GateRevision, AWrongRecordDisplacesNothing) {
  const GateWorld world;
  Identity identity(world);
  identity.take(revision(1, 10));
  EXPECT_EQ(identity.take(revision(2, 5000)).fate, Fate::kQuarantined);
  EXPECT_EQ(identity.value(), 100);
  EXPECT_EQ(identity.take(revision(2, 20)).fate, Fate::kApplied);
}

TEST(GateRevision, ATombstoneHoldsUntilAHigherRevision) {
  const GateWorld world;
  Identity identity(world);
  EXPECT_EQ(identity.take(retraction(2)).fate, Fate::kApplied);
  EXPECT_EQ(identity.take(revision(1, 10)).fate, Fate::kSuperseded);
  EXPECT_EQ(identity.take(retraction(2)).fate, Fate::kDuplicate);
  EXPECT_EQ(identity.value(), std::nullopt);
  EXPECT_EQ(identity.take(revision(3, 30)).fate, Fate::kApplied);
  EXPECT_EQ(identity.value(), 300);
  const auto removed = identity.take(retraction(4));
  EXPECT_EQ(removed.fate, Fate::kApplied);
  EXPECT_EQ(removed.change->before->claim.index(), 1u);
  EXPECT_EQ(identity.value(), std::nullopt);
}

// Of January 2019, which lies before the horizon of the tests below.
Record late(std::uint32_t number, std::int64_t value) {
  auto record = testsupport::observation("rainfall", in("NG-BO"), "2019-01-01", "2019-02-01",
                                         Decimal{value, 0});
  record.revision = number;
  return record;
}

GateWorld world_with_horizon() {
  GateWorld world;
  world.policy.lateness_horizon = testsupport::day("2019-02-10");
  return world;
}

TEST(GateRevision, AHigherRevisionBeforeTheHorizonEndsWhatTheLowerSaid) {
  const GateWorld world = world_with_horizon();
  Identity identity(world);
  identity.take(revision(1, 10));
  const auto archived = identity.take(late(2, 3));
  EXPECT_EQ(archived.fate, Fate::kArchivedLate);
  EXPECT_EQ(identity.value(), std::nullopt);
  EXPECT_EQ(identity.latest()->revision, 2u);
  EXPECT_EQ(identity.latest()->content, content_hash(late(2, 3)));
  EXPECT_EQ(identity.take(late(2, 3)).fate, Fate::kDuplicate);
  EXPECT_EQ(identity.take(revision(1, 10)).fate, Fate::kSuperseded);
  EXPECT_EQ(identity.take(revision(3, 30)).fate, Fate::kApplied);
  EXPECT_EQ(identity.value(), 300);
}

TEST(GateRevision, AHigherRevisionBeforeTheHorizonBarsALowerOneToCome) {
  const GateWorld world = world_with_horizon();
  Identity identity(world);
  EXPECT_EQ(identity.take(late(2, 3)).fate, Fate::kArchivedLate);
  EXPECT_EQ(identity.take(revision(1, 10)).fate, Fate::kSuperseded);
  EXPECT_EQ(identity.value(), std::nullopt);
}

TEST(GateRevision, TheFirstRevisionBeforeTheHorizonChangesNothing) {
  const GateWorld world = world_with_horizon();
  Identity identity(world);
  EXPECT_FALSE(identity.take(late(1, 3)).change);
  identity.take(revision(1, 10));
  // Whichever content hash is the greater: the same as in the other order.
  for (int value = 0; value < 8; ++value) EXPECT_FALSE(identity.take(late(1, value)).change);
  EXPECT_EQ(identity.value(), 100);
}

Record random_revision(std::mt19937_64& random) {
  const auto number = static_cast<std::uint32_t>(1 + random() % 3);
  const auto value = static_cast<std::int64_t>(random() % 3);
  switch (random() % 6) {
    case 0:
      return retraction(number, value == 0 ? "" : "because");
    case 1:
      return revision(number, 5000);  // refused by the gate
    case 2:
      return late(number, value);
    default:
      break;
  }
  Record record = revision(number, value);
  if (random() % 4 == 0) std::get<ObservationBody>(record.body).place = in("NG-NI");
  if (random() % 4 == 0) record.published = PublishedTime(static_cast<std::int64_t>(random() % 9));
  return record;
}

// What holds, without what depends on who came first among equals.
std::string outcome(const std::optional<LatestRevision>& latest) {
  if (!latest) return "nothing";
  std::string text = std::to_string(latest->revision) + " " + latest->content.hex();
  if (const auto* claim = std::get_if<ObservationClaim>(&latest->claim)) {
    text +=
        " " + std::to_string(claim->series.region.number()) + " " + std::to_string(claim->value);
  }
  return text;
}

TEST(GateRevision, EveryOrderOfArrivalEndsInTheSameClaim) {
  const GateWorld world = world_with_horizon();
  std::mt19937_64 random(testsupport::test_seed());
  std::map<Fate, int> fates;
  int displaced = 0;
  for (int round = 0; round < testsupport::test_cases(300); ++round) {
    std::vector<Record> records;
    for (auto n = 1 + random() % 5; n > 0; --n) records.push_back(random_revision(random));
    std::vector<std::size_t> order(records.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::optional<std::string> want;
    do {
      Identity identity(world);
      for (const auto i : order) {
        const auto admission = identity.take(records[i]);
        ++fates[admission.fate];
        displaced += admission.displaced_content ? 1 : 0;
      }
      if (!want) want = outcome(identity.latest());
      ASSERT_EQ(outcome(identity.latest()), *want) << "round " << round;
    } while (std::next_permutation(order.begin(), order.end()));
  }
  // The generator reaches what it is for.
  EXPECT_GT(fates[Fate::kApplied], 0);
  EXPECT_GT(fates[Fate::kDuplicate], 0);
  EXPECT_GT(fates[Fate::kSuperseded], 0);
  EXPECT_GT(fates[Fate::kQuarantined], 0);
  EXPECT_GT(fates[Fate::kArchivedLate], 0);
  EXPECT_GT(displaced, 0);
}

TEST(GateRevision, TheSameArgumentsGiveTheSameAnswer) {
  const GateWorld world;
  const auto once = world.admit(revision(1, 10));
  const auto again = world.admit(revision(1, 10));
  EXPECT_EQ(once.change->after, again.change->after);
}

}  // namespace
}  // namespace tocsin
