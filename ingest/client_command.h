#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "ingest/client_input.h"
#include "ingest/client_link.h"
#include "ingest/protocol.h"

namespace tocsin {

// `tocsin send FILE|-`.
struct SendOptions {
  enum class Keep : std::uint8_t { kSpool, kMemory };
  enum class Progress : std::uint8_t { kAutomatic, kAlways, kNever };  // automatic: on a terminal
  enum class Summary : std::uint8_t { kText, kJson };

  std::string file = "-";
  std::string endpoint{kDefaultEndpoint};
  std::string key_file;  // of the producer (tocsin keygen); "" for a plain server on this machine
  std::string server_key_file;  // the server's .pub file; needed with key_file
  Keep keep = Keep::kSpool;
  std::string spool_directory;  // needed with kSpool
  CutLimits cut;
  std::uint64_t give_up_seconds = 60;    // without the server; 0: never
  std::uint64_t records_per_second = 0;  // 0: as fast as it goes
  Progress progress = Progress::kAutomatic;
  Summary summary = Summary::kText;
  std::string nacks_file;  // refused records as JSON lines; "": some of them on err
};

// Reads `in` if options.file is "-" and `in` isn't std::cin (std::cin is read by its descriptor, so
// that heartbeats go on while a pipe is silent). The summary goes to `out`, all else to `err`.
// Returns 0 when every record was taken, 1 when some were refused or quarantined, 2 when not
// everything could be delivered (the rest is in the spool; the same command goes on with it) or the
// options are wrong.
int run_send(const SendOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

// `tocsin keygen NAME`: writes NAME.key and NAME.pub into `directory` and says what to do with
// them.
int run_keygen(const std::string& directory, const std::string& name, std::ostream& out,
               std::ostream& err);

}  // namespace tocsin
