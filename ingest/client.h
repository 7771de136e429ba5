#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ingest/client_input.h"
#include "ingest/client_link.h"
#include "ingest/client_report.h"
#include "ingest/client_session.h"
#include "ingest/client_store.h"

namespace tocsin {

struct SenderOptions {
  LinkOptions link;
  std::uint64_t unacked_bytes_max = 256ULL * 1024 * 1024;  // no more is read ahead of the server
  std::size_t frames_per_sync = 64;                        // at most, into the store
  std::chrono::milliseconds flush_time{200};  // a frame that is not full waits this long for more
  std::chrono::milliseconds give_up_time{60'000};  // without the server; 0: never
  std::uint64_t records_per_second = 0;            // 0: as fast as it goes
};

// What happens while sending. Called on the sender's thread.
struct SendObserver {
  // A record was refused: its line in the input, its text, and why.
  std::function<void(std::uint64_t line, std::string_view record, const RecordNack&)> on_nack;
  // A sentence that a person should read: connections lost, regressions, waiting.
  std::function<void(std::string_view)> on_notice;
  // Now and then, at most ten times a second.
  std::function<void(const SendReport&, std::uint64_t input_bytes)> on_progress;
};

// Sends what a store holds and what an input brings, and stays until all of it is acknowledged:
// every frame is in the store, synced, before it travels; credit is respected; a lost connection, a
// restarted server and a regression are resumed from.
//
// Thread: the caller's; run() blocks.
class Sender {
 public:
  // `store` and `cutter` are borrowed.
  Sender(SenderOptions options, FrameStore& store, FrameCutter& cutter, SendObserver observer);
  ~Sender();

  // Until everything is acknowledged, or can't be: report.failure then says why. `wall_clock` gives
  // the time that ACKs are kept under in the store.
  SendReport run(const std::function<ProcessingTime()>& wall_clock);
  // Ends run() soon, from a signal handler or another thread.
  void interrupt() { interrupted_.store(true); }

 private:
  // A frame between its sending and its ACK.
  struct Travelling {
    std::uint64_t sequence, records, bytes;
    Instant sent;
  };
  Result<void> turn(Instant now);
  Result<void> fill_store(Instant now);
  bool may_read(Instant now) const;
  void connect(Instant now);
  void read_link(Instant now);
  void take_outcome(const FrameOutcome& outcome);
  Result<void> record_durable(Instant now);
  void check_position(const ClientSession::News& news);
  Result<void> send_frames(Instant now);
  void watch(Instant now);
  void finish();
  bool done() const;
  bool anything_unacked() const;
  void wait(Instant now);
  void notice(std::string_view text) const;

  SenderOptions options_;
  FrameStore& store_;
  FrameCutter& cutter_;
  SendObserver observer_;
  ClientSession session_;
  std::unique_ptr<ServerLink> link_;
  SendReport report_;
  std::function<ProcessingTime()> wall_clock_;
  std::atomic<bool> interrupted_{false};
  bool input_ended_ = false, input_waiting_ = false;
  Instant started_, last_contact_, last_progress_, last_trim_, filled_;
  std::uint64_t recorded_ = 0;  // acknowledged as far as the report and the store know
  std::uint64_t own_from_ = 0;  // the first frame that this run appended
  std::uint64_t sent_ = 0;      // the last that this run sent
  std::uint64_t records_read_ = 0, unacked_bytes_ = 0;
  std::deque<Travelling> travelling_;
  std::optional<StoredFrame> next_frame_;  // read from the store, waiting for credit
};

}  // namespace tocsin
