#include "rules/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/sorted.h"
#include "rules/phrase.h"
#include "rules/teller.h"
#include "rules/wanted.h"

namespace tocsin {
namespace {

std::string english(const std::map<std::string, std::string>& names, const std::string& fallback) {
  const auto found = names.find("en");
  return found == names.end() ? fallback : found->second;
}

void add_sources(const Scene& scene, const Teller& teller, Telling telling, SignalExplained& out) {
  teller.each_look([&](const Read& read) {
    if (telling == Telling::kWhole)
      out.records.insert(out.records.end(), read.identities.begin(), read.identities.end());
    out.tlp = std::max(out.tlp, read.tlp);
    if (read.source.number() == 0) return;
    const Source& source = *scene.catalogue.find(read.source);
    auto& sources = out.evidence.sources;
    const auto known = std::find_if(sources.begin(), sources.end(),
                                    [&](const EvidenceSource& s) { return s.key == source.key; });
    if (known != sources.end()) return;
    sources.push_back({source.key, english(source.names, source.key), source.citation,
                       source.reliability, read.covered_until});
  });
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// The first tick of the stretch of equal (on, known) that holds `tick`; nullopt when it was never
// known: the beginning of the record is no day on which anything happened.
std::optional<Day> since(const SignalTrack& track, Day tick) {
  auto index = track.index_at(tick);
  if (index < 0) return std::nullopt;
  const auto state = [&](std::ptrdiff_t i) {
    const SignalRun& run = track.runs[static_cast<std::size_t>(i)];
    return std::pair(run.on, run.on || run.known);
  };
  const auto now = state(index);
  while (index > 0 && state(index - 1) == now) --index;
  if (index == 0 && now == std::pair(false, false)) return std::nullopt;
  return track.runs[static_cast<std::size_t>(index)].start;
}

std::string lasting(std::int32_t days) {
  return days == 0 ? "" : fmt::format("for {} day{}", days, days == 1 ? "" : "s");
}

// "Turns on once ... .", "Clears once ... .": what is still wanted, and for how long.
std::string once(std::string_view begin, const Wanted& wanted, std::int32_t days) {
  std::string out = std::string(begin) + " once ";
  if (wanted.kind == Wanted::Kind::kMet) {
    if (days == 0) return "";
    return out + "this has held " + lasting(days) + ".";
  }
  out += say(wanted);
  if (wanted.rest_is_so) out += "; what else it takes is so now";
  if (days > 0) out += "; and all of it holds " + lasting(days);
  return out + ".";
}

// "; once on, it stays on until 31 December 2024".
std::string latched(const Latch& latch, Day onset, Day tick) {
  const Day until = latch.until(onset);
  if (tick >= until) return "";
  return "; once on, it stays on until " + plain_day(until - 1) +
         (latch.season && latch.released ? ", or until it clears" : "");
}

std::string change_of(const Scene& scene, const Signal& signal, const SignalTrack& track, bool on,
                      Day tick) {
  const Stand stand{tick};
  if (on && signal.latch && signal.latch->season && signal.clear.empty())
    if (const Day until = signal.latch->until(onset_of(track, tick)); tick < until)
      return "Ends with the season " + signal.latch->season->name() + ", on " + plain_day(until) +
             ".";
  const bool by_clear = on && !signal.clear.empty();
  const Expression& condition = by_clear ? signal.clear : signal.when;
  const Teller teller(scene, condition, stand);
  return once(on ? "Clears" : "Turns on",
              wanted(teller, condition.root, !on || by_clear, Now::kLeftOut),
              on ? signal.linger_days : signal.for_days);
}

}  // namespace

std::string signal_reading(const Assessment& assessment, RegionId region, std::uint32_t signal,
                           Day tick) {
  const Signal& rule = assessment.pack().signals[signal];
  const Scene scene = assessment.signal_scene(region, rule);
  return Teller(scene, rule.when, Stand{tick}).reading();
}

SignalExplained explain_signal(const Assessment& assessment, RegionId region, std::uint32_t signal,
                               Day tick, Telling telling) {
  require(assessment.folds(region), "a signal is explained where it is folded");
  const Signal& rule = assessment.pack().signals[signal];
  const Scene scene = assessment.signal_scene(region, rule);
  const Stand stand{tick};
  const Teller when(scene, rule.when, stand);
  const SignalTrack& track = assessment.signal_track(region, signal);
  const SignalRun* run = track.at(tick);
  const bool on = run != nullptr && run->on;
  const bool known = run != nullptr && run->known;

  SignalExplained out;
  out.evidence.signal = rule.name;
  out.evidence.title = rule.title;
  out.evidence.dimension = scene.catalogue.dimensions[rule.dimension.number()].code;
  out.evidence.state = on ? "on" : known ? "off" : "unknown";
  out.evidence.since = since(track, tick);
  out.evidence.reference = scene.pack.cited(rule.reference);
  if (telling == Telling::kWhole) out.when = when.tree(rule.when.root);
  std::string sentence = when.sentence(rule.when.root);
  if (on && when.truth(rule.when.root) != Tri::kTrue && !rule.clear.empty()) {
    const Teller clear(scene, rule.clear, stand);
    sentence += fmt::format("; it stays on until it clears: {}", clear.sentence(rule.clear.root));
  }
  if (on && rule.latch) sentence += latched(*rule.latch, onset_of(track, tick), tick);
  if (on && !known) sentence += "; whether it still holds is not known";
  out.evidence.sentence = capitalised(sentence) + ".";
  out.evidence.change = change_of(scene, rule, track, on, tick);
  Horizon horizon;
  evaluate(scene, rule.when, tick, horizon);
  if (known) out.evidence.evidence_day = Day(horizon.evidence_at(tick));
  out.reading = when.reading();
  add_sources(scene, when, telling, out);
  if (!rule.clear.empty()) {
    const Teller clear(scene, rule.clear, stand);
    if (telling == Telling::kWhole) out.clear = clear.tree(rule.clear.root);
    add_sources(scene, clear, telling, out);
  }
  sort_unique(out.records);
  return out;
}

PatternExplained explain_pattern(const Assessment& assessment, RegionId region,
                                 std::uint32_t pattern, Day tick, Telling telling) {
  require(assessment.judges(region, pattern), "a pattern is explained where it is judged");
  const Pattern& rule = assessment.pack().patterns[pattern];
  const Scene scene = assessment.pattern_scene(region, rule);
  PatternExplained out;
  if (const PatternRun* run = assessment.pattern_track(region, pattern).at(tick)) {
    out.level = run->level;
    out.possible = run->possible;
  }
  Level surely = Level::kNone;
  for (const Level level : {Level::kWatch, Level::kWarning, Level::kEmergency}) {
    const Expression& condition = rule.levels[static_cast<std::size_t>(level)];
    if (condition.empty()) continue;
    const Teller teller(scene, condition, Stand{tick});
    if (telling == Telling::kWhole) out.levels.emplace_back(level, teller.tree(condition.root));
    if (teller.truth(condition.root) == Tri::kTrue) {
      surely = level;
    } else if (level > out.level) {
      // One sentence a level: what is joined by `and` is never told apart.
      out.outlook.push_back(once(capitalised(rule.called(level)) + " is reached",
                                 wanted(teller, condition.root, true, Now::kTold), 0));
    }
  }
  std::vector<DimensionId> dimensions;
  for (const std::uint32_t i : rule.told)
    if (const Signal& signal = scene.pack.signals[i]; signal.stance == Stance::kThreat)
      dimensions.push_back(signal.dimension);
  sort_unique(dimensions);
  for (const DimensionId dimension : dimensions) {
    Tri active = Tri::kFalse;
    for (const std::uint32_t i : rule.told) {
      const Signal& signal = scene.pack.signals[i];
      if (signal.dimension != dimension || signal.stance != Stance::kThreat) continue;
      active = active || signal_active(scene, i, tick);
    }
    const std::string& code = scene.catalogue.dimensions[dimension.number()].code;
    if (active == Tri::kTrue) out.dimensions_true.push_back(code);
    if (active == Tri::kUnknown) out.dimensions_unknown.push_back(code);
  }
  std::sort(out.dimensions_true.begin(), out.dimensions_true.end());
  std::sort(out.dimensions_unknown.begin(), out.dimensions_unknown.end());
  if (out.level != Level::kNone && rule.linger_days > 0)
    out.outlook.push_back(fmt::format(
        "The level falls once its condition has not held for {} days that are fully known.",
        rule.linger_days));
  out.certainty = surely < out.level               ? "possible"
                  : out.dimensions_unknown.empty() ? "observed"
                                                   : "likely";
  return out;
}

std::string render(const Explained& explained, int indent) {
  std::string out(static_cast<std::size_t>(indent) * 2, ' ');
  out += explained.text + "  =  " + explained.value;
  if (!explained.detail.empty()) out += "   [" + explained.detail + "]";
  out += '\n';
  for (const Explained& part : explained.parts) out += render(part, indent + 1);
  return out;
}

}  // namespace tocsin
