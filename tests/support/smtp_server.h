#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tocsin {

// Runs tests/e2e/smtp_server.py as a child process, in a directory of its own that goes with it.
class SmtpServer {
 public:
  // `behave`: its words, one a connection, with commas ("busy,accept"). Returns when it listens.
  explicit SmtpServer(const std::string& behave, std::vector<std::string> more = {});
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  std::uint16_t port() const { return port_; }
  // The files of the mails it took, in the order of arrival.
  std::vector<std::filesystem::path> mails() const;
  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
  pid_t child_ = -1;
  int input_ = -1;  // its end ends the child
  std::uint16_t port_ = 0;
};

// A directory of its own, removed with all that is in it by whoever asked for it.
std::filesystem::path make_temporary_directory();

}  // namespace tocsin
