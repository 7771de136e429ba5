#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string_view>

#include "model/result.h"

namespace tocsin {

// Who may ask the admin listener, which has no log-in. Both are about one connection; `here` is the
// end of it on this machine.

// Whether a request may name the listener as `host` (its Host header, "127.0.0.1:7742"; "" when it
// has none or two). A web page elsewhere can have its own name resolve to 127.0.0.1 and then read
// our answers as its own, but its name stays in the Host header. So on loopback only "localhost"
// and the address are taken, with the port. What comes over a network, which only `security: plain`
// lets in, may use names that nobody told us: each is taken.
//
// kForbidden, with what is allowed.
Result<void> check_host(const boost::asio::ip::tcp::endpoint& here, std::string_view host);

// Whether the peer is on this machine.
bool is_local(const boost::asio::ip::tcp::endpoint& here,
              const boost::asio::ip::tcp::endpoint& peer);

}  // namespace tocsin
