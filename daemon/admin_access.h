#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/admin_refusal.h"
#include "daemon/admin_tokens.h"

namespace tocsin {

// What a request of the admin listener is for; who may make it:
//
//                | no tokens file | with one, from this machine | with one, over a network
//   kWatch       | everybody      | everybody                   | role read
//   kRead        | everybody      | role read                   | role read
//   kReadRecords | this machine   | role read                   | role read
//   kBackup      | this machine   | role admin                  | role admin, with TLS
//   kAcknowledge | nobody         | role acknowledge            | role acknowledge, with TLS
//   kRelease     | nobody         | role admin                  | role admin, with TLS
//   kMute        | nobody         | role admin                  | role admin, with TLS
//
// "Everybody" is everybody who can connect: the configuration lets that be a network only with
// `security: plain`, which asks for exactly that, or with TLS and a tokens file.
enum class Purpose { kWatch, kRead, kReadRecords, kBackup, kAcknowledge, kRelease, kMute };

struct Caller {
  bool tokens_file = false;  // whether there is one; without it what is given is passed over
  bool gave_token = false;
  std::optional<TokenHolder> holder = {};  // whose token it is, if anybody's
  bool from_this_machine = true;
  bool encrypted = false;
};

// Who says "Authorization: Bearer TOKEN" (`authorization` is the header's value, "" for none).
// `tokens` is nullptr without a tokens file.
Caller identify(std::string_view authorization, const AdminTokens* tokens);

struct Denial {
  AdminRefusal refusal;
  std::string what;
};
// nullopt: it may. A token that is given must be right, also where none is needed.
std::optional<Denial> check_access(Purpose purpose, const Caller& caller);

}  // namespace tocsin
