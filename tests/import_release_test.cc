#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "ingest/import/import.h"
#include "ingest/import/release.h"
#include "ingest/wire.h"

// A publisher's new file against the import before (docs/FORMATS.md section 3).

namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kMonthly = R"(
feed: prices
source: s
period: {month: "{month}"}
published: {days: 10}
place: {region: X}
records:
  - {id: "{month}", values: {price: v}}
)";
// The file itself says when a figure was made.
constexpr std::string_view kDated = R"(
feed: prices
source: s
repeats: revise
period: {month: "{month}"}
published: {days: 0, after: start, of: {day: "{made}"}}
place: {region: X}
records:
  - {id: "{month}", values: {price: v}}
)";

struct Outcome {
  std::string error;
  ImportReport report;
  std::vector<Record> records;
  std::size_t refused = 0;
};

struct ReleaseOptions {
  std::vector<Record> earlier;
  std::string released = "2019-07-01";
  Absent absent = Absent::kRetractIfSure;
  std::string_view mapping = kMonthly;
};

Day day(std::string_view text) { return parse_day(text).value(); }

Outcome run(const std::string& rows, std::string_view yaml, std::optional<Against> against) {
  Outcome outcome;
  const auto mapping = parse_mapping("m.yaml", yaml);
  if (!mapping) {
    ADD_FAILURE() << mapping.error().front().message;
    return outcome;
  }
  std::istringstream csv((yaml == kDated ? "month,made,v\n" : "month,v\n") + rows);
  const auto report = import_rows(*mapping, csv,
                                  {.record = [&](const Record& r) { outcome.records.push_back(r); },
                                   .refused = [&](const RefusedRow&) { ++outcome.refused; }},
                                  std::move(against));
  if (report) {
    outcome.report = *report;
  } else {
    outcome.error = report.error().message;
  }
  return outcome;
}

Outcome first(const std::string& rows, std::string_view yaml = kMonthly) {
  return run(rows, yaml, std::nullopt);
}

Outcome next(const std::string& rows, ReleaseOptions options) {
  return run(rows, options.mapping,
             Against{std::move(options.earlier), day(options.released), options.absent});
}

// "id revision value published" of each record, in order.
std::vector<std::string> lines(const Outcome& outcome) {
  EXPECT_EQ(outcome.error, "");
  std::vector<std::string> result;
  for (const auto& record : outcome.records) {
    const auto* body = std::get_if<ObservationBody>(&record.body);
    result.push_back(
        fmt::format("{} r{} {} {}", record.id, record.revision,
                    body != nullptr ? format_scaled(body->value.digits, body->value.scale) : "gone",
                    format_day(day_of(*record.published))));
  }
  return result;
}

const std::string kOld = "2019-01-01,1\n2019-02-01,2\n2019-03-01,3\n";

TEST(Release, UnchangedRecordsKeepTheirRevisionAndPublication) {
  const auto old = first(kOld);
  const auto again = next(kOld, {.earlier = old.records});
  EXPECT_EQ(again.records, old.records);
  ASSERT_TRUE(again.report.release);
  EXPECT_EQ(again.report.release->unchanged, 3u);
  EXPECT_EQ(again.report.revisions, 0u);
  EXPECT_FALSE(old.report.release);
}

TEST(Release, ChangedGoneAndNewRecordsAreSaidOnTheDayOfRelease) {
  const auto outcome =
      next("2019-01-01,1\n2019-02-01,2.5\n2019-06-01,6\n", {.earlier = first(kOld).records});
  EXPECT_THAT(lines(outcome),
              ElementsAre("2019-01-01 r1 1 2019-02-11", "2019-02-01 r1 2 2019-03-11",
                          "2019-03-01 r1 3 2019-04-11", "2019-02-01 r2 2.5 2019-07-01",
                          "2019-03-01 r2 gone 2019-07-01", "2019-06-01 r1 6 2019-07-11"));
  const auto& counts = *outcome.report.release;
  EXPECT_EQ(counts.unchanged, 1u);
  EXPECT_EQ(counts.changed, 1u);
  EXPECT_EQ(counts.retracted, 1u);
  EXPECT_EQ(counts.added, 1u);
  EXPECT_EQ(counts.added_late, 0u);
  EXPECT_EQ(outcome.report.written, (std::array<std::size_t, 5>{0, 5, 0, 1, 0}));
  EXPECT_EQ(outcome.report.revisions, 2u);
  const Record& gone = outcome.records[4];
  EXPECT_EQ(std::get<RetractionBody>(gone.body).reason,
            "the file of the feed prices published by 2019-07-01 no longer has it");
  EXPECT_EQ(parse_record(to_json(gone)), gone);
}

TEST(Release, WhatComesBackAfterARetractionGetsAHigherRevision) {
  auto outcome = next("2019-01-01,1\n2019-02-01,2\n", {.earlier = first(kOld).records});
  outcome = next(kOld, {.earlier = outcome.records, .released = "2019-08-01"});
  EXPECT_EQ(outcome.report.release->returned, 1u);
  EXPECT_EQ(lines(outcome).back(), "2019-03-01 r3 3 2019-08-01");
  outcome =
      next("2019-01-01,1\n2019-02-01,2\n", {.earlier = outcome.records, .released = "2019-09-01"});
  EXPECT_EQ(lines(outcome).back(), "2019-03-01 r4 gone 2019-09-01");
  // What stays away is retracted once.
  const auto again =
      next("2019-01-01,1\n2019-02-01,2\n", {.earlier = outcome.records, .released = "2019-10-01"});
  EXPECT_EQ(again.records, outcome.records);
}

