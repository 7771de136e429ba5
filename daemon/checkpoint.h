#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "daemon/checkpoint_rows.h"
#include "rules/engine.h"
#include "storage/store.h"

namespace tocsin {

struct CheckpointOptions {
  std::uint64_t least_records = 250'000;              // from the begin of one to that of the next
  std::size_t bytes_a_commit = std::size_t{1} << 20;  // at most, about; at least one row goes out
  std::size_t bytes_waiting = std::size_t{32} << 20;  // about: more is written at once
  std::size_t past_least = 1'024;  // a region with fewer observations has no row of its past
};

// Keeps the engine's data and tracks in the store's derived state, so that a start need not read
// every record and fold every day again. It is a cache: the records are the truth, and without a
// checkpoint (or with one that other rules or another program made) all is made anew from them.
//
// A checkpoint stands for one journal sequence, exactly, and is written while commits go on. It
// begins after a commit; from then on what changes is kept as it was: of a region the list of the
// observations and forecasts that came and went, and the rest encoded. Some regions are encoded
// with every commit, without what came since. So no commit has to encode much, though all regions
// change within seconds. The rows ride along in the commits' batches; the head row, with the last
// of them, makes the checkpoint the valid one. A crash before that leaves the one before, whose
// rows are kept until then.
//
// A recovery puts the rows in and then what changed after the checkpoint: for each identity that a
// later commit changed, its latest revision in the place of the one that the checkpoint holds. For
// that each commit says which identities it changed, and a revision in a checkpoint is kept when it
// is replaced. No record is read again: what was admitted once is not judged by today's limits.
//
// One thread: that of the pipeline.
class Checkpoint {
 public:
  // The engine and the store are borrowed. Watches the engine from now on. `fingerprint`: see
  // CheckpointHead.
  Checkpoint(Engine& engine, Store& store, std::string fingerprint, CheckpointOptions options);

  // What the engine stands on after restore().
  struct Restored {
    bool found = false;  // else nothing was done to the engine, and `why` says why not
    std::string why;
    std::uint64_t position = 0;
    std::uint64_t tail = 0;  // identities that changed since
  };
  // Puts the checkpoint into an empty engine. Writes nothing.
  Result<Restored> restore();
  // The checkpoint that restore() did not take is dropped. With the first commit.
  Result<void> prepare();

  // `before` gave way in the commit that is being made.
  void replaced(const LatestRevision& before, Commit& commit);
  // Adds what is due to a commit whose changes are all made.
  void fill(Commit& commit);
  // The commit is staged. `records`: how many came with it.
  void committed(std::uint64_t sequence, std::uint64_t records);
  // Writes all that a checkpoint of the store's head needs: for a clean stop. `may_go_on` is asked
  // before each batch; kLimit once it says no. The checkpoint before is then the valid one.
  Result<void> finish(const std::function<bool()>& may_go_on);

  // Journal sequence of the last complete checkpoint; 0 when there is none.
  std::uint64_t position() const { return complete_; }
  // Whether one is being written.
  bool making() const { return making_; }

 private:
  // A row that a recovery from a checkpoint before `needed_before` needs; in memory by its key
  // alone.
  struct Kept {
    std::string key;
    std::uint64_t needed_before;
  };
  using Replaced = std::map<Identity, LatestRevision>;

  // Changes of a region's observations and forecasts.
  static constexpr std::size_t kUndoneMax = 128;

  void before_change(RegionId region);
  // Where what comes and goes in the region is kept; nullptr when the checkpoint doesn't need it.
  RegionChanges* changes_of(RegionId region);
  void changed(RegionId region);
  void save(RegionId region);
  void renew_past(RegionId region);
  void begin(std::uint64_t sequence);
  void spill();
  // Position of the newest checkpoint that a recovery may begin at; 0 when there is none.
  std::uint64_t newest() const { return making_ ? head_.position : complete_; }
  void fill(std::size_t bytes, std::vector<StateRow>& rows, std::vector<std::string>& deletes);
  Result<void> restore_rows(const CheckpointHead& head);
  Result<Replaced> restore_replaced();
  Result<std::uint64_t> restore_tail(Replaced before);

  Engine& engine_;
  Store& store_;
  std::string fingerprint_;
  CheckpointOptions options_;
  std::uint64_t complete_ = 0;  // position of the last complete one
  std::uint64_t records_since_ = 0;
  bool drop_ = false;  // what lies in the store is not ours
  // By region number.
  std::vector<char> changed_;  // since its row was made
  std::vector<char> pending_;  // not yet in the checkpoint that is being made
  std::vector<std::uint32_t> generation_of_;
  std::vector<PastFigures> past_;
  std::vector<char> past_changed_;  // since its row was made, and before any change of since_
  std::vector<char> past_due_;      // in the checkpoint that is being made
  // Of pending regions, since the checkpoint began: the rest of the row as it was, if it changed,
  // and the observations and forecasts that changed.
  std::vector<std::string> rest_;
  std::vector<RegionChanges> since_;

  // The one that is being made.
  bool making_ = false;
  CheckpointHead head_;
  std::uint32_t last_generation_ = 0;  // that any row has or had
  std::vector<RegionId> order_;
  std::size_t next_ = 0;       // in order_
  std::deque<StateRow> rows_;  // made, not yet in a commit
  std::size_t rows_bytes_ = 0;
  std::vector<std::string> superseded_;
  std::deque<Kept> kept_;  // in order of `needed_before`
};

}  // namespace tocsin
