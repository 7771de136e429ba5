#pragma once

#include <functional>
#include <memory>
#include <string>

#include "model/result.h"
#include "storage/store.h"

namespace tocsin {

// What the admin listener asks the daemon; called on its thread, must be thread-safe.
struct AdminPorts {
  const Store& store;
  std::function<std::string()> metrics;    // exposition text
  std::function<std::string()> not_ready;  // "" when ready, else why not
  std::function<Result<std::string>(const std::string&)> backup;  // into a directory; says what was written
};

struct AdminOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                // 0: any free one
  std::size_t connections_max = 64;
  std::size_t request_bytes_max = 16'384;
  std::chrono::seconds idle{15};
};

// The operator's HTTP listener (Boost.Beast, one thread, loopback by default): GET /metrics, /healthz, /readyz,
// /alerts (open ones first; ?state=open|closed|all&region=CODE), /alerts/ID (all revisions and dispatches); POST
// /backup?directory=D (answers when done). JSON but for /metrics. Everything else: 404 or 405 with a JSON
// error that says what there is.
class AdminServer {
 public:
  static Result<std::unique_ptr<AdminServer>> start(AdminOptions options, AdminPorts ports);
  ~AdminServer();  // stop()
  std::uint16_t port() const;
  void stop();

 private:
  class Listener;
  explicit AdminServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace tocsin
