#include "model/diagnostic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/record_gen.h"

namespace tocsin {
namespace {

Diagnostic at(int line, int column, int length) {
  Diagnostic diagnostic;
  diagnostic.file = "a.yaml";
  diagnostic.line = line;
  diagnostic.column = column;
  diagnostic.length = length;
  diagnostic.message = "wrong";
  return diagnostic;
}

TEST(Render, PointsAtThePlace) {
  const struct {
    std::string_view name;
    Diagnostic diagnostic;
    std::string_view text, want;
  } cases[] = {
      {"middle", at(2, 7, 3), "one\nwhen: sun > 1\n",
       "a.yaml:2:7: wrong\n  when: sun > 1\n        ^^^\n"},
      {"first", at(1, 1, 1), "x", "a.yaml:1:1: wrong\n  x\n  ^\n"},
      {"behind the end", at(1, 4, 1), "abc", "a.yaml:1:4: wrong\n  abc\n     ^\n"},
      {"far behind the end", at(1, 40, 2), "abc", "a.yaml:1:40: wrong\n  abc\n     ^\n"},
      {"longer than the line", at(1, 2, 99), "abc", "a.yaml:1:2: wrong\n  abc\n   ^^\n"},
      {"length 0", at(1, 2, 0), "abc", "a.yaml:1:2: wrong\n  abc\n   ^\n"},
      {"accents before", at(1, 6, 4), "é: à sève", "a.yaml:1:6: wrong\n  é: à sève\n       ^^^^\n"},
      {"tab before", at(1, 3, 2), "\tkcal", "a.yaml:1:3: wrong\n  \tkcal\n  \t ^^\n"},
      {"tab after an accent", at(1, 3, 1), "é\tx", "a.yaml:1:3: wrong\n  é\tx\n   \t^\n"},
      {"carriage return", at(1, 2, 9), "abc\r\nd", "a.yaml:1:2: wrong\n  abc\n   ^^\n"},
      {"no column", at(1, 0, 1), "abc", "a.yaml:1: wrong\n  abc\n"},
      {"no line", at(0, 0, 1), "abc", "a.yaml: wrong\n"},
      {"line beyond the text", at(9, 1, 1), "abc", "a.yaml:9:1: wrong\n"},
      {"no text", at(2, 3, 1), "", "a.yaml:2:3: wrong\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(render(c.diagnostic, c.text), c.want) << c.name;
}

TEST(Render, EndsWithWhatIsAllowedAndASuggestion) {
  Diagnostic diagnostic = at(1, 1, 1);
  diagnostic.allowed = "day, week";
  diagnostic.suggestion = "week";
  EXPECT_EQ(render(diagnostic, ""),
            "a.yaml:1:1: wrong\n  allowed: day, week\n  did you mean \"week\"?\n");
}

TEST(Nearest, FindsASlipOfThePenAndNothingFarther) {
  const std::vector<std::string> words = {"rainfall", "millet_price", "displaced", "food", "no"};
  const struct {
    std::string_view word, want;
  } cases[] = {
      {"rainfal", "rainfall"},
      {"rianfall", "rainfall"},
      {"RAINFALL", "rainfall"},
      {"rain", ""},
      {"millet-price", "millet_price"},
      {"milletprices", "millet_price"},
      {"fod", "food"},
      {"fo", ""},
      {"xy", ""},
      {"", ""},
      {"food", "food"},
      {"displacement", "displaced"},
      {"n", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(nearest(c.word, words), c.want) << c.word;
}

TEST(Nearest, PrefersTheNearerThenTheFirst) {
  EXPECT_EQ(nearest("abcdef", {"abxdeg", "abcdeg"}), "abcdeg");
  EXPECT_EQ(nearest("abcdef", {"abcdex", "abcdey"}), "abcdex");
  EXPECT_EQ(nearest("abcdef", {}), "");
}

TEST(Nearest, LeavesHugeTextsAlone) {
  const std::string huge(100'000, 'a');
  EXPECT_EQ(nearest(huge, {huge}), "");
  EXPECT_EQ(nearest("aaaa", {huge, "aaab"}), "aaab");
}

// The distance by its plain recursive definition (optimal string alignment).
std::size_t plain_distance(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  const auto drop = [](std::string_view text, std::size_t n) {
    return text.substr(0, text.size() - n);
  };
  std::size_t best = std::min(plain_distance(drop(a, 1), b), plain_distance(a, drop(b, 1))) + 1;
  best = std::min(best, plain_distance(drop(a, 1), drop(b, 1)) + (a.back() == b.back() ? 0 : 1));
  if (a.size() > 1 && b.size() > 1 && a.back() == b[b.size() - 2] && b.back() == a[a.size() - 2]) {
    best = std::min(best, plain_distance(drop(a, 2), drop(b, 2)) + 1);
  }
  return best;
}

TEST(Nearest, EqualsThePlainDefinition) {
  std::mt19937_64 random(testsupport::test_seed());
  const auto text = [&] {
    std::string made;
    for (auto n = random() % 7; n > 0; --n) made.push_back(static_cast<char>('a' + random() % 3));
    return made;
  };
  for (int i = 0; i < 400; ++i) {
    const std::string word = text();
    const std::string candidate = text();
    const bool near = !candidate.empty() && plain_distance(word, candidate) <= word.size() / 3;
    ASSERT_EQ(nearest(word, {candidate}), near ? candidate : "") << word << " " << candidate;
  }
}

}  // namespace
}  // namespace tocsin
