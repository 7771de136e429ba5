#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/admin.h"
#include "tests/support/program_output.h"
#include "tests/support/small_daemon.h"

namespace tocsin::testsupport {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::ip::tcp;

// A connection that says what a test says, and no more.
class Peer {
 public:
  explicit Peer(std::uint16_t port, const char* from = "127.0.0.1") {
    socket_.open(tcp::v4());
    socket_.bind({asio::ip::make_address(from), 0});
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
  }
  void say(const std::string& bytes) {
    boost::system::error_code ignored;  // refused ones may be reset while we speak
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  // Everything until the other side closes.
  std::string rest() {
    std::string got;
    boost::system::error_code error;
    asio::read(socket_, asio::dynamic_buffer(got), error);
    return got;
  }
  // What came, once something did.
  std::string some() {
    std::string got(65'536, '\0');
    boost::system::error_code error;
    got.resize(socket_.read_some(asio::buffer(got), error));
    return got;
  }

 private:
  asio::io_context io_;
  tcp::socket socket_{io_};
};

// The listener over a small daemon, asked by curl or by a Peer.
class Admin : public testing::Test {
 protected:
  AdminPorts ports() {
    return {daemon_.store(),
            counters_,
            [] { return std::string("tocsin_build_info 1\n"); },
            [this] { return not_ready_; },
            [this](const std::string& directory) { return backup_(directory); },
            [](const std::string& who) { return Result<std::string>("as " + who); },
            [this](std::vector<Input> inputs, RequestAnswer answer) {
              ask_(std::move(inputs), std::move(answer));
            }};
  }
  void start(AdminOptions options = {}) {
    auto server = AdminServer::start(std::move(options), secrets_, ports());
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  // "200 application/json {...}", by curl.
  std::string ask(const std::string& target, const std::string& more = "") {
    return testsupport::run_program(
               "curl -s --max-time 60 -o - -w ' %{http_code} %{content_type}' " + more +
               " 'http://127.0.0.1:" + std::to_string(server_->port()) + target + "'")
        .output;
  }
  json::object ask_json(const std::string& target) {
    const std::string answer = ask(target);
    return json::parse(answer.substr(0, answer.rfind('}') + 1)).as_object();
  }

  // The header line that every request needs.
  std::string host() const { return "Host: localhost:" + std::to_string(server_->port()) + "\r\n"; }

  // Raises an alert and gives its id.
  std::string raise() {
    const CommitOutcome outcome = daemon_.send(price("p1", "2019-05-01", "2019-06-01", 400));
    return outcome.revisions.at(0).alert.hex();
  }
  void withdraw() { daemon_.send(price("p1", "2019-05-01", "2019-06-01", 100, 2)); }

  // Lets `name` in as `role`, and gives the token.
  std::string let_in(const std::string& name, Role role) {
    const std::string file = (daemon_.directory() / "tokens").string();
    const auto token = add_token(file, {name, role});
    secrets_.tokens = std::make_shared<const AdminTokens>(AdminTokens::read(file).value());
    return token.value();
  }
  static std::string bearer(const std::string& token) {
    return "-H 'Authorization: Bearer " + token + "'";
  }
  std::uint64_t refused(AdminRefusal refusal) const {
    return counters_.refusals[static_cast<std::size_t>(refusal)];
  }

  SmallDaemon daemon_;
  AdminCounters counters_;
  AdminSecrets secrets_;
  std::string not_ready_;
  std::function<Result<std::string>(const std::string&)> backup_ =
      [](const std::string& directory) { return Result<std::string>("written to " + directory); };
  std::function<void(std::vector<Input>, RequestAnswer)> ask_ =
      [this](std::vector<Input> inputs, const RequestAnswer& answer) {
        answer(daemon_.commit(std::move(inputs)).requests);
      };
  std::unique_ptr<AdminServer> server_;
};

}  // namespace tocsin::testsupport
