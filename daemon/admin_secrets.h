#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "daemon/admin_tokens.h"
#include "model/result.h"

namespace tocsin {

struct AdminFiles {
  std::string certificate;  // PEM, the server's first, then those up to the root; "": no TLS
  std::string key;          // PEM, not encrypted
  std::string tokens;       // "": no tokens
};

// What the files hold. nullptr where none was named.
struct AdminSecrets {
  std::shared_ptr<boost::asio::ssl::context> tls;
  std::shared_ptr<const AdminTokens> tokens;
};

// Fails with kInvalid, naming the file and the reason: one that can't be read or that others can
// read, no PEM, a key of another certificate. TLS 1.2 is the least that is spoken.
Result<AdminSecrets> read_admin_secrets(const AdminFiles& files);

}  // namespace tocsin
