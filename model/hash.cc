#include "model/hash.h"

#include <sodium/crypto_generichash.h>

#include <algorithm>
#include <span>

#include "model/result.h"

namespace tocsin {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kHexDigits[byte >> 4]);
    text.push_back(kHexDigits[byte & 15]);
  }
  return text;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

crypto_generichash_state* state_of(unsigned char* storage) {
  return reinterpret_cast<crypto_generichash_state*>(storage);
}

}  // namespace

static_assert(Hasher::kStateSize >= sizeof(crypto_generichash_state));
static_assert(Hasher::kStateAlignment >= alignof(crypto_generichash_state));

std::uint64_t Hash128::prefix() const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

std::string Hash128::hex() const { return to_hex(bytes); }

std::optional<Hash128> parse_hash128(std::string_view hex) {
  Hash128 hash;
  if (hex.size() != hash.bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char* digit = std::find(kHexDigits, kHexDigits + 16, hex[i]);
    if (digit == kHexDigits + 16) return std::nullopt;
    auto& byte = hash.bytes[i / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | (digit - kHexDigits));
  }
  return hash;
}

Hash128 hash128(std::string_view text) {
  Hash128 hash;
  crypto_generichash(hash.bytes.data(), hash.bytes.size(), bytes_of(text), text.size(), nullptr, 0);
  return hash;
}

Hash128 hash128_parts(std::initializer_list<std::string_view> parts) {
  Hasher hasher;
  for (const auto part : parts) hasher.add(part);
  return hasher.finish();
}

Hasher::Hasher() { crypto_generichash_init(state_of(state_), nullptr, 0, sizeof(Hash128::bytes)); }

void Hasher::add(std::string_view text) {
  add(std::uint64_t{text.size()});
  crypto_generichash_update(state_of(state_), bytes_of(text), text.size());
}

void Hasher::add(std::uint64_t number) {
  std::array<unsigned char, 8> bytes{};
  for (auto& byte : bytes) {
    byte = static_cast<unsigned char>(number);
    number >>= 8;
  }
  crypto_generichash_update(state_of(state_), bytes.data(), bytes.size());
}

Hash128 Hasher::finish() {
  Hash128 hash;
  crypto_generichash_final(state_of(state_), hash.bytes.data(), hash.bytes.size());
  return hash;
}

std::string chain_hash(std::string_view previous_hex, std::string_view entry) {
  crypto_generichash_state state;
  std::array<std::uint8_t, 32> hash{};
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  crypto_generichash_update(&state, bytes_of(previous_hex), previous_hex.size());
  crypto_generichash_update(&state, bytes_of("\n"), 1);
  crypto_generichash_update(&state, bytes_of(entry), entry.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  return to_hex(hash);
}

}  // namespace tocsin
