#include "tests/support/smtp_server.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "model/result.h"

namespace tocsin {
namespace {

// In the child: never returns.
[[noreturn]] void run_server(int input, int output, const std::vector<std::string>& words) {
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::uint16_t read_port(int output) {
  std::string line;
  char c = 0;
  while (::read(output, &c, 1) == 1 && c != '\n') line += c;
  require(!line.empty(), "tests/e2e/smtp_server.py did not start");
  return static_cast<std::uint16_t>(std::stoi(line));
}

}  // namespace

std::filesystem::path make_temporary_directory() {
  std::string path = std::filesystem::temp_directory_path() / "tocsin-test-XXXXXX";
  require(::mkdtemp(path.data()) != nullptr, "no temporary directory could be made");
  return path;
}

SmtpServer::SmtpServer(const std::string& behave, std::vector<std::string> more)
    : directory_(make_temporary_directory()) {
  std::vector<std::string> words{
      "/usr/bin/python3",   std::string(TOCSIN_SOURCE_DIR) + "/tests/e2e/smtp_server.py",
      directory_ / "mails", "--until-eof",
      "--behave",           behave};
  words.insert(words.end(), more.begin(), more.end());
  int input[2], output[2];
  require(::pipe2(input, O_CLOEXEC) == 0 && ::pipe2(output, O_CLOEXEC) == 0, "pipe");
  child_ = ::fork();
  if (child_ == 0) run_server(input[0], output[1], words);
  require(child_ > 0, "fork");
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  port_ = read_port(output[0]);
  ::close(output[0]);
}

SmtpServer::~SmtpServer() {
  ::close(input_);
  int status = 0;
  ::waitpid(child_, &status, 0);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::vector<std::filesystem::path> SmtpServer::mails() const {
  std::vector<std::filesystem::path> mails;
  for (const auto& entry : std::filesystem::directory_iterator(directory_ / "mails")) {
    if (entry.path().extension() == ".eml") mails.push_back(entry.path());
  }
  std::ranges::sort(mails, {}, [](const std::filesystem::path& mail) {
    return std::stoi(mail.filename().string());
  });
  return mails;
}

}  // namespace tocsin
