#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/scenario/playback.h"
#include "model/alert.h"
#include "model/catalogue.h"
#include "rules/pack.h"
#include "storage/store.h"

namespace tocsin {

// What rules would have said, had they been in force while the stored journal was written.

// One alert, from its raise to its end, told by the days on which it was issued.
struct AlertSpan {
  std::string region, pattern;  // code, name
  Day raised;
  Day ended = kDayNever;  // kDayNever: it stands
  Level highest = Level::kNone;
  std::string title;
  friend bool operator==(const AlertSpan&, const AlertSpan&) = default;
};

// Brings every record of the journal (or what was committed by `until`) to each of the playbacks,
// commit by commit; `heard`, if any, is told after each commit what is said of it by which of them.
// kConflict when retention has cut the journal.
struct JournalPlayed {
  std::uint64_t entries = 0;
  std::uint64_t released = 0;  // records released from quarantine, which are left out
  Day first, last;             // on which the journal was written
};
Result<JournalPlayed> play_journal(
    const Store& store, const Catalogue& catalogue, std::optional<ProcessingTime> until,
    std::span<Playback> playbacks,
    const std::function<void(std::size_t which, const Statements& said)>& heard);

struct History {
  std::vector<AlertSpan> alerts;  // by region, pattern, day
  JournalPlayed journal;
};

// Runs every record of the journal, commit by commit, through the gate and a fresh engine for each
// list of packs, with the catalogue of now. Nothing is stored or sent. Memory: that of the daemon,
// for each list. kConflict when retention has cut the journal.
Result<std::vector<History>> run_history(const Store& store, const Catalogue& catalogue,
                                         Day history_begins, std::vector<std::vector<Pack>> lists);

// What became of the alerts between two runs.
struct AlertChange {
  enum class Kind : std::uint8_t { kGained, kLost, kMoved };
  Kind kind = Kind::kMoved;
  std::optional<AlertSpan> before, after;
};
struct HistoryChange {
  std::vector<AlertChange> changes;  // by region, pattern, day
  std::size_t before = 0, after = 0, same = 0;
};
// Two alerts of a pattern and place are one that moved where their times meet.
HistoryChange compare_histories(std::span<const AlertSpan> before,
                                std::span<const AlertSpan> after);

}  // namespace tocsin
