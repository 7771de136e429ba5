// `tocsin verify` finds each kind of damage in each column family and says which row, what was
// expected and what was found; and nothing in a store that is as it should be.
#include "daemon/verify.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>
#include <sstream>

#include "daemon/checkpoint_rows.h"
#include "daemon/commands.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/recent.h"
#include "tests/support/raw_store.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testsupport::clash;
using testsupport::coverage;
using testsupport::price;
using testsupport::RawStore;
using testsupport::SmallDaemon;

std::string month(int number) {
  return fmt::format("{}-{:02}-01", 2018 + (number - 1) / 12, (number - 1) % 12 + 1);
}

// A year of prices, events and refusals; an alert that is raised, corrected and sent; a checkpoint
// and what changed after it.
void live(SmallDaemon& daemon) {
  daemon.begin();
  for (int i = 1; i <= 12; ++i)
    daemon.send(price("p" + std::to_string(i), month(i), month(i + 1), 200 + i));
  daemon.send(price("may", "2019-05-01", "2019-06-01", 340) + clash("c1", "2019-06-01") +
              coverage("all", "2018-01-01", "2019-06-10"));
  daemon.deliver();
  daemon.send("no record\n" + price("far", "2049-05-01", "2049-06-01", 340));
  daemon.pass(30);
  daemon.restart();
  daemon.begin();
  daemon.finish();
  daemon.send(price("may", "2019-05-01", "2019-06-01", 360, 2));
  daemon.send(price("p3", month(3), month(4), 209, 2) + clash("c2", "2019-07-01"));
  daemon.pass(1);
}

VerifyReport verify(const SmallDaemon& daemon, Depth depth = Depth::kAll) {
  auto store = Store::open({.directory = daemon.directory() / "store",
                            .access = Access::kReadOnly,
                            .if_missing = IfMissing::kFail});
  EXPECT_TRUE(store) << store.error().message;
  if (!store) return {};
  auto report = verify_store(**store, {depth, {}});
  EXPECT_TRUE(report) << report.error().message;
  return report ? *std::move(report) : VerifyReport{};
}

std::string said(const VerifyReport& report) {
  std::string text;
  for (const RowFault& fault : report.faults)
    text += fault.column + ", " + fault.row + ": " + fault.expected + "; " + fault.found + "\n";
  return text;
}

TEST(Verify, ASoundStoreIsProvedWhole) {
  SmallDaemon daemon;
  live(daemon);
  daemon.close();
  const VerifyReport report = verify(daemon);
  EXPECT_TRUE(report.holds()) << said(report);
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_THAT(report.proved, Contains(HasSubstr("come to the same rows, byte for byte")));
  EXPECT_THAT(report.proved, Contains(HasSubstr("an engine made anew from the latest revisions")));
}

using Change = std::function<void(RawStore& raw)>;
struct Damage {
  const char* name;
  const char* column;  // of the fault that must be found
  const char* row;     // a part of its name
  Change change;
};

// The first row whose key begins with `prefix`.
std::pair<std::string, std::string> first(RawStore& raw, const std::string& column,
                                          std::string_view prefix = "") {
  for (const auto& [key, value] : raw.rows(column))
    if (key.starts_with(prefix)) return {key, value};
  require(false, "the test's store has such a row");
  return {};
}

template <class Decoded>
Decoded must(Result<Decoded> result) {
  require(result.has_value(), result ? "" : result.error().message);
  return *std::move(result);
}

// The first commit's revisions, of which the first is changed.
std::vector<LatestRevision> revisions(const std::string& block) {
  RecentRevisions recent;
  require(recent.add(block, 1).has_value(), "the test's store has such a block");
  std::vector<LatestRevision> all;
  for (const auto& [key, value] : recent.sorted())
    all.push_back(
        must(decode_latest_revision(must(parse_record_key({key.data(), key.size()})), value)));
  return all;
}
LatestRevision first_revision(RawStore& raw) {
  return revisions(first(raw, "recent").second).front();
}
void change_revision(RawStore& raw, const std::function<void(LatestRevision&)>& change) {
  const auto [key, block] = first(raw, "recent");
  std::vector<LatestRevision> changed = revisions(block);
  change(changed.front());
  raw.put("recent", key, encode_block(changed));
}

// The only row of NG-BO in the checkpoint.
std::pair<std::string, std::string> state_row(RawStore& raw) {
  const std::string number = raw.rows("meta")[numbering_key(NumberedKind::kRegion, "NG-BO")];
  const RegionId region(static_cast<std::uint32_t>(must(decode_number(number))));
  for (const auto& [key, value] : raw.rows("state"))
    if (key.starts_with(kRegionRowPrefix) && must(parse_region_row_key(key)).region == region)
      return {key, value};
  require(false, "the checkpoint has a row of NG-BO");
  return {};
}

