#include "daemon/back_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <variant>

#include "daemon/retention.h"

namespace tocsin {
namespace {

// The alerts that one playback speaks of.
class Heard {
 public:
  void hear(const Statements& said) {
    for (const AlertRevision& revision : said.revisions) {
      AlertSpan& span = spans_[revision.alert];
      if (revision.number == 1) {
        span.region = revision.region;
        span.pattern = revision.pattern;
        span.title = revision.title;
        span.raised = day_of(revision.issued);
      }
      span.highest = std::max(span.highest, revision.level);
      span.ended = closes(revision.kind) ? day_of(revision.issued) : kDayNever;
    }
  }

  std::vector<AlertSpan> alerts() const {
    std::vector<AlertSpan> out;
    for (const auto& [id, span] : spans_) out.push_back(span);
    std::ranges::sort(out, {},
                      [](const AlertSpan& e) { return std::tie(e.region, e.pattern, e.raised); });
    return out;
  }

 private:
  std::map<Hash128, AlertSpan> spans_;
};

}  // namespace

Result<JournalPlayed> play_journal(
    const Store& store, const Catalogue& catalogue, std::optional<ProcessingTime> until,
    std::span<Playback> playbacks,
    const std::function<void(std::size_t which, const Statements& said)>& heard) {
  const auto begin = store.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  if (*begin)
    return fail(ErrorCode::kConflict,
                fmt::format("the journal begins after entry {}, on {}: retention let go of what "
                            "was before, so what was known then is not known any more",
                            (*begin)->sequence, format_day((*begin)->day)));
  JournalPlayed out;
  const auto play = [&](const Input& input, ProcessingTime now) {
    if (const auto* records = std::get_if<RecordsInput>(&input)) {
      const Producer* producer = catalogue.find_producer(records->producer);
      for (Playback& playback : playbacks)
        if (producer != nullptr) playback.take(*producer, records->payload, now);
    }
    if (const auto* horizon = std::get_if<HorizonInput>(&input);
        horizon != nullptr && horizon->horizon == kLatenessHorizon)
      for (Playback& playback : playbacks) playback.move_lateness_horizon(horizon->day);
    out.released += std::holds_alternative<QuarantineReleaseInput>(input) ? 1u : 0u;
  };
  auto done =
      store.for_each_journal(1, [&](std::uint64_t, const JournalEntry& entry) -> Result<void> {
        if (until && *until < entry.now) return {};
        for (const Input& input : entry.inputs) play(input, entry.now);
        if (heard)
          for (std::size_t i = 0; i < playbacks.size(); ++i)
            heard(i, playbacks[i].state(entry.now));
        if (out.entries++ == 0) out.first = day_of(entry.now);
        out.last = day_of(entry.now);
        return {};
      });
  if (!done) return tl::unexpected(done.error());
  return out;
}

Result<std::vector<History>> run_history(const Store& store, const Catalogue& catalogue,
                                         Day history_begins, std::vector<std::vector<Pack>> lists) {
  std::vector<Playback> playbacks;
  for (std::vector<Pack>& packs : lists) {
    PlaybackOptions options;
    options.engine.history_begins = history_begins;
    playbacks.emplace_back(catalogue, std::move(packs), options);
  }
  std::vector<Heard> heard(lists.size());
  const auto played =
      play_journal(store, catalogue, std::nullopt, playbacks,
                   [&](std::size_t which, const Statements& said) { heard[which].hear(said); });
  if (!played) return tl::unexpected(played.error());
  std::vector<History> out;
  for (const Heard& one : heard) out.push_back({one.alerts(), *played});
  return out;
}

HistoryChange compare_histories(std::span<const AlertSpan> before,
                                std::span<const AlertSpan> after) {
  HistoryChange out;
  out.before = before.size();
  out.after = after.size();
  std::vector<bool> met(after.size());
  const auto find = [&](const auto& fits) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < after.size(); ++i)
      if (!met[i] && fits(after[i])) return i;
    return std::nullopt;
  };
  std::vector<AlertSpan> differing;
  for (const AlertSpan& was : before) {
    const auto same = find([&](AlertSpan is) {
      is.title = was.title;  // words
      return is == was;
    });
    if (same) met[*same] = true;
    out.same += same ? 1u : 0u;
    if (!same) differing.push_back(was);
  }
  for (const AlertSpan& was : differing) {
    const auto moved = find([&](const AlertSpan& is) {
      return is.region == was.region && is.pattern == was.pattern && is.raised <= was.ended &&
             was.raised <= is.ended;
    });
    if (moved) met[*moved] = true;
    out.changes.push_back(moved ? AlertChange{AlertChange::Kind::kMoved, was, after[*moved]}
                                : AlertChange{AlertChange::Kind::kLost, was, std::nullopt});
  }
  for (std::size_t i = 0; i < after.size(); ++i)
    if (!met[i]) out.changes.push_back({AlertChange::Kind::kGained, std::nullopt, after[i]});
  std::ranges::stable_sort(out.changes, {}, [](const AlertChange& change) {
    const AlertSpan& of = change.before ? *change.before : *change.after;
    return std::tuple(of.region, of.pattern, of.raised);
  });
  return out;
}

}  // namespace tocsin
