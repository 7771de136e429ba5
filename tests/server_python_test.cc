// Producers in Python with pyzmq: the one of tests/e2e, written from docs/PROTOCOL.md, and the one
// that stands on the page itself.

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server_fixture.h"

namespace tocsin::test {
namespace {

namespace fs = std::filesystem;

class PythonTest : public testing::Test {
 protected:
  PythonTest() {
    std::string name = testing::TempDir() + "tocsin-python-XXXXXX";
    directory_ = mkdtemp(name.data());
    EXPECT_TRUE(write_key_files(directory_, "server", server_keys_));
  }
  ~PythonTest() override { fs::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }
  // Exit status and output of `/usr/bin/python3 arguments`.
  static std::pair<int, std::string> python(const std::string& arguments) {
    FILE* pipe = ::popen(("/usr/bin/python3 " + arguments + " 2>&1").c_str(), "r");
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    return {WEXITSTATUS(::pclose(pipe)), output};
  }
  std::pair<int, std::string> producer(const std::string& arguments) const {
    return python(TOCSIN_SOURCE_DIR "/tests/e2e/producer.py " + arguments);
  }
  std::string keys(const Served& served) const {
    EXPECT_TRUE(write_key_files(directory_, "alpha", served.alpha_keys));
    return " --key " + directory_ + "/alpha.key --server-key " + directory_ + "/server.pub ";
  }
  std::string directory_;
  KeyPair server_keys_ = *make_curve_keypair();
};

std::string records(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += i == 250 ? "{\"bad\":1}\n" : "{\"n\":" + std::to_string(i) + "}\n";
  return text;
}

TEST_F(PythonTest, DeliversEverythingOverCurve) {
  TestEngine engine;
  Served served([this](ServerOptions& o) { o.curve = server_keys_; }, &engine);
  const auto [status, output] =
      producer(served.server->endpoint() + " " + write("in", records(1000)) + keys(served));
  EXPECT_EQ(status, 0) << output;
  EXPECT_NE(output.find("\"durable\": 10"), std::string::npos) << output;
  EXPECT_NE(output.find("\"applied\": 999"), std::string::npos) << output;
  EXPECT_NE(output.find("\"line\": 250"), std::string::npos) << output;
  EXPECT_EQ(engine.committed(), 10U);
}

TEST_F(PythonTest, DeliversEverythingPlainWithLittleCredit) {
  TestEngine engine;
  Served served(
      [](ServerOptions& o) {
        o.sessions.frame = {100, 10'000};
        o.sessions.pool = {100, 10'000};
      },
      &engine);
  const auto [status, output] =
      producer(served.server->endpoint() + " " + write("in", records(1000)));
  EXPECT_EQ(status, 0) << output;
  EXPECT_EQ(engine.committed(), 10U);
}

TEST_F(PythonTest, ResumesAnEpochWithoutDoubling) {
  TestEngine engine;
  Served served([](ServerOptions&) {}, &engine);
  const std::string how = served.server->endpoint() + " --epoch mine ";
  EXPECT_EQ(producer(how + write("first", records(300))).first, 0);
  EXPECT_EQ(producer(how + write("whole", records(500))).first, 0);
  EXPECT_EQ(engine.committed(), 5U);
}

TEST_F(PythonTest, TheThirtyLinesOnThePageWork) {
  std::ifstream page(TOCSIN_SOURCE_DIR "/docs/PROTOCOL.md");
  std::stringstream text;
  text << page.rdbuf();
  const std::string all = text.str();
  const auto begin = all.find("```python\n") + 10;
  const std::string program = all.substr(begin, all.find("```", begin) - begin);
  TestEngine engine;
  Served served([this](ServerOptions& o) { o.curve = server_keys_; }, &engine);
  keys(served);
  const auto [status, output] =
      python(write("page.py", program) + " " + served.server->endpoint() + " '" +
             server_keys_.public_key + "' " + directory_ + "/alpha.key " +
             write("one", "{\"n\":1}\n{\"n\":2}\n") + " " + write("two", "{\"bad\":3}\n"));
  EXPECT_EQ(status, 0) << output;
  EXPECT_NE(output.find("2 {'quarantined': 1}"), std::string::npos) << output;
  EXPECT_EQ(engine.payloads(),
            (std::vector<std::string>{"{\"n\":1}\n{\"n\":2}\n", "{\"bad\":3}\n"}));
}

}  // namespace
}  // namespace tocsin::test
