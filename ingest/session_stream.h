#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/session_types.h"

namespace tocsin {

// How many NACKs a stream keeps, counted in a sum of all streams as well; given back with it.
class KeptNacks {
 public:
  explicit KeptNacks(std::size_t& in_all) : in_all_(&in_all) {}
  ~KeptNacks() { *in_all_ -= mine_; }
  KeptNacks(KeptNacks&& other) noexcept
      : in_all_(other.in_all_), mine_(std::exchange(other.mine_, 0)) {}
  KeptNacks(const KeptNacks&) = delete;
  KeptNacks& operator=(KeptNacks&&) = delete;
  KeptNacks& operator=(const KeptNacks&) = delete;
  std::size_t mine() const { return mine_; }
  std::size_t in_all() const { return *in_all_; }
  void add(std::size_t count) { mine_ += count, *in_all_ += count; }
  void remove(std::size_t count) { mine_ -= count, *in_all_ -= count; }

 private:
  std::size_t* in_all_;
  std::size_t mine_ = 0;
};

// What the server knows of one (producer, epoch), across its sessions: the durable position, the
// frames between the producer and the disk, and the fates that the producer hasn't confirmed yet.
//
// 1. durable < next; frames durable+1 .. next-1 of the present generation are in flight, in order.
// 2. A refused frame starts a new generation: next goes back to durable+1, and what is still in
// flight
//    of an older generation will be refused too (FrameSink's contract).
// 3. At most `outcomes_kept` outcomes with `nacks_kept` NACKs are kept, the newest; and of a new
// one no
//    more NACKs than `nacks_kept_in_all` leaves room for.
class Stream {
 public:
  // What a frame's number makes of it.
  enum class Arrival : std::uint8_t { kNext, kDurable, kInFlight, kGap };
  enum class Settled : std::uint8_t {
    kDurable,
    kRefused,        // the first refusal of its generation
    kRefusedBehind,  // refused because of an earlier refusal
    kUnexpected,     // no such frame is in flight: the engine broke its contract
  };
  struct Settlement {
    Settled settled = Settled::kUnexpected;
    Credit cost;                // what the frame held of the pool
    std::uint64_t dropped = 0;  // outcomes never told that had to make room
  };

  // `nacks_in_all`: of all streams; borrowed, outlives the stream.
  Stream(std::uint64_t durable, const SessionOptions& options, std::size_t& nacks_in_all);

  std::uint64_t durable() const { return durable_; }
  std::uint64_t next() const { return next_; }
  std::size_t in_flight() const { return in_flight_.size(); }
  const Credit& in_flight_cost() const { return in_flight_cost_; }

  Arrival classify(std::uint64_t sequence) const;
  // Requires classify(next()) == kNext.
  void accept(const Credit& cost);
  // Matches `result` with the oldest frame in flight and takes its outcome over. `told` is the
  // highest sequence whose outcome has been sent.
  Settlement settle(FrameResult& result, std::uint64_t told);

  // The producer has processed the ACKs up to `sequence`: their outcomes are forgotten.
  void confirm(std::uint64_t sequence);
  // Outcomes after `told`, oldest first, about kAckBytesMax at most but at least one if there is
  // one.
  std::vector<FrameOutcome> outcomes_after(std::uint64_t told) const;

 private:
  struct InFlight {
    std::uint64_t sequence, generation;
    Credit cost;
  };
  std::uint64_t keep(FrameResult& result, std::uint64_t told);

  std::uint64_t durable_, next_;
  std::uint64_t generation_ = 0;
  std::deque<InFlight> in_flight_;
  Credit in_flight_cost_;
  std::deque<FrameOutcome> outcomes_;
  KeptNacks nacks_;
  std::size_t outcomes_max_, nacks_max_, nacks_in_all_max_;
};

}  // namespace tocsin
