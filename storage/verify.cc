#include "storage/verify.h"

#include <fmt/format.h>

#include "model/hash.h"

namespace tocsin {
namespace {

std::optional<std::string> fault_of(const LedgerRow& row, const ChainReport& before) {
  if (row.index != before.entries) return fmt::format("entry {} is missing", before.entries);
  if (row.previous != before.hash) {
    return fmt::format("it follows on {}, the entry before it has {}", row.previous, before.hash);
  }
  const std::string computed = chain_hash(row.previous, row.json);
  if (row.hash != computed) {
    return fmt::format("its hash is {}, its content gives {}", row.hash, computed);
  }
  return std::nullopt;
}

Result<ChainReport> verify(const Store& store, Chain chain, const ChainHead& head) {
  ChainReport report{chain, 0, std::string(kChainGenesis), std::nullopt};
  auto read = store.for_each_ledger(chain, 0, [&](const LedgerRow& row) -> Result<void> {
    if (report.broken || row.index >= head.count) return {};
    if (auto fault = fault_of(row, report)) {
      report.broken = ChainBreak{report.entries, *std::move(fault)};
      return {};
    }
    ++report.entries;
    report.hash = row.hash;
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  if (!report.broken && (report.entries != head.count || report.hash != head.hash)) {
    report.broken = ChainBreak{
        report.entries, fmt::format("the store's head says {} entries ending in {}, there are {} "
                                    "ending in {}",
                                    head.count, head.hash, report.entries, report.hash)};
  }
  return report;
}

}  // namespace

Result<std::vector<ChainReport>> verify_chains(const Store& store) {
  // Taken first: entries that a running store adds meanwhile are left for the next time.
  const StoreHead head = store.head();
  std::vector<ChainReport> reports;
  for (const Chain chain : {Chain::kAlerts, Chain::kDispatches}) {
    auto report = verify(store, chain, head.chains[static_cast<std::size_t>(chain)]);
    if (!report) return tl::unexpected(report.error());
    reports.push_back(*std::move(report));
  }
  return reports;
}

}  // namespace tocsin
