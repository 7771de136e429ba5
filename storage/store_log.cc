#include "storage/store_log.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace tocsin {

StoreLog::StoreLog(Say say)
    : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), say_(std::move(say)) {}

void StoreLog::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (!say_ || level < GetInfoLogLevel() || level >= rocksdb::InfoLogLevel::HEADER_LEVEL) return;
  std::array<char, 1000> text{};  // longer lines are cut
  if (std::vsnprintf(text.data(), text.size(), format, arguments) < 0) return;
  std::string_view line = text.data();
  line = line.substr(0, line.find_last_not_of(" \n") + 1);
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Steady::now();
    if (now - minute_begun_ > std::chrono::minutes(1)) {
      minute_begun_ = now;
      lines_ = 0;
      std::swap(left_out, left_out_);
    }
    if (lines_++ >= kLinesMax) {
      ++left_out_;
      return;
    }
  }
  say_(left_out == 0 ? std::string(line) : fmt::format("{} ({} more before it)", line, left_out));
}

}  // namespace tocsin
