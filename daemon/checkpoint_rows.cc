#include "daemon/checkpoint_rows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/checkpoint_parts.h"
#include "storage/bytes.h"
#include "storage/codec.h"
#include "storage/keys.h"

namespace tocsin {
namespace {

constexpr std::uint8_t kHeadVersion = 1, kRegionVersion = 3, kPastVersion = 1, kChangedVersion = 1,
                       kReplacedVersion = 1;

void write(const Held& held, ByteWriter& out) {
  if (held.idle()) return;
  out.zigzag(held.days);
  out.zigzag(held.anchor);
}

Held read_held(ByteReader& in, bool idle) {
  Held held;
  if (idle) return held;
  held.days = in.number<std::int32_t>();
  held.anchor = in.number<std::int32_t>();
  return held;
}

constexpr unsigned kOn = 1, kKnown = 2, kOnBefore = 4, kSteady = 8, kIdle = 16;

void write(const SignalTrack& track, ByteWriter& out) {
  out.varint(track.runs.size());
  DayWriter days(out);
  for (const SignalRun& run : track.runs) {
    days.put(run.start);
    out.u8(static_cast<std::uint8_t>((run.on ? kOn : 0) | (run.known ? kKnown : 0) |
                                     (run.on_before ? kOnBefore : 0) | (run.steady ? kSteady : 0) |
                                     (run.held_before.idle() ? kIdle : 0)));
    write(run.held_before, out);
  }
  days.put(track.until);
  days.put(track.due);
}

SignalTrack read_signal_track(ByteReader& in) {
  SignalTrack track;
  track.runs.resize(in.count(2));
  DayReader days(in);
  for (SignalRun& run : track.runs) {
    run.start = days.get();
    const unsigned flags = in.u8();
    run.on = (flags & kOn) != 0;
    run.known = (flags & kKnown) != 0;
    run.on_before = (flags & kOnBefore) != 0;
    run.steady = (flags & kSteady) != 0;
    run.held_before = read_held(in, (flags & kIdle) != 0);
  }
  track.until = days.get();
  track.due = days.get();
  return track;
}

void write(const PatternTrack& track, ByteWriter& out) {
  out.varint(track.runs.size());
  DayWriter days(out);
  for (const PatternRun& run : track.runs) {
    days.put(run.start);
    out.u8(static_cast<std::uint8_t>((run.steady ? kSteady : 0) |
                                     (run.held_before.idle() ? kIdle : 0)));
    for (const Level level : {run.level, run.possible, run.level_before})
      out.u8(static_cast<std::uint8_t>(level));
    write(run.held_before, out);
  }
  days.put(track.until);
  days.put(track.due);
}

PatternTrack read_pattern_track(ByteReader& in) {
  PatternTrack track;
  track.runs.resize(in.count(5));
  DayReader days(in);
  for (PatternRun& run : track.runs) {
    run.start = days.get();
    const unsigned flags = in.u8();
    run.steady = (flags & kSteady) != 0;
    run.level = in.enumerator(Level::kEmergency);
    run.possible = in.enumerator(Level::kEmergency);
    run.level_before = in.enumerator(Level::kEmergency);
    run.held_before = read_held(in, (flags & kIdle) != 0);
  }
  track.until = days.get();
  track.due = days.get();
  return track;
}

void write(const RegionTracks& tracks, ByteWriter& out) {
  out.varint(tracks.signals.size());
  for (const SignalTrack& track : tracks.signals) write(track, out);
  for (const auto* list : {&tracks.base, &tracks.levels}) {
    out.varint(list->size());
    for (const PatternTrack& track : *list) write(track, out);
  }
}

RegionTracks read_tracks(ByteReader& in) {
  RegionTracks tracks;
  tracks.signals.resize(in.count(3));
  for (SignalTrack& track : tracks.signals) track = read_signal_track(in);
  for (auto* list : {&tracks.base, &tracks.levels}) {
    list->resize(in.count(3));
    for (PatternTrack& track : *list) track = read_pattern_track(in);
  }
  return tracks;
}

std::string row_key(std::string_view prefix, const RegionRowKey& key) {
  std::string bytes(prefix);
  ByteWriter out(bytes);
  out.u32(key.region.number());
  out.u32(key.generation);
  return bytes;
}

}  // namespace

std::string encode(const CheckpointHead& head) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kHeadVersion);
  out.text(head.fingerprint);
  out.varint(head.position);
  out.varint(head.generation);
  out.zigzag(head.today.number());
  out.varint(head.events);
  return bytes;
}

Result<CheckpointHead> decode_checkpoint_head(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kHeadVersion);
  CheckpointHead head;
  head.fingerprint = in.text();
  head.position = in.varint();
  head.generation = in.number<std::uint32_t>();
  head.today = Day(in.number<std::int32_t>());
  head.events = in.varint();
  return in.finish("checkpoint head", std::move(head));
}

std::string region_row_key(const RegionRowKey& key) { return row_key(kRegionRowPrefix, key); }
std::string past_row_key(const RegionRowKey& key) { return row_key(kPastRowPrefix, key); }

Result<RegionRowKey> parse_region_row_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kRegionRowPrefix);
  RegionRowKey parsed;
  parsed.region = RegionId(in.u32());
  parsed.generation = in.u32();
  return in.finish("key of a region's row", parsed);
}

