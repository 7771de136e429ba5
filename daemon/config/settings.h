#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/smtp_channel.h"
#include "ingest/feed.h"
#include "ingest/protocol.h"
#include "model/diagnostic.h"
#include "model/time.h"
#include "rules/yaml_tree.h"

namespace tocsin {

// What tocsind.yaml says: how this process runs, as opposed to what it watches. Paths are as
// written; resolve_paths() makes relative ones absolute.

// kPlainOnLoopback is refused with an address that other machines can reach; kPlain asks in words
// for exactly that. kCurve is of the ingest server, kTls of the admin listener.
enum class TransportSecurity : std::uint8_t { kCurve, kPlainOnLoopback, kPlain, kTls };
std::string_view name_of(TransportSecurity security);  // "curve", "plain-on-loopback", ...

// All credit given out stays below these.
struct CreditSettings {
  std::int64_t records = 200'000;
  std::int64_t bytes = 64 << 20;
};

// Sizes beyond which input is refused; each has a metric at the limit.
struct LimitSettings {
  std::int64_t record_bytes = 65'536;
  std::int64_t frame_bytes = 4 << 20;
  std::int64_t frame_records = 10'000;
  std::int64_t commit_records = 16'000;       // records that share one synced commit
  std::int64_t sessions = 256;                // producer epochs connected at once
  std::int64_t quarantine_records = 100'000;  // kept for each producer; beyond it, counted only
};

struct IngestSettings {
  std::string endpoint{kDefaultEndpoint};  // port * : any free one
  TransportSecurity security = TransportSecurity::kCurve;
  std::string secret_key_file;  // the server's; needed for curve
  std::string plain_producer;   // who every plain client is; needed without curve
  std::int64_t heartbeat_ms = 2'000;
  CreditSettings credit;
  LimitSettings limits;
  std::vector<FeedOptions> feeds;
  ProducerRates rates;
};

struct AdminLimits {
  std::int64_t connections = 64;
  std::int64_t connections_per_address = 32;
  std::int64_t request_bytes = 16'384;     // of a header, and of a body
  std::int64_t request_seconds = 15;       // for a request to arrive whole, an answer to leave
  std::int64_t idle_seconds = 15;          // between two requests of a connection
  std::int64_t requests_per_second = 200;  // of an address or a token; twice that in a burst
};

// `security` is never kCurve.
struct AdminSettings {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address
  TransportSecurity security = TransportSecurity::kPlainOnLoopback;
  std::uint16_t port = 7742;               // 0: any free one
  std::string certificate_file, key_file;  // PEM; with kTls
  std::string tokens_file;                 // who may ask (daemon/admin_tokens.h); "": no tokens
  AdminLimits limits;
};

struct StoreSettings {
  std::string path;
  std::int64_t block_cache_bytes = 256 << 20;
  // Free space on the store's disk: below the first mark no more credit is granted, below the
  // second nothing is committed any more.
  std::int64_t free_bytes_for_credit = std::int64_t{2} << 30;
  std::int64_t free_bytes_for_commit = std::int64_t{512} << 20;
  // How many recent records stay in memory and in the log before they go into a table.
  std::int64_t recent_records = 200'000;
  // Least number of records between two checkpoints of the derived state.
  std::int64_t checkpoint_records = 100'000;
  // About how much of one a commit carries.
  std::int64_t checkpoint_bytes = std::int64_t{1} << 20;
};

// Days back from now. Older records are archived, not applied; older journal entries and
// quarantined records are let go (daemon/retention.h), 0: never. Of records, retention is not
// enforced yet: the latest revision of each is kept.
struct HorizonSettings {
  std::int32_t lateness_days = 3'660;
  std::int32_t retention_days = 7'320;
  std::int32_t journal_days = 0;
  std::int32_t quarantine_days = 0;
};

struct SmtpSettings {
  std::string host;  // empty: no mail is sent
  std::uint16_t port = 587;
  SmtpSecurity security = SmtpSecurity::kStartTls;
  std::string ca_file;           // certificates to trust; empty: the system's
  std::string credentials_file;  // two lines, user and password; empty: no log-in
  std::string hello_name;
  std::string from, from_name, reply_to;
  std::string domain;  // right-hand side of Message-IDs
};

struct CapSettings {
  std::string directory;  // empty: no CAP files are written
  std::string sender, sender_name;
  std::int32_t valid_days = 180;
};

struct DeliverySettings {
  std::int32_t attempts = 64;
  std::int64_t first_wait_seconds = 30;
  std::int64_t longest_wait_seconds = 3'600;
  std::int64_t deadline_seconds = 30;  // for one attempt
  std::string contact;                 // shown in every message; may be empty
  std::string web;
};

// kPublished: the time is what the records say they were published at, so that history runs through
// the same path (a simulated clock).
enum class ClockKind : std::uint8_t { kSystem, kPublished };
std::string_view name_of(ClockKind clock);  // "system", "published"

struct Settings {
  ClockKind clock = ClockKind::kSystem;
  bool illustrative = false;  // every message says that its data is made up
  Day history_begins;
  std::vector<std::string> packs;  // rule packs
  StoreSettings store;
  IngestSettings ingest;
  AdminSettings admin;
  HorizonSettings horizons;
  SmtpSettings smtp;
  CapSettings cap;
  DeliverySettings delivery;
};

// Adds to `diagnostics` what is wrong; the settings are then not to be used.
Settings read_settings(const YamlFile& file, Diagnostics& diagnostics);

}  // namespace tocsin
