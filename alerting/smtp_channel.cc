#include "alerting/smtp_channel.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

#include "alerting/clean_text.h"

namespace tocsin {
namespace {

struct SecurityName {
  SmtpSecurity security;
  std::string_view name;
};
constexpr std::array<SecurityName, 4> kSecurityNames{
    {{SmtpSecurity::kStartTls, "starttls"},
     {SmtpSecurity::kTls, "tls"},
     {SmtpSecurity::kPlainOnLoopback, "plain-on-loopback"},
     {SmtpSecurity::kPlain, "plain"}}};

constexpr std::size_t kAnswerBytesMax = 400;

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CurlFree>;
using CurlList = std::unique_ptr<curl_slist, CurlFree>;

// One mail on its way, as libcurl's callbacks see it.
struct Transfer {
  std::string_view rest;     // of the mail
  bool handed_over = false;  // the whole mail was read: what follows is the server's verdict
  std::string answer;        // the server's last line, its good-bye left out
  const Deadline* deadline = nullptr;
  // libcurl does not count the good-bye in its time limit; this ends that, too.
  std::chrono::steady_clock::time_point end;
};

std::size_t read_mail(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const std::size_t n = std::min(size * count, transfer->rest.size());
  std::memcpy(buffer, transfer->rest.data(), n);
  transfer->rest.remove_prefix(n);
  transfer->handed_over = transfer->rest.empty();
  return n;
}

std::size_t take_answer(char* line, std::size_t size, std::size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const std::string_view text(line, size * count);
  if (!text.starts_with("221")) transfer->answer = one_line(text, kAnswerBytesMax);
  return size * count;
}

int check_stop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* transfer = static_cast<Transfer*>(user);
  const bool over = std::chrono::steady_clock::now() > transfer->end;
  return over || transfer->deadline->stop.stop_requested() ? 1 : 0;
}

// libcurl's own response code would be that of the good-bye.
bool is_refusal(std::string_view answer) {
  return answer.size() >= 3 && answer[0] == '5' && answer[1] >= '0' && answer[1] <= '9';
}

// Only an answer to the sender, the recipient or the mail is about this mail. 5xx while connecting
// or logging in is about us, and a person can mend it.
Outcome outcome_of(CURLcode code, const Transfer& transfer) {
  if (code == CURLE_OK) return Outcome::kAccepted;
  const bool about_the_mail = code == CURLE_SEND_ERROR || transfer.handed_over;
  return about_the_mail && is_refusal(transfer.answer) ? Outcome::kRefused : Outcome::kTryAgain;
}

std::string answer_of(CURLcode code, const char* detail, const Transfer& transfer) {
  if (code == CURLE_OK) return transfer.answer;
  std::string text = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  if (!transfer.answer.empty())
    text += fmt::format("; the server's last answer: {}", transfer.answer);
  if (transfer.handed_over && code != CURLE_WEIRD_SERVER_REPLY) {
    text += "; the mail was handed over, so it may arrive twice under one Message-ID";
  }
  return one_line(text, kAnswerBytesMax);
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "[::1]";
}

struct Credentials {
  std::string user, password;
};

Result<Credentials> read_credentials(const std::filesystem::path& path) {
  if (path.empty()) return Credentials{};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(ErrorCode::kNotFound, fmt::format("SMTP credentials file {}: cannot be read: {}",
                                                  path.string(), std::strerror(errno)));
  }
  if ((status.st_mode & S_IRWXO) != 0) {
    return fail(
        ErrorCode::kForbidden,
        fmt::format("SMTP credentials file {}: mode {:o} lets others in; allowed is 600 or 640",
                    path.string(), status.st_mode & 0777U));
  }
  std::ifstream file(path);
  Credentials credentials;
  if (!std::getline(file, credentials.user) || !std::getline(file, credentials.password) ||
      credentials.user.empty()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("SMTP credentials file {}: expected two lines, user and password",
                            path.string()));
  }
  return credentials;
}

Result<void> check_options(const SmtpOptions& options) {
  if (options.host.empty() || options.host.find_first_of(" /@?#\r\n") != std::string::npos) {
    return fail(ErrorCode::kInvalid,
                fmt::format("SMTP host {:?}: a host name or address is expected", options.host));
  }
  if (options.port == 0) return fail(ErrorCode::kInvalid, "SMTP port 0: allowed are 1 to 65535");
  if (options.security == SmtpSecurity::kPlainOnLoopback && !is_loopback(options.host)) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("SMTP host {:?}: plain-on-loopback is for this machine only; use starttls "
                    "or tls, or say plain",
                    options.host));
  }
  if (auto checked = check_mail_address(options.mail.from); !checked) return checked;
  if (options.mail.reply_to.empty()) return {};
  return check_mail_address(options.mail.reply_to);
}

