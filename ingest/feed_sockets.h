#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "ingest/client_keys.h"
#include "ingest/feed.h"
#include "model/catalogue.h"

namespace tocsin {

// The SUB sockets of the feeds. Owned by the ingest server's thread, as all its sockets.
class FeedSockets {
 public:
  FeedSockets(const std::vector<FeedOptions>& feeds, const FrameLimits& limits,
              PositionSource& positions, const std::function<void(NoteKind, std::string)>& note);

  // Makes them. With `curve` a socket that connects shows these keys and asks for the publisher's;
  // one that is bound takes a message only from a key of its producer. Throws zmq::error_t with
  // `failing` set to the endpoint.
  void open(zmq::context_t& context, const std::optional<KeyPair>& curve, int queue,
            std::string& failing);
  void close();

  // Those that have room.
  void add_to(std::vector<zmq::pollitem_t>& items, Instant now);
  // Reads a bounded number of messages of each that has room.
  void read(const Catalogue& catalogue, std::deque<Frame>& frames, Instant now);
  // Those of the feeds' producers.
  void set_rates(const ProducerRates& rates);
  // The engine's answer for a frame whose epoch is a feed's.
  void settle(const FrameResult& result);
  std::vector<FeedStatistics> statistics() const;

 private:
  struct Subscription {
    Feed feed;
    zmq::socket_t socket = {};
    bool by_key = false;  // whose message it is is asked of each
  };

  bool may_send(const Subscription& subscription, const Catalogue& catalogue,
                const zmq::message_t& part) const;

  FrameLimits limits_;
  std::deque<Subscription> subscriptions_;
};

}  // namespace tocsin
