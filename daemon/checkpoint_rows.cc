#include "daemon/checkpoint_rows.h"

#include <utility>

#include "storage/bytes.h"
#include "storage/codec.h"
#include "storage/keys.h"

namespace tocsin {
namespace {

constexpr std::uint32_t kDaysMax = 0xFFFFF;  // of one period: damaged lengths must not overflow
constexpr std::uint8_t kHeadVersion = 1, kRegionVersion = 1, kChangedVersion = 1,
                       kReplacedVersion = 1;

// Days that follow each other, each as the step from the one before.
class DayWriter {
 public:
  explicit DayWriter(ByteWriter& out) : out_(out) {}
  void put(Day day) {
    out_.zigzag(std::int64_t{day.number()} - last_);
    last_ = day.number();
  }

 private:
  ByteWriter& out_;
  std::int64_t last_ = 0;
};

class DayReader {
 public:
  explicit DayReader(ByteReader& in) : in_(in) {}
  Day get() {
    last_ += in_.number<std::int32_t>();  // never far enough to overflow
    if (last_ < kDayMin.number() || last_ > kDayNever.number()) {
      in_.fault("day " + std::to_string(last_));
      last_ = 0;
    }
    return Day(static_cast<std::int32_t>(last_));
  }

 private:
  ByteReader& in_;
  std::int64_t last_ = 0;
};

std::int32_t read_days(ByteReader& in) {
  const auto days = in.number<std::uint32_t>();
  if (days <= kDaysMax) return static_cast<std::int32_t>(days);
  in.fault("a period of " + std::to_string(days) + " days");
  return 0;
}

// Minutes that follow each other, each as the step from the one before.
std::int32_t read_minute(ByteReader& in, std::int32_t before) {
  const std::int64_t step = in.zigzag();
  constexpr std::int64_t kStepMax = std::int64_t{UINT32_MAX};
  if (step >= -kStepMax && step <= kStepMax && std::in_range<std::int32_t>(before + step))
    return static_cast<std::int32_t>(before + step);
  in.fault("minute " + std::to_string(before) + " and " + std::to_string(step));
  return 0;
}

template <class IdType>
IdType read_id(ByteReader& in) {
  return IdType(in.number<typename IdType::number_type>());
}

void write(const Series& series, ByteWriter& out) {
  out.varint(series.size());
  DayWriter days(out);
  std::int64_t minute = 0;
  for (const Observed& o : series) {
    days.put(o.end);
    out.varint(static_cast<std::uint64_t>(o.end - o.start));
    out.zigzag(o.published_minute - minute);
    minute = o.published_minute;
    out.u8(static_cast<std::uint8_t>(o.tlp));
    out.u64(o.identity);
    out.zigzag(o.value);
  }
}

Series read_series(ByteReader& in) {
  Series series(in.count(13));
  DayReader days(in);
  std::int32_t minute = 0;
  for (Observed& o : series) {
    o.end = days.get();
    o.start = o.end - read_days(in);
    o.published_minute = minute = read_minute(in, minute);
    o.tlp = in.enumerator(Tlp::kRed);
    o.identity = in.u64();
    o.value = in.zigzag();
  }
  return series;
}

void write(const std::vector<Happened>& list, ByteWriter& out) {
  out.varint(list.size());
  DayWriter days(out);
  for (const Happened& happened : list) {
    days.put(happened.start);
    out.varint(static_cast<std::uint64_t>(happened.end - happened.start));
    out.u64(happened.identity);
    out.varint(happened.source.number());
    out.varint(happened.kind.number());
    out.u8(happened.vague_place ? 1 : 0);
    out.u8(static_cast<std::uint8_t>(happened.tlp));
    out.zigzag(happened.deaths);
    out.zigzag(happened.displaced);
    out.varint(happened.actors.size());
    for (const std::uint64_t actor : happened.actors) out.u64(actor);
  }
}

enum class YesNo : std::uint8_t { kNo, kYes };

std::vector<Happened> read_happened(ByteReader& in) {
  std::vector<Happened> list(in.count(17));
  DayReader days(in);
  for (Happened& happened : list) {
    happened.start = days.get();
    happened.end = happened.start + read_days(in);
    happened.identity = in.u64();
    happened.source = read_id<SourceId>(in);
    happened.kind = read_id<EventKindId>(in);
    happened.vague_place = in.enumerator(YesNo::kYes) == YesNo::kYes;
    happened.tlp = in.enumerator(Tlp::kRed);
    happened.deaths = in.zigzag();
    happened.displaced = in.zigzag();
    happened.actors.resize(in.count(8));
    for (std::uint64_t& actor : happened.actors) actor = in.u64();
  }
  return list;
}

void write(DayRange range, DayWriter& days) {
  days.put(range.from);
  days.put(range.until);
}

DayRange read_range(DayReader& days) {
  const Day from = days.get();
  return {from, days.get()};
}

void write(const Dataset::RegionCoverage& coverage, ByteWriter& out) {
  out.varint(coverage.statements.size());
  DayWriter days(out);
  for (const auto& statement : coverage.statements) {
    out.varint(statement.source.number());
    write(statement.range, days);
    out.u64(statement.identity);
  }
  out.varint(coverage.merged.size());
  for (const auto& [source, ranges] : coverage.merged) {
    out.varint(source.number());
    out.varint(ranges.size());
    for (const DayRange& range : ranges) write(range, days);
  }
}

Dataset::RegionCoverage read_coverage(ByteReader& in) {
  Dataset::RegionCoverage coverage;
  coverage.statements.resize(in.count(11));
  DayReader days(in);
  for (auto& statement : coverage.statements) {
    statement.source = read_id<SourceId>(in);
    statement.range = read_range(days);
    statement.identity = in.u64();
  }
  for (std::size_t sources = in.count(2); sources > 0; --sources) {
    const auto source = read_id<SourceId>(in);
    if (!coverage.merged.empty() && source <= coverage.merged.rbegin()->first)
      in.fault("sources out of order");
    auto& ranges = coverage.merged[source];
    ranges.resize(in.count(2));
    for (DayRange& range : ranges) range = read_range(days);
  }
  return coverage;
}

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

std::string region_row_key(const RegionRowKey& key) {
  std::string bytes(kRegionRowPrefix);
  ByteWriter out(bytes);
  out.u32(key.region.number());
  out.u32(key.generation);
  return bytes;
}

Result<RegionRowKey> parse_region_row_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kRegionRowPrefix);
  RegionRowKey parsed;
  parsed.region = RegionId(in.u32());
  parsed.generation = in.u32();
  return in.finish("key of a region's row", parsed);
}

