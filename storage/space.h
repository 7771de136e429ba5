#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "model/result.h"

namespace tocsin {

// Bytes that must stay free on the store's volume. Requires low >= critical.
struct SpaceMarks {
  std::uint64_t low = std::uint64_t{2} << 30;         // below: producers get no more credit
  std::uint64_t critical = std::uint64_t{512} << 20;  // below: nothing is accepted, say so loudly
};

enum class SpaceMark : std::uint8_t { kEnough, kLow, kCritical };
std::string_view name_of(SpaceMark mark);  // "enough", "low", "critical"

SpaceMark mark_of(std::uint64_t free_bytes, const SpaceMarks& marks);

struct Space {
  std::uint64_t free_bytes = 0;  // for a process that isn't root
  std::uint64_t total_bytes = 0;
  SpaceMark mark = SpaceMark::kEnough;
};

// Asks the file system that `path` is on. kIo when it can't say.
Result<Space> space_at(const std::filesystem::path& path, const SpaceMarks& marks);

}  // namespace tocsin
