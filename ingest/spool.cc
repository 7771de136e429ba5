#include "ingest/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "ingest/client_session.h"
#include "ingest/protocol.h"
#include "ingest/spool_file.h"

namespace tocsin {

namespace {

constexpr std::string_view kIdentityPrefix = "tocsin-spool 1\nepoch ";
constexpr std::uint64_t kAckBytesBeforeRewrite = 1024 * 1024;

Error corrupt(const std::string& path, std::string_view what) {
  return {
      ErrorCode::kCorrupt,
      fmt::format("{}: {}. Nothing was changed. Keep the directory, and send the input again with "
                  "a new spool: what the server already has, it takes as duplicates",
                  path, what)};
}

}  // namespace

Spool::Spool(std::string directory, const SpoolOptions& options)
    : directory_(std::move(directory)), options_(options) {}

Spool::~Spool() {
  if (!failed_ && acks_fd_ >= 0) ::fdatasync(acks_fd_);
  for (const Segment& segment : segments_) ::close(segment.fd);
  if (acks_fd_ >= 0) ::close(acks_fd_);
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

std::string Spool::path(std::string_view name) const {
  return (std::filesystem::path(directory_) / name).string();
}

Result<std::unique_ptr<Spool>> Spool::open(const std::string& directory, ProcessingTime now,
                                           const SpoolOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("{}: {}", directory, error.message()));
  std::unique_ptr<Spool> spool(new Spool(directory, options));
  if (auto loaded = spool->load(now); !loaded) return tl::unexpected(loaded.error());
  return spool;
}

Result<void> Spool::load(ProcessingTime now) {
  return lock()
      .and_then([this] { return read_identity(); })
      .and_then([this] { return open_segments(); })
      .and_then([this, now] { return read_acks(now); })
      .and_then([this] { return segments_.empty() ? begin_segment() : Result<void>(); })
      .and_then([this] { return count_run(); });
}

Result<void> Spool::lock() {
  lock_fd_ = ::open(path("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd_ < 0) return tl::unexpected(io_error(path("lock")));
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return tl::unexpected(io_error(path("lock")));
  return fail(ErrorCode::kConflict,
              fmt::format("the spool {} is in use by another process", directory_));
}

Result<void> Spool::condemn(std::string_view why) {
  failed_ = true;
  return replace_file(path("condemned"), why);
}

Result<void> Spool::read_identity() {
  if (const auto why = read_whole(path("condemned")))
    return tl::unexpected(corrupt(directory_, *why));
  if (!std::filesystem::exists(path("spool"))) {
    epoch_ = random_epoch();
    return replace_file(path("spool"), fmt::format("{}{}\n", kIdentityPrefix, epoch_));
  }
  const auto content = read_whole(path("spool"));
  if (!content) return tl::unexpected(content.error());
  if (!content->starts_with(kIdentityPrefix) || !content->ends_with('\n'))
    return tl::unexpected(corrupt(path("spool"), "it doesn't say \"tocsin-spool 1\" and an epoch"));
  epoch_ = content->substr(kIdentityPrefix.size(), content->size() - kIdentityPrefix.size() - 1);
  if (!is_epoch(epoch_)) return tl::unexpected(corrupt(path("spool"), "the epoch isn't one"));
  return {};
}

// Only a spool that can be opened is counted, so that damage leaves all as it is.
Result<void> Spool::count_run() {
  const std::string file = path("runs");
  if (std::filesystem::exists(file)) {
    const auto content = read_whole(file);
    if (!content) return tl::unexpected(content.error());
    const char* end = content->data() + content->size();
    const auto [read_to, error] = std::from_chars(content->data(), end, run_);
    if (error != std::errc() || std::string_view(read_to, end) != "\n" || run_ >= kRunMax)
      return tl::unexpected(
          corrupt(file, fmt::format("it holds \"{}\", not a number from 0 to {} and a new line",
                                    cut_text(*content, 60), kRunMax - 1)));
  }
  ++run_;
  return replace_file(file, fmt::format("{}\n", run_));
}

Result<void> Spool::open_segments() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(directory_, error)) {
    const std::string name = item.path().filename().string();
    if (name.starts_with("frames-") && name.ends_with(".log")) names.push_back(name);
  }
  if (error) return fail(ErrorCode::kIo, fmt::format("{}: {}", directory_, error.message()));
  std::sort(names.begin(), names.end());  // numbers are padded with zeros
  for (const std::string& name : names) {
    Segment segment{.path = path(name), .first = std::strtoull(name.c_str() + 7, nullptr, 10)};
    if (segments_.empty()) first_ = segment.first;
    if (segment.first != last_sequence() + 1)
      return tl::unexpected(
          corrupt(segment.path, fmt::format("frame {} should come next", last_sequence() + 1)));
    segment.fd = ::open(segment.path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
    if (segment.fd < 0) return tl::unexpected(io_error(segment.path));
    segments_.push_back(segment);
    const auto content = read_whole(segment.path);
    if (!content) return tl::unexpected(content.error());
    if (auto scanned = scan(segments_.back(), *content, name == names.back()); !scanned)
      return scanned;
  }
  return {};
}

// `is_last`: only the newest segment can end in a torn frame.
Result<void> Spool::scan(Segment& segment, std::string_view content, bool is_last) {
  std::size_t at = 0;
  while (at < content.size()) {
    const auto decoded = decode_frame(content.substr(at), options_.frame_bytes_max);
    if (!decoded || decoded->frame.sequence != last_sequence() + 1) break;
    entries_.push_back({segment.first, at, static_cast<std::uint32_t>(decoded->bytes)});
    last_end_ = decoded->frame.end;
    at += decoded->bytes;
  }
  segment.bytes = at;
  if (at == content.size()) return {};
  if (!is_last || shows_synced(content.substr(at), last_sequence() + 1, options_.frame_bytes_max))
    return tl::unexpected(corrupt(segment.path, fmt::format("damage at byte {}", at)));
  torn_bytes_ = content.size() - at;
  return {};  // cut off once the ACKs agree that nothing in it was sent
}

Result<void> Spool::read_acks(ProcessingTime now) {
  acks_fd_ = ::open(path("acks.log").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (acks_fd_ < 0) return tl::unexpected(io_error(path("acks.log")));
  const auto content = read_whole(path("acks.log"));
  if (!content) return tl::unexpected(content.error());
  std::string_view rest = *content;
  for (auto entry = decode_ack(rest); entry; entry = decode_ack(rest)) {
    if (entry->kind == static_cast<std::uint64_t>(AckKind::kAck))
      mark_acked(entry->sequence, entry->time_ms);
    if (entry->kind == static_cast<std::uint64_t>(AckKind::kInputFinished))
      finished_ = entry->sequence;
    rest.remove_prefix(kAckEntryBytes);
  }
  if (last_ack_ > last_sequence())
    return tl::unexpected(corrupt(
        directory_, fmt::format("frame {} was acknowledged, but {} is the last that is here",
                                last_ack_, last_sequence())));
  if (torn_bytes_ > 0) {
    Segment& last = segments_.back();
    if (::ftruncate(last.fd, static_cast<off_t>(last.bytes)) != 0 || ::fdatasync(last.fd) != 0)
      return tl::unexpected(io_error(last.path));
  }
  synced_ = last_sequence();
  // A torn entry is an ACK not remembered: the server will say it again.
  return rest.empty() ? Result<void>() : rewrite_acks(now);
}

Result<void> Spool::begin_segment() {
  Segment segment{.path = path(fmt::format("frames-{:020}.log", last_sequence() + 1)),
                  .first = last_sequence() + 1};
  segment.fd = ::open(segment.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (segment.fd < 0) return tl::unexpected(io_error(segment.path));
  if (segments_.empty()) first_ = segment.first;
  segments_.push_back(segment);
  return sync_directory(directory_);
}

Result<std::uint64_t> Spool::append(StoredFrame frame) {
  if (failed_)
    return fail(ErrorCode::kIo, directory_ + ": an earlier write failed, nothing more is written");
  if (segments_.back().bytes >= options_.segment_bytes) {
    if (auto synced = sync(); !synced) return tl::unexpected(synced.error());
    if (auto begun = begin_segment(); !begun) {
      failed_ = true;
      return tl::unexpected(begun.error());
    }
  }
  Segment& segment = segments_.back();
  frame.sequence = last_sequence() + 1;
  const std::string bytes = encode_frame(frame, synced_);
  if (auto written = write_all(segment.fd, bytes, segment.path); !written) {
    failed_ = true;
    return tl::unexpected(written.error());
  }
  entries_.push_back({segment.first, segment.bytes, static_cast<std::uint32_t>(bytes.size())});
  segment.bytes += bytes.size();
  segment.acked_ms.reset();
  last_end_ = frame.end;
  return frame.sequence;
}

// Segments before the newest were synced when it was begun.
Result<void> Spool::sync() {
  if (failed_)
    return fail(ErrorCode::kIo, directory_ + ": an earlier write failed, nothing more is written");
  auto synced = sync_file(segments_.back().fd, segments_.back().path);
  failed_ = !synced;
  if (synced) synced_ = last_sequence();
  return synced;
}

const Spool::Segment& Spool::segment_of(const Entry& entry) const {
  return *std::lower_bound(segments_.begin(), segments_.end(), entry.segment_first,
                           [](const Segment& s, std::uint64_t first) { return s.first < first; });
}

Result<StoredFrame> Spool::read(std::uint64_t sequence) const {
  if (sequence < first_ || sequence > last_sequence())
    return fail(ErrorCode::kNotFound, fmt::format("frame {} is not in the spool: {} to {} are",
                                                  sequence, first_, last_sequence()));
  const Entry& entry = entries_[sequence - first_];
  const Segment& segment = segment_of(entry);
  std::string bytes(entry.bytes, '\0');
  const ssize_t got =
      ::pread(segment.fd, bytes.data(), bytes.size(), static_cast<off_t>(entry.offset));
  if (got < 0) return tl::unexpected(io_error(segment.path));
  auto decoded = decode_frame(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)),
                              options_.frame_bytes_max);
  if (!decoded || decoded->frame.sequence != sequence)
    return tl::unexpected(corrupt(
        segment.path, fmt::format("frame {} at byte {} is damaged", sequence, entry.offset)));
  return std::move(decoded->frame);
}

void Spool::mark_acked(std::uint64_t sequence, std::int64_t now_ms) {
  last_ack_ = std::max(last_ack_, sequence);
  last_ack_ms_ = now_ms;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const std::uint64_t last =
        i + 1 < segments_.size() ? segments_[i + 1].first - 1 : last_sequence();
    if (last <= last_ack_ && !segments_[i].acked_ms) segments_[i].acked_ms = now_ms;
  }
}

Result<void> Spool::acknowledge(std::uint64_t sequence, ProcessingTime now) {
  if (sequence <= last_ack_) return {};
  mark_acked(std::min(sequence, last_sequence()), now.milliseconds());
  return write_ack(AckKind::kAck, last_ack_, now);
}

Result<void> Spool::write_ack(AckKind kind, std::uint64_t sequence, ProcessingTime now) {
  if (failed_)
    return fail(ErrorCode::kIo, directory_ + ": an earlier write failed, nothing more is written");
  const std::string bytes =
      encode_ack({static_cast<std::uint64_t>(kind), sequence, now.milliseconds()});
  auto written = write_all(acks_fd_, bytes, path("acks.log"));
  failed_ = !written;
  ack_bytes_ += bytes.size();
  if (!written || ack_bytes_ < kAckBytesBeforeRewrite) return written;
  return rewrite_acks(now);
}

// One entry for each segment whose ACK time is known, then the newest.
Result<void> Spool::rewrite_acks(ProcessingTime now) {
  std::string bytes;
  const auto ack = static_cast<std::uint64_t>(AckKind::kAck);
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i)
    if (segments_[i].acked_ms)
      bytes += encode_ack({ack, segments_[i + 1].first - 1, *segments_[i].acked_ms});
  if (last_ack_ > 0) bytes += encode_ack({ack, last_ack_, last_ack_ms_});
  if (finished_ > 0)
    bytes += encode_ack(
        {static_cast<std::uint64_t>(AckKind::kInputFinished), finished_, now.milliseconds()});
  if (auto replaced = replace_file(path("acks.log"), bytes); !replaced) {
    failed_ = true;
    return replaced;
  }
  ::close(acks_fd_);
  acks_fd_ = ::open(path("acks.log").c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  ack_bytes_ = bytes.size();
  if (acks_fd_ < 0) return tl::unexpected(io_error(path("acks.log")));
  return {};
}

Result<void> Spool::trim(ProcessingTime now) {
  bool any = false;
  while (segments_.size() > 1 && segments_.front().acked_ms &&
         now.milliseconds() - *segments_.front().acked_ms >= options_.keep_ms) {
    if (::unlink(segments_.front().path.c_str()) != 0)
      return tl::unexpected(io_error(segments_.front().path));
    ::close(segments_.front().fd);
    segments_.pop_front();
    while (first_ < segments_.front().first) {
      entries_.pop_front();
      ++first_;
    }
    any = true;
  }
  return any ? rewrite_acks(now) : Result<void>();
}

std::optional<InputPosition> Spool::interrupted_input() const {
  if (last_sequence() == 0 || finished_ == last_sequence()) return std::nullopt;
  return last_end_;
}

Result<void> Spool::finish_input(ProcessingTime now) {
  finished_ = last_sequence();
  return write_ack(AckKind::kInputFinished, finished_, now).and_then([this] {
    return sync_file(acks_fd_, path("acks.log"));
  });
}

}  // namespace tocsin
