#include "model/hash.h"

#include <gtest/gtest.h>

#include "model/dispatch.h"

namespace tocsin {
namespace {

// Expected values are from Python's hashlib.blake2b.
TEST(Hash128, IsBlake2b) {
  EXPECT_EQ(hash128("tocsin").hex(), "8e37275e8b20efa0855fc373560b208a");
  EXPECT_EQ(hash128("").hex(), "cae66941d9efbd404e4d88758ea67670");
  EXPECT_EQ(hash128("tocsin").prefix(), 0x8e37275e8b20efa0u);
}

TEST(Hash128, KeepsPartsApart) {
  EXPECT_EQ(hash128_parts({"ab", "c"}).hex(), "4826ed043ab3cdec576d8541fa5d5a80");
  EXPECT_NE(hash128_parts({"ab", "c"}), hash128_parts({"a", "bc"}));
  EXPECT_NE(hash128_parts({"ab"}), hash128_parts({"ab", ""}));
  EXPECT_NE(hash128_parts({}), hash128_parts({""}));
}

TEST(Hash128, HasherAddsUpToTheSame) {
  Hasher hasher;
  hasher.add("ab");
  hasher.add("c");
  EXPECT_EQ(hasher.finish(), hash128_parts({"ab", "c"}));
}

TEST(Hash128, PrefixSortsLikeTheWhole) {
  for (int i = 0; i < 1000; ++i) {
    const auto a = hash128(std::to_string(i));
    const auto b = hash128(std::to_string(i + 1));
    EXPECT_EQ(a < b, a.prefix() < b.prefix());
  }
}

TEST(Hash128, ComesBackFromItsHex) {
  const auto hash = hash128("x");
  EXPECT_EQ(parse_hash128(hash.hex()), hash);
  EXPECT_EQ(parse_hash128(""), std::nullopt);
  EXPECT_EQ(parse_hash128(hash.hex() + "0"), std::nullopt);
  EXPECT_EQ(parse_hash128("8E37275e8b20efa0855fc373560b208a"), std::nullopt);
  EXPECT_EQ(parse_hash128("g e7275e8b20efa0855fc373560b208a"), std::nullopt);
}

TEST(ChainHash, IsCheckableWithThreeLinesOfPython) {
  EXPECT_EQ(chain_hash("ab", "entry"),
            "0a132f8b642c002d8dc0e8637397a5ad36893061d05f1a3fedb973f0a757667b");
  EXPECT_NE(chain_hash("", "entry"), chain_hash("ab", "entry"));
}

TEST(DispatchId, DependsOnEveryPartAndNothingElse) {
  const Address mail{Channel::kEmail, "desk@example.org"};
  const auto id = dispatch_id(hash128("a"), 1, "committee", mail);
  EXPECT_EQ(id, dispatch_id(hash128("a"), 1, "committee", mail));
  EXPECT_NE(id, dispatch_id(hash128("b"), 1, "committee", mail));
  EXPECT_NE(id, dispatch_id(hash128("a"), 2, "committee", mail));
  EXPECT_NE(id, dispatch_id(hash128("a"), 1, "other", mail));
  EXPECT_NE(id, dispatch_id(hash128("a"), 1, "committee", {Channel::kCap, mail.target}));
  EXPECT_NE(id, dispatch_id(hash128("a"), 1, "committee", {Channel::kEmail, "x@example.org"}));
}

}  // namespace
}  // namespace tocsin
