#pragma once

#include <prometheus/registry.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerting/dispatcher.h"
#include "daemon/admin_refusal.h"
#include "daemon/pipeline.h"
#include "ingest/feed.h"
#include "ingest/session_types.h"
#include "storage/space.h"
#include "storage/store.h"

namespace tocsin {

class EngineFigures;

// How long the parts of one commit took. Zero: not measured, nothing is observed.
struct CommitTiming {
  std::chrono::nanoseconds total{};         // from the first frame taken to the synced commit
  std::chrono::nanoseconds oldest_frame{};  // age of the oldest frame of the commit at its ACK
  std::chrono::nanoseconds rules{};         // the engine's part of total
};

// What is asked of the parts when somebody scrapes.
struct Gauges {
  ServerStatistics server;
  std::vector<FeedStatistics> feeds;
  std::vector<ProducerStatistics> producers;
  std::vector<LaneStatistics> lanes;
  StoreStatistics store;
  std::map<SourceId, FateTotals> fates;
  Space space;
  std::size_t queue_depth = 0;
  const AdminCounters* admin = nullptr;  // nullptr: there is no listener
  std::uint64_t outbox = 0;              // dispatches that are not finished
  std::uint64_t dead = 0;                // dispatches that were given up
};

enum class ReloadResult : std::uint8_t { kDone, kRefused };

// Fills gauges.outbox and gauges.dead from the store's tally, without reading a row. Any thread.
void count_dispatches(const Store& store, Gauges& gauges);

// Every metric of the daemon: daemon/metrics_table.h has their names, docs/OPERATIONS.md what to do
// about them. Thread-safe.
//
// Counters and histograms are made once and counted in the registry; what other parts count, or
// what has a present value, is read at the scrape. The engine's state belongs to its thread, so
// what is shown of it is copied out at each commit: open alerts and source ages at every one,
// indicators when a day has passed or when as many records came as there are series, so that
// looking at every series costs a constant for each record.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // After each commit was made, on the engine thread. The first one also takes over what the engine
  // restored.
  void committed(const CommitOutcome& outcome, const Pipeline& pipeline);
  // After it was written, on any thread.
  void timed(const CommitTiming& timing);
  // A reload was asked for. Any thread.
  void reloaded(ReloadResult result);
  // The exposition text (Prometheus 0.0.4).
  std::string expose(const Gauges& gauges) const;

 private:
  struct Counted;  // in the registry

  std::unique_ptr<Counted> counted_;
  std::unique_ptr<EngineFigures> engine_;
};

}  // namespace tocsin
