#include "daemon/commands.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "alerting/message.h"
#include "daemon/commands_admin.h"
#include "daemon/opened.h"
#include "storage/migrate.h"
#include "storage/verify.h"

namespace tocsin {
namespace {

constexpr int kDone = 0, kNo = 1, kCannot = 2;

int cannot(std::ostream& err, const Error& error) {
  err << error.message << (error.message.ends_with('\n') ? "" : "\n");
  return kCannot;
}

}  // namespace

int run_check(const std::string& config_directory, const std::vector<std::string>& packs,
              std::ostream& out, std::ostream& err) {
  auto contents = read_contents(config_directory);
  if (!contents) return cannot(err, contents.error());
  if (!packs.empty()) contents->packs.clear();
  for (const std::string& path : packs) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return cannot(err, {ErrorCode::kNotFound, path + ": there is no such file to read"});
    contents->packs[path] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  Numbering numbering;
  auto loaded = load_contents(*contents, numbering);
  if (!loaded) {
    err << loaded.error().message;
    return kNo;
  }
  for (const Pack& pack : loaded->packs)
    fmt::print(out, "{}: {} version {}: {} signals, {} patterns, {} regions: no errors\n",
               pack.file, pack.name, pack.version, pack.signals.size(), pack.patterns.size(),
               pack.regions.size());
  return kDone;
}

namespace {

// What the daemon did when it journaled these contents: it started, or it was running and read them
// again.
Result<void> bring_into_force(std::unique_ptr<Pipeline>& pipeline, Store& store,
                              const JournalEntry& entry, Loaded loaded) {
  const bool started = std::ranges::any_of(
      entry.inputs, [](const Input& input) { return std::holds_alternative<EngineInput>(input); });
  if (!started && pipeline) return pipeline->reload(std::move(loaded));
  pipeline.reset();
  auto opened = Pipeline::open(store, std::move(loaded));
  if (!opened) return tl::unexpected(opened.error());
  pipeline = std::move(*opened);
  return {};
}

}  // namespace

int run_replay(const std::string& store_directory, std::ostream& out, std::ostream& err) {
  auto original = open_to_read(store_directory);
  if (!original) return cannot(err, original.error());
  std::string scratch = std::filesystem::temp_directory_path() / "tocsin-replay-XXXXXX";
  if (mkdtemp(scratch.data()) == nullptr)
    return cannot(err, {ErrorCode::kIo, "no scratch directory can be made for the replay"});
  struct Remover {
    std::string path;
    ~Remover() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  } remover{scratch};
  StoreOptions options;
  options.directory = scratch + "/store";
  auto copy = Store::open(std::move(options));
  if (!copy) return cannot(err, copy.error());
  std::unique_ptr<Pipeline> pipeline;
  std::uint64_t entries = 0;
  auto done = (*original)->for_each_journal(
      1, [&](std::uint64_t, const JournalEntry& entry) -> Result<void> {
        const Contents contents = from_inputs(entry.inputs);
        if (!contents.configuration.empty()) {
          auto loaded = load_contents(contents, **copy);
          if (!loaded) return tl::unexpected(loaded.error());
          auto force = bring_into_force(pipeline, **copy, entry, std::move(*loaded));
          if (!force) return force;
        }
        if (!pipeline)
          return fail(ErrorCode::kCorrupt, "the journal does not begin with a configuration");
        auto outcome = pipeline->commit(entry.inputs, entry.now);
        if (!outcome) return tl::unexpected(outcome.error());
        ++entries;
        return {};
      });
  if (!done) return cannot(err, done.error());
  const ChainHead was = (*original)->head().chains[static_cast<std::size_t>(Chain::kAlerts)];
  const ChainHead is = (*copy)->head().chains[static_cast<std::size_t>(Chain::kAlerts)];
  fmt::print(out, "replayed {} journal entries: {} entries in the alert chain, {}\n", entries,
             is.count, is.hash);
  if (was == is) {
    out << "the same as stored, byte for byte\n";
    return kDone;
  }
  std::vector<std::string> stored;
  auto read =
      (*original)->for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) -> Result<void> {
        stored.push_back(row.json);
        return {};
      });
  if (!read) return cannot(err, read.error());
  bool told = false;
  read = (*copy)->for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) -> Result<void> {
    if (told || (row.index < stored.size() && stored[row.index] == row.json)) return {};
    fmt::print(err, "first difference at entry {}:\n  stored   {}\n  replayed {}\n", row.index,
               row.index < stored.size() ? stored[row.index] : "(nothing)", row.json);
    told = true;
    return {};
  });
  if (!read) return cannot(err, read.error());
  if (!told)
    fmt::print(err, "the stored chain has {} entries, the replay {}\n", was.count, is.count);
  return kNo;
}

