#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/explain.h"
#include "tests/support/rule_builders.h"

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

class ExplainWords : public testing::Test {
 protected:
  ExplainWords() {
    auto parsed = parse_pack("told.yaml", std::string(kPack), catalogue_);
    if (parsed) pack_ = std::move(*parsed);
    EXPECT_TRUE(parsed) << render(parsed.error().front(), std::string(kPack));
    run_ = std::make_unique<EngineRun>(catalogue_, pack_, day("2020-06-01"));
  }

  void say(std::string_view monday, std::int64_t place, std::string note) {
    ObservationClaim claim =
        observation(at::kXa, of::kPhase, of::kFirst, day(monday), day(monday) + 7, place);
    claim.note = std::move(note);
    run_->receive(revision_of(catalogue_, of::kFirst, std::string(monday), claim));
  }

  SignalExplained explained(std::string_view signal, std::string_view today) {
    run_->advance(day(today));
    const auto index = static_cast<std::uint32_t>(pack_.find_signal(signal) - pack_.signals.data());
    return explain_signal(run_->assessment(), at::kXa, index, day(today));
  }

  Catalogue catalogue_ = small_world();
  Pack pack_;
  std::unique_ptr<EngineRun> run_;
};

TEST_F(ExplainWords, SaysTheWordAndQuotesTheReasons) {
  say("2020-06-01", 1, "Herders move early.");
  EXPECT_EQ(explained("bad", "2020-06-07").evidence.sentence,
            "Phase is tense, noted: \"Herders move early.\"; threshold: at least crisis.");
  EXPECT_EQ(explained("bad", "2020-06-07").evidence.change,
            "Turns on once phase is at least crisis.");
  say("2020-06-08", 2, "Wells are fought over.");
  const SignalExplained bad = explained("bad", "2020-06-14");
  EXPECT_EQ(bad.evidence.sentence,
            "Phase is crisis, noted: \"Wells are fought over.\"; threshold: at least crisis.");
  EXPECT_THAT(render(bad.when), HasSubstr("last(phase)  =  crisis   [first, 2020-06-08 to "
                                          "2020-06-14, noted: \"Wells are fought over.\"]"));
  EXPECT_EQ(explained("worse", "2020-06-14").evidence.sentence,
            "Phase is crisis, noted: \"Wells are fought over.\"; threshold: above tense (phase, 1 "
            "week before).");
  EXPECT_EQ(explained("peak", "2020-06-14").evidence.sentence,
            "Phase, greatest over 2 weeks is crisis, noted: \"Wells are fought over.\"; threshold: "
            "exactly war.");
}

TEST_F(ExplainWords, NobodyHasJudgedIsNotTheLeastWord) {
  EXPECT_EQ(explained("bad", "2020-06-02").evidence.sentence,
            "Phase is not known (nothing has been received); threshold: at least crisis.");
  EXPECT_EQ(explained("confirmed", "2020-06-02").evidence.sentence,
            "The number of confirmed events of clash in 30 days is not known (no source says that "
            "its events are complete); threshold: at least 1.");
}

}  // namespace
}  // namespace tocsin
