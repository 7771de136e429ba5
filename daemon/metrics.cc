#include "daemon/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <array>
#include <atomic>
#include <numeric>

#include "daemon/metrics_engine.h"
#include "daemon/metrics_parts.h"
#include "daemon/metrics_table.h"

namespace tocsin {
namespace {

prometheus::Family<prometheus::Counter>& counter_family(prometheus::Registry& registry,
                                                        std::string_view name) {
  const MetricEntry& entry = metric_entry(name);
  return prometheus::BuildCounter()
      .Name(std::string(entry.name))
      .Help(std::string(entry.help))
      .Register(registry);
}

prometheus::Counter& counter(prometheus::Registry& registry, std::string_view name) {
  return counter_family(registry, name).Add({});
}

prometheus::Histogram& histogram(prometheus::Registry& registry, std::string_view name,
                                 const prometheus::Histogram::BucketBoundaries& bounds) {
  const MetricEntry& entry = metric_entry(name);
  return prometheus::BuildHistogram()
      .Name(std::string(entry.name))
      .Help(std::string(entry.help))
      .Register(registry)
      .Add({}, bounds);
}

// From a commit on a fast disk to one that blocks everything.
const prometheus::Histogram::BucketBoundaries kSecondsBounds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
const prometheus::Histogram::BucketBoundaries kRecordsBounds = {1,    10,   50,   100,   250,  500,
                                                                1000, 2500, 5000, 10000, 20000};

void observe(prometheus::Histogram& histogram, std::chrono::nanoseconds time) {
  if (time.count() > 0) histogram.Observe(std::chrono::duration<double>(time).count());
}

}  // namespace

struct Metrics::Counted {
  prometheus::Registry registry;
  prometheus::Counter& commits = counter(registry, "tocsin_commits_total");
  prometheus::Counter& received = counter(registry, "tocsin_records_received_total");
  prometheus::Counter& evaluations = counter(registry, "tocsin_engine_evaluations_total");
  prometheus::Counter& signal_folds = counter(registry, "tocsin_engine_signal_folds_total");
  prometheus::Counter& pattern_folds = counter(registry, "tocsin_engine_pattern_folds_total");
  prometheus::Counter& reconciled = counter(registry, "tocsin_engine_reconciled_total");
  prometheus::Histogram& commit_seconds =
      histogram(registry, "tocsin_commit_seconds", kSecondsBounds);
  prometheus::Histogram& rules_seconds =
      histogram(registry, "tocsin_rules_seconds", kSecondsBounds);
  prometheus::Histogram& ack_seconds =
      histogram(registry, "tocsin_frame_ack_seconds", kSecondsBounds);
  prometheus::Histogram& commit_records =
      histogram(registry, "tocsin_commit_records", kRecordsBounds);
  std::array<std::array<prometheus::Counter*, kLevelCount>, kRevisionKindCount> revisions{};
  std::array<prometheus::Counter*, kHoldReasonCount> held_back{};
  std::array<prometheus::Counter*, 2> reloads{};
  std::atomic<bool> reload_refused = false;  // the last one
  std::array<prometheus::Counter*, kFateCount> released{};
  prometheus::Counter& acknowledgements = counter(registry, "tocsin_alert_acknowledgements_total");
  std::atomic<std::int64_t> unaccounted = 0;  // records that met no fate

