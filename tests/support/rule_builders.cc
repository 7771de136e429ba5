#include "tests/support/rule_builders.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/result.h"

namespace tocsin {
namespace {

Region region(RegionId id, std::string code, RegionKind kind, RegionId parent,
              std::int64_t population = 0) {
  Region out;
  out.id = id;
  out.names["en"] = code;
  out.code = std::move(code);
  out.kind = kind;
  out.parent = parent;
  out.population = population;
  out.area = 1000 * static_cast<std::int64_t>(id.number());
  return out;
}

Region group(RegionId id, std::string code, RegionKind kind, std::vector<RegionId> members,
             std::string scheme = "", std::int64_t population = 0) {
  Region out = region(id, std::move(code), kind, RegionId(), population);
  out.members = std::move(members);
  out.scheme = std::move(scheme);
  return out;
}

Indicator indicator(IndicatorId id, std::string code, DimensionId dimension, std::string unit,
                    Cadence cadence, int precision, std::int32_t longest_delay) {
  Indicator out;
  out.id = id;
  out.names["en"] = code;
  out.code = std::move(code);
  out.dimension = dimension;
  out.unit = std::move(unit);
  out.cadence = cadence;
  out.precision = precision;
  out.longest_delay = longest_delay;
  out.sources = {of::kFirst, of::kSecond};
  return out;
}

EventKind event_kind(EventKindId id, std::string code, std::vector<SourceId> sources) {
  EventKind out;
  out.id = id;
  out.names["en"] = code;
  out.code = std::move(code);
  out.dimension = of::kCommunity;
  out.sources = std::move(sources);
  return out;
}

Source source(SourceId id, std::string key) {
  Source out;
  out.id = id;
  out.names["en"] = key;
  out.key = std::move(key);
  out.event_cadence = 7;
  out.event_longest_delay = 14;
  return out;
}

std::vector<Region> small_world_regions() {
  std::vector<Region> regions = {
      region(at::kX, "XX", RegionKind::kCountry, RegionId(), 2'000'000),
      region(at::kXa, "XX-A", RegionKind::kAdmin1, at::kX, 200'000),
      region(at::kXb, "XX-B", RegionKind::kAdmin1, at::kX, 1'000'000),
      region(at::kXc, "XX-C", RegionKind::kAdmin1, at::kX),
      region(at::kY, "YY", RegionKind::kCountry, RegionId(), 500'000),
      region(at::kYd, "YY-D", RegionKind::kAdmin1, at::kY, 400'000),
      group(at::kBasin, "basin:lake", RegionKind::kBasin, {at::kXa, at::kXb, at::kYd}, "",
            1'600'000),
      group(at::kNorth, "set:north", RegionKind::kSet, {at::kXa, at::kXc}, "zone", 300'000),
      group(at::kSouth, "set:south", RegionKind::kSet, {at::kXb}, "zone"),
      region(at::kZ, "ZZ", RegionKind::kCountry, RegionId()),
      region(at::kZe, "ZZ-E", RegionKind::kAdmin1, at::kZ, 50'000),
      region(at::kXa1, "XX-A1", RegionKind::kAdmin2, at::kXa, 120'000),
      region(at::kXa2, "XX-A2", RegionKind::kAdmin2, at::kXa, 80'000),
  };
  const auto neighbours = [&](RegionId a, RegionId b) {
    for (Region& r : regions) {
      if (r.id == a) r.neighbours.push_back(b);
      if (r.id == b) r.neighbours.push_back(a);
      std::sort(r.neighbours.begin(), r.neighbours.end());
    }
  };
  neighbours(at::kXa, at::kXb);
  neighbours(at::kXb, at::kXc);
  neighbours(at::kXb, at::kYd);
  return regions;
}

template <class Number>
std::string text_of(const std::vector<Number>& list) {
  std::string out;
  for (const auto& item : list) {
    if constexpr (requires { item.number(); })
      out += fmt::format("{},", item.number());
    else
      out += fmt::format("{},", item);
  }
  return out;
}

char symbol(twin::SignalTick tick) {
  if (tick.on) return tick.known ? '#' : '!';
  return tick.known ? '.' : '?';
}

std::string symbol(twin::PatternTick tick) {
  std::string out(1, static_cast<char>('0' + static_cast<int>(tick.level)));
  if (tick.possible > tick.level) out += fmt::format("/{}", static_cast<int>(tick.possible));
  return out;
}

template <class Tick>
std::string first_difference(const std::vector<Tick>& engine, const std::vector<Tick>& twin,
                             Day begin, const std::string& what) {
  for (std::size_t i = 0; i < engine.size(); ++i) {
    if (i < twin.size() && symbol(engine[i]) == symbol(twin[i])) continue;
    return fmt::format("{} at {}:\n  first  {}\n  second {}\n", what,
                       format_day(begin + static_cast<std::int32_t>(i)), to_text(engine),
                       to_text(twin));
  }
  return "";
}

// Compares every track that `engine` keeps with what `signals` and `patterns` give for it.
template <class Signals, class Patterns>
std::string compare_tracks(const Assessment& engine, Signals signals, Patterns patterns) {
  const Pack& pack = engine.pack();
  for (std::uint32_t number = 0; number < engine.tracks().size(); ++number) {
    const RegionId id(number);
    if (engine.tracks()[number].signals.empty()) continue;
    for (std::uint32_t s = 0; s < pack.signals.size(); ++s) {
      const std::string found =
          first_difference(signal_ticks(engine, id, s), signals(id, s), engine.history_begins(),
                           fmt::format("signal {} in region {}", pack.signals[s].name, number));
      if (!found.empty()) return found;
    }
  }
  for (const auto& place : engine.places()) {
    const std::string found =
        first_difference(pattern_ticks(engine, place.region, place.pattern),
                         patterns(place.region, place.pattern), engine.history_begins(),
                         fmt::format("pattern {} in region {}", pack.patterns[place.pattern].name,
                                     place.region.number()));
    if (!found.empty()) return found;
  }
  return "";
}

}  // namespace

std::string text_of(const Claim& claim) {
  if (const auto* o = std::get_if<ObservationClaim>(&claim))
    return fmt::format("observed region {} indicator {} source {} group {} {} to {}: {} {}",
                       o->series.region.number(), o->series.indicator.number(),
                       o->series.source.number(), o->series.group.number(), format_day(o->start),
                       format_day(o->end), o->value, o->note);
  if (const auto* f = std::get_if<ForecastClaim>(&claim))
    return fmt::format("foretold region {} indicator {} issued {} {} to {} member {}: {} {} {}",
                       f->series.region.number(), f->series.indicator.number(),
                       format_day(f->issued), format_day(f->start), format_day(f->end), f->member,
                       f->value.value_or(-1), f->probability.value_or(-1),
                       f->threshold.value_or(-1));
  if (const auto* e = std::get_if<EventClaim>(&claim))
    return fmt::format(
        "event region {} source {} kind {} vague {} {} to {}: {} deaths {} displaced {} {}",
        e->region.number(), e->source.number(), e->kind.number(), e->vague_place,
        format_day(e->start), format_day(e->end), name_of(e->status), e->deaths, e->displaced,
        text_of(e->actors));
  if (const auto* c = std::get_if<CoverageClaim>(&claim))
    return fmt::format("covered source {} indicator {} regions {} {} to {}", c->source.number(),
                       c->indicator.number(), text_of(c->regions), format_day(c->from),
                       format_day(c->until));
  return "retracted";
}

Catalogue small_world() {
  Catalogue out;
  out.regions = RegionTable(small_world_regions());
  for (const auto& [id, code] : std::initializer_list<std::pair<DimensionId, const char*>>{
           {of::kEnvironmental, "environmental"},
           {of::kEconomic, "economic"},
           {of::kCommunity, "community"},
           {of::kPersonal, "personal"}})
    out.dimensions.push_back({id, code, {{"en", code}}});
  out.indicators = {
      indicator(of::kRain, "rain", of::kEnvironmental, "mm/day", Cadence::kMonth, 1, 30),
      indicator(of::kPrice, "price", of::kEconomic, "NGN/kg", Cadence::kMonth, 2, 30),
      indicator(of::kFood, "food", of::kEconomic, "people", Cadence::kIrregular, 0, 30),
      indicator(of::kHeat, "heat", of::kEnvironmental, "degC", Cadence::kDay, 1, 5),
      indicator(of::kShare, "share", of::kEconomic, "%", Cadence::kWeek, 1, 30),
      indicator(of::kStock, "stock", of::kEconomic, "t", Cadence::kDekad, 0, 30),
      indicator(of::kDebt, "debt", of::kEconomic, "NGN", Cadence::kQuarter, 0, 30),
      indicator(of::kHarvest, "harvest", of::kEconomic, "kg", Cadence::kYear, 0, 30),
      indicator(of::kPhase, "phase", of::kCommunity, "phase", Cadence::kWeek, 0, 30),
      indicator(of::kVisible, "visible", of::kCommunity, "networks", Cadence::kDay, 0, 1)};
  out.indicators[2].every_days = 60;
  Indicator& phase = out.indicators[8];
  phase.scale = {"calm", "tense", "crisis", "war"};
  phase.note_required = true;
  out.indicators.back().sample_seconds = 3'600;
  out.indicators.back().least = 0;
  out.event_kinds = {event_kind(of::kClash, "clash", {of::kFirst, of::kSecond}),
                     event_kind(of::kRaid, "raid", {of::kSecond})};
  out.groups = {{of::kWomen, "women", {{"en", "women"}}}};
  out.sources = {source(of::kFirst, "first"), source(of::kSecond, "second"),
                 source(of::kThird, "third")};
  out.sources.back().independence = "second";
  for (Indicator& i : out.indicators)
    if (i.id == of::kHeat || i.id == of::kShare || i.id == of::kPhase)
      i.sources.push_back(of::kThird);
  out.committees.emplace_back();
  out.committees.back().key = "board";
  out.index();
  return out;
}

Day day(std::string_view text) {
  const auto parsed = parse_day(text);
  require(parsed.has_value(), "a test names a valid day");
  return *parsed;
}

LatestRevision revision_of(const Catalogue& catalogue, SourceId source, const std::string& id,
                           Claim claim, std::uint32_t revision, Day published) {
  LatestRevision out;
  out.identity = identity_hash(catalogue.find(source)->key, id);
  out.source = source;
  out.revision = revision;
  out.content = hash128(fmt::format("{} {}", revision, text_of(claim)));
  out.published = start_of<PublishedTime>(published);
  out.claim = std::move(claim);
  return out;
}

ObservationClaim observation(RegionId region, IndicatorId indicator, SourceId source, Day start,
                             Day end, std::int64_t scaled) {
  return {{region, indicator, source, GroupId()}, start, end, scaled};
}

EventClaim event(RegionId region, EventKindId kind, Day start, std::int64_t deaths) {
  EventClaim out;
  out.region = region;
  out.source = of::kFirst;
  out.kind = kind;
  out.start = start;
  out.end = start + 1;
  out.deaths = deaths;
  return out;
}

CoverageClaim events_covered(SourceId source, std::vector<RegionId> regions, Day from, Day until) {
  return {source, IndicatorId(), std::move(regions), from, until};
}

std::optional<Change> LatestRevisions::admit(const LatestRevision& arrival) {
  const auto [found, is_new] = latest_.emplace(arrival.identity, arrival);
  if (is_new) return Change{std::nullopt, arrival};
  LatestRevision& known = found->second;
  const auto rank = [](const LatestRevision& r) { return std::pair(r.revision, r.content); };
  if (rank(arrival) <= rank(known)) return std::nullopt;
  Change change{known, arrival};
  known = arrival;
  return change;
}

std::vector<LatestRevision> LatestRevisions::all() const {
  std::vector<LatestRevision> out;
  for (const auto& [identity, revision] : latest_) out.push_back(revision);
  return out;
}

EngineRun::EngineRun(const Catalogue& catalogue, const Pack& pack, Day begin)
    : data_(catalogue), assessment_(catalogue, pack, data_, begin) {}

void EngineRun::receive(const LatestRevision& arrival) {
  const auto change = latest_.admit(arrival);
  if (!change) return;
  std::vector<Touched> touched;
  data_.apply(*change, touched);
  for (const Touched& t : touched) assessment_.touch(t);
}

std::vector<twin::SignalTick> signal_ticks(const Assessment& engine, RegionId region,
                                           std::uint32_t signal) {
  std::vector<twin::SignalTick> out;
  for (Day d = engine.history_begins(); d <= engine.today(); d = d + 1) {
    const SignalRun* run = engine.signal_track(region, signal).at(d);
    out.push_back(run == nullptr ? twin::SignalTick{} : twin::SignalTick{run->on, run->known});
  }
  return out;
}

std::vector<twin::PatternTick> pattern_ticks(const Assessment& engine, RegionId region,
                                             std::uint32_t pattern) {
  std::vector<twin::PatternTick> out;
  for (Day d = engine.history_begins(); d <= engine.today(); d = d + 1) {
    const PatternRun* run = engine.pattern_track(region, pattern).at(d);
    out.push_back(run == nullptr ? twin::PatternTick{}
                                 : twin::PatternTick{run->level, run->possible});
  }
  return out;
}

std::string to_text(const std::vector<twin::SignalTick>& ticks) {
  std::string out;
  for (std::size_t i = 0; i < ticks.size();) {
    std::size_t next = i;
    while (next < ticks.size() && symbol(ticks[next]) == symbol(ticks[i])) ++next;
    out += fmt::format("{}{}{}", out.empty() ? "" : " ", symbol(ticks[i]), next - i);
    i = next;
  }
  return out;
}

std::string to_text(const std::vector<twin::PatternTick>& ticks) {
  std::string out;
  for (std::size_t i = 0; i < ticks.size();) {
    std::size_t next = i;
    while (next < ticks.size() && symbol(ticks[next]) == symbol(ticks[i])) ++next;
    out += fmt::format("{}{}x{}", out.empty() ? "" : " ", symbol(ticks[i]), next - i);
    i = next;
  }
  return out;
}

std::string difference(const Assessment& engine, twin::Assessment& twin) {
  for (std::uint32_t region = 0; region < engine.tracks().size(); ++region)
    for (std::uint32_t p = 0; p < engine.pack().patterns.size(); ++p)
      if (engine.judges(RegionId(region), p) != twin.judges(RegionId(region), p))
        return fmt::format("pattern {} in region {}: judged by one only\n",
                           engine.pack().patterns[p].name, region);
  return compare_tracks(
      engine, [&](RegionId id, std::uint32_t s) { return twin.signal(id, s); },
      [&](RegionId id, std::uint32_t p) { return twin.pattern(id, p); });
}

std::string difference(const Assessment& a, const Assessment& b) {
  return compare_tracks(
      a, [&](RegionId id, std::uint32_t s) { return signal_ticks(b, id, s); },
      [&](RegionId id, std::uint32_t p) { return pattern_ticks(b, id, p); });
}

}  // namespace tocsin
