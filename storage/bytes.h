#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "model/hash.h"
#include "model/result.h"

namespace tocsin {

// Appends values to a string that the caller owns and that outlives the writer. Fixed-width numbers
// are big-endian, so that keys made of them sort like the numbers; varints are LEB128.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { fixed(value); }
  void u32(std::uint32_t value) { fixed(value); }
  void u64(std::uint64_t value) { fixed(value); }
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);  // small magnitudes of either sign stay short
  void raw(std::string_view bytes) { out_.append(bytes); }
  void text(std::string_view bytes);  // length as a varint, then the bytes
  void hash(const Hash128& hash);

 private:
  template <class Number>
  void fixed(Number value);

  std::string& out_;
};

// Reads what ByteWriter wrote, from bytes that may be damaged. The first fault (too short, number
// out of range, varint not in its shortest form) is remembered with its offset; from then on every
// read returns zero or empty. So a decoder reads straight through and asks finish() once, at the
// end.
class ByteReader {
 public:
  // Views into `bytes`, which outlives the reader.
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t u8() { return fixed<std::uint8_t>(); }
  std::uint16_t u16() { return fixed<std::uint16_t>(); }
  std::uint32_t u32() { return fixed<std::uint32_t>(); }
  std::uint64_t u64() { return fixed<std::uint64_t>(); }
  std::uint64_t varint();
  std::int64_t zigzag();
  std::string_view raw(std::size_t size);
  std::string_view text();
  Hash128 hash();
  // The letters that a key of one kind begins with: a fault when others stand here.
  void expect(std::string_view prefix);

  // A varint (zigzag for signed Number) that must fit in Number.
  template <class Number>
  Number number();
  // One byte that must not be above `last`.
  template <class Enum>
  Enum enumerator(Enum last);
  // A count of things that take at least `least_bytes` each: never more than the bytes left can
  // hold, so that a damaged count can't ask for memory.
  std::size_t count(std::size_t least_bytes = 1);
  // The first byte of a stored value. Fails on 0 and on versions above `newest`.
  std::uint8_t version(std::uint8_t newest);

  std::size_t remaining() const { return bytes_.size() - position_; }
  std::string_view rest() { return raw(remaining()); }
  bool ok() const { return fault_.empty(); }
  void fault(std::string what);

  // The value, or kCorrupt naming `what`, the fault and the offset. Bytes left over are a fault
  // too.
  template <class T>
  Result<T> finish(std::string_view what, T value) {
    if (auto done = finish(what); !done) return tl::unexpected(done.error());
    return value;
  }
  Result<void> finish(std::string_view what);

 private:
  template <class Number>
  Number fixed();

  std::string_view bytes_;
  std::size_t position_ = 0;
  std::string fault_;
};

template <class Number>
Number ByteReader::number() {
  if constexpr (std::is_signed_v<Number>) {
    const std::int64_t value = zigzag();
    if (std::in_range<Number>(value)) return static_cast<Number>(value);
  } else {
    const std::uint64_t value = varint();
    if (std::in_range<Number>(value)) return static_cast<Number>(value);
  }
  fault("number too large for its field");
  return 0;
}

template <class Enum>
Enum ByteReader::enumerator(Enum last) {
  const std::uint8_t value = u8();
  if (value <= static_cast<std::uint8_t>(last)) return static_cast<Enum>(value);
  fault("code " + std::to_string(value) + ", known are 0 to " +
        std::to_string(static_cast<unsigned>(last)));
  return Enum{};
}

}  // namespace tocsin
