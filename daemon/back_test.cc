#include "daemon/back_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <variant>

#include "daemon/retention.h"
#include "daemon/scenario/playback.h"

namespace tocsin {
namespace {

class Run {
 public:
  explicit Run(Playback playback) : playback_(std::move(playback)) {}

  Playback& playback() { return playback_; }

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
  Playback playback_;
  std::map<Hash128, AlertSpan> spans_;
};

}  // namespace

Result<std::vector<History>> run_history(const Store& store, const Catalogue& catalogue,
                                         Day history_begins, std::vector<std::vector<Pack>> lists) {
  const auto begin = store.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  if (*begin)
    return fail(ErrorCode::kConflict,
                fmt::format("the journal begins after entry {}, on {}: retention let go of what "
                            "was before, so what rules would have said is not known",
                            (*begin)->sequence, format_day((*begin)->day)));
  std::vector<Run> runs;
  for (std::vector<Pack>& packs : lists) {
    PlaybackOptions options;
    options.engine.history_begins = history_begins;
    runs.emplace_back(Playback(catalogue, std::move(packs), options));
  }
  History told;
  const auto take = [&](const RecordsInput& records, ProcessingTime now) {
    const Producer* producer = catalogue.find_producer(records.producer);
    for (Run& run : runs)
      if (producer != nullptr) run.playback().take(*producer, records.payload, now);
  };
  auto done =
      store.for_each_journal(1, [&](std::uint64_t, const JournalEntry& entry) -> Result<void> {
        for (const Input& input : entry.inputs) {
          if (const auto* records = std::get_if<RecordsInput>(&input)) take(*records, entry.now);
          if (const auto* horizon = std::get_if<HorizonInput>(&input);
              horizon != nullptr && horizon->horizon == kLatenessHorizon)
            for (Run& run : runs) run.playback().move_lateness_horizon(horizon->day);
          told.released += std::holds_alternative<QuarantineReleaseInput>(input) ? 1u : 0u;
        }
        for (Run& run : runs) run.hear(run.playback().state(entry.now));
        if (told.entries++ == 0) told.first = day_of(entry.now);
        told.last = day_of(entry.now);
        return {};
      });
  if (!done) return tl::unexpected(done.error());
  std::vector<History> out;
  for (const Run& run : runs) {
    out.push_back(told);
    out.back().alerts = run.alerts();
  }
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
