#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/claim.h"
#include "model/dispatch.h"
#include "model/journal.h"
#include "model/numbering.h"
#include "storage/rows.h"

namespace tocsin {

// Stored values <-> types. Every value begins with its format's version; a decoder reads all
// versions up to its own. One value has one encoding, and decoding then encoding gives the same
// bytes.
//
// Decoders take bytes that may be damaged: they never read past the end and never ask for more
// memory than the bytes can fill; they fail with kCorrupt, saying what, where and why.

std::string encode(const JournalEntry& entry);
Result<JournalEntry> decode_journal_entry(std::string_view bytes);

// The one value that is written for every record: 35 to 45 bytes for an observation. Identity and
// source are the key's part (storage/keys.h) and are handed in again for decoding. Appends to
// `out`.
void encode(const LatestRevision& revision, std::string& out);
Result<LatestRevision> decode_latest_revision(const Identity& identity, std::string_view bytes);

std::string encode(const Dispatch& dispatch);
Result<Dispatch> decode_dispatch(std::string_view bytes);

// The key holds the row's sequence, and of a ledger row chain and index.
std::string encode(const QuarantineRow& row);
Result<QuarantineRow> decode_quarantine(std::uint64_t sequence, std::string_view bytes);

// Requires hashes of 64 hex digits.
std::string encode(const LedgerRow& row);
Result<LedgerRow> decode_ledger(Chain chain, std::uint64_t index, std::string_view bytes);

std::string encode(const FateTotals& counts);
Result<FateTotals> decode_fates(std::string_view bytes);

std::string encode(const SourceSeen& seen);
Result<SourceSeen> decode_seen(std::string_view bytes);

// The key holds alert, revision and committee.
std::string encode(const Acknowledgement& row);
// Fills in what the key does not say.
Result<Acknowledgement> decode_acknowledgement(Acknowledgement of_key, std::string_view bytes);

std::string encode(const Tally& tally);
Result<Tally> decode_tally(std::string_view bytes);

std::string encode(const StoreHead& head);
Result<StoreHead> decode_head(std::string_view bytes);

std::string encode(const StoreVersion& version);
Result<StoreVersion> decode_version(std::string_view bytes);

std::string encode(const MigrationMark& mark);
Result<MigrationMark> decode_migration_mark(std::string_view bytes);

// A single number: a numbering's, a producer's position, the position of the derived state.
std::string encode_number(std::uint64_t number);
Result<std::uint64_t> decode_number(std::string_view bytes);

}  // namespace tocsin
