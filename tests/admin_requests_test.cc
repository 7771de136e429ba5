#include "daemon/admin_requests.h"

#include <gmock/gmock.h>

#include "tests/support/small_daemon.h"

// Requests that change something, from their bodies to inputs of the journal.
namespace tocsin {
namespace {

using testing::HasSubstr;
using testsupport::price;
using testsupport::SmallDaemon;

class AdminRequests : public testing::Test {
 protected:
  AdminRequests()
      : alert_(daemon_.send(price("p1", "2019-05-01", "2019-06-01", 400))
                   .revisions.at(0)
                   .alert.hex()) {}
  AdminAction acknowledge(const std::string& body) {
    return acknowledge_alert(daemon_.store(), alert_, body, "ada");
  }

  SmallDaemon daemon_;
  std::string alert_;
};

TEST_F(AdminRequests, AnAcknowledgementIsOfTheLastRevisionWhenNoneIsSaid) {
  daemon_.send(price("p1", "2019-05-01", "2019-06-01", 100, 2));
  const auto asked = std::get<AskEngine>(acknowledge(R"({"committee":"senate"})"));
  EXPECT_EQ(std::get<AcknowledgeInput>(asked.inputs.at(0)),
            (AcknowledgeInput{alert_, 2, "senate", "ada", ""}));
}

TEST_F(AdminRequests, ANoteIsOneCleanLine) {
  const auto asked = std::get<AskEngine>(
      acknowledge(R"({"committee":"senate","revision":1,"note":" seen\r\nBcc: x\u202e\u0000 "})"));
  EXPECT_EQ(std::get<AcknowledgeInput>(asked.inputs.at(0)).note, "seen Bcc: x");
}

struct BadBody {
  std::string name, body, says;
};
class BadRequest : public AdminRequests, public testing::WithParamInterface<BadBody> {};

TEST_P(BadRequest, IsRefusedWithWhatIsAllowed) {
  const auto answer = std::get<AdminResponse>(acknowledge(GetParam().body));
  EXPECT_EQ(answer.status, 400u);
  EXPECT_THAT(answer.body, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BadRequest,
    testing::ValuesIn<BadBody>({
        {"empty", "", "no JSON object"},
        {"not_json", "committee=senate", "no JSON object"},
        {"list", "[]", "no JSON object"},
        {"nested", R"({"note":[[[[[[1]]]]]]})", "no JSON object"},
        {"no_committee", "{}", "names no committee"},
        {"blank_committee", R"({"committee":" \n"})", "names no committee"},
        {"committee_is_a_number", R"({"committee":7})", "must be a text"},
        {"long_note", R"({"committee":"c","note":")" + std::string(501, 'a') + "\"}", "500 bytes"},
        {"revision_0", R"({"committee":"c","revision":0})", "1 or more"},
        {"revision_negative", R"({"committee":"c","revision":-1})", "1 or more"},
        {"revision_half", R"({"committee":"c","revision":1.5})", "whole number"},
        {"revision_beyond", R"({"committee":"c","revision":4294967296})", "whole number"},
        {"unknown_member", R"({"comittee":"c"})", "allowed: committee, revision, note"},
    }),
    [](const auto& tested) { return tested.param.name; });

TEST_F(AdminRequests, ReleasesAreOfRows) {
  const auto many = std::get<AskEngine>(release_many(R"({"sequences":[3,1]})", "root"));
  ASSERT_EQ(many.inputs.size(), 2u);
  EXPECT_EQ(std::get<QuarantineReleaseInput>(many.inputs[0]), (QuarantineReleaseInput{3, "root"}));
  std::string too_many = R"({"sequences":[1)";
  for (std::size_t i = 0; i < kRequestInputsMax; ++i) too_many += ",1";
  for (const std::string& body :
       {std::string("{}"), std::string(R"({"sequences":[]})"), std::string(R"({"sequences":[0]})"),
        std::string(R"({"sequences":["1"]})"), std::string(R"({"sequences":1})"), too_many + "]}"})
    EXPECT_EQ(std::get<AdminResponse>(release_many(body, "root")).status, 400u) << body;
  EXPECT_EQ(std::get<AdminResponse>(release_one("1", "{}", "root")).status, 400u);
  for (const char* row : {"", "0", "-1", "1x", "9999999999999999999"})
    EXPECT_EQ(std::get<AdminResponse>(release_one(row, "", "root")).status, 400u) << row;
}

}  // namespace
}  // namespace tocsin
