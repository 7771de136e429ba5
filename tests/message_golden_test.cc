#include <gtest/gtest.h>

#include "alerting/message.h"
#include "tests/support/alert_samples.h"
#include "tests/support/golden.h"

namespace tocsin {
namespace {

Recipient senate() {
  return {.key = kNigeriaSenate,
          .name = "Senate Committee on National Security",
          .language = "en",
          .time_zone = "Africa/Lagos",
          .reason = "region NG-BO (in NG), level watch >= watch"};
}

MessageOptions service() {
  return {.contact = "desk@tocsin.example", .web = "https://tocsin.example"};
}

AlertRevision french_region() {
  AlertRevision revision = sample_raised();
  revision.region = "CM-EN";
  revision.region_name = "Extrême-Nord";
  revision.title = "Menaces convergentes: « sécheresse »";
  revision.shared_with = {"basin:lake-chad"};
  revision.tlp = Tlp::kAmber;
  revision.illustrative = true;
  return revision;
}

struct GoldenCase {
  std::string name;
  AlertRevision revision;
};

class MessageGolden : public testing::TestWithParam<GoldenCase> {};

TEST_P(MessageGolden, ReadsAsReviewed) {
  const auto& c = GetParam();
  const Message message = render_message(c.revision, senate(), sample_catalogue(), service());
  expect_golden("alerting/" + c.name + ".txt",
                "Subject: " + message.subject + "\n\n" + message.text);
  expect_golden("alerting/" + c.name + ".html", message.html);
}

INSTANTIATE_TEST_SUITE_P(Message, MessageGolden,
                         testing::ValuesIn<GoldenCase>({
                             {"raised", sample_raised()},
                             {"escalated", sample_escalated()},
                             {"updated", sample_updated()},
                             {"withdrawn", sample_withdrawn()},
                             {"merged", sample_following(RevisionKind::kMerged)},
                             {"cleared_with_unknowns", sample_following(RevisionKind::kCleared)},
                             {"lapsed", sample_following(RevisionKind::kLapsed)},
                             {"french_region_illustrative", french_region()},
                         }),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace tocsin