  Counted() {
    constexpr std::string_view kReloads = "tocsin_reloads_total";
    auto& of_reloads = counter_family(registry, kReloads);
    for (const ReloadResult result : {ReloadResult::kDone, ReloadResult::kRefused})
      reloads[static_cast<std::size_t>(result)] = &of_reloads.Add(
          labels_of(metric_entry(kReloads), {result == ReloadResult::kDone ? "done" : "refused"}));
    constexpr std::string_view kHeldBack = "tocsin_alerts_held_back_total";
    auto& of_holds = counter_family(registry, kHeldBack);
    for (int why = 0; why < kHoldReasonCount; ++why)
      held_back[static_cast<std::size_t>(why)] = &of_holds.Add(
          labels_of(metric_entry(kHeldBack), {name_of(static_cast<HoldReason>(why))}));
    constexpr std::string_view kReleased = "tocsin_quarantine_released_total";
    auto& fates = counter_family(registry, kReleased);
    for (int fate = 0; fate < kFateCount; ++fate)
      released[static_cast<std::size_t>(fate)] =
          &fates.Add(labels_of(metric_entry(kReleased), {name_of(static_cast<Fate>(fate))}));
    constexpr std::string_view kName = "tocsin_alert_revisions_total";
    auto& family = counter_family(registry, kName);
    for (int kind = 0; kind < kRevisionKindCount; ++kind)
      for (int level = 0; level < kLevelCount; ++level)
        revisions[static_cast<std::size_t>(kind)][static_cast<std::size_t>(level)] =
            &family.Add(labels_of(metric_entry(kName), {name_of(static_cast<RevisionKind>(kind)),
                                                        name_of(static_cast<Level>(level))}));
  }
};

Metrics::Metrics()
    : counted_(std::make_unique<Counted>()), engine_(std::make_unique<EngineFigures>()) {}
Metrics::~Metrics() = default;

void Metrics::committed(const CommitOutcome& outcome, const Pipeline& pipeline) {
  Counted& counted = *counted_;
  auto unaccounted = static_cast<std::int64_t>(outcome.records);
  for (const FrameResult& frame : outcome.frames)
    unaccounted -= std::accumulate(frame.fates.begin(), frame.fates.end(), std::int64_t{0});
  counted.unaccounted += unaccounted;
  counted.received.Increment(static_cast<double>(outcome.records));
  counted.commits.Increment();
  counted.evaluations.Increment(static_cast<double>(outcome.engine.evaluations));
  counted.signal_folds.Increment(static_cast<double>(outcome.engine.signal_folds));
  counted.pattern_folds.Increment(static_cast<double>(outcome.engine.pattern_folds));
  counted.reconciled.Increment(static_cast<double>(outcome.engine.reconciled));
  for (const AlertRevision& revision : outcome.revisions)
    counted
        .revisions[static_cast<std::size_t>(revision.kind)]
                  [static_cast<std::size_t>(revision.level)]
        ->Increment();
  for (const RequestOutcome& request : outcome.requests) {
    if (!request) continue;
    if (const auto* released = std::get_if<Released>(&*request)) {
      counted.released[static_cast<std::size_t>(released->fate)]->Increment();
    } else if (const auto* acknowledged = std::get_if<Acknowledged>(&*request);
               acknowledged != nullptr && acknowledged->is_new) {
      counted.acknowledgements.Increment();
    }
  }
  for (const HeldBack& held : outcome.held_back)
    counted.held_back[static_cast<std::size_t>(held.why)]->Increment();
  if (outcome.records > 0) counted.commit_records.Observe(static_cast<double>(outcome.records));
  engine_->update(outcome, pipeline);
}

void Metrics::timed(const CommitTiming& timing) {
  observe(counted_->commit_seconds, timing.total);
  observe(counted_->rules_seconds, timing.rules);
  observe(counted_->ack_seconds, timing.oldest_frame);
}

void Metrics::reloaded(ReloadResult result) {
  counted_->reloads[static_cast<std::size_t>(result)]->Increment();
  counted_->reload_refused = result == ReloadResult::kRefused;
}

std::string Metrics::expose(const Gauges& gauges) const {
  Scrape scrape;
  add_fates(scrape, gauges, *engine_->catalogue());
  add_server(scrape, gauges.server);
  add_feeds(scrape, gauges);
  add_producers(scrape, gauges);
  add_dispatch(scrape, gauges);
  add_admin(scrape, gauges);
  add_store(scrape, gauges);
  add_process(scrape);
  engine_->add_to(scrape);
  scrape.add("tocsin_records_unaccounted", static_cast<double>(counted_->unaccounted.load()));
  scrape.add("tocsin_reload_refused", std::uint64_t{counted_->reload_refused ? 1u : 0u});
  scrape.add("tocsin_queue_frames", std::uint64_t{gauges.queue_depth});
  scrape.add("tocsin_build_info", 1.0, {TOCSIN_VERSION});
  return std::move(scrape).text(counted_->registry.Collect());
}

void count_dispatches(const Store& store, Gauges& gauges) {
  const DispatchCounts counts = store.dispatch_counts();
  gauges.outbox = counts.in(DispatchState::kIntended);
  gauges.dead = counts.in(DispatchState::kDead);
}

}  // namespace tocsin
