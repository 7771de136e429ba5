#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>
#include <zmq.hpp>

#include "ingest/feed_sockets.h"
#include "ingest/server.h"
#include "ingest/session.h"
#include "ingest/zap.h"

namespace tocsin {

// The thread of IngestServer and what it owns. open() and the destructor run on the owner's thread,
// post_* and statistics() on any; the rest runs on the thread only.
class IngestServer::Loop {
 public:
  Loop(ServerOptions options, std::shared_ptr<const Catalogue> catalogue, FrameSink& sink,
       PositionSource& positions);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Makes and binds the sockets, starts the thread.
  Result<void> open();
  const std::string& endpoint() const { return endpoint_; }
  void post(std::vector<FrameResult> results);
  void withhold(std::string reason);
  void swap(std::shared_ptr<const Catalogue> catalogue);
  void set_rates(ProducerRates rates);
  ServerStatistics statistics() const;
  std::vector<FeedStatistics> feeds() const;
  std::vector<ProducerStatistics> producers() const;
  void stop();

 private:
  // What other threads have for this one, since the last turn.
  struct Mailbox {
    std::vector<FrameResult> results;
    std::optional<std::string> withhold;
    std::shared_ptr<const Catalogue> catalogue;
    std::optional<ProducerRates> rates;
    bool stop = false;
  };
  enum class Turn : std::uint8_t { kGoOn, kStop };
  enum class Work : std::uint8_t { kNone, kDone };

  void configure_router();
  void wake();
  void run();
  void wait();
  Turn read_mailbox(Instant now);
  void answer_zap(Instant now);
  ZapReply judge(const ZapRequest& request, Instant now);
  void read_monitor(Instant now);
  Work read_message(Instant now);
  Peer identify(const std::string& routing_id, const zmq::message_t& part) const;
  void cut(int fd);
  void offer_frames();
  void send_all(Instant now);
  void send_one(const Outgoing& outgoing, Instant now);
  void publish();
  void publish_lists(Instant now);
  void close_sockets();

  ServerOptions options_;
  std::shared_ptr<const Catalogue> catalogue_;
  FrameSink& sink_;
  SessionTable table_;
  FeedSockets feeds_;
  std::deque<Frame> feed_frames_;  // that the sink hasn't taken yet
  bool withheld_ = false;          // no credit for producers, and feeds stay unread
  zmq::context_t context_;
  zmq::socket_t zap_, router_, monitor_;
  std::string endpoint_;
  int port_ = 0;
  int wake_fd_ = -1;
  std::unordered_set<int> connections_;  // file descriptors
  bool more_to_read_ = false;
  Instant lists_published_;

  std::mutex mailbox_mutex_;
  Mailbox mailbox_;
  mutable std::mutex statistics_mutex_;
  ServerStatistics published_;
  std::vector<FeedStatistics> published_feeds_;
  std::vector<ProducerStatistics> published_producers_;
  std::thread thread_;
};

}  // namespace tocsin
