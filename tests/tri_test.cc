#include "model/tri.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

constexpr Tri kF = Tri::kFalse;
constexpr Tri kU = Tri::kUnknown;
constexpr Tri kT = Tri::kTrue;
constexpr Tri kAll[] = {kF, kU, kT};

TEST(Tri, FollowsKleenesTables) {
  const struct {
    Tri a, b, both, either;
  } cases[] = {
      {kF, kF, kF, kF}, {kF, kU, kF, kU}, {kF, kT, kF, kT}, {kU, kF, kF, kU}, {kU, kU, kU, kU},
      {kU, kT, kU, kT}, {kT, kF, kF, kT}, {kT, kU, kU, kT}, {kT, kT, kT, kT},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(c.a && c.b, c.both) << name_of(c.a) << " and " << name_of(c.b);
    EXPECT_EQ(c.a || c.b, c.either) << name_of(c.a) << " or " << name_of(c.b);
  }
  EXPECT_EQ(!kF, kT);
  EXPECT_EQ(!kU, kU);
  EXPECT_EQ(!kT, kF);
  EXPECT_EQ(tri(true), kT);
  EXPECT_EQ(tri(false), kF);
}

TEST(Tri, KeepsKleenesLawsForAllValues) {
  for (const Tri a : kAll) {
    EXPECT_EQ(!!a, a);
    EXPECT_EQ(a && a, a);
    EXPECT_EQ(a || a, a);
    EXPECT_EQ(a && kT, a);
    EXPECT_EQ(a || kF, a);
    EXPECT_EQ(a && kF, kF);
    EXPECT_EQ(a || kT, kT);
    for (const Tri b : kAll) {
      EXPECT_EQ(a && b, b && a);
      EXPECT_EQ(a || b, b || a);
      EXPECT_EQ(!(a && b), !a || !b);
      EXPECT_EQ(a && (a || b), a);
      // What holds in Kleene's logic in place of the excluded middle.
      EXPECT_LE(static_cast<int>(a && !a), static_cast<int>(b || !b));
      for (const Tri c : kAll) {
        EXPECT_EQ((a && b) && c, a && (b && c));
        EXPECT_EQ((a || b) || c, a || (b || c));
        EXPECT_EQ(a && (b || c), (a && b) || (a && c));
        EXPECT_EQ(a || (b && c), (a || b) && (a || c));
      }
    }
  }
}

TEST(Tri, LearningMoreNeverTurnsAKnownResult) {
  // If a result is known while an operand is unknown, every value of the operand gives that result.
  for (const Tri a : kAll) {
    for (const Tri known : {kF, kT}) {
      if ((a && kU) != kU) {
        EXPECT_EQ(a && known, a && kU);
      }
      if ((a || kU) != kU) {
        EXPECT_EQ(a || known, a || kU);
      }
    }
  }
}

TEST(Tri, NamesItsValues) {
  EXPECT_EQ(name_of(kF), "false");
  EXPECT_EQ(name_of(kU), "unknown");
  EXPECT_EQ(name_of(kT), "true");
}

}  // namespace
}  // namespace tocsin
