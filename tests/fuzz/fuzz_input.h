#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tocsin::fuzz {

// The bytes of one input, taken from the front; at the end everything reads as zero or empty.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    return rest_.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(take(1)[0]);
  }
  // 0 <= result < bound. Requires 0 < bound <= 256.
  std::uint8_t below(unsigned bound) { return static_cast<std::uint8_t>(byte() % bound); }
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, std::min(size, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // Up to `mark`, which is left out, or to the end.
  std::string_view until(std::string_view mark) {
    const std::size_t at = rest_.find(mark);
    const std::string_view taken = take(at);
    if (at != std::string_view::npos) rest_.remove_prefix(mark.size());
    return taken;
  }
  std::string_view rest() { return std::exchange(rest_, {}); }

 private:
  std::string_view rest_;
};

}  // namespace tocsin::fuzz
