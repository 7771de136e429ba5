#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "alerting/retry.h"
#include "daemon/checkpoint.h"
#include "daemon/contents.h"
#include "daemon/request.h"
#include "daemon/retention.h"
#include "daemon/source_watch.h"
#include "ingest/decode.h"
#include "ingest/gate.h"
#include "ingest/session_types.h"
#include "ingest/wire.h"
#include "rules/engine.h"
#include "storage/store.h"

namespace tocsin {

// What one commit came to.
struct CommitOutcome {
  std::uint64_t sequence = 0;
  std::vector<FrameResult> frames;  // one for each RecordsInput, in order
  // One for each AcknowledgeInput, QuarantineReleaseInput and MuteInput, in order.
  std::vector<RequestOutcome> requests;
  std::vector<AlertRevision> revisions;
  std::vector<HeldBack> held_back;
  std::size_t dispatches = 0;  // rows of the outbox that were written
  std::uint64_t records = 0;
  std::vector<SuspicionChange> suspicions;
  StepFigures engine;
  std::chrono::nanoseconds
      rules{};  // how long the engine took; for the metrics, never for a decision
};

// A commit whose effects are all in memory and which is not on the disk yet.
struct Prepared {
  Store::Staged staged;
  CommitOutcome outcome;
};

// Inputs to one synced commit: wire -> gate -> engine -> store. The only writer of the store and
// the only user of the engine; one thread. It reads no clock: `now` is handed in and kept in the
// journal, so running the journal through another pipeline says the same again.
//
// A failed commit leaves memory ahead of the disk: the pipeline must not be used afterwards, the
// process stops and starts again from the store.
class Pipeline {
 public:
  // Restores the engine from the store: its checkpoint or all latest revisions, what was stated,
  // who was told. The store is borrowed.
  static Result<std::unique_ptr<Pipeline>> open(Store& store, Loaded loaded,
                                                CheckpointOptions checkpoint = {});

  // Whether `loaded` decides every fold and statement as what is loaded now does: then reload() is
  // cheap.
  bool continues(const Loaded& loaded) const;
  // Brings other contents into force between two commits; the next one has to journal them. Data
  // and folds go on where `continues()`. Else all is made anew from the store as at a start, and
  // the next commit states what the new rules say otherwise (docs/SEMANTICS.md section 5). On
  // failure this pipeline is as it was. References to its engine and catalogue don't outlive it.
  Result<void> reload(Loaded loaded);

  // `now` is raised to that of the commit before, so it never goes back.
  Result<CommitOutcome> commit(std::vector<Input> inputs, ProcessingTime now);
  // commit() without its last step, store.write(): whoever calls does that, in order, before
  // anybody hears of the outcome. Before inputs with a DeliveryInput, an AcknowledgeInput or a
  // QuarantineReleaseInput everything that was prepared must have been written, since what they are
  // about is looked up on the disk.
  // `decoded`: of the RecordsInputs, in order, as far as it is there; what isn't, or was decoded
  // under other limits, is decoded here.
  Result<Prepared> prepare(std::vector<Input> inputs, ProcessingTime now,
                           std::vector<DecodedFrame> decoded = {});
  const WireLimits& wire_limits() const { return parser_.limits(); }

  // Writes a checkpoint of all that is committed: before a clean stop.
  Result<void> finish(const std::function<bool()>& may_go_on = [] { return true; }) {
    return checkpoint_->finish(may_go_on);
  }

  const Engine& engine() const { return *engine_; }
  const Checkpoint& checkpoint() const { return *checkpoint_; }
  // Where the engine's data and tracks came from at the start.
  const Checkpoint::Restored& restored() const { return restored_; }
  const Catalogue& catalogue() const { return *loaded_.catalogue; }
  const Loaded& loaded() const { return loaded_; }
  ProcessingTime now() const { return now_; }
  const std::map<SourceId, SourceSeen>& sources_seen() const { return seen_; }
  const Retention& retention() const { return retention_; }

 private:
  struct Working;  // the commit being made

  // Where a record stands: in which frame, whose, and its bytes.
  struct Place {
    const RecordsInput& input;
    const Producer& producer;
    std::size_t index;  // in the frame
    const DecodedRecord& decoded;
  };

  Pipeline(Store& store, Loaded loaded, CheckpointOptions checkpoint);
  Pipeline(Pipeline&&) = default;
  // Takes the place of this one, over the same store.
  void become(Pipeline&& other);
  void heed_settings();
  Result<void> restore();
  void move_horizon(Commit& commit, std::vector<Input>& inputs);
  Result<void> take(Working& working, const Input& input);
  bool may_keep(const std::string& producer);
  Result<void> take_records(Working& working, const RecordsInput& input);
  DecodedFrame take_decoded(Working& working, std::size_t place, std::string_view payload);
  Result<void> look_up(Working& working, std::span<const Identity> identities);
  void take_record(Working& working, const Place& at, FrameResult& result);
  Admission judge(Working& working, const Producer& producer, const DecodedRecord& decoded);
  void apply_due(Working& working);
  void quarantine(Working& working, const Place& at, const Rejection& rejection,
                  FrameResult& result);
  void keep_displaced(Working& working, const std::string& producer, const LatestRevision& loser,
                      const Change& change);
  Result<void> take_acknowledgement(Working& working, const AcknowledgeInput& input);
  Result<void> take_release(Working& working, const QuarantineReleaseInput& input);
  void take_reload(Working& working, const ReloadInput& input);
  void take_mute(Working& working, const MuteInput& input);
  Result<void> take_delivery(Working& working, const DeliveryInput& input);
  void state(Working& working);
  void route_revision(Working& working, const AlertRevision& revision);

  Store& store_;
  CheckpointOptions checkpoint_options_;
  Loaded loaded_;
  // What the engine was made with: until a reload that it goes on after, that of loaded_.
  std::shared_ptr<const Catalogue> engine_catalogue_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Checkpoint> checkpoint_;
  Checkpoint::Restored restored_;
  WireParser parser_;
  GatePolicy gate_;
  RetryPolicy retry_;
  Retention retention_;
  ProcessingTime now_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> positions_;
  std::map<Hash128, std::set<std::string>> told_;    // by alert: committees
  std::map<std::string, std::int64_t> quarantined_;  // kept rows, by producer
  std::map<SourceId, SourceSeen> seen_;
  SourceWatch watch_;
};

}  // namespace tocsin
