#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/admin_routes.h"

namespace tocsin {

// What a connection asks of the listener that took it. Called on the listener's thread.
struct AdminConnectionPorts {
  const AdminOptions& options;
  AdminCounters& counters;
  std::shared_ptr<boost::asio::ssl::context> tls;  // nullptr: in the clear
  std::function<std::shared_ptr<const AdminTokens>()> tokens;
  // Answers, at once or later, once; on the listener's thread, or never when it stops.
  std::function<void(const AdminRequest&, const boost::asio::ip::address& peer,
                     std::function<void(AdminResponse)>)>
      respond;
  std::function<void()> gone;  // once, when the connection has ended
};

// One HTTP/1.1 connection: requests one after the other until the peer is done, errs or is silent
// for too long. Owned by its own pending operations; all on the listener's thread.
class AdminConnection : public std::enable_shared_from_this<AdminConnection> {
 public:
  AdminConnection(boost::asio::ip::tcp::socket socket, AdminConnectionPorts ports);
  ~AdminConnection();
  void start();

 private:
  using Step = void (AdminConnection::*)(boost::beast::error_code);

  template <class Use>
  void with_stream(Use use);
  void receive(Step next);
  void wait();
  void on_first_bytes(boost::beast::error_code error);
  void on_more_bytes(boost::beast::error_code error);
  void begin();
  void parse();
  void on_malformed(boost::beast::error_code error);
  void on_request();
  void refuse(AdminRefusal refusal, const std::string& what);
  void answer(AdminResponse response);
  void on_written(boost::beast::error_code error);
  void close();
  void drain();

  boost::beast::tcp_stream stream_;
  AdminConnectionPorts ports_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;  // on stream_
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::string written_;   // the answer on its way
  bool goes_on_ = false;  // after it
};

}  // namespace tocsin
