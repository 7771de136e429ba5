#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/client_store.h"

namespace tocsin {

struct SpoolOptions {
  std::uint64_t segment_bytes = 16ULL * 1024 * 1024;    // a new segment is begun beyond this
  std::uint64_t frame_bytes_max = 64ULL * 1024 * 1024;  // a longer frame in a file is damage
  std::int64_t keep_ms = 3'600'000;  // acknowledged frames are kept this long (docs/SEMANTICS.md 6)
};

// Frames in a directory, written and synced before they are sent.
//
//   spool                what this is, and the epoch, chosen at random when the spool is created
//   frames-SEQUENCE.log  segments, named after their first frame: header, checksum, payload, ...
//   acks.log             what was acknowledged and when
//   condemned            why it must not be used any more, if so
//   runs                 how often it was opened
//   lock                 held while a process uses the spool
//
// 1. A frame whose sync() returned is there after a crash.
// 2. Torn frames of the last, unsynced writes, which were never sent, are cut off at open. Damage
// anywhere
//    else, or a frame missing that was acknowledged, is kCorrupt and changes nothing on disk.
// 3. Sequences are never given twice, whatever is trimmed.
// 4. A frame is forgotten only `keep_ms` after its ACK, with its whole segment, and never the
// newest segment.
class Spool : public FrameStore {
 public:
  // Creates the directory and the spool if they aren't there. kConflict when another process uses
  // it, kCorrupt on damage, kIo. `now` stands for ACKs whose time isn't known.
  static Result<std::unique_ptr<Spool>> open(const std::string& directory, ProcessingTime now,
                                             const SpoolOptions& options = {});
  ~Spool() override;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  const std::string& epoch() const override { return epoch_; }
  std::uint64_t run() const override { return run_; }
  std::uint64_t last_ack() const override { return last_ack_; }
  std::uint64_t first_sequence() const override { return first_; }
  std::uint64_t last_sequence() const override { return first_ + entries_.size() - 1; }
  Result<std::uint64_t> append(StoredFrame frame) override;
  Result<void> sync() override;
  Result<StoredFrame> read(std::uint64_t sequence) const override;
  Result<void> acknowledge(std::uint64_t sequence, ProcessingTime now) override;
  Result<void> trim(ProcessingTime now) override;
  std::optional<InputPosition> interrupted_input() const override;
  Result<void> finish_input(ProcessingTime now) override;
  // Open will refuse with kCorrupt from now on.
  Result<void> condemn(std::string_view why) override;

  // How many bytes of a torn frame were cut off at open.
  std::uint64_t torn_bytes() const { return torn_bytes_; }

 private:
  struct Segment {
    std::string path;
    int fd = -1;
    std::uint64_t first = 0;  // sequence
    std::uint64_t bytes = 0;
    std::optional<std::int64_t> acked_ms = {};  // when its last frame was
  };
  struct Entry {
    std::uint64_t segment_first;  // which segment
    std::uint64_t offset;
    std::uint32_t bytes;  // with its header
  };
  enum class AckKind : std::uint64_t { kAck = 1, kInputFinished = 2 };

  Spool(std::string directory, const SpoolOptions& options);
  Result<void> load(ProcessingTime now);
  Result<void> lock();
  Result<void> read_identity();
  Result<void> count_run();
  Result<void> open_segments();
  Result<void> scan(Segment& segment, std::string_view content, bool is_last);
  Result<void> read_acks(ProcessingTime now);
  Result<void> begin_segment();
  Result<void> write_ack(AckKind kind, std::uint64_t sequence, ProcessingTime now);
  Result<void> rewrite_acks(ProcessingTime now);
  void mark_acked(std::uint64_t sequence, std::int64_t now_ms);
  const Segment& segment_of(const Entry& entry) const;
  std::string path(std::string_view name) const;

  std::string directory_, epoch_;
  SpoolOptions options_;
  int lock_fd_ = -1, acks_fd_ = -1;
  std::deque<Segment> segments_;
  std::deque<Entry> entries_;  // of first_, first_ + 1, ...
  std::uint64_t run_ = 0;
  std::uint64_t first_ = 1;
  std::uint64_t last_ack_ = 0, finished_ = 0, synced_ = 0;  // sequences
  std::int64_t last_ack_ms_ = 0;
  std::uint64_t ack_bytes_ = 0, torn_bytes_ = 0;
  std::optional<InputPosition> last_end_;  // of the newest frame
  bool failed_ = false;  // a write failed: what is on disk is not known, nothing more is written
};

}  // namespace tocsin
