// Releases of one publisher, imported one against the other, in the real store and pipeline.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "ingest/import/import.h"
#include "ingest/wire.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

using testsupport::SmallDaemon;

constexpr std::string_view kMapping = R"(
feed: monitor
source: monitor
period: {day: "{day}"}
published: {days: 20, after: month-end}
place: {region: Borno}
records:
  - {type: event, id: "{id}", kind: clash, deaths: deaths}
coverage:
  - {stream: events, regions: [NG], days: 20}
)";

using Table = std::map<int, int>;  // id -> deaths

std::vector<Record> import(const Table& table, std::optional<Against> against = std::nullopt) {
  std::string csv = "id,day,deaths\n";
  for (const auto& [id, deaths] : table) {
    csv += fmt::format("{},2019-{:02}-{:02},{}\n", id, 1 + id % 4, 1 + id % 28, deaths);
  }
  std::istringstream in(csv);
  const auto mapping = parse_mapping("m.yaml", kMapping);
  std::vector<Record> records;
  const auto report = import_rows(*mapping, in,
                                  {.record = [&](const Record& r) { records.push_back(r); },
                                   .refused = [](const RefusedRow& r) { FAIL() << r.reason; }},
                                  std::move(against));
  EXPECT_TRUE(report) << report.error().message;
  return records;
}

std::vector<Record> import_release(const Table& table, std::vector<Record> earlier,
                                   std::string_view released) {
  return import(table, Against{std::move(earlier), parse_day(released).value()});
}

using Fates = std::array<std::uint32_t, kFateCount>;

Fates send(SmallDaemon& daemon, const std::vector<Record>& records) {
  std::string frame;
  for (const auto& record : records) frame += to_json(record) + "\n";
  return daemon.send(frame).frames.front().fates;
}

std::uint32_t count(const Fates& fates, Fate fate) { return fates[static_cast<std::size_t>(fate)]; }

// What the store holds to be true; retracted identities aside.
std::map<std::string, Claim> content(const SmallDaemon& daemon) {
  std::map<std::string, Claim> claims;
  EXPECT_TRUE(daemon.store().for_each_latest([&](const LatestRevision& latest) -> Result<void> {
    if (latest.claim.index() != 0) claims.emplace(latest.identity.hex(), latest.claim);
    return {};
  }));
  return claims;
}

std::map<std::string, Claim> content_of(const Table& table) {
  SmallDaemon fresh;
  send(fresh, import(table));
  return content(fresh);
}

TEST(ReleasePipeline, OldThenNewIsExactlyTheNewFile) {
  Table old;
  for (int id = 0; id < 200; ++id) old[id] = 10;
  Table next = old;
  for (int id = 0; id < 96; ++id) next[id] = 12;
  for (int id = 150; id < 160; ++id) next.erase(id);
  for (int id = 300; id < 307; ++id) next[id] = 1;

  SmallDaemon daemon;
  const auto first = import(old);
  EXPECT_EQ(count(send(daemon, first), Fate::kApplied), first.size());
  const auto second = import_release(next, first, "2019-06-01");
  const auto fates = send(daemon, second);
  EXPECT_EQ(count(fates, Fate::kApplied), 96u + 10 + 7);
  EXPECT_EQ(count(fates, Fate::kDuplicate), first.size());
  EXPECT_EQ(count(fates, Fate::kQuarantined), 0u);
  EXPECT_EQ(content(daemon), content_of(next));
  EXPECT_EQ(daemon.pipeline().engine().data().event_count(), next.size());

  // What was gone comes back, and what was corrected is corrected back.
  const auto third = import_release(old, second, "2019-06-05");
  EXPECT_EQ(count(send(daemon, third), Fate::kQuarantined), 0u);
  EXPECT_EQ(content(daemon), content_of(old));

  // All that was ever said is in the last file: a store that was lost gets it from there.
  SmallDaemon restored;
  EXPECT_EQ(count(send(restored, third), Fate::kQuarantined), 0u);
  EXPECT_EQ(content(restored), content_of(old));
  EXPECT_EQ(count(send(restored, third), Fate::kApplied), 0u);
}

// What `--against` is for: the same without it.
TEST(ReleasePipeline, WithoutTheImportBeforeACorrectionIsAConflict) {
  SmallDaemon daemon;
  send(daemon, import({{1, 10}, {2, 10}}));
  const auto fates = send(daemon, import({{1, 12}, {2, 10}}));
  EXPECT_EQ(count(fates, Fate::kApplied) + count(fates, Fate::kQuarantined), 1u);
}

}  // namespace
}  // namespace tocsin
