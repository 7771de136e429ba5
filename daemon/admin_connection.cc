#include "daemon/admin_connection.h"

#include <algorithm>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "daemon/admin_host.h"

namespace tocsin {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::chrono::milliseconds kDrainTime{1'000};
constexpr std::size_t kDrainBytes = 4'096;

}  // namespace

AdminConnection::AdminConnection(boost::asio::ip::tcp::socket socket, AdminConnectionPorts ports)
    : stream_(std::move(socket)), ports_(std::move(ports)) {}

AdminConnection::~AdminConnection() { ports_.gone(); }

void AdminConnection::read() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(ports_.options.request_bytes_max));
  parser_->body_limit(ports_.options.request_bytes_max);
  // One deadline for the whole request: a byte now and then doesn't put it off.
  stream_.expires_after(ports_.options.idle);
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_read(error); });
}

void AdminConnection::on_read(beast::error_code error) {
  const auto refuse = [this](unsigned status, const std::string& what) {
    parser_->get().keep_alive(false);
    answer(admin_error(status, what));
  };
  const std::string limit = std::to_string(ports_.options.request_bytes_max) + " bytes";
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return refuse(431, "the request's header is longer than " + limit);
  if (error == http::error::body_limit)
    return refuse(413, "the request's body is longer than " + limit);
  const bool malformed =
      error.category() == http::make_error_code(http::error::bad_method).category();
  if (malformed && error != http::error::end_of_stream && error != http::error::partial_message)
    return refuse(400, "not an HTTP request: " + error.message());
  if (error) return;
  const auto& request = parser_->get();
  beast::error_code gone;
  const auto here = stream_.socket().local_endpoint(gone);
  const auto peer = stream_.socket().remote_endpoint(gone);
  if (gone) return;
  const std::string_view host = request.count(http::field::host) == 1
                                    ? std::string_view(request[http::field::host])
                                    : std::string_view();
  if (const auto known = check_host(here, host); !known) return refuse(421, known.error().message);
  const AdminRequest asked{std::string(request.method_string()), std::string(request.target()),
                           request.find(http::field::origin) != request.end(),
                           is_local(here, peer)};
  if (const auto directory = backup_directory(asked)) {
    stream_.expires_never();
    ports_.backup(*directory, [self = shared_from_this()](AdminResponse response) {
      self->answer(std::move(response));
    });
    return;
  }
  answer(ports_.respond(asked));
}

void AdminConnection::answer(AdminResponse response) {
  const auto& request = parser_->get();
  response_ = Response(static_cast<http::status>(response.status), request.version());
  response_.set(http::field::server, "tocsin");
  response_.set(http::field::content_type, response.content_type);
  response_.set(http::field::cache_control, "no-store");
  response_.set("X-Content-Type-Options", "nosniff");
  if (!response.allow.empty()) response_.set(http::field::allow, response.allow);
  response_.keep_alive(request.keep_alive());
  const bool head = request.method() == http::verb::head;
  response_.content_length(response.body.size());
  if (!head) response_.body() = std::move(response.body);
  stream_.expires_after(ports_.options.idle);
  http::async_write(stream_, response_,
                    [self = shared_from_this()](beast::error_code error, std::size_t) {
                      if (error) return;
                      if (!self->response_.keep_alive()) return self->close();
                      self->read();
                    });
}

// What the peer still sends is read and thrown away for a moment: a socket closed over unread bytes
// resets the connection, and the answer on its way would be lost.
void AdminConnection::close() {
  beast::error_code ignored;  // the peer may have gone first
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(std::min<std::chrono::milliseconds>(ports_.options.idle, kDrainTime));
  drain();
}

void AdminConnection::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kDrainBytes),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            if (!error) self->drain();
                          });
}

}  // namespace tocsin
