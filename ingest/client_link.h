#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "ingest/client_keys.h"
#include "ingest/protocol.h"

namespace tocsin {

struct LinkOptions {
  std::string endpoint;
  std::string server_key;  // Z85; "" for a plain server on this machine
  KeyPair keys;            // of the producer; unused when plain
};

// One connection to a server: a DEALER socket and its monitor. Thread: its owner's.
class ServerLink {
 public:
  enum class Event : std::uint8_t {
    kConnected,
    kDisconnected,
    kTurnedAway,  // the server refused our key
  };

  // Begins to connect; what becomes of it is told by events. kInvalid for an endpoint or a key that
  // isn't one.
  static Result<std::unique_ptr<ServerLink>> open(const LinkOptions& options);
  ~ServerLink();
  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  // Queues the message without limit: the caller keeps to its credit.
  void send(const Parts& parts);
  // The next message, if one is there.
  std::optional<Result<ServerMessage>> receive();
  std::optional<Event> next_event();
  // Waits for a message, an event or, when `descriptor` isn't -1, for that to become readable.
  void wait(std::chrono::milliseconds timeout, int descriptor);
  // Lets what was sent last out for up to `time` when the link closes.
  void set_linger(std::chrono::milliseconds time);

 private:
  ServerLink() = default;
  zmq::context_t context_;
  zmq::socket_t socket_, monitor_;
};

}  // namespace tocsin
