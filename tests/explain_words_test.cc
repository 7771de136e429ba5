#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"

// Judgements are told in their words, with the reasons that were given; events by their status.
namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPack = R"(
pack: told
regions: [XX-A]
signals:
  bad:
    dimension: community
    when: last(phase) >= crisis
  worse:
    dimension: community
    when: last(phase) > lag(last(phase), 1 week)
  peak:
    dimension: community
    when: max(phase, 2 weeks) == war
  confirmed:
    dimension: community
    when: "count(events(kind: clash, status: confirmed), 30d) >= 1"
patterns:
  any: {watch: on(bad)}
)";

class ExplainWords : public ExplainFixture {
 protected:
  ExplainWords() { begin(kPack, "2020-06-01"); }

  void judged(std::string_view monday, std::int64_t place, std::string note) {
    ObservationClaim claim =
        observation(at::kXa, of::kPhase, of::kFirst, day(monday), day(monday) + 7, place);
    claim.note = std::move(note);
    say(std::string(monday), claim);
  }
};

TEST_F(ExplainWords, SaysTheWordAndQuotesTheReasons) {
  judged("2020-06-01", 1, "Herders move early.");
  EXPECT_EQ(told("bad", "2020-06-07").sentence,
            "Phase is tense, noted: \"Herders move early.\"; threshold: at least crisis.");
  EXPECT_EQ(told("bad", "2020-06-07").change, "Turns on once phase is at least crisis.");
  judged("2020-06-08", 2, "Wells are fought over.");
  const SignalExplained bad = signal_on("bad", "2020-06-14");
  EXPECT_EQ(bad.evidence.sentence,
            "Phase is crisis, noted: \"Wells are fought over.\"; threshold: at least crisis.");
  EXPECT_THAT(render(bad.when), HasSubstr("last(phase)  =  crisis   [first, 2020-06-08 to "
                                          "2020-06-14, noted: \"Wells are fought over.\"]"));
  EXPECT_EQ(told("worse", "2020-06-14").sentence,
            "Phase is crisis, noted: \"Wells are fought over.\"; threshold: above tense (phase, 1 "
            "week before).");
  EXPECT_EQ(told("peak", "2020-06-14").sentence,
            "Phase, greatest over 2 weeks is crisis, noted: \"Wells are fought over.\"; threshold: "
            "exactly war.");
}

TEST_F(ExplainWords, NobodyHasJudgedIsNotTheLeastWord) {
  EXPECT_EQ(told("bad", "2020-06-02").sentence,
            "Phase is not known (nothing has been received); threshold: at least crisis.");
  EXPECT_EQ(told("confirmed", "2020-06-02").sentence,
            "The number of confirmed events of clash in 30 days is not known (no source says that "
            "its events are complete); threshold: at least 1.");
}

}  // namespace
}  // namespace tocsin
