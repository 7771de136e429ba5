// Who may connect, and as whom.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "ingest/zap.h"
#include "server_fixture.h"
#include "tests/support/temp_dir.h"

namespace tocsin::test {
namespace {

// A server with CURVE; `Served` makes the keys, so they are taken from one that was never used.
struct CurveServed {
  CurveServed()
      : keys(*make_curve_keypair()),
        served([this](ServerOptions& options) { options.curve = keys; }) {}
  KeyPair keys;
  Served served;
};

TEST(ServerAuth, TheKeySaysWhoIsThere) {
  CurveServed curve;
  RawProducer beta(curve.served.server->endpoint(), curve.served.beta_keys, curve.keys.public_key);
  beta.batch(beta.hello("e"), 1);
  EXPECT_EQ(curve.served.sink.take().producer, "beta");
}

TEST(ServerAuth, SameEpochOfTwoProducersAreTwoStreams) {
  CurveServed curve;
  const std::string& endpoint = curve.served.server->endpoint();
  RawProducer alpha(endpoint, curve.served.alpha_keys, curve.keys.public_key);
  RawProducer beta(endpoint, curve.served.beta_keys, curve.keys.public_key);
  const WelcomeMessage a = alpha.hello("e"), b = beta.hello("e");
  alpha.batch(a, 1);
  beta.batch(b, 1);
  std::set<std::string> producers;
  for (int i = 0; i < 2; ++i) producers.insert(curve.served.sink.take().producer);
  EXPECT_EQ(producers, (std::set<std::string>{"alpha", "beta"}));
}

TEST(ServerAuth, AnUnknownKeyIsTurnedAwayInTheHandshake) {
  CurveServed curve;
  const KeyPair stranger = *make_curve_keypair();
  RawProducer producer(curve.served.server->endpoint(), stranger, curve.keys.public_key);
  producer.send(encode(HelloMessage{.epoch = "e", .last_ack = 0}));
  EXPECT_TRUE(producer.was_turned_away());
  EXPECT_TRUE(curve.served.eventually([](const auto& s) { return s.authentication_failures > 0; }));
  EXPECT_EQ(curve.served.statistics().messages_received, 0U);
}

TEST(ServerAuth, AClientWithoutAKeyIsTurnedAway) {
  CurveServed curve;
  RawProducer producer(curve.served.server->endpoint());
  producer.send(encode(HelloMessage{.epoch = "e", .last_ack = 0}));
  EXPECT_TRUE(producer.was_turned_away());
  EXPECT_TRUE(curve.served.eventually([](const auto& s) { return s.handshake_failures > 0; }));
  EXPECT_EQ(curve.served.statistics().messages_received, 0U);
}

TEST(ServerAuth, AClientThatExpectsAnotherServerSendsNothing) {
  CurveServed curve;
  const KeyPair other_server = *make_curve_keypair();
  RawProducer producer(curve.served.server->endpoint(), curve.served.alpha_keys,
                       other_server.public_key);
  producer.send(encode(HelloMessage{.epoch = "e", .last_ack = 0}));
  EXPECT_TRUE(curve.served.eventually([](const auto& s) { return s.handshake_failures > 0; }));
  EXPECT_EQ(curve.served.statistics().messages_received, 0U);
}

TEST(ServerAuth, ARevokedKeyEndsItsSession) {
  CurveServed curve;
  Served& served = curve.served;
  RawProducer alpha(served.server->endpoint(), served.alpha_keys, curve.keys.public_key);
  RawProducer beta(served.server->endpoint(), served.beta_keys, curve.keys.public_key);
  const WelcomeMessage welcome = alpha.hello("e");
  const WelcomeMessage other = beta.hello("e");
  served.server->set_catalogue(
      catalogue_of({{"alpha", ""}, {"beta", served.beta_keys.public_key}}));
  EXPECT_EQ(alpha.expect<ErrorMessage>().refusal, Refusal::kNotAProducer);
  alpha.batch(welcome, 1);
  beta.batch(other, 1);
  EXPECT_EQ(served.sink.take().producer, "beta");
  alpha.send(encode(HelloMessage{.epoch = "e", .last_ack = 0}));
  EXPECT_EQ(alpha.expect<ErrorMessage>().refusal, Refusal::kNotAProducer);
}

struct StartCase {
  const char* name;
  const char* endpoint;
  const char* producer;
  bool allow_off_loopback;
  const char* want;  // part of the error; "" when it starts
};
class PlainStart : public testing::TestWithParam<StartCase> {};
TEST_P(PlainStart, NeedsLoopbackOrWords) {
  const StartCase& c = GetParam();
  TestSink sink;
  TestPositions positions;
  ServerOptions options;
  options.endpoint = c.endpoint;
  options.plain_producer = c.producer;
  options.allow_plain_off_loopback = c.allow_off_loopback;
  const auto server = IngestServer::start(options, catalogue_of({{"alpha", ""}}), sink, positions);
  EXPECT_EQ(server.has_value(), std::string_view(c.want).empty());
  if (!server) {
    EXPECT_NE(server.error().message.find(c.want), std::string::npos) << server.error().message;
  }
}
INSTANTIATE_TEST_SUITE_P(Server, PlainStart,
                         testing::ValuesIn<StartCase>({
                             {"loopback", "tcp://127.0.0.1:*", "alpha", false, ""},
                             {"everywhere", "tcp://0.0.0.0:*", "alpha", false, "without CURVE"},
                             {"star", "tcp://*:*", "alpha", false, "without CURVE"},
                             {"everywhere_in_words", "tcp://0.0.0.0:*", "alpha", true, ""},
                             {"unknown_producer", "tcp://127.0.0.1:*", "gamma", false,
                              "\"gamma\" is not configured"},
                             {"no_endpoint", "nowhere", "alpha", true, "ingest endpoint nowhere"},
                         }),
                         [](const auto& tc) { return std::string(tc.param.name); });

TEST(ServerAuth, RefusesAPoolThatHoldsNoFrame) {
  TestSink sink;
  TestPositions positions;
  ServerOptions options;
  options.plain_producer = "alpha";
  options.sessions.pool = {10, 10};
  const auto server = IngestServer::start(options, catalogue_of({{"alpha", ""}}), sink, positions);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kInvalid);
}

TEST(Zap, PlainIsForLoopbackOnly) {
  const auto catalogue = catalogue_of({{"alpha", ""}});
  const ZapRequest far{.request_id = "1", .address = "192.0.2.7", .mechanism = "NULL", .key = {}};
  EXPECT_EQ(authenticate(far, *catalogue, {"alpha", false}).status, 400);
  EXPECT_EQ(authenticate(far, *catalogue, {"alpha", true}).status, 200);
  EXPECT_EQ(authenticate(far, *catalogue, {"", true}).status, 400);
}

TEST(Zap, KnowsLoopbackAddresses) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback_address(address)) << address;
  for (const char* address : {"128.0.0.1", "::2", "::ffff:10.0.0.1", "", "localhost"})
    EXPECT_FALSE(is_loopback_address(address)) << address;
  for (const char* endpoint : {"tcp://127.0.0.1:5", "tcp://[::1]:*", "ipc:///tmp/x", "inproc://x"})
    EXPECT_TRUE(is_loopback_endpoint(endpoint)) << endpoint;
  for (const char* endpoint : {"tcp://*:5", "tcp://0.0.0.0:5", "tcp://eth0:5", "udp://127.0.0.1:5"})
    EXPECT_FALSE(is_loopback_endpoint(endpoint)) << endpoint;
}

