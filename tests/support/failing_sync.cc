// Preloaded into the real daemon (LD_PRELOAD) by tests/e2e/sync_test.py: while the file named by
// TOCSIN_SYNC_FAILS exists, a sync of any file whose name holds one of the words in it fails with
// EIO, as that of a disk does that has lost what it was given.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

bool must_fail(int fd) {
  const char* trigger = std::getenv("TOCSIN_SYNC_FAILS");
  if (trigger == nullptr) return false;
  const int file = ::open(trigger, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::array<char, 64> word{};
  const ssize_t read = ::read(file, word.data(), word.size() - 1);
  ::close(file);
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return read > 0 && ::readlink(link.c_str(), path.data(), path.size() - 1) > 0 &&
         std::strstr(path.data(), word.data()) != nullptr;
}

int sync_by(long call, int fd) {
  if (!must_fail(fd)) return static_cast<int>(::syscall(call, fd));
  errno = EIO;
  return -1;
}

}  // namespace

extern "C" int fsync(int fd) { return sync_by(SYS_fsync, fd); }
extern "C" int fdatasync(int fd) { return sync_by(SYS_fdatasync, fd); }
