#include "alerting/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_samples.h"

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> chosen(const std::vector<RoutingDecision>& decisions) {
  std::vector<std::string> keys;
  for (const RoutingDecision& decision : decisions) {
    if (decision.send) keys.push_back(decision.committee);
  }
  return keys;
}

const std::string& reason_of(const std::vector<RoutingDecision>& decisions, std::string_view key) {
  return std::ranges::find(decisions, key, &RoutingDecision::committee)->reason;
}

struct RoutingCase {
  std::string name;
  std::string region;
  Level level;
  std::vector<std::string> dimensions;
  std::vector<std::string> want;
};

class Routing : public testing::TestWithParam<RoutingCase> {};

TEST_P(Routing, FollowsRegionDimensionAndLevel) {
  AlertRevision revision = sample_raised();
  revision.region = GetParam().region;
  revision.level = GetParam().level;
  revision.dimensions_true = GetParam().dimensions;
  EXPECT_EQ(chosen(decide(revision, sample_catalogue(), {})), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Policy, Routing,
    testing::ValuesIn<RoutingCase>({
        {"WatchReachesThoseWhoListenFromWatch",
         "NG-BO",
         Level::kWatch,
         {"food"},
         {kNigeriaSenate, kBasinCommission}},
        {"WarningReachesTheAssemblyToo",
         "NG-BO",
         Level::kWarning,
         {"food"},
         {kNigeriaSenate, kBornoAssembly, kBasinCommission}},
        {"EmergencyReachesTheWorldToo",
         "NG-BO",
         Level::kEmergency,
         {"food"},
         {kNigeriaSenate, kBornoAssembly, kBasinCommission, kWorldUnion}},
        {"OneDimensionOfSeveralIsEnough",
         "NG-LA",
         Level::kWatch,
         {"food", "health"},
         {kNigeriaSenate, kNigeriaHealth, kLagosAssembly}},
        {"UnknownDimensionMatchesNobodysList",
         "NG-LA",
         Level::kWatch,
         {"climate"},
         {kNigeriaSenate, kLagosAssembly}},
        {"CountryAlertDoesNotReachItsProvinces",
         "NG",
         Level::kEmergency,
         {"food"},
         {kNigeriaSenate, kWorldUnion}},
        {"SetReachesThoseWhoHoldAMember",
         "set:ng-coast",
         Level::kWatch,
         {"food"},
         {kNigeriaSenate, kLagosAssembly}},
        {"RegionOutsideReachesItsOwn", "KE", Level::kWatch, {"food"}, {kKenyaSecurity}},
        {"UnknownRegionReachesNobody", "XX-1", Level::kEmergency, {"food"}, {}},
    }),
    [](const auto& tested) { return tested.param.name; });

TEST(Policy, EveryCommitteeGetsAReason) {
  const Catalogue catalogue = sample_catalogue();
  const auto decisions = decide(sample_raised(), catalogue, {});
  ASSERT_EQ(decisions.size(), catalogue.committees.size());
  EXPECT_EQ(reason_of(decisions, kNigeriaSenate), "region NG-BO (in NG), level watch >= watch");
  EXPECT_EQ(reason_of(decisions, kBornoAssembly), "level watch < warning");
  EXPECT_EQ(reason_of(decisions, kNigeriaHealth),
            "none of its dimensions is on (on: community, environmental)");
  EXPECT_EQ(reason_of(decisions, kKenyaSecurity), "region NG-BO is not one of its regions");
}

TEST(Policy, UnknownRegionSaysSo) {
  AlertRevision revision = sample_raised();
  revision.region = "XX-1";
  EXPECT_THAT(reason_of(decide(revision, sample_catalogue(), {}), kNigeriaSenate),
              HasSubstr("region XX-1 is not in the configuration"));
}

TEST(Policy, WhoWasToldGetsEveryLaterRevisionWhateverItsLevel) {
  AlertRevision eased = sample_following(RevisionKind::kEased);
  eased.level = Level::kWatch;
  const auto decisions = decide(eased, sample_catalogue(), {kWorldUnion, kKenyaSecurity});
  EXPECT_THAT(chosen(decisions),
              ElementsAre(kNigeriaSenate, kBasinCommission, kKenyaSecurity, kWorldUnion));
}

TEST(Policy, EndOfAnAlertIsNewsOnlyToThoseWhoWereTold) {
  for (const RevisionKind kind : {RevisionKind::kCleared, RevisionKind::kWithdrawn,
                                  RevisionKind::kMerged, RevisionKind::kRetired}) {
    const auto decisions = decide(sample_following(kind), sample_catalogue(), {kBornoAssembly});
    EXPECT_THAT(chosen(decisions), ElementsAre(kBornoAssembly)) << name_of(kind);
  }
}

TEST(Policy, AProposalGoesToThoseWhoAreAskedAndToNobodyElse) {
  AlertRevision proposed = sample_following(RevisionKind::kProposed);
  proposed.asked = {std::string(kLagosAssembly)};
  proposed.shared_with = {"basin:lake-chad"};
  const auto decisions = decide(proposed, sample_catalogue(), {kWorldUnion});
  EXPECT_THAT(chosen(decisions), ElementsAre(kLagosAssembly));
  EXPECT_THAT(reason_of(decisions, kWorldUnion), HasSubstr("it is not asked"));
  // Who was asked hears how it ends.
  EXPECT_THAT(
      chosen(decide(sample_following(RevisionKind::kVetoed), sample_catalogue(), {kLagosAssembly})),
      ElementsAre(kLagosAssembly));
}

TEST(Policy, SharedBasinReachesEveryCommitteeOfItsStatesAtOnce) {
  AlertRevision revision = sample_raised();  // a watch, without health
  revision.shared_with = {"basin:lake-chad"};
  const auto decisions = decide(revision, sample_catalogue(), {});
  EXPECT_THAT(chosen(decisions),
              ElementsAre(kNigeriaSenate, kBornoAssembly, kNigeriaHealth, kLagosAssembly,
                          kChadDefence, kBasinCommission, kWorldUnion));
  EXPECT_THAT(reason_of(decisions, kChadDefence),
              HasSubstr("shared basin basin:lake-chad: every committee of TD"));
  EXPECT_THAT(reason_of(decisions, kKenyaSecurity), HasSubstr("in a state of the shared basin"));
}

TEST(Policy, BasinThatIsGoneFromTheConfigurationLeavesTheRegionToDecide) {
  AlertRevision revision = sample_raised();
  revision.shared_with = {"basin:gone"};
  EXPECT_THAT(chosen(decide(revision, sample_catalogue(), {})),
              ElementsAre(kNigeriaSenate, kBasinCommission));
}

TEST(Policy, OneDispatchForEachAddressDueAtOnce) {
  const ProcessingTime now(5'000);
  const auto dispatches = route(sample_raised(), sample_catalogue(), {}, now);
  ASSERT_EQ(dispatches.size(), 3U);  // the senate's mail and CAP directory, the commission's mail
  const Dispatch& first = dispatches[0];
  EXPECT_EQ(first.id, dispatch_id(sample_raised().alert, 1, kNigeriaSenate, first.address));
  EXPECT_EQ(first.committee, kNigeriaSenate);
  EXPECT_EQ(first.state, DispatchState::kIntended);
  EXPECT_EQ(first.next_attempt, now);
  EXPECT_EQ(dispatches[1].address, (Address{Channel::kCap, "ng/senate"}));
  EXPECT_EQ(dispatches[1].reason, "region NG-BO (in NG), level watch >= watch");
}

TEST(Policy, AddressNamedTwiceGetsOneDispatch) {
  Catalogue catalogue = sample_catalogue();
  auto& addresses = catalogue.committees[0].addresses;
  addresses = {addresses[0], addresses[0]};
  catalogue.committees.resize(1);
  EXPECT_EQ(route(sample_raised(), catalogue, {}, ProcessingTime(0)).size(), 1U);
}

TEST(Policy, NobodyToTellGivesNoDispatch) {
  EXPECT_THAT(route(sample_withdrawn(), sample_catalogue(), {}, ProcessingTime(0)), IsEmpty());
}

}  // namespace
}  // namespace tocsin
