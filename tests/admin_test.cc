// What the listener answers: metrics, health, alerts, backups, and what is wrong with a request.
#include <future>
#include <map>

#include "daemon/admin_query.h"
#include "tests/admin_fixture.h"

namespace tocsin {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testsupport::Admin;
using testsupport::price;

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

TEST(AdminTarget, IsTakenApart) {
  const auto target = parse_target("/a%20b?x=1+2&empty&y=%2Ftmp");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b");
  const std::map<std::string, std::string> query{{"x", "1 2"}, {"empty", ""}, {"y", "/tmp"}};
  EXPECT_EQ(target->query, query);
}

}  // namespace
}  // namespace tocsin
