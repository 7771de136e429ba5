#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "alerting/mail.h"
#include "alerting/mime.h"
#include "tests/support/alert_samples.h"
#include "tests/support/golden.h"
#include "tests/support/smtp_server.h"

namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

MailOptions service() {
  return {.from = "tocsin@alerts.example",
          .from_name = "tocsin, early warning",
          .reply_to = "desk@alerts.example",
          .domain = "alerts.example"};
}

Dispatch to_senate(const AlertRevision& revision) {
  Dispatch dispatch;
  dispatch.alert = revision.alert;
  dispatch.revision = revision.number;
  dispatch.committee = kNigeriaSenate;
  dispatch.address = {Channel::kEmail, "clerk@senate.example"};
  dispatch.id = dispatch_id(revision.alert, revision.number, kNigeriaSenate, dispatch.address);
  return dispatch;
}

std::string compose(const AlertRevision& revision) {
  const Dispatch dispatch = to_senate(revision);
  const Message message =
      render_message(revision, recipient_of(dispatch, sample_catalogue()), sample_catalogue(), {});
  const auto mail = compose_mail(dispatch, revision, message, service());
  EXPECT_TRUE(mail) << mail.error().message;
  return mail.value_or("");
}

AlertRevision accented() {
  AlertRevision revision = sample_updated();
  revision.region = "CM-EN";
  revision.title = "Menaces convergentes: « sécheresse » et « prix », une longue fin de titre";
  revision.illustrative = true;
  revision.level = Level::kEmergency;
  return revision;
}

// Python's email package, an independent reader, says what it found.
std::string read_by_python(const std::string& mail) {
  const auto directory = make_temporary_directory();
  std::ofstream(directory / "mail.eml", std::ios::binary) << mail;
  const std::string command = "/usr/bin/python3 " + std::string(TOCSIN_SOURCE_DIR) +
                              "/tests/support/read_mail.py " + (directory / "mail.eml").string();
  std::string said;
  FILE* pipe = ::popen(command.c_str(), "r");
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) said += static_cast<char>(c);
  EXPECT_EQ(::pclose(pipe), 0);
  std::filesystem::remove_all(directory);
  return said;
}

TEST(Mail, IsReadByAnIndependentParserAsReviewed) {
  expect_golden("alerting/mail_headers.txt", read_by_python(compose(accented())));
}

TEST(Mail, BodiesArriveWordForWord) {
  const AlertRevision revision = accented();
  const Message message = render_message(
      revision, recipient_of(to_senate(revision), sample_catalogue()), sample_catalogue(), {});
  const auto directory = make_temporary_directory();
  std::ofstream(directory / "text", std::ios::binary) << message.text;
  std::ofstream(directory / "html", std::ios::binary) << message.html;
  std::ofstream(directory / "mail.eml", std::ios::binary) << compose(revision);
  const std::string command = "/usr/bin/python3 " + std::string(TOCSIN_SOURCE_DIR) +
                              "/tests/support/read_mail.py " + (directory / "mail.eml").string() +
                              " --same " + (directory / "text").string() + " " +
                              (directory / "html").string();
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::filesystem::remove_all(directory);
}

TEST(Mail, LinesAreShortPlainAndEndInCrLf) {
  for (const AlertRevision& revision : {accented(), hostile_revision(), sample_raised()}) {
    std::istringstream lines(compose(revision));
    for (std::string line; std::getline(lines, line);) {
      ASSERT_TRUE(line.ends_with('\r')) << line;
      ASSERT_LE(line.size(), 79U) << line;
      for (const char c : line.substr(0, line.size() - 1)) {
        ASSERT_TRUE(c >= ' ' && c <= '~') << line;
      }
      ASSERT_FALSE(line.starts_with('.')) << line;
    }
  }
}

TEST(Mail, HostileTextMakesNoHeader) {
  const std::string mail = compose(hostile_revision());
  EXPECT_THAT(mail, Not(HasSubstr("\nBcc:")));
  EXPECT_THAT(read_by_python(mail), Not(HasSubstr("\nBcc")));
}

TEST(Mail, ThreadsToTheFirstRevision) {
  const std::string first = compose(sample_raised());
  const std::string id = message_id(to_senate(sample_raised()).id, "alerts.example");
  EXPECT_THAT(first, HasSubstr("Message-ID: <" + id + ">\r\n"));
  EXPECT_THAT(first, Not(HasSubstr("References:")));
  const std::string later = compose(sample_withdrawn());
  EXPECT_THAT(later, HasSubstr("References: <" + id + ">\r\n"));
  EXPECT_THAT(later, HasSubstr("In-Reply-To: <" + id + ">\r\n"));
  EXPECT_THAT(later, Not(HasSubstr("Message-ID: <" + id + ">\r\n")));
}

TEST(Mail, DateIsWhenTheRevisionWasIssued) {
  EXPECT_THAT(compose(sample_raised()), StartsWith("Date: Thu, 07 Mar 2019 12:00:00 +0000\r\n"));
}

