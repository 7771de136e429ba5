#include "storage/space.h"

#include <fmt/format.h>

namespace tocsin {

std::string_view name_of(SpaceMark mark) {
  switch (mark) {
    case SpaceMark::kEnough:
      return "enough";
    case SpaceMark::kLow:
      return "low";
    case SpaceMark::kCritical:
      return "critical";
  }
  return "unknown";
}

SpaceMark mark_of(std::uint64_t free_bytes, const SpaceMarks& marks) {
  if (free_bytes < marks.critical) return SpaceMark::kCritical;
  if (free_bytes < marks.low) return SpaceMark::kLow;
  return SpaceMark::kEnough;
}

Result<Space> space_at(const std::filesystem::path& path, const SpaceMarks& marks) {
  std::error_code error;
  const std::filesystem::space_info info = std::filesystem::space(path, error);
  if (error) {
    return fail(ErrorCode::kIo,
                fmt::format("free space at {}: {}", path.string(), error.message()));
  }
  return Space{info.available, info.capacity, mark_of(info.available, marks)};
}

}  // namespace tocsin
