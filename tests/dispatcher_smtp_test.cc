#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "alerting/dispatcher.h"
#include "alerting/policy.h"
#include "alerting/smtp_channel.h"
#include "tests/support/alert_samples.h"
#include "tests/support/memory_outbox.h"
#include "tests/support/smtp_server.h"

namespace tocsin {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

SmtpOptions to_port(std::uint16_t port) {
  SmtpOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.security = SmtpSecurity::kPlainOnLoopback;
  options.mail = {.from = "tocsin@alerts.example",
                  .from_name = "tocsin, early warning",
                  .reply_to = "desk@alerts.example",
                  .domain = "alerts.example"};
  options.message = {.contact = "desk@alerts.example", .web = ""};
  return options;
}

PendingDispatch to_senate(const AlertRevision& revision) {
  for (const Dispatch& dispatch : route(revision, sample_catalogue(), {kNigeriaSenate}, {})) {
    if (dispatch.committee == kNigeriaSenate && dispatch.address.channel == Channel::kEmail) {
      return {dispatch, revision};
    }
  }
  std::abort();
}

DispatcherOptions smtp_lane(SmtpOptions options, milliseconds deadline) {
  auto channel = SmtpChannel::create(std::move(options));
  EXPECT_TRUE(channel) << channel.error().message;
  DispatcherOptions dispatcher;
  dispatcher.lanes.push_back({.channel = Channel::kEmail,
                              .delivery = std::move(*channel),
                              .concurrency = 1,
                              .deadline = deadline});
  dispatcher.poll = hours(1);
  return dispatcher;
}

// Delivers `pending` until it is settled; the dispatch as it is then.
Dispatch deliver(const PendingDispatch& pending, SmtpOptions options,
                 milliseconds deadline = milliseconds(60'000), RetryPolicy policy = {}) {
  MemoryOutbox outbox(policy);
  outbox.add(pending);
  Dispatcher dispatcher(smtp_lane(std::move(options), deadline), outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait_until_settled();
  dispatcher.stop(hours(1));
  return outbox.row(pending.dispatch.id);
}

struct SmtpCase {
  std::string name;
  std::string behave;
  DispatchState want;
  std::uint32_t want_attempts;
  std::size_t want_mails;
  std::string want_answer;  // of the last attempt, its beginning
  int deadline_ms = 60'000;
};

class Smtp : public testing::TestWithParam<SmtpCase> {};

TEST_P(Smtp, LosesNothingAndDoublesNothingUnderANewId) {
  const auto& c = GetParam();
  const SmtpServer server(c.behave);
  const PendingDispatch pending = to_senate(sample_raised());
  const Dispatch row = deliver(pending, to_port(server.port()), milliseconds(c.deadline_ms));
  EXPECT_EQ(row.state, c.want) << row.last_answer;
  EXPECT_EQ(row.attempts, c.want_attempts) << row.last_answer;
  EXPECT_THAT(row.last_answer, StartsWith(c.want_answer));
  const auto mails = server.mails();
  EXPECT_EQ(mails.size(), c.want_mails);
  const std::string id = pending.dispatch.id.hex() + "@alerts.example.eml";
  for (const auto& mail : mails) EXPECT_THAT(mail.filename().string(), HasSubstr("-" + id));
}

constexpr auto kAccepted = DispatchState::kAccepted;
constexpr auto kDead = DispatchState::kDead;

INSTANTIATE_TEST_SUITE_P(
    Dispatcher, Smtp,
    testing::ValuesIn<SmtpCase>({
        {"Accepts", "accept", kAccepted, 1, 1, "250 2.0.0 Ok: queued as 1"},
        {"BusyTwice", "busy,busy,accept", kAccepted, 3, 1, "250"},
        {"ClosesAtOnce", "closed,accept", kAccepted, 2, 1, "250"},
        {"NoServiceIsNotAboutThisMail", "no-service,accept", kAccepted, 2, 1, "250"},
        {"RecipientGreylisted", "rcpt-4xx,accept", kAccepted, 2, 1, "250"},
        {"RecipientRefused", "rcpt-5xx,accept", kDead, 1, 0,
         "RCPT failed: 550; the server's last "
         "answer: 550 5.1.1 No such mailbox"},
        {"MailPutOff", "data-4xx,data-4xx,accept", kAccepted, 3, 1, "250"},
        {"MailRefused", "data-5xx,accept", kDead, 1, 0,
         "Weird server reply; the server's last answer: 554"},
        {"ResetBeforeTheMail", "reset,accept", kAccepted, 2, 1, "250"},
        {"AnswerLostToAReset", "take-and-drop,accept", kAccepted, 2, 2, "250"},
        {"AnswerNeverComes", "take-and-hang,accept", kAccepted, 2, 2, "250", 2'000},
        {"EverythingAtOnce", "busy,closed,rcpt-4xx,data-4xx,reset,take-and-drop,no-service,accept",
         kAccepted, 8, 2, "250"},
    }),
    [](const auto& tested) { return tested.param.name; });

// A port that nobody listens on: bound, so that no other program gets it meanwhile.
class DeafPort {
 public:
  DeafPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    require(::bind(socket_, generic, size) == 0, "bind");
    require(::getsockname(socket_, generic, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
  }
  ~DeafPort() { ::close(socket_); }
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST(SmtpChannel, RefusedConnectionIsTriedAgainUntilItIsGivenUp) {
  const DeafPort port;
  const Dispatch row = deliver(to_senate(sample_raised()), to_port(port.port()),
                               milliseconds(60'000), {.attempts_max = 3});
  EXPECT_EQ(row.state, DispatchState::kDead);
  EXPECT_EQ(row.attempts, 3U);
  EXPECT_THAT(row.last_answer, HasSubstr("Failed to connect to 127.0.0.1"));
}

TEST(SmtpChannel, RevisionsOfOneAlertArriveInOrderThoughTheFirstIsPutOff) {
  const SmtpServer server("rcpt-4xx,data-4xx");
  MemoryOutbox outbox;
  const std::vector<AlertRevision> revisions{sample_raised(), sample_escalated(), sample_updated(),
                                             sample_withdrawn()};
  for (const AlertRevision& revision : revisions) outbox.add(to_senate(revision));
  Dispatcher dispatcher(smtp_lane(to_port(server.port()), milliseconds(60'000)),
                        outbox.ports(sample_catalogue()));
  outbox.wake_after_commit(&dispatcher);
  outbox.wait_until_settled();
  const auto mails = server.mails();
  ASSERT_EQ(mails.size(), revisions.size());
  for (std::size_t i = 0; i < mails.size(); ++i) {
    EXPECT_THAT(mails[i].filename().string(), HasSubstr(to_senate(revisions[i]).dispatch.id.hex()));
  }
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SmtpChannel, RepeatedAttemptSendsTheSameBytes) {
  const SmtpServer server("take-and-drop,accept");
  deliver(to_senate(sample_updated()), to_port(server.port()));
  const auto mails = server.mails();
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_EQ(content_of(mails[0]), content_of(mails[1]));
}

TEST(SmtpChannel, StopCutsOffAHangingServer) {
  const SmtpServer server("take-and-hang");
  MemoryOutbox outbox;
  const PendingDispatch pending = to_senate(sample_raised());
  outbox.add(pending);
  Dispatcher dispatcher(smtp_lane(to_port(server.port()), hours(1)),
                        outbox.ports(sample_catalogue()));
  while (dispatcher.statistics()[0].in_flight == 0) std::this_thread::yield();
  dispatcher.stop(milliseconds(0));
  EXPECT_TRUE(outbox.results().empty());
  EXPECT_EQ(outbox.row(pending.dispatch.id).state, DispatchState::kIntended);
}

class SmtpTls : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = make_temporary_directory();
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext "
        "subjectAltName=IP:127.0.0.1 -keyout " +
        key().string() + " -out " + certificate().string() + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path certificate() const { return directory_ / "certificate.pem"; }
  std::filesystem::path key() const { return directory_ / "key.pem"; }
  std::vector<std::string> tls() const { return {"--tls", certificate(), key()}; }
  std::filesystem::path credentials(const std::string& text, std::filesystem::perms mode) const {
    const auto path = directory_ / "credentials";
    std::ofstream(path) << text;
    std::filesystem::permissions(path, mode);
    return path;
  }
  std::filesystem::path directory_;
};

constexpr auto kOwnerOnly =
    std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

TEST_F(SmtpTls, StartTlsAndLogInDeliver) {
  auto more = tls();
  more.insert(more.end(), {"--login", "tocsin", "pass word"});
  const SmtpServer server("accept", more);
  SmtpOptions options = to_port(server.port());
  options.security = SmtpSecurity::kStartTls;
  options.ca_file = certificate();
  options.credentials_file = credentials("tocsin\npass word\n", kOwnerOnly);
  EXPECT_EQ(deliver(to_senate(sample_raised()), options).state, DispatchState::kAccepted);
  EXPECT_EQ(server.mails().size(), 1U);
}

TEST_F(SmtpTls, WrongPasswordIsOursToMendAndBuriesNothing) {
  auto more = tls();
  more.insert(more.end(), {"--login", "tocsin", "right"});
  const SmtpServer server("", more);
  SmtpOptions options = to_port(server.port());
  options.security = SmtpSecurity::kStartTls;
  options.ca_file = certificate();
  options.credentials_file = credentials("tocsin\nwrong\n", kOwnerOnly);
  const Dispatch row =
      deliver(to_senate(sample_raised()), options, milliseconds(60'000), {.attempts_max = 2});
  EXPECT_EQ(row.attempts, 2U);  // tried again, not refused
  EXPECT_THAT(row.last_answer, HasSubstr("Login denied"));
}

TEST_F(SmtpTls, UnknownCertificateSendsNothing) {
  const SmtpServer server("", tls());
  SmtpOptions options = to_port(server.port());
  options.security = SmtpSecurity::kStartTls;
  const Dispatch row =
      deliver(to_senate(sample_raised()), options, milliseconds(60'000), {.attempts_max = 1});
  EXPECT_THAT(row.last_answer, HasSubstr("certificate"));
  EXPECT_TRUE(server.mails().empty());
}

TEST_F(SmtpTls, ServerWithoutStartTlsGetsNothing) {
  const SmtpServer server("");
  SmtpOptions options = to_port(server.port());
  options.security = SmtpSecurity::kStartTls;
  const Dispatch row =
      deliver(to_senate(sample_raised()), options, milliseconds(60'000), {.attempts_max = 1});
  EXPECT_EQ(row.state, DispatchState::kDead);
  EXPECT_TRUE(server.mails().empty());
}

TEST_F(SmtpTls, CredentialsThatOthersCanReadAreRefused) {
  SmtpOptions options = to_port(25);
  options.credentials_file =
      credentials("user\npassword\n", kOwnerOnly | std::filesystem::perms::others_read);
  const auto channel = SmtpChannel::create(options);
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(channel.error().message, HasSubstr("mode 604 lets others in"));
}

struct OptionsCase {
  std::string name;
  void (*spoil)(SmtpOptions&);
  std::string want;
};

class SmtpOptionsRefused : public testing::TestWithParam<OptionsCase> {};

TEST_P(SmtpOptionsRefused, SayWhy) {
  SmtpOptions options = to_port(25);
  GetParam().spoil(options);
  const auto channel = SmtpChannel::create(options);
  ASSERT_FALSE(channel);
  EXPECT_THAT(channel.error().message, HasSubstr(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    SmtpChannel, SmtpOptionsRefused,
    testing::ValuesIn<OptionsCase>({
        {"PlainToAnotherMachine", [](SmtpOptions& o) { o.host = "mail.example"; },
         "plain-on-loopback is for this machine only"},
        {"HostWithAPath", [](SmtpOptions& o) { o.host = "a/b"; }, "SMTP host \"a/b\""},
        {"NoPort", [](SmtpOptions& o) { o.port = 0; }, "SMTP port 0"},
        {"NoSender", [](SmtpOptions& o) { o.mail.from = ""; }, "mail address \"\""},
        {"LineBreakInReplyTo", [](SmtpOptions& o) { o.mail.reply_to = "a@b\r\nX: y"; },
         "mail address \"a@b\\r\\nX: y\""},
        {"MissingCredentials", [](SmtpOptions& o) { o.credentials_file = "/nonexistent"; },
         "/nonexistent: cannot be read"},
    }),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace tocsin