TEST(Zap, RefusesRequestsItDoesNotUnderstand) {
  const std::vector<std::string_view> old{"0.9", "1", "d", "127.0.0.1", "", "NULL"};
  EXPECT_FALSE(parse_zap(old));
  const std::vector<std::string_view> short_key{"1.0", "1", "d", "127.0.0.1", "", "CURVE", "abc"};
  EXPECT_FALSE(parse_zap(short_key));
}

class KeyFiles : public testing::Test {
 protected:
  testsupport::TempDir made_;
  const std::string directory_ = made_.path().string();
};

TEST_F(KeyFiles, AreReadBackAndTheSecretIsPrivate) {
  const KeyPair keys = *make_curve_keypair();
  ASSERT_TRUE(write_key_files(directory_, "borno", keys));
  const auto read = read_key_file(directory_ + "/borno.key");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->secret_key, keys.secret_key);
  EXPECT_EQ(*read_public_key_file(directory_ + "/borno.pub"), keys.public_key);
  struct stat status {};
  ASSERT_EQ(stat((directory_ + "/borno.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(KeyFiles, AreNeverOverwritten) {
  const KeyPair keys = *make_curve_keypair();
  ASSERT_TRUE(write_key_files(directory_, "borno", keys));
  const auto again = write_key_files(directory_, "borno", *make_curve_keypair());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(read_key_file(directory_ + "/borno.key")->public_key, keys.public_key);
}

TEST_F(KeyFiles, AreRefusedWhenOthersCanReadTheSecret) {
  ASSERT_TRUE(write_key_files(directory_, "borno", *make_curve_keypair()));
  chmod((directory_ + "/borno.key").c_str(), 0644);
  const auto read = read_key_file(directory_ + "/borno.key");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kForbidden);
}

TEST_F(KeyFiles, RefuseNamesThatAreNone) {
  for (const char* name : {"", "../x", "a b", ".hidden"})
    EXPECT_FALSE(write_key_files(directory_, name, *make_curve_keypair())) << name;
}

}  // namespace
}  // namespace tocsin::test
