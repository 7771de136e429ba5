#include "daemon/config/settings.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "alerting/mail.h"
#include "daemon/config/feeds.h"
#include "daemon/config/network.h"
#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;
constexpr std::int64_t kGibibyte = std::int64_t{1} << 30;
constexpr std::int64_t kTebibyte = std::int64_t{1} << 40;

const YamlMapping::Choices<TransportSecurity> kTransportChoices = {
    {"curve", TransportSecurity::kCurve},
    {"plain-on-loopback", TransportSecurity::kPlainOnLoopback},
    {"plain", TransportSecurity::kPlain}};
const YamlMapping::Choices<TransportSecurity> kAdminChoices = {
    {"tls", TransportSecurity::kTls},
    {"plain-on-loopback", TransportSecurity::kPlainOnLoopback},
    {"plain", TransportSecurity::kPlain}};
const YamlMapping::Choices<ClockKind> kClockChoices = {{"system", ClockKind::kSystem},
                                                       {"published", ClockKind::kPublished}};
const YamlMapping::Choices<SmtpSecurity> kSmtpChoices = {
    {"starttls", SmtpSecurity::kStartTls},
    {"tls", SmtpSecurity::kTls},
    {"plain-on-loopback", SmtpSecurity::kPlainOnLoopback},
    {"plain", SmtpSecurity::kPlain}};

template <class Value>
std::string_view name_in(const YamlMapping::Choices<Value>& choices, Value value) {
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](const auto& choice) { return choice.second == value; });
  return found == choices.end() ? "" : found->first;
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

// The mapping below `key`, or nullopt when there is none: the defaults then stand.
std::optional<YamlMapping> section(const YamlMapping& parent, std::string_view key,
                                   std::initializer_list<std::string_view> keys) {
  const YamlNode* node = parent.find(key);
  if (node == nullptr) return std::nullopt;
  return YamlMapping(parent.reader(), *node, std::string(key), keys);
}

