#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "rules/pack.h"
#include "tests/support/golden.h"
#include "tests/support/published_packs.h"
#include "tests/support/shipped_pack.h"

// Mistakes that people make in rule packs, and what they are told. tests/golden/pack_errors.txt
// holds every message in full: an analyst must be able to mend the pack from it alone.
namespace tocsin {
namespace {

using testsupport::lake_chad;

// A small pack without mistakes, on the shipped configuration.
constexpr std::string_view kGood = R"(pack: demo
regions: [NG-BO, NG-YO]
parameters:
  share: {value: 75 %, why: a moderate drought}
signals:
  dry:
    dimension: environmental
    from: rain_zone
    when: sum(rainfall, 3 months) < share of normal(sum(rainfall, 3 months), 10y)
  dear:
    dimension: economic
    when: residual(millet_price, seasonal + trend, 3y) > 1 sd
  hungry: {dimension: food, when: last(ipc3_share) >= 20 %}
  clashes:
    dimension: community
    when: >-
      count(events(kind: communal_violence), 28d) >= 4
patterns:
  meet:
    watch: dimensions() >= 3
    warning: dimensions() >= 4 and active(community)
)";

struct Mistake {
  const char* name;
  std::string_view from, to;  // what is changed in kGood
};

const Mistake kMistakes[] = {
    {"a key that does not exist", "regions: [NG-BO", "region: [NG-BO"},
    {"the same key twice", "    from: rain_zone\n", "    from: rain_zone\n    from: rain_zone\n"},
    {"a region that does not exist", "NG-YO]", "NG-YB]"},
    {"YAML's NO for a code", "[NG-BO, NG-YO]", "[NG-BO, NO]"},
    {"no pattern",
     "patterns:\n  meet:\n    watch: dimensions() >= 3\n"
     "    warning: dimensions() >= 4 and active(community)\n",
     ""},
    {"a dimension that does not exist", "dimension: environmental", "dimension: enviromental"},
    {"a colon in a plain condition", "when: >-\n      count", "when: count"},
    {"an indicator misspelt", "last(ipc3_share)", "last(ipc_share)"},
    {"a kind of event that does not exist", "communal_violence", "comunal_violence"},
    {"a function that does not exist", "sum(rainfall, 3 months) <", "total(rainfall, 3 months) <"},
    {"a series without a window", "sum(rainfall, 3 months) <", "sum(rainfall) <"},
    {"a window that fits no months", "sum(rainfall, 3 months) <", "sum(rainfall, 90d) <"},
    {"a window of last()", "last(ipc3_share)", "last(ipc3_share, 3 months)"},
    {"a bare series", "last(ipc3_share) >=", "ipc3_share >="},
    {"units that differ", ">= 20 %", ">= 20 people"},
    {"a unit left out", "< share of normal(sum(rainfall, 3 months), 10y)", "< 60"},
    {"a share left without its sign", ">= 20 %", ">= 20"},
    {"a number where a condition must stand", "last(ipc3_share) >= 20 %", "last(ipc3_share)"},
    {"one equals sign", "dimensions() >= 3", "dimensions() = 3"},
    {"a comparison in a chain", "dimensions() >= 3", "5 >= dimensions() >= 3"},
    {"what can never be", ">= 20 %", ">= 120 %"},
    {"what always is", ">= 4\n", ">= 0\n"},
    {"more dimensions than there are", "dimensions() >= 4", "dimensions() >= 5"},
    {"a signal that reads itself", "last(ipc3_share) >= 20 %", "on(hungry)"},
    {"a signal that stands below", "last(ipc3_share) >= 20 %", "on(clashes)"},
    {"data read in a pattern", "watch: dimensions() >= 3", "watch: last(ipc3_share) > 20 %"},
    {"a pattern's function in a signal", "last(ipc3_share) >= 20 %", "dimensions() >= 2"},
    {"a signal that does not exist", "active(community)", "active(clash)"},
    {"a dimension without a signal", "active(community)", "active(health)"},
    {"a cascade that cannot complete", "dimensions() >= 4 and active(community)",
     "\"cascade(dry ->[200d..300d] dear ->[200d..300d] clashes, within: 1y)\""},
    {"a cascade without its limit", "dimensions() >= 4 and active(community)",
     "cascade(dry -> dear)"},
    {"a window of no days", "communal_violence), 28d)", "communal_violence), 0d)"},
    {"neighbours that read a pattern of one place",
     "  meet:\n    watch: dimensions() >= 3\n    warning: dimensions() >= 4 and "
     "active(community)\n",
     "  meet: {at: NG-BO, watch: dimensions() >= 3}\n"
     "  near: {watch: neighbours(meet >= watch) >= 1}\n"},
    {"neighbours that read neighbours", "dimensions() >= 4 and active(community)",
     "neighbours(meet >= warning) >= 1"},
    {"no years of history", "), 10y)", "), 10 months)"},
    {"consecutive weeks of months", "> 1 sd", "> 1 sd, 2 consecutive weeks"},
    {"a parameter that does not exist", "< share of", "< shares of"},
    {"a parameter without a reason", ", why: a moderate drought", ""},
    {"a history of what is irregular", "last(ipc3_share) >= 20 %",
     "percentile(last(ipc3_share), 5y) >= 90 %"},
    {"a reference that nothing cites", "patterns:\n",
     "references: {imd: {name: A name, link: \"www.example.org\"}}\npatterns:\n"},
    {"a season that does not exist", "last(ipc3_share) >= 20 %",
     "last(ipc3_share) >= 20 % during yaer"},
    {"a month misspelt", "signals:\n", "seasons: {rains: 1 June .. 30 Septembre}\nsignals:\n"},
    {"a day that no month has", "signals:\n", "seasons: {rains: 31 June .. September}\nsignals:\n"},
    {"a dekad that no year has", "signals:\n", "seasons: {rains: dekads 19 .. 40}\nsignals:\n"},
    {"a season of one end", "signals:\n", "seasons: {rains: 1 June}\nsignals:\n"},
    {"a season that is there already", "signals:\n", "seasons: {year: April .. March}\nsignals:\n"},
    {"a season too short for the series",
     "signals:\n  dry:\n    dimension: environmental\n    from: rain_zone\n    when: sum(rainfall, "
     "3 months)",
     "seasons: {short: 5 June .. 20 June}\nsignals:\n  dry:\n    dimension: environmental\n    "
     "from: rain_zone\n    when: sum(rainfall, since short)"},
    {"more months than the season has",
     "signals:\n  dry:\n    dimension: environmental\n    from: rain_zone\n    when: sum(rainfall, "
     "3 months) < share of normal(sum(rainfall, 3 months), 10y)",
     "seasons: {rains: June .. July}\nsignals:\n  dry:\n    dimension: environmental\n    from: "
     "rain_zone\n    when: last(rainfall) < 1 mm/day during rains, 3 consecutive months"},
    {"a guard that is a number", "last(ipc3_share) >= 20 %",
     "last(ipc3_share) >= 20 % given age(ipc3_share)"},
    {"an age in months", "last(ipc3_share) >= 20 %", "age(ipc3_share) >= 2 months"},
    {"too many figures", "last(ipc3_share) >= 20 %",
     "\"count(millet_price, 36 months) > 40 observations\""},
    {"observations of a sum", "> 1 sd",
     "> 1 sd and lag(sum(rainfall, 3 months), 1 observation) > 5 mm"},
    {"a window of a signal left out", "last(ipc3_share) >= 20 %", "active(dry)"},
    {"a latch that is no time", "{dimension: food, when: last(ipc3_share) >= 20 %}",
     "{dimension: food, when: last(ipc3_share) >= 20 %, latch: yaer}"},
    {"a key's season that does not exist", "{dimension: food, when: last(ipc3_share) >= 20 %}",
     "{dimension: food, when: last(ipc3_share) >= 20 %, during: [rain]}"},
    {"a filter by a part of a person", "kind: communal_violence)", "deaths > 1.5)"},
    {"one condition counted", "dimensions() >= 3", "count(on(dry)) >= 1"},
    {"bands out of order", "when: last(ipc3_share) >= 20 %",
     "reads: last(ipc3_share), bands: {watch: '>= 20 %', warning: '> 15 %'}"},
    {"bands out of order behind a guard", "when: last(ipc3_share) >= 20 %",
     "reads: last(ipc3_share), given: age(ipc3_share) <= 90 days, during: year, bands: {watch: '>= "
     "20 %', warning: '> 15 %'}"},
    {"bands that look both ways", "when: last(ipc3_share) >= 20 %",
     "reads: last(ipc3_share), bands: {watch: '>= 20 %', warning: '< 15 %'}"},
    {"a band in another unit", "when: last(ipc3_share) >= 20 %",
     "reads: last(ipc3_share), bands: {watch: '>= 20 %', warning: '>= 30 people'}"},
    {"a band that compares nothing", "when: last(ipc3_share) >= 20 %",
     "reads: last(ipc3_share), bands: {watch: '20 %'}"},
    {"a condition where a number is read", "when: last(ipc3_share) >= 20 %",
     "reads: last(ipc3_share) > 1 %, bands: {watch: '>= 20 %'}"},
    {"bands and a condition", "when: last(ipc3_share) >= 20 %",
     "when: last(ipc3_share) >= 20 %, bands: {watch: last(ipc3_share) >= 20 %}"},
    {"a level that is no level", "when: last(ipc3_share) >= 20 %",
     "bands: {watch: last(ipc3_share) >= 20 %, alarm: last(ipc3_share) >= 30 %}"},
    {"bands of no level", "when: last(ipc3_share) >= 20 %",
     "bands: {alarm: last(ipc3_share) >= 30 %}"},
    {"a condition and bands of no level", "when: last(ipc3_share) >= 20 %",
     "when: last(ipc3_share) >= 20 %, bands: {}"},
    {"a number read without bands", "when: last(ipc3_share) >= 20 %", "reads: last(ipc3_share)"},
    {"a band of a signal without bands", "dimensions() >= 4 and active(community)",
     "on(clashes >= warning)"},
    {"a band that a signal has not", "when: last(ipc3_share) >= 20 %}",
     "bands: {watch: last(ipc3_share) >= 20 %}}\n"
     "  angry: {dimension: food, when: on(hungry >= warning)}"},
    {"a level of a dimension", "active(community)", "active(community >= warning)"},
    {"a name of bands for two things", "patterns:\n  meet:",
     "  meet: {dimension: food, bands: {watch: last(ipc3_share) >= 20 %}}\npatterns:\n  meet:"},
    {"levels of what is no signal",
     "    watch: dimensions() >= 3\n"
     "    warning: dimensions() >= 4 and active(community)\n",
     "    levels: dry or wet\n"},
    {"levels and a condition", "watch: dimensions() >= 3", "levels: dry or dear"},
    {"the name of a level that is not there",
     "    warning: dimensions() >= 4 and active(community)\n", "    names: {emergency: red}\n"},
    {"a kind of region that does not exist", "hungry: {dimension: food,",
     "hungry: {dimension: food, at: district,"},
    {"a kind of region that the pack does not have", "watch: dimensions() >= 3",
     "at: admin-2\n    watch: dimensions() >= 3"},
    {"a signal named where it is not judged", "when: last(ipc3_share) >= 20 %}",
     "at: country, when: last(ipc3_share) >= 20 %}\n"
     "  angry: {dimension: food, when: on(hungry)}"},
    {"a pattern named where it is not judged", "patterns:\n",
     "patterns:\n  there: {at: NG-BO, watch: on(dry)}\n  here: {watch: on(there >= watch)}\n"},
    {"a level read that reads neighbours", "dimensions() >= 4 and active(community)",
     "neighbours(dry) >= 1\n  after:\n    watch: on(meet >= warning)"},
    {"a pattern read in a signal", "last(ipc3_share) >= 20 %", "on(meet >= watch)"},
    {"a pattern that reads itself", "dimensions() >= 4 and active(community)", "on(meet >= watch)"},
    {"a mute without a length", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    mute: {place: same}"},
    {"a mute somewhere else", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    mute: {for: 90d, place: [same, neighbors], patterns: [meat]}"},
    {"a budget of nothing", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    budget: {at_most: 0, per: year}"},
    {"a budget of a season that is not there", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    budget: {at_most: 1, per: rain, place: neighbours}"},
    {"an override written twice", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    mute: {for: 90d, overrides: on(dry)}\n    budget: {at_most: 1, "
     "per: year, overrides: on(dear)}"},
    {"an override that reads neighbours", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    mute: {for: 90d, overrides: neighbours(dry) >= 1}"},
    {"a decision without an answer", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    decision: {within: 48h, silence: agrees, ask: "
     "[ng-assembly-security]}"},
    {"a decision that nobody can take", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    decision: {within: 48h, veto: on(dry), silence: refuses, ask: "
     "[ng-assembly-security]}"},
    {"a decision of nobody, in months, without a word on silence", "watch: dimensions() >= 3",
     "watch: dimensions() >= 3\n    decision: {within: 3 months, agree: on(dry), ask: "
     "[ng-assembly-sekurity]}"},
    {"a forecast of what has none", "sum(rainfall, 3 months) <",
     "sum(forecast(rainfall), 3 months) <"},
    {"a bare forecast", "last(ipc3_share) >= 20 %", "forecast(ipc3_share) >= 20 %"},
    {"a forecast without leads", "last(ipc3_share) >= 20 %", "max(forecast(ipc3_share)) >= 20 %"},
    {"a lead of the next forecast", "last(ipc3_share) >= 20 %",
     "'last(forecast(ipc3_share), 14d) >= 20 %'"},
    {"leads the wrong way round", "last(ipc3_share) >= 20 %",
     "'max(forecast(ipc3_share), 9d..4d) >= 20 %'"},
    {"leads of two units", "last(ipc3_share) >= 20 %",
     "'max(forecast(ipc3_share), 9d..2 months) >= 20 %'"},
    {"a lead beyond all forecasts", "last(ipc3_share) >= 20 %",
     "'max(forecast(ipc3_share), 11y) >= 20 %'"},
    {"half a member", "last(ipc3_share) >= 20 %",
     "'last(forecast(ipc3_share), member: 1.5) >= 20 %'"},
    {"a member of what was observed", "last(ipc3_share) >= 20 %",
     "'last(ipc3_share, member: 1) >= 20 %'"},
    {"the spread of a forecast", "last(ipc3_share) >= 20 %",
     "'stddev(forecast(ipc3_share), 90d) >= 20 %'"},
    {"the windows before a forecast", "last(ipc3_share) >= 20 %",
     "'zscore(last(forecast(ipc3_share)), 5y) >= 1 sd'"},
    {"what a forecast leaves unexplained", "last(ipc3_share) >= 20 %",
     "'residual(forecast(ipc3_share), seasonal, 3y) >= 1 sd'"},
    {"the chance of what was observed", "last(ipc3_share) >= 20 %",
     "chance(last(ipc3_share) >= 20 %) >= 50 %"},
    {"the chance of two forecasts", "last(ipc3_share) >= 20 %",
     "'chance(last(forecast(ipc3_share)) > max(forecast(ipc3_share), 90d)) >= 50 %'"},
    {"the chance of two things", "last(ipc3_share) >= 20 %",
     "chance(last(forecast(ipc3_share)) > 20 % and on(dear)) >= 50 %"},
    {"the chance of exactly", "last(ipc3_share) >= 20 %",
     "chance(last(forecast(ipc3_share)) == 20 %) >= 50 %"},
    {"the chance in another unit", "last(ipc3_share) >= 20 %",
     "chance(last(forecast(ipc3_share)) > 20 people) >= 50 %"},
    {"a chance of more than all", "last(ipc3_share) >= 20 %",
     "chance(last(forecast(ipc3_share)) > 20 %) >= 150 %"},
    {"the past of an assessment now and then", "last(ipc3_share) >= 20 %",
     "max(last(ipc3_share) over 12 months before) >= 20 %"},
    {"steps that are no whole months", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "max(last(millet_price) over 90d) > 500 NGN/kg"},
    {"the same at each step", "last(ipc3_share) >= 20 %", "max(population() over 12 months) > 3"},
    {"the past of an age", "last(ipc3_share) >= 20 %",
     "any(age(millet_price) > 60 days over 3 months)"},
    {"a number where conditions are counted", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "count(last(millet_price) over 12 months) > 3"},
    {"a rank among what it is part of", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "percentile(last(millet_price) over 5y) > 80 %"},
    {"nothing to go over", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "any(last(millet_price) > 500 NGN/kg)"},
    {"a quantile above all", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "last(millet_price) > quantile(last(millet_price) over 5y before, 150 %)"},
    {"seasons of years", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "residual(last(millet_price) over 5y before, seasonal) > 1 sd"},
    {"else of a count", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "count(last(millet_price) > 5 NGN/kg over 5y where last(cpi_food) > 1 else all) > 1"},
    {"a look too far back", "residual(millet_price, seasonal + trend, 3y) > 1 sd",
     "max(max(last(millet_price) over 300 months) over 300 months) > 5 NGN/kg"},
    {"two values of one parameter", "value: 75 %,", "value: 75 %, by_month: {1: 5 %},"},
    {"a parameter without a value", "value: 75 %, ", ""},
    {"a season of a plain number", "value: 75 %,", "value: 75 %, as_of: year,"},
    {"a month that no year has", "value: 75 %,", "by_month: {1: 75 %, 13: 5 %},"},
    {"a table in two units", "value: 75 %,", "by_dekad: {1: 75 %, 2: 5 mm},"},
    {"an empty table", "value: 75 %,", "by_dekad: {},"},
    {"a version without a note", "value: 75 %,", "versions: [{from: 2024-01-01, value: 75 %}],"},
    {"a version from no day", "value: 75 %,",
     "versions: [{from: last year, value: 75 %, note: old}],"},
    {"versions out of order", "value: 75 %,",
     "versions: [{from: 2025-01-01, value: 75 %, note: new}, {from: 2024-01-01, value: 70 %, note: "
     "old}],"},
    {"a wish for new versions that is no span", "value: 75 %,",
     "recalibrate: yearly, versions: [{from: 2025-01-01, value: 75 %, note: new}],"},
    {"a computed condition", "value: 75 %,", "compute: last(ipc3_share) > 3 %,"},
    {"a computed parameter of one below", "value: 75 %,", "compute: 2 * other,"},
    {"a season that does not exist", "value: 75 %,",
     "compute: last(ipc3_share) / 2, as_of: harvest,"},
    {"an end too early", "dimensions() >= 3", "dimensions() >= 3 and"},
    {"a sign pasted from a text", "last(ipc3_share) >= 20 %", "last(ipc3_share) ≥ 20 %"},
    {"another sign pasted from a text", "last(ipc3_share) >= 20 %", "last(ipc3_share) ≠ 20 %"},
    {"a minus pasted from a text", "last(ipc3_share) >=", "last(ipc3_share) − 1 % >="},
    {"quotes pasted from a text", "last(ipc3_share) >=", "last(“ipc3_share”) >="},
    {"a space pasted from a web page", "last(ipc3_share) >=", "last(ipc3_share)\u00A0>="},
    {"a letter of another script", "last(ipc3_share) >=", "last(ipc3_share) € >="},
    {"a function without brackets", "last(ipc3_share) >=", "last ipc3_share >="},
    {"a condition with an if", "last(ipc3_share) >=", "if last(ipc3_share) >="},
    {"an indicator misspelt and bare", "last(ipc3_share) >=", "ipc3_shares >="},
    {"a signal misspelt and bare", "last(ipc3_share) >= 20 %", "dearr"},
};

// Judgements in words: on the configuration of the published triggers.
constexpr std::string_view kJudged = R"(pack: judged
regions: [BF]
signals:
  crops: {dimension: food, at: country, when: last(crop_hotspot) >= hotspot}
  coup:
    dimension: political
    at: country
    when: >-
      count(events(kind: coup, status: confirmed), 30d) >= 1
patterns:
  any: {at: country, watch: on(crops)}
)";

const Mistake kMistakesInWords[] = {
    {"a word misspelt", ">= hotspot", ">= hotspt"},
    {"a word of another scale", ">= hotspot", ">= declared"},
    {"a word in quotes", "last(crop_hotspot) >= hotspot", "'last(crop_hotspot) >= \"major\"'"},
    {"a number for a word", ">= hotspot", ">= 2"},
    {"a scale for a unit", ">= hotspot", ">= 2 crop_hotspot"},
    {"the least word or a worse one", ">= hotspot", ">= none"},
    {"worse than the worst word", ">= hotspot", "> major"},
    {"a word by itself", "last(crop_hotspot) >= hotspot", "major <= last(crop_hotspot)"},
    {"a mean of words", "last(crop_hotspot) >= hotspot",
     "'mean(crop_hotspot, 3 months) >= hotspot'"},
    {"the change of a word", "last(crop_hotspot) >= hotspot",
     "'change(last(crop_hotspot), 1 month) > 10 %'"},
    {"the rank of a word", "last(crop_hotspot) >= hotspot",
     "'percentile(last(crop_hotspot), 5y) > 50 %'"},
    {"words added", "last(crop_hotspot) >=", "last(crop_hotspot) + last(crop_hotspot) >="},
    {"words by people", "last(crop_hotspot) >= hotspot", "per_100k(last(crop_hotspot)) > 1"},
    {"words of two scales", ">= hotspot", ">= last(crisis_outlook)"},
    {"a word crossed by a number", "last(crop_hotspot) >= hotspot",
     "'crosses(last(crop_hotspot), 1)'"},
    {"events that were refuted", "status: confirmed", "status: refuted"},
    {"a status misspelt", "status: confirmed", "status: confirmd"},
};

std::string complaints(const std::string& text,
                       const Catalogue& catalogue = lake_chad().catalogue) {
  const auto pack = parse_pack("demo.yaml", text, catalogue);
  std::string out;
  if (!pack)
    for (const Diagnostic& diagnostic : pack.error()) out += render(diagnostic, text);
  return out;
}

TEST(PackErrors, TheGoodPackHasNone) { EXPECT_EQ(complaints(std::string(kGood)), ""); }

// What is said of each mistake in the good pack.
std::string told_of(std::span<const Mistake> mistakes, std::string_view good,
                    const Catalogue& catalogue) {
  std::string told;
  for (const Mistake& mistake : mistakes) {
    std::string text(good);
    const std::size_t at = text.find(mistake.from);
    EXPECT_NE(at, std::string::npos) << mistake.name;
    if (at == std::string::npos) continue;
    text.replace(at, mistake.from.size(), mistake.to);
    const std::string said = complaints(text, catalogue);
    EXPECT_NE(said, "") << mistake.name;
    told += std::string("== ") + mistake.name + "\n" + said + "\n";
  }
  return told;
}

TEST(PackErrors, EveryMistakeIsSaidSoThatItCanBeMended) {
  expect_golden("pack_errors.txt", told_of(kMistakes, kGood, lake_chad().catalogue));
}

TEST(PackErrors, EveryMistakeAboutWordsIsSaidSoThatItCanBeMended) {
  const Catalogue& catalogue = testsupport::published().catalogue;
  EXPECT_EQ(complaints(std::string(kJudged), catalogue), "");
  expect_golden("pack_errors_words.txt", told_of(kMistakesInWords, kJudged, catalogue));
}

}  // namespace
}  // namespace tocsin
