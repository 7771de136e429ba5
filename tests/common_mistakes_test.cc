#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/pack.h"
#include "tests/support/shipped_pack.h"

// Twenty and more mistakes that analysts make. Each message says where, the offending value, and
// what is allowed or meant, so that they can mend the pack from it alone.
namespace tocsin {
namespace {

using testing::HasSubstr;
using testsupport::lake_chad;

constexpr std::string_view kGood = R"(pack: demo
regions: [NG-BO, NG-YO]
seasons: {rains: June .. September}
parameters:
  share: {value: 75 %, why: a moderate drought}
signals:
  dry:
    dimension: environmental
    from: rain_zone
    when: sum(rainfall, 3 months) < share of normal(sum(rainfall, 3 months), 10y)
  dear:
    dimension: economic
    when: change(last(millet_price), 12 months) > 50 %
  hungry:
    dimension: food
    reads: last(ipc3_share)
    bands: {watch: ">= 20 %", warning: ">= 30 %"}
  clashes:
    dimension: community
    when: >-
      count(events(kind: communal_violence), 28d) >= 4
patterns:
  meet:
    watch: dimensions() >= 2
    warning: dimensions() >= 3 and active(community)
)";

struct Mistake {
  const char* name;
  std::string_view from, to;           // what is changed in kGood
  std::string_view at;                 // line and column
  std::vector<std::string_view> says;  // the offending value, and what may stand there
};

const Mistake kMistakes[] = {
    {"a misspelt indicator",
     "last(millet_price)",
     "last(millet_prise)",
     "13:23",
     {"'millet_prise'", "did you mean \"millet_price\"?"}},
    {"a misspelt kind of event",
     "communal_violence",
     "comunal_violence",
     "21:26",
     {"'comunal_violence'", "did you mean \"communal_violence\"?"}},
    {"a misspelt dimension",
     "dimension: food",
     "dimension: fod",
     "15:16",
     {"'fod'", "did you mean \"food\"?"}},
    {"a misspelt key",
     "    watch: dim",
     "    wach: dim",
     "24:5",
     {"'wach'", "did you mean \"watch\"?"}},
    {"a misspelt signal",
     "active(community)",
     "active(clashs)",
     "25:43",
     {"'clashs'", "did you mean \"clashes\"?"}},
    {"a misspelt function",
     "change(last",
     "chnage(last",
     "13:11",
     {"'chnage'", "did you mean \"change\"?"}},
    {"a region that does not exist", "NG-YO]", "NG-YU]", "2:18", {"'NG-YU'", "did you mean"}},
    {"a wrong unit",
     "\">= 20 %\"",
     "\">= 20 people\"",
     "17:",
     {"'20 people' in people", "two numbers of one unit"}},
    {"a unit left out",
     "< share of normal(sum(rainfall, 3 months), 10y)",
     "< 60",
     "10:37",
     {"in mm, '60' in a pure number", "did you mean \"60 mm\"?"}},
    {"a share without %",
     "\">= 20 %\"",
     "\">= 20\"",
     "17:",
     {"'last(ipc3_share) >= 20' can never be true", "last(ipc3_share) is 0 % to 100 %",
      "did you mean \"20 %\"?"}},
    {"a comma for a decimal point",
     "> 50 %",
     "> 2,5",
     "13:52",
     {"',' is left over after the condition", "2.5 for two and a half"}},
    {"quotes left out in YAML",
     "when: >-\n      count",
     "when: count",
     "20:28",
     {"not YAML", "a text with ': ' in it stands in quotes, or after '>-'"}},
    {"quotes that do not end", "\">= 20 %\", warning", "\">= 20 %, warning", "", {"not YAML"}},
    {"a tab", "    dimension: food", "\tdimension: food", "15:", {"tab", "spaces"}},
    {"a key too far to the left",
     "    dimension: food",
     "  dimension: food",
     "16:10",
     {"the keys of one rule begin in one column"}},
    {"a window of other units than the series",
     "sum(rainfall, 3 months) <",
     "sum(rainfall, 90d) <",
     "10:25",
     {"90 days is no whole number of months", "did you mean \"3 months\"?"}},
    {"no window",
     "sum(rainfall, 3 months) <",
     "sum(rainfall) <",
     "10:11",
     {"sum() needs a window", "sum(rainfall, 3 months)"}},
    {"a key twice",
     "    from: rain_zone\n",
     "    from: rain_zone\n    from: rain_zone\n",
     "10:5",
     {"'from' stands twice, first in line 9"}},
    {"a signal that stands below",
     "change(last(millet_price), 12 months) > 50 %",
     "on(clashes)",
     "12:5",
     {"dear reads clashes, which stands below it"}},
    {"a cascade that can't complete",
     "dimensions() >= 3 and active(community)",
     "\"cascade(dry ->[200d..300d] dear ->[200d..300d] clashes, within: 1y)\"",
     "25:",
     {"least lags add up to 400 days", "at least 400d"}},
    {"levels out of order",
     "warning: \">= 30 %\"",
     "warning: \">= 10 %\"",
     "17:",
     {"'last(ipc3_share) >= 10 %' of warning", "bands in order"}},
    {"what can never be",
     "\">= 30 %\"",
     "\">= 130 %\"",
     "17:",
     {"'last(ipc3_share) >= 130 %' can never be true", "last(ipc3_share) is 0 % to 100 %"}},
    {"what always is", ">= 4\n", ">= 0\n", "21:", {">= 0' is always true", "is at least 0"}},
    {"more dimensions than the pack has",
     "dimensions() >= 3",
     "dimensions() >= 5",
     "25:14",
     {"'dimensions() >= 5' can never be true", "dimensions() is 0 to 4"}},
    {"one equals sign",
     "dimensions() >= 2",
     "dimensions() = 2",
     "24:25",
     {"'=' compares nothing", "'==' for equal"}},
    {"words of another language",
     "and active(community)",
     "&& active(community)",
     "25:32",
     {"'&'", "and, or, not"}},
    {"data read in a pattern",
     "watch: dimensions() >= 2",
     "watch: last(ipc3_share) > 20 %",
     "24:12",
     {"a pattern reads signals, not data", "on(signal) here"}},
    {"a number for a condition",
     "change(last(millet_price), 12 months) > 50 %",
     "change(last(millet_price), 12 months)",
     "13:11",
     {"is a number; a condition must be true or false", "> 0"}},
    {"a parenthesis left open", "12 months) > 50 %", "12 months > 50 %", "13:", {"')'"}},
    {"YAML's NO",
     "[NG-BO, NG-YO]",
     "[NG-BO, NO]",
     "2:18",
     {"the bare word NO", "quote it: \"NO\""}},
    {"a season misspelt",
     "> 50 %",
     "> 50 % during rain",
     "13:",
     {"there is no season 'rain'", "did you mean \"rains\"?"}},
};

TEST(CommonMistakes, TheGoodPackHasNone) {
  const auto pack = parse_pack("demo.yaml", std::string(kGood), lake_chad().catalogue);
  EXPECT_TRUE(pack) << render(pack.error().front(), kGood);
}

TEST(CommonMistakes, EachIsSaidWithItsPlaceItsValueAndWhatIsAllowed) {
  EXPECT_GE(std::size(kMistakes), 20u);
  for (const Mistake& mistake : kMistakes) {
    std::string text(kGood);
    const std::size_t at = text.find(mistake.from);
    ASSERT_NE(at, std::string::npos) << mistake.name;
    text.replace(at, mistake.from.size(), mistake.to);
    const auto pack = parse_pack("demo.yaml", text, lake_chad().catalogue);
    ASSERT_FALSE(pack) << mistake.name;
    std::string said;
    for (const Diagnostic& diagnostic : pack.error()) said += render(diagnostic, text);
    EXPECT_THAT(said, HasSubstr("demo.yaml:" + std::string(mistake.at))) << mistake.name;
    for (const std::string_view part : mistake.says)
      EXPECT_THAT(said, HasSubstr(std::string(part))) << mistake.name;
  }
}

}  // namespace
}  // namespace tocsin
