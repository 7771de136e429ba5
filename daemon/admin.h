#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "model/result.h"
#include "storage/store.h"

namespace tocsin {

// What the admin listener asks the daemon; called on its threads, must be thread-safe and outlive
// the listener.
struct AdminPorts {
  const Store& store;
  std::function<std::string()> metrics;    // exposition text
  std::function<std::string()> not_ready;  // "" when ready, else why not
  // Into a directory (an absolute path); says what was written. May take minutes: runs on a thread
  // of its own, never twice at once.
  std::function<Result<std::string>(const std::string&)> backup;
};

struct AdminOptions {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address; daemon/config guards which
  std::uint16_t port = 0;          // 0: any free one
  std::size_t connections_max = 64;
  std::size_t request_bytes_max = 16'384;  // of the header, and of the body
  std::chrono::milliseconds idle{15'000};  // for a request to arrive whole, and an answer to leave
};

// The operator's HTTP listener, on loopback by default: who reaches it may read every alert. There
// is no log-in, so the configuration takes another address only with the words `security: plain`,
// and even then a backup is for those on this machine (403). On loopback the Host header must be
// the address or localhost, with the port (421; daemon/admin_host.h says why).
//
//   GET /metrics      Prometheus text
//   GET /healthz      200 while the process answers
//   GET /readyz       200 while records are taken, else 503 and why not
//   GET /alerts       the last revision of each alert, open ones first, newest first;
//                     ?state=open|closed|all (all) &region=CODE &limit=N (500, at most 10000)
//   GET /alerts/ID    all revisions of one alert and its dispatches
//   POST /backup?directory=D   answers when it is done; 409 while another one runs
//
// Answers are JSON but for /metrics. HEAD stands for GET without the body. Everything else is 404
// or 405 with a JSON error that says what there is. A request beyond the limits gets 413 or 431, a
// connection beyond connections_max 503, and a silent one is closed after `idle`.
//
// One thread answers; a backup has a second one.
class AdminServer {
 public:
  // Fails with kInvalid (host), kConflict (the port is taken) or kIo.
  static Result<std::unique_ptr<AdminServer>> start(AdminOptions options, AdminPorts ports);
  ~AdminServer();  // stop()
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  std::uint16_t port() const;
  // Closes all connections and returns when the threads have ended. Waits for a running backup.
  // Calling it again does nothing.
  void stop();

 private:
  class Listener;
  explicit AdminServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace tocsin
