#pragma once

#include <iosfwd>
#include <string>

#include "daemon/commands_admin.h"

namespace tocsin {

// `tocsin apply PACK`: shows what `tocsin diff` says of the pack of that name that is in force,
// asks, puts the file in its place, and has the running daemon bring it into force. Who did it
// stands in the ledger. Where the daemon refuses, the file that was there is put back.
struct ApplyOptions {
  AdminCall call;    // whose configuration, and as whom
  std::string pack;  // the file
  bool history = true;
  bool yes = false;  // don't ask
};
// 0: in force; 1: not wanted, or refused: nothing has changed; 2: it could not be done.
int run_apply(const ApplyOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace tocsin
