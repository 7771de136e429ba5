#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace tocsin::bench {

struct MixOptions {
  std::uint32_t regions = 5'000;
  std::uint32_t indicators = 40;
  std::uint32_t first_month = 0;  // kLastMonth: the last one that is over
  std::uint64_t seed = 1;
  bool shocks = true;  // that raise alerts
};

inline constexpr std::uint32_t kFrameRecords = 100;
inline constexpr std::uint32_t kLastMonth = 179;  // of fifteen years

// The benchmarks' records, in the order of months, all series of a month after each other; of 100
// records 5 revise an earlier one, 3 repeat one, 2 are late by up to a year.
class Mix {
 public:
  explicit Mix(const MixOptions& options);
  // The payload of the next frame of kFrameRecords.
  std::string frame();

 private:
  void add(std::string& payload, std::uint64_t index, int revision);
  void late(std::string& payload);
  void write(std::string& payload, std::uint32_t region, std::uint32_t indicator,
             std::uint32_t month, int revision, std::uint64_t id, std::string_view prefix) const;

  MixOptions options_;
  std::int32_t first_period_;
  std::mt19937_64 random_;
  std::uint64_t next_ = 0, late_ = 0;
};

}  // namespace tocsin::bench
