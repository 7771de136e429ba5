#include "ingest/client_keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace tocsin {

namespace {

constexpr std::size_t kKeyLength = 40;
constexpr std::size_t kNameLengthMax = 64;

Result<void> write_new(const std::string& path, const std::string& text, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    const bool exists = errno == EEXIST;
    return fail(exists ? ErrorCode::kConflict : ErrorCode::kIo,
                fmt::format("{}: {}{}", path, std::strerror(errno),
                            exists ? "; a key is never overwritten: choose another name" : ""));
  }
  const ssize_t written = ::write(fd, text.data(), text.size());
  const bool good = written == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const int error = errno;
  if (::close(fd) != 0 || !good)
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(error)));
  return {};
}

Result<std::string> read_small_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, fmt::format("{}: {}", path, std::strerror(errno)));
  std::string text(4096, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// The value of the line "NAME value"; nullopt when there is none or it isn't a key.
std::optional<std::string> key_line(const std::string& text, std::string_view name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, value;
    words >> word >> value;
    if (word == name && is_curve_key(value)) return value;
  }
  return std::nullopt;
}

}  // namespace

Result<KeyPair> make_curve_keypair() {
  std::array<char, kKeyLength + 1> public_key{}, secret_key{};
  if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
    return fail(ErrorCode::kIo, fmt::format("no key pair: {}", zmq_strerror(zmq_errno())));
  return KeyPair{public_key.data(), secret_key.data()};
}

bool is_curve_key(std::string_view text) {
  std::array<std::uint8_t, 32> raw{};
  return text.size() == kKeyLength &&
         zmq_z85_decode(raw.data(), std::string(text).c_str()) != nullptr;
}

Result<void> write_key_files(const std::string& directory, const std::string& name,
                             const KeyPair& keys) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  if (name.empty() || name.size() > kNameLengthMax || name.starts_with('.') ||
      name.find_first_not_of(kAllowed) != std::string::npos)
    return fail(
        ErrorCode::kInvalid,
        fmt::format("\"{}\" can't name a key: 1 to {} of A-Z a-z 0-9 - _ .", name, kNameLengthMax));
  const std::string base = (std::filesystem::path(directory) / name).string();
  if (std::filesystem::exists(base + ".pub"))
    return fail(ErrorCode::kConflict,
                base + ".pub exists; a key is never overwritten: choose another name");
  const std::string public_line = fmt::format("public-key {}\n", keys.public_key);
  if (auto written = write_new(base + ".key",
                               public_line + fmt::format("secret-key {}\n", keys.secret_key), 0600);
      !written)
    return written;
  return write_new(base + ".pub", public_line, 0644);
}

Result<KeyPair> read_key_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return fail(ErrorCode::kNotFound, fmt::format("{}: {}", path, std::strerror(errno)));
  if ((status.st_mode & 077U) != 0)
    return fail(ErrorCode::kForbidden,
                fmt::format("{} has mode {:o}: others can read the secret key; allowed is 600",
                            path, status.st_mode & 0777U));
  const auto text = read_small_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto public_key = key_line(*text, "public-key");
  const auto secret_key = key_line(*text, "secret-key");
  if (!public_key || !secret_key)
    return fail(
        ErrorCode::kInvalid,
        path + " is not a key file: it needs a public-key and a secret-key line (tocsin keygen)");
  return KeyPair{*public_key, *secret_key};
}

Result<std::string> read_public_key_file(const std::string& path) {
  const auto text = read_small_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto key = key_line(*text, "public-key");
  if (!key) return fail(ErrorCode::kInvalid, path + " has no public-key line (tocsin keygen)");
  return *key;
}

}  // namespace tocsin