void read_limits(const YamlMapping& ingest, IngestSettings& settings) {
  const auto credit = section(ingest, "credit", {"records", "bytes"});
  if (credit) {
    CreditSettings& pool = settings.credit;
    pool.records = credit->integer("records", pool.records, 100, 100'000'000);
    pool.bytes = credit->integer("bytes", pool.bytes, kMebibyte, 16 * kGibibyte);
  }
  const auto found = section(ingest, "limits",
                             {"record_bytes", "frame_bytes", "frame_records", "commit_records",
                              "sessions", "quarantine_records"});
  if (found) {
    LimitSettings& limits = settings.limits;
    limits.record_bytes = found->integer("record_bytes", limits.record_bytes, 1'024, kMebibyte);
    limits.frame_bytes = found->integer("frame_bytes", limits.frame_bytes, 4'096, 64 * kMebibyte);
    limits.frame_records = found->integer("frame_records", limits.frame_records, 1, 1'000'000);
    limits.commit_records = found->integer("commit_records", limits.commit_records, 1, 1'000'000);
    limits.sessions = found->integer("sessions", limits.sessions, 1, 100'000);
    limits.quarantine_records =
        found->integer("quarantine_records", limits.quarantine_records, 0, 100'000'000);
  }
  // A frame must fit into credit whole: a pool below a largest one would never let it through.
  const auto check_pool = [&](std::string_view what, std::int64_t frame, std::int64_t pool) {
    if (frame <= pool) return;
    const std::string of_frame = fmt::format("frame_{}", what);
    const YamlNode* at = credit ? credit->find(what) : nullptr;
    if (at == nullptr && found) at = found->find(of_frame);
    ingest.reader().report(
        at == nullptr ? ingest.node() : *at,
        fmt::format("all credit is {} {}, but one frame may have {}", pool, what, frame),
        fmt::format("credit with {0} of at least {1}, or limits with {2} of at most {3}", what,
                    frame, of_frame, pool));
  };
  check_pool("records", settings.limits.frame_records, settings.credit.records);
  check_pool("bytes", settings.limits.frame_bytes, settings.credit.bytes);
}

void read_rates(const YamlMapping& ingest, ProducerRates& rates) {
  const YamlNode* node = ingest.find("rates");
  if (node == nullptr) return;
  for (const YamlEntry& named : ingest.reader().named_entries(*node, "rates")) {
    const YamlMapping entry(ingest.reader(), named.value, fmt::format("rate of {}", named.key.text),
                            {"records_per_second", "burst"});
    ProducerRate& rate = rates[named.key.text];
    const std::int64_t second = entry.need_integer("records_per_second", 1, 100'000'000);
    rate.records_per_second = static_cast<std::uint64_t>(second);
    rate.burst = static_cast<std::uint64_t>(entry.integer("burst", 10 * second, 1, 1'000'000'000));
  }
}

void read_ingest(const YamlMapping& top, IngestSettings& settings) {
  const YamlNode* node = top.need("ingest");
  if (node == nullptr) return;
  YamlReader& reader = top.reader();
  const YamlMapping ingest(reader, *node, "ingest",
                           {"endpoint", "security", "secret_key_file", "plain_producer",
                            "heartbeat_ms", "credit", "limits", "rates", "feeds"});
  settings.endpoint = ingest.text("endpoint", settings.endpoint);
  settings.security = ingest.choice("security", settings.security, kTransportChoices);
  settings.secret_key_file = ingest.text("secret_key_file", "");
  settings.plain_producer = ingest.text("plain_producer", "");
  settings.heartbeat_ms = ingest.integer("heartbeat_ms", settings.heartbeat_ms, 100, 60'000);
  read_limits(ingest, settings);
  read_rates(ingest, settings.rates);
  settings.feeds = read_feeds(ingest, settings.security);

  const YamlNode* endpoint = ingest.find("endpoint");
  const YamlNode& at = endpoint == nullptr ? ingest.node() : *endpoint;
  const auto host = host_of(settings.endpoint);
  if (!host) {
    reader.report(at, fmt::format("endpoint of ingest is '{}'", settings.endpoint),
                  std::string(kEndpointAllowed));
  } else if (settings.security == TransportSecurity::kPlainOnLoopback && !is_loopback(*host)) {
    reader.report(at,
                  fmt::format("security is plain-on-loopback, but other machines can reach '{}'",
                              settings.endpoint),
                  "an endpoint on 127.0.0.1 or [::1], or 'security: curve'");
  }
  if (settings.security == TransportSecurity::kCurve && settings.secret_key_file.empty()) {
    reader.report(ingest.node(), "security is curve, but ingest names no secret_key_file",
                  "the file that `tocsin keygen` wrote");
  }
  if (settings.security != TransportSecurity::kCurve && settings.plain_producer.empty()) {
    reader.report(
        ingest.node(),
        "without curve nobody can tell who a client is, and ingest names no plain_producer",
        "the producer that every plain client speaks as");
  }
}

void read_store(const YamlMapping& top, StoreSettings& settings) {
  const YamlNode* node = top.need("store");
  if (node == nullptr) return;
  const YamlMapping store(
      top.reader(), *node, "store",
      {"path", "block_cache_bytes", "free_bytes_for_credit", "free_bytes_for_commit",
       "recent_records", "checkpoint_records", "checkpoint_bytes"});
  settings.path = store.need_text("path");
  settings.block_cache_bytes =
      store.integer("block_cache_bytes", settings.block_cache_bytes, kMebibyte, kTebibyte);
  settings.free_bytes_for_credit =
      store.integer("free_bytes_for_credit", settings.free_bytes_for_credit, 0, kTebibyte);
  settings.free_bytes_for_commit =
      store.integer("free_bytes_for_commit", settings.free_bytes_for_commit, 0, kTebibyte);
  settings.recent_records = store.integer("recent_records", settings.recent_records, 1, 10'000'000);
  settings.checkpoint_records =
      store.integer("checkpoint_records", settings.checkpoint_records, 1, 1'000'000'000);
  settings.checkpoint_bytes =
      store.integer("checkpoint_bytes", settings.checkpoint_bytes, 1, kTebibyte);
  if (settings.free_bytes_for_commit > settings.free_bytes_for_credit) {
    top.reader().report(
        *node,
        fmt::format("free_bytes_for_commit ({}) is above free_bytes_for_credit ({})",
                    settings.free_bytes_for_commit, settings.free_bytes_for_credit),
        "a mark for credit that is reached before the mark for commits");
  }
}

void read_admin_limits(const YamlMapping& admin, AdminLimits& limits) {
  const auto found = section(admin, "limits",
                             {"connections", "connections_per_address", "request_bytes",
                              "request_seconds", "idle_seconds", "requests_per_second"});
  if (!found) return;
  limits.connections = found->integer("connections", limits.connections, 2, 10'000);
  limits.connections_per_address =
      found->integer("connections_per_address", limits.connections_per_address, 1, 10'000);
  limits.request_bytes = found->integer("request_bytes", limits.request_bytes, 1'024, kMebibyte);
  limits.request_seconds = found->integer("request_seconds", limits.request_seconds, 1, 600);
  limits.idle_seconds = found->integer("idle_seconds", limits.idle_seconds, 1, 3'600);
  limits.requests_per_second =
      found->integer("requests_per_second", limits.requests_per_second, 1, 1'000'000);
}

// TLS and its files go together.
void check_admin_files(const YamlMapping& admin, const AdminSettings& settings) {
  const bool tls = settings.security == TransportSecurity::kTls;
  for (const std::string_view key : {"certificate_file", "key_file"}) {
    const YamlNode* node = admin.find(key);
    if (tls && node == nullptr) {
      admin.reader().report(admin.node(),
                            fmt::format("security is tls, but admin names no {}", key),
                            "a file in PEM");
    } else if (!tls && node != nullptr) {
      admin.reader().report(
          *node, fmt::format("admin has a {}, but security is {}", key, name_of(settings.security)),
          "'security: tls'");
    }
  }
}

void read_admin(const YamlMapping& top, AdminSettings& settings) {
  const auto admin = section(
      top, "admin",
      {"host", "port", "security", "certificate_file", "key_file", "tokens_file", "limits"});
  if (!admin) return;
  settings.host = admin->text("host", settings.host);
  settings.security = admin->choice("security", settings.security, kAdminChoices);
  settings.port = static_cast<std::uint16_t>(admin->integer("port", settings.port, 0, 65'535));
  settings.certificate_file = admin->text("certificate_file", "");
  settings.key_file = admin->text("key_file", "");
  settings.tokens_file = admin->text("tokens_file", "");
  read_admin_limits(*admin, settings.limits);
  check_admin_files(*admin, settings);
  const YamlNode* host = admin->find("host");
  if (host == nullptr || host->kind != YamlNode::Kind::kScalar) return;
  if (!is_address(settings.host)) {
    top.reader().report(*host, fmt::format("host of admin is '{}'", settings.host),
                        "an IPv4 or IPv6 address, such as 127.0.0.1 or ::1");
    return;
  }
  if (is_loopback(settings.host)) return;
  if (settings.security == TransportSecurity::kPlainOnLoopback) {
    top.reader().report(
        *host,
        fmt::format("security is plain-on-loopback, but other machines can reach '{}', and "
                    "whoever does reads every alert and address",
                    settings.host),
        "127.0.0.1 or ::1; 'security: tls' with a tokens_file; or 'security: plain', which asks "
        "for exactly that");
  } else if (settings.security == TransportSecurity::kTls && settings.tokens_file.empty()) {
    top.reader().report(
        *host,
        fmt::format("other machines can reach '{}', and without tokens whoever does reads every "
                    "alert and address",
                    settings.host),
        "a tokens_file, as `tocsin token new` makes it");
  }
}

void read_horizons(const YamlMapping& top, HorizonSettings& settings) {
  const auto horizons = section(
      top, "horizons", {"lateness_days", "retention_days", "journal_days", "quarantine_days"});
  if (!horizons) return;
  constexpr std::int64_t kDaysMax = 73'050;  // 200 years
  settings.lateness_days = static_cast<std::int32_t>(
      horizons->integer("lateness_days", settings.lateness_days, 1, kDaysMax));
  settings.retention_days = static_cast<std::int32_t>(
      horizons->integer("retention_days", settings.retention_days, 1, kDaysMax));
  settings.journal_days = static_cast<std::int32_t>(
      horizons->integer("journal_days", settings.journal_days, 0, kDaysMax));
  settings.quarantine_days = static_cast<std::int32_t>(
      horizons->integer("quarantine_days", settings.quarantine_days, 0, kDaysMax));
  if (settings.lateness_days > settings.retention_days) {
    top.reader().report(horizons->node(),
                        fmt::format("lateness_days ({}) is above retention_days ({})",
                                    settings.lateness_days, settings.retention_days),
                        "records are kept at least as long as they are taken");
  }
}

void check_address(YamlReader& reader, const YamlNode& node, std::string_view what) {
  if (node.kind != YamlNode::Kind::kScalar) return;  // reported when it was read
  if (!check_mail_address(node.text)) {
    reader.report(node, fmt::format("{} is '{}'", what, node.text),
                  "a mail address, such as name@example.org");
  }
}

// What goes into headers and greetings of mails: said here, not with each mail that can't leave.
void check_smtp_names(const YamlMapping& smtp) {
  constexpr std::string_view kName =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
  const auto complain = [&](const YamlNode& node, std::string_view key, std::string_view allowed) {
    // The debug form shows line breaks as \n.
    smtp.reader().report(node, fmt::format("{} of smtp is {:?}", key, node.text),
                         std::string(allowed));
  };
  const auto is_text = [](const YamlNode* node) {
    return node != nullptr && node->kind == YamlNode::Kind::kScalar;
  };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (const YamlNode* name = smtp.find("from_name");
      is_text(name) && std::ranges::any_of(name->text, is_control))
    complain(*name, "from_name", "one line without control characters");
  if (const YamlNode* domain = smtp.find("domain");
      is_text(domain) && domain->text.find_first_not_of(kName) != std::string::npos)
    complain(*domain, "domain", "letters, digits, '-' and '.'");
  if (const YamlNode* hello = smtp.find("hello_name");
      is_text(hello) &&
      hello->text.find_first_not_of(std::string(kName) + "[]:") != std::string::npos)
    complain(*hello, "hello_name", "a host's name, or an address in brackets");
}

void read_smtp(const YamlMapping& top, SmtpSettings& settings) {
  const auto smtp = section(top, "smtp",
                            {"host", "port", "security", "ca_file", "credentials_file",
                             "hello_name", "from", "from_name", "reply_to", "domain"});
  if (!smtp) return;
  YamlReader& reader = top.reader();
  settings.host = smtp->need_text("host");
  settings.port = static_cast<std::uint16_t>(smtp->integer("port", settings.port, 1, 65'535));
  settings.security = smtp->choice("security", settings.security, kSmtpChoices);
  settings.ca_file = smtp->text("ca_file", "");
  settings.credentials_file = smtp->text("credentials_file", "");
  settings.hello_name = smtp->text("hello_name", "");
  settings.from = smtp->need_text("from");
  settings.from_name = smtp->text("from_name", "");
  settings.reply_to = smtp->text("reply_to", "");
  settings.domain = smtp->text("domain", settings.from.substr(settings.from.rfind('@') + 1));
  for (const std::string_view key : {"from", "reply_to"}) {
    if (const YamlNode* address = smtp->find(key)) check_address(reader, *address, key);
  }
  check_smtp_names(*smtp);
  const bool is_plain = settings.security == SmtpSecurity::kPlain ||
                        settings.security == SmtpSecurity::kPlainOnLoopback;
  if (settings.security == SmtpSecurity::kPlainOnLoopback && !is_loopback(settings.host)) {
    reader.report(smtp->node(),
                  fmt::format("security of smtp is plain-on-loopback, but '{}' is another machine",
                              settings.host),
                  "a host on this machine, or 'security: starttls' or 'tls'");
  }
  if (is_plain && !settings.credentials_file.empty() && !is_loopback(settings.host)) {
    reader.report(smtp->node(), "the password of smtp would travel unencrypted",
                  "'security: starttls' or 'tls', or no credentials_file");
  }
}

void read_cap(const YamlMapping& top, CapSettings& settings) {
  const auto cap = section(top, "cap", {"directory", "sender", "sender_name", "valid_days"});
  if (!cap) return;
  settings.directory = cap->need_text("directory");
  settings.sender = cap->need_text("sender");
  settings.sender_name = cap->text("sender_name", "");
  settings.valid_days =
      static_cast<std::int32_t>(cap->integer("valid_days", settings.valid_days, 1, 3'660));
  // docs/REFERENCES.md#oasis-cap, element <sender>.
  if (settings.sender.find_first_of(" ,<&") != std::string::npos) {
    top.reader().report(*cap->find("sender"), fmt::format("sender of cap is '{}'", settings.sender),
                        "a name without space, comma, < and &");
  }
}

void read_delivery(const YamlMapping& top, DeliverySettings& settings) {
  const auto delivery = section(top, "delivery",
                                {"attempts", "first_wait_seconds", "longest_wait_seconds",
                                 "deadline_seconds", "contact", "web"});
  if (!delivery) return;
  constexpr std::int64_t kDay = 86'400;
  settings.attempts =
      static_cast<std::int32_t>(delivery->integer("attempts", settings.attempts, 1, 1'000));
  settings.first_wait_seconds =
      delivery->integer("first_wait_seconds", settings.first_wait_seconds, 1, kDay);
  settings.longest_wait_seconds =
      delivery->integer("longest_wait_seconds", settings.longest_wait_seconds, 1, kDay);
  settings.deadline_seconds =
      delivery->integer("deadline_seconds", settings.deadline_seconds, 1, 600);
  settings.contact = delivery->text("contact", "");
  settings.web = delivery->text("web", "");
  if (settings.first_wait_seconds > settings.longest_wait_seconds) {
    top.reader().report(delivery->node(),
                        fmt::format("first_wait_seconds ({}) is above longest_wait_seconds ({})",
                                    settings.first_wait_seconds, settings.longest_wait_seconds),
                        "waits that grow");
  }
}

}  // namespace

std::string_view name_of(TransportSecurity security) {
  return name_in(security == TransportSecurity::kTls ? kAdminChoices : kTransportChoices, security);
}
std::string_view name_of(ClockKind clock) { return name_in(kClockChoices, clock); }

Settings read_settings(const YamlFile& file, Diagnostics& diagnostics) {
  YamlReader reader(file, diagnostics);
  const YamlMapping top(reader, file.root, "the file",
                        {"clock", "illustrative", "history_begins", "packs", "store", "ingest",
                         "admin", "horizons", "smtp", "cap", "delivery"});
  Settings settings;
  settings.clock = top.choice("clock", settings.clock, kClockChoices);
  settings.illustrative = top.truth("illustrative", settings.illustrative);
  if (const YamlNode* begins = top.need("history_begins")) {
    settings.history_begins =
        reader.day(*begins, "history_begins").value_or(settings.history_begins);
  }
  for (auto& pack : top.need_words("packs")) settings.packs.push_back(std::move(pack.text));
  read_store(top, settings.store);
  read_ingest(top, settings.ingest);
  read_admin(top, settings.admin);
  read_horizons(top, settings.horizons);
  read_smtp(top, settings.smtp);
  read_cap(top, settings.cap);
  read_delivery(top, settings.delivery);
  return settings;
}

}  // namespace tocsin
