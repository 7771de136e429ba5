#include "daemon/admin_secrets.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>

#include "daemon/secret_file.h"

namespace tocsin {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

tl::unexpected<Error> wrong(const std::string& what, const std::string& reason) {
  return fail(ErrorCode::kInvalid, "admin: " + what + " " + reason);
}

Result<std::shared_ptr<ssl::context>> read_tls(const AdminFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Without this OpenSSL would ask for the password of an encrypted key on the terminal.
  error_code error;
  context->set_password_callback([](auto, auto) { return std::string(); }, error);
  context->use_certificate_chain_file(files.certificate, error);
  if (error) return wrong("certificate_file", files.certificate + ": " + error.message());
  const auto key = read_secret_file(files.key);
  if (!key) return wrong("key_file", key.error().message);
  // Also refuses the key of another certificate.
  context->use_private_key(boost::asio::buffer(*key), ssl::context::pem, error);
  if (error) return wrong("key_file", files.key + ": " + error.message());
  return context;
}

}  // namespace

Result<AdminSecrets> read_admin_secrets(const AdminFiles& files) {
  AdminSecrets secrets;
  if (!files.certificate.empty()) {
    auto tls = read_tls(files);
    if (!tls) return tl::unexpected(tls.error());
    secrets.tls = *std::move(tls);
  }
  if (!files.tokens.empty()) {
    auto tokens = AdminTokens::read(files.tokens);
    if (!tokens) return wrong("tokens_file", tokens.error().message);
    secrets.tokens = std::make_shared<const AdminTokens>(*std::move(tokens));
  }
  return secrets;
}

}  // namespace tocsin
