#include "model/result.h"

#include <cstdio>
#include <cstdlib>

namespace tocsin {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kNotFound:
      return "not-found";
    case ErrorCode::kForbidden:
      return "forbidden";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kLimit:
      return "limit";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kIo:
      return "io";
  }
  return "invalid";
}

void require(bool condition, std::string_view what, const char* file, unsigned line) {
  if (condition) return;
  std::fprintf(stderr, "tocsin: broken requirement: %.*s (%s:%u)\n", static_cast<int>(what.size()),
               what.data(), file, line);
  std::abort();
}

}  // namespace tocsin
