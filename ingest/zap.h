#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ingest/protocol.h"
#include "model/catalogue.h"

namespace tocsin {

// ZeroMQ's authentication protocol (RFC 27): libzmq asks, before any message of a connection is
// read.
inline constexpr std::string_view kZapDomain = "tocsin";
// The property of every later message of the connection that carries the key which ZAP let in.
inline constexpr const char* kKeyProperty = "X-Tocsin-Key";

struct ZapRequest {
  std::string request_id;
  std::string address;    // of the peer, without port
  std::string mechanism;  // "CURVE", "NULL"
  std::string key;        // Z85; "" unless CURVE
};
struct ZapReply {
  int status = 500;  // 200 come in, 300 later, 400 no, 500 our fault
  std::string text;
  std::string producer;  // the user id of every later message
  std::string key;
};

// nullopt when the parts aren't a ZAP 1.0 request.
std::optional<ZapRequest> parse_zap(std::span<const std::string_view> parts);
Parts encode_zap(const ZapRequest& request, const ZapReply& reply);

struct PlainPolicy {
  std::string producer;  // that a plain client is; "": none may be plain
  bool off_loopback = false;
};

// Whose connection it is. The key decides, never the routing id.
ZapReply authenticate(const ZapRequest& request, const Catalogue& catalogue,
                      const PlainPolicy& plain);

// "127.0.0.0/8", "::1" and IPv4-mapped forms of the former.
bool is_loopback_address(std::string_view address);
// The same for an endpoint: "tcp://127.0.0.1:5555", "tcp://[::1]:*"; inproc and ipc never leave the
// machine.
bool is_loopback_endpoint(std::string_view endpoint);

}  // namespace tocsin
