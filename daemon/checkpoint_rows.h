#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/claim.h"
#include "model/result.h"
#include "rules/engine.h"
#include "storage/rows.h"

namespace tocsin {

// The rows of a checkpoint in the store's derived state, and their keys. Decoders take bytes that
// may be damaged and fail with kCorrupt.

// What the checkpoint as a whole stands for. There is at most one head; without it there is no
// checkpoint, whatever rows lie about.
struct CheckpointHead {
  // Of the engine's source, the rule packs and the configuration: tracks made by others are not
  // ours.
  std::string fingerprint;
  std::uint64_t position = 0;    // journal sequence up to which everything is in the rows
  std::uint32_t generation = 0;  // newest generation of rows that belongs to it
  Day today;                     // open tick of the folds at `position`
  std::uint64_t events = 0;
  friend bool operator==(const CheckpointHead&, const CheckpointHead&) = default;
};
inline constexpr std::string_view kCheckpointHeadKey = "h";
std::string encode(const CheckpointHead& head);
Result<CheckpointHead> decode_checkpoint_head(std::string_view bytes);

// One region's data and its tracks in every pack. A region has the row of its newest generation not
// above the head's; rows of later generations were cut off.
struct RegionRowKey {
  RegionId region;
  std::uint32_t generation = 0;
};
inline constexpr std::string_view kRegionRowPrefix = "r";
std::string region_row_key(const RegionRowKey& key);
Result<RegionRowKey> parse_region_row_key(std::string_view key);

// The older observations of a region stand in a row of their own, which is made anew only when one
// of them changed or when the newer ones have become many: else every month's turn would write all
// of history again.
struct PastFigures {
  std::uint32_t generation = 0;  // of that row; 0: there is none
  Day until = kDayMin;           // in it are those whose period ends by then
  bool holds(const Observed& observed) const { return generation != 0 && observed.end <= until; }
  friend bool operator==(const PastFigures&, const PastFigures&) = default;
};
inline constexpr std::string_view kPastRowPrefix = "p";
std::string past_row_key(const RegionRowKey& key);

struct RegionRow {
  PastFigures past;
  Dataset::RegionContent content;    // without the observations of the past
  std::vector<RegionTracks> tracks;  // by pack; empty when the region is not folded for the pack
};
// An observation, or a figure of a forecast, that was put in (`added`) or taken out.
template <class Figure>
struct FigureChange {
  SeriesKey series;
  Figure figure;
  bool added = true;
};
// Of one region, in their order.
struct RegionChanges {
  std::vector<FigureChange<Observed>> observations;
  std::vector<FigureChange<Predicted>> forecasts;
  std::size_t size() const { return observations.size() + forecasts.size(); }
};
// The row is its series and forecasts, as they were before the changes `since`, and the rest. What
// `past` holds is left out.
std::string encode_region_series(const Dataset& data, RegionId region,
                                 const RegionChanges& since = {}, const PastFigures& past = {});
std::string encode_region_rest(const Engine& engine, RegionId region);
// All the data of a region, without tracks.
std::string encode_region_content(const Dataset& data, RegionId region);
Result<RegionRow> decode_region_row(RegionId region, std::string_view bytes);

// What `past` holds, as it was before the changes `since`.
std::string encode_past(const Dataset& data, RegionId region, const RegionChanges& since,
                        const PastFigures& past);
// Puts the observations of a row of the past before those of `row`, which says until when it goes.
Result<void> add_past(RegionId region, std::string_view bytes, RegionRow& row);

// The identities that one commit after a checkpoint changed, by its journal sequence.
inline constexpr std::string_view kChangedPrefix = "t";
std::string changed_key(std::uint64_t sequence);
Result<std::uint64_t> parse_changed_key(std::string_view key);
std::string encode_changed(std::span<const LatestRevision> revisions);
Result<std::vector<Identity>> decode_changed(std::string_view bytes);

// A revision that gave way to a newer one after a checkpoint took it in: what a recovery takes out
// again. `replaced` is the journal sequence at which it gave way.
struct ReplacedRow {
  LatestRevision revision;
  std::uint64_t replaced = 0;
};
inline constexpr std::string_view kReplacedPrefix = "u";
std::string replaced_key(const LatestRevision& revision);
std::string encode(const ReplacedRow& row);
Result<ReplacedRow> decode_replaced(std::string_view key, std::string_view bytes);

}  // namespace tocsin
