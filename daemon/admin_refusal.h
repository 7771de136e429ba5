#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tocsin {

// Why the admin listener did not do what was asked; each is counted under its name.
enum class AdminRefusal : std::uint8_t {
  kMalformed,
  kBadRequest,
  kNoToken,
  kWrongToken,
  kOrigin,
  kElsewhere,
  kNoTokensFile,
  kRole,
  kNotFound,
  kMethod,
  kConflict,
  kBodySize,
  kHost,
  kRate,
  kHeaderSize,
  kFailed,
  kUnavailable,
  kConnections,
  kConnectionsOfAddress,
  kSlow,
  kHandshake,
};
inline constexpr std::size_t kAdminRefusalCount =
    static_cast<std::size_t>(AdminRefusal::kHandshake) + 1;

struct AdminRefusalEntry {
  AdminRefusal refusal;
  std::string_view name;  // the label of the metric
  unsigned status;        // of the answer; 0: the connection is closed without one
};
std::span<const AdminRefusalEntry> admin_refusal_table();  // in the order of the enum
const AdminRefusalEntry& entry_of(AdminRefusal refusal);

// What the admin listener counts, for the metrics. Written by its thread, read by any.
struct AdminCounters {
  std::atomic<std::uint64_t> requests = 0;     // answered, refused ones included
  std::atomic<std::uint64_t> connections = 0;  // open now
  std::atomic<std::uint64_t> backups = 0;      // being made now, or waiting for that
  std::array<std::atomic<std::uint64_t>, kAdminRefusalCount> refusals{};

  void count(AdminRefusal refusal) { ++refusals[static_cast<std::size_t>(refusal)]; }
};

}  // namespace tocsin
