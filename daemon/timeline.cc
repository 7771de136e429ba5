#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <set>

#include "daemon/commands.h"
#include "daemon/opened.h"

namespace tocsin {
namespace {

struct Shares {
  std::int64_t known = 0, unknown = 0, blind = 0;
};

// What was known of one dimension in one region at one tick. Blind: nothing that its signals read
// has ever been known there; unknown: it has been, and is not now.
enum class Sight : std::uint8_t { kKnown, kUnknown, kBlind };

Sight sight_of(const Assessment& assessment, RegionId region, DimensionId dimension, Day tick) {
  Tri verdict = Tri::kFalse;
  bool ever = false;
  for (std::uint32_t i = 0; i < assessment.pack().signals.size(); ++i) {
    const Signal& signal = assessment.pack().signals[i];
    if (signal.dimension != dimension || signal.stance != Stance::kThreat ||
        !assessment.stands(region, signal))
      continue;
    const SignalTrack& track = assessment.signal_track(region, i);
    const SignalRun* now = track.at(tick);
    verdict = verdict || (now == nullptr ? Tri::kUnknown
                          : now->on      ? Tri::kTrue
                          : now->known   ? Tri::kFalse
                                         : Tri::kUnknown);
    for (const SignalRun& run : track.runs)
      ever = ever || (run.start <= tick && (run.known || run.on));
  }
  if (verdict != Tri::kUnknown) return Sight::kKnown;
  return ever ? Sight::kUnknown : Sight::kBlind;
}

// Whether anything of the dimension is judged in the region.
bool looks_at(const Assessment& assessment, RegionId region, DimensionId dimension) {
  return std::ranges::any_of(assessment.pack().signals, [&](const Signal& signal) {
    return signal.dimension == dimension && signal.stance == Stance::kThreat &&
           assessment.stands(region, signal);
  });
}

int year_of(Day day) { return static_cast<int>(to_ymd(day).year()); }

void print_sight(const Catalogue& catalogue, const Assessment& assessment, std::ostream& out) {
  std::set<DimensionId> dimensions;
  for (const Signal& signal : assessment.pack().signals)
    if (signal.stance == Stance::kThreat) dimensions.insert(signal.dimension);
  std::set<RegionId> judged;
  for (const Assessment::Moved& place : assessment.places()) judged.insert(place.region);
  fmt::print(out,
             "\nKnown / unknown / blind, per cent of the region-months of {} ({} regions), as the "
             "stored data "
             "has it now\n\n{:<6}",
             assessment.pack().name, judged.size(), "year");
  for (const DimensionId dimension : dimensions)
    fmt::print(out, "{:>18}", catalogue.dimensions[dimension.number()].code);
  out << "\n";
  const int first = year_of(assessment.history_begins()), last = year_of(assessment.today());
  for (int year = first; year <= last; ++year) {
    fmt::print(out, "{:<6}", year);
    for (const DimensionId dimension : dimensions) {
      Shares shares;
      for (unsigned month = 1; month <= 12; ++month) {
        const Day tick =
            add_months(to_day(std::chrono::year(year) / std::chrono::month(month) / 1), 1) - 1;
        if (tick > assessment.today()) break;
        for (const RegionId region : judged) {
          if (!looks_at(assessment, region, dimension)) continue;
          const Sight sight = sight_of(assessment, region, dimension, tick);
          shares.known += sight == Sight::kKnown;
          shares.unknown += sight == Sight::kUnknown;
          shares.blind += sight == Sight::kBlind;
        }
      }
      const std::int64_t all =
          std::max<std::int64_t>(1, shares.known + shares.unknown + shares.blind);
      fmt::print(out, "{:>18}",
                 fmt::format("{} / {} / {}", 100 * shares.known / all, 100 * shares.unknown / all,
                             100 * shares.blind / all));
    }
    out << "\n";
  }
}

// The highest level that was stated in each region and year.
void print_levels(const Catalogue& catalogue, const std::vector<AlertRevision>& revisions,
                  std::ostream& out) {
  std::map<std::string, std::map<int, Level>> levels;
  std::map<std::string, Level> standing;  // by alert: between its revisions the level stands
  std::map<std::string, std::pair<std::string, int>> since;
  int first = 9999, last = 0;
  for (const AlertRevision& revision : revisions) {
    const int year = year_of(day_of(revision.issued));
    first = std::min(first, year);
    last = std::max(last, year);
    const std::string id = revision.alert.hex();
    auto& of_region = levels[revision.region];
    if (const auto before = standing.find(id); before != standing.end())
      for (int y = since[id].second; y <= year; ++y)
        of_region[y] = std::max(of_region[y], before->second);
    of_region[year] = std::max(of_region[year], revision.level);
    standing[id] = revision.level;
    since[id] = {revision.region, year};
  }
  fmt::print(out,
             "Highest level stated, by region and year (. none, w watch, W warning, E "
             "emergency)\n\n{:<28}",
             "");
  for (int year = first; year <= last; ++year) fmt::print(out, "{:>5}", year);
  out << "\n";
  for (const auto& [code, by_year] : levels) {
    const Region* region = catalogue.regions.find(code);
    fmt::print(out, "{:<8}{:<20.19}", code, region == nullptr ? code : region->name());
    for (int year = first; year <= last; ++year) {
      const auto found = by_year.find(year);
      const Level level = found == by_year.end() ? Level::kNone : found->second;
      fmt::print(out, "{:>5}", std::array{".", "w", "W", "E"}[static_cast<std::size_t>(level)]);
    }
    out << "\n";
  }
}

}  // namespace

int run_timeline(const std::string& config_directory, std::ostream& out, std::ostream& err) {
  auto opened = open_configuration(config_directory);
  if (!opened) {
    err << opened.error().message << "\n";
    return 2;
  }
  std::vector<AlertRevision> revisions;
  std::size_t notes = 0;
  auto done =
      opened->store->for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) -> Result<void> {
        if (row.json.starts_with(R"({"note")")) {
          ++notes;
          return {};
        }
        auto revision = parse_alert_revision(row.json);
        if (!revision) return tl::unexpected(revision.error());
        revisions.push_back(std::move(*revision));
        return {};
      });
  if (!done) {
    err << done.error().message << "\n";
    return 2;
  }
  std::map<RevisionKind, std::size_t> kinds;
  for (const AlertRevision& revision : revisions) {
    ++kinds[revision.kind];
    if (revision.kind == RevisionKind::kUpdated) continue;
    fmt::print(out, "{}  {:<8}{:<20.19}{:<10} {} -> {}  [{}]{}\n",
               format_day(day_of(revision.issued)), revision.region, revision.region_name,
               name_of(revision.kind), name_of(revision.previous_level), name_of(revision.level),
               fmt::join(revision.dimensions_true, ", "),
               revision.dimensions_unknown.empty()
                   ? ""
                   : fmt::format("  not known: {}", fmt::join(revision.dimensions_unknown, ", ")));
  }
  out << "\n";
  const Catalogue& catalogue = opened->pipeline->catalogue();
  print_levels(catalogue, revisions, out);
  fmt::print(out, "\n{} revisions:", revisions.size());
  for (const auto& [kind, count] : kinds) fmt::print(out, " {} {}", count, name_of(kind));
  fmt::print(out, "; {} notes of episodes found only after they were over\n", notes);
  for (const Pack& pack : opened->pipeline->engine().packs()) {
    Assessment assessment(catalogue, pack, opened->pipeline->engine().data(),
                          opened->pipeline->loaded().settings.history_begins);
    assessment.advance(day_of(opened->pipeline->now()));
    print_sight(catalogue, assessment, out);
  }
  fmt::print(out, "\nFates of the records received, by source\n\n{:<22}", "");
  for (int fate = 0; fate < kFateCount; ++fate)
    fmt::print(out, "{:>15}", name_of(static_cast<Fate>(fate)));
  out << "\n";
  for (const auto& [id, totals] : opened->store->fates()) {
    const Source* source = catalogue.find(id);
    fmt::print(out, "{:<22}", source == nullptr ? "(not known)" : source->key);
    for (const auto total : totals) fmt::print(out, "{:>15}", total);
    out << "\n";
  }
  return 0;
}

}  // namespace tocsin
