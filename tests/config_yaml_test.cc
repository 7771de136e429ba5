#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rules/yaml_reader.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

YamlFile parsed(const std::string& text) {
  Diagnostics diagnostics;
  auto file = parse_yaml("f.yaml", text, diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty());
  EXPECT_TRUE(file.has_value());
  return file.value_or(YamlFile{});
}

// The place of `word` inside the scalar at top-level key `when`.
YamlPosition place_of(const std::string& text, const std::string& word) {
  const YamlFile file = parsed(text);
  const YamlNode& scalar = file.root.entries.at(0).value;
  const std::size_t index = scalar.text.find(word);
  EXPECT_NE(index, std::string::npos) << scalar.text;
  return position_in(file, scalar, index);
}

struct PlaceCase {
  std::string name, text;
  YamlPosition want;
};
class ScalarPlace : public ::testing::TestWithParam<PlaceCase> {};

TEST_P(ScalarPlace, IsThatOfTheWordInTheFile) {
  EXPECT_EQ(place_of(GetParam().text, "XX"), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Yaml, ScalarPlace,
                         ::testing::ValuesIn<PlaceCase>({
                             {"plain", "when: a > XX\n", {1, 11}},
                             {"plain_over_lines", "when: a >\n   b and\n   XX\n", {3, 4}},
                             {"single_quotes", "when: 'a > XX'\n", {1, 12}},
                             {"double_quotes", "when: \"a > XX\"\n", {1, 12}},
                             {"behind_wide_characters", "when: 'é > XX'\n", {1, 12}},
                             {"literal_block", "when: |\n  a >\n    b and\n  c XX\n", {4, 5}},
                             {"literal_block_indented_line", "when: |\n  a >\n    b XX\n", {3, 7}},
                             {"literal_with_trailing_space", "when: |\n  a > \n  XX\n", {3, 3}},
                             {"folded_block", "when: >\n  a >\n  b and XX\n", {3, 9}},
                             {"crlf", "when: >\r\n  a >\r\n  XX\r\n", {3, 3}},
                         }),
                         [](const auto& tc) { return tc.param.name; });

TEST(Yaml, KeepsTextsAsWritten) {
  const YamlFile file = parsed("{a: 010, b: 1.10, c: 2019-03-07, d: 1e3, e: 0x1F}");
  std::vector<std::string> texts;
  for (const auto& entry : file.root.entries) texts.push_back(entry.value.text);
  EXPECT_THAT(texts, ElementsAre("010", "1.10", "2019-03-07", "1e3", "0x1F"));
}

struct BadYaml {
  std::string name, text, want;
};
class BadYamlFile : public ::testing::TestWithParam<BadYaml> {};

TEST_P(BadYamlFile, IsRefusedWithItsPlace) {
  Diagnostics diagnostics;
  parse_yaml("f.yaml", GetParam().text, diagnostics);
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_EQ(render(diagnostics.front(), GetParam().text), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Yaml, BadYamlFile,
    ::testing::ValuesIn<BadYaml>({
        {"empty", "", "f.yaml:1:1: the file is empty\n  allowed: a mapping of keys\n"},
        {"only_comments", "# nothing\n",
         "f.yaml:1:1: the file is empty\n  # nothing\n  ^\n  allowed: a mapping of keys\n"},
        {"duplicate_key", "a: 1\nb: 2\na: 3\n",
         "f.yaml:3:1: the key 'a' stands twice, first in line 1\n  a: 3\n  ^\n"
         "  allowed: each key once\n"},
        {"duplicate_key_in_a_flow", "m: {k: 1, k: 2}\n",
         "f.yaml:1:11: the key 'k' stands twice, first in line 1\n  m: {k: 1, k: 2}\n"
         "            ^\n  allowed: each key once\n"},
        {"tab", "a:\n\tb: 1\n",
         "f.yaml:2:1: a tab in the indentation\n  \tb: 1\n  ^\n  allowed: spaces\n"},
        {"not_utf8", "a: \xFF\n",
         "f.yaml:1:4: byte 0xFF is not UTF-8\n  a: \xFF\n     ^\n"
         "  allowed: text in UTF-8\n"},
        {"overlong_utf8", "a: \xC0\xAF\n",
         "f.yaml:1:4: byte 0xC0 is not UTF-8\n  a: \xC0\xAF\n"
         "     ^\n  allowed: text in UTF-8\n"},
        {"control_character", "a: \x01\n",
         "f.yaml:1:4: control character 0x01\n  a: \x01\n     ^\n  allowed: printable text\n"},
        {"alias", "a: 1\nb: &x 2\n",
         "f.yaml:2:4: anchors (&name) are not allowed\n  b: &x 2\n     ^\n"
         "  allowed: a plain value\n"},
        {"tag", "a: !!str 2\n",
         "f.yaml:1:4: the tag 'tag:yaml.org,2002:str' is not allowed\n  a: !!str 2\n     ^\n"
         "  allowed: a plain value\n"},
        {"second_document", "a: 1\n---\nb: 2\n",
         "f.yaml:3:1: a second document begins here\n  b: 2\n  ^\n"
         "  allowed: one document a file\n"},
        {"unclosed", "a: [1, 2\n", "f.yaml:2:1: not YAML: end of sequence flow not found\n"},
    }),
    [](const auto& tc) { return tc.param.name; });

TEST(Yaml, DeepNestingIsRefusedNotFollowed) {
  Diagnostics diagnostics;
  EXPECT_FALSE(parse_yaml("f.yaml", std::string(10'000, '['), diagnostics));
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_THAT(diagnostics[0].message, HasSubstr("nested deeper than 64 levels"));
}

TEST(Yaml, HugeFilesAreRefusedUnread) {
  Diagnostics diagnostics;
  EXPECT_FALSE(parse_yaml("f.yaml", std::string(kYamlFileBytesMax + 1, 'x'), diagnostics));
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_EQ(diagnostics[0].message, "the file has 8388609 bytes");
}

TEST(Yaml, ByteOrderMarkDoesNotCount) {
  const YamlFile file = parsed("\xEF\xBB\xBFkey: 1\n");
  EXPECT_EQ(file.root.entries.at(0).key.text, "key");
  EXPECT_EQ(file.root.entries.at(0).key.position, (YamlPosition{1, 1}));
}

class YamlTrap : public ::testing::TestWithParam<const char*> {};

TEST_P(YamlTrap, IsATextOnlyWhenQuoted) {
  const std::string word = GetParam();
  const YamlFile file = parsed("[" + word + ", '" + word + "']");
  Diagnostics diagnostics;
  YamlReader reader(file, diagnostics);
  EXPECT_EQ(reader.text(file.root.items.at(0), "code"), std::nullopt);
  EXPECT_EQ(reader.text(file.root.items.at(1), "code"), word);
  EXPECT_THAT(diagnostics, SizeIs(1));
}
INSTANTIATE_TEST_SUITE_P(Yaml, YamlTrap,
                         ::testing::Values("NO", "no", "No", "yes", "on", "Off", "y", "N", "true",
                                           "FALSE", "null", "~"));

TEST(YamlReader, ReadsWholeNumbersInDecimalOnly) {
  const YamlFile file =
      parsed("[12, -7, 1_000_000, 010, 0x10, 1.5, '12', 99999999999999999999, 101]");
  Diagnostics diagnostics;
  YamlReader reader(file, diagnostics);
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < file.root.items.size(); ++i) {
    const std::int64_t greatest = i == 2 ? 1'000'000 : 100;
    numbers.push_back(reader.integer(file.root.items[i], "n", -10, greatest).value_or(-99));
  }
  EXPECT_THAT(numbers, ElementsAre(12, -7, 1'000'000, -99, -99, -99, -99, -99, -99));
  EXPECT_THAT(diagnostics, SizeIs(6));
  EXPECT_EQ(diagnostics.back().message, "n is 101, out of range");
  EXPECT_EQ(diagnostics.back().allowed, "a whole number from -10 to 100");
}

TEST(YamlMapping, ReportsUnknownKeysWithTheNearestOne) {
  const YamlFile file = parsed("host: h\nprot: 25\n");
  Diagnostics diagnostics;
  YamlReader reader(file, diagnostics);
  const YamlMapping smtp(reader, file.root, "smtp", {"host", "port"});
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_EQ(render(diagnostics[0], file.text),
            "f.yaml:2:1: unknown key 'prot' in smtp\n  prot: 25\n  ^^^^\n"
            "  allowed: 'host' or 'port'\n  did you mean \"port\"?\n");
  EXPECT_EQ(smtp.text("host", ""), "h");
}

TEST(YamlMapping, EachMistakeIsReportedOnceAndReadingGoesOn) {
  const YamlFile file = parsed("a:\nb: [x, x]\nc: yes\n");
  Diagnostics diagnostics;
  YamlReader reader(file, diagnostics);
  const YamlMapping top(reader, file.root, "top", {"a", "b", "c", "d"});
  EXPECT_EQ(top.need_text("a"), "");
  EXPECT_THAT(top.need_words("b"), SizeIs(1));
  EXPECT_TRUE(top.truth("c", true));
  EXPECT_EQ(top.need_integer("d", 3, 9), 3);
  std::vector<std::string> messages;
  for (const auto& diagnostic : diagnostics) messages.push_back(diagnostic.message);
  EXPECT_THAT(messages, ElementsAre("a of top has no value", "'x' stands twice in b of top",
                                    "c of top is 'yes'", "top lacks the key 'd'"));
}

TEST(YamlMapping, NamesNeedEnglishAndGoodTags) {
  const YamlFile file = parsed("{a: Borno, b: {fr: Nord}, c: {en: x, english: z}}");
  Diagnostics diagnostics;
  YamlReader reader(file, diagnostics);
  const YamlMapping top(reader, file.root, "top", {"a", "b", "c"});
  EXPECT_EQ(top.names("a").at("en"), "Borno");
  EXPECT_EQ(top.names("b").at("fr"), "Nord");
  top.names("c");
  ASSERT_THAT(diagnostics, SizeIs(2));
  EXPECT_EQ(diagnostics[0].message, "b of top has no English name");
  EXPECT_EQ(diagnostics[1].message, "'english' is no language tag");
}

TEST(YamlReader, UnderlinesAPartOfAText) {
  const YamlFile file = parsed("when: sum(rain, 90d) < 5\n");
  Diagnostics diagnostics;
  YamlReader reader(file, diagnostics);
  reader.report_within(file.root.entries.at(0).value, 4, 4, "unknown name 'rain'");
  EXPECT_EQ(render(diagnostics.at(0), file.text),
            "f.yaml:1:11: unknown name 'rain'\n  when: sum(rain, 90d) < 5\n            ^^^^\n");
}

}  // namespace
}  // namespace tocsin
