#include "rules/engine.h"

#include <algorithm>

#include "model/result.h"
#include "model/sorted.h"
#include "rules/explain.h"

namespace tocsin {

Engine::Engine(const Catalogue& catalogue, std::vector<Pack> packs, EngineOptions options)
    : catalogue_(catalogue),
      packs_(std::make_unique<std::vector<Pack>>(std::move(packs))),
      data_(std::make_unique<Dataset>(catalogue)),
      ledger_(catalogue, options.ledger) {
  assessments_.reserve(packs_->size());
  for (const Pack& pack : *packs_)
    assessments_.emplace_back(catalogue, pack, *data_, options.history_begins);
}

void Engine::resume(Day today) {
  for (Assessment& assessment : assessments_) assessment.resume(today);
  today_ = today;
}

void Engine::watch(const Dataset::Watch& watch) {
  data_->watch(watch);
  for (Assessment& assessment : assessments_) assessment.watch(watch.before_change);
}

void Engine::apply(std::span<const ChangeView> changes) {
  if (changes.size() > 1) data_->expect(changes);
  for (const ChangeView& change : changes) {
    if (change.before != nullptr && ledger_.open_count() > 0) remember_before(*change.before);
    take(change);
  }
}

void Engine::take(ChangeView change) {
  touched_.clear();
  data_->apply(change, touched_);
  for (Assessment& assessment : assessments_)
    for (const Touched& touched : touched_) assessment.touch(touched);
}

// A correction is about to change figures: keep those that open alerts stand on.
void Engine::remember_before(const LatestRevision& before) {
  std::vector<Touched> touched;
  data_->describe(before, touched);
  for (std::size_t i = 0; i < assessments_.size(); ++i) {
    const Assessment& assessment = assessments_[i];
    for (const Touched& what : touched)
      assessment.each_reader(what, [&](RegionId region, std::uint32_t signal) {
        for (std::uint32_t pattern = 0; pattern < assessment.pack().patterns.size(); ++pattern) {
          const Assessment::Moved place{region, pattern};
          const auto start = ledger_.stated_start(assessment, place);
          if (!start) continue;
          const bool kept = std::any_of(stood_.begin(), stood_.end(), [&](const Stood& stood) {
            return stood.assessment == i && stood.place == place && stood.signal == signal;
          });
          if (kept) continue;
          const auto tick = Ledger::first_on(assessment, place, signal, *start);
          stood_.push_back(
              {i, place, signal, tick,
               tick ? signal_reading(assessment, region, signal, *tick) : std::string()});
        }
      });
  }
}

Ledger::Corrected Engine::corrected(std::size_t index) const {
  Ledger::Corrected out;
  const Assessment& assessment = assessments_[index];
  for (const Stood& stood : stood_) {
    if (stood.assessment != index || !stood.tick) continue;
    const auto start = ledger_.stated_start(assessment, stood.place);
    if (!start) continue;
    const auto tick = Ledger::first_on(assessment, stood.place, stood.signal, *start);
    if (!tick) continue;
    if (tick == stood.tick &&
        signal_reading(assessment, stood.place.region, stood.signal, *tick) == stood.reading)
      continue;
    out[stood.place].insert(assessment.pack().signals[stood.signal].name);
  }
  return out;
}

Statements Engine::state(ProcessingTime now) {
  Statements out;
  figures_ = {};
  const Day today = day_of(now);
  if (!retired_) ledger_.retire_missing(*packs_, now, out);
  retired_ = true;
  for (std::size_t i = 0; i < assessments_.size(); ++i) {
    Assessment& assessment = assessments_[i];
    const Assessment::Report report = assessment.advance(today);
    figures_.signal_folds += report.signal_folds;
    figures_.pattern_folds += report.pattern_folds;
    figures_.evaluations += report.evaluations;
    std::vector<Assessment::Moved> places = report.moved;
    if (today > today_ || !compared_) {
      // Evidence lapses by time alone.
      const auto open = ledger_.open_places(assessment);
      places.insert(places.end(), open.begin(), open.end());
    } else if (ledger_.open_count() > 0) {
      for (const RegionId region : report.refolded)
        for (std::uint32_t pattern = 0; pattern < assessment.pack().patterns.size(); ++pattern)
          if (assessment.judges(region, pattern) && ledger_.has_open(assessment, {region, pattern}))
            places.push_back({region, pattern});
    }
    const auto waiting = ledger_.waiting_places(assessment);
    places.insert(places.end(), waiting.begin(), waiting.end());
    sort_unique(places);
    figures_.reconciled += places.size();
    ledger_.reconcile(assessment, places, corrected(i), now, out);
  }
  stood_.clear();
  today_ = std::max(today_, today);
  compared_ = true;
  return out;
}

}  // namespace tocsin
