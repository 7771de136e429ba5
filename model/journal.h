#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/dispatch.h"
#include "model/record.h"
#include "model/time.h"

namespace tocsin {

// Everything that can change what tocsin says is an input in the journal, so that a replay of the
// journal says the same again. The order of the alternatives is the stored format: append only.

// One frame from a producer, as received: NDJSON or a JSON array of records.
struct RecordsInput {
  std::string producer;
  std::string epoch;  // chosen by the producer's spool when it was created
  // Of the frame in its epoch, from 1. 0: a part of a frame that the published clock cut at a day's
  // end; the last part carries the frame's sequence.
  std::uint64_t sequence = 0;
  std::string payload;
  friend bool operator==(const RecordsInput&, const RecordsInput&) = default;
};
// Time went on and nothing else happened.
struct ClockInput {
  friend bool operator==(const ClockInput&, const ClockInput&) = default;
};
// The content of a rule pack or of a file of the configuration directory, when it came into force.
struct ContentInput {
  std::string kind;  // "pack" or "config"
  std::string name;  // file name
  std::string content;
  friend bool operator==(const ContentInput&, const ContentInput&) = default;
};
// The program that wrote what follows.
struct EngineInput {
  std::string version;
  friend bool operator==(const EngineInput&, const EngineInput&) = default;
};
struct DeliveryInput {
  DeliveryResult result;
  friend bool operator==(const DeliveryInput&, const DeliveryInput&) = default;
};
// Somebody confirms having read an alert.
struct AcknowledgeInput {
  std::string alert;  // hex
  std::uint32_t revision = 0;
  std::string committee, who;
  std::string note;  // one line for people; may be empty
  friend bool operator==(const AcknowledgeInput&, const AcknowledgeInput&) = default;
};
struct MuteInput {
  std::string pattern, region, who, reason;
  ProcessingTime until;
  friend bool operator==(const MuteInput&, const MuteInput&) = default;
};
// A person sends a quarantined record through the gate again.
struct QuarantineReleaseInput {
  std::uint64_t quarantine_sequence = 0;
  std::string who;
  friend bool operator==(const QuarantineReleaseInput&, const QuarantineReleaseInput&) = default;
};
// A horizon moves forward: of lateness, or of what retention keeps.
struct HorizonInput {
  std::string horizon;  // "lateness", "journal" or "quarantine"
  Day day;
  friend bool operator==(const HorizonInput&, const HorizonInput&) = default;
};

// Somebody brought the contents of this entry into force.
struct ReloadInput {
  std::string who;
  std::vector<std::string> changes;  // "lake-chad.yaml: signals: changed food_crisis"
  friend bool operator==(const ReloadInput&, const ReloadInput&) = default;
};

using Input =
    std::variant<RecordsInput, ClockInput, ContentInput, EngineInput, DeliveryInput,
                 AcknowledgeInput, MuteInput, QuarantineReleaseInput, HorizonInput, ReloadInput>;
std::string_view name_of(const Input& input);  // "records", "clock", "content", ...

// One journal entry is one commit: its inputs were applied together at processing time `now`, and
// the differences they made to the assessment were stated once, after the last of them.
struct JournalEntry {
  ProcessingTime now;
  std::vector<Input> inputs;
  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

}  // namespace tocsin