std::string encode_region_content(const Dataset& data, RegionId region) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRegionVersion);
  std::size_t series_count = 0;
  data.for_each_series_of(region, [&](const SeriesKey&, const Series&) { ++series_count; });
  out.varint(series_count);
  data.for_each_series_of(region, [&](const SeriesKey& key, const Series& series) {
    out.varint(key.indicator.number());
    out.varint(key.source.number());
    out.varint(key.group.number());
    write(series, out);
  });
  for (const RegionEvents* events : {&data.events(region), &data.unplaced(region)}) {
    write(events->dated, out);
    write(events->spans, out);
  }
  write(data.coverage(region), out);
  return bytes;
}

std::string encode_region_row(const Engine& engine, RegionId region) {
  std::string bytes = encode_region_content(engine.data(), region);
  ByteWriter out(bytes);
  const std::span<const Assessment> assessments = engine.assessments();
  out.varint(assessments.size());
  for (const Assessment& assessment : assessments) write(assessment.tracks()[region.number()], out);
  return bytes;
}

Result<RegionRow> decode_region_row(RegionId region, std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRegionVersion);
  RegionRow row;
  row.content.series.resize(in.count(4));
  for (auto& [key, series] : row.content.series) {
    key.region = region;
    key.indicator = read_id<IndicatorId>(in);
    key.source = read_id<SourceId>(in);
    key.group = read_id<GroupId>(in);
    series = read_series(in);
  }
  for (RegionEvents* events : {&row.content.events, &row.content.unplaced}) {
    events->dated = read_happened(in);
    events->spans = read_happened(in);
  }
  row.content.coverage = read_coverage(in);
  row.tracks.resize(in.count(3));
  for (RegionTracks& tracks : row.tracks) tracks = read_tracks(in);
  return in.finish("row of a region's derived state", std::move(row));
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
