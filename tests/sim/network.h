#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "ingest/protocol.h"
#include "ingest/session_types.h"
#include "tests/sim/figures.h"
#include "tests/sim/random.h"

namespace tocsin::sim {

// What may happen to messages.
enum class Manners : std::uint8_t {
  // As ZeroMQ over TCP: within a connection all arrive, once, in order, some time later. A
  // connection that breaks loses what was under way; what the sender's queue still held goes out on
  // the next one, under another routing id.
  kZeroMq,
  // Worse than ZeroMQ can be: within a connection messages are also lost, doubled and overtaken.
  kHostile,
};

// The connections between producers and the server. A producer holds a link, as a DEALER socket
// does; each time it connects the server sees another routing id.
class Network {
 public:
  Network(Manners manners, Random& random, Figures& figures)
      : manners_(manners), random_(random), figures_(figures) {}

  // ---- the producer's end
  using LinkId = std::uint64_t;
  LinkId open(const std::string& producer);
  // What was sent and not yet taken may still arrive, or not.
  void close(LinkId link);
  void send(LinkId link, Parts parts, Instant now);
  std::optional<Parts> receive(LinkId link, Instant now);
  // Whether the link broke since it was last asked. It goes on connecting by itself.
  bool take_break(LinkId link);

  // ---- the server's end
  struct Arrived {
    std::string routing_id, producer;
    Parts parts;
  };
  std::optional<Arrived> receive_any(Instant now);
  // false: the connection is gone.
  bool answer(const std::string& routing_id, Parts parts, Instant now);
  // The server cuts a connection off.
  void cut(const std::string& routing_id);

  // ---- what happens
  void break_one();
  void break_all();
  // From now on nothing is lost, doubled or overtaken.
  void be_kind() { manners_ = Manners::kZeroMq; }

 private:
  struct Message {
    Parts parts;
    Instant due;
  };
  using Queue = std::deque<Message>;
  struct Connection {
    std::string producer;
    LinkId link = 0;  // 0: its sender is gone
    bool open = true;
    Queue up, down;
  };
  struct Link {
    std::string producer, routing_id;
    bool broke = false;
  };

  std::string connect(const std::string& producer, LinkId link);
  void put(Queue& queue, Parts parts, Instant now);
  void break_connection(const std::string& routing_id);

  Manners manners_;
  Random& random_;
  Figures& figures_;
  std::map<LinkId, Link> links_;
  std::map<std::string, Connection> connections_;
  LinkId next_link_ = 1;
  std::uint64_t next_routing_id_ = 1;
};

}  // namespace tocsin::sim
