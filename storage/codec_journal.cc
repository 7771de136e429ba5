// How journal entries and deliveries are written. Input alternatives are told apart by their place
// in the variant: new kinds go to the end.
#include <algorithm>

#include "storage/bytes.h"
#include "storage/codec.h"

namespace tocsin {
namespace {

// An entry is written in the first version that can hold it, so that a release before reads all
// that it can understand. 2: acknowledgements have notes, and at least one is not empty.
constexpr std::uint8_t kJournalVersion = 2;
constexpr std::uint8_t kVersionWithNotes = 2;

bool has_note(const Input& input) {
  const auto* acknowledged = std::get_if<AcknowledgeInput>(&input);
  return acknowledged != nullptr && !acknowledged->note.empty();
}

void write(const RecordsInput& input, ByteWriter& out) {
  out.text(input.producer);
  out.text(input.epoch);
  out.varint(input.sequence);
  out.text(input.payload);
}
void write(const ClockInput&, ByteWriter&) {}
void write(const ContentInput& input, ByteWriter& out) {
  out.text(input.kind);
  out.text(input.name);
  out.text(input.content);
}
void write(const EngineInput& input, ByteWriter& out) { out.text(input.version); }
void write(const DeliveryInput& input, ByteWriter& out) {
  out.hash(input.result.dispatch);
  out.u8(static_cast<std::uint8_t>(input.result.outcome));
  out.text(input.result.answer);
}
void write(const AcknowledgeInput& input, ByteWriter& out) {
  out.text(input.alert);
  out.varint(input.revision);
  out.text(input.committee);
  out.text(input.who);
}
void write(const MuteInput& input, ByteWriter& out) {
  out.text(input.pattern);
  out.text(input.region);
  out.text(input.who);
  out.text(input.reason);
  out.zigzag(input.until.milliseconds());
}
void write(const QuarantineReleaseInput& input, ByteWriter& out) {
  out.varint(input.quarantine_sequence);
  out.text(input.who);
}
void write(const HorizonInput& input, ByteWriter& out) {
  out.text(input.horizon);
  out.zigzag(input.day.number());
}
void write(const ReloadInput& input, ByteWriter& out) {
  out.text(input.who);
  out.varint(input.changes.size());
  for (const std::string& change : input.changes) out.text(change);
}

void read(ByteReader& in, RecordsInput& input) {
  input.producer = in.text();
  input.epoch = in.text();
  input.sequence = in.varint();
  input.payload = in.text();
}
void read(ByteReader&, ClockInput&) {}
void read(ByteReader& in, ContentInput& input) {
  input.kind = in.text();
  input.name = in.text();
  input.content = in.text();
}
void read(ByteReader& in, EngineInput& input) { input.version = in.text(); }
void read(ByteReader& in, DeliveryInput& input) {
  input.result.dispatch = in.hash();
  input.result.outcome = in.enumerator(Outcome::kRefused);
  input.result.answer = in.text();
}
void read(ByteReader& in, AcknowledgeInput& input) {
  input.alert = in.text();
  input.revision = in.number<std::uint32_t>();
  input.committee = in.text();
  input.who = in.text();
}
void read(ByteReader& in, MuteInput& input) {
  input.pattern = in.text();
  input.region = in.text();
  input.who = in.text();
  input.reason = in.text();
  input.until = ProcessingTime(in.zigzag());
}
void read(ByteReader& in, QuarantineReleaseInput& input) {
  input.quarantine_sequence = in.varint();
  input.who = in.text();
}
void read(ByteReader& in, HorizonInput& input) {
  input.horizon = in.text();
  input.day = Day(in.number<std::int32_t>());
}
void read(ByteReader& in, ReloadInput& input) {
  input.who = in.text();
  for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left)
    input.changes.emplace_back(in.text());
}

// What an input has beyond version 1.
void write_more(const Input& input, ByteWriter& out) {
  if (const auto* acknowledged = std::get_if<AcknowledgeInput>(&input))
    out.text(acknowledged->note);
}
void read_more(ByteReader& in, Input& input) {
  if (auto* acknowledged = std::get_if<AcknowledgeInput>(&input)) acknowledged->note = in.text();
}

// The alternative with number `wanted`, read from `in`.
template <std::size_t index = 0>
Input read_input(std::size_t wanted, ByteReader& in) {
  if constexpr (index == std::variant_size_v<Input>) {
    in.fault("unknown kind of input " + std::to_string(wanted));
    return {};
  } else {
    if (wanted != index) return read_input<index + 1>(wanted, in);
    Input input{std::in_place_index<index>};
    read(in, std::get<index>(input));
    return input;
  }
}

}  // namespace

std::string encode(const JournalEntry& entry) {
  std::string bytes;
  ByteWriter out(bytes);
  const bool notes = std::ranges::any_of(entry.inputs, has_note);
  out.u8(notes ? kVersionWithNotes : 1);
  out.zigzag(entry.now.milliseconds());
  out.varint(entry.inputs.size());
  for (const Input& input : entry.inputs) {
    out.u8(static_cast<std::uint8_t>(input.index()));
    std::visit([&](const auto& alternative) { write(alternative, out); }, input);
    if (notes) write_more(input, out);
  }
  return bytes;
}

Result<JournalEntry> decode_journal_entry(std::string_view bytes) {
  ByteReader in(bytes);
  const bool notes = in.version(kJournalVersion) >= kVersionWithNotes;
  JournalEntry entry;
  entry.now = ProcessingTime(in.zigzag());
  // No reserve: an input in memory is larger than the one byte that the smallest takes here.
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    const std::uint8_t kind = in.u8();
    entry.inputs.push_back(read_input(kind, in));
    if (notes) read_more(in, entry.inputs.back());
  }
  if (notes && in.ok() && std::ranges::none_of(entry.inputs, has_note))
    in.fault("version 2 without a note");
  return in.finish("journal entry", std::move(entry));
}

}  // namespace tocsin
