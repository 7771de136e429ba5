#pragma once

#include <iosfwd>
#include <string>

#include "daemon/verify.h"
#include "model/result.h"

namespace tocsin {

// What the `tocsin` command does with a configuration and a store. Each returns the exit code: 0
// done, 1 the answer is "no" (a pack with errors, a replay that differs, a broken chain, a region
// that no rule judges), 2 it could not be done. They open the store read-only, so they work beside
// a running daemon.

enum class OutputFormat { kText, kJson };

// `tocsin explain`: of an alert, each revision with what was known when it was said, then what its
// pattern makes of the data of today for the day of its last revision; of a region, the latter for
// every pattern. As JSON an array with one object a pack; for an alert {alert, revisions, now}.
// 1: no rule judges the region; 2 also: there is no such alert, region or pattern.
//
// With `known_at` it tells what the rules of now make of what was known then: the journal is played
// up to that time. With `records` also which records it would not have been said without.
struct ExplainOptions {
  std::string config_directory;
  std::string alert;     // hex id, or its beginning; or
  std::string region;    // a region's code or name,
  std::string at;        // the day; "" is the store's today, of an alert the day it speaks about
  std::string pattern;   // "" for all
  std::string known_at;  // a day (its end) or a time; "": all that is known
  bool records = false;
  OutputFormat format = OutputFormat::kText;
};
int run_explain(const ExplainOptions& options, std::ostream& out, std::ostream& err);

// `tocsin replay`: runs the journal through the same pipeline into a scratch store and compares the
// alert chain entry by entry, byte by byte.
int run_replay(const std::string& store_directory, std::ostream& out, std::ostream& err);

// `tocsin ledger`: the chain "alerts" or "dispatches" as JSON lines {index, previous, hash, entry}.
int run_ledger(const std::string& store_directory, const std::string& chain, std::ostream& out,
               std::ostream& err);
// `tocsin verify`: the ledger, the journal, the rows and the derived state, proved from each other
// (daemon/verify.h), of a store or of the newest backup in a directory. 1: something is not as it
// should be, with the row, what was expected and what was found.
struct VerifyCommand {
  std::string store{};
  Depth depth = Depth::kAll;
  std::string scratch{};  // where there is room for a second store; "": where temporary files go
  OutputFormat format = OutputFormat::kText;
};
int run_verify(const VerifyCommand& command, std::ostream& out, std::ostream& err);

// `tocsin migrate`: opens the store for writing, which brings one of an earlier release to this
// one's schema after a checkpoint (storage/migrate.h). Not beside a running daemon.
int run_migrate(const std::string& store_directory, std::ostream& out, std::ostream& err);

// `tocsin show`: alerts as a committee reads them; all revisions when `alert` is empty.
int run_show(const std::string& config_directory, const std::string& alert, std::ostream& out,
             std::ostream& err);

// `tocsin timeline`: one line a revision, by region, and what share of the region-months was known,
// unknown and blind, by dimension and year.
int run_timeline(const std::string& config_directory, std::ostream& out, std::ostream& err);

// `tocsin backup`: asks the running daemon when the call says where it is; without, reads the store
// itself.
struct AdminCall;  // daemon/commands_admin.h
int run_backup(const AdminCall& call, const std::string& directory, std::ostream& out,
               std::ostream& err);
int run_restore(const std::string& backup, const std::string& target, std::ostream& out,
                std::ostream& err);

}  // namespace tocsin