std::string url_of(const SmtpOptions& options) {
  const bool bare_ipv6 = options.host.find(':') != std::string::npos && options.host.front() != '[';
  return fmt::format("{}://{}:{}/{}", options.security == SmtpSecurity::kTls ? "smtps" : "smtp",
                     bare_ipv6 ? "[" + options.host + "]" : options.host, options.port,
                     options.hello_name.empty() ? options.mail.domain : options.hello_name);
}

void set_security(CURL* handle, const SmtpOptions& options) {
  const bool encrypted =
      options.security == SmtpSecurity::kStartTls || options.security == SmtpSecurity::kTls;
  curl_easy_setopt(handle, CURLOPT_USE_SSL, encrypted ? CURLUSESSL_ALL : CURLUSESSL_NONE);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  }
}

void set_limits(CURL* handle, const Deadline& deadline) {
  const long limit = static_cast<long>(deadline.limit.count());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, limit);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, limit);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);  // we have threads
  // Closes within the attempt, where the callbacks can still end it.
  curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
}

void set_callbacks(CURL* handle, Transfer& transfer) {
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, read_mail);
  curl_easy_setopt(handle, CURLOPT_READDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_answer);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, check_stop);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

}  // namespace

std::string_view name_of(SmtpSecurity security) {
  return std::ranges::find(kSecurityNames, security, &SecurityName::security)->name;
}

std::optional<SmtpSecurity> parse_smtp_security(std::string_view name) {
  const auto at = std::ranges::find(kSecurityNames, name, &SecurityName::name);
  if (at == kSecurityNames.end()) return std::nullopt;
  return at->security;
}

Result<std::unique_ptr<SmtpChannel>> SmtpChannel::create(SmtpOptions options) {
  if (auto checked = check_options(options); !checked) return tl::unexpected(checked.error());
  auto credentials = read_credentials(options.credentials_file);
  if (!credentials) return tl::unexpected(credentials.error());
  return std::unique_ptr<SmtpChannel>(new SmtpChannel(
      std::move(options), std::move(credentials->user), std::move(credentials->password)));
}

// libcurl counts these calls and guards them itself (thread-safe since 7.84).
SmtpChannel::SmtpChannel(SmtpOptions options, std::string user, std::string password)
    : options_(std::move(options)), user_(std::move(user)), password_(std::move(password)) {
  require(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl could not start");
}

SmtpChannel::~SmtpChannel() { curl_global_cleanup(); }

DeliveryResult SmtpChannel::attempt(const PendingDispatch& pending, const Catalogue& catalogue,
                                    const Deadline& deadline) {
  const Dispatch& dispatch = pending.dispatch;
  const Message message = render_message(pending.revision, recipient_of(dispatch, catalogue),
                                         catalogue, options_.message);
  const auto mail = compose_mail(dispatch, pending.revision, message, options_.mail);
  if (!mail) return {dispatch.id, Outcome::kRefused, mail.error().message};

  const CurlHandle handle(curl_easy_init());
  const CurlList recipients(
      curl_slist_append(nullptr, ("<" + dispatch.address.target + ">").c_str()));
  if (!handle || !recipients) return {dispatch.id, Outcome::kTryAgain, "libcurl: out of memory"};
  Transfer transfer;
  transfer.rest = *mail;
  transfer.deadline = &deadline;
  transfer.end = std::chrono::steady_clock::now() + deadline.limit + std::chrono::seconds(1);
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(handle.get(), CURLOPT_URL, url_of(options_).c_str());
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_FROM, ("<" + options_.mail.from + ">").c_str());
  curl_easy_setopt(handle.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle.get(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail->size()));
  if (!user_.empty()) {
    curl_easy_setopt(handle.get(), CURLOPT_USERNAME, user_.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PASSWORD, password_.c_str());
  }
  set_security(handle.get(), options_);
  set_limits(handle.get(), deadline);
  set_callbacks(handle.get(), transfer);
  const CURLcode code = curl_easy_perform(handle.get());
  return {dispatch.id, outcome_of(code, transfer), answer_of(code, detail.data(), transfer)};
}

}  // namespace tocsin
