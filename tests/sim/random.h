#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace tocsin::sim {

// The one source of chance of a simulation: the same seed, the same choices.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // least <= result <= most
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
  }
  std::uint64_t upto(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(engine_);
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  bool one_in(std::int64_t n) { return between(1, n) == 1; }
  template <class T>
  T pick(std::initializer_list<T> list) {
    return *(list.begin() + between(0, static_cast<std::int64_t>(list.size()) - 1));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tocsin::sim
