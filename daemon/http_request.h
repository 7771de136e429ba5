#pragma once

#include <string>
#include <string_view>

#include "model/result.h"

namespace tocsin {

// One blocking request of the command line to the daemon's admin listener.

// POST `target` to `base_url` ("http://127.0.0.1:7742"). The body of a 2xx answer; kUnavailable
// when nobody answers, kInvalid for any other answer, with its body.
Result<std::string> http_post(const std::string& base_url, const std::string& target);

// `text` as it may stand in a query.
std::string percent_encoded(std::string_view text);

}  // namespace tocsin
