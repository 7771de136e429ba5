#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"
#include "tests/support/golden.h"

// What a rule's state is told in: sentences whose and, or and not known are those of the condition.
namespace tocsin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kPack = R"(
pack: told
regions: ["basin:lake"]
parameters:
  floor: {value: 10 degC, why: A test.}
signals:
  hot:
    title: Hot days
    dimension: environmental
    when: last(heat) > floor and max(heat, 3d) < 40 degC and mean(heat, 3d) > 12 degC
    clear: last(heat) < 8 degC
  dry:
    title: Far too dry
    dimension: environmental
    when: >-
      (sum(rain, 3 months) < 75 % of normal(sum(rain, 3 months), 10y)
      and normal(sum(rain, 3 months), 10y) >= 100 mm), 2 consecutive months
  dear:
    title: Dear
    dimension: economic
    when: last(price) > 10 NGN/kg or not last(stock) >= 5 t
    for: 14d
  clashes:
    title: Clashes
    dimension: personal
    when: >-
      count(events(kind: clash), 28d) >= max(4, 2 * lag(count(events(kind: clash), 364d), 28d) / 13)
    clear: >-
      count(events(kind: clash), 56d) <= 1
    linger: 7d
  deaths:
    title: Deaths
    dimension: community
    when: >-
      sum(deaths of events(kind: clash), 30d) >= 25 people
patterns:
  meet:
    title: Threats meet
    window: 90d
    watch: dimensions() >= 1
    warning: dimensions() >= 1 and active(personal or community) and on(hot)
    emergency: >-
      dimensions(environmental, economic) >= 2 and not on(dry or dear) and
      (cascade(environmental ->[1d..400d] economic or community -> personal, within: 18 months)
      or neighbours(environmental) >= 1 and basin(meet >= watch) >= 1)
)";

class Explain : public ExplainFixture {
 protected:
  Explain() { begin(kPack, "2020-01-01"); }

  void clash(std::string_view when, std::int64_t deaths = 0) {
    say("clash " + std::string(when), event(at::kXa, of::kClash, day(when), deaths));
  }

  // All that a mail and `tocsin explain` take from here.
  std::string all() {
    std::string out;
    const PatternExplained meet = pattern();
    for (const std::string& sentence : meet.outlook) out += sentence + "\n";
    for (const Signal& rule : pack_.signals) {
      const SignalExplained told = signal(rule.name);
      out += "\n" + rule.name + " " + told.evidence.state + "\n" + told.evidence.sentence + "\n" +
             told.evidence.change + "\n";
    }
    for (const auto& [level, tree] : meet.levels)
      out += "\n" + std::string(name_of(level)) + "\n" + render(tree);
    return out + "\ndry\n" + render(signal("dry").when);
  }
};

TEST_F(Explain, KeepsAndOrAndNotKnown) {
  for (const char* when : {"2020-03-01", "2020-03-02", "2020-03-03"}) heat(when, 130);
  covered("2019-01-01", "2020-02-20");
  clash("2020-02-25");
  today("2020-03-03");
  expect_golden("explain.txt", all());
}

TEST_F(Explain, ALevelIsOneSentenceWithAllThatItLacks) {
  for (const char* when : {"2020-03-01", "2020-03-02", "2020-03-03"}) heat(when, 130);
  covered("2019-01-01", "2020-03-04");
  today("2020-03-03");
  const auto outlook = pattern().outlook;
  ASSERT_EQ(outlook.size(), 2u);
  // What holds already (one dimension, the signal that is on) is left out, and that is said.
  EXPECT_EQ(
      outlook[0],
      "Warning is reached once any personal threat or any community threat is on or has been on "
      "in the last 90 days (not known now); what else it takes is so now.");
  EXPECT_THAT(outlook[1], HasSubstr("all of these: "));
}

TEST_F(Explain, APartWithoutAKnownThresholdIsNotDropped) {
  today("2020-03-03");
  EXPECT_EQ(signal("dry").evidence.change,
            "Turns on once in each of 2 consecutive months both rain, total over 3 months is below "
            "75 % of its 10-year normal (now not known), and the 10-year normal of rain, total "
            "over 3 months is at least 100 mm.");
}

TEST_F(Explain, ANumberThatMayBeNothingIsNotKnown) {
  covered("2019-01-01", "2020-02-20");
  today("2020-03-03");
  EXPECT_EQ(signal("deaths").evidence.sentence,
            "Deaths in events of clash in 30 days is not known (events are complete until 19 "
            "February 2020); threshold: at least 25 people.");
  clash("2020-02-25", 1);
  today("2020-03-03");
  EXPECT_THAT(signal("deaths").evidence.sentence, HasSubstr(" is not known, at least 1 person ("));
  clash("2020-02-26", 24);
  today("2020-03-03");
  EXPECT_THAT(signal("deaths").evidence.sentence, HasSubstr(" is at least 25 people ("));
}

TEST_F(Explain, TheTreeShowsWholeExpressions) {
  today("2020-03-03");
  const Explained& tree = signal("dry").when;
  EXPECT_TRUE(tree.text.starts_with("(sum(rain") &&
              tree.text.ends_with("100 mm), 2 consecutive months"))
      << tree.text;
  EXPECT_EQ(std::count(tree.text.begin(), tree.text.end(), '('),
            std::count(tree.text.begin(), tree.text.end(), ')'));
}

}  // namespace
}  // namespace tocsin