const std::vector<Damage>& damages() {
  static const std::vector<Damage> kDamages = {
      {"a_flipped_revision", "record", "identity",
       [](RawStore& raw) { change_revision(raw, [](auto& row) { row.revision += 7; }); }},
      {"an_altered_claim", "record", "identity",
       [](RawStore& raw) {
         change_revision(raw, [](auto& row) { ++std::get<ObservationClaim>(row.claim).value; });
       }},
      {"lost_revisions", "record", "identity",
       [](RawStore& raw) { raw.erase("recent", first(raw, "recent").first); }},
      {"a_record_that_nobody_sent", "record", "identity",
       [](RawStore& raw) {
         std::string bytes;
         encode(first_revision(raw), bytes);
         const RecordKey key = record_key({SourceId(1), hash128("nobody")});
         raw.put("record", {key.data(), key.size()}, bytes);
       }},
      {"a_deleted_journal_entry", "journal", "entry 5",
       [](RawStore& raw) { raw.erase("journal", sequence_key(5)); }},
      {"an_unreadable_journal_entry", "journal", "entry 4",
       [](RawStore& raw) { raw.put("journal", sequence_key(4), "junk"); }},
      {"another_payload", "record", "identity",
       [](RawStore& raw) {
         JournalEntry entry = must(decode_journal_entry(raw.rows("journal")[sequence_key(6)]));
         std::string& payload = std::get<RecordsInput>(entry.inputs.at(0)).payload;
         const auto at = payload.find("\"value\":20");
         payload[at + 8] = '3';
         raw.put("journal", sequence_key(6), encode(entry));
       }},
      {"a_wrong_counter", "meta", "fates of source",
       [](RawStore& raw) {
         const auto [key, value] = first(raw, "meta", kFatePrefix);
         FateTotals counts = must(decode_fates(value));
         ++counts[0];
         raw.put("meta", key, encode(counts));
       }},
      {"a_wrong_position", "meta", "position of relay epoch epoch",
       [](RawStore& raw) {
         raw.put("meta", first(raw, "meta", kProducerPrefix).first, encode_number(3));
       }},
      {"a_wrong_tally", "meta", "tally",
       [](RawStore& raw) {
         Tally tally = must(decode_tally(raw.rows("meta")[std::string(kTallyKey)]));
         ++tally.dispatches.of(Channel::kEmail, DispatchState::kDead);
         raw.put("meta", std::string(kTallyKey), encode(tally));
       }},
      {"another_number", "meta", "number of NG-BO",
       [](RawStore& raw) {
         raw.put("meta", numbering_key(NumberedKind::kRegion, "NG-BO"), encode_number(77));
       }},
      {"a_moved_horizon", "meta", "lateness horizon",
       [](RawStore& raw) { raw.put("meta", std::string(kLatenessHorizonKey), encode_number(1)); }},
      {"a_missing_dispatch", "outbox", "dispatch",
       [](RawStore& raw) { raw.erase("outbox", first(raw, "outbox", kDispatchPrefix).first); }},
      {"an_altered_dispatch", "outbox", "dispatch",
       [](RawStore& raw) {
         const auto [key, value] = first(raw, "outbox", kDispatchPrefix);
         Dispatch dispatch = must(decode_dispatch(value));
         dispatch.address.target = "somebody@else.example";
         raw.put("outbox", key, encode(dispatch));
       }},
      {"an_altered_alert", "alert", "revision 1",
       [](RawStore& raw) {
         const auto [key, value] = first(raw, "alert");
         AlertRevision revision = must(parse_alert_revision(value));
         revision.region_name = "Elsewhere";
         raw.put("alert", key, to_json(revision));
       }},
      {"a_lost_quarantine_row", "quarantine", "row 1",
       [](RawStore& raw) { raw.erase("quarantine", sequence_key(1)); }},
      {"an_altered_ledger_entry", "ledger", "chain alerts entry 0",
       [](RawStore& raw) {
         const std::string key = ledger_key(Chain::kAlerts, 0);
         LedgerRow row = must(decode_ledger(Chain::kAlerts, 0, raw.rows("ledger")[key]));
         row.json.replace(row.json.find("watch"), 5, "never");
         raw.put("ledger", key, encode(row));
       }},
      {"a_ledger_rewritten_to_its_end", "ledger", "chain alerts entry",
       [](RawStore& raw) {
         StoreHead head = must(decode_head(raw.rows("meta")[std::string(kHeadKey)]));
         std::string previous(kChainGenesis);
         for (std::uint64_t i = 0; i < head.chains[0].count; ++i) {
           const std::string key = ledger_key(Chain::kAlerts, i);
           LedgerRow row = must(decode_ledger(Chain::kAlerts, i, raw.rows("ledger")[key]));
           if (i == 0) row.json.replace(row.json.find("watch"), 5, "never");
           row.previous = previous;
           previous = row.hash = chain_hash(previous, row.json);
           raw.put("ledger", key, encode(row));
         }
         head.chains[0].hash = previous;
         raw.put("meta", std::string(kHeadKey), encode(head));
       }},
      {"an_altered_state_row", "state", "region NG-BO",
       [](RawStore& raw) {
         auto [key, value] = state_row(raw);
         // Beyond the names of its first series and the days of its first observation, which keep
         // the order that the changes after the checkpoint are looked up by; the row can still be
         // read.
         for (std::size_t i = 16; i < value.size(); ++i) {
           std::string changed = value;
           changed[i] = static_cast<char>(changed[i] ^ 1);
           if (!decode_region_row(parse_region_row_key(key)->region, changed)) continue;
           return raw.put("state", key, changed);
         }
         require(false, "a row of derived state can be altered");
       }},
      {"a_lost_state_row", "state", "checkpoint",
       [](RawStore& raw) { raw.erase("state", state_row(raw).first); }},
      {"a_forgotten_change_after_the_checkpoint", "state", "region",
       [](RawStore& raw) {
         for (const auto& [key, value] : raw.rows("state"))
           if (key.starts_with(kChangedPrefix)) raw.erase("state", key);
       }},
  };
  return kDamages;
}

