#include "storage/log_tail.h"

#include <fmt/format.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/handles.h"

namespace tocsin {
namespace {

// The format of LevelDB's log, which RocksDB keeps: blocks of 32 KiB; in them records of a checksum
// (4 bytes), a length (2), a type (1) and the payload. The checksum is of type and payload,
// CRC-32C, masked. The last few bytes of a block that hold no header are zeros.
constexpr std::size_t kBlock = 32'768, kHeader = 7;
// Full, first, middle, last: what is written without recycling of logs.
constexpr unsigned char kTypeMax = 4;

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U; }

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint32_t checksum_of(std::string_view record) {
  return byte_at(record, 0) | byte_at(record, 1) << 8U | byte_at(record, 2) << 16U |
         byte_at(record, 3) << 24U;
}

std::size_t length_of(std::string_view record) {
  return byte_at(record, 4) | byte_at(record, 5) << 8U;
}

// Whether `rest` begins with a whole record whose checksum is right if it is of this type.
bool begins_with_record(std::string_view rest, unsigned type) {
  if (rest.size() < kHeader || rest.size() - kHeader < length_of(rest)) return false;
  Crc32c crc;
  crc.process_byte(static_cast<unsigned char>(type));
  crc.process_bytes(rest.data() + kHeader, length_of(rest));
  return masked(crc.checksum()) == checksum_of(rest);
}
bool begins_with_record(std::string_view rest) {
  return rest.size() >= kHeader && begins_with_record(rest, byte_at(rest, kHeader - 1));
}

// The length at which the record that `rest` begins with is whole; nullopt when it is at none.
std::optional<std::size_t> true_length(std::string_view rest) {
  Crc32c crc;
  crc.process_byte(static_cast<unsigned char>(rest[kHeader - 1]));
  for (std::size_t end = kHeader;; ++end) {
    const std::string_view behind = rest.substr(end);
    if (masked(crc.checksum()) == checksum_of(rest) &&
        (behind.size() < kHeader || begins_with_record(behind)))
      return end - kHeader;
    if (behind.empty()) return std::nullopt;
    crc.process_byte(static_cast<unsigned char>(behind.front()));
  }
}

// Says what is wrong with the log at `path`; "" when nothing is.
Result<std::string> look_through(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  rocksdb::Status status = env.NewSequentialFile(path, &file, {});
  std::string bytes(kBlock, '\0');
  for (std::size_t number = 0; status.ok(); ++number) {
    rocksdb::Slice block;
    status = file->Read(kBlock, &block, bytes.data());
    if (!status.ok()) break;
    if (const auto at = find_damaged_type(view(block)))
      return fmt::format(
          "a record in block {}, at byte {} of it, has a type that is never written; "
          "its checksum is that of another",
          number, *at);
    if (block.size() == kBlock) continue;
    if (const auto damaged = find_damaged_length(view(block)))
      return fmt::format(
          "a record in its last block, at byte {} of it, says that it has {} bytes, "
          "beyond the end of the file; its checksum is that of {}",
          damaged->offset, damaged->says, damaged->holds);
    return std::string();
  }
  return tl::unexpected(error_of(status, path));
}

// The logs that an opening reads, by name.
std::vector<std::string> logs_of(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  if (!env.GetChildren(directory, &names).ok()) return {};
  std::string current;
  if (!rocksdb::ReadFileToString(&env, directory + "/CURRENT", &current).ok()) current.clear();
  std::erase_if(names, [&](const std::string& name) {
    return !name.ends_with(".log") && name + "\n" != current;
  });
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::optional<DamagedLength> find_damaged_length(std::string_view last_block) {
  for (std::size_t at = 0; at + kHeader <= last_block.size();) {
    const std::string_view rest = last_block.substr(at);
    const std::size_t length = length_of(rest);
    const unsigned type = byte_at(rest, kHeader - 1);
    if (type == 0 || type > kTypeMax) return std::nullopt;
    if (length <= rest.size() - kHeader) {
      at += kHeader + length;
      continue;
    }
    if (const auto found = true_length(rest)) return DamagedLength{at, length, *found};
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_damaged_type(std::string_view block) {
  for (std::size_t at = 0; at + kHeader <= block.size();) {
    const std::string_view rest = block.substr(at);
    const unsigned type = byte_at(rest, kHeader - 1);
    if (type > kTypeMax && type <= 2 * kTypeMax && begins_with_record(rest, type - kTypeMax))
      return at;
    if (type == 0 || type > kTypeMax || length_of(rest) > rest.size() - kHeader)
      return std::nullopt;
    at += kHeader + length_of(rest);
  }
  return std::nullopt;
}

Result<void> check_log_tails(rocksdb::Env& env, const std::string& directory) {
  for (const std::string& name : logs_of(env, directory)) {
    const auto wrong = look_through(env, directory + "/" + name);
    if (!wrong) {
      // A log may vanish while somebody else has the store open.
      if (!env.FileExists(directory + "/" + name).ok()) continue;
      return tl::unexpected(wrong.error());
    }
    if (!wrong->empty())
      return tl::unexpected(corrupt_store(directory, fmt::format("{}: {}", name, *wrong)));
  }
  return {};
}

}  // namespace tocsin
