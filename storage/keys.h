#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/catalogue.h"
#include "model/hash.h"
#include "model/numbering.h"
#include "model/time.h"
#include "storage/rows.h"

namespace tocsin {

// Keys of the store's rows, per column family. Numbers are big-endian, so that an ordered scan is a
// scan in the order of the numbers. parse_* fail with kCorrupt on anything that the maker can't
// make.

std::string sequence_key(std::uint64_t sequence);  // journal, quarantine
Result<std::uint64_t> parse_sequence_key(std::string_view key);

// record: 2 bytes of source, then 16 of hash: one source's records sit together.
// Made for every record that comes in, so it takes no heap.
using RecordKey = std::array<char, 18>;
RecordKey record_key(const Identity& identity);
Result<Identity> parse_record_key(std::string_view key);

// alert: the revisions of one alert sit together, in order.
std::string alert_key(const Hash128& alert, std::uint32_t revision);

// outbox holds the dispatches by id and, for those that still have to be sent, an index by channel
// and time: what is due is the short front of the index, however many dispatches were ever made and
// however many wait for another channel.
std::string dispatch_key(const Hash128& id);
struct Due {
  Channel channel = Channel::kEmail;
  ProcessingTime next_attempt;
  Hash128 id;
  friend auto operator<=>(const Due&, const Due&) = default;
};
std::string due_key(const Due& due);
std::string due_prefix(Channel channel);
Result<Due> parse_due_key(std::string_view key);
inline constexpr std::string_view kDispatchPrefix{"\x00", 1};
// The dispatches of one alert, by id: a row without a value for each.
struct AlertDispatch {
  Hash128 alert, id;
  friend auto operator<=>(const AlertDispatch&, const AlertDispatch&) = default;
};
inline constexpr std::string_view kAlertDispatchPrefix{"\x02", 1};
std::string alert_dispatch_prefix(const Hash128& alert);
std::string alert_dispatch_key(const AlertDispatch& dispatch);
Result<AlertDispatch> parse_alert_dispatch_key(std::string_view key);

std::string ledger_key(Chain chain, std::uint64_t index);
std::string ledger_prefix(Chain chain);
Result<std::uint64_t> parse_ledger_index(std::string_view key);

// meta: one letter says what the row is.
inline constexpr std::string_view kVersionKey = "v";
inline constexpr std::string_view kHeadKey = "h";
inline constexpr std::string_view kMigrationKey = "m";
inline constexpr std::string_view kNumberingPrefix = "n";
inline constexpr std::string_view kProducerPrefix = "p";
inline constexpr std::string_view kFatePrefix = "f";
inline constexpr std::string_view kSeenPrefix = "a";
inline constexpr std::string_view kLatenessHorizonKey = "l";
inline constexpr std::string_view kConfigurationKey = "c";
inline constexpr std::string_view kJournalMarkPrefix = "d";
inline constexpr std::string_view kJournalBeginKey = "b";
inline constexpr std::string_view kQuarantineHorizonKey = "q";
inline constexpr std::string_view kTallyKey = "t";
inline constexpr std::string_view kOpenAlertPrefix = "o";
inline constexpr std::string_view kAcknowledgementPrefix = "k";

std::string numbering_key(NumberedKind kind, std::string_view name);
// The entry without its number, which is the row's value.
Result<Numbering::Entry> parse_numbering_key(std::string_view key);

std::string producer_key(std::string_view producer, std::string_view epoch);
Result<ProducerPosition> parse_producer_key(std::string_view key);

std::string fate_key(SourceId source);
Result<SourceId> parse_fate_key(std::string_view key);
std::string seen_key(SourceId source);
Result<SourceId> parse_seen_key(std::string_view key);

// By the mark's sequence.
std::string journal_mark_key(std::uint64_t sequence);

// Each alert that is open; the row's value is the number of its last revision.
std::string open_alert_key(const Hash128& alert);
Result<Hash128> parse_open_alert_key(std::string_view key);

// The acknowledgements of one alert sit together, by revision.
std::string acknowledgement_prefix(const Hash128& alert);
std::string acknowledgement_key(const Hash128& alert, std::uint32_t revision,
                                std::string_view committee);
// The acknowledgement without what the row's value says.
Result<Acknowledgement> parse_acknowledgement_key(std::string_view key);

}  // namespace tocsin
