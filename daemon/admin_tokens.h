#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace tocsin {

// What the holder of a token may do; each role may do what those before it may.
enum class Role : std::uint8_t { kRead, kAcknowledge, kAdmin };
std::string_view name_of(Role role);  // "read", "acknowledge", "admin"
std::optional<Role> parse_role(std::string_view name);

struct TokenHolder {
  std::string name;  // 1 to 64 of A-Z a-z 0-9 - _ .
  Role role = Role::kRead;
  friend bool operator==(const TokenHolder&, const TokenHolder&) = default;
};

// Who may ask the admin listener, from a file with one line a token: "NAME ROLE HASH". Empty lines
// and those that begin with # count for nothing. The hash is BLAKE2b-256 of the token as 64 hex
// digits: tokens are 32 random bytes, so that a slow hash would add nothing. The file holds no
// secret that could be used, but whoever can change it lets himself in.
class AdminTokens {
 public:
  // kInvalid with file, line and what is allowed.
  static Result<AdminTokens> parse(std::string_view text, const std::string& file);
  // Also what read_secret_file() fails with.
  static Result<AdminTokens> read(const std::string& path);

  // Who holds the token; nullptr when nobody does. Every hash is compared, each in constant time.
  const TokenHolder* find(std::string_view token) const;
  const TokenHolder* named(std::string_view name) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    TokenHolder holder;
    std::array<unsigned char, 32> hash{};
  };
  std::vector<Entry> entries_;
};

// Makes a token, adds its line to the file (made with mode 600 when it isn't there) and gives the
// token, which is kept nowhere. kConflict when the name has one.
Result<std::string> add_token(const std::string& path, const TokenHolder& holder);

}  // namespace tocsin
