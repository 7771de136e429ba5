#include "daemon/admin_host.h"

#include <algorithm>
#include <string>

namespace tocsin {
namespace {

namespace ip = boost::asio::ip;

constexpr std::uint16_t kHttpPort = 80;  // a client leaves it out

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// IPv4 as itself where an IPv6 socket took it.
ip::address address_of(const ip::tcp::endpoint& end) {
  ip::address address = end.address();
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

}  // namespace

Result<void> check_host(const ip::tcp::endpoint& here, std::string_view host) {
  const ip::address address = address_of(here);
  if (!address.is_loopback()) return {};
  const std::string number =
      address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  const std::string port = ":" + std::to_string(here.port());
  for (const std::string& name : {number, std::string("localhost")}) {
    if (equal_ignoring_case(host, name + port)) return {};
    if (here.port() == kHttpPort && equal_ignoring_case(host, name)) return {};
  }
  return fail(ErrorCode::kForbidden, "the Host header is '" + std::string(host) +
                                         "'; allowed: " + number + port + " or localhost" + port);
}

bool is_local(const ip::tcp::endpoint& here, const ip::tcp::endpoint& peer) {
  return address_of(peer).is_loopback() || address_of(peer) == address_of(here);
}

}  // namespace tocsin
