#include "daemon/metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "daemon/metrics_table.h"
#include "tests/support/program_output.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

using testsupport::clash;
using testsupport::coverage;
using testsupport::price;
using testsupport::SmallDaemon;

// "name{labels}" -> value, as text.
std::map<std::string, std::string> samples(const std::string& exposition) {
  std::map<std::string, std::string> found;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string::npos) continue;
    found.emplace(line.substr(0, space), line.substr(space + 1));
  }
  return found;
}

// What all the parts could say at once, no figure left at 0.
Gauges filled(const SmallDaemon& daemon) {
  Gauges gauges;
  gauges.server.sessions = 2;
  gauges.server.frames_accepted = 7;
  gauges.server.withheld = "disk-full";
  gauges.server.refusals[static_cast<std::size_t>(Refusal::kGap)] = 3;
  gauges.feeds = {{"gauges", 9, 1, 2, 1, 3, 1}};
  gauges.producers = {{"relay", 100, 2, 1}};
  gauges.lanes = {{Channel::kEmail, 5, 3, 1, 1, 0, 1, 0, 0}, {Channel::kCap, 1, 1}};
  gauges.store = daemon.store().statistics();
  gauges.fates = daemon.store().fates();
  gauges.space = {1'000, 2'000, SpaceMark::kLow};
  gauges.queue_depth = 4;
  static AdminCounters admin;
  gauges.admin = &admin;
  count_dispatches(daemon.store(), gauges);
  return gauges;
}

// A daemon with an open alert, and records that met several fates.
struct Scene {
  Scene() {
    CommitTiming timing{std::chrono::milliseconds(3), std::chrono::milliseconds(40),
                        std::chrono::milliseconds(1)};
    const std::string dear = price("p1", "2019-05-01", "2019-06-01", 400);
    metrics.committed(daemon.send(dear + dear + "not json\n" + clash("c1", "2019-06-01") +
                                  coverage("k1", "2019-01-01", "2019-06-08")),
                      daemon.pipeline());
    const auto soon = start_of<ProcessingTime>(day_of(daemon.pipeline().now()) + 9);
    metrics.committed(daemon.commit({MuteInput{"hunger", "NG-BO", "ada", "known already", soon}}),
                      daemon.pipeline());
    metrics.timed(timing);
  }
  std::map<std::string, std::string> scrape() const {
    return samples(metrics.expose(filled(daemon)));
  }

  SmallDaemon daemon;
  Metrics metrics;
};

TEST(Metrics, PassPromtool) {
  const Scene scene;
  const auto path = scene.daemon.directory() / "metrics.txt";
  std::ofstream(path) << scene.metrics.expose(filled(scene.daemon));
  const auto checked =
      testsupport::run_program("promtool check metrics < '" + path.string() + "' 2>&1");
  EXPECT_EQ(checked.status, 0);
  EXPECT_EQ(checked.output, "");
}

TEST(Metrics, ExposeEveryFamilyOfTheTableOnceWithASample) {
  const Scene scene;
  const std::string text = scene.metrics.expose(filled(scene.daemon));
  for (const MetricEntry& entry : metric_table()) {
    const std::string type = "# TYPE " + std::string(entry.name) + " ";
    const std::size_t at = text.find(type);
    ASSERT_NE(at, std::string::npos) << entry.name;
    EXPECT_EQ(text.find(type, at + 1), std::string::npos) << entry.name;
    const std::size_t next = text.find('\n', at) + 1;
    EXPECT_TRUE(text.substr(next).starts_with(entry.name)) << entry.name << " has no sample";
  }
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')),
            samples(text).size() + 2 * metric_table().size());
}

TEST(Metrics, LabelsAreThoseOfTheTable) {
  const Scene scene;
  const std::regex label("([a-z_]+)=\"");
  for (const auto& [sample, value] : scene.scrape()) {
    const std::string name = sample.substr(0, sample.find('{'));
    const auto of = std::ranges::find(metric_table(), name, &MetricEntry::name);
    if (of == metric_table().end()) continue;  // a histogram's _bucket, _sum or _count
    std::set<std::string> labels, declared;
    for (std::sregex_iterator it(sample.begin(), sample.end(), label), end; it != end; ++it)
      labels.insert((*it)[1]);
    std::istringstream words{std::string(of->labels)};
    for (std::string word; words >> word;)
      declared.insert(word.ends_with(',') ? word.substr(0, word.size() - 1) : word);
    EXPECT_EQ(labels, declared) << sample;
  }
}

