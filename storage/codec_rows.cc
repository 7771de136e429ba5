// How the small rows are written: dispatches, quarantine, ledger and meta.
#include <algorithm>

#include "storage/bytes.h"
#include "storage/codec.h"

namespace tocsin {
namespace {

constexpr std::uint8_t kRowVersion = 1;
constexpr std::size_t kLinkBytes = 32;  // of a chain hash
constexpr std::string_view kHexDigits = "0123456789abcdef";

void write_link(std::string_view hex, ByteWriter& out) {
  require(hex.size() == 2 * kLinkBytes, "a chain hash has 64 hex digits");
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::size_t high = kHexDigits.find(hex[i]);
    const std::size_t low = kHexDigits.find(hex[i + 1]);
    require(high < 16 && low < 16, "a chain hash is lower-case hex");
    out.u8(static_cast<std::uint8_t>(high << 4 | low));
  }
}

std::string read_link(ByteReader& in) {
  std::string hex;
  for (const char byte : in.raw(kLinkBytes)) {
    hex.push_back(kHexDigits[static_cast<std::uint8_t>(byte) >> 4]);
    hex.push_back(kHexDigits[static_cast<std::uint8_t>(byte) & 15]);
  }
  return hex;
}

}  // namespace

std::string encode(const Dispatch& dispatch) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.hash(dispatch.id);
  out.hash(dispatch.alert);
  out.varint(dispatch.revision);
  out.text(dispatch.committee);
  out.u8(static_cast<std::uint8_t>(dispatch.address.channel));
  out.text(dispatch.address.target);
  out.text(dispatch.reason);
  out.u8(static_cast<std::uint8_t>(dispatch.state));
  out.varint(dispatch.attempts);
  out.zigzag(dispatch.intended.milliseconds());
  out.zigzag(dispatch.next_attempt.milliseconds());
  out.text(dispatch.last_answer);
  return bytes;
}

Result<Dispatch> decode_dispatch(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  Dispatch dispatch;
  dispatch.id = in.hash();
  dispatch.alert = in.hash();
  dispatch.revision = in.number<std::uint32_t>();
  dispatch.committee = in.text();
  dispatch.address.channel = in.enumerator(Channel::kCap);
  dispatch.address.target = in.text();
  dispatch.reason = in.text();
  dispatch.state = in.enumerator(DispatchState::kDead);
  dispatch.attempts = in.number<std::uint32_t>();
  dispatch.intended = ProcessingTime(in.zigzag());
  dispatch.next_attempt = ProcessingTime(in.zigzag());
  dispatch.last_answer = in.text();
  return in.finish("dispatch", std::move(dispatch));
}

std::string encode(const QuarantineRow& row) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.varint(row.journal_sequence);
  out.text(row.producer);
  out.zigzag(row.received.milliseconds());
  out.text(row.rejection.code);
  out.text(row.rejection.pointer);
  out.text(row.rejection.message);
  out.text(row.rejection.allowed);
  out.text(row.record);
  return bytes;
}

Result<QuarantineRow> decode_quarantine(std::uint64_t sequence, std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  QuarantineRow row;
  row.sequence = sequence;
  row.journal_sequence = in.varint();
  row.producer = in.text();
  row.received = ProcessingTime(in.zigzag());
  row.rejection.code = in.text();
  row.rejection.pointer = in.text();
  row.rejection.message = in.text();
  row.rejection.allowed = in.text();
  row.record = in.text();
  return in.finish("quarantine row", std::move(row));
}

std::string encode(const Acknowledgement& row) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.text(row.who);
  out.text(row.note);
  out.zigzag(row.at.milliseconds());
  return bytes;
}

Result<Acknowledgement> decode_acknowledgement(Acknowledgement of_key, std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  of_key.who = in.text();
  of_key.note = in.text();
  of_key.at = ProcessingTime(in.zigzag());
  return in.finish("acknowledgement", std::move(of_key));
}

