#include "daemon/admin_access.h"

#include <gmock/gmock.h>

#include "daemon/admin_limits.h"

// Who may ask for what, and how often.
namespace tocsin {
namespace {

using std::chrono::milliseconds;

// From where, and with what in hand.
Caller no_file() { return {}; }
Caller no_file_elsewhere() { return {.from_this_machine = false}; }
Caller nobody() { return {.tokens_file = true}; }
Caller wrong() { return {.tokens_file = true, .gave_token = true}; }
Caller holder(Role role) {
  return {.tokens_file = true, .gave_token = true, .holder = TokenHolder{"ada", role}};
}
Caller elsewhere(Caller caller) {
  caller.from_this_machine = false;
  return caller;
}
Caller over_tls(Caller caller) {
  caller = elsewhere(std::move(caller));
  caller.encrypted = true;
  return caller;
}

struct Asking {
  std::string name;
  Caller caller;
  // Of kWatch, kRead, kReadRecords, kBackup, kAcknowledge, kRelease: the refusal, "" for none.
  std::array<std::string_view, 6> want;
};

class AdminAccess : public testing::TestWithParam<Asking> {};

TEST_P(AdminAccess, FollowsTheTable) {
  constexpr std::array<Purpose, 6> kPurposes = {Purpose::kWatch,       Purpose::kRead,
                                                Purpose::kReadRecords, Purpose::kBackup,
                                                Purpose::kAcknowledge, Purpose::kRelease};
  for (std::size_t i = 0; i < kPurposes.size(); ++i) {
    const auto denial = check_access(kPurposes[i], GetParam().caller);
    EXPECT_EQ(denial ? entry_of(denial->refusal).name : "", GetParam().want[i]) << i;
  }
  // To mute is for those who may release.
  const auto mute = check_access(Purpose::kMute, GetParam().caller);
  EXPECT_EQ(mute ? entry_of(mute->refusal).name : "", GetParam().want.back());
}

constexpr std::string_view kOff = "no-tokens-file", kFar = "elsewhere", kNone = "no-token",
                           kBad = "wrong-token", kLow = "role";

INSTANTIATE_TEST_SUITE_P(
    Callers, AdminAccess,
    testing::ValuesIn<Asking>({
        {"no_file", no_file(), {"", "", "", "", kOff, kOff}},
        {"no_file_elsewhere", no_file_elsewhere(), {"", "", kFar, kFar, kFar, kFar}},
        {"no_file_over_tls", over_tls(no_file()), {"", "", kFar, kFar, kOff, kOff}},
        {"no_token", nobody(), {"", kNone, kNone, kNone, kNone, kNone}},
        {"no_token_elsewhere", elsewhere(nobody()), {kNone, kNone, kNone, kFar, kFar, kFar}},
        {"no_token_over_tls", over_tls(nobody()), {kNone, kNone, kNone, kNone, kNone, kNone}},
        {"wrong_token", wrong(), {kBad, kBad, kBad, kBad, kBad, kBad}},
        {"wrong_token_over_tls", over_tls(wrong()), {kBad, kBad, kBad, kBad, kBad, kBad}},
        {"reads", holder(Role::kRead), {"", "", "", kLow, kLow, kLow}},
        {"acknowledges", holder(Role::kAcknowledge), {"", "", "", kLow, "", kLow}},
        {"administers", holder(Role::kAdmin), {"", "", "", "", "", ""}},
        {"administers_in_the_clear",
         elsewhere(holder(Role::kAdmin)),
         {"", "", "", kFar, kFar, kFar}},
        {"administers_over_tls", over_tls(holder(Role::kAdmin)), {"", "", "", "", "", ""}},
    }),
    [](const auto& tested) { return tested.param.name; });

TEST(AdminLimits, AnAddressHasSoManyConnections) {
  AddressCount count(2);
  const auto one = boost::asio::ip::make_address("192.0.2.1");
  EXPECT_TRUE(count.take(one));
  EXPECT_TRUE(count.take(boost::asio::ip::make_address("::ffff:192.0.2.1")));
  EXPECT_FALSE(count.take(one));
  EXPECT_TRUE(count.take(boost::asio::ip::make_address("192.0.2.2")));
  count.gone(one);
  EXPECT_TRUE(count.take(one));
}

TEST(AdminLimits, ANetworkOfIPv6IsOneAddress) {
  AddressCount count(1);
  EXPECT_TRUE(count.take(boost::asio::ip::make_address("2001:db8:0:1::1")));
  EXPECT_FALSE(count.take(boost::asio::ip::make_address("2001:db8:0:1:ffff::2")));
  EXPECT_TRUE(count.take(boost::asio::ip::make_address("2001:db8:0:2::1")));
}

TEST(AdminLimits, RequestsComeAtTheRateAndTwiceItAtOnce) {
  RequestRate rate(10);
  RequestRate::Time now{};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(rate.pass("a", now), milliseconds(0)) << i;
  EXPECT_EQ(rate.pass("a", now), milliseconds(100));
  EXPECT_EQ(rate.pass("b", now), milliseconds(0)) << "each for itself";
  now += milliseconds(100);
  EXPECT_EQ(rate.pass("a", now), milliseconds(0));
  EXPECT_EQ(rate.pass("a", now), milliseconds(100));
  now += std::chrono::hours(1);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(rate.pass("a", now), milliseconds(0)) << i;
  EXPECT_GT(rate.pass("a", now), milliseconds(0));
}

TEST(AdminLimits, RatesOfManyNamesAreForgottenFromTheOldest) {
  RequestRate rate(1);
  const RequestRate::Time now{};
  rate.pass("busy", now);
  rate.pass("busy", now);
  for (std::size_t i = 0; i < RequestRate::kNamesMax - 1; ++i) rate.pass(std::to_string(i), now);
  EXPECT_GT(rate.pass("busy", now), milliseconds(0)) << "still known";
  for (std::size_t i = 0; i < RequestRate::kNamesMax; ++i) rate.pass(std::to_string(i), now);
  EXPECT_EQ(rate.pass("busy", now), milliseconds(0)) << "begins anew";
}

}  // namespace
}  // namespace tocsin
