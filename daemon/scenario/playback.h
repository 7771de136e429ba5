#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/gate.h"
#include "ingest/wire.h"
#include "model/result.h"
#include "rules/engine.h"

namespace tocsin {

struct PlaybackOptions {
  std::string producer;  // who brings the records: its name in the catalogue
  EngineOptions engine;
  GatePolicy gate;
};

// A record that was not taken, and why.
struct PlaybackRefusal {
  std::size_t index = 0;  // in its payload
  Rejection rejection;
};

// Plays records into a fresh engine on the way that they take in the daemon, wire format and gate
// included, with a clock that the caller moves. Nothing is stored and nothing is sent: for rule
// tests, scenarios and demonstrations. Single-threaded.
class Playback {
 public:
  // The catalogue is borrowed. Fails with kNotFound when it has no such producer.
  static Result<Playback> start(const Catalogue& catalogue, std::vector<Pack> packs,
                                PlaybackOptions options);
  // For records of several producers: only with take() and state().
  Playback(const Catalogue& catalogue, std::vector<Pack> packs, const PlaybackOptions& options);

  // One commit: NDJSON in, what is said out. Requires that `now` never goes back.
  Statements commit(std::string_view payload, ProcessingTime now);
  // The same in parts: what somebody brings, any number of times, then what is said of it all.
  void take(const Producer& producer, std::string_view payload, ProcessingTime now);
  Statements state(ProcessingTime now);
  void move_lateness_horizon(Day day) { policy_.lateness_horizon = day; }

  const Engine& engine() const { return engine_; }
  // Where each record stands, by its identity.
  const std::map<Hash128, LatestRevision>& latest() const { return latest_; }
  // Since the start. Every record of every payload has one fate.
  std::uint64_t count(Fate fate) const { return fates_[static_cast<std::size_t>(fate)]; }
  // Of the last payload.
  const std::vector<PlaybackRefusal>& refusals() const { return refusals_; }

 private:
  void take_record(const Producer& producer, std::size_t index, ParsedRecord&& record,
                   ProcessingTime now);

  const Catalogue& catalogue_;
  const Producer* producer_ = nullptr;
  GatePolicy policy_;
  Engine engine_;
  WireParser parser_;
  std::map<Hash128, LatestRevision> latest_;
  std::array<std::uint64_t, kFateCount> fates_{};
  std::vector<PlaybackRefusal> refusals_;
  std::uint64_t commits_ = 0;
};

}  // namespace tocsin
