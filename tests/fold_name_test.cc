#include <gtest/gtest.h>

#include "model/fold.h"

namespace tocsin {
namespace {

TEST(FoldName, MakesSpellingsOfOneNameAgree) {
  const struct {
    std::string_view name, want;
  } cases[] = {
      {"Borno", "borno"},
      {"Extrême-Nord", "extreme nord"},
      {"EXTRÊME – NORD", "extreme nord"},
      {"extre\u0302me_nord", "extreme_nord"},
      {"  Lac \t Tchad ", "lac tchad"},
      {"N’Djaména", "n'djamena"},
      {"N'Djamena", "n'djamena"},
      {"NG-BO", "ng bo"},
      {"Straße", "strasse"},
      {"ﬁn", "fin"},
      {"İstanbul", "istanbul"},
      {"Boko\u00a0Haram", "boko haram"},
      {"بورنو", "بورنو"},
      {"中", "中"},
      {"", ""},
      {" - ", ""},
      {"a--b", "a b"},
  };
  for (const auto& c : cases) EXPECT_EQ(fold_name(c.name), c.want) << c.name;
}

TEST(FoldName, FoldingTwiceChangesNothing) {
  for (const std::string_view name :
       {"Extrême-Nord", "N’Djaména", "ǅ", "ẞ", "½ Å", "a\u2014b", "\u0345", "ｆｕｌｌ"}) {
    EXPECT_EQ(fold_name(fold_name(name)), fold_name(name)) << name;
  }
}

TEST(FoldName, SurvivesBytesThatAreNotText) {
  EXPECT_EQ(fold_name("a\xff\xfe b"), "a\uFFFD\uFFFD b");
  EXPECT_FALSE(fold_name("\xc3").empty());
}

}  // namespace
}  // namespace tocsin
