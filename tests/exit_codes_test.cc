// What the programs end with: 0, 1 and 2, and the daemon with 65 for a damaged store alone.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/config/read_file.h"
#include "tests/config_fixture.h"
#include "tests/support/program_output.h"
#include "tests/support/temp_dir.h"

namespace tocsin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

testsupport::ProgramOutput run(const std::string& line) {
  return testsupport::run_program(TOCSIN_BINARIES "/" + line + " 2>&1");
}

TEST(ExitCodes, AMistakeInTheCommandLineIsTwo) {
  for (const char* line :
       {"tocsin", "tocsin nonesuch", "tocsin check --nonesuch", "tocsin import nope",
        "tocsin test --least-coverage 200", "tocsin acknowledge", "tocsind", "tocsind --config",
        "tocsind --nonesuch"}) {
    const auto ended = run(line);
    EXPECT_EQ(ended.status, 2) << line << ": " << ended.output;
    EXPECT_NE(ended.output, "") << line;
  }
}

TEST(ExitCodes, HelpAndVersionAreNoMistakes) {
  for (const char* line : {"tocsin --help", "tocsin check --help", "tocsind --version"})
    EXPECT_EQ(run(line).status, 0) << line;
}

TEST(ExitCodes, AFileThatIsNotThereIsTwo) {
  const testsupport::TempDir empty;
  const std::string directory = empty.path().string();
  for (const std::string& line :
       {"tocsin check --config " + directory, "tocsin check --config " + directory + "/nonesuch",
        "tocsin import nope /dev/null --mappings " + directory, "tocsind --config " + directory})
    EXPECT_EQ(run(line).status, 2) << line;
}

TEST(ExitCodes, ADirectoryInPlaceOfAFileIsTwo) {
  const testsupport::TempDir empty;
  const std::string directory = empty.path().string();
  const std::string config = " --config " TOCSIN_SOURCE_DIR "/tests/fixtures/store-2/config ";
  for (const std::string& line :
       {"fmt " + directory, "check" + config + directory, "test" + config + directory,
        "diff --no-history" + config + directory + " " + directory,
        "new" + config + directory + "/new.yaml --answers " + directory}) {
    const auto ended = run("tocsin " + line);
    EXPECT_EQ(ended.status, 2) << line;
    EXPECT_THAT(ended.output, HasSubstr(directory + " is a directory, not a file")) << line;
  }
}

TEST(ExitCodes, ExplainSaysThatBothWereGiven) {
  const auto ended = run("tocsin explain 1 --region NG-BO");
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.output, HasSubstr("both an alert and --region"));
}

// A port of this machine that is taken for as long as it lives.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    require(::bind(socket_, address, size) == 0 && ::listen(socket_, 1) == 0 &&
                ::getsockname(socket_, address, &size) == 0,
            "a port can be taken");
  }
  ~TakenPort() { ::close(socket_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;
  std::string number() const { return std::to_string(ntohs(address_.sin_port)); }

 private:
  int socket_;
  sockaddr_in address_{};
};

// A daemon that can't have its admin port, and so ends by itself once it has its store.
class DaemonWithoutPort : public ::testing::Test {
 protected:
  DaemonWithoutPort() {
    const std::filesystem::path fixture = TOCSIN_SOURCE_DIR "/tests/fixtures/store-2";
    std::filesystem::copy(fixture / "config", dir_.path() / "config");
    std::filesystem::copy(fixture / "small.yaml", dir_.path());
    edit("admin: {host: 127.0.0.1, port: 0}",
         "admin: {host: 127.0.0.1, port: " + port_.number() + "}");
  }
  void edit(const std::string& from, const std::string& to) {
    const auto path = dir_.path() / "config/tocsind.yaml";
    std::string text = read_file(path).value();
    testing::replace(text, from, to);
    std::ofstream(path, std::ios::binary) << text;
  }
  testsupport::ProgramOutput start() const {
    return run("tocsind --config " + (dir_.path() / "config").string());
  }
  testsupport::TempDir dir_;
  TakenPort port_;
};

TEST_F(DaemonWithoutPort, EndsWithOneSoThatItIsRestarted) {
  const auto ended = start();
  EXPECT_EQ(ended.status, 1) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("port " + port_.number() + ": Address already in use"));
}

TEST_F(DaemonWithoutPort, WarnsOfANewStoreAndOnlyThen) {
  EXPECT_THAT(start().output, AllOf(HasSubstr("warning store " + (dir_.path() / "store").string() +
                                              ": none was there; a NEW, EMPTY one was made")));
  EXPECT_THAT(start().output, Not(HasSubstr("EMPTY")));
}

TEST_F(DaemonWithoutPort, MakesNoDirectoriesAboveTheStore) {
  edit("path: ../store", "path: ../stroe/store");
  const auto ended = start();
  EXPECT_EQ(ended.status, 2) << ended.output;
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr("there is no directory " + (dir_.path() / "stroe").string()),
                    HasSubstr("mkdir -p"), Not(HasSubstr("damaged"))));
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "stroe"));
}

}  // namespace
}  // namespace tocsin
