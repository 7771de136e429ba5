#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"

namespace tocsin {

// A request target taken apart: "/alerts?state=open" is {"/alerts", {{"state", "open"}}}.
struct Target {
  std::string path;
  std::map<std::string, std::string> query;
};

// Decodes %XX, and '+' in the query. kInvalid: not a path, a broken escape, anything beyond
// printable ASCII, or a name that stands twice in the query.
Result<Target> parse_target(std::string_view target);

}  // namespace tocsin
