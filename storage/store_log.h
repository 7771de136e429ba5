#pragma once

#include <rocksdb/env.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <string_view>

namespace tocsin {

// RocksDB's own warnings and errors, for the daemon's log. RocksDB would write them to a file LOG
// in the store; on a full disk Debian's build then aborts the whole process by an assertion.
//
// At most kLinesMax lines a minute are handed on; the first of the next minute says how many were
// left out. Any thread.
class StoreLog : public rocksdb::Logger {
 public:
  using Say = std::function<void(std::string_view)>;
  static constexpr int kLinesMax = 20;

  // An empty `say` tells nobody.
  explicit StoreLog(Say say);

  using rocksdb::Logger::Logv;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;

 private:
  using Steady = std::chrono::steady_clock;
  const Say say_;
  std::mutex mutex_;  // guards what follows
  Steady::time_point minute_begun_;
  int lines_ = 0;  // since then
  std::uint64_t left_out_ = 0;
};

}  // namespace tocsin
