#include "rules/dataset_parts.h"

// Forecasts: kept by series and issue, of the indicators that declare them.
namespace tocsin {

Predicted predicted_of(const LatestRevision& revision, const ForecastClaim& claim) {
  Predicted predicted;
  predicted.issued = claim.issued;
  predicted.start = claim.start;
  predicted.end = claim.end;
  predicted.member = claim.member;
  predicted.value = claim.probability ? claim.threshold.value_or(0) : claim.value.value_or(0);
  if (claim.probability) predicted.chance = static_cast<std::int32_t>(*claim.probability);
  predicted.published_minute =
      static_cast<std::int32_t>(revision.published.milliseconds() / 60'000);
  predicted.identity = revision.identity.prefix();
  predicted.tlp = revision.tlp;
  return predicted;
}

bool Dataset::keeps_forecasts(IndicatorId indicator) const {
  const Indicator* of = catalogue_.find(indicator);
  return of != nullptr && of->forecasts.has_value();
}

const Forecasts* Dataset::forecasts(const SeriesKey& key) const {
  const auto& of_region = forecasts_[key.region.number()];
  const auto at = find_key(of_region, key);
  return at == of_region.end() || at->first != key ? nullptr : &at->second;
}

void Dataset::change_forecast(const LatestRevision& revision, const ForecastClaim& claim, bool add,
                              std::vector<Touched>* touched) {
  if (!keeps_forecasts(claim.series.indicator)) return;
  auto& of_region = forecasts_[claim.series.region.number()];
  auto at = find_key(of_region, claim.series);
  if (at == of_region.end() || at->first != claim.series)
    at = of_region.insert(at, {claim.series, Forecasts()});
  const Predicted predicted = predicted_of(revision, claim);
  if (add) {
    insert_sorted(at->second, predicted);
    ++forecast_count_;
  } else {
    erase_sorted(at->second, predicted);
    --forecast_count_;
  }
  if (watch_.predicted) watch_.predicted(claim.series, predicted, add);
  if (touched != nullptr) describe(revision, *touched);
}

}  // namespace tocsin
