#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/admin.h"

namespace tocsin {

// What a connection asks, without HTTP's framing.
struct AdminRequest {
  std::string method;              // "GET", "HEAD", "POST", ...
  std::string target;              // "/alerts?state=open"
  bool from_browser_page = false;  // it carries an Origin: some page sent it, not a person
  bool from_this_machine = true;
};

struct AdminResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow = {};  // of a 405: the methods there are
};

// {"error": what, "allowed": [...]}
AdminResponse admin_error(unsigned status, std::string_view what,
                          std::vector<std::string> allowed = {});

// The directory that the request wants a backup in, if it is one that is rightly made; every other
// request is respond()'s.
std::optional<std::string> backup_directory(const AdminRequest& request);

// Answers everything but a right POST /backup. Plain function of the request and the ports.
AdminResponse respond(const AdminPorts& ports, const AdminRequest& request);
// Makes the backup and says how it went. Blocks.
AdminResponse respond_backup(const AdminPorts& ports, const std::string& directory);

}  // namespace tocsin
