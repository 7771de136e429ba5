// The listener's connections: HTTP as it may come, limits, and the end.
#include <atomic>
#include <future>

#include "tests/admin_fixture.h"

namespace tocsin {
namespace {

namespace json = boost::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using testsupport::Admin;
using testsupport::Peer;

TEST_F(Admin, HeadIsGetWithoutTheBody) {
  start();
  Peer peer(server_->port());
  peer.say("HEAD /metrics HTTP/1.1\r\n" + host() + "Connection: close\r\n\r\n");
  const std::string answer = peer.rest();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 20\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(Admin, TakesLocalhostAsHost) {
  start();
  Peer peer(server_->port());
  peer.say("GET /healthz HTTP/1.1\r\n" + host() + "\r\n");
  EXPECT_THAT(peer.some(), StartsWith("HTTP/1.1 200"));
}

TEST_F(Admin, TwoHostsAreNone) {
  start();
  Peer peer(server_->port());
  peer.say("GET /alerts HTTP/1.1\r\n" + host() + "Host: evil.example\r\n\r\n");
  EXPECT_THAT(peer.some(), StartsWith("HTTP/1.1 421"));
}

TEST_F(Admin, AnErrorIsJsonWhateverBytesWereAsked) {
  start();
  Peer peer(server_->port());
  peer.say("GET /alerts HTTP/1.1\r\nHost: \x96\"\xFFx\r\nConnection: close\r\n\r\n");
  const std::string answer = peer.rest();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 421"));
  boost::system::error_code error;
  json::parse(answer.substr(answer.find("\r\n\r\n") + 4), error);
  EXPECT_FALSE(error) << answer;
}

TEST_F(Admin, WhatIsNotHttpIsRefused) {
  start();
  Peer peer(server_->port());
  peer.say("GREETINGS\r\n\r\n");
  EXPECT_THAT(peer.rest(), StartsWith("HTTP/1.1 400"));
}

TEST_F(Admin, KeepsAConnectionForMoreRequests) {
  start();
  Peer peer(server_->port());
  for (int i = 0; i < 3; ++i) {
    peer.say("GET /healthz HTTP/1.1\r\n" + host() + "\r\n");
    EXPECT_THAT(peer.some(), StartsWith("HTTP/1.1 200"));
  }
}

TEST_F(Admin, ASilentConnectionIsClosed) {
  AdminOptions options;
  options.idle = std::chrono::milliseconds(50);
  start(options);
  Peer peer(server_->port());
  EXPECT_EQ(peer.rest(), "");
  EXPECT_EQ(refused(AdminRefusal::kSlow), 0u) << "it asked for nothing";
}

// One byte at a time, each well within the limit: the deadline is the whole request's.
TEST_F(Admin, ASlowRequestIsCutOff) {
  AdminOptions options;
  options.request = std::chrono::milliseconds(200);
  start(options);
  Peer peer(server_->port());
  std::atomic<bool> closed = false;
  auto reader = std::async(std::launch::async, [&] {
    const std::string answer = peer.rest();
    closed = true;
    return answer;
  });
  peer.say("GET /healthz HTTP/1.1\r\nX-Slow: ");
  while (!closed) {
    peer.say("a");
    reader.wait_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(reader.get(), "");
  // It counts after it has hung up.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (refused(AdminRefusal::kSlow) == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(refused(AdminRefusal::kSlow), 1u);
}

TEST_F(Admin, ConnectionsBeyondTheCapAreTurnedAwayUntilOneGoes) {
  AdminOptions options;
  options.connections_max = 4;
  start(options);
  std::vector<std::unique_ptr<Peer>> taken;
  for (int i = 0; i < 4; ++i) {
    taken.push_back(std::make_unique<Peer>(server_->port()));
    taken.back()->say("GET /healthz HTTP/1.1\r\n" + host() + "\r\n");
    ASSERT_THAT(taken.back()->some(), StartsWith("HTTP/1.1 200"));
  }
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(Peer(server_->port()).rest(), StartsWith("HTTP/1.1 503")) << i;
  taken.pop_back();
  // The listener learns of the end in its own time.
  std::string answer;
  while (!answer.starts_with("HTTP/1.1 200")) {
    Peer next(server_->port());
    next.say("GET /healthz HTTP/1.1\r\n" + host() + "Connection: close\r\n\r\n");
    answer = next.rest();
    ASSERT_THAT(answer, AnyOf(StartsWith("HTTP/1.1 200"), StartsWith("HTTP/1.1 503"), ""));
  }
}

TEST_F(Admin, OneAddressDoesNotTakeAllConnections) {
  AdminOptions options;
  options.connections_of_address_max = 3;
  start(options);
  std::vector<std::unique_ptr<Peer>> taken;
  for (int i = 0; i < 3; ++i) {
    taken.push_back(std::make_unique<Peer>(server_->port(), "127.0.0.2"));
    taken.back()->say("GET /healthz HTTP/1.1\r\n" + host() + "\r\n");
    ASSERT_THAT(taken.back()->some(), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_THAT(Peer(server_->port(), "127.0.0.2").rest(), StartsWith("HTTP/1.1 503"));
  EXPECT_EQ(refused(AdminRefusal::kConnectionsOfAddress), 1u);
  EXPECT_THAT(ask("/healthz"), HasSubstr(" 200 "));
}

TEST_F(Admin, TooManyRequestsAreToldToWait) {
  const std::string token = let_in("ada", Role::kRead);
  AdminOptions options;
  options.requests_per_second = 1;
  start(options);
  EXPECT_THAT(ask("/healthz"), HasSubstr(" 200 "));
  EXPECT_THAT(ask("/healthz"), HasSubstr(" 200 "));
  std::string answer;
  while (!answer.starts_with("HTTP/1.1 429")) answer = ask("/healthz", "-i");
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_GE(refused(AdminRefusal::kRate), 1u);
  EXPECT_THAT(ask("/alerts", bearer(token)), HasSubstr(" 200 ")) << "a token is counted by itself";
}

TEST_F(Admin, AnswersAreForNobodyElse) {
  start();
  const std::string answer = ask("/healthz", "-i");
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'none'; frame-ancestors"));
  EXPECT_THAT(answer, HasSubstr("Referrer-Policy: no-referrer\r\n"));
}

TEST_F(Admin, StopClosesOpenConnections) {
  start();
  Peer peer(server_->port());
  peer.say("GET /healthz HTTP/1.1\r\n" + host() + "\r\n");
  ASSERT_THAT(peer.some(), StartsWith("HTTP/1.1 200"));
  server_->stop();
  EXPECT_EQ(peer.rest(), "");
  server_->stop();
}

TEST_F(Admin, SaysWhenItCannotListen) {
  start();
  AdminOptions options;
  options.port = server_->port();
  const auto second = AdminServer::start(options, {}, ports());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kIo);  // a restart may mend it
  EXPECT_THAT(second.error().message, HasSubstr("port " + std::to_string(options.port)));
  options.host = "not an address";
  EXPECT_EQ(AdminServer::start(options, {}, ports()).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tocsin
