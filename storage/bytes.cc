#include "storage/bytes.h"

#include <cstring>

namespace tocsin {

template <class Number>
void ByteWriter::fixed(Number value) {
  for (int shift = std::numeric_limits<Number>::digits - 8; shift >= 0; shift -= 8) {
    out_.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
  }
}
template void ByteWriter::fixed(std::uint16_t);
template void ByteWriter::fixed(std::uint32_t);
template void ByteWriter::fixed(std::uint64_t);

void ByteWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::zigzag(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  varint((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::text(std::string_view bytes) {
  varint(bytes.size());
  raw(bytes);
}

void ByteWriter::hash(const Hash128& hash) {
  for (const std::uint8_t byte : hash.bytes) u8(byte);
}

template <class Number>
Number ByteReader::fixed() {
  std::uint64_t value = 0;
  for (const char byte : raw(sizeof(Number))) {
    value = (value << 8) | static_cast<std::uint8_t>(byte);
  }
  return static_cast<Number>(value);
}
template std::uint8_t ByteReader::fixed();
template std::uint16_t ByteReader::fixed();
template std::uint32_t ByteReader::fixed();
template std::uint64_t ByteReader::fixed();

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    const std::uint64_t digits = byte & 0x7f;
    if (shift == 63 && digits > 1) break;
    value |= digits << shift;
    if ((byte & 0x80) == 0) {
      // One value, one form: equal values are equal bytes.
      if (byte == 0 && shift > 0) fault("number not in its shortest form");
      return ok() ? value : 0;
    }
  }
  fault("number longer than 64 bits");
  return 0;
}

std::int64_t ByteReader::zigzag() {
  const std::uint64_t bits = varint();
  return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

std::string_view ByteReader::raw(std::size_t size) {
  if (!ok()) return {};
  if (size > remaining()) {
    fault(std::to_string(size) + " bytes wanted, " + std::to_string(remaining()) + " left");
    return {};
  }
  const std::string_view bytes = bytes_.substr(position_, size);
  position_ += size;
  return bytes;
}

std::string_view ByteReader::text() { return raw(number<std::size_t>()); }

void ByteReader::expect(std::string_view prefix) {
  if (raw(prefix.size()) != prefix) fault("not the key's letter");
}

Hash128 ByteReader::hash() {
  Hash128 hash;
  const std::string_view bytes = raw(hash.bytes.size());
  if (ok()) std::memcpy(hash.bytes.data(), bytes.data(), hash.bytes.size());
  return hash;
}

std::size_t ByteReader::count(std::size_t least_bytes) {
  const auto value = number<std::size_t>();
  if (value <= remaining() / least_bytes) return value;
  fault("count " + std::to_string(value) + " does not fit in the " + std::to_string(remaining()) +
        " bytes left");
  return 0;
}

std::uint8_t ByteReader::version(std::uint8_t newest) {
  const std::uint8_t version = u8();
  if (version < 1 || version > newest) {
    fault("version " + std::to_string(version) + ", this program reads 1 to " +
          std::to_string(newest));
  }
  return version;
}

void ByteReader::fault(std::string what) {
  if (ok()) fault_ = std::move(what) + " at byte " + std::to_string(position_);
}

Result<void> ByteReader::finish(std::string_view what) {
  if (ok() && remaining() > 0) fault(std::to_string(remaining()) + " bytes left over");
  if (ok()) return {};
  return fail(ErrorCode::kCorrupt,
              std::string(what) + ": " + fault_ + " of " + std::to_string(bytes_.size()));
}

}  // namespace tocsin
