#include "model/numbering.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

using enum NumberedKind;

TEST(Numbering, GivesANumberOnce) {
  Numbering numbering;
  EXPECT_EQ(numbering.number_of(kRegion, "NG-BO"), 1u);
  EXPECT_EQ(numbering.number_of(kRegion, "NG-YO"), 2u);
  EXPECT_EQ(numbering.number_of(kRegion, "NG-BO"), 1u);
  EXPECT_EQ(numbering.number_of(kSource, "NG-BO"), 1u) << "kinds count apart";
}

TEST(Numbering, TellsOnlyWhatIsNew) {
  Numbering numbering;
  numbering.number_of(kRegion, "a");
  numbering.number_of(kGroup, "b");
  const auto first = numbering.take_new();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].name, "a");
  EXPECT_EQ(first[1].kind, kGroup);
  numbering.number_of(kRegion, "a");
  EXPECT_TRUE(numbering.take_new().empty());
}

TEST(Numbering, KeepsNumbersOverARestartAndNeverReusesOne) {
  Numbering numbering;
  numbering.restore({kRegion, "z", 7});
  numbering.restore({kRegion, "a", 3});
  EXPECT_EQ(numbering.number_of(kRegion, "a"), 3u);
  EXPECT_EQ(numbering.number_of(kRegion, "new"), 8u);
  EXPECT_EQ(numbering.number_of(kSource, "new"), 1u);
  EXPECT_EQ(numbering.take_new().size(), 2u) << "restored entries are not new";
}

TEST(NumberingDeathTest, RefusesWhatIsTaken) {
  Numbering numbering;
  numbering.restore({kRegion, "a", 3});
  EXPECT_DEATH(numbering.restore({kRegion, "b", 3}), "number is not taken");
  EXPECT_DEATH(numbering.restore({kRegion, "a", 4}), "name is not taken");
  EXPECT_DEATH(numbering.restore({kRegion, "c", 0}), "not 0");
}

}  // namespace
}  // namespace tocsin
