#include "tests/support/ledger_run.h"

#include <fmt/format.h>

#include <algorithm>

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

bool stands(const twin::Signal& signal, const Region& region) {
  return signal.at.empty() ||
         std::find(signal.at.begin(), signal.at.end(), region.kind) != signal.at.end();
}

std::vector<Pack> one(Pack pack) {
  std::vector<Pack> packs;
  packs.push_back(std::move(pack));
  return packs;
}

}  // namespace

LedgerRun::LedgerRun(const Catalogue& catalogue, Pack pack, const twin::Pack& twin, Day begin)
    : catalogue_(catalogue),
      engine_(catalogue, one(std::move(pack)), {begin, LedgerOptions{}}),
      twin_(twin),
      begin_(begin) {}

void LedgerRun::receive(const LatestRevision& arrival) {
  if (const auto change = latest_.admit(arrival)) engine_.apply(*change);
}

std::vector<twin::NamedTicks> LedgerRun::signals_in(const Assessment& assessment,
                                                    const Assessment::Moved& at) const {
  std::vector<twin::NamedTicks> signals;
  const std::vector<std::uint32_t>& told = assessment.pack().patterns[at.pattern].told;
  for (std::uint32_t s = 0; s < assessment.pack().signals.size(); ++s)
    signals.push_back({twin_.signals[s].name, signal_ticks(assessment, at.region, s),
                       !stands(twin_.signals[s], catalogue_.regions.at(at.region)),
                       std::ranges::binary_search(told, s)});
  return signals;
}

LedgerRun::Place& LedgerRun::place_of(const Assessment::Moved& at) {
  return places_
      .try_emplace(
          {at.region, at.pattern},
          Place{twin::Ledger(begin_, catalogue_, twin_, at.pattern, at.region, board_), {}, {}})
      .first->second;
}

// Of each place of the assessment, in order.
std::vector<twin::Ledger::Commit> LedgerRun::ask_twin(const Assessment& assessment) {
  std::vector<twin::Ledger::Commit> out;
  for (const Assessment::Moved& at : assessment.places())
    out.push_back(place_of(at).twin.follow_all(pattern_ticks(assessment, at.region, at.pattern),
                                               signals_in(assessment, at), now_));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Assessment::Moved& at = assessment.places()[i];
    place_of(at).twin.begin_new(signals_in(assessment, at), now_, out[i]);
  }
  return out;
}

std::optional<ProcessingTime> LedgerRun::twin_due() const {
  std::optional<ProcessingTime> due;
  for (const auto& [at, place] : places_)
    for (const ProcessingTime time : place.twin.dues())
      if (time > now_ && (!due || time < *due)) due = time;
  return due;
}

std::string LedgerRun::words(Place& place, const AlertRevision& revision) const {
  const auto [number, is_new] = place.numbers.emplace(revision.alert, place.numbers.size());
  std::string out =
      fmt::format("{} {} {} {}", name_of(revision.kind), number->second, name_of(revision.level),
                  span_of(revision.episode_start, revision.episode_end));
  if (is_new != (revision.number == 1)) out += " (identity)";
  const auto before = place.last.find(revision.alert);
  if (revision.number != (before == place.last.end() ? 1 : before->second.number + 1))
    out += " (number)";
  if (revision.kind == RevisionKind::kMerged)
    for (const auto& [alert, of_alert] : place.numbers)
      if (alert.hex() == revision.merged_into) out += fmt::format(" into {}", of_alert);
  place.last[revision.alert] = revision;
  return out;
}

// An `updated`, or a proposal made again, that says only that figures were corrected: the naive
// ledger doesn't look at them.
bool LedgerRun::only_corrected(const Place& place, const AlertRevision& revision) const {
  const auto before = place.last.find(revision.alert);
  if (before == place.last.end() || before->second.basis != revision.basis) return false;
  return revision.kind == RevisionKind::kUpdated ||
         (revision.kind == RevisionKind::kProposed &&
          before->second.kind == RevisionKind::kProposed && before->second.level == revision.level);
}

LedgerRun::Commit LedgerRun::commit(Day today, std::optional<ProcessingTime> now) {
  now_ = now.value_or(
      std::max(start_of<ProcessingTime>(today), ProcessingTime(now_.milliseconds() + 1)));
  const Statements statements = engine_.state(now_);
  const Assessment& assessment = engine_.assessments().front();
  const std::vector<twin::Ledger::Commit> of_twin = ask_twin(assessment);
  Commit out;
  for (const Assessment::Moved& at : assessment.places()) {
    const auto& pattern = assessment.pack().patterns[at.pattern];
    const std::string& region = catalogue_.regions.at(at.region).code;
    Place& place = place_of(at);
    std::string engine_says, twin_says;
    for (const AlertRevision& revision : statements.revisions) {
      if (revision.region != region || revision.pattern != pattern.name) continue;
      const bool corrected = only_corrected(place, revision);
      const std::string text = words(place, revision);
      ++occurred_[corrected ? "updated: figures corrected" : std::string(name_of(revision.kind))];
      if (!corrected) append(engine_says, text);
    }
    // By kind: the order of notes in one commit says nothing.
    std::string past_notes, held_notes;
    for (const std::string& note : statements.notes) {
      if (field(note, "region") != region || field(note, "pattern") != pattern.name) continue;
      const std::string kind = field(note, "note");
      if (kind == "held-back") {
        append(held_notes, fmt::format("held by {} {} {}", field(note, "why"), field(note, "level"),
                                       field(note, "start")));
        ++occurred_["held back: " + field(note, "why")];
      } else if (kind == "episode-past") {
        append(past_notes, "note " + field(note, "start") + ".." + field(note, "end"));
        ++occurred_["note of a past episode"];
      } else {
        append(engine_says, "note of a withdrawal");
        ++occurred_["note of a withdrawal"];
      }
    }
    for (const std::string& notes : {past_notes, held_notes})
      if (!notes.empty()) append(engine_says, notes);
    const twin::Ledger::Commit& wanted =
        of_twin[static_cast<std::size_t>(&at - assessment.places().data())];
    for (const auto& said : wanted.said) append(twin_says, tocsin::words(said));
    for (std::size_t i = 0; i < wanted.would_be_withdrawn; ++i)
      append(twin_says, "note of a withdrawal");
    for (const auto& noted : wanted.noted)
      append(twin_says, "note " + span_of(noted.start, noted.end));
    for (const auto& kept : wanted.kept)
      append(twin_says, fmt::format("held by {} {} {}", kept.why, name_of(kept.level),
                                    format_day(kept.start)));
    occurred_["split"] += wanted.splits;
    if (engine_says != twin_says && out.difference.empty())
      out.difference = fmt::format("{} in {} on {}:\n  engine {}\n  twin   {}\n  ticks  {}\n",
                                   pattern.name, region, format_day(today), engine_says, twin_says,
                                   to_text(pattern_ticks(assessment, at.region, at.pattern)));
    if (!engine_says.empty()) append(out.said, engine_says);
  }
  if (next_due() != twin_due() && out.difference.empty())
    out.difference = "the next proposal is due at another time on " + format_day(today) + "\n";
  return out;
}

}  // namespace tocsin
