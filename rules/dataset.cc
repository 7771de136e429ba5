#include "rules/dataset.h"

#include "rules/dataset_parts.h"

namespace tocsin {
Observed observed_of(const LatestRevision& revision, const ObservationClaim& claim) {
  Observed observed;
  observed.end = claim.end;
  observed.start = claim.start;
  observed.published_minute = static_cast<std::int32_t>(revision.published.milliseconds() / 60'000);
  observed.tlp = revision.tlp;
  observed.identity = revision.identity.prefix();
  observed.value = claim.value;
  if (claim.is_sample()) observed.second = static_cast<std::uint32_t>(claim.second) & 0xFFFFFFU;
  return observed;
}

Dataset::Dataset(const Catalogue& catalogue)
    : catalogue_(catalogue),
      by_region_(catalogue.regions.id_limit()),
      forecasts_(catalogue.regions.id_limit()),
      notes_(catalogue.regions.id_limit()),
      events_(catalogue.regions.id_limit()),
      unplaced_(catalogue.regions.id_limit()),
      may_hold_(catalogue.regions.id_limit()),
      coverage_(catalogue.regions.id_limit()) {
  const RegionTable& regions = catalogue.regions;
  for (const Region& region : regions.all()) {
    auto& above = may_hold_[region.id.number()];
    std::vector<RegionId> inside = region.members;
    if (inside.empty()) inside.push_back(region.id);
    for (const RegionId id : inside) {
      for (const RegionId ancestor : regions.ancestors(id)) above.push_back(ancestor);
      for (const RegionId group : regions.groups_of(id))
        if (group != region.id) above.push_back(group);
    }
    // What is known as far as a group may lie in whatever is above one of its members.
    for (const RegionId member : region.members) {
      for (const RegionId ancestor : regions.ancestors(member))
        may_hold_[ancestor.number()].push_back(region.id);
      for (const RegionId group : regions.groups_of(member))
        if (group != region.id) may_hold_[group.number()].push_back(region.id);
    }
  }
  for (const Region& region : regions.all()) {
    auto& above = may_hold_[region.id.number()];
    sort_unique(above);
    // An event known as far as X surely lies in every group that X belongs to.
    std::erase_if(above, [&](RegionId id) {
      const auto groups = regions.groups_of(id);
      return regions.is_below(id, region.id) ||
             std::find(groups.begin(), groups.end(), region.id) != groups.end();
    });
  }
}

void Dataset::apply(ChangeView change, std::vector<Touched>& touched) {
  if (change.before != nullptr) remove(*change.before, &touched);
  add(*change.after, &touched);
}

// Series lie all over memory, and the processor waits longer for them than it works on them. Each
// step needs what the one before fetches, so they go over all changes one after another.
void Dataset::expect(std::span<const ChangeView> changes) {
  const auto each_key = [&](const auto& fn) {
    for (const ChangeView& change : changes)
      if (const auto* claim = std::get_if<ObservationClaim>(&change.after->claim))
        fn(claim->series);
  };
  each_key([&](const SeriesKey& key) { __builtin_prefetch(&by_region_[key.region.number()]); });
  each_key([&](const SeriesKey& key) {
    const auto& of_region = by_region_[key.region.number()];
    __builtin_prefetch(of_region.data() + of_region.size() / 2);
  });
  expected_.clear();
  each_key([&](const SeriesKey& key) {
    const Series* found = series(key);
    if (found == nullptr) return;
    __builtin_prefetch(found);
    expected_.push_back(found);
  });
  for (const Series* series : expected_)
    if (!series->empty()) __builtin_prefetch(&series->back(), 1);
}

bool Dataset::holds(const LatestRevision& revision) const {
  const RegionTable& regions = catalogue_.regions;
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    const Series* of = regions.contains(claim->series.region) ? series(claim->series) : nullptr;
    return of != nullptr && has_sorted(*of, observed_of(revision, *claim)) &&
           note(claim->series.region, revision.identity.prefix()) == claim->note;
  }
  if (const auto* forecast = std::get_if<ForecastClaim>(&revision.claim)) {
    if (!keeps_forecasts(forecast->series.indicator)) return true;
    const Forecasts* of =
        regions.contains(forecast->series.region) ? forecasts(forecast->series) : nullptr;
    return of != nullptr && has_sorted(*of, predicted_of(revision, *forecast));
  }
  if (const auto* event = std::get_if<EventClaim>(&revision.claim)) {
    if (!regions.contains(event->region)) return false;
    const Happened happened = happened_of(revision, *event);
    const auto in = [&](const RegionEvents& events) {
      return has_sorted(is_span(happened) ? events.spans : events.dated, happened);
    };
    const auto there = [&](RegionId id) { return in(events(id)); };
    return there(event->region) && std::ranges::all_of(regions.ancestors(event->region), there) &&
           std::ranges::all_of(regions.groups_of(event->region), there) &&
           (!is_unplaced(*event) || in(unplaced(event->region)));
  }
  if (const auto* coverage = std::get_if<CoverageClaim>(&revision.claim)) {
    if (coverage->indicator.number() != 0) return true;  // is not kept
    return std::ranges::all_of(coverage->regions, [&](RegionId id) {
      return regions.contains(id) &&
             has_sorted(this->coverage(id).statements, statement_of(revision, *coverage));
    });
  }
  return true;  // retractions are not kept
}

void Dataset::restore_region(RegionId region, RegionContent content) {
  auto& of_region = by_region_[region.number()];
  require(of_region.empty(), "a region is restored once, into an empty data set");
  of_region.reserve(content.series.size());
  for (auto& [key, series] : content.series) {
    of_region.emplace_back(key, static_cast<std::uint32_t>(series_.size()));
    observation_count_ += series.size();
    series_.push_back(std::move(series));
  }
  for (const auto& [key, forecasts] : content.forecasts) forecast_count_ += forecasts.size();
  forecasts_[region.number()] = std::move(content.forecasts);
  notes_[region.number()] = std::move(content.notes);
  events_[region.number()] = std::move(content.events);
  unplaced_[region.number()] = std::move(content.unplaced);
  coverage_[region.number()] = std::move(content.coverage);
}

void Dataset::add(const LatestRevision& revision, std::vector<Touched>* touched) {
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    change_observation(revision, *claim, true, touched);
  } else if (const auto* event = std::get_if<EventClaim>(&revision.claim)) {
    change_event(revision, *event, true, touched);
  } else if (const auto* coverage = std::get_if<CoverageClaim>(&revision.claim)) {
    change_coverage(revision, *coverage, true, touched);
  } else if (const auto* forecast = std::get_if<ForecastClaim>(&revision.claim)) {
    change_forecast(revision, *forecast, true, touched);
  }
}

