#include <gtest/gtest.h>

#include <string>

#include "tests/config_fixture.h"

namespace tocsin {
namespace {

using testing::BadFile;

TEST(GoodConfiguration, IsAccepted) { EXPECT_EQ(testing::complaints(testing::good_files()), ""); }

TEST(GoodConfiguration, MayPutTheAdminListenerOnANetworkInWords) {
  for (const char* admin : {"{host: 192.0.2.7, security: plain}", "{host: 127.0.0.2}",
                            "{host: '::1', security: plain-on-loopback}",
                            "{host: '::', security: tls, certificate_file: c, key_file: k, "
                            "tokens_file: t}",
                            "{security: tls, certificate_file: c, key_file: k}"}) {
    ConfigurationFiles files = testing::good_files();
    files.at("tocsind.yaml") += std::string("admin: ") + admin + "\n";
    EXPECT_EQ(testing::complaints(files), "") << admin;
  }
}

TEST(GoodConfiguration, DoesNotTakeAFileThatNobodyNames) {
  ConfigurationFiles files = testing::good_files();
  files["comittees.yaml"] = "committees: {}\n";
  EXPECT_EQ(testing::complaints(files),
            "comittees.yaml: no other file names this one\n"
            "  allowed: 'tocsind.yaml', 'regions.yaml', 'indicators.yaml', 'sources.yaml' or "
            "'committees.yaml'\n"
            "  did you mean \"committees.yaml\"?\n");
}

TEST(GoodConfiguration, MissesAFile) {
  ConfigurationFiles files = testing::good_files();
  files.erase("sources.yaml");
  EXPECT_EQ(testing::complaints(files),
            "sources.yaml: the file is missing\n  allowed: a readable file\n");
}

class BadConfiguration : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadConfiguration, IsRefusedWithPlaceAndRemedy) { testing::expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, BadConfiguration,
    ::testing::ValuesIn<BadFile>({
        {"bare_no_as_code", "regions.yaml", "", "  NO: {kind: country, names: Norway}\n",
         "regions.yaml:6:3: a name in regions is the bare word NO, which YAML takes for a truth "
         "value or null\n"
         "    NO: {kind: country, names: Norway}\n"
         "    ^^\n"
         "  allowed: quote it: \"NO\"\n"},
        {"bare_no_as_parent", "regions.yaml", "parent: NG, names: Borno",
         "parent: NO, names: Borno",
         "regions.yaml:3:34: region is the bare word NO, which YAML takes for a truth value or "
         "null\n"
         "    NG-BO: {kind: admin-1, parent: NO, names: Borno, aliases: [NG008]}\n"
         "                                   ^^\n"
         "  allowed: quote it: \"NO\"\n"},
        {"duplicate_code", "regions.yaml", "",
         "  NG-BO: {kind: admin-1, parent: NG, names: Borno}\n",
         "regions.yaml:6:3: the key 'NG-BO' stands twice, first in line 3\n"
         "    NG-BO: {kind: admin-1, parent: NG, names: Borno}\n"
         "    ^^^^^\n"
         "  allowed: each key once\n"},
        {"unknown_kind", "regions.yaml", "kind: country", "kind: county",
         "regions.yaml:2:14: unknown kind 'county'\n"
         "    NG: {kind: county, names: Nigeria}\n"
         "               ^^^^^^\n"
         "  allowed: 'world', 'country', 'admin-1', 'admin-2', 'basin' or 'set'\n"
         "  did you mean \"country\"?\n"},
        {"unknown_parent", "regions.yaml", "parent: NG, names: Borno", "parent: NGA, names: Borno",
         "regions.yaml:3:34: unknown region 'NGA'\n"
         "    NG-BO: {kind: admin-1, parent: NGA, names: Borno, aliases: [NG008]}\n"
         "                                   ^^^\n"
         "  allowed: 'NG', 'NG-BO', 'NG-YO' or 'basin:lake'\n"
         "  did you mean \"NG\"?\n"},
        {"parent_missing", "regions.yaml", "parent: NG, names: Borno", "names: Borno",
         "regions.yaml:3:10: region NG-BO lacks the key 'parent'\n"
         "    NG-BO: {kind: admin-1, names: Borno, aliases: [NG008]}\n"
         "           ^\n"},
        {"own_parent", "regions.yaml", "parent: NG, names: Borno", "parent: NG-BO, names: Borno",
         "regions.yaml:3:34: the parents form a cycle: NG-BO -> NG-BO\n"
         "    NG-BO: {kind: admin-1, parent: NG-BO, names: Borno, aliases: [NG008]}\n"
         "                                   ^^^^^\n"
         "  allowed: parents that lead to a region without one\n"},
        {"parents_in_a_cycle", "regions.yaml", "",
         "  A: {kind: admin-1, parent: B, names: A}\n  B: {kind: admin-2, parent: C, names: B}\n  "
         "C: {kind: admin-2, parent: A, names: C}\n",
         "regions.yaml:6:30: the parents form a cycle: A -> B -> C -> A\n"
         "    A: {kind: admin-1, parent: B, names: A}\n"
         "                               ^\n"
         "  allowed: parents that lead to a region without one\n"},
        {"parent_not_wider", "regions.yaml", "parent: NG, names: Borno",
         "parent: NG-YO, names: Borno",
         "regions.yaml:3:34: the parent of NG-BO (admin-1) is NG-YO, of kind admin-1\n"
         "    NG-BO: {kind: admin-1, parent: NG-YO, names: Borno, aliases: [NG008]}\n"
         "                                   ^^^^^\n"
         "  allowed: a region of kind 'world' or 'country'\n"},
        {"parent_is_a_basin", "regions.yaml", "parent: NG, names: Borno",
         "parent: basin:lake, names: Borno",
         "regions.yaml:3:34: the parent of NG-BO (admin-1) is basin:lake, of kind basin\n"
         "    NG-BO: {kind: admin-1, parent: basin:lake, names: Borno, aliases: [NG008]}\n"
         "                                   ^^^^^^^^^^\n"
         "  allowed: a region of kind 'world' or 'country'\n"},
        {"own_neighbour", "regions.yaml", "[NG-BO]}\n  basin", "[NG-YO]}\n  basin",
         "regions.yaml:4:64: NG-YO is its own neighbour\n"
         "    NG-YO: {kind: admin-1, parent: NG, names: Yobe, neighbours: [NG-YO]}\n"
         "                                                                 ^^^^^\n"
         "  allowed: other regions\n"},
        {"unknown_neighbour", "regions.yaml", "[NG-BO]}\n  basin", "[NG-B]}\n  basin",
         "regions.yaml:4:64: unknown region 'NG-B'\n"
         "    NG-YO: {kind: admin-1, parent: NG, names: Yobe, neighbours: [NG-B]}\n"
         "                                                                 ^^^^\n"
         "  allowed: 'NG', 'NG-BO', 'NG-YO' or 'basin:lake'\n"
         "  did you mean \"NG-BO\"?\n"},
        {"neighbour_of_another_kind", "regions.yaml", "[NG-BO]}\n  basin", "[NG]}\n  basin",
         "regions.yaml:4:64: NG-YO (admin-1) has the neighbour NG (country)\n"
         "    NG-YO: {kind: admin-1, parent: NG, names: Yobe, neighbours: [NG]}\n"
         "                                                                 ^^\n"
         "  allowed: a neighbour of the same kind\n"},
        {"alias_of_another", "regions.yaml", "[NG008]", "[Yobe]",
         "regions.yaml:3:62: 'Yobe' is NG-YO as well as NG-BO\n"
         "    NG-BO: {kind: admin-1, parent: NG, names: Borno, aliases: [Yobe]}\n"
         "                                                               ^^^^\n"
         "  allowed: aliases that find one region within its country (case, accents and dashes "
         "don't count)\n"},
        {"alias_differs_in_accents_only", "regions.yaml", "[NG008]", "['yôbe']",
         "regions.yaml:3:62: 'yôbe' is NG-YO as well as NG-BO\n"
         "    NG-BO: {kind: admin-1, parent: NG, names: Borno, aliases: ['yôbe']}\n"
         "                                                               ^^^^^^\n"
         "  allowed: aliases that find one region within its country (case, accents and dashes "
         "don't count)\n"},
        {"two_of_one_name", "regions.yaml", "names: Yobe", "names: Borno",
         "regions.yaml:4:3: NG-BO and NG-YO are both called 'Borno'\n"
         "    NG-YO: {kind: admin-1, parent: NG, names: Borno, neighbours: [NG-BO]}\n"
         "    ^^^^^\n"
         "  allowed: different names for the regions below one parent\n"},
        {"unknown_member", "regions.yaml", "members: [NG-BO]", "members: [NG-BOR]",
         "regions.yaml:5:52: unknown region 'NG-BOR'\n"
         "    basin:lake: {kind: basin, names: Lake, members: [NG-BOR]}\n"
         "                                                     ^^^^^^\n"
         "  allowed: 'NG', 'NG-BO', 'NG-YO' or 'basin:lake'\n"
         "  did you mean \"NG-BO\"?\n"},
        {"basin_without_members", "regions.yaml", "members: [NG-BO]", "members: []",
         "regions.yaml:5:3: basin:lake has no members\n"
         "    basin:lake: {kind: basin, names: Lake, members: []}\n"
         "    ^^^^^^^^^^\n"},
        {"group_in_a_group", "regions.yaml", "",
         "  set:all: {kind: set, names: All, members: [basin:lake]}\n",
         "regions.yaml:6:3: set:all has the member basin:lake, of kind basin\n"
         "    set:all: {kind: set, names: All, members: [basin:lake]}\n"
         "    ^^^^^^^\n"
         "  allowed: regions of the tree\n"},
        {"group_with_parent", "regions.yaml", "members: [NG-BO]", "members: [NG-BO], parent: NG",
         "regions.yaml:5:68: region basin:lake has 'parent', and is of kind basin\n"
         "    basin:lake: {kind: basin, names: Lake, members: [NG-BO], parent: NG}\n"
         "                                                                     ^^\n"},
        {"two_sets_of_a_scheme", "regions.yaml", "",
         "  set:a: {kind: set, names: A, scheme: z, members: [NG]}\n  set:b: {kind: set, names: B, "
         "scheme: z, members: [NG-BO]}\n",
         "regions.yaml:7:3: NG-BO is in two sets of the scheme 'z': set:a and set:b\n"
         "    set:b: {kind: set, names: B, scheme: z, members: [NG-BO]}\n"
         "    ^^^^^\n"
         "  allowed: each region in at most one set of a scheme\n"},
        {"basin_without_its_prefix", "regions.yaml", "basin:lake:", "lake:",
         "regions.yaml:5:3: 'lake' is the code of a basin\n"
         "    lake: {kind: basin, names: Lake, members: [NG-BO]}\n"
         "    ^^^^\n"
         "  allowed: a code that begins with 'basin:'\n"},
        {"prefix_of_another_kind", "regions.yaml", "", "  set:x: {kind: country, names: X}\n",
         "regions.yaml:6:3: 'set:x' is the code of a country\n"
         "    set:x: {kind: country, names: X}\n"
         "    ^^^^^\n"
         "  allowed: a code without ':'\n"},
        {"no_english_name", "regions.yaml", "names: Yobe", "names: {fr: Yobe}",
         "regions.yaml:4:45: names of region NG-YO has no English name\n"
         "    NG-YO: {kind: admin-1, parent: NG, names: {fr: Yobe}, neighbours: [NG-BO]}\n"
         "                                              ^\n"
         "  allowed: en: a name\n"},
        {"negative_population", "regions.yaml", "names: Yobe", "names: Yobe, population: -1",
         "regions.yaml:4:63: population of region NG-YO is -1, out of range\n"
         "    NG-YO: {kind: admin-1, parent: NG, names: Yobe, population: -1, neighbours: "
         "[NG-BO]}\n"
         "                                                                ^^\n"
         "  allowed: a whole number from 0 to 20000000000\n"},
        {"neighbours_file_missing", "regions.yaml", "", "neighbours_file: near.yaml\n",
         "near.yaml: the file is missing\n"
         "  allowed: a readable file\n"},
        {"unknown_geometry_word", "regions.yaml", "", "geometry: maybe\n",
         "regions.yaml:6:11: unknown geometry 'maybe'\n"
         "  geometry: maybe\n"
         "            ^^^^^\n"
         "  allowed: 'required' or 'optional'\n"},
        {"unknown_dimension", "indicators.yaml", "dimension: food", "dimension: foods",
         "indicators.yaml:6:16: unknown dimension 'foods'\n"
         "      dimension: foods\n"
         "                 ^^^^^\n"
         "  allowed: 'food'\n"
         "  did you mean \"food\"?\n"},
        {"unknown_source", "indicators.yaml", "[market]", "[markets]",
         "indicators.yaml:10:15: unknown source 'markets'\n"
         "      sources: [markets]\n"
         "                ^^^^^^^\n"
         "  allowed: 'market'\n"
         "  did you mean \"market\"?\n"},
        {"bad_unit", "indicators.yaml", "NGN/kg", "NGN per kg",
         "indicators.yaml:7:11: 'NGN per kg' is no unit\n"
         "      unit: NGN per kg\n"
         "            ^^^^^^^^^^\n"
         "  allowed: a product of names: mm/day, NGN/kg, people, %, 1\n"},
        {"scale_and_unit", "indicators.yaml", "unit: NGN/kg",
         "unit: NGN/kg\n    scale: [low, high]",
         "indicators.yaml:7:11: indicator price has a scale and a unit\n"
         "      unit: NGN/kg\n"
         "            ^^^^^^\n"
         "  allowed: unit only of an indicator without a scale\n"},
        {"scale_and_precision", "indicators.yaml", "unit: NGN/kg",
         "scale: [low, high]\n    precision: 1",
         "indicators.yaml:8:16: indicator price has a scale and a precision\n"
         "      precision: 1\n"
         "                 ^\n"
         "  allowed: precision only of an indicator without a scale\n"},
        {"scale_and_range", "indicators.yaml", "unit: NGN/kg",
         "scale: [low, high]\n    range: {least: 0}",
         "indicators.yaml:8:12: indicator price has a scale and a range\n"
         "      range: {least: 0}\n"
         "             ^\n"
         "  allowed: range only of an indicator without a scale\n"},
        {"scale_of_one_word", "indicators.yaml", "unit: NGN/kg", "scale: [low]",
         "indicators.yaml:7:12: the length of the scale of indicator price is 1\n"
         "      scale: [low]\n"
         "             ^\n"
         "  allowed: 2 to 32 words, the least first\n"},
        {"scale_without_words", "indicators.yaml", "unit: NGN/kg", "scale:",
         "indicators.yaml:7:5: scale of indicator price has no value\n"
         "      scale:\n"
         "      ^^^^^\n"
         "  allowed: a value, or leave the key out\n"},
        {"scale_word_that_conditions_cannot_use", "indicators.yaml", "unit: NGN/kg",
         "scale: [low, or]",
         "indicators.yaml:7:18: 'or' is no word of a scale\n"
         "      scale: [low, or]\n"
         "                   ^^\n"
         "  allowed: a name that conditions can use: letters, digits and _, at most 32\n"},
        {"scale_word_twice", "indicators.yaml", "unit: NGN/kg", "scale: [low, high, low]",
         "indicators.yaml:7:24: 'low' stands twice in scale of indicator price\n"
         "      scale: [low, high, low]\n"
         "                         ^^^\n"
         "  allowed: each item once\n"},
        {"unquoted_no_in_a_scale", "indicators.yaml", "unit: NGN/kg", "scale: [no, high]",
         "indicators.yaml:7:13: an item of scale of indicator price is the bare word no, which "
         "YAML "
         "takes for a truth value or null\n"
         "      scale: [no, high]\n"
         "              ^^\n"
         "  allowed: quote it: \"no\"\n"},
        {"unknown_note_word", "indicators.yaml", "unit: NGN/kg", "unit: NGN/kg\n    note: needed",
         "indicators.yaml:8:11: unknown note 'needed'\n"
         "      note: needed\n"
         "            ^^^^^^\n"
         "  allowed: 'optional' or 'required'\n"},
        {"forecasts_without_cadence", "indicators.yaml", "unit: NGN/kg",
         "unit: NGN/kg\n    forecasts: {longest_delay_days: 10}",
         "indicators.yaml:8:16: forecasts of indicator price lacks the key 'cadence'\n"
         "      forecasts: {longest_delay_days: 10}\n"
         "                 ^\n"},
        {"forecasts_now_and_then", "indicators.yaml", "unit: NGN/kg",
         "unit: NGN/kg\n    forecasts: {cadence: irregular, longest_delay_days: 10}",
         "indicators.yaml:8:16: forecasts of indicator price lacks the key 'every_days'\n"
         "      forecasts: {cadence: irregular, longest_delay_days: 10}\n"
         "                 ^\n"},
        {"forecasts_of_no_members", "indicators.yaml", "unit: NGN/kg",
         "unit: NGN/kg\n    forecasts: {cadence: month, longest_delay_days: 10, members: 0}",
         "indicators.yaml:8:66: members of forecasts of indicator price is 0, out of range\n"
         "      forecasts: {cadence: month, longest_delay_days: 10, members: 0}\n"
         "                                                                   ^\n"
         "  allowed: a whole number from 1 to 100000\n"},
        {"bad_sdg_target", "indicators.yaml", "unit:", "sdg_target: \"18.1\"\n    unit:",
         "indicators.yaml:7:17: sdg_target of indicator price is '18.1'\n"
         "      sdg_target: \"18.1\"\n"
         "                  ^^^^^^\n"
         "  allowed: a target of goals 1 to 17, such as \"2.1\" or \"16.a\"\n"},
        {"delays_in_wrong_order", "indicators.yaml", "longest_days: 45", "longest_days: 5",
         "indicators.yaml:9:12: expected_days (15) is above longest_days (5)\n"
         "      delay: {expected_days: 15, longest_days: 5}\n"
         "             ^\n"
         "  allowed: a longest delay of at least the expected one\n"},
        {"irregular_without_interval", "indicators.yaml", "cadence: month", "cadence: irregular",
         "indicators.yaml:5:5: indicator price lacks the key 'every_days'\n"
         "      names: {en: Price, fr: Prix}\n"
         "      ^\n"},
        {"cadence_that_no_day_is_made_of", "indicators.yaml", "cadence: month", "cadence: 7s",
         "indicators.yaml:8:14: cadence of indicator price is '7s'\n"
         "      cadence: 7s\n"
         "               ^^\n"
         "  allowed: a period of the calendar, or whole seconds that a day is made of, 1s to "
         "3600s: "
         "10s, 60s, 900s\n"},
        {"minutes_as_cadence", "indicators.yaml", "cadence: month", "cadence: 5min",
         "indicators.yaml:8:14: cadence of indicator price is '5min'\n"
         "      cadence: 5min\n"
         "               ^^^^\n"
         "  allowed: a period of the calendar, or whole seconds that a day is made of, 1s to "
         "3600s: "
         "10s, 60s, 900s\n"},
        {"samples_that_are_foretold", "indicators.yaml", "cadence: month",
         "cadence: 10s\n    forecasts: {cadence: month, longest_delay_days: 10}",
         "indicators.yaml:9:16: indicator price has forecasts, but a cadence of 10s\n"
         "      forecasts: {cadence: month, longest_delay_days: 10}\n"
         "                 ^\n"
         "  allowed: forecasts only of an indicator with periods of the calendar\n"},
        {"interval_without_irregular", "indicators.yaml", "cadence: month",
         "cadence: month\n    every_days: 30",
         "indicators.yaml:9:17: indicator price has every_days, but a cadence of month\n"
         "      every_days: 30\n"
         "                  ^^\n"
         "  allowed: every_days only with 'cadence: irregular'\n"},
        {"range_upside_down", "indicators.yaml",
         "unit:", "range: {least: 5, greatest: 2.5}\n    unit:",
         "indicators.yaml:7:12: least of range of indicator price is above its greatest\n"
         "      range: {least: 5, greatest: 2.5}\n"
         "             ^\n"
         "  allowed: least <= greatest\n"},
        {"range_not_a_number", "indicators.yaml", "unit:", "range: {least: low}\n    unit:",
         "indicators.yaml:7:20: least of range of indicator price is 'low'\n"
         "      range: {least: low}\n"
         "                     ^^^\n"
         "  allowed: a number such as 12 or -0.25, unquoted, of at most 18 digits\n"},
        {"bad_name", "indicators.yaml", "", "groups:\n  Young people: {names: Youth}\n",
         "indicators.yaml:12:3: 'Young people' can't be the name of a group\n"
         "    Young people: {names: Youth}\n"
         "    ^^^^^^^^^^^^\n"
         "  allowed: at most 64 letters, digits and any of _ - : . after the first letter or "
         "digit\n"},
        {"event_kind_without_source", "indicators.yaml", "",
         "event_kinds:\n  clash: {names: Clash, dimension: food}\n",
         "indicators.yaml:12:10: event kind clash lacks the key 'sources'\n"
         "    clash: {names: Clash, dimension: food}\n"
         "           ^\n"},
        {"reads_a_source_that_may_not_write", "sources.yaml", "    indicators: [price]\n", "",
         "indicators.yaml:10:15: price is read from the source market, which may not write it\n"
         "      sources: [market]\n"
         "                ^^^^^^\n"
         "  allowed: price among the indicators of market in sources.yaml\n"},
        {"unknown_reliability", "sources.yaml", "reliability: B", "reliability: X",
         "sources.yaml:4:18: unknown reliability 'X'\n"
         "      reliability: X\n"
         "                   ^\n"
         "  allowed: 'A', 'B', 'C', 'D', 'E' or 'F'\n"},
        {"source_without_licence", "sources.yaml", "    licence: none\n", "",
         "sources.yaml:3:5: source market lacks the key 'licence'\n"
         "      names: Market survey\n"
         "      ^\n"},
        {"events_without_kinds", "sources.yaml", "indicators: [price]",
         "indicators: [price]\n    events: {cadence_days: 1, longest_delay_days: 1}",
         "sources.yaml:9:13: source market has events, but no event_kinds\n"
         "      events: {cadence_days: 1, longest_delay_days: 1}\n"
         "              ^\n"
         "  allowed: event_kinds that it may write\n"},
        {"unknown_source_of_a_producer", "sources.yaml", "{sources: [market]}",
         "{sources: [marked]}",
         "sources.yaml:10:21: unknown source 'marked'\n"
         "    relay: {sources: [marked]}\n"
         "                      ^^^^^^\n"
         "  allowed: 'market'\n"
         "  did you mean \"market\"?\n"},
        {"bad_public_key", "sources.yaml", "{sources: [market]}",
         "{sources: [market], public_keys: [abc]}",
         "sources.yaml:10:44: 'abc' is no public key\n"
         "    relay: {sources: [market], public_keys: [abc]}\n"
         "                                             ^^^\n"
         "  allowed: 40 characters of Z85, as `tocsin keygen` prints them\n"},
        {"one_key_for_two", "sources.yaml", "{sources: [market]}",
         "{sources: [market], public_keys: [\"0123456789012345678901234567890123456789\"]}\n  "
         "other: {sources: [market], public_keys: [\"0123456789012345678901234567890123456789\"]}",
         "sources.yaml:11:44: the same key belongs to the producer 'relay'\n"
         "    other: {sources: [market], public_keys: "
         "[\"0123456789012345678901234567890123456789\"]}\n"
         "                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
         "  allowed: a key of its own for each producer: the key is its identity\n"},
        {"bad_time_zone", "committees.yaml", "Africa/Lagos", "Lagos",
         "committees.yaml:4:16: 'Lagos' is no time zone\n"
         "      time_zone: Lagos\n"
         "                 ^^^^^\n"
         "  allowed: an IANA name such as Africa/Lagos, or UTC\n"},
        {"bad_mail_address", "committees.yaml", "chair@senate.example", "chair at senate",
         "committees.yaml:6:13: 'chair at senate' is no mail address\n"
         "      email: [chair at senate]\n"
         "              ^^^^^^^^^^^^^^^\n"
         "  allowed: a mail address, such as name@example.org\n"},
        {"no_address", "committees.yaml", "    email: [chair@senate.example]\n", "",
         "committees.yaml:3:5: committee senate has no address\n"
         "      name: Senate\n"
         "      ^\n"
         "  allowed: email: [...], cap: [...], or both\n"},
        {"cap_path_that_leaves", "committees.yaml", "email: [chair@senate.example]", "cap: [../x]",
         "committees.yaml:6:11: '../x' is no directory for CAP files\n"
         "      cap: [../x]\n"
         "            ^^^^\n"
         "  allowed: a relative path of letters, digits and _ - . / without '..'\n"},
        {"unknown_level", "committees.yaml", "    regions: [NG]",
         "    regions: [NG]\n    least_level: alarm",
         "committees.yaml:6:18: unknown least_level 'alarm'\n"
         "      least_level: alarm\n"
         "                   ^^^^^\n"
         "  allowed: 'watch', 'warning' or 'emergency'\n"},
        {"language_not_written_yet", "committees.yaml", "    regions: [NG]",
         "    regions: [NG]\n    language: fr",
         "committees.yaml:6:15: no message can be written in 'fr' yet\n"
         "      language: fr\n"
         "                ^^\n"
         "  allowed: 'en'\n"},
        {"no_regions", "committees.yaml", "    regions: [NG]\n", "",
         "committees.yaml:3:5: committee senate lacks the key 'regions'\n"
         "      name: Senate\n"
         "      ^\n"},
        {"unknown_region", "committees.yaml", "regions: [NG]", "regions: [NG-BX]",
         "committees.yaml:5:15: unknown region 'NG-BX'\n"
         "      regions: [NG-BX]\n"
         "                ^^^^^\n"
         "  allowed: 'NG', 'NG-BO', 'NG-YO' or 'basin:lake'\n"
         "  did you mean \"NG-BO\"?\n"},
        {"unquoted_null", "committees.yaml", "name: Senate", "name: null",
         "committees.yaml:3:5: name of committee senate has no value\n"
         "      name: null\n"
         "      ^^^^\n"
         "  allowed: a value, or leave the key out\n"},
        {"mapping_expected", "committees.yaml", "", "  house: [a]\n",
         "committees.yaml:7:10: committee house is a list\n"
         "    house: [a]\n"
         "           ^\n"
         "  allowed: a mapping with the keys 'name', 'language', 'time_zone', 'regions', "
         "'dimensions', 'least_level', 'email', 'cap' or 'duty_holders'\n"},
    }),
    [](const auto& tc) { return tc.param.name; });

}  // namespace
}  // namespace tocsin
