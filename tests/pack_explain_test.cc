#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "daemon/scenario/playback.h"
#include "rules/wanted.h"
#include "tests/support/shipped_pack.h"
#include "tests/support/temp_dir.h"

// What the shipped pack says would change it is true: with all that was left out as it is, the
// condition comes out as wanted exactly when what is said comes true, whatever the rest turns out
// to be. So no part of an `and` is ever told as if it were enough.
namespace tocsin {
namespace {

using testsupport::kSource;
using testsupport::lake_chad;
using testsupport::lake_chad_pack;
using testsupport::read_file;

using Assignment = std::map<std::int32_t, bool>;

bool is_joint(Op op) { return op == Op::kAnd || op == Op::kOr || op == Op::kNot; }

bool comes_out(const Expression& expression, std::int32_t index, const Assignment& given) {
  const Node& node = expression.node(index);
  if (node.op == Op::kAnd)
    return comes_out(expression, node.a, given) && comes_out(expression, node.b, given);
  if (node.op == Op::kOr)
    return comes_out(expression, node.a, given) || comes_out(expression, node.b, given);
  if (node.op == Op::kNot) return !comes_out(expression, node.a, given);
  return given.at(index);
}

bool comes_true(const Wanted& wanted, const Assignment& given) {
  const auto part = [&](const Wanted& one) { return comes_true(one, given); };
  switch (wanted.kind) {
    case Wanted::Kind::kMet:
      return true;
    case Wanted::Kind::kPart:
      return given.at(wanted.node) == wanted.holds;
    case Wanted::Kind::kAll:
      return std::all_of(wanted.parts.begin(), wanted.parts.end(), part);
    case Wanted::Kind::kAny:
      return std::any_of(wanted.parts.begin(), wanted.parts.end(), part);
  }
  return false;
}

// The parts below `index` that are no and, or, not; with what each is to be for `holds`.
void find_parts(const Expression& expression, std::int32_t index, bool holds, Assignment& out) {
  const Node& node = expression.node(index);
  if (!is_joint(node.op)) {
    out[index] = holds;
    return;
  }
  const bool below = node.op == Op::kNot ? !holds : holds;
  find_parts(expression, node.a, below, out);
  if (node.b >= 0) find_parts(expression, node.b, below, out);
}

// Every assignment of the parts that are not as wanted yet.
void expect_true(const Teller& teller, std::int32_t root, bool holds, const Wanted& said,
                 std::size_t& kept_apart) {
  const Expression& expression = teller.expression();
  Assignment parts;
  find_parts(expression, root, holds, parts);
  std::vector<std::int32_t> open;
  for (const auto& [index, wanted] : parts)
    if (teller.truth(index) != (wanted ? Tri::kTrue : Tri::kFalse)) open.push_back(index);
  ASSERT_LT(open.size(), 12u);
  for (std::uint32_t bits = 0; bits < (1u << open.size()); ++bits) {
    Assignment given = parts;
    for (std::size_t i = 0; i < open.size(); ++i) given[open[i]] = (bits >> i & 1) != 0;
    ASSERT_EQ(comes_out(expression, root, given) == holds, comes_true(said, given))
        << expression.text << "\n"
        << say(said);
  }
  if (said.kind == Wanted::Kind::kAll) ++kept_apart;
}

void expect_words(const std::string& text) {
  EXPECT_THAT(text, testing::Not(testing::AnyOf(
                        testing::HasSubstr("->"), testing::HasSubstr("cascade("),
                        testing::HasSubstr("active("), testing::HasSubstr("dimensions("),
                        testing::HasSubstr("events("), testing::HasSubstr("neighbours("),
                        testing::HasSubstr("at least 0 "), testing::HasSubstr("1 events"))));
}

TEST(LakeChadExplained, WhatWouldChangeItIsTrueInEveryState) {
  testsupport::TempDir directory;
  const std::string command =
      "/usr/bin/python3 '" + (kSource / "deploy/demo/make-scenario").string() +
      "' --end 2026-11-22 --out '" + directory.path().string() + "' > /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  PlaybackOptions options;
  options.producer = "demo";
  options.engine.history_begins = lake_chad().settings.history_begins;
  auto playback = Playback::start(lake_chad().catalogue, {lake_chad_pack()}, std::move(options));
  ASSERT_TRUE(playback) << playback.error().message;
  std::size_t levels = 0, kept_apart = 0;
  std::int64_t now = start_of<ProcessingTime>(*parse_day("2026-11-22")).milliseconds();
  for (const char* phase : {"01-history", "02-watch", "03-warning", "04-emergency"}) {
    now += 60'000;
    const Statements said = playback->commit(
        read_file(directory.path() / (std::string(phase) + ".ndjson")), ProcessingTime(now));
    for (const AlertRevision& revision : said.revisions) {
      for (const std::string& sentence : revision.outlook) expect_words(sentence);
      for (const Evidence& evidence : revision.evidence) {
        expect_words(evidence.sentence);
        expect_words(evidence.change);
        EXPECT_THAT(evidence.reference, testing::HasSubstr(", https://"));
        // Nothing is known from the beginning of the record on only if nothing ever came.
        EXPECT_NE(evidence.since, lake_chad().settings.history_begins) << evidence.signal;
      }
    }
    const Assessment& assessment = playback->engine().assessments().front();
    const Pack& pack = assessment.pack();
    for (const Assessment::Moved& place : assessment.places()) {
      const Pattern& pattern = pack.patterns[place.pattern];
      const Scene scene = assessment.pattern_scene(place.region, pattern);
      const Stand stand{assessment.today()};
      for (const Expression& level : pattern.levels) {
        if (level.empty()) continue;
        const Teller teller(scene, level, stand);
        const Wanted lacking = wanted(teller, level.root, true, Now::kTold);
        expect_true(teller, level.root, true, lacking, kept_apart);
        levels += lacking.kind != Wanted::Kind::kMet ? 1 : 0;
      }
      for (const Signal& signal : pack.signals) {
        const Scene of_signal = assessment.signal_scene(place.region, signal);
        for (const Expression* condition : {&signal.when, &signal.clear}) {
          const Teller teller(of_signal, *condition, stand);
          for (const bool holds : {true, false})
            expect_true(teller, condition->root, holds,
                        wanted(teller, condition->root, holds, Now::kLeftOut), kept_apart);
        }
      }
    }
  }
  EXPECT_GT(levels, 30u);
  EXPECT_GT(kept_apart, 30u);
}

}  // namespace
}  // namespace tocsin
