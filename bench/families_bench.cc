// What evaluating costs by families of operators, in memory: one signal and one pattern over 500
// regions, ten years of months known, then two years that come month by month. The table below is
// all that a row is.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "model/period.h"
#include "rules/engine.h"

namespace tocsin {
namespace {

constexpr std::uint32_t kCountries = 20, kStates = 25;  // of each country
constexpr std::int32_t kMonthsBefore = 120, kMonths = 24;
constexpr std::size_t kFrameRecords = 100;
constexpr SourceId kFirst{1}, kSecond{2};
constexpr IndicatorId kA{1}, kB{2}, kWord{3};
constexpr EventKindId kClash{1};

// What comes in each month, of every region: a figure of `a` and of `b`, or something else.
enum class Feed : std::uint8_t { kFigures, kEvents, kForecasts, kWords };

struct Family {
  const char* name;
  Feed feed;
  std::string_view signal;  // the keys of signal s; signal t is last(b) > 60
  std::string_view pattern = "{watch: on(s)}";
};

constexpr auto kFamilies = std::to_array<Family>({
    {"last", Feed::kFigures, "{when: last(a) > 70}"},
    {"sum_mean_min_median", Feed::kFigures,
     "{when: 'mean(a, 12 months) > 50 and sum(a, 3 months) > 150 or median(a, 6 months) > min(b, 3 "
     "months)'}"},
    {"normal", Feed::kFigures,
     "{when: 'sum(a, 3 months) > 130 % of normal(sum(a, 3 months), 10y)'}"},
    {"percentile", Feed::kFigures, "{when: 'percentile(mean(a, 3 months), 10y) >= 90 %'}"},
    {"zscore", Feed::kFigures, "{when: 'zscore(mean(a, 3 months), 5y) > 1.5 sd'}"},
    {"residual", Feed::kFigures, "{when: 'residual(a, seasonal + trend, 3y) > 1.5 sd'}"},
    {"consecutive", Feed::kFigures, "{when: 'last(a) > 55, 2 consecutive months'}"},
    {"rising_crosses_change", Feed::kFigures,
     "{when: 'rising(last(a), 2 months) or crosses(last(a), 70) or change(last(a), 1y) > 50 %'}"},
    {"for_linger", Feed::kFigures, "{when: last(a) > 55, for: 20d, linger: 40d}"},
    {"latch_during", Feed::kFigures, "{when: last(a) > 70, during: rains, latch: rains}"},
    {"given_age", Feed::kFigures,
     "{when: last(a) > 70, given: 'count(a, 12 months) >= 10 observations and age(a) <= 90 days'}"},
    {"over_past", Feed::kFigures,
     "{when: 'last(a) > max(last(a) over 12 months before) or count(last(a) > 60 over 24 months) "
     ">= "
     "6'}"},
    {"over_past_quantile", Feed::kFigures,
     "{when: 'last(a) > quantile(last(a) over 10y before, 80 %)'}"},
    {"over_neighbours", Feed::kFigures, "{when: count(last(a) > 60 over neighbours) >= 2}"},
    {"over_siblings_rank", Feed::kFigures, "{when: rank(last(a) over siblings) <= 3}"},
    {"over_siblings_median", Feed::kFigures,
     "{when: 'last(a) > 130 % of median(last(a) over siblings where last(b) > 45)'}"},
    {"over_children_share", Feed::kFigures,
     "{at: country, when: 'share(last(a) > 60 over children by people) >= 20 %'}",
     "{at: country, watch: on(s)}"},
    {"over_sources", Feed::kWords, "{when: 'count(last(w) >= tense over sources) >= 2'}"},
    {"words", Feed::kWords, "{when: 'last(w) >= crisis or rising(last(w), 2 months)'}"},
    {"parameter_by_month", Feed::kFigures, "{when: last(a) > monthly}"},
    {"parameter_versions", Feed::kFigures, "{when: last(a) > versioned}"},
    {"parameter_compute", Feed::kFigures, "{when: last(a) > computed}"},
    {"events_count", Feed::kEvents, "{when: 'count(events(), 30d) >= 4'}"},
    {"events_normal", Feed::kEvents,
     "{when: 'count(events(), 30d) >= 2 * normal(count(events(), 30d), 5y)'}"},
    {"forecast", Feed::kForecasts, "{when: 'max(forecast(a), 2 months) > 70'}"},
    {"forecast_chance", Feed::kForecasts, "{when: 'chance(last(forecast(a)) > 60) >= 50 %'}"},
    {"over_next", Feed::kForecasts, "{when: 'any(last(forecast(a)) > 70 over next 30d)'}"},
    {"reads_signals", Feed::kFigures, "{when: 'last(a) > 60 and active(t, 90d)'}"},
    {"pattern_dimensions", Feed::kFigures, "{when: last(a) > 60}",
     "{watch: dimensions() >= 1, warning: dimensions() >= 2, linger: 30d}"},
    {"pattern_neighbours", Feed::kFigures, "{when: last(a) > 60}",
     "{watch: neighbours(s) >= 2, warning: neighbours(s) >= 2 and on(t)}"},
    {"pattern_cascade", Feed::kFigures, "{when: last(a) > 60}",
     "{watch: 'cascade(t ->[0d..120d] s, within: 18 months)'}"},
    {"pattern_over_siblings", Feed::kFigures, "{when: last(a) > 60}",
     "{watch: count(on(s) over siblings where not on(t)) >= 3}"},
});

Region region(std::uint32_t id, std::string code, RegionKind kind, RegionId parent) {
  Region out;
  out.id = RegionId(id);
  out.names["en"] = code;
  out.code = std::move(code);
  out.kind = kind;
  out.parent = parent;
  out.population = 100'000 + id;
  out.area = 1'000;
  return out;
}

Indicator indicator(IndicatorId id, std::string code) {
  Indicator out;
  out.id = id;
  out.names["en"] = code;
  out.code = std::move(code);
  out.dimension = DimensionId(0);
  out.unit = "1";
  out.cadence = Cadence::kMonth;
  out.precision = 0;
  out.longest_delay = 60;
  out.sources = {kFirst};
  out.forecasts = ForecastIssues{.cadence = Cadence::kMonth, .longest_delay = 60, .members = 5};
  return out;
}

// The first state of a country has the number after it.
Catalogue make_catalogue() {
  Catalogue out;
  std::vector<Region> regions;
  for (std::uint32_t c = 0; c < kCountries; ++c) {
    const std::uint32_t country = 1 + c * (kStates + 1);
    regions.push_back(region(country, fmt::format("C{:02}", c), RegionKind::kCountry, RegionId()));
    for (std::uint32_t s = 1; s <= kStates; ++s) {
      Region state = region(country + s, fmt::format("C{:02}-{:02}", c, s), RegionKind::kAdmin1,
                            RegionId(country));
      for (const std::uint32_t near : {s - 5, s - 1, s + 1, s + 5})
        if (near >= 1 && near <= kStates) state.neighbours.emplace_back(country + near);
      regions.push_back(std::move(state));
    }
  }
  out.regions = RegionTable(std::move(regions));
  out.dimensions = {{DimensionId(0), "economic", {{"en", "economic"}}},
                    {DimensionId(1), "food", {{"en", "food"}}}};
  out.indicators = {indicator(kA, "a"), indicator(kB, "b"), indicator(kWord, "w")};
  out.indicators.back().unit = "w";
  out.indicators.back().scale = {"calm", "tense", "crisis"};
  out.indicators.back().sources = {kFirst, kSecond};
  EventKind clash;
  clash.id = kClash;
  clash.code = "clash";
  clash.names["en"] = "clash";
  clash.dimension = DimensionId(0);
  clash.sources = {kFirst};
  out.event_kinds = {clash};
  for (const auto& [id, key] : {std::pair(kFirst, "first"), std::pair(kSecond, "second")}) {
    Source source;
    source.id = id;
    source.key = key;
    source.names["en"] = key;
    source.event_cadence = 31;
    source.event_longest_delay = 30;
    out.sources.push_back(std::move(source));
  }
  out.index();
  return out;
}

std::string pack_text(const Family& family) {
  std::string regions;
  for (std::uint32_t c = 0; c < kCountries; ++c)
    regions += fmt::format("{}C{:02}", c == 0 ? "" : ", ", c);
  return fmt::format(R"(pack: bench
regions: [{}]
seasons: {{rains: June .. September}}
parameters:
  monthly:
    by_month: {{1: 61, 2: 62, 3: 63, 4: 64, 5: 65, 6: 66, 7: 67, 8: 68, 9: 69, 10: 70, 11: 71, 12: 72}}
    why: a benchmark
  versioned:
    versions: [{{from: 2000-01-01, value: 65, note: first}}, {{from: 2021-01-01, value: 70, note: second}}]
    why: a benchmark
  computed: {{compute: 'quantile(last(a) over 5y before, 75 %)', as_of: year, why: a benchmark}}
signals:
  t: {{dimension: food, when: last(b) > 60}}
  s: {{dimension: economic, {}
patterns:
  p: {}
)",
                     regions, family.signal.substr(1), family.pattern);
}

class World {
 public:
  explicit World(const Family& family) : feed_(family.feed), catalogue_(make_catalogue()) {
    const std::string text = pack_text(family);
    auto pack = parse_pack("bench.yaml", text, catalogue_);
    require(pack.has_value(), pack ? "" : render(pack.error().front(), text));
    std::vector<Pack> packs;
    packs.push_back(*std::move(pack));
    EngineOptions options;
    options.history_begins = begin_of(0);
    engine_ = std::make_unique<Engine>(catalogue_, std::move(packs), options);
    for (; month_ < kMonthsBefore; ++month_) apply(month());
    state();
  }

  // All that is said of the next month, and by when.
  std::vector<Change> next() {
    auto out = month();
    ++month_;
    return out;
  }
  void apply(const std::vector<Change>& changes) {
    std::vector<ChangeView> views;
    for (const Change& change : changes) views.push_back(ChangeView::of(change));
    for (std::span<const ChangeView> left = views; !left.empty();) {
      const auto frame = left.first(std::min(left.size(), kFrameRecords));
      engine_->apply(frame);
      left = left.subspan(frame.size());
    }
  }
  // Six days after the month.
  void state() { engine_->state(start_of<ProcessingTime>(begin_of(month_) + 6)); }
  const StepFigures& figures() const { return engine_->last_step(); }

 private:
  static Day begin_of(std::int32_t month) {
    return period_start(Cadence::kMonth,
                        period_of(Cadence::kMonth, *parse_day("2012-01-01")) + month);
  }
  std::vector<Change> month() {
    std::vector<Change> out;
    const Day start = begin_of(month_), end = begin_of(month_ + 1);
    const auto say = [&](SourceId source, Claim claim) {
      LatestRevision revision;
      revision.identity = hash128(std::to_string(++said_));
      revision.content = revision.identity;
      revision.source = source;
      revision.revision = 1;
      revision.published = start_of<PublishedTime>(end + 5);
      revision.claim = std::move(claim);
      out.push_back({std::nullopt, std::move(revision)});
    };
    const auto figure = [&](std::int64_t least, std::int64_t most) {
      mixed_ = mixed_ * 6364136223846793005u + 1442695040888963407u;
      return least + static_cast<std::int64_t>((mixed_ >> 33) %
                                               static_cast<std::uint64_t>(most - least + 1));
    };
    std::vector<RegionId> states;
    for (const Region& region : catalogue_.regions.all())
      if (region.kind == RegionKind::kAdmin1) states.push_back(region.id);
    for (const RegionId at : states) switch (feed_) {
        case Feed::kFigures:
          for (const IndicatorId i : {kA, kB})
            say(kFirst, ObservationClaim{{at, i, kFirst, GroupId()}, start, end, figure(20, 80)});
          break;
        case Feed::kWords:
          for (const SourceId source : {kFirst, kSecond})
            say(source, ObservationClaim{{at, kWord, source, GroupId()}, start, end, figure(0, 2)});
          break;
        case Feed::kForecasts:
          for (std::int32_t member = 0; member < 5; ++member)
            say(kFirst, ForecastClaim{{at, kA, kFirst, GroupId()},
                                      end - 1,
                                      end,
                                      begin_of(month_ + 2),
                                      member,
                                      figure(20, 80),
                                      std::nullopt,
                                      std::nullopt});
          break;
        case Feed::kEvents:
          for (int i = 0; i < 2; ++i) {
            const Day day = start + static_cast<std::int32_t>(figure(0, 27));
            say(kFirst,
                EventClaim{at, kFirst, kClash, false, day, day + 1, figure(0, 20), 0, {}, {}});
          }
          break;
      }
    if (feed_ == Feed::kEvents)
      say(kFirst, CoverageClaim{kFirst, IndicatorId(), states, start, end});
    return out;
  }

  Feed feed_;
  Catalogue catalogue_;
  std::unique_ptr<Engine> engine_;
  std::int32_t month_ = 0;
  std::uint64_t said_ = 0, mixed_ = 1;
};

void run(benchmark::State& state, const Family& family) {
  World world(family);
  std::int64_t records = 0;
  double evaluations = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto changes = world.next();
    state.ResumeTiming();
    world.apply(changes);
    world.state();
    records += static_cast<std::int64_t>(changes.size());
    evaluations += static_cast<double>(world.figures().evaluations);
  }
  state.SetItemsProcessed(records);
  state.counters["evaluations"] = benchmark::Counter(evaluations, benchmark::Counter::kIsRate);
}

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  for (const tocsin::Family& family : tocsin::kFamilies)
    benchmark::RegisterBenchmark(family.name,
                                 [&family](benchmark::State& state) { tocsin::run(state, family); })
        ->Iterations(tocsin::kMonths)
        ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
