#include "daemon/admin_connection.h"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>

#include "daemon/admin_host.h"

namespace tocsin {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = boost::asio::ssl;

namespace {

constexpr std::chrono::milliseconds kDrainTime{1'000};
constexpr std::size_t kPartBytes = 4'096;

}  // namespace

AdminConnection::AdminConnection(boost::asio::ip::tcp::socket socket, AdminConnectionPorts ports)
    : stream_(std::move(socket)), ports_(std::move(ports)) {
  if (ports_.tls) tls_.emplace(stream_, *ports_.tls);
}

AdminConnection::~AdminConnection() { ports_.gone(); }

// What is read and written goes through TLS where there is one; deadlines are the socket's.
template <class Use>
void AdminConnection::with_stream(Use use) {
  if (tls_) {
    use(*tls_);
  } else {
    use(stream_);
  }
}

void AdminConnection::start() {
  if (!tls_) return wait();
  stream_.expires_after(ports_.options.request);
  tls_->async_handshake(ssl::stream_base::server,
                        [self = shared_from_this()](beast::error_code error) {
                          if (!error) return self->wait();
                          self->ports_.counters.count(AdminRefusal::kHandshake);
                        });
}

// Beast's own reading and writing of messages is not used: made for both kinds of stream it takes
// the compiler minutes.
void AdminConnection::receive(Step next) {
  with_stream([&](auto& stream) {
    stream.async_read_some(
        buffer_.prepare(kPartBytes),
        [self = shared_from_this(), next](beast::error_code error, std::size_t size) {
          self->buffer_.commit(size);
          (*self.*next)(error);
        });
  });
}

// A connection that says nothing is not slow: it is let go without being counted.
void AdminConnection::wait() {
  if (buffer_.size() > 0) return begin();
  stream_.expires_after(ports_.options.idle);
  receive(&AdminConnection::on_first_bytes);
}

void AdminConnection::on_first_bytes(beast::error_code error) {
  if (!error) begin();
}

void AdminConnection::begin() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(ports_.options.request_bytes_max));
  parser_->body_limit(ports_.options.request_bytes_max);
  parser_->eager(true);  // the body, too
  // One deadline for the whole request: a byte now and then doesn't put it off.
  stream_.expires_after(ports_.options.request);
  parse();
}

void AdminConnection::parse() {
  while (!parser_->is_done()) {
    beast::error_code error;
    if (buffer_.size() > 0) buffer_.consume(parser_->put(buffer_.data(), error));
    if (error && error != http::error::need_more) return on_malformed(error);
    if (error == http::error::need_more || (buffer_.size() == 0 && !parser_->is_done()))
      return receive(&AdminConnection::on_more_bytes);
  }
  on_request();
}

void AdminConnection::on_more_bytes(beast::error_code error) {
  if (!error) return parse();
  if (error == beast::error::timeout) ports_.counters.count(AdminRefusal::kSlow);
}

void AdminConnection::on_malformed(beast::error_code error) {
  const std::string limit = std::to_string(ports_.options.request_bytes_max) + " bytes";
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return refuse(AdminRefusal::kHeaderSize, "the request's header is longer than " + limit);
  if (error == http::error::body_limit)
    return refuse(AdminRefusal::kBodySize, "the request's body is longer than " + limit);
  refuse(AdminRefusal::kMalformed, "not an HTTP request: " + error.message());
}

void AdminConnection::on_request() {
  const auto& request = parser_->get();
  beast::error_code gone;
  const auto here = stream_.socket().local_endpoint(gone);
  const auto peer = stream_.socket().remote_endpoint(gone);
  if (gone) return;
  const auto only = [&](http::field field) {
    return request.count(field) == 1 ? std::string_view(request[field]) : std::string_view();
  };
  if (const auto known = check_host(here, only(http::field::host)); !known)
    return refuse(AdminRefusal::kHost, known.error().message);
  if (request.count(http::field::authorization) > 1)
    return refuse(AdminRefusal::kBadRequest, "the Authorization header stands twice");
  AdminRequest asked{std::string(request.method_string()), std::string(request.target()),
                     request.body(), request.find(http::field::origin) != request.end(),
                     identify(only(http::field::authorization), ports_.tokens().get())};
  asked.caller.from_this_machine = is_local(here, peer);
  asked.caller.encrypted = tls_.has_value();
  stream_.expires_never();
  ports_.respond(asked, peer.address(), [self = shared_from_this()](AdminResponse response) {
    self->answer(std::move(response));
  });
}

// And the connection ends: what follows can't be told from what was wrong.
void AdminConnection::refuse(AdminRefusal refusal, const std::string& what) {
  parser_->get().keep_alive(false);
  answer(admin_error(refusal, what));
}

void AdminConnection::answer(AdminResponse response) {
  ++ports_.counters.requests;
  if (response.refusal) ports_.counters.count(*response.refusal);
  const auto& request = parser_->get();
  http::response<http::string_body> message(static_cast<http::status>(response.status),
                                            request.version());
  message.set(http::field::server, "tocsin");
  message.set(http::field::content_type, response.content_type);
  // Nobody stores it, takes it for a page, or learns where it came from.
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  message.set("Referrer-Policy", "no-referrer");
  if (response.status == 401) message.set(http::field::www_authenticate, "Bearer");
  if (!response.allow.empty()) message.set(http::field::allow, response.allow);
  if (response.retry_after_seconds > 0)
    message.set(http::field::retry_after, std::to_string(response.retry_after_seconds));
  goes_on_ = request.keep_alive();
  message.keep_alive(goes_on_);
  message.content_length(response.body.size());
  std::ostringstream header;
  header << message.base();
  written_ = header.str();
  if (request.method() != http::verb::head) written_ += response.body;
  stream_.expires_after(ports_.options.request);
  with_stream([&](auto& stream) {
    boost::asio::async_write(stream, boost::asio::buffer(written_),
                             [self = shared_from_this()](beast::error_code error, std::size_t) {
                               self->on_written(error);
                             });
  });
}

void AdminConnection::on_written(beast::error_code error) {
  if (error == beast::error::timeout) ports_.counters.count(AdminRefusal::kSlow);
  if (error) return;
  if (!goes_on_) return close();
  wait();
}

// What the peer still sends is read and thrown away for a moment: a socket closed over unread bytes
// resets the connection, and the answer on its way would be lost.
void AdminConnection::close() {
  stream_.expires_after(std::min<std::chrono::milliseconds>(ports_.options.request, kDrainTime));
  const auto done = [self = shared_from_this()](beast::error_code) {
    beast::error_code ignored;  // the peer may have gone first
    self->stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    self->drain();
  };
  if (!tls_) return done({});
  tls_->async_shutdown(done);
}

void AdminConnection::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kPartBytes),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            if (!error) self->drain();
                          });
}

}  // namespace tocsin
