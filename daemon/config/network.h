#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// The host of "tcp://host:port"; nullopt when the endpoint is not one. The port is 1 to 65535, or
// *.
std::optional<std::string> host_of(std::string_view endpoint);
inline constexpr std::string_view kEndpointAllowed =
    "tcp://HOST:PORT with a port from 1 to 65535, or * for any free one";

// Whether only this machine reaches it.
bool is_loopback(std::string_view host);

// Whether it is 32 bytes in Z85, as `tocsin keygen` prints a key (docs/REFERENCES.md#zmq-z85).
bool is_public_key(std::string_view text);
inline constexpr std::string_view kPublicKeyAllowed =
    "40 characters of Z85, as `tocsin keygen` prints them";

}  // namespace tocsin
