#include "tests/support/ledger_run.h"

#include <fmt/format.h>

namespace tocsin {
namespace {

std::string span_of(Day start, std::optional<Day> end) {
  return format_day(start) + ".." + (end ? format_day(*end) : "");
}

std::string words(const twin::Said& said) {
  return fmt::format("{} {} {} {}{}", name_of(said.kind), said.alert, name_of(said.level),
                     span_of(said.start, said.end),
                     said.kind == RevisionKind::kMerged ? fmt::format(" into {}", said.into) : "");
}

void append(std::string& text, const std::string& more) {
  text += (text.empty() ? "" : "; ") + more;
}

// The text of `key` in a note.
std::string field(const std::string& note, const std::string& key) {
  const std::string before = "\"" + key + "\":\"";
  const std::size_t at = note.find(before);
  if (at == std::string::npos) return "";
  const std::size_t from = at + before.size();
  return note.substr(from, note.find('"', from) - from);
}

std::vector<Pack> one(Pack pack) {
  std::vector<Pack> packs;
  packs.push_back(std::move(pack));
  return packs;
}

}  // namespace

LedgerRun::LedgerRun(const Catalogue& catalogue, Pack pack, Day begin)
    : catalogue_(catalogue),
      engine_(catalogue, one(std::move(pack)), {begin, LedgerOptions{}}),
      begin_(begin) {}

void LedgerRun::receive(const LatestRevision& arrival) {
  if (const auto change = latest_.admit(arrival)) engine_.apply(*change);
}

twin::Ledger::Commit LedgerRun::ask_twin(const Assessment& assessment, const Assessment::Moved& at,
                                         Place& place) const {
  std::vector<twin::NamedTicks> signals;
  for (std::uint32_t s = 0; s < assessment.pack().signals.size(); ++s)
    signals.push_back({assessment.pack().signals[s].name, signal_ticks(assessment, at.region, s)});
  return place.twin.commit(pattern_ticks(assessment, at.region, at.pattern), signals);
}

std::string LedgerRun::words(Place& place, const AlertRevision& revision) const {
  const auto [number, is_new] = place.numbers.emplace(revision.alert, place.numbers.size());
  std::string out =
      fmt::format("{} {} {} {}", name_of(revision.kind), number->second, name_of(revision.level),
                  span_of(revision.episode_start, revision.episode_end));
  if (is_new != (revision.kind == RevisionKind::kRaised)) out += " (identity)";
  const auto before = place.last.find(revision.alert);
  if (revision.number != (before == place.last.end() ? 1 : before->second.number + 1))
    out += " (number)";
  if (revision.kind == RevisionKind::kMerged)
    for (const auto& [alert, of_alert] : place.numbers)
      if (alert.hex() == revision.merged_into) out += fmt::format(" into {}", of_alert);
  place.last[revision.alert] = revision;
  return out;
}

// An `updated` that says only that figures were corrected: the naive ledger doesn't look at them.
bool LedgerRun::only_corrected(const Place& place, const AlertRevision& revision) const {
  if (revision.kind != RevisionKind::kUpdated) return false;
  const auto before = place.last.find(revision.alert);
  return before != place.last.end() && before->second.basis == revision.basis;
}

LedgerRun::Commit LedgerRun::commit(Day today) {
  // Later than the last commit, and well within the day.
  const ProcessingTime now(start_of<ProcessingTime>(today).milliseconds() + ++commits_);
  const Statements statements = engine_.state(now);
  const Assessment& assessment = engine_.assessments().front();
  Commit out;
  for (const Assessment::Moved& at : assessment.places()) {
    const auto& pattern = assessment.pack().patterns[at.pattern];
    const std::string& region = catalogue_.regions.at(at.region).code;
    Place& place = places_
                       .try_emplace({at.region, at.pattern},
                                    Place{{begin_, pattern.window, pattern.lapse_days}, {}, {}})
                       .first->second;
    std::string engine_says, twin_says;
    for (const AlertRevision& revision : statements.revisions) {
      if (revision.region != region || revision.pattern != pattern.name) continue;
      const bool corrected = only_corrected(place, revision);
      const std::string text = words(place, revision);
      ++occurred_[corrected ? "updated: figures corrected" : std::string(name_of(revision.kind))];
      if (!corrected) append(engine_says, text);
    }
    for (const std::string& note : statements.notes) {
      if (field(note, "region") != region || field(note, "pattern") != pattern.name) continue;
      const bool past = field(note, "note") == "episode-past";
      append(engine_says, past ? "note " + field(note, "start") + ".." + field(note, "end")
                               : "note of a withdrawal");
      ++occurred_[past ? "note of a past episode" : "note of a withdrawal"];
    }
    const auto wanted = ask_twin(assessment, at, place);
    for (const auto& said : wanted.said) append(twin_says, tocsin::words(said));
    for (std::size_t i = 0; i < wanted.would_be_withdrawn; ++i)
      append(twin_says, "note of a withdrawal");
    for (const auto& noted : wanted.noted)
      append(twin_says, "note " + span_of(noted.start, noted.end));
    occurred_["split"] += wanted.splits;
    if (engine_says != twin_says && out.difference.empty())
      out.difference = fmt::format("{} in {} on {}:\n  engine {}\n  twin   {}\n  ticks  {}\n",
                                   pattern.name, region, format_day(today), engine_says, twin_says,
                                   to_text(pattern_ticks(assessment, at.region, at.pattern)));
    if (!engine_says.empty()) append(out.said, engine_says);
  }
  return out;
}

}  // namespace tocsin
