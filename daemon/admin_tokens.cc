#include "daemon/admin_tokens.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include "daemon/secret_file.h"

namespace tocsin {
namespace {

using Hash = std::array<unsigned char, 32>;

constexpr std::array<std::string_view, 3> kRoles = {"read", "acknowledge", "admin"};
constexpr std::string_view kTokenPrefix = "tocsin_";  // so that people and scanners know one
constexpr std::size_t kNameBytesMax = 64;

// Idempotent and thread-safe.
void start_sodium() { require(sodium_init() >= 0, "libsodium could not start"); }

Hash hash_of(std::string_view token) {
  Hash hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return hash;
}

std::string hex_of(const Hash& hash) {
  std::string hex(hash.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();
  return hex;
}

std::optional<Hash> parse_hash(const std::string& hex) {
  Hash hash{};
  std::size_t size = 0;
  if (hex.size() != hash.size() * 2 ||
      sodium_hex2bin(hash.data(), hash.size(), hex.data(), hex.size(), nullptr, &size, nullptr) !=
          0 ||
      size != hash.size())
    return std::nullopt;
  return hash;
}

bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return !name.empty() && name.size() <= kNameBytesMax &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(sizeof(bytes), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  sodium_memzero(bytes.data(), bytes.size());
  text.pop_back();  // the terminating zero
  return std::string(kTokenPrefix) + text;
}

Result<void> append(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
  const ssize_t written = ::write(fd, text.data(), text.size());
  const bool good = written == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const int error = errno;
  if (::close(fd) != 0 || !good)
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(error)));
  return {};
}

}  // namespace

std::string_view name_of(Role role) { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view name) {
  for (std::size_t i = 0; i < kRoles.size(); ++i)
    if (kRoles[i] == name) return static_cast<Role>(i);
  return std::nullopt;
}

Result<AdminTokens> AdminTokens::parse(std::string_view text, const std::string& file) {
  start_sodium();
  AdminTokens tokens;
  std::istringstream lines{std::string(text)};
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line);
    std::string name, role_name, hex, more;
    words >> name >> role_name >> hex >> more;
    if (name.empty() || name.starts_with('#')) continue;
    // The offending value is not shown: somebody may have put the token itself there.
    const auto wrong = [&](const std::string& what) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{}:{}: {}; allowed: NAME ROLE HASH, as `tocsin token new` writes it",
                              file, number, what));
    };
    if (!is_name(name)) return wrong("a name is 1 to 64 of A-Z a-z 0-9 - _ .");
    const auto role = parse_role(role_name);
    if (!role) return wrong("the role is none of read, acknowledge, admin");
    const auto hash = parse_hash(hex);
    if (!hash) return wrong("the hash is not 64 hex digits");
    if (!more.empty()) return wrong("something stands behind the hash");
    if (tokens.named(name) != nullptr) return wrong("'" + name + "' has a token already");
    tokens.entries_.push_back({{name, *role}, *hash});
  }
  return tokens;
}

Result<AdminTokens> AdminTokens::read(const std::string& path) {
  const auto text = read_secret_file(path);
  if (!text) return tl::unexpected(text.error());
  return parse(*text, path);
}

const TokenHolder* AdminTokens::find(std::string_view token) const {
  const Hash hash = hash_of(token);
  const TokenHolder* holder = nullptr;
  for (const Entry& entry : entries_)
    if (sodium_memcmp(hash.data(), entry.hash.data(), hash.size()) == 0) holder = &entry.holder;
  return holder;
}

const TokenHolder* AdminTokens::named(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.holder.name == name) return &entry.holder;
  return nullptr;
}

Result<std::string> add_token(const std::string& path, const TokenHolder& holder) {
  start_sodium();
  if (!is_name(holder.name))
    return fail(ErrorCode::kInvalid,
                "'" + holder.name + "' can't name a token: 1 to 64 of A-Z a-z 0-9 - _ .");
  std::string text;
  if (auto there = read_secret_file(path)) {
    text = *std::move(there);
  } else if (there.error().code != ErrorCode::kNotFound) {
    return tl::unexpected(there.error());
  }
  const auto known = AdminTokens::parse(text, path);
  if (!known) return tl::unexpected(known.error());
  if (known->named(holder.name) != nullptr)
    return fail(ErrorCode::kConflict,
                fmt::format("{}: '{}' has a token; take its line out first", path, holder.name));
  const std::string token = random_token();
  const std::string line =
      fmt::format("{}{} {} {}\n", text.empty() || text.ends_with('\n') ? "" : "\n", holder.name,
                  name_of(holder.role), hex_of(hash_of(token)));
  if (auto written = append(path, line); !written) return tl::unexpected(written.error());
  return token;
}

}  // namespace tocsin