struct AddressCase {
  std::string name, address;
  bool good;
};
class MailAddress : public testing::TestWithParam<AddressCase> {};

TEST_P(MailAddress, IsChecked) {
  EXPECT_EQ(check_mail_address(GetParam().address).has_value(), GetParam().good);
}

INSTANTIATE_TEST_SUITE_P(Mail, MailAddress,
                         testing::ValuesIn<AddressCase>({
                             {"Plain", "clerk@senate.example", true},
                             {"PlusAndDots", "a.b+c@x-y.example", true},
                             {"Empty", "", false},
                             {"NoAt", "clerk", false},
                             {"TwoAts", "a@b@c", false},
                             {"NoName", "@b", false},
                             {"NoDomain", "a@", false},
                             {"LineBreak", "a@b\r\nBcc: c@d", false},
                             {"Space", "a @b", false},
                             {"Bracket", "<a@b>", false},
                             {"TwoAddresses", "a@b,c@d", false},
                             {"Accent", "é@b", false},
                             {"TooLong", std::string(250, 'a') + "@b.example", false},
                         }),
                         [](const auto& tested) { return tested.param.name; });

TEST(Mail, LineBreakInAddressSubjectOrNameIsRefused) {
  const AlertRevision revision = sample_raised();
  const Message message{.subject = "s", .text = "t\n", .html = "h\n"};
  Dispatch dispatch = to_senate(revision);
  dispatch.address.target = "a@b\r\nBcc: c@d";
  EXPECT_THAT(compose_mail(dispatch, revision, message, service()).error().message,
              HasSubstr("mail address \"a@b\\r\\nBcc: c@d\""));
  Message broken = message;
  broken.subject = "a\r\nBcc: c@d";
  EXPECT_FALSE(compose_mail(to_senate(revision), revision, broken, service()));
  MailOptions options = service();
  options.from_name = "a\nb";
  EXPECT_FALSE(compose_mail(to_senate(revision), revision, message, options));
  options = service();
  options.domain = "a\r\nb";
  EXPECT_FALSE(compose_mail(to_senate(revision), revision, message, options));
}

struct PrintableCase {
  std::string name, text, want;
};
class QuotedPrintable : public testing::TestWithParam<PrintableCase> {};

TEST_P(QuotedPrintable, FollowsTable) {
  EXPECT_EQ(quoted_printable(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Mime, QuotedPrintable,
                         testing::ValuesIn<PrintableCase>({
                             {"Plain", "a b\n", "a b\r\n"},
                             {"EqualsSign", "1=1\n", "1=3D1\r\n"},
                             {"Accent", "é\n", "=C3=A9\r\n"},
                             {"TrailingSpace", "a \nb \n", "a=20\r\nb=20\r\n"},
                             {"LeadingDot", ".\n.a\n", "=2E\r\n=2Ea\r\n"},
                             {"LeadingFrom", "From a\nFar\n", "=46rom a\r\nFar\r\n"},
                             {"NoLastLineBreak", "a", "a\r\n"},
                             {"EmptyLines", "\n\n", "\r\n\r\n"},
                             {"LongLine", std::string(80, 'x') + "\n",
                              std::string(75, 'x') + "=\r\n" + std::string(5, 'x') + "\r\n"},
                             {"DotAfterSoftBreak", std::string(75, 'x') + ".\n",
                              std::string(75, 'x') + "=\r\n=2E\r\n"},
                             {"Empty", "", ""},
                         }),
                         [](const auto& tested) { return tested.param.name; });

TEST(Mime, LongSubjectIsFoldedAtSpaces) {
  const std::string value = "word word word word word word word word word word word word word word";
  EXPECT_EQ(unstructured_header("Subject", value + " tail"),
            "Subject: " + value.substr(0, 69) + "\r\n tail\r\n");
}

TEST(Mime, EncodedWordsSplitBetweenCharacters) {
  std::string value;
  for (int i = 0; i < 60; ++i) value += "é";
  const std::string header = unstructured_header("Subject", value);
  EXPECT_EQ(header.substr(0, 22), "Subject: =?UTF-8?B?w6n");
  // 19 characters are 38 bytes: the 39th would be half a character.
  EXPECT_THAT(header, HasSubstr("?=\r\n =?UTF-8?B?"));
}

TEST(Mime, TextThatLooksEncodedIsEncoded) {
  EXPECT_THAT(unstructured_header("Subject", "=?UTF-8?B?QQ==?="), Not(HasSubstr("QQ==")));
}

TEST(Mime, DisplayNameIsQuotedWhereItMustBe) {
  EXPECT_EQ(display_name("tocsin alerts"), "tocsin alerts");
  EXPECT_EQ(display_name("tocsin, \"early\""), "\"tocsin, \\\"early\\\"\"");
  EXPECT_THAT(display_name("Alerte précoce"), StartsWith("=?UTF-8?B?"));
}

}  // namespace
}  // namespace tocsin
