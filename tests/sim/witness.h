#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/pipeline.h"
#include "tests/sim/figures.h"
#include "tests/sim/producer.h"
#include "tests/support/crash_fs.h"

namespace tocsin::sim {

// What must hold of the daemon's store, whatever happened before. It keeps a record of every commit
// that returned, and a second daemon on a disk without faults, which never stops and is told each
// journal entry: both must come to the same.
//
//  1. The journal's sequence has no holes, its time never goes back, and no entry that was
//     committed ever changes or goes away.
//  2. Each frame that was acknowledged is in it once, byte for byte as it was sent, in order.
//  3. Each record of a journaled frame has one fate, and the counters are their sum.
//  4. A store holds what its journal makes of an empty one: revisions, quarantine, alerts, outbox,
//     chains, positions. No crash, restart, checkpoint or repetition shows in it.
//  5. The engine's assessment is that of a daemon that never stopped, and of the naive twin.
//  6. Every alert revision has its dispatches intended, once each; the chains verify.
class Witness {
 public:
  explicit Witness(Figures& figures);
  ~Witness();

  // After commits that returned: takes the new journal entries over (1, 2, 3).
  void committed(const Store& store, const std::vector<SimProducer*>& producers);
  // A store that was opened again: nothing committed is gone; at most one commit that was in flight
  // came besides (1).
  void reopened(const Store& store);
  // What is costly: of the store (4, 6), and of the engine too (5) once it has been asked about
  // today.
  void examine_store(const Store& store, const Catalogue& catalogue);
  void examine(const Store& store, const Pipeline& pipeline);
  void ask_twin(const Pipeline& pipeline, const Store& store);

  std::uint64_t sequence() const { return entries_.size(); }

 private:
  void take(std::uint64_t sequence, const JournalEntry& entry,
            const std::vector<SimProducer*>& producers);
  void take_frame(const RecordsInput& input, const std::vector<SimProducer*>& producers);
  void check_dispatches(const Store& store, const Catalogue& catalogue) const;

  Figures& figures_;
  std::vector<JournalEntry> entries_;
  std::map<std::string, std::uint64_t> frames_;  // by producer: the last in the journal
  std::uint64_t records_ = 0;
  testsupport::CrashDisk disk_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace tocsin::sim
