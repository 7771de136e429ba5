// A start from a checkpoint comes to the same as one from all records, wherever the checkpoint was
// begun, cut off or left behind.
#include "daemon/checkpoint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "daemon/checkpoint_rows.h"
#include "daemon/pipeline.h"
#include "storage/bytes.h"
#include "tests/support/crash_fs.h"

namespace tocsin {
namespace {

using testsupport::CrashDisk;

// As read off two engines that stand at the same moment: data byte for byte; of tracks, what holds
// at each tick (runs may be cut differently).
std::string states_of(const Engine& engine) {
  std::string text;
  for (const Region& region : engine.catalogue().regions.all())
    text += region.code + " " + encode_region_content(engine.data(), region.id) + "\n";
  for (const Assessment& assessment : engine.assessments())
    for (const RegionId region : assessment.folded()) {
      const RegionTracks& tracks = assessment.tracks()[region.number()];
      std::string state;
      const auto add = [&](Day start, std::string now) {
        if (now != state) text += fmt::format("{}@{} ", now, start.number());
        state = std::move(now);
      };
      for (const SignalTrack& track : tracks.signals) {
        state.clear();
        for (const SignalRun& run : track.runs)
          add(run.start, fmt::format("{}{}", run.on, run.known));
        text += '\n';
      }
      for (const auto* list : {&tracks.base, &tracks.levels})
        for (const PatternTrack& track : *list) {
          state.clear();
          for (const PatternRun& run : track.runs)
            add(run.start,
                fmt::format("{}/{}", static_cast<int>(run.level), static_cast<int>(run.possible)));
          text += '\n';
        }
    }
  return text;
}

// The shipped configuration, in which the price of millet must come with a note and is foretold,
// and is judged in bands, in states alone, latched for a year and guarded; countries are judged by
// the clashes.
const Contents& contents() {
  static const Contents kContents = [] {
    auto read = read_contents(TOCSIN_SOURCE_DIR "/deploy/config/lake-chad");
    EXPECT_TRUE(read) << read.error().message;
    std::string& indicators = read->configuration.at("indicators.yaml");
    const std::string millet = "  millet_price:\n";
    indicators.insert(indicators.find(millet) + millet.size(),
                      "    note: required\n"
                      "    forecasts: {cadence: month, longest_delay_days: 10, members: 3}\n");
    std::string& rules = read->packs.begin()->second;
    const auto add = [&](const std::string& before, const std::string& text) {
      const auto at = rules.find("\n" + before);
      EXPECT_NE(at, std::string::npos) << before;
      rules.insert(at + 1 + before.size(), text);
    };
    add("signals:\n",
        "  dear:\n    dimension: economic\n    at: admin-1\n    reads: last(millet_price)\n"
        "    bands: {watch: '> 200 NGN/kg', emergency: '> 300 NGN/kg'}\n"
        "    given: count(millet_price, 12 months) >= 2 observations\n    latch: year\n"
        "  clashing:\n    dimension: personal\n    at: country\n"
        "    when: count(events(), 60d) >= 3\n");
    add("patterns:\n",
        "  prices:\n    at: admin-1\n    levels: dear\n    names: {watch: dear}\n"
        "  countries:\n    at: country\n    watch: on(clashing)\n");
    return *std::move(read);
  }();
  return kContents;
}

// Records of the demonstration's sources: new ones, revisions that move to another month or region,
// retractions, events known only as far as a country, coverage, forecasts, notes.
class Records {
 public:
  explicit Records(std::uint64_t seed) : random_(seed) {}

  std::string frame(Day today) {
    std::string lines;
    for (int i = between(1, 12); i > 0; --i) lines += record(today) + "\n";
    return lines;
  }

 private:
  int between(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }
  const char* region() {
    static constexpr std::array kRegions = {"NG-BO", "NG-YO", "NE-2", "CM-EN", "TD-LC"};
    return kRegions[static_cast<std::size_t>(between(0, 4))];
  }

