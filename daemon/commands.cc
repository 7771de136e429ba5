#include "daemon/commands.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <boost/json.hpp>
#include <filesystem>
#include <ostream>

#include "alerting/message.h"
#include "daemon/commands_admin.h"
#include "daemon/opened.h"
#include "daemon/replay.h"
#include "daemon/verify.h"
#include "storage/migrate.h"

namespace tocsin {
namespace {

constexpr int kDone = 0, kNo = 1, kCannot = 2;

int cannot(std::ostream& err, const Error& error) {
  err << error.message << (error.message.ends_with('\n') ? "" : "\n");
  return kCannot;
}

bool is_backup(const std::string& directory) {
  return std::filesystem::exists(directory + "/meta") &&
         !std::filesystem::exists(directory + "/CURRENT");
}

void print_text(const VerifyReport& report, std::ostream& out, std::ostream& err) {
  for (const std::string& proved : report.proved) out << proved << "\n";
  for (const std::string& note : report.notes) out << "note: " << note << "\n";
  for (const RowFault& fault : report.faults)
    fmt::print(err, "{}, {}: expected {}; found {}\n", fault.column, fault.row, fault.expected,
               fault.found);
  for (const auto& [column, count] : report.fault_counts)
    if (count > VerifyReport::kFaultsMax)
      fmt::print(err, "{}: {} more\n", column, count - VerifyReport::kFaultsMax);
  if (!report.holds()) err << "the store does not hold what it should\n";
}

void print_json(const VerifyReport& report, std::ostream& out) {
  boost::json::array proved, notes, faults;
  boost::json::object counts;
  for (const std::string& text : report.proved) proved.emplace_back(text);
  for (const std::string& text : report.notes) notes.emplace_back(text);
  for (const RowFault& fault : report.faults)
    faults.push_back(boost::json::object{{"column", fault.column},
                                         {"row", fault.row},
                                         {"expected", fault.expected},
                                         {"found", fault.found}});
  for (const auto& [column, count] : report.fault_counts) counts[column] = count;
  out << boost::json::serialize(boost::json::object{{"holds", report.holds()},
                                                    {"proved", std::move(proved)},
                                                    {"notes", std::move(notes)},
                                                    {"faults", std::move(faults)},
                                                    {"fault_counts", std::move(counts)}})
      << "\n";
}

}  // namespace

int run_replay(const std::string& store_directory, std::ostream& out, std::ostream& err) {
  auto original = open_to_read(store_directory);
  if (!original) return cannot(err, original.error());
  auto scratch = ScratchDirectory::make("");
  if (!scratch) return cannot(err, scratch.error());
  StoreOptions options;
  options.directory = (*scratch)->path() / "store";
  auto copy = Store::open(std::move(options));
  if (!copy) return cannot(err, copy.error());
  const auto replayed = replay_journal(**original, **copy);
  if (!replayed) return cannot(err, replayed.error());
  const ChainHead was = (*original)->head().chains[static_cast<std::size_t>(Chain::kAlerts)];
  const ChainHead is = (*copy)->head().chains[static_cast<std::size_t>(Chain::kAlerts)];
  fmt::print(out, "replayed {} journal entries: {} entries in the alert chain, {}\n",
             replayed->entries, is.count, is.hash);
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

int run_verify(const VerifyCommand& command, std::ostream& out, std::ostream& err) {
  auto scratch = ScratchDirectory::make(command.scratch);
  if (!scratch) return cannot(err, scratch.error());
  std::string directory = command.store;
  // A directory that `tocsin backup` filled holds no store, but what makes one.
  if (is_backup(directory)) {
    directory = (*scratch)->path() / "restored";
    auto restored = restore({.backup = command.store, .target = directory});
    if (!restored) return cannot(err, restored.error());
  }
  VerifyReport report;
  if (auto store = open_to_read(directory)) {
    auto verified = verify_store(**store, {command.depth, (*scratch)->path()});
    if (!verified) return cannot(err, verified.error());
    report = *std::move(verified);
  } else if (store.error().code == ErrorCode::kCorrupt) {
    report.add({"store", "files", "a store that can be opened", store.error().message});
  } else {
    return cannot(err, store.error());
  }
  if (command.format == OutputFormat::kJson) {
    print_json(report, out);
  } else {
    print_text(report, out, err);
  }
  return report.holds() ? kDone : kNo;
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