void Dataset::remove(const LatestRevision& revision, std::vector<Touched>* touched) {
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    change_observation(revision, *claim, false, touched);
  } else if (const auto* event = std::get_if<EventClaim>(&revision.claim)) {
    change_event(revision, *event, false, touched);
  } else if (const auto* coverage = std::get_if<CoverageClaim>(&revision.claim)) {
    change_coverage(revision, *coverage, false, touched);
  } else if (const auto* forecast = std::get_if<ForecastClaim>(&revision.claim)) {
    change_forecast(revision, *forecast, false, touched);
  }
}

std::uint32_t Dataset::series_index(const SeriesKey& key) {
  auto& of_region = by_region_[key.region.number()];
  const auto at = find_key(of_region, key);
  if (at != of_region.end() && at->first == key) return at->second;
  const auto index = static_cast<std::uint32_t>(series_.size());
  series_.emplace_back();
  of_region.insert(at, {key, index});
  return index;
}

const Series* Dataset::series(const SeriesKey& key) const {
  const auto& of_region = by_region_[key.region.number()];
  const auto at = find_key(of_region, key);
  if (at == of_region.end() || at->first != key) return nullptr;
  return &series_[at->second];
}

void Dataset::change_observation(const LatestRevision& revision, const ObservationClaim& claim,
                                 bool add, std::vector<Touched>* touched) {
  Series& series = series_[series_index(claim.series)];
  const Observed observed = observed_of(revision, claim);
  change_note(revision, claim, add);
  note_rewrite(claim.series, series, observed, add);
  if (add) {
    insert_sorted(series, observed);
    ++observation_count_;
  } else {
    erase_sorted(series, observed);
    --observation_count_;
  }
  if (watch_.observed) watch_.observed(claim.series, observed, add);
  if (touched != nullptr) describe(revision, *touched);
}

void Dataset::change_note(const LatestRevision& revision, const ObservationClaim& claim, bool add) {
  if (claim.note.empty()) return;
  changes(claim.series.region);
  Notes& notes = notes_[claim.series.region.number()];
  if (add) {
    notes.insert_or_assign(revision.identity.prefix(), claim.note);
  } else {
    notes.erase(revision.identity.prefix());
  }
}

void Dataset::note_rewrite(const SeriesKey& key, const Series& series, const Observed& observed,
                           bool add) {
  const bool sampled = observed.is_sample() || (!series.empty() && series.back().is_sample());
  if (!sampled) return;
  const auto moment = [](const Observed& o) { return std::pair(o.end, std::uint32_t{o.second}); };
  const bool behind = add && (series.empty() || moment(series.back()) < moment(observed));
  if (!behind) ++rewrites_[key];
}

std::uint64_t Dataset::rewrites(const SeriesKey& key) const {
  const auto found = rewrites_.find(key);
  return found == rewrites_.end() ? 0 : found->second;
}

void Dataset::describe(const LatestRevision& revision, std::vector<Touched>& touched) const {
  if (const auto* claim = std::get_if<ObservationClaim>(&revision.claim)) {
    touched.push_back({Touched::Kind::kObservations,
                       claim->series.indicator,
                       {claim->series.region},
                       claim->end - 1});
    return;
  }
  if (const auto* forecast = std::get_if<ForecastClaim>(&revision.claim)) {
    if (keeps_forecasts(forecast->series.indicator))
      touched.push_back({Touched::Kind::kForecasts,
                         forecast->series.indicator,
                         {forecast->series.region},
                         forecast->issued});
    return;
  }
  if (const auto* event = std::get_if<EventClaim>(&revision.claim)) describe_event(*event, touched);
}

std::string_view Dataset::note(RegionId region, std::uint64_t identity) const {
  const Notes& notes = notes_[region.number()];
  const auto found = notes.find(identity);
  return found == notes.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace tocsin
