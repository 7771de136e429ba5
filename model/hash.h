#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
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

Hash128 hash128(std::string_view text);
// Hash of the parts with their lengths, so that ("ab","c") and ("a","bc") differ.
Hash128 hash128_parts(std::initializer_list<std::string_view> parts);

// 256 bits of BLAKE2b, as lower-case hex: the links of the ledger.
std::string chain_hash(std::string_view previous_hex, std::string_view entry);

}  // namespace tocsin
