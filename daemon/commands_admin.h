#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "daemon/admin_tokens.h"
#include "daemon/commands.h"
#include "daemon/http_request.h"
#include "daemon/quarantine.h"

namespace tocsin {

// What the `tocsin` command asks of the running daemon, over its admin listener. Exit codes as in
// daemon/commands.h.

struct AdminCall {
  std::string config_directory;
  std::string url;         // "": where the configuration has the listener
  std::string token_file;  // "": $CREDENTIALS_DIRECTORY/tocsin_token, if there is one
  std::string ca_file;     // "": the configuration's own certificate
};

// Where and as whom to ask. Secrets come from files only. kInvalid when the configuration does not
// say where; what read_secret_file() fails with.
Result<HttpPeer> admin_peer(const AdminCall& call);

struct AcknowledgeOptions {
  AdminCall call;
  std::string alert;  // hex id, or its beginning where the store can be read
  std::string committee;
  std::uint32_t revision = 0;  // 0: the last
  std::string note;
};
int run_acknowledge(const AcknowledgeOptions& options, std::ostream& out, std::ostream& err);

struct MuteOptions {
  AdminCall call;
  std::string pattern, region, until, reason;
};
int run_mute(const MuteOptions& options, std::ostream& out, std::ostream& err);

// These two read the store themselves, beside a running daemon.
int run_quarantine_list(const std::string& config_directory, const QuarantineQuery& query,
                        OutputFormat format, std::ostream& out, std::ostream& err);
int run_quarantine_show(const std::string& config_directory, std::uint64_t sequence,
                        OutputFormat format, std::ostream& out, std::ostream& err);

struct ReleaseOptions {
  AdminCall call;
  std::vector<std::uint64_t> sequences;  // or, when empty, all that are
  QuarantineQuery query;                 // of this producer, source and code
  OutputFormat format = OutputFormat::kText;
};
// 1: at least one record stays in the quarantine.
int run_quarantine_release(const ReleaseOptions& options, std::ostream& out, std::ostream& err);

// `tocsin token new`: prints the token, and nothing else, on `out`. `file` "": the configuration's.
int run_token_new(const std::string& config_directory, const std::string& file,
                  const TokenHolder& holder, std::ostream& out, std::ostream& err);

}  // namespace tocsin
