#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"

// What each source says is told by name.
namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPack = R"(
pack: told
regions: [XX-A]
signals:
  votes:
    dimension: community
    when: count(last(phase) >= crisis over sources) >= 2
  one:
    dimension: community
    when: any(last(phase) >= crisis over sources)
  usual:
    dimension: environmental
    when: mean(last(heat) over sources) >= 30 degC
patterns:
  any: {watch: on(votes)}
)";

class ExplainSources : public ExplainFixture {
 protected:
  ExplainSources() { begin(kPack, "2020-06-01"); }

  void judged(SourceId source, IndicatorId indicator, std::int64_t value, std::string note = "") {
    const std::int32_t days = indicator == of::kPhase ? 7 : 1;
    ObservationClaim claim =
        observation(at::kXa, indicator, source, day("2020-06-01"), day("2020-06-01") + days, value);
    claim.note = std::move(note);
    say(std::to_string(indicator.number()), claim, source);
  }
  SignalExplained explained(std::string_view name) { return signal_on(name, "2020-06-07"); }
};

TEST_F(ExplainSources, SaysWhoSaysSoAndWhy) {
  judged(of::kFirst, of::kPhase, 2, "Wells are fought over.");
  EXPECT_EQ(explained("votes").evidence.sentence,
            "The number of independent sources by which phase is at least crisis is 1 to 2 (first: "
            "yes, noted: \"Wells are fought over.\"; second: not known); threshold: at least 2.");
  EXPECT_EQ(explained("one").evidence.sentence,
            "By at least one source phase is at least crisis (first: yes, noted: \"Wells are "
            "fought over.\"; second: not known).");
  judged(of::kThird, of::kPhase, 1, "It is calm.");
  const SignalExplained votes = explained("votes");
  EXPECT_THAT(votes.evidence.sentence, HasSubstr("; third: no, noted: \"It is calm.\")"));
  EXPECT_EQ(votes.evidence.state, "off");
  EXPECT_EQ(votes.records.size(), 2u);
  EXPECT_EQ(votes.evidence.sources.size(), 2u);
  EXPECT_THAT(render(votes.when), HasSubstr("third: last(phase) >= crisis  =  false"));
}

TEST_F(ExplainSources, SaysWhatEachSaysOfANumber) {
  judged(of::kFirst, of::kHeat, 350);
  judged(of::kSecond, of::kHeat, 250);
  EXPECT_EQ(explained("usual").evidence.sentence,
            "The mean over independent sources of heat is 30 degC (first: 35 degC; second: 25 "
            "degC); threshold: at least 30 degC.");
}

}  // namespace
}  // namespace tocsin