  std::string record(Day today) {
    const int what = between(0, 11);
    const int id = between(0, 60);
    const int revision = between(1, 4);
    const auto make = [&](const char* kind, const char* source, int number, Day time,
                          const std::string& subject, const std::string& data) {
      return fmt::format(
          R"({{"specversion":"1.0","id":"{}","source":"{}","type":"org.tocsin.{}.v1","time":"{}T00:00:00Z",)"
          R"({}"revision":{},"data":{{{}}}}})",
          number, source, kind, format_day(time),
          subject.empty() ? "" : fmt::format(R"("subject":"{}",)", subject), revision, data);
    };
    if (what < 5) {
      const std::int32_t month = period_of(Cadence::kMonth, today) - between(1, 40);
      const Day start = period_start(Cadence::kMonth, month);
      const Day end = period_start(Cadence::kMonth, month + 1);
      return make(
          "observation", "demo-market", id, start, region(),
          fmt::format(
              R"("indicator":"millet_price","period":{{"start":"{}","end":"{}"}},"value":{},"note":"asked {}")",
              format_day(start), format_day(end), between(100, 400), between(1, 9)));
    }
    const Day day = today - between(1, 300);
    if (what > 9) {
      const Day start = period_start(Cadence::kMonth, period_of(Cadence::kMonth, day) + 1);
      const std::string said =
          between(0, 1) == 0
              ? fmt::format(R"("value":{},"member":{})", between(100, 400), between(0, 3))
              : fmt::format(R"("probability":0.{},"threshold":300)", between(1, 9));
      return make(
          "forecast", "demo-market", 2'000 + id, day, region(),
          fmt::format(R"("indicator":"millet_price","period":{{"start":"{}","end":"{}"}},{})",
                      format_day(start), format_day(add_months(start, between(1, 3))), said));
    }
    if (what < 8)
      return make(
          "event", "demo-events", id, day, between(0, 5) == 0 ? "NG" : region(),
          fmt::format(R"("kind":"armed_clash","start":"{}","end":"{}","deaths":{},"status":"{}")",
                      format_day(day), format_day(day + between(1, 3)), between(0, 80),
                      name_of(static_cast<EventStatus>(between(0, 2)))));
    if (what == 8)
      return make(
          "coverage", "demo-events", 1'000 + between(0, 5), day, "",
          fmt::format(R"("stream":"events","regions":["{}"],"from":"{}","until":"{}")",
                      between(0, 1) == 0 ? "NG" : "TD", format_day(day - 400), format_day(day)));
    return make("retraction", between(0, 1) == 0 ? "demo-market" : "demo-events",
                between(0, 2) == 0 ? 2'000 + id : id, day, "", R"("reason":"test")");
  }

  std::mt19937_64 random_;
};

class Checkpoints : public ::testing::Test {
 protected:
  void open_store() {
    auto store = Store::open({.directory = CrashDisk::root() + "/store",
                              .env = disk_.env(),
                              .block_cache_bytes = std::size_t{1} << 20,
                              .recent_records = 2'000});
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }

  std::unique_ptr<Pipeline> make(CheckpointOptions options, std::string fingerprint = "") {
    auto loaded = load_contents(contents(), *store_);
    EXPECT_TRUE(loaded) << loaded.error().message;
    if (!fingerprint.empty()) loaded->fingerprint = fingerprint;
    auto pipeline = Pipeline::open(*store_, std::move(*loaded), options);
    EXPECT_TRUE(pipeline) << pipeline.error().message;
    return pipeline ? std::move(*pipeline) : nullptr;
  }

  void restart(CheckpointOptions options, std::string fingerprint = "") {
    pipeline_.reset();
    store_.reset();
    open_store();
    pipeline_ = make(options, std::move(fingerprint));
    ASSERT_NE(pipeline_, nullptr);
  }

  void commit(std::vector<Input> inputs) {
    const auto outcome = pipeline_->commit(std::move(inputs), now_);
    ASSERT_TRUE(outcome) << outcome.error().message;
  }
  void send(const std::string& lines) {
    commit({RecordsInput{"demo", "epoch", ++sequence_, lines}});
  }
  Day today() const { return day_of(now_); }
  void pass(std::int32_t days) { now_ = start_of<ProcessingTime>(today() + days); }

  std::map<std::string, std::string> past_rows() {
    std::map<std::string, std::string> rows;
    EXPECT_TRUE(store_->for_each_state(kPastRowPrefix, [&](const StateRow& row) -> Result<void> {
      rows.emplace(row.key, row.value);
      return {};
    }));
    return rows;
  }

  std::string now_says() {
    commit({ClockInput{}});
    return states_of(pipeline_->engine());
  }
  // What an engine made anew from all records says at the same moment.
  std::string anew() {
    EngineOptions options;
    options.history_begins = pipeline_->loaded().settings.history_begins;
    Engine engine(pipeline_->catalogue(), pipeline_->engine().packs(), options);
    std::vector<Touched> touched;  // everything
    EXPECT_TRUE(store_->for_each_latest([&](const LatestRevision& revision) -> Result<void> {
      engine.data().apply(ChangeView{nullptr, &revision}, touched);
      return {};
    }));
    engine.state(now_);
    return states_of(engine);
  }

  CrashDisk disk_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
  ProcessingTime now_ = start_of<ProcessingTime>(Day(20'000));
  std::uint64_t sequence_ = 0;
};

TEST_F(Checkpoints, AStartFromAnyCheckpointEqualsOneFromAllRecords) {
  const char* given = std::getenv("TOCSIN_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  fmt::print("seed {}\n", seed);
  Records records(seed);
  std::mt19937_64 random(seed);
  const auto chance = [&](int percent) {
    return std::uniform_int_distribution(1, 100)(random) <= percent;
  };
  // So small that a checkpoint takes many commits and that every crash cuts one off.
  const CheckpointOptions options{.least_records = 30, .bytes_a_commit = 600, .past_least = 3};
  open_store();
  pipeline_ = make(options);
  int found = 0, with_tail = 0, cut_off = 0, with_past = 0;
  for (int step = 0; step < 250; ++step) {
    send(records.frame(today()));
    if (chance(30)) pass(std::uniform_int_distribution(1, 40)(random));
    if (chance(10)) {
      const bool clean = chance(30);
      if (clean) {
        ASSERT_TRUE(pipeline_->finish());
      } else {
        cut_off += pipeline_->checkpoint().making() ? 1 : 0;
        disk_.crash();
      }
      restart(options);
      const auto& restored = pipeline_->restored();
      found += restored.found ? 1 : 0;
      with_tail += restored.tail > 0 ? 1 : 0;
      with_past += restored.found && !past_rows().empty() ? 1 : 0;
      if (clean) {
        EXPECT_TRUE(restored.found && restored.tail == 0);
      }
      ASSERT_EQ(now_says(), anew()) << "after the restart at step " << step << ", seed " << seed;
    }
  }
  ASSERT_EQ(now_says(), anew());
  const Dataset& data = pipeline_->engine().data();
  EXPECT_GT(data.event_count(), 20u);
  EXPECT_GT(data.forecast_count(), 20u);
  std::size_t notes = 0;
  for (const Region& region : pipeline_->catalogue().regions.all())
    notes += data.notes_of(region.id).size();
  EXPECT_GT(notes, 20u);
  EXPECT_GT(found, 5);
  EXPECT_GT(with_tail, 2);
  EXPECT_GT(cut_off, 2);
  EXPECT_GT(with_past, 5);
}

TEST_F(Checkpoints, WhatIsLongOverIsWrittenAnewOnlyWhenItChanges) {
  open_store();
  const CheckpointOptions options{.past_least = 12};
  pipeline_ = make(options);
  const auto price = [&](int id, const char* month, int value) {
    const Day start = *parse_day(std::string(month) + "-01");
    return fmt::format(
        R"({{"specversion":"1.0","id":"m{}","source":"demo-market","type":"org.tocsin.observation.v1","time":"{}T00:00:00Z",)"
        R"("subject":"NG-BO","revision":1,"data":{{"indicator":"millet_price","period":{{"start":"{}","end":"{}"}},"value":{},"note":"asked"}}}})"
        "\n",
        id, format_day(start), format_day(start), format_day(add_months(start, 1)), value);
  };
  const auto checkpoint = [&] {
    ASSERT_TRUE(pipeline_->finish());
    restart(options);
    EXPECT_TRUE(pipeline_->restored().found);
    EXPECT_EQ(now_says(), anew());
  };
  std::string year;
  for (int month = 1; month <= 12; ++month)
    year += price(month, fmt::format("2022-{:02}", month).c_str(), 100 + month);
  send(year);
  checkpoint();
  const auto first = past_rows();
  ASSERT_EQ(first.size(), 1u);
  send(price(13, "2023-01", 120));
  checkpoint();
  EXPECT_EQ(past_rows(), first) << "a newer month leaves it as it is";
  send(price(14, "2021-12", 90));
  checkpoint();
  const auto second = past_rows();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_NE(second, first) << "a late one belongs to it";
  std::string more;
  for (int month = 2; month <= 6; ++month)
    more += price(13 + month, fmt::format("2023-{:02}", month).c_str(), 130);
  send(more);
  checkpoint();
  ASSERT_EQ(past_rows().size(), 1u);
  EXPECT_NE(past_rows(), second) << "what is newer has become many";
}

TEST_F(Checkpoints, APastThatIsLostOrAnotherRefusesTheStart) {
  open_store();
  pipeline_ = make({.past_least = 1});
  Records records(11);
  for (int i = 0; i < 20; ++i) send(records.frame(today()));
  ASSERT_TRUE(pipeline_->finish());
  pipeline_.reset();
  const auto rows = past_rows();
  ASSERT_FALSE(rows.empty());
  const auto refused = [&](const std::string& why) {
    const auto opened = Pipeline::open(*store_, *load_contents(contents(), *store_));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(opened.error().message.find(why), std::string::npos) << opened.error().message;
  };
  const auto& [key, value] = *rows.begin();
  ASSERT_TRUE(store_->put_state({}, {{key}}));
  refused("the past observations of region");
  StateRow cut{key, value.substr(0, value.size() - 1)};
  ASSERT_TRUE(store_->put_state({&cut, 1}, {}));
  refused("row of a region's past observations");
}

TEST_F(Checkpoints, OneOfOtherRulesIsNotUsedAndGivesWay) {
  open_store();
  pipeline_ = make({});
  Records records(7);
  for (int i = 0; i < 20; ++i) send(records.frame(today()));
  ASSERT_TRUE(pipeline_->finish());
  restart({}, "other rules");
  EXPECT_FALSE(pipeline_->restored().found);
  EXPECT_NE(pipeline_->restored().why.find("other rules"), std::string::npos);
  send(records.frame(today()));
  ASSERT_TRUE(pipeline_->finish());
  restart({}, "other rules");
  EXPECT_TRUE(pipeline_->restored().found);
  EXPECT_EQ(now_says(), anew());
}

TEST_F(Checkpoints, OneThatThereIsNoTimeForLeavesTheOneBefore) {
  open_store();
  pipeline_ = make({});
  Records records(9);
  for (int i = 0; i < 20; ++i) send(records.frame(today()));
  ASSERT_TRUE(pipeline_->finish());
  const std::uint64_t position = store_->head().sequence;
  for (int i = 0; i < 20; ++i) send(records.frame(today()));
  const auto refused = pipeline_->finish([] { return false; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_NE(refused.error().message.find("the one at journal entry " + std::to_string(position) +
                                         " stands"),
            std::string::npos)
      << refused.error().message;
  restart({});
  EXPECT_TRUE(pipeline_->restored().found);
  EXPECT_EQ(pipeline_->restored().position, position);
  EXPECT_EQ(now_says(), anew());
}

TEST_F(Checkpoints, ADamagedRowRefusesTheStartAndSaysHowToGoOn) {
  open_store();
  pipeline_ = make({});
  Records records(8);
  for (int i = 0; i < 20; ++i) send(records.frame(today()));
  ASSERT_TRUE(pipeline_->finish());
  pipeline_.reset();
  std::vector<StateRow> rows;
  ASSERT_TRUE(store_->for_each_state(kRegionRowPrefix, [&](const StateRow& row) -> Result<void> {
    rows.push_back(row);
    return {};
  }));
  ASSERT_FALSE(rows.empty());
  rows.front().value.pop_back();
  ASSERT_TRUE(store_->put_state(std::span(rows).first(1), {}));
  const auto refused = Pipeline::open(*store_, *load_contents(contents(), *store_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().message.find("--rebuild"), std::string::npos)
      << refused.error().message;
  ASSERT_TRUE(store_->drop_state());
  EXPECT_FALSE(make({})->restored().found);
}

// Whatever a row says that can be read, a start ends with an answer.
TEST_F(Checkpoints, ARowThatIsAnotherIsTakenOrRefusedAndEndsNothing) {
  open_store();
  pipeline_ = make({});
  Records records(9);
  for (int i = 0; i < 20; ++i) send(records.frame(today()));
  ASSERT_TRUE(pipeline_->finish());
  for (int i = 0; i < 20; ++i) send(records.frame(today()));
  pipeline_.reset();
  std::vector<StateRow> rows;
  ASSERT_TRUE(store_->for_each_state(kRegionRowPrefix, [&](const StateRow& row) -> Result<void> {
    rows.push_back(row);
    return {};
  }));
  int refused = 0;
  for (const StateRow& row : rows) {
    const std::size_t stride = row.value.size() / 12 + 1;
    for (std::size_t i = stride / 2; i < row.value.size(); i += stride) {
      StateRow altered = row;
      altered.value[i] = static_cast<char>(altered.value[i] ^ 1);
      ASSERT_TRUE(store_->put_state({&altered, 1}, {}));
      const auto opened = Pipeline::open(*store_, *load_contents(contents(), *store_));
      if (opened) continue;
      ++refused;
      EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().message;
    }
    ASSERT_TRUE(store_->put_state({&row, 1}, {}));
  }
  EXPECT_GT(refused, 0);
}

// A region's row of one series of one value, whose day and minute lie that far from 0.
std::string row_of(std::int64_t day, std::uint64_t length, std::int64_t minute) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(3);
  out.varint(0);                                                          // no row of the past
  for (const std::uint64_t number : {1, 1, 1, 0, 1}) out.varint(number);  // series, key, values
  out.zigzag(day);
  out.varint(length);
  out.zigzag(minute);
  out.u8(0);
  out.u64(0);
  out.zigzag(0);
  for (int lists = 9; lists > 0; --lists) out.varint(0);
  return bytes;
}

TEST(CheckpointRows, StepsThatLeadNowhereAreCorrupt) {
  EXPECT_TRUE(decode_region_row(RegionId(1), row_of(17'000, 31, 24'000'000)));
  for (const std::string& bytes :
       {row_of(INT64_MIN, 31, 0), row_of(-99'999, 31, 0), row_of(17'000, std::uint64_t{1} << 20, 0),
        row_of(17'000, 31, INT64_MAX), row_of(17'000, 31, 1LL << 31)}) {
    const auto row = decode_region_row(RegionId(1), bytes);
    ASSERT_FALSE(row);
    EXPECT_EQ(row.error().code, ErrorCode::kCorrupt);
  }
}

TEST(CheckpointRows, AKeyOfAnotherKindIsCorrupt) {
  EXPECT_TRUE(parse_changed_key(changed_key(7)));
  EXPECT_FALSE(parse_changed_key("x" + changed_key(7).substr(1)));
  EXPECT_FALSE(parse_region_row_key("x" + region_row_key({RegionId(1), 2}).substr(1)));
  LatestRevision revision;
  revision.revision = 1;
  const std::string row = encode(ReplacedRow{revision, 3});
  EXPECT_TRUE(decode_replaced(replaced_key(revision), row));
  EXPECT_FALSE(decode_replaced("x" + replaced_key(revision).substr(1), row));
}

}  // namespace
}  // namespace tocsin
