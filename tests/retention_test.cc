// What is older than wanted goes, by a horizon in the journal; the ledger and what is known stay;
// and the store says from where on it can still be proved.
#include "daemon/retention.h"

#include <gmock/gmock.h>

#include <sstream>

#include "daemon/commands.h"
#include "daemon/verify.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/recent.h"
#include "tests/support/raw_store.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testsupport::price;
using testsupport::RawStore;
using testsupport::SmallDaemon;

constexpr const char* kKeepThirtyDays =
    "horizons: {lateness_days: 3660, retention_days: 7320, journal_days: 30, quarantine_days: "
    "10}\n";

std::uint64_t entries(const Store& store) {
  std::uint64_t count = 0;
  EXPECT_TRUE(store.for_each_journal(1, [&](std::uint64_t, const JournalEntry&) -> Result<void> {
    ++count;
    return {};
  }));
  return count;
}

std::uint64_t quarantined(const Store& store) {
  std::uint64_t count = 0;
  EXPECT_TRUE(store.for_each_quarantined(0, [&](const QuarantineRow&) -> Result<void> {
    ++count;
    return {};
  }));
  return count;
}

// One day: a record that every day says another price, so that what is known stays as much, and one
// that is refused.
void day(SmallDaemon& daemon, int number) {
  daemon.pass(1);
  const std::int32_t month = period_of(Cadence::kMonth, day_of(daemon.store().head().now)) - 1;
  daemon.send(price("last", format_day(period_start(Cadence::kMonth, month)),
                    format_day(period_start(Cadence::kMonth, month + 1)),
                    number % 50 == 0 ? 340 : 200 + number % 90, number + 1) +
              "no record " + std::to_string(number) + "\n");
  daemon.deliver();
}

VerifyReport verify(const SmallDaemon& daemon) {
  auto store = Store::open({.directory = daemon.directory() / "store",
                            .access = Access::kReadOnly,
                            .if_missing = IfMissing::kFail});
  EXPECT_TRUE(store) << store.error().message;
  auto report = verify_store(**store, {});
  EXPECT_TRUE(report) << report.error().message;
  return report ? *std::move(report) : VerifyReport{};
}

TEST(Retention, KeepsEverythingUnlessItIsAskedTo) {
  SmallDaemon daemon;
  daemon.begin();
  for (int i = 1; i <= 100; ++i) day(daemon, i);
  EXPECT_FALSE(daemon.store().journal_begin().value());
  EXPECT_EQ(entries(daemon.store()), daemon.store().head().sequence);
  EXPECT_EQ(quarantined(daemon.store()), 100U);
}

TEST(Retention, AStoreStaysAsLargeOverYears) {
  SmallDaemon daemon(kKeepThirtyDays);
  daemon.begin();
  std::uint64_t rows_after_a_year = 0;
  for (int i = 1; i <= 2 * 365; ++i) {
    day(daemon, i);
    if (i == 365) rows_after_a_year = entries(daemon.store());
  }
  const Store& store = daemon.store();
  EXPECT_LE(entries(store), rows_after_a_year + 3);
  EXPECT_LE(entries(store), 31 * 3 + 2U);
  EXPECT_LE(quarantined(store), 11U);
  EXPECT_GE(quarantined(store), 10U);
  EXPECT_GT(store.head().chains[0].count, 3U) << "the ledger stays";
  const auto begin = store.journal_begin().value();
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->day, day_of(store.head().now) - 30);
  EXPECT_EQ(daemon.pipeline().retention().journal_horizon(), begin->day);
  daemon.close();
  RawStore raw(daemon.directory() / "store");
  EXPECT_LT(raw.rows("meta").size(), 80U) << "marks go with the journal";
}

TEST(Retention, IsJournaledAndNeverGoesBack) {
  SmallDaemon daemon(kKeepThirtyDays);
  daemon.begin();
  for (int i = 1; i <= 40; ++i) day(daemon, i);
  const auto begin = daemon.store().journal_begin().value();
  ASSERT_TRUE(begin);
  bool said = false;
  ASSERT_TRUE(daemon.store().for_each_journal(
      begin->sequence + 1, [&](std::uint64_t, const JournalEntry& entry) -> Result<void> {
        said = said || journaled_horizon(entry.inputs, kJournalHorizon) == begin->day;
        return {};
      }));
  EXPECT_TRUE(said);
  daemon.restart();
  daemon.begin();
  EXPECT_EQ(daemon.store().journal_begin().value(), begin);
}

TEST(Retention, TheConfigurationInForceStays) {
  SmallDaemon daemon(kKeepThirtyDays);
  daemon.begin();
  for (int i = 1; i <= 100; ++i) day(daemon, i);
  const auto entry = daemon.store().journal(1);
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_FALSE(from_inputs(entry->inputs).configuration.empty());
  EXPECT_EQ(daemon.store().journal(2).error().code, ErrorCode::kNotFound);
}

