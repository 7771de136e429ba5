#include "ingest/spool_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "model/hash.h"

namespace tocsin {

namespace {

constexpr std::uint64_t kMark = 0x0A31'4D46'5043'5354;  // "TSCPFM1\n"
constexpr std::size_t kChecksumAt = kFrameHeaderBytes - 8;

void put(std::string& bytes, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    bytes += static_cast<char>((number >> shift) & 0xFFU);
}

std::uint64_t get(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i)
    number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return number;
}

std::uint64_t checksum(std::string_view header, std::string_view payload) {
  return hash128_parts({header, payload}).prefix();
}

}  // namespace

std::string encode_frame(const StoredFrame& frame, std::uint64_t synced) {
  std::string bytes;
  bytes.reserve(kFrameHeaderBytes + frame.payload.size());
  for (const std::uint64_t number :
       {kMark, std::uint64_t{frame.payload.size()}, frame.sequence, frame.records, frame.first_line,
        frame.end.bytes, frame.end.lines, frame.end.hash, synced})
    put(bytes, number);
  put(bytes, checksum(bytes, frame.payload));
  bytes += frame.payload;
  return bytes;
}

std::optional<DecodedFrame> decode_frame(std::string_view bytes, std::size_t payload_max) {
  if (bytes.size() < kFrameHeaderBytes || get(bytes, 0) != kMark) return std::nullopt;
  const std::uint64_t size = get(bytes, 8);
  if (size > payload_max || size > bytes.size() - kFrameHeaderBytes) return std::nullopt;
  const std::string_view payload = bytes.substr(kFrameHeaderBytes, size);
  if (get(bytes, kChecksumAt) != checksum(bytes.substr(0, kChecksumAt), payload))
    return std::nullopt;
  return DecodedFrame{.frame = {.sequence = get(bytes, 16),
                                .records = get(bytes, 24),
                                .first_line = get(bytes, 32),
                                .end = {get(bytes, 40), get(bytes, 48), get(bytes, 56)},
                                .payload = std::string(payload)},
                      .synced = get(bytes, 64),
                      .bytes = kFrameHeaderBytes + size};
}

bool shows_synced(std::string_view bytes, std::uint64_t sequence, std::size_t payload_max) {
  std::string mark;
  put(mark, kMark);
  for (auto at = bytes.find(mark); at != std::string_view::npos; at = bytes.find(mark, at + 1))
    if (const auto frame = decode_frame(bytes.substr(at), payload_max);
        frame && frame->synced >= sequence)
      return true;
  return false;
}

std::string encode_ack(const AckEntry& entry) {
  std::string bytes;
  put(bytes, entry.kind);
  put(bytes, entry.sequence);
  put(bytes, static_cast<std::uint64_t>(entry.time_ms));
  put(bytes, checksum(bytes, ""));
  return bytes;
}

std::optional<AckEntry> decode_ack(std::string_view bytes) {
  if (bytes.size() < kAckEntryBytes || get(bytes, 24) != checksum(bytes.substr(0, 24), ""))
    return std::nullopt;
  return AckEntry{get(bytes, 0), get(bytes, 8), static_cast<std::int64_t>(get(bytes, 16))};
}

Error io_error(const std::string& path) {
  return {ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno))};
}

Result<std::string> read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return tl::unexpected(io_error(path));
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return tl::unexpected(io_error(path));
  return content;
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return tl::unexpected(io_error(path));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_file(int fd, const std::string& path) {
  if (::fdatasync(fd) != 0) return tl::unexpected(io_error(path));
  return {};
}

Result<void> sync_directory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(io_error(directory));
  const bool good = ::fsync(fd) == 0;
  const Error error = io_error(directory);
  ::close(fd);
  if (!good) return tl::unexpected(error);
  return {};
}

Result<void> replace_file(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return tl::unexpected(io_error(beside));
  Result<void> done = write_all(fd, bytes, beside);
  if (done && ::fsync(fd) != 0) done = tl::unexpected(io_error(beside));
  ::close(fd);
  if (!done) return done;
  if (::rename(beside.c_str(), path.c_str()) != 0) return tl::unexpected(io_error(path));
  return sync_directory(std::filesystem::path(path).parent_path().string());
}

}  // namespace tocsin
