#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "ingest/protocol.h"

namespace tocsin {

// Durations in buckets of about 3 %, from 1 microsecond to hours. Fixed size.
class LatencyHistogram {
 public:
  void add(std::chrono::microseconds latency);
  std::uint64_t count() const { return count_; }
  // The upper end of the bucket that holds the share `quantile` (0 to 1) of all; 0 when empty.
  std::chrono::microseconds at(double quantile) const;
  std::chrono::microseconds max() const { return max_; }

 private:
  static constexpr unsigned kStepsPerDoubling = 32;
  std::array<std::uint64_t, 40 * kStepsPerDoubling> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::microseconds max_{0};
};

// What one run of the sender did.
struct SendReport {
  std::uint64_t frames_acked = 0, records_acked = 0, bytes_acked = 0;
  std::uint64_t frames_sent = 0;                  // with those sent again
  std::array<std::uint64_t, kFateCount> fates{};  // of acknowledged records, indexed by Fate
  std::uint64_t fates_unknown =
      0;  // records that are safe but whose fate the server could not tell
  std::uint64_t nacks = 0;
  std::uint64_t lines_refused = 0;  // never sent: too long or no JSON object
  std::uint64_t frames_unsent = 0;  // left over: still in the spool, or lost without one
  std::uint64_t sessions = 0, regressions = 0;
  std::chrono::milliseconds duration{0};
  LatencyHistogram latency;  // of each frame from its last sending to its ACK
  std::string failure;       // why not everything was delivered; "" when it was

  // 0 all taken, 1 some records refused or quarantined, 2 not everything could be delivered.
  int exit_code() const;
};

// For people, in a few lines; for programs, one JSON object in a line.
std::string summary_text(const SendReport& report);
std::string summary_json(const SendReport& report);

// "12,300 records, 8,200/s, 45 %, 00:12 left": `share` of the input read, negative when not known.
std::string progress_line(std::uint64_t records, std::chrono::milliseconds elapsed, double share);

}  // namespace tocsin
