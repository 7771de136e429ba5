#include "daemon/admin.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <thread>

#include "daemon/admin_connection.h"

namespace tocsin {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// After a failed accept (no file descriptor is left, say), so that the loop doesn't spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

// The ports are the daemon's code; what they throw must not end the process.
template <class Answer>
AdminResponse guarded(Answer answer) {
  try {
    return answer();
  } catch (const std::exception& error) {
    return admin_error(500, error.what());
  }
}

}  // namespace

class AdminServer::Listener {
 public:
  Listener(AdminOptions options, AdminPorts ports)
      : options_(std::move(options)), ports_(std::move(ports)) {}
  ~Listener() { stop(); }

  Result<void> listen() {
    const auto failed = [this](ErrorCode code, const error_code& error) {
      return fail(code, "admin listener " + options_.host + " port " +
                            std::to_string(options_.port) + ": " + error.message());
    };
    error_code error;
    const auto address = asio::ip::make_address(options_.host, error);
    if (error) return failed(ErrorCode::kInvalid, error);
    const tcp::endpoint endpoint(address, options_.port);
    if (net_->acceptor.open(endpoint.protocol(), error)) return failed(ErrorCode::kIo, error);
    if (net_->acceptor.set_option(tcp::acceptor::reuse_address(true), error))
      return failed(ErrorCode::kIo, error);
    if (net_->acceptor.bind(endpoint, error))
      return failed(error == asio::error::address_in_use ? ErrorCode::kConflict : ErrorCode::kIo,
                    error);
    if (net_->acceptor.listen(asio::socket_base::max_listen_connections, error))
      return failed(ErrorCode::kIo, error);
    port_ = net_->acceptor.local_endpoint(error).port();
    if (error) return failed(ErrorCode::kIo, error);
    accept();
    thread_ = std::thread([this] { net_->io.run(); });
    return {};
  }

  std::uint16_t port() const { return port_; }

  void stop() {
    if (!thread_.joinable()) return;
    backups_.join();
    net_->io.stop();
    thread_.join();
    net_.reset();  // with what is pending go the connections
  }

 private:
  void accept() {
    net_->acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {
        net_->pause.expires_after(kAcceptPause);
        net_->pause.async_wait([this](error_code) { accept(); });
        return;
      }
      if (connections_ < options_.connections_max) {
        take(std::move(socket));
      } else {
        refuse(std::move(socket));
      }
      accept();
    });
  }

  void take(tcp::socket socket) {
    ++connections_;
    AdminConnectionPorts ports{
        options_,
        [this](const AdminRequest& request) {
          return guarded([&] { return tocsin::respond(ports_, request); });
        },
        [this](const std::string& directory, std::function<void(AdminResponse)> done) {
          backup(directory, std::move(done));
        },
        [this] { --connections_; }};
    std::make_shared<AdminConnection>(std::move(socket), std::move(ports))->start();
  }

  // Says so as far as the socket's buffer takes it, and waits for nothing.
  static void refuse(tcp::socket socket) {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    error_code ignored;  // the peer may be gone: nobody is there to be told
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(kAnswer), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void backup(const std::string& directory, std::function<void(AdminResponse)> done) {
    if (backup_running_)
      return done(admin_error(409, "another backup is running; ask again when it is done"));
    backup_running_ = true;
    asio::post(backups_, [this, directory, done = std::move(done)]() mutable {
      AdminResponse response = guarded([&] { return respond_backup(ports_, directory); });
      asio::post(net_->io,
                 [this, done = std::move(done), response = std::move(response)]() mutable {
                   backup_running_ = false;
                   done(std::move(response));
                 });
    });
  }

  const AdminOptions options_;
  const AdminPorts ports_;
  std::uint16_t port_ = 0;
  std::size_t connections_ = 0;
  bool backup_running_ = false;
  // Connections live in what is pending in io, and use what stands above when they go.
  struct Net {
    asio::io_context io{1};
    tcp::acceptor acceptor{io};
    asio::steady_timer pause{io};
  };
  std::unique_ptr<Net> net_ = std::make_unique<Net>();
  asio::thread_pool backups_{1};
  std::thread thread_;
};

Result<std::unique_ptr<AdminServer>> AdminServer::start(AdminOptions options, AdminPorts ports) {
  auto listener = std::make_unique<Listener>(std::move(options), std::move(ports));
  if (auto listening = listener->listen(); !listening) return tl::unexpected(listening.error());
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(listener)));
}

AdminServer::AdminServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
AdminServer::~AdminServer() = default;

std::uint16_t AdminServer::port() const { return listener_->port(); }
void AdminServer::stop() { listener_->stop(); }

}  // namespace tocsin
