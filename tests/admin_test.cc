#include "daemon/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <future>
#include <map>

#include "daemon/admin_query.h"
#include "tests/support/program_output.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::ip::tcp;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using testsupport::price;
using testsupport::SmallDaemon;

// A connection that says what a test says, and no more.
class Peer {
 public:
  explicit Peer(std::uint16_t port, const char* from = "127.0.0.1") {
    socket_.open(tcp::v4());
    socket_.bind({asio::ip::make_address(from), 0});
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
  }
  void say(const std::string& bytes) {
    boost::system::error_code ignored;  // refused ones may be reset while we speak
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  // Everything until the other side closes.
  std::string rest() {
    std::string got;
    boost::system::error_code error;
    asio::read(socket_, asio::dynamic_buffer(got), error);
    return got;
  }
  // What came, once something did.
  std::string some() {
    std::string got(65'536, '\0');
    boost::system::error_code error;
    got.resize(socket_.read_some(asio::buffer(got), error));
    return got;
  }

 private:
  asio::io_context io_;
  tcp::socket socket_{io_};
};

class Admin : public testing::Test {
 protected:
  AdminPorts ports() {
    return {daemon_.store(),
            counters_,
            [] { return std::string("tocsin_build_info 1\n"); },
            [this] { return not_ready_; },
            [this](const std::string& directory) { return backup_(directory); },
            [this](std::vector<Input> inputs, RequestAnswer answer) {
              answer(daemon_.commit(std::move(inputs)).requests);
            }};
  }
  void start(AdminOptions options = {}) {
    auto server = AdminServer::start(std::move(options), secrets_, ports());
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  // "200 application/json {...}", by curl.
  std::string ask(const std::string& target, const std::string& more = "") {
    return testsupport::run_program(
               "curl -s --max-time 60 -o - -w ' %{http_code} %{content_type}' " + more +
               " 'http://127.0.0.1:" + std::to_string(server_->port()) + target + "'")
        .output;
  }
  json::object ask_json(const std::string& target) {
    const std::string answer = ask(target);
    return json::parse(answer.substr(0, answer.rfind('}') + 1)).as_object();
  }

  // The header line that every request needs.
  std::string host() const { return "Host: localhost:" + std::to_string(server_->port()) + "\r\n"; }

  // Raises an alert and gives its id.
  std::string raise() {
    const CommitOutcome outcome = daemon_.send(price("p1", "2019-05-01", "2019-06-01", 400));
    return outcome.revisions.at(0).alert.hex();
  }
  void withdraw() { daemon_.send(price("p1", "2019-05-01", "2019-06-01", 100, 2)); }

  // Lets `name` in as `role`, and gives the token.
  std::string let_in(const std::string& name, Role role) {
    const std::string file = (daemon_.directory() / "tokens").string();
    const auto token = add_token(file, {name, role});
    secrets_.tokens = std::make_shared<const AdminTokens>(AdminTokens::read(file).value());
    return token.value();
  }
  static std::string bearer(const std::string& token) {
    return "-H 'Authorization: Bearer " + token + "'";
  }
  std::uint64_t refused(AdminRefusal refusal) const {
    return counters_.refusals[static_cast<std::size_t>(refusal)];
  }

  SmallDaemon daemon_;
  AdminCounters counters_;
  AdminSecrets secrets_;
  std::string not_ready_;
  std::function<Result<std::string>(const std::string&)> backup_ =
      [](const std::string& directory) { return Result<std::string>("written to " + directory); };
  std::unique_ptr<AdminServer> server_;
};

TEST_F(Admin, GivesMetricsAsText) {
  start();
  EXPECT_EQ(ask("/metrics"), "tocsin_build_info 1\n 200 text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(Admin, IsHealthyEvenWhenNotReady) {
  not_ready_ = "the disk is full";
  start();
  EXPECT_EQ(ask("/healthz"), R"({"status":"ok"} 200 application/json)");
  EXPECT_EQ(ask("/readyz"),
            R"({"status":"not ready","reason":"the disk is full"} 503 application/json)");
}

TEST_F(Admin, SaysWhenItIsReady) {
  start();
  EXPECT_EQ(ask("/readyz"), R"({"status":"ready"} 200 application/json)");
}

TEST_F(Admin, ListsTheLastRevisionOfEachAlert) {
  const std::string id = raise();
  start();
  EXPECT_EQ(ask_json("/alerts?state=closed").at("total"), 0);
  EXPECT_EQ(ask_json("/alerts?region=NG").at("total"), 0);
  const json::object open = ask_json("/alerts?state=open&region=NG-BO");
  ASSERT_EQ(open.at("total"), 1);
  const json::object alert = open.at("alerts").at(0).as_object();
  EXPECT_EQ(alert.at("alert"), id.c_str());
  EXPECT_EQ(alert.at("level"), "watch");
  EXPECT_EQ(alert.at("kind"), "raised");
  withdraw();
  EXPECT_EQ(ask_json("/alerts?state=open").at("total"), 0);
  const json::object all = ask_json("/alerts");
  EXPECT_EQ(all.at("alerts").at(0).at("kind"), "withdrawn");
  EXPECT_EQ(all.at("alerts").at(0).at("revision"), 2);
}

TEST_F(Admin, ListsOpenAlertsFirst) {
  raise();
  withdraw();
  daemon_.pass(40);
  daemon_.send(price("p2", "2019-06-01", "2019-07-01", 500));
  start();
  const json::object all = ask_json("/alerts");
  ASSERT_EQ(all.at("total"), 2);
  EXPECT_EQ(all.at("alerts").at(0).at("state"), "open");
  EXPECT_EQ(all.at("alerts").at(1).at("state"), "closed");
  const json::object cut = ask_json("/alerts?limit=1");
  EXPECT_EQ(cut.at("total"), 2);
  EXPECT_EQ(cut.at("alerts").as_array().size(), 1u);
}

TEST_F(Admin, ShowsAnAlertWithItsRevisionsAndDispatches) {
  const std::string id = raise();
  withdraw();
  start();
  const json::object alert = ask_json("/alerts/" + id);
  EXPECT_EQ(alert.at("state"), "closed");
  ASSERT_EQ(alert.at("revisions").as_array().size(), 2u);
  EXPECT_EQ(alert.at("revisions").at(1).at("kind"), "withdrawn");
  ASSERT_EQ(alert.at("dispatches").as_array().size(), 2u);
  EXPECT_EQ(alert.at("dispatches").at(0).at("committee"), "senate");
  EXPECT_EQ(alert.at("dispatches").at(0).at("state"), "intended");
}

TEST_F(Admin, MakesABackup) {
  start();
  EXPECT_EQ(ask("/backup?directory=/var/back%20up", "-X POST"),
            R"({"status":"done","backup":"written to /var/back up"} 200 application/json)");
}

TEST_F(Admin, SaysWhyABackupFailed) {
  backup_ = [](const std::string&) {
    return Result<std::string>(fail(ErrorCode::kIo, "the disk is full"));
  };
  start();
  EXPECT_EQ(ask("/backup?directory=/b", "-X POST"),
            R"({"error":"the disk is full"} 500 application/json)");
}

TEST_F(Admin, AnswersOthersWhileABackupRunsAndRefusesASecond) {
  std::promise<void> entered, go_on;
  backup_ = [&](const std::string&) {
    entered.set_value();
    go_on.get_future().wait();
    return Result<std::string>("done");
  };
  start();
  auto first =
      std::async(std::launch::async, [&] { return ask("/backup?directory=/b", "-X POST"); });
  entered.get_future().wait();
  EXPECT_THAT(ask("/healthz"), HasSubstr(" 200 "));
  EXPECT_THAT(ask("/backup?directory=/b", "-X POST"), HasSubstr(" 409 "));
  go_on.set_value();
  EXPECT_THAT(first.get(), HasSubstr(" 200 "));
}

TEST_F(Admin, WhatAPortThrowsIsAnError) {
  backup_ = [](const std::string&) -> Result<std::string> { throw std::runtime_error("odd"); };
  start();
  EXPECT_EQ(ask("/backup?directory=/b", "-X POST"), R"({"error":"odd"} 500 application/json)");
}

struct WrongCase {
  std::string name, target, curl;
  int status;
  std::string says;
};

class WrongRequest : public Admin, public testing::WithParamInterface<WrongCase> {};

TEST_P(WrongRequest, SaysWhatThereIs) {
  const WrongCase& wrong = GetParam();
  AdminOptions options;
  options.request_bytes_max = 4'096;
  start(options);
  const std::string answer = ask(wrong.target, wrong.curl);
  EXPECT_THAT(answer, HasSubstr(" " + std::to_string(wrong.status) + " application/json"));
  EXPECT_THAT(answer, HasSubstr(wrong.says));
}

const std::string kNoAlert(32, '0');

INSTANTIATE_TEST_SUITE_P(
    Admin, WrongRequest,
    testing::ValuesIn<WrongCase>({
        {"unknown_path", "/nothing", "", 404, "GET /metrics"},
        {"root", "/", "", 404, "GET /alerts/ID"},
        {"post_to_get", "/metrics", "-X POST", 405, R"("allowed":["GET","HEAD"])"},
        {"get_to_post", "/backup?directory=/b", "", 405, R"("allowed":["POST"])"},
        {"delete_an_alert", "/alerts/" + kNoAlert, "-X DELETE", 405, "DELETE"},
        {"unknown_method", "/alerts", "-X FROB", 405, "FROB"},
        {"no_such_alert", "/alerts/" + kNoAlert, "", 404, kNoAlert},
        {"bad_alert_id", "/alerts/ABC", "", 400, "32 lower-case hex digits"},
        {"bad_state", "/alerts?state=ajar", "", 400, "open, closed, all"},
        {"bad_limit", "/alerts?limit=0", "", 400, "1 to 10000"},
        {"unknown_query", "/alerts?colour=red", "", 400, "allowed: limit, region, state"},
        {"query_twice", "/alerts?state=all&state=open", "", 400, "twice"},
        {"bad_escape", "/alerts?state=%0", "", 400, "printable ASCII"},
        {"backup_nowhere", "/backup", "-X POST", 400, "absolute path"},
        {"backup_relative", "/backup?directory=b", "-X POST", 400, "no absolute path"},
        {"no_such_row", "/quarantine/7", "", 404, "quarantine row 7"},
        {"bad_row", "/quarantine/0", "", 400, "1 or more"},
        {"row_that_climbs", "/quarantine/..%2Fbackup", "", 404, "there is no"},
        {"bad_page", "/quarantine?limit=1001", "", 400, "1 to 1000"},
        {"acknowledge_without_tokens", "/alerts/" + kNoAlert + "/acknowledge", "-X POST", 403,
         "tokens_file"},
        {"release_without_tokens", "/quarantine/1/release", "-X POST", 403, "tocsin token new"},
        {"get_to_release", "/quarantine/1/release", "", 405, "POST"},
        {"authorization_twice", "/alerts", "-H 'Authorization: Bearer a' -H 'Authorization: b'",
         400, "twice"},
        {"from_a_page", "/backup?directory=/b", "-X POST -H 'Origin: https://evil.example'", 403,
         "Origin"},
        {"rebound_name", "/alerts", "-H 'Host: evil.example'", 421, "'evil.example'"},
        {"name_that_begins_well", "/alerts", "-H 'Host: localhost.evil.example'", 421,
         "localhost:"},
        {"other_port", "/alerts", "-H 'Host: localhost:1'", 421, "127.0.0.1:"},
        {"no_host", "/alerts", "-H 'Host:'", 421, "''"},
        {"backup_by_a_rebound_name", "/backup?directory=/b", "-X POST -H 'Host: evil.example'", 421,
         "'evil.example'"},
        {"body_too_long", "/backup?directory=/b",
         "-X POST -H 'Expect:' --data-binary @" TOCSIN_SOURCE_DIR "/docs/SEMANTICS.md", 413,
         "4096 bytes"},
        {"header_too_long", "/metrics", "-H \"X-Long: $(head -c 8000 /dev/zero | tr '\\0' a)\"",
         431, "4096 bytes"},
    }),
    [](const auto& tested) { return tested.param.name; });

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

TEST_F(Admin, AWrongTokenIsRefusedEvenWhereNoneIsNeeded) {
  let_in("ada", Role::kAdmin);
  start();
  EXPECT_THAT(ask("/healthz"), HasSubstr(" 200 "));
  const std::string answer = ask("/healthz", "-i " + bearer("tocsin_wrong"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(answer, HasSubstr("WWW-Authenticate: Bearer\r\n"));
  EXPECT_EQ(refused(AdminRefusal::kWrongToken), 1u);
  EXPECT_THAT(ask("/alerts"), HasSubstr(" 401 "));
  EXPECT_EQ(refused(AdminRefusal::kNoToken), 1u);
}

TEST_F(Admin, NewTokensHoldAfterTheyAreRenewed) {
  const std::string first = let_in("ada", Role::kRead);
  start();
  const std::string second = let_in("eve", Role::kRead);
  EXPECT_THAT(ask("/alerts", bearer(second)), HasSubstr(" 401 "));
  server_->renew(secrets_);
  EXPECT_THAT(ask("/alerts", bearer(second)), HasSubstr(" 200 "));
  EXPECT_THAT(ask("/alerts", bearer(first)), HasSubstr(" 200 "));
}

TEST_F(Admin, AnAcknowledgementIsShownWithItsAlert) {
  const std::string id = raise();
  const std::string token = let_in("ada", Role::kAcknowledge);
  start();
  const std::string path = "/alerts/" + id + "/acknowledge";
  const std::string said = R"( -d '{"committee":"senate","note":"tabled\u000aon Monday"}')";
  EXPECT_THAT(ask(path, bearer(token) + said), HasSubstr(R"("new":true} 200 )"));
  EXPECT_THAT(ask(path, bearer(token) + said), HasSubstr(R"("new":false} 200 )"));
  const std::string shown = ask("/alerts/" + id, bearer(token));
  const json::object alert = json::parse(shown.substr(0, shown.rfind('}') + 1)).as_object();
  ASSERT_EQ(alert.at("acknowledgements").as_array().size(), 1u);
  const json::object row = alert.at("acknowledgements").at(0).as_object();
  EXPECT_EQ(row.at("who"), "ada");
  EXPECT_EQ(row.at("revision"), 1);
  EXPECT_EQ(row.at("note"), "tabled on Monday");
  EXPECT_THAT(ask(path, bearer(token) + R"( -d '{"committee":"lower house"}')"),
              AllOf(HasSubstr(" 409 "), HasSubstr("it was sent to: senate")));
  EXPECT_THAT(ask(path, bearer(token) + R"( -d '{"committee":"senate","revision":7}')"),
              AllOf(HasSubstr(" 404 "), HasSubstr("no revision 7")));
}

TEST_F(Admin, TheQuarantineIsListedAndReleased) {
  const std::string token = let_in("root", Role::kAdmin);
  std::string elsewhere = price("p1", "2019-05-01", "2019-06-01", 400);
  elsewhere.replace(elsewhere.find("NG-BO"), 5, "NG-99");
  daemon_.send(elsewhere + "{broken\n" + "{\"source\":\"\xff\"}\n");
  daemon_.restart_with("regions.yaml", "names: Borno}", "names: Borno, aliases: [NG-99]}");
  start();
  const auto get = [&](const std::string& target) {
    const std::string answer = ask(target, bearer(token));
    return json::parse(answer.substr(0, answer.rfind('}') + 1)).as_object();
  };
  EXPECT_EQ(get("/quarantine").at("rows").as_array().size(), 3u);
  EXPECT_EQ(get("/quarantine?code=malformed-json&producer=relay").at("rows").at(0).at("sequence"),
            2);
  EXPECT_EQ(get("/quarantine?source=market").at("rows").as_array().size(), 1u);
  EXPECT_EQ(get("/quarantine?source=monitor").at("rows").as_array().size(), 0u);
  const json::object page = get("/quarantine?limit=1&after=1");
  EXPECT_EQ(page.at("rows").at(0).at("sequence"), 2);
  EXPECT_EQ(page.at("next"), 2);
  EXPECT_EQ(get("/quarantine/2").at("record"), "{broken");
  EXPECT_TRUE(get("/quarantine/3").contains("record_base64"));
  EXPECT_THAT(ask("/quarantine/1/release", "-X POST " + bearer(token)),
              HasSubstr(R"("fate":"applied")"));
  EXPECT_THAT(ask("/quarantine/1/release", "-X POST " + bearer(token)), HasSubstr(" 404 "));
  const std::string many =
      ask("/quarantine/release", bearer(token) + R"( -d '{"sequences":[1,2]}')");
  EXPECT_THAT(many, HasSubstr(R"({"sequence":1,"error":"there is no row 1 in the quarantine"})"));
  EXPECT_THAT(many, HasSubstr(R"("code":"malformed-json")"));
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
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("port " + std::to_string(options.port)));
  options.host = "not an address";
  EXPECT_EQ(AdminServer::start(options, {}, ports()).error().code, ErrorCode::kInvalid);
}

TEST(AdminTarget, IsTakenApart) {
  const auto target = parse_target("/a%20b?x=1+2&empty&y=%2Ftmp");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b");
  const std::map<std::string, std::string> query{{"x", "1 2"}, {"empty", ""}, {"y", "/tmp"}};
  EXPECT_EQ(target->query, query);
}

}  // namespace
}  // namespace tocsin