std::string encode_region_series(const Dataset& data, RegionId region, const RegionChanges& since,
                                 const PastFigures& past) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRegionVersion);
  out.varint(past.generation);
  if (past.generation != 0) out.zigzag(past.until.number());
  write_observations(data, region, since, {past.generation != 0 ? past.until : kDayMin, kDayMax},
                     out);
  write_forecasts(data, region, since, out);
  return bytes;
}

std::string encode_region_content(const Dataset& data, RegionId region) {
  std::string bytes = encode_region_series(data, region);
  ByteWriter out(bytes);
  write_places(data, region, out);
  return bytes;
}

std::string encode_past(const Dataset& data, RegionId region, const RegionChanges& since,
                        const PastFigures& past) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kPastVersion);
  write_observations(data, region, since, {kDayMin, past.until}, out);
  return bytes;
}

std::string encode_region_rest(const Engine& engine, RegionId region) {
  std::string bytes;
  ByteWriter out(bytes);
  write_places(engine.data(), region, out);
  const std::span<const Assessment> assessments = engine.assessments();
  out.varint(assessments.size());
  for (const Assessment& assessment : assessments) write(assessment.tracks()[region.number()], out);
  return bytes;
}

Result<RegionRow> decode_region_row(RegionId region, std::string_view bytes) {
  ByteReader in(bytes);
  // Rows of an earlier version are another program's: its checkpoint is not used at all.
  if (in.version(kRegionVersion) != kRegionVersion) in.fault("a row of an earlier version");
  RegionRow row;
  row.past.generation = in.number<std::uint32_t>();
  if (row.past.generation != 0) row.past.until = DayReader(in).get();
  row.content = read_content(region, in);
  row.tracks.resize(in.count(3));
  for (RegionTracks& tracks : row.tracks) tracks = read_tracks(in);
  return in.finish("row of a region's derived state", std::move(row));
}

Result<void> add_past(RegionId region, std::string_view bytes, RegionRow& row) {
  ByteReader in(bytes);
  in.version(kPastVersion);
  SeriesList all = read_observations(region, in);
  for (const auto& [key, series] : all)
    if (!std::ranges::all_of(series, [&](const Observed& o) { return row.past.holds(o); }))
      in.fault("an observation after " + format_day(row.past.until));
  const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (!std::ranges::is_sorted(all, by_key)) in.fault("series out of order");
  SeriesList merged;
  auto old = all.begin();
  for (auto& [key, series] : row.content.series) {
    for (; old != all.end() && old->first < key; ++old) merged.push_back(std::move(*old));
    if (old != all.end() && old->first == key) {
      Series& both = old->second;
      both.reserve(both.size() + series.size());  // insert() alone would take twice the memory
      both.insert(both.end(), series.begin(), series.end());
      series = std::move(both);
      ++old;
    }
    merged.emplace_back(key, std::move(series));
  }
  std::move(old, all.end(), std::back_inserter(merged));
  row.content.series = std::move(merged);
  return in.finish("row of a region's past observations");
}

std::string changed_key(std::uint64_t sequence) {
  std::string bytes(kChangedPrefix);
  ByteWriter(bytes).u64(sequence);
  return bytes;
}

Result<std::uint64_t> parse_changed_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kChangedPrefix);
  const std::uint64_t sequence = in.u64();
  return in.finish("key of changed identities", sequence);
}

std::string encode_changed(std::span<const LatestRevision> revisions) {
  std::string bytes;
  bytes.reserve(1 + revisions.size() * std::tuple_size_v<RecordKey>);
  ByteWriter out(bytes);
  out.u8(kChangedVersion);
  for (const LatestRevision& revision : revisions) {
    const RecordKey key = record_key({revision.source, revision.identity});
    out.raw({key.data(), key.size()});
  }
  return bytes;
}

Result<std::vector<Identity>> decode_changed(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kChangedVersion);
  std::vector<Identity> identities;
  while (in.ok() && in.remaining() > 0) {
    const std::string_view key = in.raw(std::tuple_size_v<RecordKey>);
    if (!in.ok()) break;
    const auto identity = parse_record_key(key);
    if (!identity) return tl::unexpected(identity.error());
    identities.push_back(*identity);
  }
  return in.finish("changed identities", std::move(identities));
}

std::string replaced_key(const LatestRevision& revision) {
  std::string bytes(kReplacedPrefix);
  const RecordKey key = record_key({revision.source, revision.identity});
  bytes.append(key.data(), key.size());
  ByteWriter(bytes).u64(revision.journal_sequence);
  return bytes;
}

std::string encode(const ReplacedRow& row) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kReplacedVersion);
  out.varint(row.replaced);
  encode(row.revision, bytes);
  return bytes;
}

Result<ReplacedRow> decode_replaced(std::string_view key, std::string_view bytes) {
  constexpr std::size_t kKeySize = std::tuple_size_v<RecordKey>;
  ByteReader in(bytes);
  in.version(kReplacedVersion);
  ReplacedRow row;
  row.replaced = in.varint();
  const std::string_view rest = in.rest();
  if (auto done = in.finish("replaced revision"); !done) return tl::unexpected(done.error());
  ByteReader key_in(key);
  key_in.expect(kReplacedPrefix);
  const std::string_view record = key_in.raw(kKeySize);
  key_in.u64();
  if (auto done = key_in.finish("key of a replaced revision"); !done)
    return tl::unexpected(done.error());
  const auto identity = parse_record_key(record);
  if (!identity) return tl::unexpected(identity.error());
  auto revision = decode_latest_revision(*identity, rest);
  if (!revision) return tl::unexpected(revision.error());
  row.revision = *std::move(revision);
  return row;
}

}  // namespace tocsin
