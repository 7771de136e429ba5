// What changes something, and who may ask for it: tokens, acknowledgements, the quarantine.
#include <future>

#include "tests/admin_fixture.h"

namespace tocsin {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testsupport::Admin;
using testsupport::Peer;
using testsupport::price;

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

TEST_F(Admin, APatternIsMutedByWhoMayAndOnlyWhereItIsJudged) {
  const std::string low = let_in("ada", Role::kAcknowledge), token = let_in("root", Role::kAdmin);
  start();
  const auto body = [](const std::string& region, const std::string& until) {
    return R"( -d '{"pattern":"hunger","region":")" + region + R"(","until":")" + until +
           R"(","reason":"known already"}')";
  };
  EXPECT_THAT(ask("/mutes", bearer(low) + body("NG-BO", "2019-07-01")), HasSubstr(" 403 "));
  EXPECT_THAT(ask("/mutes", bearer(token) + body("NG-BO", "2019-07-01")),
              AllOf(HasSubstr(R"("who":"root")"), HasSubstr(R"("until":"2019-07-01T00:00:00Z")"),
                    HasSubstr(R"("muted":true} 200 )")));
  EXPECT_THAT(ask("/mutes", bearer(token) + body("NG-BO", "2019-06-01T12:00:00Z")),
              HasSubstr(R"("muted":false} 200 )"));
  EXPECT_THAT(ask("/mutes", bearer(token) + body("NG", "2019-07-01")), HasSubstr(" 404 "));
  EXPECT_THAT(ask("/mutes", bearer(token) + body("NG-BO", "July")),
              AllOf(HasSubstr(" 400 "), HasSubstr("until is 'July'; allowed: a day")));
  EXPECT_THAT(ask("/mutes", bearer(token) + R"( -d '{"pattern":"hunger","region":"NG-BO"}')"),
              AllOf(HasSubstr(" 400 "), HasSubstr("the body has no until")));
}

TEST_F(Admin, WhatTheEngineDoesNotTakeIsSaid) {
  const std::string token = let_in("root", Role::kAdmin);
  ask_ = [](const auto&, const RequestAnswer& answer) {
    answer(fail(ErrorCode::kUnavailable, "the daemon is stopping"));
  };
  start();
  EXPECT_THAT(ask("/quarantine/1/release", "-X POST " + bearer(token)),
              AllOf(HasSubstr(" 503 "), HasSubstr("the daemon is stopping")));
  EXPECT_EQ(refused(AdminRefusal::kUnavailable), 1u);
}

TEST_F(Admin, TheEngineMayAnswerAfterTheStop) {
  const std::string token = let_in("root", Role::kAdmin);
  std::promise<RequestAnswer> asked;
  ask_ = [&](const auto&, RequestAnswer answer) { asked.set_value(std::move(answer)); };
  start();
  Peer peer(server_->port());
  peer.say("POST /quarantine/1/release HTTP/1.1\r\n" + host() + "Authorization: Bearer " + token +
           "\r\n\r\n");
  const RequestAnswer answer = asked.get_future().get();
  EXPECT_THAT(ask("/healthz"), HasSubstr(" 200 ")) << "others are answered meanwhile";
  server_->stop();
  EXPECT_EQ(peer.rest(), "");
  server_.reset();
  answer(std::vector<RequestOutcome>{fail(ErrorCode::kNotFound, "no such row")});
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

}  // namespace
}  // namespace tocsin
