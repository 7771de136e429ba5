#include "daemon/metrics_engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/read.h"

namespace tocsin {
namespace {

double unix_seconds(ProcessingTime time) { return static_cast<double>(time.milliseconds()) / 1e3; }
double unix_seconds(Day day) { return unix_seconds(start_of<ProcessingTime>(day)); }

}  // namespace

std::string source_label(const Catalogue& catalogue, SourceId source) {
  if (source == SourceId()) return "(none)";
  const Source* known = catalogue.find(source);
  return known != nullptr ? known->key : fmt::format("source-{}", source.number());
}

void EngineFigures::update(const CommitOutcome& outcome, const Pipeline& pipeline) {
  // The first of all, or of a catalogue that a reload brought.
  const bool first = catalogue_ != pipeline.loaded().catalogue;
  const Dataset& data = pipeline.engine().data();
  follow_alerts(outcome, pipeline);
  std::vector<Coverage> coverage;
  const bool new_records = first || outcome.records > 0;
  if (new_records) coverage = coverage_in(pipeline);
  const Day today = day_of(pipeline.now());
  records_since_ += outcome.records;
  std::map<IndicatorId, IndicatorFigures> indicators;
  const bool look = first || today != indicators_day_ ||
                    (outcome.records > 0 && records_since_ >= data.series_count());
  if (look) {
    indicators = indicators_in(pipeline);
    indicators_day_ = today;
    records_since_ = 0;
  }

  const std::lock_guard lock(mutex_);
  catalogue_ = pipeline.loaded().catalogue;
  if (first || !outcome.revisions.empty()) {
    alerts_.clear();
    for (const auto& [id, alert] : open_) ++alerts_[{alert.pattern, alert.level}];
  }
  if (new_records) {
    coverage_ = std::move(coverage);
    sources_ = pipeline.sources_seen();
  }
  for (const SuspicionChange& change : outcome.suspicions) {
    if (change.kind == SuspicionChange::Kind::kBegan) {
      suspects_.emplace(change.source, change.suspicion);
    } else {
      suspects_.erase({change.source, change.suspicion});
    }
  }
  if (look) indicators_ = std::move(indicators);
  now_ = pipeline.now();
  mutes_ = pipeline.engine().ledger().mutes(now_);
  sequence_ = outcome.sequence;
  checkpoint_ = pipeline.checkpoint().position();
  journal_horizon_ = pipeline.retention().journal_horizon();
  quarantine_horizon_ = pipeline.retention().quarantine_horizon();
  series_ = data.series_count();
  observations_ = data.observation_count();
  events_ = data.event_count();
  forecasts_ = data.forecast_count();
}

void EngineFigures::follow_alerts(const CommitOutcome& outcome, const Pipeline& pipeline) {
  if (!restored_) {
    for (const AlertRevision& last : pipeline.engine().ledger().open())
      if (last.kind != RevisionKind::kProposed)
        open_.insert_or_assign(last.alert, OpenAlert{last.pattern, last.level});
    restored_ = true;
    return;
  }
  for (const AlertRevision& revision : outcome.revisions) {
    if (closes(revision.kind) || revision.kind == RevisionKind::kProposed) {
      open_.erase(revision.alert);
    } else {
      open_.insert_or_assign(revision.alert, OpenAlert{revision.pattern, revision.level});
    }
  }
}

std::vector<EngineFigures::Coverage> EngineFigures::coverage_in(const Pipeline& pipeline) {
  std::vector<Coverage> coverage;
  const Dataset& data = pipeline.engine().data();
  for (const Source& source : pipeline.catalogue().sources) {
    if (source.event_kinds.empty()) continue;
    for (const Region& region : pipeline.catalogue().regions.all()) {
      if (region.kind != RegionKind::kCountry) continue;
      const Day until = data.covered_at_most(source.id, region.id);
      if (until > kDayMin) coverage.push_back({source.id, region.id, until});
    }
  }
  return coverage;
}

// "Stale" as the rules mean it: on the open tick the newest value is older than the cadence plus
// the longest delay (docs/SEMANTICS.md section 2).
std::map<IndicatorId, EngineFigures::IndicatorFigures> EngineFigures::indicators_in(
    const Pipeline& pipeline) {
  std::map<IndicatorId, IndicatorFigures> figures;
  const Catalogue& catalogue = pipeline.catalogue();
  const Day today = day_of(pipeline.now());
  for (const Indicator& indicator : catalogue.indicators) figures[indicator.id];
  pipeline.engine().data().for_each_series([&](const SeriesKey& key, const Series& series) {
    const Indicator* indicator = catalogue.find(key.indicator);
    if (indicator == nullptr || series.empty()) return;
    IndicatorFigures& of = figures[key.indicator];
    const Day newest = series.back().end;
    ++of.series;
    of.newest = std::max(of.newest, newest);
    if (today + 1 - newest > longest_period(*indicator) + indicator->longest_delay) ++of.stale;
  });
  return figures;
}

std::shared_ptr<const Catalogue> EngineFigures::catalogue() const {
  const std::lock_guard lock(mutex_);
  return catalogue_;
}

void EngineFigures::add_to(Scrape& scrape) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [place, count] : alerts_)
    scrape.add("tocsin_alerts_open", count, {place.first, name_of(place.second)});
  for (const auto& mute : mutes_)
    if (mute.until > now_)
      scrape.add("tocsin_mute_end_timestamp_seconds", unix_seconds(mute.until),
                 {mute.pattern, mute.region, mute.who});
  for (const auto& [source, seen] : sources_) {
    const std::string label = source_label(*catalogue_, source);
    scrape.add("tocsin_source_newest_arrival_timestamp_seconds", unix_seconds(seen.arrived),
               {label});
    if (seen.newest > kDayMin)
      scrape.add("tocsin_source_newest_day_timestamp_seconds", unix_seconds(seen.newest), {label});
  }
  std::set<SourceId> watched;
  for (const auto& [source, seen] : sources_) watched.insert(source);
  for (const auto& [source, reason] : suspects_) watched.insert(source);
  for (const SourceId source : watched)
    for (const Suspicion reason : {Suspicion::kRate, Suspicion::kBound, Suspicion::kSame})
      scrape.add("tocsin_source_suspect",
                 std::uint64_t{suspects_.contains({source, reason}) ? 1u : 0u},
                 {source_label(*catalogue_, source), name_of(reason)});
  for (const Coverage& coverage : coverage_)
    scrape.add("tocsin_source_covered_until_timestamp_seconds", unix_seconds(coverage.until),
               {source_label(*catalogue_, coverage.source),
                catalogue_->regions.at(coverage.country).code});
  for (const auto& [id, of] : indicators_) {
    const std::string& code = catalogue_->find(id)->code;
    scrape.add("tocsin_indicator_series", of.series, {code});
    scrape.add("tocsin_indicator_series_stale", of.stale, {code});
    if (of.series > 0)
      scrape.add("tocsin_indicator_newest_day_timestamp_seconds", unix_seconds(of.newest), {code});
  }
  scrape.add("tocsin_processing_time_timestamp_seconds", unix_seconds(now_));
  for (const auto& [what, horizon] : {std::pair(kJournalHorizon, journal_horizon_),
                                      std::pair(kQuarantineHorizon, quarantine_horizon_)})
    scrape.add("tocsin_retention_horizon_timestamp_seconds",
               horizon > kDayMin ? unix_seconds(horizon) : 0, {what});
  scrape.add("tocsin_checkpoint_sequence", checkpoint_);
  scrape.add("tocsin_journal_sequence", sequence_);
  scrape.add("tocsin_data_series", series_);
  scrape.add("tocsin_data_observations", observations_);
  scrape.add("tocsin_data_events", events_);
  scrape.add("tocsin_data_forecasts", forecasts_);
}

}  // namespace tocsin
