#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// 128 bits of BLAKE2b (libsodium). Names identities, contents and alerts; not secret.
struct Hash128 {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
  // The first eight bytes, big-endian: sorts like the whole.
  std::uint64_t prefix() const;
  std::string hex() const;  // 32 lower-case digits
};

// Reads what hex() writes; nullopt on anything else, upper-case digits included.
std::optional<Hash128> parse_hash128(std::string_view hex);

Hash128 hash128(std::string_view text);
// Hash of the parts with their lengths, so that ("ab","c") and ("a","bc") differ.
Hash128 hash128_parts(std::initializer_list<std::string_view> parts);

// Hashes parts as they come, without building them into one text: adding the same texts gives the
// hash128_parts of them. A number is eight bytes, little-endian; callers keep the sequence of texts
// and numbers unambiguous. Doesn't allocate.
class Hasher {
 public:
  static constexpr std::size_t kStateSize = 384;
  static constexpr std::size_t kStateAlignment = 64;

  Hasher();
  void add(std::string_view text);
  void add(std::uint64_t number);
  // The hash of all that was added; call once, last.
  Hash128 finish();

 private:
  alignas(kStateAlignment) unsigned char state_[kStateSize];
};

// The links of the ledger: BLAKE2b-256 of previous_hex, a line feed and the entry, as 64 lower-case
// hex digits (hashlib.blake2b(digest_size=32) says the same).
std::string chain_hash(std::string_view previous_hex, std::string_view entry);

}  // namespace tocsin
