// libFuzzer: any bytes as a rule pack on the shipped configuration. What is refused has places in
// the file; what is accepted judges a year and a half of data without fault, and says the same
// whether the data came at once or bit by bit, forwards or backwards.
//
//   ./run fuzz pack_fuzz 60
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/config/configuration.h"
#include "model/alert.h"
#include "model/claim.h"
#include "model/result.h"
#include "rules/engine.h"
#include "rules/explain.h"
#include "tests/fuzz/check_diagnostics.h"

namespace tocsin {
namespace {

constexpr Day kBegin{17'532};        // 2018-01-01
constexpr Day kToday{17'532 + 525};  // 2019-06-10
constexpr std::array kPlaces = {"NG-BO", "NG-YO", "NE-2"};

Configuration shipped() {
  auto files = read_directory(std::filesystem::path(TOCSIN_SOURCE_DIR) / "deploy/config/lake-chad");
  require(files.has_value(), "the shipped configuration is there");
  files->erase("regions.geojson");
  std::string& regions = (*files)["regions.yaml"];
  if (const auto at = regions.find("geometry: required"); at != std::string::npos)
    regions.replace(at, 18, "geometry: optional");
  Numbering numbering;
  auto loaded = load_configuration(*files, numbering);
  require(loaded.has_value(), "the shipped configuration has no mistake");
  return *std::move(loaded);
}

LatestRevision revision_of(const std::string& id, SourceId source, Day published, Claim claim) {
  LatestRevision revision;
  revision.identity = identity_hash("fuzz", id);
  revision.source = source;
  revision.revision = 1;
  revision.content = hash128(id);
  revision.published = start_of<PublishedTime>(published);
  revision.claim = std::move(claim);
  return revision;
}

// About a year and a half of every indicator and kind of event, with gaps.
std::vector<LatestRevision> data_of(const Catalogue& catalogue) {
  std::vector<LatestRevision> all;
  const auto add = [&](SourceId source, Day published, Claim claim) {
    all.push_back(revision_of(std::to_string(all.size()), source, published, std::move(claim)));
  };
  for (const Indicator& indicator : catalogue.indicators) {
    if (indicator.sources.empty()) continue;
    const SourceId source = indicator.sources.front();
    std::int64_t unit = 1;
    for (int i = 0; i < indicator.precision; ++i) unit *= 10;
    for (const Region& region : catalogue.regions.all()) {
      const bool wanted = std::ranges::find(kPlaces, region.code) != kPlaces.end() ||
                          region.kind == RegionKind::kSet;
      if (!wanted) continue;
      const auto step = [&](Day start) {
        return indicator.cadence == Cadence::kIrregular
                   ? start + 60
                   : period_start(indicator.cadence, period_of(indicator.cadence, start) + 1);
      };
      Day start = indicator.cadence == Cadence::kIrregular
                      ? kBegin
                      : period_start(indicator.cadence, period_of(indicator.cadence, kBegin));
      for (std::int64_t i = 0; start < kToday && i < 60; ++i, start = step(start)) {
        if (i % 11 == 7) continue;
        const std::int64_t value = unit * (40 + (i * i * 7 + region.id.number()) % 37);
        add(source, step(start) + 3,
            ObservationClaim{{region.id, indicator.id, source, GroupId()},
                             start,
                             step(start),
                             std::clamp(value, indicator.least.value_or(0),
                                        indicator.greatest.value_or(value))});
      }
    }
  }
  for (const EventKind& kind : catalogue.event_kinds) {
    if (kind.sources.empty()) continue;
    const SourceId source = kind.sources.front();
    for (std::int32_t day = 0; day < kToday - kBegin - 20; day += 9) {
      const Region& region = *catalogue.regions.find(
          kPlaces[static_cast<std::size_t>(day + kind.id.number()) % kPlaces.size()]);
      const Day on = kBegin + day;
      add(source, on + 7,
          EventClaim{
              region.id, source, kind.id, false, on, on + 1 + day % 3, day % 5, day % 100, {}});
    }
    add(source, kToday - 9,
        CoverageClaim{
            source, IndicatorId(), {catalogue.regions.find("NG")->id}, kBegin, kToday - 10});
  }
  return all;
}

std::vector<std::string> texts(const Statements& statements) {
  std::vector<std::string> out = statements.notes;
  for (const AlertRevision& revision : statements.revisions) {
    out.push_back(to_json(revision));
    require(parse_alert_revision(out.back()) == revision, "a statement can be kept");
  }
  return out;
}

ProcessingTime noon(Day day) {
  return ProcessingTime(start_of<ProcessingTime>(day).milliseconds() + kMillisecondsPerDay / 2);
}

void compare(const Assessment& a, const Assessment& b) {
  for (const RegionId region : a.folded()) {
    const RegionTracks& left = a.tracks()[region.number()];
    const RegionTracks& right = b.tracks()[region.number()];
    for (Day tick = kBegin; tick <= kToday; tick = tick + 1) {
      for (std::size_t i = 0; i < left.signals.size(); ++i) {
        const SignalRun* x = left.signals[i].at(tick);
        const SignalRun* y = right.signals[i].at(tick);
        require((x != nullptr && x->on) == (y != nullptr && y->on) &&
                    (x != nullptr && x->known) == (y != nullptr && y->known),
                "a signal doesn't depend on the order of the data");
      }
      for (std::size_t i = 0; i < left.levels.size(); ++i) {
        const PatternRun* x = left.levels[i].at(tick);
        const PatternRun* y = right.levels[i].at(tick);
        require(
            (x != nullptr ? x->level : Level::kNone) == (y != nullptr ? y->level : Level::kNone),
            "a level doesn't depend on the order of the data");
      }
    }
  }
}

void explain(const Assessment& assessment) {
  const Pack& pack = assessment.pack();
  int regions = 3;
  for (const RegionId region : assessment.folded()) {
    for (std::uint32_t i = 0; i < pack.signals.size(); ++i) {
      const SignalExplained explained = explain_signal(assessment, region, i, kToday);
      require(explained.reading == signal_reading(assessment, region, i, kToday),
              "a reading is the same alone");
      (void)render(explained.when);
    }
    for (std::uint32_t i = 0; i < pack.patterns.size(); ++i) {
      if (!assessment.judges(region, i)) continue;
      for (const auto& [level, why] : explain_pattern(assessment, region, i, kToday).levels)
        (void)render(why);
    }
    if (--regions == 0) break;  // the others are told by the same code
  }
}

void judge(const Catalogue& catalogue, const std::vector<LatestRevision>& data, const Pack& pack) {
  const EngineOptions options{.history_begins = kBegin, .ledger = {}};
  Engine bit_by_bit(catalogue, {pack}, options), at_once(catalogue, {pack}, options),
      backwards(catalogue, {pack}, options);
  const std::size_t part = data.size() * 2 / 3;
  for (std::size_t i = 0; i < part; ++i) bit_by_bit.apply({std::nullopt, data[i]});
  (void)texts(bit_by_bit.state(noon(kToday - 5)));
  for (std::size_t i = part; i < data.size(); ++i) bit_by_bit.apply({std::nullopt, data[i]});
  (void)texts(bit_by_bit.state(noon(kToday - 1)));
  (void)texts(bit_by_bit.state(noon(kToday)));
  for (const LatestRevision& revision : data) at_once.apply({std::nullopt, revision});
  for (auto at = data.rbegin(); at != data.rend(); ++at) backwards.apply({std::nullopt, *at});
  require(texts(at_once.state(noon(kToday))) == texts(backwards.state(noon(kToday))),
          "statements don't depend on the order of the data");
  compare(bit_by_bit.assessments().front(), at_once.assessments().front());
  explain(at_once.assessments().front());
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  static const Configuration kConfiguration = shipped();
  static const std::vector<LatestRevision> kData = data_of(kConfiguration.catalogue);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto pack = parse_pack("p.yaml", text, kConfiguration.catalogue);
  if (!pack) {
    fuzz::check_diagnostics(pack.error(), {{"p.yaml", text}});
    return 0;
  }
  judge(kConfiguration.catalogue, kData, *pack);
  return 0;
}
