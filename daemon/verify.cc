#include "daemon/verify.h"

#include <fmt/format.h>

#include "daemon/contents.h"
#include "daemon/engine_id.h"
#include "daemon/replay.h"

namespace tocsin {
namespace {

void verify_ledger(const std::vector<ChainReport>& chains, VerifyReport& report) {
  for (const ChainReport& chain : chains) {
    if (chain.broken) {
      report.add({"ledger",
                  fmt::format("chain {} entry {}", name_of(chain.chain), chain.broken->index),
                  "a link to the entry before, and the hash of its content", chain.broken->reason});
    } else {
      report.proved.push_back(fmt::format("chain {}: {} entries hold, head {}",
                                          name_of(chain.chain), chain.entries, chain.hash));
    }
  }
}

// Whether the journal was run again: then every row was compared.
Result<bool> verify_by_replay(Store& store, const VerifyOptions& options, VerifyReport& report) {
  auto scratch = ScratchDirectory::make(options.scratch);
  if (!scratch) return tl::unexpected(scratch.error());
  auto copy = Store::open({.directory = (*scratch)->path() / "store"});
  if (!copy) return tl::unexpected(copy.error());
  const auto replayed = replay_journal(store, **copy);
  if (!replayed && replayed.error().code == ErrorCode::kIo) return tl::unexpected(replayed.error());
  if (!replayed) {
    report.add(
        {"journal", "all entries", "a journal that can be run again", replayed.error().message});
    return false;
  }
  bool is_same = true;
  auto compared = compare_rows(store, **copy, [&](RowFault fault) {
    is_same = false;
    report.add(std::move(fault));
  });
  if (!compared) return tl::unexpected(compared.error());
  if (is_same)
    report.proved.push_back(
        fmt::format("replay: {} entries of the journal come to the same rows, byte for byte",
                    replayed->entries));
  if (!is_same && !replayed->engine.ends_with(kEngineId.substr(0, 12)))
    report.notes.push_back(
        fmt::format("the journal was written by {}, and run again by another engine ({}): it may "
                    "judge otherwise",
                    replayed->engine.empty() ? "an engine without a name" : replayed->engine,
                    kEngineId.substr(0, 12)));
  return true;
}

Result<void> verify_all(Store& store, const VerifyOptions& options, VerifyReport& report) {
  const auto visit = [&](RowFault fault) { report.add(std::move(fault)); };
  const auto begin = store.journal_begin();
  if (!begin) return tl::unexpected(begin.error());
  const auto journal = verify_journal(store, visit);
  if (!journal) return tl::unexpected(journal.error());
  if (journal->is_sound)
    report.proved.push_back(fmt::format("journal: {} entries up to {}, none missing",
                                        journal->entries, store.head().sequence));
  bool compared = false;
  if (*begin) {
    report.notes.push_back(fmt::format(
        "retention let go of the journal up to entry {}, before {}: what was said until then is "
        "proved by the chains alone",
        (*begin)->sequence, format_day((*begin)->day)));
  } else if (!journal->is_sound) {
    report.notes.push_back("the journal is damaged and was not run again");
  } else if (journal->entries > 0) {
    auto replayed = verify_by_replay(store, options, report);
    if (!replayed) return tl::unexpected(replayed.error());
    compared = *replayed;
  }
  if (!compared) {
    if (auto done = verify_rows(store, visit); !done) return done;
  }
  if (journal->configuration == 0) {
    report.notes.push_back("no configuration is in the journal: derived state was not compared");
    return {};
  }
  const auto entry = store.journal(journal->configuration);
  if (!entry) return tl::unexpected(entry.error());
  auto loaded = load_contents(from_inputs(entry->inputs), store);
  if (!loaded) {
    report.add({"journal", fmt::format("entry {}", journal->configuration),
                "a configuration that this program can load", loaded.error().message});
    return {};
  }
  if (!compared) {
    if (auto done = verify_records(store, *loaded, report); !done) return done;
    if (auto done = verify_counters(store, *loaded, report); !done) return done;
  }
  return verify_state(store, *loaded, report);
}

}  // namespace

void VerifyReport::add(RowFault fault) {
  if (++fault_counts[fault.column] <= kFaultsMax) faults.push_back(std::move(fault));
}

Result<VerifyReport> verify_store(Store& store, const VerifyOptions& options) {
  VerifyReport report;
  const auto done = [&]() -> Result<void> {
    const auto chains = verify_chains(store);
    if (!chains) return tl::unexpected(chains.error());
    verify_ledger(*chains, report);
    if (options.depth == Depth::kChains) return {};
    return verify_all(store, options, report);
  }();
  if (!done && done.error().code != ErrorCode::kCorrupt) return tl::unexpected(done.error());
  if (!done) report.add({"store", "files", "rows that can be read", done.error().message});
  return report;
}

}  // namespace tocsin
