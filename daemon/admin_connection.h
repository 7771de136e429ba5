#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "daemon/admin_routes.h"

namespace tocsin {

// What a connection asks of the listener that took it. Called on the listener's thread.
struct AdminConnectionPorts {
  const AdminOptions& options;
  std::function<AdminResponse(const AdminRequest&)> respond;
  // Makes the backup elsewhere, then calls back on the listener's thread.
  std::function<void(const std::string& directory, std::function<void(AdminResponse)>)> backup;
  std::function<void()> gone;  // once, when the connection has ended
};

// One HTTP/1.1 connection: requests one after the other until the peer is done, errs or is silent
// for too long. Owned by its own pending operations; all on the listener's thread.
class AdminConnection : public std::enable_shared_from_this<AdminConnection> {
 public:
  AdminConnection(boost::asio::ip::tcp::socket socket, AdminConnectionPorts ports);
  ~AdminConnection();
  void start() { read(); }

 private:
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  void read();
  void on_read(boost::beast::error_code error);
  void answer(AdminResponse response);
  void close();
  void drain();

  boost::beast::tcp_stream stream_;
  AdminConnectionPorts ports_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  Response response_;
};

}  // namespace tocsin
