#include "daemon/config/network.h"

namespace tocsin {
namespace {

constexpr std::size_t kPublicKeyLength = 40;
constexpr std::string_view kZ85Alphabet =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

}  // namespace

std::optional<std::string> host_of(std::string_view endpoint) {
  constexpr std::string_view kScheme = "tcp://";
  if (!endpoint.starts_with(kScheme)) return std::nullopt;
  endpoint.remove_prefix(kScheme.size());
  const std::size_t colon = endpoint.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view port = endpoint.substr(colon + 1);
  const bool is_number = !port.empty() && port.size() <= 5 && port.front() != '0' &&
                         port.find_first_not_of("0123456789") == std::string_view::npos;
  if (port != "*" && (!is_number || std::stoi(std::string(port)) > 65'535)) return std::nullopt;
  return std::string(endpoint.substr(0, colon));
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host == "::1" || host.starts_with("127.");
}

bool is_public_key(std::string_view text) {
  return text.size() == kPublicKeyLength &&
         text.find_first_not_of(kZ85Alphabet) == std::string_view::npos;
}

}  // namespace tocsin
