#include "daemon/admin_access.h"

#include <algorithm>
#include <array>

namespace tocsin {
namespace {

enum class WithoutFile { kEverybody, kThisMachine, kNobody };
enum class Here { kNeedsToken, kNeedsNone };
enum class Does { kReads, kWrites };

struct Rule {
  Purpose purpose;
  WithoutFile without_file;
  Role role;
  Here here;
  Does does;  // what writes must not be asked for over a network in the clear
};

constexpr std::array<Rule, 7> kRules = {{
    {Purpose::kWatch, WithoutFile::kEverybody, Role::kRead, Here::kNeedsNone, Does::kReads},
    {Purpose::kRead, WithoutFile::kEverybody, Role::kRead, Here::kNeedsToken, Does::kReads},
    {Purpose::kReadRecords, WithoutFile::kThisMachine, Role::kRead, Here::kNeedsToken,
     Does::kReads},
    {Purpose::kBackup, WithoutFile::kThisMachine, Role::kAdmin, Here::kNeedsToken, Does::kWrites},
    {Purpose::kAcknowledge, WithoutFile::kNobody, Role::kAcknowledge, Here::kNeedsToken,
     Does::kWrites},
    {Purpose::kRelease, WithoutFile::kNobody, Role::kAdmin, Here::kNeedsToken, Does::kWrites},
    {Purpose::kMute, WithoutFile::kNobody, Role::kAdmin, Here::kNeedsToken, Does::kWrites},
}};

// The token of "Bearer TOKEN"; the scheme's case counts for nothing (RFC 9110).
std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (!std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower)) return {};
  return authorization.substr(kScheme.size());
}

std::optional<Denial> without_file(const Rule& rule, const Caller& caller) {
  const std::string role(name_of(rule.role));
  switch (rule.without_file) {
    case WithoutFile::kEverybody:
      return std::nullopt;
    case WithoutFile::kThisMachine:
      if (caller.from_this_machine) return std::nullopt;
      return Denial{AdminRefusal::kElsewhere,
                    "from another machine this needs a token of role " + role +
                        ", and tocsind.yaml names no tokens_file under admin"};
    case WithoutFile::kNobody:
      return Denial{AdminRefusal::kNoTokensFile,
                    "this needs a token of role " + role +
                        ": name a tokens_file under admin in tocsind.yaml, and make a token with "
                        "`tocsin token new NAME --role " +
                        role + "`"};
  }
  return std::nullopt;
}

}  // namespace

Caller identify(std::string_view authorization, const AdminTokens* tokens) {
  Caller caller;
  caller.tokens_file = tokens != nullptr;
  caller.gave_token = !authorization.empty();
  if (tokens == nullptr || authorization.empty()) return caller;
  if (const TokenHolder* holder = tokens->find(bearer(authorization))) caller.holder = *holder;
  return caller;
}

std::optional<Denial> check_access(Purpose purpose, const Caller& caller) {
  const Rule& rule = *std::ranges::find(kRules, purpose, &Rule::purpose);
  if (rule.does == Does::kWrites && !caller.from_this_machine && !caller.encrypted)
    return Denial{AdminRefusal::kElsewhere,
                  "from another machine nothing may be changed or written here without TLS"};
  if (!caller.tokens_file) return without_file(rule, caller);
  const std::string role(name_of(rule.role));
  if (!caller.gave_token) {
    if (rule.here == Here::kNeedsNone && caller.from_this_machine) return std::nullopt;
    return Denial{AdminRefusal::kNoToken,
                  "this needs a token of role " + role + ": Authorization: Bearer TOKEN"};
  }
  if (!caller.holder) return Denial{AdminRefusal::kWrongToken, "nobody has this token"};
  if (caller.holder->role < rule.role)
    return Denial{AdminRefusal::kRole, "the token of " + caller.holder->name + " has the role " +
                                           std::string(name_of(caller.holder->role)) +
                                           "; this needs " + role};
  return std::nullopt;
}

}  // namespace tocsin
