#include "daemon/admin_refusal.h"

namespace tocsin {
namespace {

using enum AdminRefusal;

constexpr std::array<AdminRefusalEntry, kAdminRefusalCount> kTable = {{
    {kMalformed, "malformed", 400},
    {kBadRequest, "bad-request", 400},
    {kNoToken, "no-token", 401},
    {kWrongToken, "wrong-token", 401},
    {kOrigin, "origin", 403},
    {kElsewhere, "elsewhere", 403},
    {kNoTokensFile, "no-tokens-file", 403},
    {kRole, "role", 403},
    {kNotFound, "not-found", 404},
    {kMethod, "method", 405},
    {kConflict, "conflict", 409},
    {kBodySize, "body-size", 413},
    {kHost, "host", 421},
    {kRate, "rate", 429},
    {kHeaderSize, "header-size", 431},
    {kFailed, "failed", 500},
    {kUnavailable, "unavailable", 503},
    {kConnections, "connections", 503},
    {kConnectionsOfAddress, "connections-of-address", 503},
    {kSlow, "slow", 0},
    {kHandshake, "handshake", 0},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i)
    if (static_cast<std::size_t>(kTable[i].refusal) != i) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const AdminRefusalEntry> admin_refusal_table() { return kTable; }

const AdminRefusalEntry& entry_of(AdminRefusal refusal) {
  return kTable[static_cast<std::size_t>(refusal)];
}

}  // namespace tocsin
