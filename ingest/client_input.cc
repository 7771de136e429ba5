#include "ingest/client_input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tocsin {

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kShownBytes = 200;  // of a refused line

class FileInput : public InputSource {
 public:
  FileInput(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
    struct stat status {};
    if (::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode))
      size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~FileInput() override {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  Result<ReadState> read(std::string& buffer) override {
    pollfd item{fd_, POLLIN, 0};
    if (!size_ && ::poll(&item, 1, 0) == 0) return ReadState::kNothingYet;
    const std::size_t before = buffer.size();
    buffer.resize(before + kReadBytes);
    const ssize_t got = ::read(fd_, buffer.data() + before, kReadBytes);
    buffer.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) return ReadState::kSome;
    if (got == 0) return ReadState::kEnd;
    if (errno == EINTR || errno == EAGAIN) return ReadState::kNothingYet;
    return fail(ErrorCode::kIo, fmt::format("{}: {}", name_, std::strerror(errno)));
  }
  bool rewind() override { return size_ && ::lseek(fd_, 0, SEEK_SET) == 0; }
  std::optional<std::uint64_t> total_bytes() const override { return size_; }
  int descriptor() const override { return size_ ? -1 : fd_; }

 private:
  int fd_;
  std::string name_;
  std::optional<std::uint64_t> size_;  // of a regular file
};

class StreamInput : public InputSource {
 public:
  explicit StreamInput(std::istream& stream) : stream_(stream) {}
  Result<ReadState> read(std::string& buffer) override {
    const std::size_t before = buffer.size();
    buffer.resize(before + kReadBytes);
    stream_.read(buffer.data() + before, static_cast<std::streamsize>(kReadBytes));
    buffer.resize(before + static_cast<std::size_t>(stream_.gcount()));
    return stream_.gcount() > 0 ? ReadState::kSome : ReadState::kEnd;
  }
  bool rewind() override {
    stream_.clear();
    stream_.seekg(0);
    return stream_.good();
  }

 private:
  std::istream& stream_;
};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<std::unique_ptr<InputSource>> open_input(const std::string& file) {
  if (file == "-") return std::make_unique<FileInput>(STDIN_FILENO, "standard input");
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(ErrorCode::kNotFound, fmt::format("{}: {}", file, std::strerror(errno)));
  return std::make_unique<FileInput>(fd, file);
}

std::unique_ptr<InputSource> stream_input(std::istream& stream) {
  return std::make_unique<StreamInput>(stream);
}

FrameCutter::FrameCutter(InputSource& input, const CutLimits& limits,
                         std::function<void(const RefusedLine&)> on_refused)
    : input_(input), limits_(limits), on_refused_(std::move(on_refused)) {}

Result<bool> FrameCutter::resume(const InputPosition& position) {
  if (!input_.rewind()) return false;
  while (position_.lines < position.lines) {
    const auto line = peek();
    if (!line) return tl::unexpected(line.error());
    if (*line == Line::kEnd || *line == Line::kNothingYet) break;
    consume();
  }
  if (here() == position) return true;
  if (!input_.rewind())
    return fail(ErrorCode::kIo, "the input can't be read from its beginning again");
  buffer_.clear();
  at_ = 0;
  at_end_ = skipping_ = false;
  hasher_ = Hasher();
  position_ = {};
  return false;
}

Result<FrameCutter::Line> FrameCutter::peek() {
  while (true) {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    const auto end = rest.find('\n');
    if (skipping_ && end == std::string_view::npos) {
      position_.bytes += rest.size();
      at_ = buffer_.size();
    } else if (end != std::string_view::npos || (at_end_ && !rest.empty())) {
      line_ = rest.substr(0, end);
      line_bytes_ = end == std::string_view::npos ? rest.size() : end + 1;
      if (!skipping_) return line_.size() > limits_.record_bytes ? Line::kTooLong : Line::kLine;
      skip_rest_of_line();
      continue;
    } else if (rest.size() > limits_.record_bytes) {
      line_ = rest;
      line_bytes_ = 0;
      return Line::kTooLong;
    }
    if (at_end_) return Line::kEnd;
    buffer_.erase(0, at_);
    at_ = 0;
    const auto state = input_.read(buffer_);
    if (!state) return tl::unexpected(state.error());
    if (*state == ReadState::kNothingYet) return Line::kNothingYet;
    at_end_ = *state == ReadState::kEnd;
  }
}

void FrameCutter::skip_rest_of_line() {
  position_.bytes += line_bytes_;
  at_ += line_bytes_;
  skipping_ = false;
}

// Of a line that is too long only the beginning is hashed, however much of it has been read.
void FrameCutter::consume() {
  hasher_.add(line_.substr(0, limits_.record_bytes));
  ++position_.lines;
  skipping_ = line_bytes_ == 0;
  const std::size_t bytes = skipping_ ? line_.size() : line_bytes_;
  position_.bytes += bytes;
  at_ += bytes;
}

InputPosition FrameCutter::here() const {
  Hasher hasher = hasher_;
  return {position_.bytes, position_.lines, hasher.finish().prefix()};
}

void FrameCutter::add_line() {
  const std::string_view text = trim(line_);
  if (!text.empty() && !text.starts_with('{')) {
    on_refused_(
        {position_.lines + 1, "it is not a JSON object", std::string(text.substr(0, kShownBytes))});
  } else if (!text.empty()) {
    if (frame_.records == 0) frame_.first_line = position_.lines + 1;
    ++frame_.records;
    frame_.payload += line_;
  }
  if (frame_.records > 0) frame_.payload += '\n';
}

Cut FrameCutter::give(StoredFrame& frame) {
  frame_.end = here();
  frame = std::exchange(frame_, {});
  return Cut::kFrame;
}

Result<Cut> FrameCutter::next(StoredFrame& frame, Patience patience) {
  while (true) {
    const auto line = peek();
    if (!line) return tl::unexpected(line.error());
    const bool some = frame_.records > 0;
    switch (*line) {
      case Line::kEnd:
        return some ? give(frame) : Cut::kEnd;
      case Line::kNothingYet:
        return some && patience == Patience::kFlush ? give(frame) : Cut::kNothingYet;
      case Line::kTooLong:
        on_refused_({position_.lines + 1,
                     fmt::format("it is longer than {} bytes", limits_.record_bytes),
                     std::string(line_.substr(0, kShownBytes))});
        if (some) frame_.payload += '\n';
        break;
      case Line::kLine:
        if (some && frame_.payload.size() + line_.size() + 1 > limits_.frame_bytes)
          return give(frame);
        add_line();
        break;
    }
    consume();
    if (frame_.records >= limits_.records) return give(frame);
  }
}

}  // namespace tocsin