class VerifyFinds : public testing::TestWithParam<Damage> {};
INSTANTIATE_TEST_SUITE_P(Damage, VerifyFinds, testing::ValuesIn(damages()),
                         [](const auto& suite) { return suite.param.name; });

TEST_P(VerifyFinds, AndSaysWhich) {
  SmallDaemon daemon;
  live(daemon);
  daemon.close();
  {
    RawStore raw(daemon.directory() / "store");
    GetParam().change(raw);
  }
  const VerifyReport report = verify(daemon);
  EXPECT_FALSE(report.holds());
  EXPECT_THAT(report.faults,
              Contains(AllOf(testing::Field(&RowFault::column, GetParam().column),
                             testing::Field(&RowFault::row, HasSubstr(GetParam().row)))))
      << said(report);
}

TEST(Verify, QuicklyOnlyTheChains) {
  SmallDaemon daemon;
  live(daemon);
  daemon.close();
  {
    RawStore raw(daemon.directory() / "store");
    raw.erase("recent", first(raw, "recent").first);
  }
  EXPECT_TRUE(verify(daemon, Depth::kChains).holds());
  EXPECT_FALSE(verify(daemon).holds());
}

TEST(Verify, TheCommandTakesABackupAndSpeaksJson) {
  SmallDaemon daemon;
  live(daemon);
  ASSERT_TRUE(daemon.store().backup(daemon.directory() / "backup"));
  std::ostringstream out, err;
  VerifyCommand command{.store = daemon.directory() / "backup"};
  EXPECT_EQ(run_verify(command, out, err), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("come to the same rows"));
  daemon.close();
  {
    RawStore raw(daemon.directory() / "store");
    raw.put("meta", first(raw, "meta", kProducerPrefix).first, encode_number(3));
  }
  command = {.store = daemon.directory() / "store", .format = OutputFormat::kJson};
  out.str("");
  EXPECT_EQ(run_verify(command, out, err), 1);
  EXPECT_THAT(out.str(), AllOf(HasSubstr(R"("holds":false)"),
                               HasSubstr(R"("column":"meta","row":"position of relay epoch epoch",)"
                                         R"("expected":"16","found":"3")")));
  command.store = daemon.directory() / "nothing";
  EXPECT_EQ(run_verify(command, out, err), 2);
}

TEST(Verify, AStoreThatCannotBeOpenedIsAFindingToo) {
  SmallDaemon daemon;
  live(daemon);
  const std::uint64_t last = daemon.store().head().sequence;
  daemon.close();
  {
    RawStore raw(daemon.directory() / "store");
    raw.erase("journal", sequence_key(last));
  }
  std::ostringstream out, err;
  EXPECT_EQ(run_verify({.store = daemon.directory() / "store"}, out, err), 1);
  EXPECT_THAT(err.str(), HasSubstr("the journal ends at"));
}

}  // namespace
}  // namespace tocsin
