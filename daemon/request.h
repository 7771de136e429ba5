#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/journal.h"
#include "model/record.h"
#include "model/result.h"
#include "storage/rows.h"

namespace tocsin {

// What a person asks of the running daemon that changes what it keeps: an AcknowledgeInput, a
// QuarantineReleaseInput or a MuteInput. Each becomes an input of the journal, whatever comes of
// it, so that a replay decides the same.

struct Acknowledged {
  Acknowledgement acknowledgement;  // the one that holds: an earlier one of the same committee
  bool is_new = true;
};

// A record of the quarantine went through the gate again.
struct Released {
  std::uint64_t sequence = 0;
  std::string producer;
  std::uint64_t received_in = 0;  // journal entry that holds the record as it was received
  // kQuarantined: refused again, and kept under its sequence with the new rejection. Any other: the
  // row is gone.
  Fate fate = Fate::kQuarantined;
  std::optional<Rejection> rejection;
};

// New alerts of a pattern in a region are held back until a time; or are again not, if it is over.
struct Muted {
  std::string pattern, region, who;
  ProcessingTime until, at;
};

// An error changed nothing: kNotFound (no such alert, revision, row or place), kConflict (the
// committee was not told, there is nothing that could be judged again, or what overrides every mute
// holds).
using RequestOutcome = Result<std::variant<Acknowledged, Released, Muted>>;

// Called once: with one outcome for each request, in order, once they are on the disk; or with why
// they were not taken (kLimit, kUnavailable). After kUnavailable it is not known whether they will
// hold: asking again does no harm.
using RequestAnswer = std::function<void(Result<std::vector<RequestOutcome>>)>;

inline constexpr std::size_t kRequestsWaitingMax = 64;  // calls whose answer is outstanding
inline constexpr std::size_t kRequestInputsMax = 500;   // of one call
inline constexpr std::size_t kNoteBytesMax = 500;

}  // namespace tocsin
