#include "storage/keys.h"

#include <cstring>

#include "storage/bytes.h"

namespace tocsin {
namespace {

// Signed numbers sort like their bytes once the sign bit is flipped.
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

constexpr std::string_view kDuePrefix{"\x01", 1};

std::string source_key(std::string_view prefix, SourceId source) {
  std::string key(prefix);
  ByteWriter(key).u16(source.number());
  return key;
}

Result<SourceId> parse_source_key(std::string_view prefix, std::string_view key,
                                  std::string_view what) {
  ByteReader in(key);
  in.expect(prefix);
  const SourceId source(in.u16());
  return in.finish(what, source);
}

}  // namespace

std::string sequence_key(std::uint64_t sequence) {
  std::string key;
  ByteWriter(key).u64(sequence);
  return key;
}

Result<std::uint64_t> parse_sequence_key(std::string_view key) {
  ByteReader in(key);
  const std::uint64_t sequence = in.u64();
  return in.finish("sequence key", sequence);
}

RecordKey record_key(const Identity& identity) {
  RecordKey key;
  const std::uint16_t source = identity.source.number();
  key[0] = static_cast<char>(source >> 8);
  key[1] = static_cast<char>(source & 0xff);
  std::memcpy(key.data() + 2, identity.hash.bytes.data(), identity.hash.bytes.size());
  return key;
}

Result<Identity> parse_record_key(std::string_view key) {
  ByteReader in(key);
  Identity identity;
  identity.source = SourceId(in.u16());
  identity.hash = in.hash();
  return in.finish("record key", identity);
}

std::string alert_key(const Hash128& alert, std::uint32_t revision) {
  std::string key;
  ByteWriter out(key);
  out.hash(alert);
  out.u32(revision);
  return key;
}

std::string dispatch_key(const Hash128& id) {
  std::string key(kDispatchPrefix);
  ByteWriter(key).hash(id);
  return key;
}

std::string due_prefix(Channel channel) {
  std::string prefix(kDuePrefix);
  ByteWriter(prefix).u8(static_cast<std::uint8_t>(channel));
  return prefix;
}

std::string due_key(const Due& due) {
  std::string key = due_prefix(due.channel);
  ByteWriter out(key);
  out.u64(static_cast<std::uint64_t>(due.next_attempt.milliseconds()) ^ kSignBit);
  out.hash(due.id);
  return key;
}

Result<Due> parse_due_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kDuePrefix);
  Due due;
  due.channel = in.enumerator(Channel::kCap);
  due.next_attempt = ProcessingTime(static_cast<std::int64_t>(in.u64() ^ kSignBit));
  due.id = in.hash();
  return in.finish("due key", due);
}

std::string alert_dispatch_prefix(const Hash128& alert) {
  std::string prefix(kAlertDispatchPrefix);
  ByteWriter(prefix).hash(alert);
  return prefix;
}

std::string alert_dispatch_key(const AlertDispatch& dispatch) {
  std::string key = alert_dispatch_prefix(dispatch.alert);
  ByteWriter(key).hash(dispatch.id);
  return key;
}

Result<AlertDispatch> parse_alert_dispatch_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kAlertDispatchPrefix);
  AlertDispatch dispatch;
  dispatch.alert = in.hash();
  dispatch.id = in.hash();
  return in.finish("key of an alert's dispatch", dispatch);
}

std::string ledger_prefix(Chain chain) { return {static_cast<char>(chain)}; }

std::string ledger_key(Chain chain, std::uint64_t index) {
  std::string key = ledger_prefix(chain);
  ByteWriter(key).u64(index);
  return key;
}

Result<std::uint64_t> parse_ledger_index(std::string_view key) {
  ByteReader in(key);
  in.enumerator(Chain::kDispatches);
  const std::uint64_t index = in.u64();
  return in.finish("ledger key", index);
}

std::string numbering_key(NumberedKind kind, std::string_view name) {
  std::string key(kNumberingPrefix);
  ByteWriter out(key);
  out.u8(static_cast<std::uint8_t>(kind));
  out.raw(name);
  return key;
}

Result<Numbering::Entry> parse_numbering_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kNumberingPrefix);
  Numbering::Entry entry{in.enumerator(NumberedKind::kGroup), "", 0};
  if (entry.kind < NumberedKind::kRegion) in.fault("kind 0");
  entry.name = in.rest();
  return in.finish("numbering key", std::move(entry));
}

std::string producer_key(std::string_view producer, std::string_view epoch) {
  std::string key(kProducerPrefix);
  ByteWriter out(key);
  out.text(producer);
  out.raw(epoch);
  return key;
}

Result<ProducerPosition> parse_producer_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kProducerPrefix);
  ProducerPosition position;
  position.producer = in.text();
  position.epoch = in.rest();
  return in.finish("producer key", std::move(position));
}

std::string fate_key(SourceId source) { return source_key(kFatePrefix, source); }

Result<SourceId> parse_fate_key(std::string_view key) {
  return parse_source_key(kFatePrefix, key, "fate key");
}

std::string seen_key(SourceId source) { return source_key(kSeenPrefix, source); }

Result<SourceId> parse_seen_key(std::string_view key) {
  return parse_source_key(kSeenPrefix, key, "key of a source's arrivals");
}

std::string journal_mark_key(std::uint64_t sequence) {
  std::string key(kJournalMarkPrefix);
  ByteWriter(key).u64(sequence);
  return key;
}

std::string open_alert_key(const Hash128& alert) {
  std::string key(kOpenAlertPrefix);
  ByteWriter(key).hash(alert);
  return key;
}

Result<Hash128> parse_open_alert_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kOpenAlertPrefix);
  const Hash128 alert = in.hash();
  return in.finish("open alert key", alert);
}

std::string acknowledgement_prefix(const Hash128& alert) {
  std::string key(kAcknowledgementPrefix);
  ByteWriter(key).hash(alert);
  return key;
}

std::string acknowledgement_key(const Hash128& alert, std::uint32_t revision,
                                std::string_view committee) {
  std::string key = acknowledgement_prefix(alert);
  ByteWriter out(key);
  out.u32(revision);
  out.raw(committee);
  return key;
}

Result<Acknowledgement> parse_acknowledgement_key(std::string_view key) {
  ByteReader in(key);
  in.expect(kAcknowledgementPrefix);
  Acknowledgement acknowledgement;
  acknowledgement.alert = in.hash();
  acknowledgement.revision = in.u32();
  acknowledgement.committee = in.rest();
  return in.finish("acknowledgement key", std::move(acknowledgement));
}

}  // namespace tocsin
