#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "ingest/server.h"
#include "ingest/server_queue.h"

namespace tocsin::test {

inline constexpr std::chrono::seconds kDeadline{10};  // of everything that should happen soon

// The engine's place: keeps what is offered until the test takes it.
class TestSink : public FrameSink {
 public:
  bool offer(Frame& frame) override;
  // The next frame; fails the test and returns an empty one when none comes.
  Frame take();
  bool empty() const;
  void set_room(std::size_t frames);  // how many it holds at most

 private:
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Frame> frames_;
  std::size_t room_ = 1'000'000;
};

// The store's place.
class TestPositions : public PositionSource {
 public:
  Result<std::uint64_t> durable_sequence(const std::string& producer,
                                         const std::string& epoch) override;
  void set(const std::string& producer, const std::string& epoch, std::uint64_t sequence);
  void fail_with(std::optional<Error> error);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> positions_;
  std::optional<Error> error_;
};

// A producer that speaks the protocol message by message, so that a test can misbehave.
class RawProducer {
 public:
  // Plain when `server_key` is empty.
  RawProducer(const std::string& endpoint, const KeyPair& keys, const std::string& server_key,
              int receive_queue = 1000);
  explicit RawProducer(const std::string& endpoint) : RawProducer(endpoint, {}, "") {}

  void send(const Parts& parts);
  // The next message; nullopt when none comes within `wait`.
  std::optional<ServerMessage> receive(std::chrono::milliseconds wait = kDeadline);
  // The next message of kind M, skipping others; fails the test when none comes.
  template <class M>
  M expect() {
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    while (std::chrono::steady_clock::now() < until) {
      auto message = receive(std::chrono::milliseconds(100));
      if (message && std::holds_alternative<M>(*message)) return std::get<M>(*message);
    }
    fail_test(typeid(M).name());
    return {};
  }
  WelcomeMessage hello(const std::string& epoch, std::uint64_t last_ack = 0);
  void batch(const WelcomeMessage& session, std::uint64_t sequence,
             const std::string& payload = "{}\n", std::uint64_t records = 1);
  // Waits for an ACK or heartbeat that says `durable`.
  void expect_durable(std::uint64_t durable);
  // Whether libzmq reports a failed authentication on this connection.
  bool was_turned_away();

 private:
  static void fail_test(const std::string& what);
  zmq::context_t context_;
  zmq::socket_t socket_, monitor_;
};

// A catalogue with these producers and nothing else.
std::shared_ptr<const Catalogue> catalogue_of(
    const std::vector<std::pair<std::string, std::string>>& name_and_key);

// A little engine on a thread of its own: takes frames from a FrameQueue as the real one would,
// keeps what it was given, and answers. Survives the server, as the store does.
class TestEngine : public PositionSource {
 public:
  // Every record that holds `"bad"` is quarantined, others are applied.
  TestEngine();
  ~TestEngine() override;
  FrameSink& sink() { return queue_; }
  // Where results go; nullptr: they are lost, as if the process died before the ACK left.
  void answer_to(IngestServer* server);
  Result<std::uint64_t> durable_sequence(const std::string& producer,
                                         const std::string& epoch) override;
  // Forgets the newest frames of all epochs, as a store that lost its tail.
  void lose_frames_after(std::uint64_t sequence);
  // Payloads of all frames that are durable, in the order of their commits.
  std::vector<std::string> payloads() const;
  std::uint64_t committed() const;

 private:
  void run();
  FrameResult commit(const Frame& frame);
  FrameQueue queue_{1000};
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> durable_;
  std::vector<std::string> payloads_;
  IngestServer* server_ = nullptr;
  bool stop_ = false;
  std::thread thread_;
};

// A server on a port of its own with sink and positions; plain unless `curve` is set.
struct Served {
  explicit Served(
      const std::function<void(ServerOptions&)>& change = [](ServerOptions&) {},
      TestEngine* engine = nullptr);
  ~Served();
  // The frame's result with all records applied, posted.
  void commit(const Frame& frame);
  ServerStatistics statistics() const { return server->statistics(); }
  // Waits until `holds` is true of the statistics.
  bool eventually(const std::function<bool(const ServerStatistics&)>& holds) const;
  std::vector<Note> notes() const;

  KeyPair server_keys, alpha_keys, beta_keys;
  TestSink sink;
  TestPositions positions;
  mutable std::mutex notes_mutex;
  std::vector<Note> seen_notes;
  TestEngine* engine;
  std::unique_ptr<IngestServer> server;
};

// All `records` applied.
FrameResult applied(const Frame& frame, std::uint32_t records = 1);

}  // namespace tocsin::test
