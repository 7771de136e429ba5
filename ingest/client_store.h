#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"
#include "model/time.h"

namespace tocsin {

// How far into its input a frame reaches, so that an interrupted `tocsin send FILE` goes on where
// it stopped: the hash is of all bytes from the beginning, so another file is never mistaken for
// it.
struct InputPosition {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t hash = 0;
  friend bool operator==(const InputPosition&, const InputPosition&) = default;
};

// A frame as the sender keeps it until it is safe.
struct StoredFrame {
  std::uint64_t sequence = 0;  // from 1 in its epoch, given by append()
  std::uint64_t records = 0;
  std::uint64_t first_line = 0;  // of the input, from 1
  InputPosition end;
  std::string payload = {};  // NDJSON
  friend bool operator==(const StoredFrame&, const StoredFrame&) = default;
};

// Where the sender keeps frames before and while they travel.
class FrameStore {
 public:
  virtual ~FrameStore() = default;
  virtual const std::string& epoch() const = 0;
  // How often the epoch was taken up by a process, this one included; from 1.
  virtual std::uint64_t run() const = 0;
  virtual std::uint64_t last_ack() const = 0;  // 0: none
  virtual std::uint64_t first_sequence()
      const = 0;  // the oldest frame still kept; last + 1 if none is
  virtual std::uint64_t last_sequence() const = 0;  // the newest ever appended; 0: none
  // Gives the frame its sequence and keeps it. It survives a crash only after sync(), and may be
  // sent only then.
  virtual Result<std::uint64_t> append(StoredFrame frame) = 0;
  virtual Result<void> sync() = 0;
  // kNotFound when the frame isn't kept any more.
  virtual Result<StoredFrame> read(std::uint64_t sequence) const = 0;
  // The server has everything up to `sequence`.
  virtual Result<void> acknowledge(std::uint64_t sequence, ProcessingTime now) = 0;
  // Forgets what was acknowledged long enough ago.
  virtual Result<void> trim(ProcessingTime now) = 0;
  // Where to go on in an input that was interrupted; nullopt when the last one was sent to its end.
  virtual std::optional<InputPosition> interrupted_input() const = 0;
  // The input has been read, sent and acknowledged to its end.
  virtual Result<void> finish_input(ProcessingTime now) = 0;
  // Its numbering can't be trusted any more: it must never be used again.
  virtual Result<void> condemn(std::string_view why) = 0;
};

// Frames in memory only, forgotten at their ACK: what isn't acknowledged is lost with the process.
class MemoryStore : public FrameStore {
 public:
  explicit MemoryStore(std::string epoch) : epoch_(std::move(epoch)) {}
  const std::string& epoch() const override { return epoch_; }
  std::uint64_t run() const override { return 1; }
  std::uint64_t last_ack() const override { return last_ack_; }
  std::uint64_t first_sequence() const override { return first_; }
  std::uint64_t last_sequence() const override { return first_ + frames_.size() - 1; }
  Result<std::uint64_t> append(StoredFrame frame) override;
  Result<void> sync() override { return {}; }
  Result<StoredFrame> read(std::uint64_t sequence) const override;
  Result<void> acknowledge(std::uint64_t sequence, ProcessingTime now) override;
  Result<void> trim(ProcessingTime) override { return {}; }
  std::optional<InputPosition> interrupted_input() const override { return std::nullopt; }
  Result<void> finish_input(ProcessingTime) override { return {}; }
  Result<void> condemn(std::string_view) override { return {}; }

 private:
  std::string epoch_;
  std::uint64_t first_ = 1;
  std::uint64_t last_ack_ = 0;
  std::deque<StoredFrame> frames_;
};

// 128 random bits in hex.
std::string random_epoch();

}  // namespace tocsin
