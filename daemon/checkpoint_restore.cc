#include <fmt/format.h>

#include <algorithm>

#include "daemon/checkpoint.h"
#include "model/claim.h"
#include "model/sorted.h"

namespace tocsin {
namespace {

Error damaged(const std::string& what) {
  return {ErrorCode::kCorrupt,
          "the derived state is damaged: " + what +
              ". It can be made anew from the records (tocsind --rebuild), but look at the disk: "
              "a row is seldom the only thing damaged"};
}

}  // namespace

Result<Checkpoint::Restored> Checkpoint::restore() {
  Restored out;
  const auto bytes = store_.state(kCheckpointHeadKey);
  if (!bytes) return tl::unexpected(bytes.error());
  drop_ = true;
  if (!*bytes) {
    out.why = "there is no checkpoint";
    return out;
  }
  const auto head = decode_checkpoint_head(**bytes);
  if (!head) return tl::unexpected(damaged(head.error().message));
  if (head->fingerprint != fingerprint_) {
    out.why = "the checkpoint was made by other rules, another configuration or another program";
    return out;
  }
  if (head->position > store_.head().sequence)
    return tl::unexpected(
        damaged(fmt::format("the checkpoint is of journal entry {}, the journal ends at {}",
                            head->position, store_.head().sequence)));
  drop_ = false;
  if (auto rows = restore_rows(*head); !rows) return tl::unexpected(rows.error());
  head_ = *head;
  complete_ = head->position;
  auto before = restore_replaced();
  if (!before) return tl::unexpected(before.error());
  const auto changed = restore_tail(*std::move(before));
  if (!changed) return tl::unexpected(changed.error());
  out.found = true;
  out.position = complete_;
  out.tail = *changed;
  records_since_ = *changed;
  return out;
}

Result<void> Checkpoint::restore_rows(const CheckpointHead& head) {
  Dataset& data = engine_.data();
  const std::span<Assessment> assessments = engine_.assessments();
  StateRow newest;  // of the region that is being read
  RegionRowKey at;
  std::uint32_t last_generation = head.generation;
  const auto put_in = [&]() -> Result<void> {
    if (at.generation == 0) return {};
    auto row = decode_region_row(at.region, newest.value);
    if (!row) return tl::unexpected(damaged(row.error().message));
    if (row->past.generation != 0) {
      const auto past = store_.state(past_row_key({at.region, row->past.generation}));
      if (!past) return tl::unexpected(past.error());
      if (!*past)
        return tl::unexpected(damaged(
            fmt::format("the past observations of region {} are missing", at.region.number())));
      if (auto added = add_past(at.region, **past, *row); !added)
        return tl::unexpected(damaged(added.error().message));
    }
    if (at.region.number() >= generation_of_.size() || row->tracks.size() != assessments.size())
      return tl::unexpected(damaged(fmt::format("region {} is not known", at.region.number())));
    data.restore_region(at.region, std::move(row->content));
    for (std::size_t i = 0; i < assessments.size(); ++i) {
      RegionTracks& tracks = row->tracks[i];
      const Pack& pack = assessments[i].pack();
      if (!std::ranges::binary_search(assessments[i].folded(), at.region)) continue;
      if (tracks.signals.size() != pack.signals.size() ||
          tracks.base.size() != pack.patterns.size() ||
          tracks.levels.size() != pack.patterns.size())
        return tl::unexpected(
            damaged(fmt::format("region {} has not the tracks of its pack", at.region.number())));
      assessments[i].restore(at.region, std::move(tracks));
    }
    generation_of_[at.region.number()] = at.generation;
    past_[at.region.number()] = row->past;
    return {};
  };
  auto read = store_.for_each_state(kRegionRowPrefix, [&](const StateRow& row) -> Result<void> {
    const auto key = parse_region_row_key(row.key);
    if (!key) return tl::unexpected(damaged(key.error().message));
    if (key->generation > head.generation) {
      // Of a checkpoint that was cut off: its number is not given again before the row is gone.
      last_generation = std::max(last_generation, key->generation);
      superseded_.push_back(row.key);
      superseded_.push_back(past_row_key(*key));
      return {};
    }
    if (key->region != at.region) {
      if (auto put = put_in(); !put) return put;
    } else if (at.generation != 0) {
      superseded_.push_back(newest.key);
    }
    at = *key;
    newest = row;
    return {};
  });
  if (!read) return read;
  if (auto put = put_in(); !put) return put;
  for (const Assessment& assessment : assessments)
    for (const RegionId region : assessment.folded())
      if (generation_of_[region.number()] == 0)
        return tl::unexpected(damaged(fmt::format("region {} has no row", region.number())));
  data.restore_event_count(head.events);
  engine_.resume(head.today);
  last_generation_ = last_generation;
  return {};
}

// The revisions that the checkpoint holds of identities that changed after it.
Result<Checkpoint::Replaced> Checkpoint::restore_replaced() {
  Replaced before;
  auto read = store_.for_each_state(kReplacedPrefix, [&](const StateRow& row) -> Result<void> {
    auto replaced = decode_replaced(row.key, row.value);
    if (!replaced) return tl::unexpected(damaged(replaced.error().message));
    kept_.push_back({row.key, replaced->replaced});
    LatestRevision& revision = replaced->revision;
    if (revision.journal_sequence > complete_ || replaced->replaced <= complete_) return {};
    const Identity identity{revision.source, revision.identity};
    before.emplace(identity, std::move(revision));
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return before;
}

// How many identities changed after the checkpoint.
Result<std::uint64_t> Checkpoint::restore_tail(Replaced before) {
  std::vector<Identity> identities;
  auto read = store_.for_each_state(kChangedPrefix, [&](const StateRow& row) -> Result<void> {
    const auto sequence = parse_changed_key(row.key);
    if (!sequence) return tl::unexpected(damaged(sequence.error().message));
    kept_.push_back({row.key, *sequence});
    if (*sequence <= complete_) return {};
    const auto changed = decode_changed(row.value);
    if (!changed) return tl::unexpected(damaged(changed.error().message));
    identities.insert(identities.end(), changed->begin(), changed->end());
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  sort_unique(identities);
  constexpr std::size_t kTogether = 4'096;
  for (std::size_t begin = 0; begin < identities.size(); begin += kTogether) {
    const std::size_t count = std::min(kTogether, identities.size() - begin);
    auto latest = store_.latest(std::span(identities).subspan(begin, count));
    if (!latest) return tl::unexpected(latest.error());
    for (std::size_t i = 0; i < count; ++i) {
      auto& revision = (*latest)[i];
      if (!revision || revision->journal_sequence <= complete_)
        return tl::unexpected(
            damaged("an identity that changed after the checkpoint has no later revision"));
      const auto found = before.find(identities[begin + i]);
      Change change;
      if (found != before.end()) change.before = std::move(found->second);
      change.after = *std::move(revision);
      if (change.before && !engine_.data().holds(*change.before))
        return tl::unexpected(damaged("a revision that was replaced is not in its region's row"));
      engine_.recover(change);
    }
  }
  std::ranges::sort(kept_, {}, &Kept::needed_before);
  return identities.size();
}

}  // namespace tocsin
