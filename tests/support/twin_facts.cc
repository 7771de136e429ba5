#include "tests/support/twin_facts.h"

#include <algorithm>
#include <tuple>

namespace tocsin::twin {

Facts::Facts(const Catalogue& catalogue, const std::vector<LatestRevision>& latest, Day from,
             Day until)
    : catalogue_(catalogue), from_(from), until_(until) {
  struct Winner {
    std::int64_t published_minute;
    Hash128 identity;
    std::int64_t value;
  };
  std::map<SeriesKey, std::map<std::pair<Day, Day>, Winner>> winners;
  std::map<SeriesKey, std::map<std::int64_t, Winner>> sampled;
  // What a figure of a forecast speaks about; of a chance its threshold, too.
  using Figure = std::tuple<Day, Day, Day, std::int32_t, bool, std::int64_t>;
  std::map<SeriesKey, std::map<Figure, std::pair<Winner, const ForecastClaim*>>> foretold;
  const auto rank = [](const Winner& w) { return std::pair(w.published_minute, w.identity); };
  for (const LatestRevision& revision : latest) {
    if (const auto* seen = std::get_if<ObservationClaim>(&revision.claim)) {
      const Winner winner{revision.published.milliseconds() / 60'000, revision.identity,
                          seen->value};
      if (seen->is_sample()) {
        const std::int64_t moment =
            std::int64_t{seen->start.number()} * kSecondsPerDay + seen->second;
        const auto [at, fresh] = sampled[seen->series].emplace(moment, winner);
        if (!fresh && rank(at->second) < rank(winner)) at->second = winner;
        continue;
      }
      auto& slot = winners[seen->series];
      const auto [at, fresh] = slot.emplace(std::pair(seen->end, seen->start), winner);
      if (!fresh && rank(at->second) < rank(winner)) at->second = winner;
    } else if (const auto* ahead = std::get_if<ForecastClaim>(&revision.claim)) {
      if (!catalogue.find(ahead->series.indicator)->forecasts) continue;
      const bool chance = ahead->probability.has_value();
      const Figure figure{ahead->issued, ahead->start, ahead->end,
                          ahead->member, chance,       chance ? ahead->threshold.value() : 0};
      const Winner winner{revision.published.milliseconds() / 60'000, revision.identity, 0};
      const auto [at, fresh] = foretold[ahead->series].emplace(figure, std::pair(winner, ahead));
      if (!fresh && rank(at->second.first) < rank(winner)) at->second = {winner, ahead};
    } else if (const auto* event = std::get_if<EventClaim>(&revision.claim)) {
      if (event->status != EventStatus::kRefuted) events_.push_back(event);
    } else if (const auto* coverage = std::get_if<CoverageClaim>(&revision.claim)) {
      if (coverage->indicator.number() == 0) coverage_.push_back(coverage);
    }
  }
  for (const auto& [key, periods] : winners)
    for (const auto& [period, winner] : periods)
      series_[key].push_back({period.second, period.first, winner.value});
  for (const auto& [key, moments] : sampled)
    for (const auto& [moment, winner] : moments) samples_[key][moment] = winner.value;
  for (const auto& [key, figures] : foretold)
    for (const auto& [figure, winner] : figures) {
      const ForecastClaim& claim = *winner.second;
      issues_[key][claim.issued].push_back(
          {claim.start, claim.end, claim.member,
           claim.probability ? claim.threshold.value() : claim.value.value(), claim.probability});
    }
}

const Facts::Samples& Facts::samples(const SeriesKey& key) const {
  static const Samples kNothing;
  const auto found = samples_.find(key);
  return found == samples_.end() ? kNothing : found->second;
}

const Facts::Issues& Facts::issues(const SeriesKey& key) const {
  static const Issues kNothing;
  const auto found = issues_.find(key);
  return found == issues_.end() ? kNothing : found->second;
}

const std::vector<Facts::Seen>& Facts::series(const SeriesKey& key) const {
  static const std::vector<Seen> kNothing;
  const auto found = series_.find(key);
  return found == series_.end() ? kNothing : found->second;
}

// All of the tree that lies in a region: itself and what is below it, or below its members.
std::vector<RegionId> Facts::ground(RegionId region) const {
  std::vector<RegionId> roots = catalogue_.regions.at(region).members;
  if (roots.empty()) roots.push_back(region);
  std::vector<RegionId> out;
  for (const Region& other : catalogue_.regions.all())
    for (const RegionId root : roots)
      if (other.members.empty() && catalogue_.regions.is_below(other.id, root))
        out.push_back(other.id);
  return out;
}

// Whether what is placed at `inner` surely lies in `outer`: the same, above it, or a basin or set
// that has it, or something above it, as a member.
bool Facts::holds(RegionId outer, RegionId inner) const {
  if (catalogue_.regions.is_below(inner, outer)) return true;
  for (const RegionId member : catalogue_.regions.at(outer).members)
    if (catalogue_.regions.is_below(inner, member)) return true;
  return false;
}

bool Facts::may_hold(RegionId region, const EventClaim& event) const {
  const bool unplaced = event.vague_place || !catalogue_.regions.children(event.region).empty() ||
                        !catalogue_.regions.at(event.region).members.empty();
  if (!unplaced) return false;
  const auto here = ground(region), there = ground(event.region);
  return std::any_of(here.begin(), here.end(), [&](RegionId id) {
    return std::find(there.begin(), there.end(), id) != there.end();
  });
}

const std::vector<Facts::Placed>& Facts::events(RegionId region) const {
  const auto found = placed_.find(region);
  if (found != placed_.end()) return found->second;
  auto& out = placed_[region];
  if (region.number() == 0) return out;
  for (const EventClaim* event : events_) {
    if (holds(region, event->region)) {
      out.push_back({event, true});
    } else if (may_hold(region, *event)) {
      out.push_back({event, false});
    }
  }
  return out;
}

// Day by day: stated of the region, of what lies above it, of a basin or set that has it; or, for a
// basin or set, of each of its members.
std::vector<bool> Facts::stated(SourceId source, RegionId region) const {
  const auto length = static_cast<std::size_t>(until_ - from_);
  std::vector<bool> out(length, false);
  if (region.number() == 0) return out;
  for (const CoverageClaim* claim : coverage_) {
    if (claim->source != source) continue;
    const bool here = std::any_of(claim->regions.begin(), claim->regions.end(),
                                  [&](RegionId stated) { return holds(stated, region); });
    if (!here) continue;
    for (Day day = std::max(claim->from, from_); day < std::min(claim->until, until_);
         day = day + 1)
      out[static_cast<std::size_t>(day - from_)] = true;
  }
  const auto& members = catalogue_.regions.at(region).members;
  if (members.empty()) return out;
  std::vector<bool> everywhere(length, true);
  for (const RegionId member : members) {
    const auto there = stated(source, member);
    for (std::size_t i = 0; i < length; ++i) everywhere[i] = everywhere[i] && there[i];
  }
  for (std::size_t i = 0; i < length; ++i) out[i] = out[i] || everywhere[i];
  return out;
}

const Facts::Days& Facts::days(SourceId source, RegionId region) const {
  const auto found = days_.find({source, region});
  if (found != days_.end()) return found->second;
  Days& out = days_[{source, region}];
  out.count_before.push_back(0);
  out.last_before.push_back(-1);
  for (const bool day : stated(source, region)) {
    const auto index = static_cast<std::int32_t>(out.count_before.size()) - 1;
    out.count_before.push_back(out.count_before.back() + (day ? 1 : 0));
    out.last_before.push_back(day ? index : out.last_before.back());
  }
  return out;
}

bool Facts::covered(SourceId source, RegionId region, Day from, Day until) const {
  if (from < from_ || until > until_ || source.number() == 0) return false;
  const auto& count = days(source, region).count_before;
  return count[static_cast<std::size_t>(until - from_)] -
             count[static_cast<std::size_t>(from - from_)] ==
         until - from;
}

std::optional<Day> Facts::reach(SourceId source, RegionId region, Day end) const {
  if (end <= from_) return std::nullopt;
  const auto& last = days(source, region).last_before;
  const std::int32_t index = last[std::min(static_cast<std::size_t>(end - from_), last.size() - 1)];
  if (index < 0) return std::nullopt;
  return from_ + index + 1;
}

}  // namespace tocsin::twin
