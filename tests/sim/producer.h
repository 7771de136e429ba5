#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ingest/client_session.h"
#include "tests/sim/clock.h"
#include "tests/sim/figures.h"
#include "tests/sim/network.h"
#include "tests/sim/records.h"
#include "tests/sim/spool.h"

namespace tocsin::sim {

// A sending tool: the real client session over a simulated spool and network, step by step as
// ingest/client.cc (Sender::turn) does it; and the outside record of what it sent and what it was
// told, which no crash touches.
class SimProducer {
 public:
  SimProducer(std::string name, const SimClock& clock, Network& network, Random& random,
              Figures& figures);

  const std::string& name() const { return name_; }
  const std::string& epoch() const { return spool_.epoch(); }

  // Writes frames into the spool, which the next turn syncs.
  void fill();
  // One turn of the sender.
  void turn();
  void crash();

  // ---- the outside record
  struct Sent {
    std::string payload;
    std::uint64_t records = 0;
    std::optional<FateCounts> judged;  // as the journal makes them
    std::optional<FateCounts> told;    // as the server told, the first time
  };
  const std::map<std::uint64_t, Sent>& sent() const { return sent_; }
  void judged(std::uint64_t sequence, const FateCounts& fates);
  // The highest sequence that the server has ever called durable to this producer.
  std::uint64_t promised() const { return promised_; }
  bool all_acked() const { return spool_.last_sequence() == spool_.last_ack(); }
  std::string standing() const;  // for people

 private:
  void connect(Instant now);
  void read_link(Instant now);
  void take(const ClientSession::News& news);
  void send_frames(Instant now);

  std::string name_;
  const SimClock& clock_;
  Network& network_;
  Random& random_;
  Figures& figures_;
  Records records_;
  SimSpool spool_;
  std::unique_ptr<ClientSession> session_;
  Network::LinkId link_ = 0;
  std::map<std::uint64_t, Sent> sent_;
  std::uint64_t promised_ = 0, sent_up_to_ = 0;
};

}  // namespace tocsin::sim
