#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "alerting/channel.h"
#include "alerting/mail.h"

namespace tocsin {

// How the connection to the mail server is protected.
enum class SmtpSecurity : std::uint8_t {
  kStartTls,         // required: without it nothing is sent
  kTls,              // from the first byte (port 465)
  kPlainOnLoopback,  // none, and only to this machine
  kPlain,            // none, wherever it goes: has to be asked for in this word
};
std::string_view name_of(SmtpSecurity security);  // "starttls", "tls", "plain-on-loopback", "plain"
std::optional<SmtpSecurity> parse_smtp_security(std::string_view name);

struct SmtpOptions {
  std::string host = "localhost";
  std::uint16_t port = 587;
  SmtpSecurity security = SmtpSecurity::kStartTls;
  std::filesystem::path ca_file;  // certificates to trust; empty: the system's
  // Two lines, user and password, readable by its owner (and a group) only; empty: no log-in.
  std::filesystem::path credentials_file;
  std::string hello_name;  // how we introduce ourselves; empty: the mail domain
  MailOptions mail;
  MessageOptions message;
};

// Hands mails to one server over SMTP (libcurl), one connection an attempt. A 5xx to the sender,
// the recipient or the mail itself is kRefused; everything else that is not a 250 after the mail is
// kTryAgain, a lost answer included: the server may have taken it, and the next attempt carries the
// same Message-ID.
class SmtpChannel : public DeliveryChannel {
 public:
  // Fails with kInvalid on options that can never work (a wrong address, plain text to another
  // machine under kPlainOnLoopback), kNotFound or kForbidden on an unreadable or too open file.
  static Result<std::unique_ptr<SmtpChannel>> create(SmtpOptions options);
  ~SmtpChannel() override;
  SmtpChannel(const SmtpChannel&) = delete;
  SmtpChannel& operator=(const SmtpChannel&) = delete;

  DeliveryResult attempt(const PendingDispatch& pending, const Catalogue& catalogue,
                         const Deadline& deadline) override;

 private:
  SmtpChannel(SmtpOptions options, std::string user, std::string password);

  SmtpOptions options_;
  std::string user_, password_;
};

}  // namespace tocsin
