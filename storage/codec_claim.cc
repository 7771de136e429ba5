// How an identity's latest revision is written: once per record, so every byte counts.
#include "storage/bytes.h"
#include "storage/codec.h"

namespace tocsin {
namespace {

// A row is of version 2 only when it says what the first version can't: the note of an observation,
// the status of an event; of version 3 when it holds a sample. All others keep the bytes of the
// first release, which it reads.
constexpr std::uint8_t kSampleVersion = 3, kLatestVersion = kSampleVersion, kNotedVersion = 2,
                       kFirstVersion = 1;
constexpr unsigned kStatusShift = 1;  // bit 0 of an event's byte: the place is vague

// The header byte: bits 0-2 the TLP, bits 3-5 the kind of claim, bit 6 set when the claim names the
// same source as the row (it does, unless a coverage statement or a relay says otherwise).
constexpr unsigned kKindShift = 3;
constexpr std::uint8_t kSameSource = 0x40;

void write_days(Day start, Day end, ByteWriter& out) {
  out.zigzag(start.number());
  out.zigzag(std::int64_t{end.number()} - start.number());
}

void read_days(ByteReader& in, Day& start, Day& end) {
  const auto first = in.number<std::int32_t>();
  const std::int64_t length = in.zigzag();
  start = Day(first);
  // Both within 33 bits before they are added: a damaged length can't overflow.
  constexpr std::int64_t kReach = std::int64_t{1} << 33;
  if (length > kReach || length < -kReach || !std::in_range<std::int32_t>(first + length)) {
    return in.fault("last day out of range");
  }
  end = Day(static_cast<std::int32_t>(first + length));
}

void write_optional(const std::optional<std::int64_t>& value, ByteWriter& out) {
  if (value) out.zigzag(*value);
}

std::optional<std::int64_t> read_optional(ByteReader& in, unsigned present) {
  if (present == 0) return std::nullopt;
  return in.zigzag();
}

// Everything of a series but its source.
void write_series(const SeriesKey& series, ByteWriter& out) {
  out.varint(series.region.number());
  out.varint(series.indicator.number());
  out.varint(series.group.number());
}

SeriesKey read_series(ByteReader& in, SourceId source) {
  SeriesKey series;
  series.region = RegionId(in.number<std::uint32_t>());
  series.indicator = IndicatorId(in.number<std::uint16_t>());
  series.source = source;
  series.group = GroupId(in.number<std::uint16_t>());
  return series;
}

SourceId source_of(const std::monostate&) { return {}; }
SourceId source_of(const ObservationClaim& claim) { return claim.series.source; }
SourceId source_of(const EventClaim& claim) { return claim.source; }
SourceId source_of(const ForecastClaim& claim) { return claim.series.source; }
SourceId source_of(const CoverageClaim& claim) { return claim.source; }

std::uint8_t version_of(const Claim& claim) {
  if (const auto* observation = std::get_if<ObservationClaim>(&claim)) {
    if (observation->is_sample()) return kSampleVersion;
    return observation->note.empty() ? kFirstVersion : kNotedVersion;
  }
  const auto* event = std::get_if<EventClaim>(&claim);
  const bool says_more = event != nullptr && event->status != EventStatus::kReported;
  return says_more ? kNotedVersion : kFirstVersion;
}

void write(const std::monostate&, ByteWriter&) {}

void write(const ObservationClaim& claim, ByteWriter& out) {
  write_series(claim.series, out);
  write_days(claim.start, claim.end, out);
  out.zigzag(claim.value);
  if (claim.is_sample()) out.varint(static_cast<std::uint64_t>(claim.second));
  if (claim.is_sample() || !claim.note.empty()) out.text(claim.note);
}

void write(const EventClaim& claim, ByteWriter& out) {
  out.varint(claim.region.number());
  out.varint(claim.kind.number());
  out.u8(static_cast<std::uint8_t>((claim.vague_place ? 1U : 0U) |
                                   (static_cast<unsigned>(claim.status) << kStatusShift)));
  write_days(claim.start, claim.end, out);
  out.zigzag(claim.deaths);
  out.zigzag(claim.displaced);
  out.varint(claim.actors.size());
  for (const std::uint64_t actor : claim.actors) out.u64(actor);
}

void write(const ForecastClaim& claim, ByteWriter& out) {
  write_series(claim.series, out);
  out.zigzag(claim.issued.number());
  write_days(claim.start, claim.end, out);
  out.zigzag(claim.member);
  const unsigned present =
      (claim.value ? 1U : 0U) | (claim.threshold ? 2U : 0U) | (claim.probability ? 4U : 0U);
  out.u8(static_cast<std::uint8_t>(present));
  write_optional(claim.value, out);
  write_optional(claim.threshold, out);
  write_optional(claim.probability, out);
}

void write(const CoverageClaim& claim, ByteWriter& out) {
  out.varint(claim.indicator.number());
  write_days(claim.from, claim.until, out);
  out.varint(claim.regions.size());
  for (const RegionId region : claim.regions) out.varint(region.number());
}

ObservationClaim read_observation(ByteReader& in, SourceId source, unsigned version) {
  ObservationClaim claim;
  claim.series = read_series(in, source);
  read_days(in, claim.start, claim.end);
  claim.value = in.zigzag();
  if (version == kFirstVersion) return claim;
  if (version == kSampleVersion) {
    const auto second = in.number<std::uint32_t>();
    if (second >= static_cast<std::uint32_t>(kSecondsPerDay))
      in.fault("second " + std::to_string(second) + " of a day");
    claim.second = static_cast<std::int32_t>(second);
  }
  claim.note = in.text();
  if (version == kNotedVersion && claim.note.empty()) in.fault("version 2 without a note");
  return claim;
}

EventClaim read_event(ByteReader& in, SourceId source, unsigned version) {
  EventClaim claim;
  claim.source = source;
  claim.region = RegionId(in.number<std::uint32_t>());
  claim.kind = EventKindId(in.number<std::uint16_t>());
  const unsigned byte = in.u8();
  const unsigned status = byte >> kStatusShift;
  if (status > static_cast<unsigned>(EventStatus::kRefuted) ||
      (status == 0) != (version == kFirstVersion))
    in.fault("vagueness and status " + std::to_string(byte));
  claim.vague_place = (byte & 1U) != 0;
  claim.status = static_cast<EventStatus>(status);
  read_days(in, claim.start, claim.end);
  claim.deaths = in.zigzag();
  claim.displaced = in.zigzag();
  claim.actors.resize(in.count(sizeof(std::uint64_t)));
  for (std::uint64_t& actor : claim.actors) actor = in.u64();
  return claim;
}

ForecastClaim read_forecast(ByteReader& in, SourceId source) {
  ForecastClaim claim;
  claim.series = read_series(in, source);
  claim.issued = Day(in.number<std::int32_t>());
  read_days(in, claim.start, claim.end);
  claim.member = in.number<std::int32_t>();
  const unsigned present = in.u8();
  if (present > 7) in.fault("presence bits " + std::to_string(present));
  claim.value = read_optional(in, present & 1U);
  claim.threshold = read_optional(in, present & 2U);
  claim.probability = read_optional(in, present & 4U);
  return claim;
}

CoverageClaim read_coverage(ByteReader& in, SourceId source) {
  CoverageClaim claim;
  claim.source = source;
  claim.indicator = IndicatorId(in.number<std::uint16_t>());
  read_days(in, claim.from, claim.until);
  claim.regions.resize(in.count());
  for (RegionId& region : claim.regions) region = RegionId(in.number<std::uint32_t>());
  return claim;
}

Claim read_claim(unsigned kind, ByteReader& in, SourceId source, unsigned version) {
  const unsigned greatest = kind == 1 ? kSampleVersion : kind == 2 ? kNotedVersion : kFirstVersion;
  if (version > greatest)
    in.fault("version " + std::to_string(version) + " of a kind of claim that has none");
  switch (kind) {
    case 0:
      return std::monostate{};
    case 1:
      return read_observation(in, source, version);
    case 2:
      return read_event(in, source, version);
    case 3:
      return read_forecast(in, source);
    case 4:
      return read_coverage(in, source);
    default:
      in.fault("unknown kind of claim " + std::to_string(kind));
      return {};
  }
}

}  // namespace

void encode(const LatestRevision& revision, std::string& bytes) {
  const SourceId source =
      std::visit([](const auto& claim) { return source_of(claim); }, revision.claim);
  const bool claims = revision.claim.index() != 0;
  const bool same_source = claims && source == revision.source;
  ByteWriter out(bytes);
  out.u8(version_of(revision.claim));
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(revision.tlp) |
                                   (revision.claim.index() << kKindShift) |
                                   (same_source ? kSameSource : 0U)));
  out.varint(revision.revision);
  out.hash(revision.content);
  out.zigzag(revision.published.milliseconds());
  out.varint(revision.journal_sequence);
  out.varint(revision.journal_index);
  if (claims && !same_source) out.varint(source.number());
  std::visit([&](const auto& claim) { write(claim, out); }, revision.claim);
}

