#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/admin_refusal.h"
#include "daemon/admin_secrets.h"
#include "daemon/request.h"
#include "model/result.h"
#include "storage/store.h"

namespace tocsin {

// What the admin listener asks the daemon; called on its threads, must be thread-safe and outlive
// the listener.
struct AdminPorts {
  const Store& store;
  AdminCounters& counters;
  std::function<std::string()> metrics;    // exposition text
  std::function<std::string()> not_ready;  // "" when ready, else why not
  // Into a directory (an absolute path); says what was written. May take minutes: runs on a thread
  // of its own, never twice at once.
  std::function<Result<std::string>(const std::string&)> backup;
  // Brings the configuration directory into force as `who` asked; says what that came to. Runs
  // where a backup does.
  std::function<Result<std::string>(const std::string& who)> reload;
  // EngineLoop::ask(). May answer on any thread, also after the listener has stopped.
  std::function<void(std::vector<Input>, RequestAnswer)> ask;
};

struct AdminOptions {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address; daemon/config guards which
  std::uint16_t port = 0;          // 0: any free one
  std::size_t connections_max = 64;
  std::size_t connections_of_address_max = 32;
  std::size_t request_bytes_max = 16'384;     // of the header, and of the body
  std::chrono::milliseconds request{15'000};  // for a request to arrive whole, an answer to leave
  std::chrono::milliseconds idle{15'000};     // for the first byte of the next request
  double requests_per_second = 200;           // of an address, or of a token
};

// The operator's HTTP listener, on loopback by default. Who may ask for what:
// daemon/admin_access.h. On loopback the Host header must be the address or localhost, with the
// port (421; daemon/admin_host.h says why).
//
//   GET /metrics      Prometheus text
//   GET /healthz      200 while the process answers
//   GET /readyz       200 while records are taken, else 503 and why not
//   GET /alerts       the last revision of each alert, open ones first, newest first;
//                     ?state=open|closed|all (all) &region=CODE &limit=N (500, at most 10000)
//   GET /alerts/ID    all revisions of one alert, its dispatches and acknowledgements
//   POST /alerts/ID/acknowledge   {"committee", "revision", "note"}
//   POST /mutes       {"pattern", "region", "until", "reason"}: new alerts of it are held back
//   GET /quarantine   rows by sequence; ?producer= &source= &code= &after=N &limit=N (100, at most
//                     1000); `next` is the `after` of the next page
//   GET /quarantine/N             one row with its record
//   POST /quarantine/N/release    its record is judged again
//   POST /quarantine/release      {"sequences": [...]}
//   POST /backup?directory=D      answers when it is done; 409 while another one runs
//
//   POST /reload                  the configuration and the rules are read again; answers when they
//                                 are in force. 409 while a backup or another reload runs
//
// What changes something is answered when it is on the disk. Answers are JSON but for /metrics.
// HEAD stands for GET without the body. Everything else is 404 or 405 with a JSON error that says
// what there is. A request beyond the limits gets 413, 431 or 429, a connection beyond them 503, a
// slow one is cut. Everything that is refused is counted by its reason (AdminRefusal).
//
// One thread answers; a backup has a second one.
class AdminServer {
 public:
  // Speaks TLS when the secrets have it. Fails with kInvalid (host) or kIo (the port is taken,
  // say).
  static Result<std::unique_ptr<AdminServer>> start(AdminOptions options, AdminSecrets secrets,
                                                    AdminPorts ports);
  ~AdminServer();  // stop()
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  std::uint16_t port() const;
  // Any thread: new connections get this certificate, requests are held against these tokens. A
  // listener with TLS keeps it, one without stays without: that takes a restart.
  void renew(AdminSecrets secrets);
  // Closes all connections and returns when the threads have ended. Waits for a running backup, not
  // for the engine. Calling it again does nothing.
  void stop();

 private:
  class Listener;
  explicit AdminServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace tocsin