TEST(Retention, ACutJournalIsProvedFromWhereItBegins) {
  SmallDaemon daemon(kKeepThirtyDays);
  daemon.begin();
  for (int i = 1; i <= 100; ++i) day(daemon, i);
  daemon.finish();
  for (int i = 101; i <= 110; ++i) day(daemon, i);
  const std::string store = daemon.directory() / "store";
  const std::uint64_t head = daemon.store().head().sequence;
  daemon.close();
  const VerifyReport report = verify(daemon);
  EXPECT_TRUE(report.holds()) << (report.faults.empty()
                                      ? ""
                                      : report.faults[0].expected + "; " + report.faults[0].found);
  EXPECT_THAT(report.notes, Contains(HasSubstr("retention let go of the journal up to entry")));
  EXPECT_THAT(report.proved, Contains(HasSubstr("latest revisions are records of the journal")));
  EXPECT_THAT(report.proved, Contains(HasSubstr("an engine made anew")));
  EXPECT_THAT(report.proved, Contains(HasSubstr("and so many fates were counted since")));
  EXPECT_THAT(report.notes, Contains(HasSubstr("not proved: which fate each record had")));
  std::ostringstream out, err;
  EXPECT_EQ(run_replay(store, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("the journal begins after entry"));
  {
    RawStore raw(store);
    raw.erase("journal", sequence_key(head - 1));
  }
  EXPECT_THAT(verify(daemon).faults, Contains(testing::Field(&RowFault::column, "journal")));
}

TEST(Retention, DamageInACutStoreIsFound) {
  struct Damage {
    const char* column;
    const char* row;
    std::function<void(RawStore&)> change;
  };
  const std::vector<Damage> damages = {
      {"record", "of journal entries",
       [](RawStore& raw) {
         const auto [key, block] = *raw.rows("recent").rbegin();
         RecentRevisions recent;
         require(recent.add(block, 1).has_value(), "a block");
         const auto [record, value] = recent.sorted().front();
         auto row =
             decode_latest_revision(*parse_record_key({record.data(), record.size()}), value);
         row->revision += 1;
         const std::vector<LatestRevision> changed{*row};
         raw.put("recent", key, encode_block(changed));
       }},
      {"meta", "tally",
       [](RawStore& raw) {
         auto tally = decode_tally(raw.rows("meta")[std::string(kTallyKey)]);
         ++tally->dispatches.of(Channel::kEmail, DispatchState::kDead);
         raw.put("meta", std::string(kTallyKey), encode(*tally));
       }},
      {"meta", "fates of source",
       [](RawStore& raw) {
         for (const auto& [key, value] : raw.rows("meta"))
           if (key.starts_with(kFatePrefix)) raw.put("meta", key, encode(FateTotals{}));
       }},
      {"meta", "fates of all sources",
       [](RawStore& raw) {
         for (const auto& [key, value] : raw.rows("meta"))
           if (key.starts_with(kFatePrefix)) {
             FateTotals totals = *decode_fates(value);
             ++totals.front();  // above what it was at the mark: only the journal knows
             return raw.put("meta", key, encode(totals));
           }
       }},
      {"meta", "begin of the journal",
       [](RawStore& raw) {
         auto mark = decode_journal_mark(raw.rows("meta")[std::string(kJournalBeginKey)]);
         mark->chains[0].hash[0] = mark->chains[0].hash[0] == 'a' ? 'b' : 'a';
         raw.put("meta", std::string(kJournalBeginKey), encode(*mark));
       }},
      {"outbox", "dispatch",
       [](RawStore& raw) {
         for (const auto& [key, value] : raw.rows("outbox"))
           if (key.starts_with(kDispatchPrefix)) return raw.erase("outbox", key);
       }},
      {"alert", "alert",
       [](RawStore& raw) { raw.erase("alert", raw.rows("alert").begin()->first); }},
      {"journal", "entry 1", [](RawStore& raw) { raw.erase("journal", sequence_key(1)); }},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.row);
    SmallDaemon daemon(kKeepThirtyDays);
    daemon.begin();
    for (int i = 1; i <= 120; ++i) day(daemon, i);
    daemon.close();
    {
      RawStore raw(daemon.directory() / "store");
      damage.change(raw);
    }
    EXPECT_THAT(verify(daemon).faults,
                Contains(testing::AllOf(testing::Field(&RowFault::column, damage.column),
                                        testing::Field(&RowFault::row, HasSubstr(damage.row)))));
  }
}

// The same horizons, marks and deletions, whoever runs the journal.
TEST(Retention, AReplayLetsGoOfTheSame) {
  SmallDaemon daemon(
      "horizons: {lateness_days: 3660, retention_days: 7320, journal_days: 300, quarantine_days: "
      "10}\n");
  daemon.begin();
  for (int i = 1; i <= 60; ++i) day(daemon, i);
  daemon.close();
  const VerifyReport report = verify(daemon);
  EXPECT_TRUE(report.holds()) << (report.faults.empty()
                                      ? ""
                                      : report.faults[0].row + ": " + report.faults[0].found);
  EXPECT_THAT(report.proved, Contains(HasSubstr("come to the same rows")));
}

}  // namespace
}  // namespace tocsin