TEST(Metrics, AMuteIsShownUntilItEnds) {
  const Scene scene;
  const auto found = scene.scrape();
  const auto ends = std::ranges::find_if(found, [](const auto& sample) {
    return sample.first.starts_with("tocsin_mute_end_timestamp_seconds{");
  });
  ASSERT_NE(ends, found.end());
  EXPECT_NE(ends->first.find("/hunger\",region=\"NG-BO\",who=\"ada\""), std::string::npos)
      << ends->first;
  EXPECT_EQ(std::stoll(ends->second),
            (day_of(scene.daemon.pipeline().now()) + 9).number() * std::int64_t{86'400});
}

TEST(Metrics, EveryRecordReceivedIsInOneFate) {
  const Scene scene;
  const auto found = scene.scrape();
  double fates = 0;
  for (const auto& [sample, value] : found)
    if (sample.starts_with("tocsin_records_total{")) fates += std::stod(value);
  EXPECT_EQ(fates, 5);
  EXPECT_EQ(found.at("tocsin_records_received_total"), "5");
  EXPECT_EQ(found.at("tocsin_records_unaccounted"), "0");
  const auto total = [&](const std::string& fate, const std::string& source) {
    return found.at(fmt::format("tocsin_records_total{{fate=\"{}\",source=\"{}\"}}", fate, source));
  };
  EXPECT_EQ(total("applied", "market"), "1");
  EXPECT_EQ(total("duplicate", "market"), "1");
  EXPECT_EQ(total("quarantined", "(none)"), "1");
}

TEST(Metrics, ARecordWithoutAFateShows) {
  Scene scene;
  CommitOutcome outcome;
  outcome.records = 2;
  outcome.frames.emplace_back().fates[0] = 1;
  scene.metrics.committed(outcome, scene.daemon.pipeline());
  EXPECT_EQ(scene.scrape().at("tocsin_records_unaccounted"), "1");
}

TEST(Metrics, WhatPeopleAskedForIsCounted) {
  Scene scene;
  CommitOutcome outcome;
  Released applied, refused;
  applied.fate = Fate::kApplied;
  Acknowledged again;
  again.is_new = false;
  outcome.requests = {applied, refused, Acknowledged{}, again, fail(ErrorCode::kNotFound, "row")};
  scene.metrics.committed(outcome, scene.daemon.pipeline());
  const auto found = scene.scrape();
  EXPECT_EQ(found.at("tocsin_quarantine_released_total{fate=\"applied\"}"), "1");
  EXPECT_EQ(found.at("tocsin_quarantine_released_total{fate=\"quarantined\"}"), "1");
  EXPECT_EQ(found.at("tocsin_alert_acknowledgements_total"), "1");
  EXPECT_EQ(found.at("tocsin_records_unaccounted"), "0");
}

TEST(Metrics, OpenAlertsFollowTheRevisions) {
  Scene scene;
  const std::string open = R"(tocsin_alerts_open{level="watch",pattern="hunger"})";
  EXPECT_EQ(scene.scrape().at(open), "1");
  EXPECT_EQ(scene.scrape().at(R"(tocsin_alert_revisions_total{kind="raised",level="watch"})"), "1");
  scene.metrics.committed(scene.daemon.send(price("p1", "2019-05-01", "2019-06-01", 200, 2)),
                          scene.daemon.pipeline());
  EXPECT_FALSE(scene.scrape().contains(open));
}

TEST(Metrics, OpenAlertsAreKnownAfterARestart) {
  Scene scene;
  scene.daemon.restart();
  Metrics fresh;
  fresh.committed(scene.daemon.pass(0), scene.daemon.pipeline());
  const auto found = samples(fresh.expose({}));
  EXPECT_EQ(found.at(R"(tocsin_alerts_open{level="watch",pattern="hunger"})"), "1");
  EXPECT_EQ(found.at("tocsin_data_observations"), "1");
}

TEST(Metrics, ASeriesIsStaleAfterItsCadenceAndLongestDelay) {
  Scene scene;
  const std::string stale = R"(tocsin_indicator_series_stale{indicator="price"})";
  // The value reaches to 1 June; a month of at most 31 days and 45 more pass on 16 August.
  scene.metrics.committed(scene.daemon.pass(66), scene.daemon.pipeline());
  EXPECT_EQ(scene.scrape().at(stale), "0") << "15 August";
  scene.metrics.committed(scene.daemon.pass(1), scene.daemon.pipeline());
  EXPECT_EQ(scene.scrape().at(stale), "1") << "16 August";
  EXPECT_EQ(scene.scrape().at(R"(tocsin_indicator_series{indicator="price"})"), "1");
}

TEST(Metrics, SayHowFarASourceReaches) {
  const Scene scene;
  const auto found = scene.scrape();
  const auto day = [](const char* text) {
    return static_cast<double>(start_of<EventTime>(*parse_day(text)).milliseconds()) / 1e3;
  };
  const auto at = [&](const std::string& sample) { return std::stod(found.at(sample)); };
  EXPECT_EQ(at(R"(tocsin_source_covered_until_timestamp_seconds{region="NG",source="monitor"})"),
            day("2019-06-08"));
  EXPECT_EQ(at(R"(tocsin_source_newest_day_timestamp_seconds{source="market"})"),
            day("2019-06-01"));
  EXPECT_EQ(at(R"(tocsin_source_newest_arrival_timestamp_seconds{source="market"})"),
            day("2019-06-10") + 12 * 3600);
}

TEST(Metrics, CountDispatchesByWhatIsLeftToDo) {
  const Scene scene;
  Gauges gauges;
  count_dispatches(scene.daemon.store(), gauges);
  EXPECT_EQ(gauges.outbox, 1u);
  EXPECT_EQ(gauges.dead, 0u);
}

TEST(Metrics, TimesThatWereNotMeasuredAreNotObserved) {
  Scene scene;
  scene.metrics.committed(scene.daemon.pass(1), scene.daemon.pipeline());
  const auto found = scene.scrape();
  EXPECT_EQ(found.at("tocsin_commits_total"), "3");
  EXPECT_EQ(found.at("tocsin_commit_seconds_count"), "1");
  EXPECT_EQ(found.at(R"(tocsin_frame_ack_seconds_bucket{le="0.025"})"), "0");
  EXPECT_EQ(found.at(R"(tocsin_frame_ack_seconds_bucket{le="0.05"})"), "1");
}

}  // namespace
}  // namespace tocsin
