#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/admin_access.h"
#include "daemon/admin_refusal.h"
#include "model/result.h"

namespace tocsin {

// What a connection asks, without HTTP's framing.
struct AdminRequest {
  std::string method;  // "GET", "HEAD", "POST", ...
  std::string target;  // "/alerts?state=open"
  std::string body = {};
  bool from_browser_page = false;  // it carries an Origin: some page sent it, not a person
  Caller caller = {};
};

struct AdminResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow = {};  // of a 405: the methods there are
  unsigned retry_after_seconds = 0;
  std::optional<AdminRefusal> refusal = {};  // what it is counted as
};

AdminResponse admin_ok(std::string json);
// {"error": what, "allowed": [...]}
AdminResponse admin_error(AdminRefusal refusal, std::string_view what,
                          std::vector<std::string> allowed = {});
AdminResponse admin_error(const Error& error);
AdminResponse admin_answer(Result<std::string> json);  // one or the other

}  // namespace tocsin
