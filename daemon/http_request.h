#pragma once

#include <string>
#include <string_view>

#include "model/result.h"

namespace tocsin {

// One blocking request of the command line to the daemon's admin listener.

struct HttpPeer {
  std::string url;      // "http://127.0.0.1:7742"
  std::string token;    // "" for none; never sent in the clear to another machine
  std::string ca_file;  // PEM to trust besides the system's; "" for none
};

// The body of a 2xx answer; kForbidden when a token would cross a network in the clear,
// kUnavailable when nobody answers, kLimit for an answer beyond 64 MiB, kInvalid for any other
// answer, with what it says.
Result<std::string> http_get(const HttpPeer& peer, const std::string& target);
Result<std::string> http_post(const HttpPeer& peer, const std::string& target,
                              const std::string& body = "");

// `text` as it may stand in a query.
std::string percent_encoded(std::string_view text);

}  // namespace tocsin