int run_ledger(const std::string& store_directory, const std::string& chain_name, std::ostream& out,
               std::ostream& err) {
  auto store = open_to_read(store_directory);
  if (!store) return cannot(err, store.error());
  const Chain chain = chain_name == "dispatches" ? Chain::kDispatches : Chain::kAlerts;
  auto done = (*store)->for_each_ledger(chain, 0, [&](const LedgerRow& row) -> Result<void> {
    fmt::print(out,
               R"({{"index":{},"previous":"{}","hash":"{}","entry":{}}})"
               "\n",
               row.index, row.previous, row.hash, row.json);
    return {};
  });
  return done ? kDone : cannot(err, done.error());
}

int run_verify(const std::string& store_directory, std::ostream& out, std::ostream& err) {
  auto store = open_to_read(store_directory);
  if (!store) return cannot(err, store.error());
  auto reports = verify_chains(**store);
  if (!reports) return cannot(err, reports.error());
  bool broken = false;
  for (const ChainReport& report : *reports) {
    fmt::print(out, "{}: {} entries hold, head {}\n", name_of(report.chain), report.entries,
               report.hash);
    if (!report.broken) continue;
    broken = true;
    fmt::print(err, "{}: broken at entry {}: {}\n", name_of(report.chain), report.broken->index,
               report.broken->reason);
  }
  return broken ? kNo : kDone;
}

int run_migrate(const std::string& store_directory, std::ostream& out, std::ostream& err) {
  StoreOptions options;
  options.directory = store_directory;
  options.if_missing = IfMissing::kFail;
  options.note = [&](const std::string& message) { out << message << "\n"; };
  auto store = Store::open(std::move(options));
  if (!store) return cannot(err, store.error());
  fmt::print(out, "store {}: journal at {}, of this program's schema {}\n", store_directory,
             (*store)->head().sequence, our_schema().version.schema);
  return kDone;
}

int run_show(const std::string& config_directory, const std::string& alert, std::ostream& out,
             std::ostream& err) {
  auto read = open_store_of(config_directory);
  if (!read) return cannot(err, read.error());
  auto loaded = load_contents(read->contents, *read->store);
  if (!loaded) return cannot(err, loaded.error());
  auto done =
      read->store->for_each_ledger(Chain::kAlerts, 0, [&](const LedgerRow& row) -> Result<void> {
        if (row.json.starts_with(R"({"note")")) return {};
        auto revision = parse_alert_revision(row.json);
        if (!revision) return tl::unexpected(revision.error());
        if (!revision->alert.hex().starts_with(alert)) return {};
        const Message message =
            render_message(*revision, Recipient{}, *loaded->catalogue, MessageOptions{});
        fmt::print(out, "{}\n{}\n\n{}\n\n", std::string(72, '='), message.subject, message.text);
        return {};
      });
  return done ? kDone : cannot(err, done.error());
}

int run_backup(const AdminCall& call, const std::string& directory, std::ostream& out,
               std::ostream& err) {
  const std::string absolute = std::filesystem::absolute(directory).string();
  if (!call.url.empty()) {
    const auto peer = admin_peer(call);
    if (!peer) return cannot(err, peer.error());
    auto answer = http_post(*peer, "/backup?directory=" + percent_encoded(absolute));
    if (!answer) return cannot(err, answer.error());
    out << *answer << "\n";
    return kDone;
  }
  auto read = open_store_of(call.config_directory);
  if (!read) return cannot(err, read.error());
  auto receipt = read->store->backup(absolute);
  if (!receipt) return cannot(err, receipt.error());
  fmt::print(out, "backup {} holds the journal up to {}, {} bytes\n", receipt->id,
             receipt->sequence, receipt->bytes);
  return kDone;
}

int run_restore(const std::string& backup, const std::string& target, std::ostream& out,
                std::ostream& err) {
  RestoreOptions options;
  options.backup = backup;
  options.target = target;
  auto receipt = restore(options);
  if (!receipt) return cannot(err, receipt.error());
  fmt::print(out, "restored backup {} (journal up to {}) into {}\n", receipt->id, receipt->sequence,
             target);
  return kDone;
}

}  // namespace tocsin
