// The counters of fates against a journal whose beginning is gone.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "daemon/verify.h"
#include "ingest/feed.h"
#include "ingest/wire.h"

namespace tocsin {
namespace {

std::uint64_t sum_of(const std::map<SourceId, FateTotals>& fates) {
  std::uint64_t sum = 0;
  for (const auto& [source, totals] : fates)
    for (const std::uint64_t count : totals) sum += count;
  return sum;
}

// Whether frames were taken, as the pipeline decides it, where nobody knows any more which frame
// was the last before: the first of each epoch is believed.
class Positions {
 public:
  bool takes(const RecordsInput& frame) {
    if (frame.sequence == 0) return true;  // part of a frame
    const auto [at, is_first] =
        durable_.try_emplace({frame.producer, frame.epoch}, frame.sequence - 1);
    const bool follows = frame.sequence == at->second + 1 ||
                         (is_feed_epoch(frame.epoch) && frame.sequence > at->second);
    if (follows) at->second = frame.sequence;
    return follows;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t> durable_;
};

// What an entry says of how this process runs, limits of frames and records included; nullptr when
// it brings no configuration.
const std::string* settings_of(const JournalEntry& entry) {
  for (const Input& input : entry.inputs)
    if (const auto* content = std::get_if<ContentInput>(&input);
        content != nullptr && content->kind == "config" && content->name == "tocsind.yaml")
      return &content->content;
  return nullptr;
}

}  // namespace

// Every record of a frame that was taken has one fate, which was counted in the commit of its
// entry: so many were counted since the mark as the journal has records since.
Result<void> verify_counters(const Store& store, const Loaded& loaded, VerifyReport& report) {
  const auto begin = store.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  if (!*begin) return {};
  const JournalMark& mark = **begin;
  WireParser parser(
      WireLimits{static_cast<std::size_t>(loaded.settings.ingest.limits.record_bytes),
                 static_cast<std::size_t>(loaded.settings.ingest.limits.frame_records)});
  // The limits are those of today; where they were others, records were told apart otherwise.
  const auto in_force = store.configuration_sequence().and_then(
      [&](std::uint64_t sequence) { return store.journal(sequence); });
  if (!in_force) return tl::unexpected(in_force.error());
  const std::string* limits = settings_of(*in_force);
  Positions positions;
  std::uint64_t records = 0, refused = 0, configured = 0;
  auto read = store.for_each_journal(
      mark.sequence + 1, [&](std::uint64_t sequence, const JournalEntry& entry) -> Result<void> {
        const std::string* brought = settings_of(entry);
        if (brought != nullptr && limits != nullptr && *brought != *limits) configured = sequence;
        for (const Input& input : entry.inputs) {
          const auto* frame = std::get_if<RecordsInput>(&input);
          if (frame == nullptr) continue;
          if (!positions.takes(*frame)) {
            ++refused;
            continue;
          }
          parser.for_each_record(frame->payload,
                                 [&](std::size_t, std::string_view, ParsedRecord&&) { ++records; });
        }
        return {};
      });
  if (!read) return read;
  const auto first = store.journal(mark.configuration);
  if (!first) return tl::unexpected(first.error());
  const std::string* brought = settings_of(*first);
  if (brought != nullptr && limits != nullptr && *brought != *limits)
    configured = std::max(configured, mark.configuration);
  const std::uint64_t before = sum_of(mark.fates), now = sum_of(store.fates());
  const std::uint64_t counted = now - std::min(before, now);
  if (counted == records) {
    report.proved.push_back(
        fmt::format("counters: the journal from entry {} on has {} records, and so many fates were "
                    "counted since",
                    mark.sequence + 1, records));
  } else if (refused > 0 || configured > 0) {
    report.notes.push_back(fmt::format(
        "counters: {} fates were counted since entry {}, the journal has {} records since; not "
        "proved, because {}",
        counted, mark.sequence, records,
        refused > 0
            ? fmt::format("{} frames in it were not taken and the first of them may have been "
                          "others",
                          refused)
            : fmt::format("entry {} brought other settings than hold now", configured)));
  } else {
    report.add(
        {"meta", "fates of all sources",
         fmt::format("{} since entry {}, as the journal has records", records, mark.sequence),
         std::to_string(counted)});
  }
  report.notes.push_back(
      "not proved: which fate each record had, what was said of it and which older revisions it "
      "replaced; that stands on records from before the cut");
  return {};
}

}  // namespace tocsin
