#include <fmt/format.h>

#include <algorithm>

#include "model/sorted.h"
#include "rules/explain.h"
#include "rules/ledger_statement.h"

// What a revision says: its evidence, what it rests on, and what changed since the one before.
namespace tocsin {
namespace {

std::string region_name(const Region& region) { return region.name("en"); }

// The last stretch in which the signal was on and not known, if it is so at `tick`.
std::optional<Day> unknown_since(const SignalTrack& track, Day tick) {
  auto index = track.index_at(tick);
  std::optional<Day> since;
  for (; index >= 0; --index) {
    const SignalRun& run = track.runs[static_cast<std::size_t>(index)];
    if (!run.on || run.known) break;
    since = run.start;
  }
  return since;
}

}  // namespace

std::set<std::string> difference(const std::vector<std::string>& a,
                                 const std::vector<std::string>& b) {
  std::set<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(only, only.end()));
  return only;
}

std::vector<std::string> Ledger::basis_of(const Statement& statement) const {
  const Assessment& assessment = statement.assessment;
  const Scene scene = assessment.pattern_scene(statement.place.region, statement.pattern);
  std::vector<std::string> basis{"start:" + format_day(statement.episode.start)};
  for (const std::uint32_t i : statement.pattern.told) {
    const Signal& signal = assessment.pack().signals[i];
    const Tri active = signal_active(scene, i, statement.tick());
    if (active == Tri::kTrue) basis.push_back("active:" + signal.name);
    if (active == Tri::kUnknown) basis.push_back("blind:" + signal.name);
    if (statement.pattern.lapse_days == 0) continue;
    const auto since =
        unknown_since(assessment.signal_track(statement.place.region, i), statement.tick());
    if (since && statement.tick() - *since >= statement.pattern.lapse_days)
      basis.push_back("lapsed:" + signal.name + "@" + format_day(*since));
  }
  std::sort(basis.begin(), basis.end());
  return basis;
}

std::vector<std::string> Ledger::changes_of(const Statement& statement, const AlertRevision& before,
                                            const AlertRevision& after) const {
  std::vector<std::string> changes;
  // Why a proposal ended is said by what ended it.
  if (before.kind == RevisionKind::kProposed && closes(after.kind) &&
      after.kind != RevisionKind::kMerged)
    return changes;
  if (after.level != after.previous_level && after.kind != RevisionKind::kMerged)
    changes.push_back(fmt::format("The level goes from {} to {}.",
                                  level_text(after.previous_level, after.previous_level_name),
                                  level_text(after.level, after.level_name)));
  if (after.kind == RevisionKind::kMerged)
    changes.emplace_back("Another, older alert speaks of the same episode and goes on.");
  if (after.kind == RevisionKind::kWithdrawn)
    changes.emplace_back("With the corrected evidence this alert would not have been raised.");
  if (closes(after.kind)) return changes;
  const auto title = [&](std::string name) {
    name = name.substr(0, name.find('@'));
    const Signal* signal = statement.assessment.pack().find_signal(name);
    return "\"" + (signal == nullptr ? name : signal->title) + "\"";
  };
  for (const std::string& item : difference(after.basis, before.basis)) {
    const std::string what = item.substr(item.find(':') + 1);
    if (item.starts_with("active:")) changes.push_back("New: " + title(what) + ".");
    if (item.starts_with("blind:")) changes.push_back("Not known any more: " + title(what) + ".");
    if (item.starts_with("lapsed:"))
      changes.push_back("The evidence behind " + title(what) +
                        " has lapsed: nothing is known since " + what.substr(what.find('@') + 1) +
                        ".");
    if (item.starts_with("start:"))
      changes.push_back("The episode is now seen to have begun on " + what + ".");
  }
  for (const std::string& item : difference(before.basis, after.basis)) {
    const std::string what = item.substr(item.find(':') + 1);
    const bool blind = std::binary_search(after.basis.begin(), after.basis.end(), "blind:" + what);
    if (item.starts_with("active:") && !blind)
      changes.push_back("No longer counted: " + title(what) + ".");
    const bool active =
        std::binary_search(after.basis.begin(), after.basis.end(), "active:" + what);
    if (item.starts_with("blind:") && !active)
      changes.push_back("Known again: " + title(what) + ".");
  }
  return changes;
}

AlertRevision Ledger::compose(const Statement& statement, RevisionKind kind, Level level) const {
  const Assessment& assessment = statement.assessment;
  const Pack& pack = assessment.pack();
  AlertRevision out;
  out.kind = kind;
  out.level = level;
  out.level_name = statement.pattern.names[static_cast<std::size_t>(level)];
  out.pack = pack.name;
  out.pack_version = pack.version;
  out.pattern = statement.pattern.name;
  out.title = statement.pattern.title;
  out.region = statement.region.code;
  out.region_name = region_name(statement.region);
  out.issued = statement.now;
  out.tick = statement.tick();
  out.episode_start = statement.episode.start;
  if (!statement.episode.lasts()) out.episode_end = statement.episode.end;
  out.skill = pack.skill;
  out.illustrative = options_.illustrative;
  for (const RegionId basin : statement.pattern.share)
    out.shared_with.push_back(catalogue_.regions.at(basin).code);
  std::sort(out.shared_with.begin(), out.shared_with.end());

  const PatternExplained explained = explain_pattern(
      assessment, statement.place.region, statement.place.pattern, out.tick, Telling::kStatement);
  out.dimensions_true = explained.dimensions_true;
  out.dimensions_unknown = explained.dimensions_unknown;
  out.outlook = explained.outlook;
  out.certainty = explained.certainty;
  const Scene scene = assessment.pattern_scene(statement.place.region, statement.pattern);
  for (const std::uint32_t i : statement.pattern.told) {
    if (!assessment.stands(statement.place.region, pack.signals[i])) continue;
    SignalExplained signal =
        explain_signal(assessment, statement.place.region, i, out.tick, Telling::kStatement);
    const Tri active = signal_active(scene, i, out.tick);
    if (active == Tri::kTrue) {
      out.tlp = std::max(out.tlp, signal.tlp);
      for (const Leaf& leaf : pack.signals[i].when.leaves)
        if (!leaf.reads_events)
          if (const auto& target = catalogue_.find(leaf.indicator)->sdg_target; !target.empty())
            out.sdg_targets.push_back(target);
      if (signal.evidence.state != "on")
        signal.evidence.sentence += " It was on within the last " +
                                    to_string(statement.pattern.window) + " and still counts.";
    }
    out.evidence.push_back(std::move(signal.evidence));
  }
  sort_unique(out.sdg_targets);
  for (const auto& advice : statement.pattern.advise)
    if (level >= advice.least && !closes(kind)) out.advice.push_back(advice.advice);
  if (!closes(kind)) out.basis = basis_of(statement);
  return out;
}

}  // namespace tocsin
