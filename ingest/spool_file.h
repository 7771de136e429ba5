#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/client_store.h"
#include "model/result.h"

namespace tocsin {

// The bytes of a spool, and the few system calls it needs. Numbers are little-endian.

// Header (mark, payload bytes, sequence, records, first line, end of input as bytes, lines and
// hash, the sequence known to be synced when the frame was written, a checksum over all), payload.
inline constexpr std::size_t kFrameHeaderBytes = 80;
std::string encode_frame(const StoredFrame& frame, std::uint64_t synced);
struct DecodedFrame {
  StoredFrame frame;
  std::uint64_t synced = 0;
  std::size_t bytes = 0;  // with the header
};
// The frame at the start of `bytes`; nullopt when there is no whole, undamaged one of at most
// `payload_max`.
std::optional<DecodedFrame> decode_frame(std::string_view bytes, std::size_t payload_max);
// Whether an undamaged frame in `bytes` was written after frame `sequence` had been synced. Then
// damage to that frame is no torn write.
bool shows_synced(std::string_view bytes, std::uint64_t sequence, std::size_t payload_max);

// An entry of acks.log.
inline constexpr std::size_t kAckEntryBytes = 32;
struct AckEntry {
  std::uint64_t kind = 0;
  std::uint64_t sequence = 0;
  std::int64_t time_ms = 0;
};
std::string encode_ack(const AckEntry& entry);
std::optional<AckEntry> decode_ack(std::string_view bytes);

Result<std::string> read_whole(const std::string& path);
Result<void> write_all(int fd, std::string_view bytes, const std::string& path);
// Writes beside `path`, syncs, renames over it, syncs the directory: all or nothing.
Result<void> replace_file(const std::string& path, std::string_view bytes);
Result<void> sync_directory(const std::string& directory);
Result<void> sync_file(int fd, const std::string& path);
// kIo with the path and errno's words.
Error io_error(const std::string& path);

}  // namespace tocsin