std::string encode(const LedgerRow& row) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  write_link(row.previous, out);
  write_link(row.hash, out);
  out.raw(row.json);
  return bytes;
}

Result<LedgerRow> decode_ledger(Chain chain, std::uint64_t index, std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  LedgerRow row;
  row.chain = chain;
  row.index = index;
  row.previous = read_link(in);
  row.hash = read_link(in);
  row.json = in.rest();
  return in.finish("ledger row", std::move(row));
}

std::string encode(const FateTotals& counts) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.varint(counts.size());
  for (const std::uint64_t count : counts) out.varint(count);
  return bytes;
}

Result<FateTotals> decode_fates(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  FateTotals counts{};
  // Fewer than we know of: written before the newest fates existed. They read as 0.
  const std::size_t written = in.count();
  if (written > counts.size()) in.fault(std::to_string(written) + " fates");
  for (std::size_t i = 0; i < std::min(written, counts.size()); ++i) counts[i] = in.varint();
  return in.finish("fate counters", counts);
}

std::string encode(const SourceSeen& seen) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.zigzag(seen.arrived.milliseconds());
  out.zigzag(seen.newest.number());
  return bytes;
}

Result<SourceSeen> decode_seen(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  SourceSeen seen;
  seen.arrived = ProcessingTime(in.zigzag());
  seen.newest = Day(in.number<std::int32_t>());
  return in.finish("arrivals of a source", seen);
}

std::string encode(const Tally& tally) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.varint(tally.sequence);
  for (const auto& channel : tally.dispatches.counts)
    for (const std::uint64_t count : channel) out.varint(count);
  return bytes;
}

Result<Tally> decode_tally(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  Tally tally;
  tally.sequence = in.varint();
  for (auto& channel : tally.dispatches.counts)
    for (std::uint64_t& count : channel) count = in.varint();
  return in.finish("tally", tally);
}

std::string encode(const StoreHead& head) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.varint(head.sequence);
  out.varint(head.quarantine_sequence);
  out.zigzag(head.now.milliseconds());
  for (const ChainHead& chain : head.chains) {
    out.varint(chain.count);
    write_link(chain.hash, out);
  }
  return bytes;
}

Result<StoreHead> decode_head(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  StoreHead head;
  head.sequence = in.varint();
  head.quarantine_sequence = in.varint();
  head.now = ProcessingTime(in.zigzag());
  for (ChainHead& chain : head.chains) {
    chain.count = in.varint();
    chain.hash = read_link(in);
  }
  return in.finish("head", std::move(head));
}

// Without a format version of its own: this row says which formats there are.
std::string encode(const StoreVersion& version) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u32(version.schema);
  out.u32(version.readable_from);
  return bytes;
}

Result<StoreVersion> decode_version(std::string_view bytes) {
  ByteReader in(bytes);
  StoreVersion version;
  version.schema = in.u32();
  version.readable_from = in.u32();
  return in.finish("store version", version);
}

std::string encode(const MigrationMark& mark) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.varint(mark.from);
  out.varint(mark.schema);
  out.text(mark.reached);
  out.text(mark.checkpoint);
  return bytes;
}

Result<MigrationMark> decode_migration_mark(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  MigrationMark mark;
  mark.from = in.number<std::uint32_t>();
  mark.schema = in.number<std::uint32_t>();
  mark.reached = in.text();
  mark.checkpoint = in.text();
  return in.finish("mark of a migration", std::move(mark));
}

std::string encode_number(std::uint64_t number) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRowVersion);
  out.varint(number);
  return bytes;
}

Result<std::uint64_t> decode_number(std::string_view bytes) {
  ByteReader in(bytes);
  in.version(kRowVersion);
  const std::uint64_t number = in.varint();
  return in.finish("number", number);
}

std::string_view name_of(Chain chain) {
  switch (chain) {
    case Chain::kAlerts:
      return "alerts";
    case Chain::kDispatches:
      return "dispatches";
  }
  return "unknown";
}

}  // namespace tocsin
