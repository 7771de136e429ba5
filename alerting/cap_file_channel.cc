#include "alerting/cap_file_channel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <system_error>

#include "alerting/briefing.h"
#include "alerting/cap_words.h"

namespace tocsin {
namespace {

namespace fs = std::filesystem;

// An open file or directory, closed at the end of its scope.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return fd_; }

 private:
  int fd_;
};

Error io_error(std::string_view what, const fs::path& path) {
  const int reason = errno;
  return {ErrorCode::kIo,
          fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(reason))};
}

Result<void> sync_directory(const fs::path& directory) {
  const Descriptor opened(directory, O_RDONLY | O_DIRECTORY);
  if (opened.number() < 0 || ::fsync(opened.number()) != 0) {
    return tl::unexpected(io_error("cannot sync directory", directory));
  }
  return {};
}

Result<void> write_synced(const fs::path& path, std::string_view content) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (file.number() < 0) return tl::unexpected(io_error("cannot create", path));
  while (!content.empty()) {
    const ssize_t written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return tl::unexpected(io_error("cannot write", path));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) return tl::unexpected(io_error("cannot sync", path));
  return {};
}

// The directory of `target` below `root`; nullopt when it would lie elsewhere.
std::optional<fs::path> directory_below(const fs::path& root, const std::string& target) {
  const fs::path relative(target);
  if (target.empty() || relative.is_absolute() || target.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  for (const fs::path& part : relative) {
    if (part == "..") return std::nullopt;
  }
  return root / relative;
}

// Makes `directory` and syncs each parent in which a name is new, so that the file can't vanish
// with its directory.
Result<void> make_directories(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  if (directory.has_parent_path() && directory.parent_path() != directory) {
    if (auto made = make_directories(directory.parent_path()); !made) return made;
  }
  fs::create_directory(directory, error);
  if (error) {
    return fail(ErrorCode::kIo,
                fmt::format("cannot make directory {}: {}", directory.string(), error.message()));
  }
  return sync_directory(directory.has_parent_path() ? directory.parent_path() : ".");
}

std::optional<std::string> content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Whether `xml` is this revision, whatever words it is in: the identifier and the time it was sent.
bool says(const std::string& xml, const AlertRevision& revision) {
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size())) return false;
  const pugi::xml_node alert = document.child("alert");
  return alert.child_value("identifier") == cap_identifier(revision.alert, revision.number) &&
         alert.child_value("sent") == cap_time(revision.issued.milliseconds());
}

// The temporary name is the dispatch's own: two dispatches don't meet in it, and what a crash left
// is overwritten by the next attempt. Never replaces a file.
Result<void> publish(const fs::path& directory, const std::string& name, const Hash128& dispatch,
                     std::string_view content) {
  const fs::path temporary = directory / ("." + dispatch.hex() + ".partial");
  if (auto written = write_synced(temporary, content); !written) return written;
  const fs::path final = directory / name;
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, final.c_str(), RENAME_NOREPLACE) != 0) {
    return tl::unexpected(io_error("cannot rename into place", final));
  }
  return sync_directory(directory);
}

}  // namespace

CapFileChannel::CapFileChannel(fs::path root, CapOptions options)
    : root_(std::move(root)), options_(std::move(options)) {}

DeliveryResult CapFileChannel::attempt(const PendingDispatch& pending, const Catalogue& catalogue,
                                       const Deadline& /*deadline*/) {
  const Dispatch& dispatch = pending.dispatch;
  const auto answer = [&](Outcome outcome, std::string text) {
    return DeliveryResult{dispatch.id, outcome, std::move(text)};
  };
  const auto directory = directory_below(root_, dispatch.address.target);
  if (!directory) {
    return answer(Outcome::kRefused,
                  fmt::format("CAP directory {:?}: allowed is a relative path without '..'",
                              dispatch.address.target));
  }
  const auto xml =
      render_cap(pending.revision, recipient_of(dispatch, catalogue).language, catalogue, options_);
  if (!xml) return answer(Outcome::kRefused, xml.error().message);
  const std::string name = cap_identifier(dispatch.alert, dispatch.revision) + ".xml";
  if (auto made = make_directories(*directory); !made) {
    return answer(Outcome::kTryAgain, made.error().message);
  }
  if (const auto there = content_of(*directory / name)) {
    const bool is_same = *there == *xml;
    if (!is_same && !says(*there, pending.revision)) {
      return answer(Outcome::kRefused,
                    fmt::format("{} is already published with other content", name));
    }
    // It may be there from an attempt that crashed before its directory was synced.
    if (auto synced = sync_directory(*directory); !synced) {
      return answer(Outcome::kTryAgain, synced.error().message);
    }
    return answer(Outcome::kAccepted,
                  name + (is_same ? " was already there"
                                  : " was already there in other words (the configuration changed "
                                    "since): what was published stands"));
  }
  if (auto published = publish(*directory, name, dispatch.id, *xml); !published) {
    return answer(Outcome::kTryAgain, published.error().message);
  }
  return answer(Outcome::kAccepted, "wrote " + name);
}

}  // namespace tocsin
