#include "alerting/mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "alerting/mime.h"

namespace tocsin {
namespace {

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_domain(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

Result<void> check_parts(const Dispatch& dispatch, const Message& message,
                         const MailOptions& options) {
  for (const std::string_view address :
       {std::string_view(dispatch.address.target), std::string_view(options.from)}) {
    if (auto checked = check_mail_address(address); !checked) return checked;
  }
  if (!options.reply_to.empty()) {
    if (auto checked = check_mail_address(options.reply_to); !checked) return checked;
  }
  if (!is_domain(options.domain)) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("mail domain {:?}: letters, digits, '-' and '.' are allowed", options.domain));
  }
  if (has_line_break(message.subject)) {
    return fail(ErrorCode::kInvalid,
                "subject of a mail: it holds a line break; one line is allowed");
  }
  if (has_line_break(options.from_name)) {
    return fail(ErrorCode::kInvalid,
                "name of the sender: it holds a line break; one line is allowed");
  }
  return {};
}

std::string address_header(std::string_view name, std::string_view shown,
                           std::string_view address) {
  if (shown.empty()) return fmt::format("{}: <{}>\r\n", name, address);
  return fmt::format("{}: {}\r\n <{}>\r\n", name, display_name(shown), address);
}

// Continues the thread of the alert's first revision, so that a mail program shows them together.
std::string thread_headers(const Dispatch& dispatch, const MailOptions& options) {
  if (dispatch.revision <= 1) return "";
  const Hash128 first = dispatch_id(dispatch.alert, 1, dispatch.committee, dispatch.address);
  const std::string id = message_id(first, options.domain);
  return fmt::format("In-Reply-To: <{}>\r\nReferences: <{}>\r\n", id, id);
}

std::string identity_headers(const Dispatch& dispatch, const AlertRevision& revision,
                             const MailOptions& options) {
  std::string out = fmt::format("Message-ID: <{}>\r\n", message_id(dispatch.id, options.domain));
  out += thread_headers(dispatch, options);
  out += fmt::format("List-Id: <alerts.{}>\r\n", options.domain);
  // RFC 3834: no vacation notice answers this, and Exchange is told in its own words.
  out += "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";
  if (revision.level == Level::kEmergency) out += "Importance: high\r\n";
  out += fmt::format("X-Tocsin-Alert: {}\r\n", revision.alert.hex());
  out += fmt::format("X-Tocsin-Revision: {} {}\r\n", revision.number, name_of(revision.kind));
  out += fmt::format("X-Tocsin-Dispatch: {}\r\n", dispatch.id.hex());
  out += fmt::format("X-Tocsin-Level: {}\r\n", name_of(revision.level));
  out += fmt::format("X-Tocsin-TLP: {}\r\n", name_of(revision.tlp));
  if (revision.illustrative) out += "X-Tocsin-Illustrative: yes\r\n";
  return out;
}

std::string body_part(std::string_view boundary, std::string_view subtype, std::string_view text) {
  return fmt::format(
      "--{}\r\nContent-Type: text/{}; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
      boundary, subtype, quoted_printable(text));
}

}  // namespace

std::string message_id(const Hash128& dispatch, std::string_view domain) {
  return fmt::format("{}@{}", dispatch.hex(), domain);
}

Result<void> check_mail_address(std::string_view address) {
  constexpr std::string_view kForbidden = " \"<>()[],;:\\";
  const bool plain = std::ranges::all_of(address, [](char c) { return c > ' ' && c <= '~'; });
  const std::size_t at = address.find('@');
  const bool shaped = at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
                      address.find('@', at + 1) == std::string_view::npos;
  if (plain && shaped && address.size() <= 254 &&
      address.find_first_of(kForbidden) == std::string_view::npos) {
    return {};
  }
  // The debug form shows line breaks as \n: the address must not break the log either.
  return fail(
      ErrorCode::kInvalid,
      fmt::format("mail address {:?}: allowed is name@domain in plain ASCII without spaces, "
                  "quotes, brackets, commas or colons, at most 254 characters",
                  address.substr(0, 260)));
}

Result<std::string> compose_mail(const Dispatch& dispatch, const AlertRevision& revision,
                                 const Message& message, const MailOptions& options) {
  if (auto checked = check_parts(dispatch, message, options); !checked) {
    return tl::unexpected(checked.error());
  }
  // "=_" cannot occur in quoted-printable, so no body can hold the boundary.
  const std::string boundary = "=_tocsin_" + dispatch.id.hex();
  std::string mail = fmt::format("Date: {}\r\n", mail_date(revision.issued.milliseconds()));
  mail += address_header("From", options.from_name, options.from);
  mail += address_header("To", "", dispatch.address.target);
  if (!options.reply_to.empty()) mail += address_header("Reply-To", "", options.reply_to);
  mail += unstructured_header("Subject", message.subject);
  mail += identity_headers(dispatch, revision, options);
  mail += fmt::format(
      "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n",
      boundary);
  mail += body_part(boundary, "plain", message.text);
  mail += body_part(boundary, "html", message.html);
  return mail + fmt::format("--{}--\r\n", boundary);
}

}  // namespace tocsin
