#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/dispatch.h"
#include "model/hash.h"
#include "model/id.h"
#include "model/record.h"
#include "model/time.h"

namespace tocsin {

// The rows of the store that are nobody else's vocabulary.

// Names a record for ever: its source and the hash of (source key, record id).
struct Identity {
  SourceId source;
  Hash128 hash;
  friend auto operator<=>(const Identity&, const Identity&) = default;
};

// A record that was refused, kept with its reason until somebody releases it.
struct QuarantineRow {
  std::uint64_t sequence = 0;  // given by the store, from 1
  std::uint64_t journal_sequence = 0;
  std::string producer;
  ProcessingTime received;
  Rejection rejection;
  std::string record;  // as received; empty where the journal alone has it
  friend bool operator==(const QuarantineRow&, const QuarantineRow&) = default;
};

// The last frame of a producer's epoch whose records are durable.
struct ProducerPosition {
  std::string producer, epoch;
  std::uint64_t sequence = 0;
  friend bool operator==(const ProducerPosition&, const ProducerPosition&) = default;
};

// When a source's newest record arrived, and the newest day that any of its records spoke about.
struct SourceSeen {
  ProcessingTime arrived;
  Day newest = kDayMin;
  friend bool operator==(const SourceSeen&, const SourceSeen&) = default;
};

// How many records of one source met each fate, by Fate. Their sum is the records received.
using FateTotals = std::array<std::uint64_t, kFateCount>;

// How many dispatches there are of each channel and state.
inline constexpr int kChannelCount = static_cast<int>(Channel::kCap) + 1;
inline constexpr int kDispatchStateCount = static_cast<int>(DispatchState::kDead) + 1;
struct DispatchCounts {
  std::array<std::array<std::uint64_t, kDispatchStateCount>, kChannelCount> counts{};

  std::uint64_t& of(Channel channel, DispatchState state) {
    return counts[static_cast<std::size_t>(channel)][static_cast<std::size_t>(state)];
  }
  // Of all channels together.
  std::uint64_t in(DispatchState state) const {
    std::uint64_t sum = 0;
    for (const auto& channel : counts) sum += channel[static_cast<std::size_t>(state)];
    return sum;
  }
  friend bool operator==(const DispatchCounts&, const DispatchCounts&) = default;
};

// What is counted so that nobody has to read all rows: one row, written with every commit. It
// stands for the commit `sequence`; where the head says another one, a release that doesn't know
// the row wrote last, and all is counted again.
struct Tally {
  std::uint64_t sequence = 0;
  DispatchCounts dispatches;
  friend bool operator==(const Tally&, const Tally&) = default;
};

// Somebody of a committee confirmed having read a revision. The first one of each (alert, revision,
// committee) holds.
struct Acknowledgement {
  Hash128 alert;
  std::uint32_t revision = 0;
  std::string committee, who, note;
  ProcessingTime at;
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

// The two hash chains of the ledger: what was stated, and to whom it was sent with what result.
enum class Chain : std::uint8_t { kAlerts, kDispatches };
inline constexpr int kChainCount = 2;
std::string_view name_of(Chain chain);  // "alerts", "dispatches"

// What the hash of an entry builds on when there is no entry before it.
inline constexpr std::string_view kChainGenesis =
    "0000000000000000000000000000000000000000000000000000000000000000";

// One link: hash = chain_hash(previous, json). Hashes are 64 lower-case hex digits.
struct LedgerRow {
  Chain chain = Chain::kAlerts;
  std::uint64_t index = 0;  // from 0, without gaps
  std::string previous, hash;
  std::string json;
  friend bool operator==(const LedgerRow&, const LedgerRow&) = default;
};

struct ChainHead {
  std::uint64_t count = 0;  // entries in the chain: the index of the next one
  std::string hash{kChainGenesis};
  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

// Where the store stands after its last commit: one row, written with every commit.
struct StoreHead {
  std::uint64_t sequence = 0;             // of the last journal entry; 0 when there is none
  std::uint64_t quarantine_sequence = 0;  // of the last quarantine row given
  ProcessingTime now;                     // of the last journal entry
  std::array<ChainHead, kChainCount> chains;
  friend bool operator==(const StoreHead&, const StoreHead&) = default;
};

// `schema` is the layout that was written last. Programs whose schema is at least `readable_from`
// can read and write the store, so that a roll-back to the release before works.
struct StoreVersion {
  std::uint32_t schema = 0;
  std::uint32_t readable_from = 0;
  friend bool operator==(const StoreVersion&, const StoreVersion&) = default;
};

// There only while a migration is under way (storage/migrate.h): how far it has come.
struct MigrationMark {
  std::uint32_t from = 0;    // schema of the store as it was
  std::uint32_t schema = 0;  // whose rows the steps that are done have made
  std::string reached;       // place in the step that follows, as it wrote it
  std::string checkpoint;    // name of the directory beside the store that holds it as it was
  friend bool operator==(const MigrationMark&, const MigrationMark&) = default;
};

}  // namespace tocsin
