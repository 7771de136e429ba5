// libFuzzer: any bytes as what a client sends to the admin listener: the real one, on loopback,
// with the store of a small daemon. "{host}" stands for its address, so that an input fits every
// run. Each answer is whole, carries the headers that it must and nothing of the request in them;
// what a query said comes back as it was.
//
//   ./run fuzz http_fuzz 60
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/admin.h"
#include "daemon/admin_query.h"
#include "daemon/admin_refusal.h"
#include "daemon/admin_requests.h"
#include "daemon/http_request.h"
#include "model/result.h"
#include "tests/support/small_daemon.h"

namespace tocsin {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

const std::set<std::string_view> kHeaders = {"Allow",
                                             "Cache-Control",
                                             "Connection",
                                             "Server",
                                             "Content-Type",
                                             "Content-Length",
                                             "Content-Security-Policy",
                                             "Referrer-Policy",
                                             "Retry-After",
                                             "WWW-Authenticate",
                                             "X-Content-Type-Options"};

// The hashes of the tokens "read-token", "acknowledge-token" and "admin-token".
constexpr std::string_view kTokens =
    "ada read 12416b66f04a2685a49afd6c3a2af640f66c97c7dbd7ad29e74f5e45241783b9\n"
    "ben acknowledge b5807a5e2e8a37ad014612f28a5a8f6c68bcda191853046d49948b6c391454c3\n"
    "eve admin 1d61ecdba925f2ff4661d9102171dd7f97ad3fe1ce7bf14b30a98f663ac16347\n";

// The real listener before a store with one alert.
class Listener {
 public:
  Listener() {
    daemon_.send(testsupport::price("p1", "2019-05-01", "2019-06-01", 400));
    AdminOptions options;
    options.request_bytes_max = 2'048;
    options.requests_per_second = 1e9;
    AdminSecrets secrets;
    secrets.tokens =
        std::make_shared<const AdminTokens>(AdminTokens::parse(kTokens, "tokens").value());
    auto server = AdminServer::start(
        options, secrets,
        {daemon_.store(), counters_, [] { return std::string("tocsin_build_info 1\n"); },
         [] { return std::string(); },
         [this](const std::string& directory) -> Result<std::string> {
           require(directory.starts_with('/'), "a backup has an absolute path");
           ++backups;
           return "written to " + directory;
         },
         [](const std::string& who) -> Result<std::string> { return "read again, as " + who; },
         [this](std::vector<Input> inputs, const RequestAnswer& answer) {
           ++changes;
           answer(daemon_.commit(std::move(inputs)).requests);
         }});
    require(server.has_value(), "the listener starts");
    server_ = *std::move(server);
  }
  const Store& store() const { return daemon_.store(); }
  std::atomic<int> backups = 0, changes = 0;  // that were let through

  std::string host() const { return "localhost:" + std::to_string(server_->port()); }

  // Says `request`, then no more; all that is answered.
  std::string answer(const std::string& request) {
    tcp::socket socket(io_);
    socket.connect({asio::ip::address_v4::loopback(), server_->port()});
    boost::system::error_code error;
    asio::write(socket, asio::buffer(request), error);  // one refused early may be cut
    socket.shutdown(tcp::socket::shutdown_send, error);
    std::string got;
    asio::read(socket, asio::dynamic_buffer(got), error);
    // Reset instead of closed: millions of connections would else leave no port free.
    socket.set_option(asio::socket_base::linger(true, 0), error);
    return got;
  }

 private:
  testsupport::SmallDaemon daemon_;
  AdminCounters counters_;
  std::unique_ptr<AdminServer> server_;
  asio::io_context io_;
};

// One answer from the front of `bytes`.
void check_answer(std::string_view& bytes, bool head) {
  boost::system::error_code error;
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.skip(head);
  const std::size_t used = parser.put(asio::buffer(bytes), error);
  require(!error && parser.is_done(), "an answer is whole");
  bytes.remove_prefix(used);
  const auto& response = parser.get();
  for (const auto& field : response)
    require(kHeaders.contains(std::string_view(field.name_string())), "an answer has our headers");
  for (const auto name : {http::field::content_type, http::field::cache_control})
    require(response.count(name) == 1, "an answer says what it is and isn't kept");
  require(response["X-Content-Type-Options"] == "nosniff", "an answer is not guessed about");
  require(response.result_int() == 200 || std::ranges::any_of(admin_refusal_table(),
                                                              [&](const AdminRefusalEntry& entry) {
                                                                return entry.status ==
                                                                       response.result_int();
                                                              }),
          "an answer has a status that is documented");
  if (response[http::field::content_type] != "application/json" || head) return;
  boost::json::parse(response.body(), error);
  require(!error, "JSON is JSON");
}

std::string with_host(std::string_view input, const std::string& host) {
  constexpr std::string_view kMark = "{host}";
  std::string out;
  for (std::size_t at = 0; at < input.size();) {
    if (input.substr(at).starts_with(kMark)) {
      out += host;
      at += kMark.size();
    } else {
      out += input[at++];
    }
  }
  return out;
}

// What a person asks for, with any body: it becomes inputs within the limits, or an answer.
void check_bodies(const Store& store, const std::string& body) {
  for (const AdminAction& action : {acknowledge_alert(store, std::string(32, '0'), body, "ada"),
                                    release_many(body, "ada"), release_one(body, "", "ada")}) {
    if (const auto* asked = std::get_if<AskEngine>(&action)) {
      require(!asked->inputs.empty() && asked->inputs.size() <= kRequestInputsMax,
              "a call has 1 to kRequestInputsMax inputs");
      if (const auto* read = std::get_if<AcknowledgeInput>(&asked->inputs.front()))
        require(read->note.size() <= 3 * kNoteBytesMax && !read->committee.empty() &&
                    read->note.find_first_of("\r\n") == std::string::npos,
                "a note is a line");
    } else {
      require(std::get<AdminResponse>(action).status >= 400, "or it says what is wrong");
    }
  }
}

void check_targets(const std::string& text) {
  if (const auto target = parse_target(text)) {
    std::string again = percent_encoded(target->path);
    char mark = '?';
    for (const auto& [name, value] : target->query) {
      again += mark + percent_encoded(name) + '=' + percent_encoded(value);
      mark = '&';
    }
    if (again.starts_with("%2F")) again.replace(0, 3, "/");
    const auto second = parse_target(again);
    require(second && second->path == target->path && second->query == target->query,
            "a target survives a round trip");
  }
}

}  // namespace
}  // namespace tocsin

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  static Listener& listener = *new Listener();  // its threads must outlive all statics
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string request = with_host(input, listener.host());
  check_targets(request.substr(0, request.find('\n')));
  check_bodies(listener.store(), std::string(input));
  listener.backups = listener.changes = 0;
  const std::string answer = listener.answer(request);
  const bool as_admin = request.find("admin-token") != std::string::npos;
  const bool as_person = as_admin || request.find("acknowledge-token") != std::string::npos;
  require(listener.changes == 0 || as_person, "without a token nobody changes anything");
  require(listener.backups == 0 || as_admin, "without the right role nobody makes a backup");
  // Only one answer can be to a HEAD whose length has no body: where one was asked, the first
  // alone is looked at.
  const bool head = request.find("HEAD") != std::string::npos;
  std::string_view rest = answer;
  if (head) {
    if (!rest.empty() && request.starts_with("HEAD")) check_answer(rest, true);
    return 0;
  }
  while (!rest.empty()) check_answer(rest, false);
  return 0;
}