Result<LatestRevision> decode_latest_revision(const Identity& identity, std::string_view bytes) {
  ByteReader in(bytes);
  const unsigned version = in.version(kLatestVersion);
  const unsigned header = in.u8();
  const unsigned tlp = header & 7U;
  const unsigned kind = (header >> kKindShift) & 7U;
  const bool same_source = (header & kSameSource) != 0;
  if (header > 0x7f || (kind == 0 && same_source)) in.fault("header bits");
  if (tlp > static_cast<unsigned>(Tlp::kRed)) in.fault("TLP " + std::to_string(tlp));

  LatestRevision revision;
  revision.identity = identity.hash;
  revision.source = identity.source;
  revision.tlp = static_cast<Tlp>(tlp);
  revision.revision = in.number<std::uint32_t>();
  revision.content = in.hash();
  revision.published = PublishedTime(in.zigzag());
  revision.journal_sequence = in.varint();
  revision.journal_index = in.number<std::uint32_t>();
  SourceId source = identity.source;
  if (kind != 0 && !same_source) {
    source = SourceId(in.number<std::uint16_t>());
    if (source == identity.source) in.fault("source written twice");
  }
  revision.claim = read_claim(kind, in, source, version);
  return in.finish("latest revision", std::move(revision));
}

}  // namespace tocsin
