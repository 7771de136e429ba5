#include "daemon/admin.h"

#include <pthread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "daemon/admin_connection.h"
#include "daemon/admin_limits.h"

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
    return admin_error(AdminRefusal::kFailed, error.what());
  }
}

// Where other threads leave what is to be done on the listener's, also when that has gone.
class Mailbox {
 public:
  explicit Mailbox(asio::io_context& io) : io_(&io) {}
  template <class Work>
  void post(Work work) {
    const std::lock_guard lock(mutex_);
    if (io_ != nullptr) asio::post(*io_, std::move(work));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  asio::io_context* io_;
};

}  // namespace

class AdminServer::Listener {
 public:
  Listener(AdminOptions options, AdminSecrets secrets, AdminPorts ports)
      : options_(std::move(options)),
        ports_(std::move(ports)),
        secrets_(std::move(secrets)),
        of_address_(options_.connections_of_address_max),
        rate_(options_.requests_per_second) {}
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
    if (net_->acceptor.bind(endpoint, error)) return failed(ErrorCode::kIo, error);
    if (net_->acceptor.listen(asio::socket_base::max_listen_connections, error))
      return failed(ErrorCode::kIo, error);
    port_ = net_->acceptor.local_endpoint(error).port();
    if (error) return failed(ErrorCode::kIo, error);
    accept();
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "admin");
      net_->io.run();
    });
    return {};
  }

  std::uint16_t port() const { return port_; }

  void renew(AdminSecrets secrets) {
    mailbox_->post([this, secrets = std::move(secrets)]() mutable {
      if (secrets_.tls && secrets.tls) secrets_.tls = std::move(secrets.tls);
      secrets_.tokens = std::move(secrets.tokens);
    });
  }

  void stop() {
    if (!thread_.joinable()) return;
    aside_.join();
    mailbox_->close();
    net_->io.stop();
    thread_.join();
    waiting_.clear();
    net_.reset();  // with what is pending go the connections
  }

 private:
  using Done = std::function<void(AdminResponse)>;

  void accept() {
    net_->acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {
        net_->pause.expires_after(kAcceptPause);
        net_->pause.async_wait([this](error_code) { accept(); });
        return;
      }
      take(std::move(socket));
      accept();
    });
  }

  void take(tcp::socket socket) {
    error_code gone;
    const auto address = socket.remote_endpoint(gone).address();
    if (gone) return;
    if (ports_.counters.connections >= options_.connections_max)
      return refuse(std::move(socket), AdminRefusal::kConnections);
    if (!of_address_.take(address))
      return refuse(std::move(socket), AdminRefusal::kConnectionsOfAddress);
    ++ports_.counters.connections;
    AdminConnectionPorts ports{options_,
                               ports_.counters,
                               secrets_.tls,
                               [this] { return secrets_.tokens; },
                               [this](const AdminRequest& request, const asio::ip::address& peer,
                                      Done done) { respond(request, peer, std::move(done)); },
                               [this, address] {
                                 --ports_.counters.connections;
                                 of_address_.gone(address);
                               }};
    std::make_shared<AdminConnection>(std::move(socket), std::move(ports))->start();
  }

  // Says so as far as the socket's buffer takes it, and waits for nothing. With TLS there is nobody
  // who could read it.
  void refuse(tcp::socket socket, AdminRefusal why) {
    ports_.counters.count(why);
    constexpr std::string_view kAnswer =
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    error_code ignored;  // the peer may be gone: nobody is there to be told
    socket.non_blocking(true, ignored);
    if (!secrets_.tls) socket.write_some(asio::buffer(kAnswer), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  // Whose token is right is not held up by others at the same address.
  void respond(const AdminRequest& request, const asio::ip::address& peer, Done done) {
    const auto& holder = request.caller.holder;
    const std::string who = holder ? "token " + holder->name : "address " + address_group(peer);
    const auto wait = rate_.pass(who, RequestRate::Time::clock::now());
    if (wait.count() > 0) {
      AdminResponse response = admin_error(AdminRefusal::kRate, "too many requests of " + who);
      response.retry_after_seconds = static_cast<unsigned>((wait.count() + 999) / 1'000);
      return done(std::move(response));
    }
    AdminAction action = AdminResponse{};
    if (auto failed = guarded([&] {
          action = act(ports_, request);
          return AdminResponse{};
        });
        failed.refusal)
      return done(std::move(failed));
    if (auto* response = std::get_if<AdminResponse>(&action)) return done(std::move(*response));
    if (const auto* made = std::get_if<MakeBackup>(&action))
      return aside(
          [this, directory = made->directory] { return respond_backup(ports_, directory); },
          std::move(done));
    if (const auto* again = std::get_if<ReadAgain>(&action))
      return aside([this, who = again->who] { return respond_reload(ports_, who); },
                   std::move(done));
    ask(std::get<AskEngine>(std::move(action)), std::move(done));
  }

  // The engine gets a number only: what it keeps must not keep a connection beyond the listener.
  void ask(AskEngine asked, Done done) {
    const std::uint64_t number = ++asked_;
    waiting_.emplace(number, Waiting{std::move(asked.answer), std::move(done)});
    ports_.ask(std::move(asked.inputs),
               [this, number, mailbox = mailbox_](Result<std::vector<RequestOutcome>> outcomes) {
                 mailbox->post([this, number, outcomes = std::move(outcomes)] {
                   on_answer(number, outcomes);
                 });
               });
  }

  void on_answer(std::uint64_t number, const Result<std::vector<RequestOutcome>>& outcomes) {
    const Waiting waiting = std::move(waiting_.extract(number).mapped());
    waiting.done(outcomes ? guarded([&] { return waiting.answer(*outcomes); })
                          : admin_error(outcomes.error()));
  }

  // Runs what takes long on the other thread, one at a time.
  template <class Respond>
  void aside(Respond respond, Done done) {
    if (aside_running_)
      return done(admin_error(AdminRefusal::kConflict,
                              "a backup or a reload is running; ask again when it is done"));
    aside_running_ = true;
    ++ports_.counters.backups;
    asio::post(aside_, [this, respond = std::move(respond), done = std::move(done)]() mutable {
      AdminResponse response = guarded([&] { return respond(); });
      --ports_.counters.backups;
      asio::post(net_->io,
                 [this, done = std::move(done), response = std::move(response)]() mutable {
                   aside_running_ = false;
                   done(std::move(response));
                 });
    });
  }

  const AdminOptions options_;
  const AdminPorts ports_;
  std::uint16_t port_ = 0;
  AdminSecrets secrets_;
  AddressCount of_address_;
  RequestRate rate_;
  // Asked of the engine, by number.
  struct Waiting {
    std::function<AdminResponse(const std::vector<RequestOutcome>&)> answer;
    Done done;
  };
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t asked_ = 0;
  bool aside_running_ = false;
  // Connections live in what is pending in io, and use what stands above when they go.
  struct Net {
    asio::io_context io{1};
    tcp::acceptor acceptor{io};
    asio::steady_timer pause{io};
  };
  std::unique_ptr<Net> net_ = std::make_unique<Net>();
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>(net_->io);
  asio::thread_pool aside_{1};  // for what takes long
  std::thread thread_;
};

Result<std::unique_ptr<AdminServer>> AdminServer::start(AdminOptions options, AdminSecrets secrets,
                                                        AdminPorts ports) {
  auto listener =
      std::make_unique<Listener>(std::move(options), std::move(secrets), std::move(ports));
  if (auto listening = listener->listen(); !listening) return tl::unexpected(listening.error());
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(listener)));
}

AdminServer::AdminServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
AdminServer::~AdminServer() = default;

std::uint16_t AdminServer::port() const { return listener_->port(); }
void AdminServer::renew(AdminSecrets secrets) { listener_->renew(std::move(secrets)); }
void AdminServer::stop() { listener_->stop(); }

}  // namespace tocsin
