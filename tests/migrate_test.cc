// Stores of earlier schemas, as their releases wrote them (tests/fixtures/make-store): they open,
// migrate after a checkpoint, and roll back; whatever moment the power fails at.
#include "storage/migrate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rocksdb/env.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/verify.h"
#include "tests/support/crash_fs.h"
#include "tests/support/golden.h"
#include "tests/support/record_gen.h"
#include "tests/support/store_gen.h"
#include "tests/support/store_text.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testsupport::content_of;
using testsupport::CrashDisk;
using testsupport::StoreContent;
using testsupport::StoreGen;

constexpr std::uint32_t kOldest = 1;

// Two steps that no release ever made: each marks what is in quarantine.
Result<void> mark_producers(Migration& migration) {
  return migrate_rows(migration, "quarantine",
                      [&](std::string_view key, std::string_view value) -> Result<void> {
                        auto row = decode_quarantine(1, value);
                        if (!row) return tl::unexpected(row.error());
                        row->producer += "+2";
                        migration.put("quarantine", key, encode(*row));
                        return {};
                      });
}

// Saves after every row: a crash may fall between any two.
Result<void> mark_again(Migration& migration) {
  return migration.scan("quarantine", migration.reached(),
                        [&](std::string_view key, std::string_view value) -> Result<void> {
                          auto row = decode_quarantine(1, value);
                          if (!row) return tl::unexpected(row.error());
                          row->producer += "+3";
                          migration.put("quarantine", key, encode(*row));
                          return migration.save(std::string(key));
                        });
}

const StoreSchema& schema(std::uint32_t version) {
  static const std::vector<MigrationStep> kSteps = {{1, "producers are marked", {}, mark_producers},
                                                    {2, "and once more", {}, mark_again}};
  static const std::array<StoreSchema, 3> kSchemas = {
      StoreSchema{{1, 1}, {}}, StoreSchema{{2, 2}, {kSteps[0]}}, StoreSchema{{3, 3}, kSteps}};
  return kSchemas[version - 1];
}

StoreContent marked(StoreContent content, const std::string& mark) {
  for (auto& [sequence, row] : content.quarantine) row.producer += mark;
  return content;
}

// A store that the release of schema 1 wrote, in a directory of its own.
class Migrations : public testing::Test {
 protected:
  Migrations() { unpack(kOldest); }
  void unpack(std::uint32_t schema) {
    std::filesystem::remove_all(store_dir());
    const std::string command =
        fmt::format("tar -xzf " TOCSIN_SOURCE_DIR "/tests/fixtures/store-{}/store.tar.gz -C {}",
                    schema, dir_.path().string());
    require(std::system(command.c_str()) == 0, "the fixture can't be unpacked");
  }
  Result<std::unique_ptr<Store>> open(std::uint32_t version, Access access = Access::kReadWrite) {
    return open_with(&schema(version), access);
  }
  Result<std::unique_ptr<Store>> open_with(const StoreSchema* schema,
                                           Access access = Access::kReadWrite) {
    StoreOptions options{
        .directory = store_dir(), .access = access, .if_missing = IfMissing::kFail};
    options.schema = schema;
    options.note = [this](const std::string& message) { notes_.push_back(message); };
    return Store::open(std::move(options));
  }
  StoreContent content(std::uint32_t version) {
    const auto store = open(version);
    EXPECT_TRUE(store) << store.error().message;
    return store ? content_of(**store) : StoreContent{};
  }
  std::filesystem::path store_dir() const { return dir_.path() / "store"; }
  std::filesystem::path checkpoint() const {
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path()))
      if (entry.path().filename().string().starts_with("store.schema-")) return entry.path();
    return {};
  }

  testsupport::TempDir dir_;
  std::vector<std::string> notes_;
};

TEST_F(Migrations, TheFixtureHoldsWhatItsReleaseWrote) {
  expect_golden("../fixtures/store-1/content.txt", text_of(content(kOldest)));
}

TEST_F(Migrations, AStoreOfTheOldestSchemaBecomesOurs) {
  {
    const auto store = open_with(nullptr);
    ASSERT_TRUE(store) << store.error().message;
    expect_golden("../fixtures/store-1/content.txt", text_of(content_of(**store)));
    const auto reports = verify_chains(**store);
    for (const ChainReport& report : reports.value()) EXPECT_FALSE(report.broken);
    StoreGen gen(1);
    ASSERT_TRUE((*store)->commit(gen.commit((*store)->next_sequence(), 20)));
  }
  EXPECT_EQ(checkpoint().empty(), our_schema().version.schema == kOldest);
  notes_.clear();
  ASSERT_TRUE(open_with(nullptr));
  EXPECT_TRUE(notes_.empty()) << "migrated twice: " << notes_.front();
}

TEST_F(Migrations, TheDispatchesOfEachAlertAreListed) {
  for (std::uint32_t schema = kOldest; schema < our_schema().version.schema; ++schema) {
    SCOPED_TRACE("schema " + std::to_string(schema));
    unpack(schema);
    const auto store = open_with(nullptr);
    ASSERT_TRUE(store) << store.error().message;
    std::map<Hash128, std::vector<Dispatch>> of_alert;
    ASSERT_TRUE((*store)->for_each_dispatch([&](const Dispatch& dispatch) -> Result<void> {
      of_alert[dispatch.alert].push_back(dispatch);
      return {};
    }));
    ASSERT_GT(of_alert.size(), 1U);
    for (const auto& [alert, dispatches] : of_alert)
      EXPECT_EQ((*store)->dispatches_of(alert).value(), dispatches);
    EXPECT_TRUE(verify_rows(**store, [](const RowFault& fault) {
      ADD_FAILURE() << fault.row << ": " << fault.expected << ", not " << fault.found;
    }));
  }
}

