#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/client_keys.h"
#include "ingest/feed.h"
#include "ingest/session_types.h"
#include "model/catalogue.h"
#include "model/result.h"

namespace tocsin {

struct ServerOptions {
  std::string endpoint = "tcp://127.0.0.1:*";  // "*" as the port lets the system choose
  // The server's CURVE keys. Unset: plain, and then
  std::optional<KeyPair> curve;
  std::string plain_producer;             // every plain client is this configured producer;
  bool allow_plain_off_loopback = false;  // plain is refused beyond loopback unless this is set.
  SessionOptions sessions;
  std::vector<FeedOptions> feeds;
  std::size_t connections_max = 2048;
  int receive_queue = 64;                 // messages that libzmq queues for each connection, in and
  int send_queue = 256;                   // out; beyond it TCP holds the sender back
  std::size_t messages_per_turn = 256;    // read before results, keys and timers get their turn
  std::chrono::milliseconds linger{500};  // for the last messages at stop
  // Called on the ingest thread, at most once a second for each kind; must not block.
  std::function<void(const Note&)> on_note;
};

// The acked edge of docs/PROTOCOL.md.
//
// One thread of its own owns every ZeroMQ socket (ROUTER, the feeds' SUBs, the ZAP REP, the
// monitor) and blocks in poll; other threads hand it work in a list behind a mutex and wake it with
// an eventfd, which, unlike a ZeroMQ socket, may be written from any thread. Work per turn is
// bounded. The thread never blocks on the sink: frames that it can't take wait here, bounded by the
// credit pool.
//
// 1. A frame reaches the sink at most once for each time its result is not `refused`, in sequence
// order.
// 2. An ACK leaves only after post() of its result.
// 3. Credit held by sessions + frames in flight + available == the pool.
// 4. Who a peer is comes from its CURVE key, looked up in the current catalogue at every message.
//
// Known limit: libzmq gathers all parts of a message before it shows any; a producer with a valid
// key that sends one endless message of many parts takes memory until the service's own limit stops
// it.
class IngestServer {
 public:
  // Binds and starts the thread. `sink` and `positions` are borrowed and must outlive the server.
  // Fails with kInvalid on options that contradict (plain off loopback, an unknown plain_producer,
  // a pool smaller than a frame), with kIo when the endpoint can't be bound.
  static Result<std::unique_ptr<IngestServer>> start(ServerOptions options,
                                                     std::shared_ptr<const Catalogue> catalogue,
                                                     FrameSink& sink, PositionSource& positions);
  ~IngestServer();  // stop()
  IngestServer(const IngestServer&) = delete;
  IngestServer& operator=(const IngestServer&) = delete;

  // The endpoint that is really bound, with its port.
  const std::string& endpoint() const;

  // The rest may be called from any thread and returns at once.
  void post(FrameResult result);
  void post(std::vector<FrameResult> results);
  // Grants no more credit, for `reason`, which producers are told ("disk-full"); with an empty
  // reason grants again. Credit already granted stands.
  void withhold_credit(std::string reason);
  // From now on these rates hold.
  void set_rates(ProducerRates rates);
  // From now on only keys in `catalogue` count; sessions of others end with not-a-producer.
  void set_catalogue(std::shared_ptr<const Catalogue> catalogue);
  ServerStatistics statistics() const;
  std::vector<FeedStatistics> feeds() const;
  std::vector<ProducerStatistics> producers() const;
  // Says BYE to every session, closes the sockets and joins the thread. Results posted before it
  // are still acknowledged; frames in flight afterwards are the producers' to send again.
  // Idempotent.
  void stop();

 private:
  class Loop;
  explicit IngestServer(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace tocsin
