#include "daemon/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace tocsin {
namespace {

constexpr std::size_t kBytesMax = 256 << 10;

struct File {
  int fd;
  ~File() { ::close(fd); }
};

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  const auto failed = [&] {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: {}", path, std::strerror(errno)));
  };
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) return failed();
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) return failed();
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kIo, path + ": not a file");
  if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0)
    return fail(ErrorCode::kForbidden,
                fmt::format("{}: mode {:o} lets others in; allowed is 600 or 640", path,
                            status.st_mode & 0777U));
  std::string text;
  std::array<char, 4'096> part{};
  while (true) {
    const ssize_t size = ::read(file.fd, part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed();
    if (size == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(size));
    if (text.size() > kBytesMax)
      return fail(ErrorCode::kLimit,
                  fmt::format("{}: longer than {} bytes, the most allowed", path, kBytesMax));
  }
}

}  // namespace tocsin