TEST_F(Migrations, EveryEarlierSchemaHasAStepToTheNext) {
  const StoreSchema& ours = our_schema();
  ASSERT_EQ(ours.steps.size(), ours.version.schema - 1);
  for (std::size_t i = 0; i < ours.steps.size(); ++i) EXPECT_EQ(ours.steps[i].from, i + 1);
}

TEST_F(Migrations, GoesOverAllSchemasAfterACheckpointAndSaysSo) {
  const StoreContent before = content(1);
  ASSERT_GT(before.quarantine.size(), 5U);
  EXPECT_TRUE(content(3) == marked(before, "+2+3"));
  ASSERT_EQ(notes_.size(), 4U);
  EXPECT_THAT(notes_[0], HasSubstr("a checkpoint of it with schema 1 is in"));
  EXPECT_THAT(notes_[1], HasSubstr("from schema 1 to 2: producers are marked"));
  EXPECT_THAT(notes_[2], HasSubstr("from schema 2 to 3: and once more"));
  EXPECT_THAT(notes_[3], HasSubstr("mv " + checkpoint().string() + " " + store_dir().string()));
  EXPECT_EQ(checkpoint().filename(), "store.schema-1-at-" + std::to_string(before.head.sequence));
  EXPECT_TRUE(content(3) == marked(before, "+2+3"));
}

TEST_F(Migrations, RollsBackByMovingTheCheckpointBack) {
  const StoreContent before = content(1);
  {
    const auto store = open(3);
    ASSERT_TRUE(store);
    StoreGen gen(1);
    ASSERT_TRUE((*store)->commit(gen.commit((*store)->next_sequence(), 20)));
  }
  const auto refused = open(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("was written by a newer tocsin"));
  std::filesystem::rename(store_dir(), dir_.path() / "newer");
  std::filesystem::rename(checkpoint(), store_dir());
  EXPECT_TRUE(content(1) == before);
}

TEST_F(Migrations, AnEarlierSchemaIsNotReadWithoutMigration) {
  const auto refused = open(2, Access::kReadOnly);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("has schema 1, this program has schema 2"));
  EXPECT_THAT(refused.error().message, HasSubstr("tocsin migrate " + store_dir().string()));
  EXPECT_TRUE(checkpoint().empty());
}

TEST_F(Migrations, SomethingElseInTheCheckpointsPlaceIsRefused) {
  const auto there =
      dir_.path() / ("store.schema-1-at-" + std::to_string(content(1).head.sequence));
  std::filesystem::create_directory(there);
  std::ofstream(there / "letter") << "dear";
  const auto refused = open(2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("Move it away. Nothing was changed"));
  EXPECT_TRUE(open(1));
}

TEST_F(Migrations, AStepThatFailsLeavesAMarkedStoreAndTheWayBack) {
  StoreContent before = content(1);
  const StoreSchema failing{.version = {2, 2},
                            .steps = {{1, "fails", {}, [](Migration& migration) -> Result<void> {
                                         migration.put("quarantine", "junk", "junk");
                                         if (auto saved = migration.save("half"); !saved)
                                           return saved;
                                         return fail(ErrorCode::kIo, "the disk is full");
                                       }}}};
  EXPECT_EQ(open_with(&failing).error().message, "the disk is full");
  EXPECT_THAT(open(1).error().message, HasSubstr("was written by a newer tocsin"));
  EXPECT_THAT(open(2, Access::kReadOnly).error().message,
              HasSubstr("is on its way from schema 1 to 2"));
  std::string reached;
  const StoreSchema mended{.version = {2, 2},
                           .steps = {{1, "goes on", {}, [&](Migration& migration) -> Result<void> {
                                        reached = migration.reached();
                                        migration.erase("quarantine", "junk");
                                        return migration.save("");
                                      }}}};
  const auto store = open_with(&mended);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(reached, "half");
  EXPECT_TRUE(content_of(**store) == before);
}

// The power fails after each change of a migration in turn; then the release before finds its store
// untouched or refuses it, and the new one comes to the end.
TEST(MigrationCrash, AtAnyChangeLosesNothing) {
  StoreGen random(testsupport::test_seed());
  constexpr int kChanges = 260;
  const int stride = std::max(1, kChanges / testsupport::test_cases(16));
  int untouched = 0, marks = 0;
  for (int changes = random.below(stride); changes < kChanges; changes += stride) {
    SCOPED_TRACE("power fails after " + std::to_string(changes) + " changes");
    CrashDisk disk;
    const auto on_disk = [&](std::uint32_t version) {
      StoreOptions options{.directory = CrashDisk::root() + "/store",
                           .env = disk.env(),
                           .block_cache_bytes = std::size_t{1} << 20,
                           .recent_records = 60};
      options.schema = &schema(version);
      return Store::open(std::move(options));
    };
    StoreContent before;
    {
      StoreGen gen(7);
      auto store = on_disk(1).value();
      while (content_of(*store).quarantine.size() < 6)
        ASSERT_TRUE(store->commit(gen.commit(store->next_sequence(), 5)));
      before = content_of(*store);
    }
    disk.fail_after(static_cast<std::uint64_t>(changes));
    (void)on_disk(3);
    disk.crash();
    {
      const auto old = on_disk(1);
      if (old) {
        EXPECT_TRUE(content_of(**old) == before);
        ++untouched;
      } else {
        EXPECT_EQ(old.error().code, ErrorCode::kConflict) << old.error().message;
        ++marks;
      }
    }
    const auto migrated = on_disk(3);
    ASSERT_TRUE(migrated) << migrated.error().message;
    EXPECT_TRUE(content_of(**migrated) == marked(before, "+2+3"));
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(untouched, 2);
  EXPECT_GT(marks, 2);
}

}  // namespace
}  // namespace tocsin
