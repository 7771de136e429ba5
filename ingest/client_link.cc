#include "ingest/client_link.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <vector>

namespace tocsin {

namespace {

constexpr const char* kMonitorEndpoint = "inproc://link.monitor";
constexpr int kReceiveQueue = 1000;  // messages

}  // namespace

Result<std::unique_ptr<ServerLink>> ServerLink::open(const LinkOptions& options) {
  std::unique_ptr<ServerLink> link(new ServerLink());
  try {
    zmq::socket_t& socket = link->socket_ = zmq::socket_t(link->context_, zmq::socket_type::dealer);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, 0);  // credit bounds it
    socket.set(zmq::sockopt::rcvhwm, kReceiveQueue);
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(16 * kAckBytesMax));
    socket.set(zmq::sockopt::reconnect_ivl, 100);
    socket.set(zmq::sockopt::reconnect_ivl_max, 2000);
    socket.set(zmq::sockopt::tcp_keepalive, 1);
    socket.set(zmq::sockopt::ipv6, options.endpoint.find('[') != std::string::npos ? 1 : 0);
    if (!options.server_key.empty()) {
      socket.set(zmq::sockopt::curve_serverkey, options.server_key);
      socket.set(zmq::sockopt::curve_publickey, options.keys.public_key);
      socket.set(zmq::sockopt::curve_secretkey, options.keys.secret_key);
    }
    if (zmq_socket_monitor(socket.handle(), kMonitorEndpoint,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                               ZMQ_EVENT_DISCONNECTED) != 0)
      throw zmq::error_t();
    link->monitor_ = zmq::socket_t(link->context_, zmq::socket_type::pair);
    link->monitor_.set(zmq::sockopt::linger, 0);
    link->monitor_.connect(kMonitorEndpoint);
    socket.connect(options.endpoint);
  } catch (const zmq::error_t& error) {
    return fail(ErrorCode::kInvalid,
                fmt::format("can't connect to {}: {}; a server is tcp://HOST:PORT with a "
                            "Z85 key",
                            options.endpoint, error.what()));
  }
  return link;
}

// The monitor goes first: libzmq blocks on it when nobody reads.
ServerLink::~ServerLink() {
  if (socket_) zmq_socket_monitor(socket_.handle(), nullptr, 0);
}

void ServerLink::send(const Parts& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    zmq_send(socket_.handle(), parts[i].data(), parts[i].size(),
             ZMQ_DONTWAIT | (i + 1 < parts.size() ? ZMQ_SNDMORE : 0));
}

std::optional<Result<ServerMessage>> ServerLink::receive() {
  std::vector<zmq::message_t> parts;
  for (bool more = true; more;) {
    zmq::message_t part;
    if (zmq_msg_recv(part.handle(), socket_.handle(), ZMQ_DONTWAIT) < 0) return std::nullopt;
    more = part.more();
    if (parts.size() < 5) parts.push_back(std::move(part));
  }
  std::vector<std::string_view> views;
  views.reserve(parts.size());
  for (const zmq::message_t& part : parts) views.push_back(part.to_string_view());
  return decode_server(views);
}

std::optional<ServerLink::Event> ServerLink::next_event() {
  zmq::message_t event, address;
  if (zmq_msg_recv(event.handle(), monitor_.handle(), ZMQ_DONTWAIT) < 0) return std::nullopt;
  zmq_msg_recv(address.handle(), monitor_.handle(), ZMQ_DONTWAIT);
  std::uint16_t kind = 0;
  if (event.size() >= sizeof(kind)) std::memcpy(&kind, event.data(), sizeof(kind));
  if (kind == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return Event::kTurnedAway;
  return kind == ZMQ_EVENT_DISCONNECTED ? Event::kDisconnected : Event::kConnected;
}

void ServerLink::wait(std::chrono::milliseconds timeout, int descriptor) {
  std::array<zmq::pollitem_t, 3> items{{{socket_.handle(), 0, ZMQ_POLLIN, 0},
                                        {monitor_.handle(), 0, ZMQ_POLLIN, 0},
                                        {nullptr, descriptor, ZMQ_POLLIN, 0}}};
  zmq_poll(items.data(), descriptor < 0 ? 2 : 3, timeout.count());
}

void ServerLink::set_linger(std::chrono::milliseconds time) {
  socket_.set(zmq::sockopt::linger, static_cast<int>(time.count()));
}

}  // namespace tocsin
