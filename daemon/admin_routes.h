#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/admin.h"
#include "daemon/admin_response.h"

namespace tocsin {

// What a request comes to: an answer, or work that takes longer, whose end is the answer.
struct MakeBackup {
  std::string directory;
};
struct AskEngine {
  std::vector<Input> inputs;
  std::function<AdminResponse(const std::vector<RequestOutcome>&)> answer;
};
// To read the configuration again.
struct ReadAgain {
  std::string who;
};
using AdminAction = std::variant<AdminResponse, MakeBackup, ReadAgain, AskEngine>;

// Plain function of the request and the ports: where it leads, whether this caller may go there,
// and what there is.
AdminAction act(const AdminPorts& ports, const AdminRequest& request);
// Makes the backup and says how it went. Blocks.
AdminResponse respond_backup(const AdminPorts& ports, const std::string& directory);
AdminResponse respond_reload(const AdminPorts& ports, const std::string& who);

}  // namespace tocsin