TEST(Release, AValueThatGoesBackIsARevisionLikeAnother) {
  auto outcome =
      next("2019-01-01,9\n2019-02-01,2\n2019-03-01,3\n", {.earlier = first(kOld).records});
  outcome = next(kOld, {.earlier = outcome.records, .released = "2019-08-01"});
  EXPECT_EQ(lines(outcome).back(), "2019-01-01 r3 1 2019-08-01");
}

TEST(Release, ANewRecordOfDaysBeforeWasNotKnownThen) {
  const auto outcome = next("2019-01-01,1\n2019-02-01,2\n2019-03-01,3\n2019-04-01,4\n",
                            {.earlier = first("2019-01-01,1\n2019-03-01,3\n").records});
  EXPECT_EQ(outcome.report.release->added, 2u);
  EXPECT_EQ(outcome.report.release->added_late, 1u);
  EXPECT_THAT(lines(outcome),
              ElementsAre("2019-01-01 r1 1 2019-02-11", "2019-03-01 r1 3 2019-04-11",
                          "2019-04-01 r1 4 2019-05-11", "2019-02-01 r1 2 2019-07-01"));
}

TEST(Release, NoRevisionIsPublishedBeforeTheOneItReplaces) {
  const auto outcome = next("2019-01-01,1\n2019-02-01,2\n2019-03-01,4\n",
                            {.earlier = first(kOld).records, .released = "2019-01-01"});
  EXPECT_EQ(lines(outcome).back(), "2019-03-01 r2 4 2019-04-11");
}

TEST(Release, AFileThatDatesItsOwnRevisionsIsBelieved) {
  const auto old = first("2019-01-01,2019-02-05,1\n2019-01-01,2019-03-05,2\n", kDated);
  EXPECT_THAT(lines(old), ElementsAre("2019-01-01 r1 1 2019-02-05", "2019-01-01 r2 2 2019-03-05"));
  const ReleaseOptions options{.earlier = old.records, .mapping = kDated};
  EXPECT_EQ(next("2019-01-01,2019-02-05,1\n2019-01-01,2019-03-05,2\n", options).records,
            old.records);
  auto later = lines(
      next("2019-01-01,2019-02-05,1\n2019-01-01,2019-03-05,2\n2019-01-01,2019-05-05,3\n", options));
  EXPECT_EQ(later.back(), "2019-01-01 r3 3 2019-05-05");
  // The second figure was withdrawn: the first holds again, from the release on.
  later = lines(next("2019-01-01,2019-02-05,1\n", options));
  EXPECT_EQ(later.back(), "2019-01-01 r3 1 2019-07-01");
}

struct DoubtCase {
  std::string name, rows, want;
};

class ReleaseDoubt : public testing::TestWithParam<DoubtCase> {};

TEST_P(ReleaseDoubt, RetractsNothingThatMayOnlyBeMissingHere) {
  const auto old = first(kOld);
  const auto refused = next(GetParam().rows, {.earlier = old.records});
  EXPECT_THAT(refused.error, HasSubstr(GetParam().want));
  EXPECT_THAT(refused.error, HasSubstr("--missing keep if the file is only a part"));
  EXPECT_THAT(refused.records, IsEmpty());

  const auto kept = next(GetParam().rows, {.earlier = old.records, .absent = Absent::kKeep});
  EXPECT_GT(kept.report.release->kept, 0u);
  EXPECT_EQ(kept.report.written[3], 0u);
  const auto gone = next(GetParam().rows, {.earlier = old.records, .absent = Absent::kRetract});
  EXPECT_EQ(gone.report.written[3], kept.report.release->kept);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ReleaseDoubt,
    testing::ValuesIn<DoubtCase>({
        {"refused_rows", "2019-01-01,1\n2019-02-01,two\n2019-03-01,3\n",
         "lacks 1 of the 3 identities of the import before, and 1 rows were refused"},
        {"begins_later", "2019-02-01,2\n2019-03-01,3\n2019-04-01,4\n",
         "the file begins on 2019-02-01, after the days of \"2019-01-01\""},
        {"more_than_half", "2019-01-01,1\n", "they are more than half"},
        {"nothing", "", "it has no figures"},
    }),
    [](const auto& tc) { return tc.param.name; });

TEST(Release, RefusedRowsOfAReleaseThatFailsAreTold) {
  const auto outcome =
      next("2019-01-01,1\n2019-02-01,two\n2019-03-01,3\n", {.earlier = first(kOld).records});
  EXPECT_NE(outcome.error, "");
  EXPECT_EQ(outcome.refused, 1u);
}

TEST(Release, AnImportBeforeThatDoesNotFitIsRefused) {
  auto earlier = first(kOld).records;
  earlier.push_back(earlier[0]);
  EXPECT_EQ(next(kOld, {.earlier = earlier}).error, "") << "the same line twice does no harm";
  std::get<ObservationBody>(earlier.back().body).value = {9, 0};
  EXPECT_EQ(next(kOld, {.earlier = earlier}).error,
            "the import before has revision 1 of \"2019-01-01\" twice and different");
  earlier.back().source = "t";
  EXPECT_EQ(next(kOld, {.earlier = earlier}).error,
            "the import before is of the source \"t\", the feed prices of \"s\"");
}

TEST(Release, ReadsWhatAnImportWroteAndNamesALineThatIsNoRecord) {
  const auto old = first(kOld);
  std::string text;
  for (const auto& record : old.records) text += to_json(record) + "\n";
  std::istringstream good(text), bad(text + "{}\n");
  EXPECT_EQ(read_records(good, "old.ndjson").value(), old.records);
  EXPECT_THAT(read_records(bad, "old.ndjson").error().message, HasSubstr("old.ndjson:4: "));
}

}  // namespace
}  // namespace tocsin
